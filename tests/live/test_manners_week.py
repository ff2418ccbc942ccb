"""A scripted week of the whole corpus, feeds and pages, polled as `claimwatch poll --at` would: what the newsroom's judge says of it."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select, update

from schedules.calls import JobName
from storage.records import FeedState
from storage.schema import EntryRow, FeedRow
from tests.live.conftest import Newsroom
from tests.live.manners import (
    DAY,
    HOUR,
    MINUTE,
    Desk,
    Row,
    address_of,
    at,
    breaches,
    desk_at,
    median,
    newsroom,
)
from worker.steps.judge import Method

log = logging.getLogger("claimwatch.tests.manners")
pytestmark = [pytest.mark.live, pytest.mark.newsroom]

STEP = 15 * MINUTE
# What the judge settles from the log alone, less what the corpus has no case of: no Retry-After, no 410, no move.
JUDGED = {
    "M01", "M02", "M03", "M04", "M08", "M10", "M26", "M29", "M30", "M31", "M32", "M33", "M34",
}  # fmt: skip
# The newsroom's own host of faults is no part of its corpus; and the judge asks back the ETag even of an answer that was never
# sent (`reset`, `hang`), and that of a body cut short (`truncate`), which rule M09 forbids to keep.
FAULTS = "fault.newsroom.test"


def test_a_week_of_the_whole_corpus(tmp_path: Path, migrated_file: Path, method: Method) -> None:
    """One test, so that the week is lived once however many processes test."""
    with newsroom(scripted_time=True) as room:
        desk = corpus_desk(room, tmp_path, migrated_file, method)
        live(desk, 7 * DAY)
        judge_reports_no_breach(desk)
        every_feed_is_well_or_says_why_not(desk)
        feeds_are_asked_seldom_and_whole_once(desk)
        pages_are_fetched_once_after_robots_txt(desk)
        desk.tools.store.close()


def corpus_desk(room: Newsroom, folder: Path, template: Path, method: Method) -> Desk:
    """A desk that watches all feeds of the corpus, at the hour at which its scenario begins."""
    made = desk_at(room, folder, template, method)
    made.clock.instant = at({"virtual": room.ask("/_control/state")["now"]})
    made.watch(url for url in room.feeds() if f"//{FAULTS}/" not in url)
    return made


def live(desk: Desk, span: timedelta) -> None:
    """A tick every quarter of an hour, or when the next feed is due; the pages of new entries are fetched, not read.

    But for those that the newsroom has not: feeds as they were found link to the world, most with https, which it does not
    speak (its log would show our CONNECT).
    """
    end = desk.clock.instant + span
    served = sorted({row["host"] for row in desk.room.truth()})
    theirs = EntryRow.url.like("http://%") & EntryRow.host.in_(served)
    while desk.clock.instant < end:
        desk.work()
        with desk.tools.store.begin() as tx:
            tx.execute(update(EntryRow).where(EntryRow.next_try_at.is_not(None), ~theirs).values(next_try_at=None))
        desk.work(JobName.FETCH_PAGES)
        due = desk.next_due()
        assert due is not None
        desk.advance(max(due - desk.clock.instant, STEP))


def rows_of(desk: Desk) -> list[Row]:
    with desk.tools.store.read() as tx:
        return [dict(row._mapping) for row in tx.execute(select(FeedRow.__table__).order_by(FeedRow.id))]


def judge_reports_no_breach(desk: Desk) -> None:
    """`GET /_manners` as the server gives it, its time of day being the scripted one; and once more with the log's scripted times."""
    told, again = desk.manners(), desk.manners(scripted=True)
    assert breaches(told) == {}
    assert breaches(again) == {}
    assert told.keys() >= JUDGED
    assert {rule for rule, row in told.items() if row["ok"]} >= JUDGED
    assert told["M10"]["judged"] > 100
    assert min(told[rule]["judged"] for rule in ("M01", "M29", "M33", "M34")) > 5000


