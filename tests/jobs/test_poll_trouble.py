"""What one feed, page or host says must not touch the others of its batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from schedules.calls import JobName
from storage import feeds, queries
from storage.records import FeedId, FeedSpec
from storage.schema import EntryRow, FeedRow, HostRow, PollRow
from tests.builders import SILO, page, rss
from tests.fakes import NOON, FakeWeb, fetched
from tests.jobs.test_line import articles, later
from worker.errors import FetchFailed
from worker.jobs.keep_entries import keep_entries
from worker.tools import Tools

Drive = Callable[[], list[JobName]]
FEED, OTHER, A = "http://gazette.example/feed.xml", "http://odd.example/f", "http://gazette.example/a"
ROBOTS = "http://gazette.example/robots.txt"


@pytest.fixture
def odd(watched: Tools) -> Tools:
    with watched.store.begin() as tx:
        feeds.add(tx, FeedSpec(url=OTHER), now=NOON)
    return watched


def row(tools: Tools, feed_id: int) -> dict[str, Any]:
    with tools.store.read() as tx:
        return queries.feeds(tx, feed_id)[0]


def waiting(tools: Tools) -> dict[str, str | None]:
    with tools.store.read() as tx:
        return {r.url: r.last_error for r in tx.execute(select(EntryRow.url, EntryRow.last_error))}


@pytest.mark.parametrize("header", ["last-modified", "expires", "date"])
def test_a_date_that_is_none_is_left_alone(odd: Tools, drive: Drive, web: FakeWeb, header: str) -> None:
    told = {header: f"Mon, {'9' * 23} Jan 2024 00:00:00 GMT"}
    web.site[OTHER] = fetched(OTHER, rss(("http://odd.example/1", "one")), headers=told)
    drive()
    assert [row(odd, i)["state"] for i in (1, 2)] == ["ok", "ok"]


def test_a_long_address_in_other_letters_is_left_out_by_name(odd: Tools, drive: Drive, web: FakeWeb) -> None:
    web.site[OTHER] = rss((f"http://odd.example/{'拉' * 1900}", "long"), ("http://odd.example/1", "one"))
    drive()
    assert [(row(odd, i)["state"], row(odd, i)["entries"]) for i in (1, 2)] == [("ok", 2), ("ok", 1)]
    assert "left out: 1 link too long" in str(notes(odd, 2))


def notes(tools: Tools, feed_id: int) -> list[str | None]:
    with tools.store.read() as tx:
        return list(tx.scalars(select(PollRow.note).where(PollRow.feed_id == feed_id)))


def test_a_bug_over_one_feed_is_told_on_its_row_and_the_others_are_kept(
    odd: Tools, drive: Drive, web: FakeWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trips(tx: Any, feed: Any, *told: Any, **more: Any) -> Any:
        return 1 / 0 if feed.url == OTHER else keep_entries(tx, feed, *told, **more)

    web.site[OTHER] = rss(("http://odd.example/1", "one"))
    monkeypatch.setattr("worker.jobs.poll_feeds.keep_entries", trips)
    drive()
    assert (row(odd, 1)["state"], row(odd, 1)["entries"]) == ("ok", 2)
    assert (row(odd, 2)["failures"], row(odd, 2)["last_error"]) == (
        1,
        f"{OTHER}: cannot be kept: ZeroDivisionError",
    )


def test_what_keeps_us_from_robots_txt_is_told_and_not_remembered_of_the_host(
    watched: Tools, drive: Drive, web: FakeWeb
) -> None:
    web.site[ROBOTS] = FetchFailed(ROBOTS, "the name cannot be resolved: nobody knows it")
    drive()
    assert all("the name cannot be resolved" in str(why) for why in waiting(watched).values())
    del web.site[ROBOTS]
    later(watched, timedelta(minutes=6))
    drive()
    assert len(articles(watched.store)) == 2


def test_rules_that_a_server_cannot_give_hold_its_pages_back_for_an_hour(
    watched: Tools, drive: Drive, web: FakeWeb
) -> None:
    web.site[ROBOTS] = FetchFailed(ROBOTS, "500 Internal Server Error", status=500)
    drive()
    assert all("robots.txt is not to be had" in str(why) for why in waiting(watched).values())
    del web.site[ROBOTS]
    for hours in (0.5, 1):
        later(watched, timedelta(hours=hours))
        drive()
        assert len(articles(watched.store)) == (2 if hours == 1 else 0)


def test_robots_txt_of_where_a_redirect_leads_holds_too(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    there = "http://papers.example/private/a"
    web.site[A] = replace(fetched(A, page(*SILO)), final_url=there)
    web.site["http://papers.example/robots.txt"] = b"User-agent: claimwatch\nDisallow: /private/\nCrawl-delay: 3\n"
    drive()
    assert [article["url"] for article in articles(watched.store)] == ["http://gazette.example/b"]
    assert waiting(watched)[A] == f"{there}: the robots.txt of papers.example asks us not to fetch it"
    with watched.store.read() as tx:
        delay = tx.scalars(select(HostRow.crawl_delay_s).where(HostRow.host == "papers.example")).one()
    assert delay == 3


def test_a_validator_that_its_own_server_does_not_take_is_dropped(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    body = web.site[FEED]
    assert isinstance(body, bytes)
    web.site[FEED] = fetched(FEED, body, headers={"etag": '"x"'})
    drive()
    web.site[FEED] = FetchFailed(FEED, "431 Request Header Fields Too Large", status=431)
    later(watched, timedelta(hours=3))
    drive()
    with watched.store.read() as tx:
        assert tx.scalars(select(FeedRow.etag).where(FeedRow.id == FeedId(1))).one() is None
