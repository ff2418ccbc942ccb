"""Manners M35, M36 and M40: robots.txt, articles that are looked at again, and feeds that send only what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from claimwatch.polling import poll
from schedules.calls import JobName
from storage import histories, seeds
from storage.records import FeedSpec, WatchList
from tests.builders import SILO
from tests.live.conftest import Newsroom
from tests.live.manners import DAY, HOUR, Desk, at, conditional, desk_at, news, newsroom, site, statuses
from worker.steps.judge import Method

pytestmark = [pytest.mark.live, pytest.mark.newsroom]

A = "gazette.test/feed.xml"
LINE = (JobName.POLL_FEEDS, JobName.FETCH_PAGES)


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with newsroom() as made:
        yield made


@pytest.fixture
def desk(room: Newsroom, tmp_path: Path, migrated_file: Path, method: Method) -> Iterator[Desk]:
    made = desk_at(room, tmp_path, migrated_file, method)
    yield made
    made.tools.store.close()


def test_m35_robots_txt_is_read_first_kept_for_a_day_and_obeyed_under_our_name(desk: Desk) -> None:
    """The rules for us, not those for others; asked again after a day, by their validators; a page they forbid is never asked."""
    items = news(60, every=2 * HOUR)
    for n, item in enumerate(items):
        item["path"] = f"/{'private' if n % 3 == 0 else 'public'}/{n}"
    rules = "User-agent: *\nDisallow: /public\n\nUser-agent: claimwatch\nDisallow: /private\n"
    desk.play({"gazette.test": site({"items": items}, robots=rules)})
    for _ in range(36):
        desk.work(*LINE)
        desk.advance(2 * HOUR)
    rows = [row for row in desk.log() if row["path"] != "/feed.xml"]
    asked = [row for row in rows if row["path"] == "/robots.txt"]
    assert rows[0] is asked[0]
    pages = [row["path"] for row in rows if row["path"] != "/robots.txt"]
    assert len(pages) >= 22
    assert all(path.startswith("/public/") for path in pages)
    assert statuses(asked) == [200, 304, 304]
    for row in rows:
        told = max(at(one) for one in asked if at(one) <= at(row))
        assert at(row) - told <= DAY
    with desk.tools.store.read() as tx:
        told_why = tx.exec_driver_sql("SELECT DISTINCT state, last_error FROM entries WHERE url LIKE '%private%'").all()
    assert [(state, "robots.txt" in error) for state, error in told_why] == [("parked", True)] * len(told_why)
    assert told_why


def test_m35_rules_that_cannot_be_had_forbid_and_rules_that_are_not_there_allow(desk: Desk) -> None:
    """RFC 9309: 5xx and silence mean no page until they are over, 404 means that all is allowed."""
    items = news(2, every=HOUR, since=-9 * HOUR)
    desk.play(
        {"down.test": site({"items": items}), "none.test": site({"items": items})},
        [
            {"match": "down.test/robots.txt", "do": "503", "until": "+5h"},
            {"match": "none.test/robots.txt", "do": "404"},
        ],
    )
    for _ in range(5):
        desk.work(*LINE)
        desk.advance(HOUR)
    down = [row for row in desk.log() if row["host"] == "down.test" and row["path"] != "/feed.xml"]
    assert {row["path"] for row in down} == {"/robots.txt"}
    assert 2 <= len(down) <= 5
    assert len([row for row in desk.log() if row["host"] == "none.test" and row["path"].startswith("/item")]) == 2
    for _ in range(10):
        desk.work(*LINE)
        desk.advance(HOUR)
    assert {row["path"] for row in desk.log() if row["host"] == "down.test"} >= {"/item-0000", "/item-0001"}


def test_m35_crawl_delay_is_the_pause(desk: Desk) -> None:
    """A host that wants a second between two pages gets it."""
    desk.play(
        {
            "gazette.test": site(
                {"items": news(4, every=HOUR, since=-9 * HOUR)}, robots="User-agent: *\nCrawl-delay: 1\n"
            )
        }
    )
    desk.work(*LINE)
    pages = [row for row in desk.log() if row["path"].startswith("/item")]
    assert len(pages) == 4
    rests = [after["time"] - before["time"] - before["seconds"] for before, after in pairwise(pages)]
    assert min(rests) > 0.9


def test_m36_a_page_is_fetched_once_and_looked_at_again_ever_less(desk: Desk, watch_list: WatchList) -> None:
    """Pages that matter to no claim are asked once; those that do on a thinning plan, by validators; what changed lies beside the old."""
    start = datetime(2017, 12, 10, 6, 10, tzinfo=UTC)
    told = "\n\n".join((*SILO, "So much for the account of the convoy, as papers go."))
    plain = [{**item, "at": -3600} for item in news(3, every=HOUR)]
    silo = [
        {"title": f"Convoy {n}", "text": told + f" Part {n}.", "at": -3600, "path": f"/convoy-{n}"} for n in range(2)
    ]
    hosts = {"gazette.test": site({"items": [*plain, *silo]})}
    desk.play(hosts, start=start, watch=())
    with desk.tools.store.begin() as tx:
        seeds.take_over(tx, replace(watch_list, feeds=(FeedSpec(url=f"http://{A}"),)), now=start)
    poll(desk.tools, threads=4)
    for n in range(60):
        if n == 4:
            note = "an earlier version of this article gave a wrong number of people."
            desk.room.ask("/_control/revise", {"host": "gazette.test", "path": "/convoy-1", "text": note})
        desk.advance(12 * HOUR)
        poll(desk.tools, threads=4)
    fetches = {row["path"]: row["fetches"] for row in desk.room.truth()}
    assert [fetches[str(item["path"])] for item in plain] == [1, 1, 1]
    again = desk.log("gazette.test/convoy-0")
    assert statuses(again) == [200, *[304] * (len(again) - 1)]
    assert all(conditional(row) for row in again[1:])
    assert 4 <= len(again) <= 20
    when = [at(row) - start for row in again]
    assert len([one for one in when if one < 7 * DAY]) > len([one for one in when if one > 14 * DAY])
    changed = desk.log("gazette.test/convoy-1")
    assert statuses(changed).count(200) == 2
    assert changed[-1]["if_none_match"] == next(
        row["sent"]["ETag"] for row in reversed(changed) if row["status"] == 200
    )
    with desk.tools.store.read() as tx:
        kept = tx.exec_driver_sql("SELECT min(title), count(*) FROM revisions GROUP BY article_id").all()
        happened = {event["kind"] for event in histories.events(tx)}
    assert {tuple(row) for row in kept} >= {("Convoy 0", 1), ("Convoy 1", 2)}
    assert "corrected" in happened


def test_m40_only_what_is_new_is_asked_for_by_etag_and_taken_as_an_addition(desk: Desk) -> None:
    """`A-IM: feed` goes with If-None-Match alone; a 226 adds its entries, takes none away, and its ETag is the next one sent."""
    desk.play(
        {
            "gazette.test": site({"items": news(12, every=2 * HOUR, since=-2 * HOUR), "delta": True}),
            "herald.test": site({"items": news(12, every=2 * HOUR), "delta": True, "validators": "last-modified"}),
        }
    )
    desk.live(30 * HOUR)
    rows = desk.log(A)
    assert rows[0]["a_im"] is None
    assert {row["a_im"] for row in rows[1:]} == {"feed"}
    deltas = [n for n, row in enumerate(rows) if row["status"] == 226]
    assert len(deltas) >= 6
    assert 200 not in statuses(rows[1:])
    assert max(rows[n]["bytes"] for n in deltas) < rows[-1]["bytes"] + 2000
    for n in deltas[:-1]:
        assert rows[n + 1]["if_none_match"] == rows[n]["sent"]["ETag"]
    assert desk.titles(A) == [f"Item {n:04}" for n in range(12)]
    with desk.tools.store.read() as tx:
        first_seen = tx.exec_driver_sql(
            "SELECT count(*), count(DISTINCT entry_key) FROM entries WHERE feed_id = 1"
        ).one()
    assert first_seen[0] == first_seen[1]
    assert {row["a_im"] for row in desk.log("herald.test/feed.xml")} == {None}
    assert desk.feed(A)["state"] == "ok"


def test_m40_items_of_the_whole_document_stay_known_after_a_226(desk: Desk) -> None:
    """The delta is over, the whole comes again: nothing of it is new."""
    desk.play({"gazette.test": site({"items": news(4, every=2 * HOUR, since=-2 * HOUR), "delta": True})})
    desk.live(9 * HOUR)
    assert 226 in statuses(desk.log(A))
    before = desk.titles(A)
    desk.rule(A, "validators", kind="changing")
    desk.polls(2)
    assert statuses(desk.log(A))[-1] == 200
    assert desk.titles(A) == before == [f"Item {n:04}" for n in range(4)]
    with desk.tools.store.read() as tx:
        news_since = tx.exec_driver_sql("SELECT new FROM polls ORDER BY at DESC LIMIT 1").scalar()
    assert news_since == 0