def every_feed_is_well_or_says_why_not(desk: Desk) -> None:
    """Half a thousand feeds after a week: each was read, or has its reason; each has a next poll within a day or so."""
    feeds = rows_of(desk)
    now = desk.clock.instant
    assert len(feeds) > 500
    for feed in feeds:
        assert feed["next_try_at"] is not None, feed["url"]
        assert feed["next_try_at"] - now < 30 * HOUR, feed["url"]
        assert now - feed["last_polled_at"] < 30 * HOUR, feed["url"]
        if feed["state"] in (FeedState.OK, FeedState.STALE, FeedState.EMPTY):
            assert feed["baseline_at"] is not None, feed["url"]
            assert feed["last_error"] is None, feed["url"]
        else:
            assert feed["state"] == FeedState.NOT_A_FEED, (feed["url"], feed["state"])
            assert "not a feed" in feed["last_error"]
        assert feed["leased_until"] is None
        assert not feed["distrusted"]
    states = Counter(feed["state"] for feed in feeds)
    log.info("states: %s", dict(states))
    assert states[FeedState.NOT_A_FEED] <= 1  # one of the corpus ends as a page of its site's guards
    assert states[FeedState.OK] > 400


def feeds_are_asked_seldom_and_whole_once(desk: Desk) -> None:
    """Requests per feed and day: never under the floor, most of them seldom, nearly all answered by 304."""
    watched = {feed["url"].removeprefix("http://") for feed in rows_of(desk)}
    rows = [row for row in desk.log() if address_of(row) in watched]
    begun = at(rows[0])
    per_day: dict[str, Counter[int]] = defaultdict(Counter)
    for row in rows:
        per_day[address_of(row)][(at(row) - begun) // DAY] += 1
    assert per_day.keys() == watched
    for day in range(7):
        counts = sorted(per_day[feed][day] for feed in watched)
        spread = [counts[round(q * (len(counts) - 1))] for q in (0, 0.1, 0.5, 0.9, 1)]
        log.info("day %d: %d polls; per feed least, tenth, median, ninetieth, most: %s", day + 1, sum(counts), spread)
        assert spread[-1] <= 96
    whole = [sum(per_day[feed].values()) for feed in watched]
    assert min(whole) >= 5  # once a day and up to a fifth more: none is stuck
    by_feed = defaultdict(list)
    for row in rows:
        by_feed[address_of(row)].append(at(row))
    waits = [after - before for times in by_feed.values() for before, after in pairwise(times)]
    assert min(waits) >= STEP - timedelta(seconds=1)
    assert median(waits) >= HOUR
    answers = Counter(row["status"] for row in rows)
    log.info("answers: %s of %d", dict(answers), len(rows))
    assert answers.keys() == {200, 304}
    assert answers[304] / len(rows) > 0.9
    bare = Counter(address_of(row) for row in rows if row["if_none_match"] is None and row["if_modified_since"] is None)
    assert bare == dict.fromkeys(watched, 1)  # one unconditional GET in a feed's life


def pages_are_fetched_once_after_robots_txt(desk: Desk) -> None:
    """Each page one GET, two more tries where there is none, none before its host's robots.txt, which is asked at most once a day."""
    watched = {feed["url"].removeprefix("http://") for feed in rows_of(desk)}
    others = [row for row in desk.log() if address_of(row) not in watched]
    pages = [row for row in others if row["path"] != "/robots.txt"]
    asked: dict[str, list[Row]] = defaultdict(list)
    for row in others:
        if row["path"] == "/robots.txt":
            asked[row["host"]].append(row)
    log.info("%d pages, %d times robots.txt", len(pages), sum(map(len, asked.values())))
    had = Counter(address_of(row) for row in pages if row["status"] == 200)
    assert len(had) > 400
    assert set(had.values()) == {1}
    # feeds as they were found link to what is not served
    missing = Counter(address_of(row) for row in pages if row["status"] != 200)
    assert not had.keys() & missing.keys()
    assert max(missing.values()) <= 3, missing.most_common(3)
    for row in pages:
        assert asked[row["host"]][0]["n"] < row["n"]
    for times in asked.values():
        assert all(at(after) - at(before) > DAY - HOUR for before, after in pairwise(times))


def test_on_the_server_as_it_is_only_intervals_are_judged_by_a_clock_that_is_not_theirs(
    tmp_path: Path, migrated_file: Path, method: Method
) -> None:
    """The unchanged server judges max-age by real time, which hardly passes here: that is all it has against us."""
    with newsroom() as room:
        desk = corpus_desk(room, tmp_path, migrated_file, method)
        live(desk, 3 * HOUR)
        told = breaches(desk.manners())
        assert told.keys() <= {"M10"}
        assert breaches(desk.manners(scripted=True)) == {}
        desk.tools.store.close()
