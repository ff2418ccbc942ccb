"""The line against the developers' newsroom: real pages and feeds, a scripted clock, faults on purpose."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import text

from claimwatch.mailing import send_now
from claimwatch.polling import poll
from claimwatch.settings import read_settings
from claimwatch.up import free_port
from claimwatch.wiring import make_tools
from storage import queries, recipients
from storage.records import FeedSpec, WatchList
from tests.filling import all_articles
from tests.live.conftest import Laptop, Newsroom, newsroom, take_over, wait_until

pytestmark = [pytest.mark.live, pytest.mark.newsroom]


class Inbox:
    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@pytest.fixture
def inbox() -> Iterator[tuple[str, Inbox]]:
    box = Inbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}", box
    controller.stop()


def test_follow_up_coverage_of_a_week_and_on_to_findings_and_mail(
    tmp_path: Path, watch_list: WatchList, inbox: tuple[str, Inbox]
) -> None:
    relay, box = inbox
    from tests.live.conftest import NEWSROOM

    with newsroom("--scenario", str(NEWSROOM.parent / "scenario-seed.json")) as room:
        settings = read_settings(
            {
                "CLAIMWATCH_DATA_DIR": str(tmp_path),
                "CLAIMWATCH_FETCH_PROXY_URL": room.url,
                "CLAIMWATCH_FETCH_SPACING_S": "0",
                "CLAIMWATCH_SMTP_URL": relay,
            }
        )
        tools = make_tools(settings)
        take_over(tools.store, replace(watch_list, feeds=tuple(FeedSpec(url=url) for url in room.feeds())))
        for _day in range(5):
            poll(tools, threads=4, force=True)
            room.ask("/_control/advance", {"by": "24h"})
        for _again in range(5):  # the scenario refuses a few on purpose
            poll(tools, threads=4, force=True)
        now = room.ask("/_control/state")["now"]
        due = {row["url"]: row for row in room.truth() if row["published"] <= now}
    with tools.store.read() as tx:
        kept = {row["url"]: row for row in all_articles(tx)}
        whole = {url: queries.article(tx, row["id"]) for url, row in kept.items()}
        found = queries.findings(tx, limit=10_000)
    assert len(due) > 25
    assert due.keys() <= kept.keys()
    assert Counter(row["canonical_url"] for row in kept.values()).most_common(1)[0][1] == 1
    for url, row in due.items():
        article = whole[url]
        assert article is not None
        assert article["title"]
        assert article["published"]
        assert article["first_seen"]
        if row["text"]:
            told, read = set(str(row["text"]).split()), set(str(article["text"]).split())
            assert len(told & read) / len(told) > 0.9, url
    of_raqqa = [f for f in found if f["claim_id"].startswith("raqqa-")]
    assert {f["relation"] for f in of_raqqa} >= {"context", "supports"}
    texts = {row["id"]: str(row["text"]) for row in whole.values() if row}
    assert all(texts[f["article_id"]][f["start"] : f["end"]] == f["passage"] for f in found)

    with tools.store.read() as tx:
        (reader,) = recipients.everybody(tx)
    assert send_now(tools, reader, None).sent
    (mail,) = box.mails
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "\nraqqa-" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    tools.store.close()


def corpus(room: Newsroom, pages: int) -> list[str]:
    """Feeds of that many pages of the whole corpus, the faults left out."""
    per_host = Counter(row["host"] for row in room.truth())
    feeds, total = [], 0
    for url in room.feeds():
        host = url.split("/")[2]
        if host.endswith("newsroom.test") or not url.endswith("/feed.xml") or not per_host[host]:
            continue
        feeds.append(url)
        total += per_host[host]
        if total >= pages:
            break
    return feeds


def test_killed_in_the_middle_of_200_pages_nothing_is_lost_and_nothing_stands_twice(
    laptop: Laptop, watch_list: WatchList
) -> None:
    with newsroom() as room:
        feeds = corpus(room, 200)
        hosts = {url.split("/")[2] for url in feeds}
        now = room.ask("/_control/state")["now"]
        due = {row["url"] for row in room.truth() if row["host"] in hosts and row["published"] <= now}
        assert len(due) >= 150
        laptop.environ |= {
            "CLAIMWATCH_FETCH_PROXY_URL": room.url,
            "CLAIMWATCH_LEASE_S": "10",
            "CLAIMWATCH_SMTP_TIMEOUT_S": "1.5",
        }
        take_over(laptop.store, replace(watch_list, feeds=tuple(FeedSpec(url=url) for url in feeds)))
        laptop.start()

        wait_until(lambda: laptop.counts()["articles"] >= 30, said=laptop.talk())
        laptop.oldest("-P prefork").children()[0].send_signal(signal.SIGKILL)
        wait_until(lambda: laptop.counts()["articles"] >= 70, said=laptop.talk())
        laptop.oldest("-P prefork").send_signal(signal.SIGKILL)

        def done() -> bool:
            n = laptop.counts()
            return n["articles"] + n["parked"] >= len(due) and not n["unjudged"] and not n["waiting"]

        wait_until(done, timeout=150, every=0.5, said=lambda: f"{laptop.counts()} of {len(due)}\n{laptop.talk()}")
        assert laptop.stop() == 0
    with laptop.store.read() as tx:
        urls = [str(row["url"]) for row in all_articles(tx)]
        parked = tx.execute(text("SELECT url, last_error FROM entries WHERE state = 'parked'")).all()
        twice = tx.execute(text("SELECT article_id, count(*) FROM revisions GROUP BY 1 HAVING count(*) > 1")).all()
        found = tx.execute(
            text("SELECT claim_id, passage_id, count(*) FROM findings GROUP BY 1, 2 HAVING count(*) > 1")
        ).all()
    walls = {url for url, why in parked if why.startswith(f"{url}: paywall: ")}
    assert len(walls) == len(parked) <= 4  # docs/articles.md
    assert (twice, found) == ([], [])
    assert len(urls) == len(set(urls))
    assert due <= set(urls) | walls
