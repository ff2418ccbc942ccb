"""Manners M10 to M19, M21 and M22: when a feed is asked again, by the newsroom's scripted clock, with which ours goes in step."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from claimwatch.settings import child_environ
from schedules.cadence import CadencePolicy
from tests.live.conftest import Newsroom
from tests.live.manners import (
    DAY,
    HOUR,
    MINUTE,
    Desk,
    at,
    desk_at,
    gaps,
    median,
    news,
    newsroom,
    site,
    statuses,
)
from worker.steps.judge import Method

pytestmark = [pytest.mark.live, pytest.mark.newsroom]

A = "gazette.test/feed.xml"
SECOND = timedelta(seconds=1)  # the log counts whole ones


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with newsroom() as made:
        yield made


@pytest.fixture(scope="module")
def timed_room() -> Iterator[Newsroom]:
    with newsroom(scripted_time=True) as made:
        yield made


@pytest.fixture
def desk(room: Newsroom, tmp_path: Path, migrated_file: Path, method: Method) -> Iterator[Desk]:
    made = desk_at(room, tmp_path, migrated_file, method)
    yield made
    made.tools.store.close()


@pytest.fixture
def timed_desk(timed_room: Newsroom, tmp_path: Path, migrated_file: Path, method: Method) -> Iterator[Desk]:
    made = desk_at(timed_room, tmp_path, migrated_file, method)
    yield made
    made.tools.store.close()


@pytest.mark.parametrize("hint", [{"max_age": "3h"}, {"expires": "3h"}])
def test_m10_what_is_fresh_is_not_asked_for(timed_desk: Desk, hint: dict[str, object]) -> None:
    """Not before max-age or Expires has run out, even where there is news every quarter of an hour."""
    timed_desk.play({"gazette.test": site({"items": news(200, every=15 * MINUTE, since=-24 * HOUR), **hint})})
    timed_desk.live(DAY)
    waits = gaps(timed_desk.log(A))
    assert min(waits) >= 3 * HOUR - SECOND
    assert 5 <= len(waits) <= 8
    told = timed_desk.manners()
    assert told["M10"]["ok"] if "max_age" in hint else "M10" not in told  # the judge reads no Expires


def test_m10_the_age_of_an_answer_counts(desk: Desk) -> None:
    """A cache that has kept the feed for two of its three hours lets us come back in one."""
    desk.play(
        {"gazette.test": site({"items": news(200, every=15 * MINUTE, since=-24 * HOUR)})},
        [{"match": A, "do": "headers", "set": {"Cache-Control": "max-age=10800", "Age": "7200"}}],
    )
    desk.live(12 * HOUR)
    waits = gaps(desk.log(A))
    assert min(waits) >= HOUR - SECOND
    assert median(waits) < 1.5 * HOUR


def test_m11_about_hourly_without_a_hint(desk: Desk) -> None:
    """Who says nothing and has news every hour is asked about every hour."""
    desk.play({"gazette.test": site({"items": news(80, every=HOUR, since=-40 * HOUR)})})
    desk.live(DAY)
    waits = gaps(desk.log(A))
    assert 30 * MINUTE <= median(waits) <= 90 * MINUTE
    assert len(waits) >= 14


def test_m11_a_new_feed_with_nothing_to_go_by_is_asked_again_in_about_an_hour(desk: Desk) -> None:
    """One undated entry is no habit yet."""
    desk.play({"gazette.test": site({"items": news(1, every=HOUR, since=-HOUR), "dates": "missing"})})
    desk.polls(2)
    (wait,) = gaps(desk.log(A))
    assert 45 * MINUTE <= wait <= 75 * MINUTE


def test_m11_never_under_a_quarter_of_an_hour(desk: Desk) -> None:
    """`ttl` 1, sy:updatePeriod hourly 60 times and news every minute: no more often than the floor."""
    hints = {"ttl": 1, "update_period": "hourly", "update_frequency": 60}
    desk.play({"gazette.test": site({"items": news(700, every=MINUTE, since=-2 * HOUR), **hints})})
    desk.live(8 * HOUR)
    waits = gaps(desk.log(A))
    assert min(waits) >= CadencePolicy().floor - SECOND == 15 * MINUTE - SECOND
    assert median(waits) < 25 * MINUTE


def test_m12_ttl_is_waited_for(desk: Desk) -> None:
    """`ttl` 240: four hours between polls, whatever the feed brings meanwhile."""
    desk.play({"gazette.test": site({"items": news(300, every=10 * MINUTE, since=-9 * HOUR), "ttl": 240})})
    desk.live(DAY)
    waits = gaps(desk.log(A))
    assert min(waits) >= 4 * HOUR - SECOND
    assert len(waits) >= 4


def test_m13_no_poll_in_hours_and_on_days_that_are_skipped(desk: Desk) -> None:
    """skipHours (GMT) and skipDays are kept for nine days; outside them the feed is polled as usual."""
    hours, days = [0, 1, 2, 3, 4, 5, 22, 23], ["Saturday", "Sunday"]
    desk.play({"gazette.test": site({"items": news(230, every=HOUR), "skip_hours": hours, "skip_days": days})})
    desk.live(9 * DAY)
    when = [at(row) for row in desk.log(A)]
    assert not [one for one in when if one.hour in hours]
    assert not [one for one in when if one.strftime("%A") in days]
    assert {one.strftime("%A") for one in when} == {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday"}
    assert len(when) > 60


def test_m14_syndication_periods_are_waited_for(desk: Desk) -> None:
    """sy:updatePeriod daily: once a day; twice daily: not within twelve hours."""
    items = news(200, every=HOUR)
    desk.play(
        {
            "daily.test": site({"items": items, "update_period": "daily"}),
            "twice.test": site({"items": items, "update_period": "daily", "update_frequency": 2, "format": "rdf"}),
        }
    )
    desk.live(4 * DAY)
    daily, twice = gaps(desk.log("daily.test/feed.xml")), gaps(desk.log("twice.test/feed.xml"))
    assert min(daily) >= DAY - SECOND
    assert min(twice) >= 12 * HOUR - SECOND
    assert (len(daily), len(twice)) == (3, len(twice))
    assert 5 <= len(twice) <= 7


def test_m15_two_hundred_feeds_are_spread(desk: Desk) -> None:
    """Feeds taken on in the same instant part ways: after some intervals no minute has more than a few of them, no full hour any."""
    hosts = {f"paper{n:03}.test": site({"items": news(12, every=HOUR, since=-2 * HOUR)}) for n in range(200)}
    desk.play(hosts)
    for _ in range(6 * 12):  # as a tick would, every five minutes
        desk.work()
        desk.advance(5 * MINUTE)
    begun = desk.clock.instant
    for _ in range(120):
        desk.work()
        desk.advance(MINUTE)
    last = [row for row in desk.log() if at(row) >= begun]
    by_minute = Counter((at(row) - begun) // MINUTE for row in last)
    assert len(last) >= 150
    assert max(by_minute.values()) <= 20, sorted(by_minute.items())
    assert len(by_minute) > 40, sorted(by_minute.items())
    with desk.tools.store.read() as tx:
        due = [row[0] for row in tx.exec_driver_sql("SELECT next_try_at FROM feeds")]
    assert len(due) == 200
    assert not [one for one in due if one[14:16] in ("00", "01")]
    most = max(sum(o["time"] <= row["time"] < o["time"] + o["seconds"] for o in last) for row in last)
    assert most <= 64  # under way together, all hosts taken together: the door's own bound


def test_m16_a_restart_asks_nobody_who_is_not_due(desk: Desk) -> None:
    """Three new processes within one interval: one request per feed."""
    hosts = {f"paper{n}.test": site({"items": news(3, every=HOUR, since=-9 * HOUR)}) for n in range(10)}
    desk.play(hosts)
    for _ in range(3):
        subprocess.run(
            [sys.executable, "-m", "claimwatch", "poll", "--at", desk.clock.instant.isoformat()],
            env=child_environ(desk.environ),
            check=True,
            capture_output=True,
            timeout=300,
        )
        desk.advance(5 * MINUTE)
    polls = Counter(row["host"] for row in desk.log() if row["path"] == "/feed.xml")
    assert polls == dict.fromkeys(hosts, 1)


@pytest.mark.parametrize(("status", "dated"), [(429, 0), (503, 1)])
def test_m17_retry_after_binds_the_host(timed_desk: Desk, status: int, dated: int) -> None:
    """Five hours, in seconds or as a date: until then no request goes to that host, for none of its feeds, restarts included."""
    host = "gazette.test"
    two = {path: {"items": news(40, every=HOUR, since=-20 * HOUR)} for path in ("/one.xml", "/two.xml")}
    two["/two.xml"]["items"] = news(1, every=HOUR)
    timed_desk.play({host: {"feeds": two}, "other.test": site({"items": news(40, every=HOUR, since=-20 * HOUR)})})
    timed_desk.rule(f"{host}/one.xml", str(status), retry_after="5h", retry_date=dated, requests="2")
    timed_desk.live(14 * HOUR, before_poll=timed_desk.restart)
    rows = [row for row in timed_desk.log() if row["host"] == host]
    (no,) = (n for n, row in enumerate(rows) if row["status"] == status)
    assert "Retry-After" in rows[no]["sent"]
    assert rows[no]["sent"]["Retry-After"].isdigit() is not bool(dated)
    assert at(rows[no + 1]) - at(rows[no]) >= 5 * HOUR - SECOND
    assert {row["path"] for row in rows[no + 1 :]} == {"/one.xml", "/two.xml"}
    elsewhere = [row for row in timed_desk.log("other.test/feed.xml") if at(rows[no]) < at(row) < at(rows[no + 1])]
    assert len(elsewhere) >= 3
    assert timed_desk.manners()["M17"]["ok"]


def test_m18_without_retry_after_the_wait_doubles_up_to_a_day(desk: Desk) -> None:
    """429 again and again: each wait is at least twice the one before, until it is a day; one good answer ends it."""
    desk.play({"gazette.test": site({"items": news(60, every=HOUR, since=-30 * HOUR)})})
    desk.rule(A, "429", requests="2-9")
    desk.live(8 * DAY)
    rows = desk.log(A)
    assert statuses(rows)[:10] == [200, *[429] * 8, 200]
    waits = gaps(rows)[:9]
    assert all(after >= min(2 * before, DAY) - SECOND for before, after in pairwise(waits))
    assert DAY - SECOND <= waits[-1] <= 1.25 * DAY
    assert gaps(rows)[10] < 8 * HOUR


@pytest.mark.parametrize(("do", "more"), [("500", {}), ("reset", {}), ("status", {"status": 502})])
def test_m19_servers_in_trouble_are_left_alone_ever_longer(desk: Desk, do: str, more: dict[str, object]) -> None:
    """5xx and connections that break: one request a poll, and waits that grow to a day."""
    desk.play({"gazette.test": site({"items": news(40, every=HOUR, since=-20 * HOUR)})})
    desk.rule(A, do, requests="2-", **more)
    desk.live(6 * DAY)
    rows = desk.log(A)
    waits = gaps(rows)
    assert min(waits) >= 15 * MINUTE
    assert all(after > before * 1.4 for before, after in pairwise(waits[2:6]))
    assert waits[-1] >= DAY - SECOND
    assert len(rows) <= 15
    assert desk.feed(A)["state"] == "unreachable"
    assert desk.feed(A)["failing_since"] is not None


def test_m19_who_does_not_answer_at_all_is_left_alone_ever_longer(
    room: Newsroom, tmp_path: Path, migrated_file: Path, method: Method
) -> None:
    """A port on which nobody listens: no second try at once, and the polls thin out."""
    desk = desk_at(room, tmp_path, migrated_file, method, FETCH_PROXY_URL="", FETCH_ALLOW_PRIVATE="true")
    desk.play({}, watch=["127.0.0.1:9/feed.xml"])
    desk.live(4 * DAY)
    with desk.tools.store.read() as tx:
        polls = [row[0] for row in tx.exec_driver_sql("SELECT at FROM polls ORDER BY at")]
    assert 5 <= len(polls) <= 12
    assert desk.feed("127.0.0.1:9/feed.xml")["state"] == "unreachable"
    desk.tools.store.close()


@pytest.mark.parametrize(("status", "state"), [(401, "refused"), (403, "refused"), (404, "gone")])
def test_m21_what_is_not_to_be_had_is_asked_ever_less_and_given_up_in_the_open(
    desk: Desk, status: int, state: str
) -> None:
    """401, 403, 404: rows thin out to one a day, and after thirty days there is none more, and the list says so."""
    desk.play({"gazette.test": site({"items": news(40, every=HOUR, since=-20 * HOUR)})})
    desk.rule(A, str(status), requests="3-")
    desk.live(31 * DAY)
    rows = desk.log(A)[2:]
    waits = gaps(rows)
    assert all(after > before for before, after in pairwise(waits[:3]))
    assert min(waits[5:]) >= DAY - SECOND
    assert len(rows) <= 36
    desk.live(30 * DAY)
    stopped = desk.log(A)
    assert at(stopped[-1]) - at(rows[0]) <= 32 * DAY
    feed = desk.feed(A)
    assert (feed["state"], feed["next_try_at"]) == (state, None)
    assert str(status) in feed["last_error"]
    told = subprocess.run(
        [sys.executable, "-m", "claimwatch", "feed", "list"],
        env=child_environ(desk.environ),
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout
    assert state in told


def test_m22_410_is_the_end(desk: Desk) -> None:
    """Gone is gone: no further request, and the state says it."""
    desk.play({"gazette.test": site({"items": news(40, every=HOUR, since=-20 * HOUR)})})
    desk.rule(A, "410", requests="3-")
    desk.live(20 * DAY)
    assert statuses(desk.log(A)) == [200, 200, 410]
    feed = desk.feed(A)
    assert (feed["state"], feed["next_try_at"]) == ("gone", None)
    assert len(desk.titles(A)) > 20
    assert desk.manners()["M22"]["ok"]
