"""M10 to M19, M21 to M25 and M28 as far as the cadence decides them, and its limits whatever a feed says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.cadence import CadencePolicy, Outcome, Plan, after_poll
from schedules.skipped import is_skipped
from storage.records import Feed, FeedHints, FeedState
from tests.builders import a_feed
from tests.fakes import NOON

POLICY = CadencePolicy()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Minutes at which no wait of these tests ends on a full hour.
NOW = NOON + 17 * MINUTE
UNCHANGED = Outcome(status=304)


def news(new: int = 1, items: int = 30, **told: object) -> Outcome:
    return Outcome(**{"status": 200, "new": new, "items": items} | told)  # type: ignore[arg-type]


def failed(status: int | None = None, **told: object) -> Outcome:
    return Outcome(**{"status": status, "failed": True} | told)  # type: ignore[arg-type]


def plan(outcome: Outcome, *, jitter: float = 0.0, now: datetime = NOW, **feed: Any) -> Plan:
    return after_poll(a_feed(**feed), outcome, now=now, policy=POLICY, jitter=jitter)


def wait(outcome: Outcome, *, jitter: float = 0.0, now: datetime = NOW, **feed: Any) -> timedelta:
    due = plan(outcome, jitter=jitter, now=now, **feed).next_poll
    assert due is not None
    return due - now


def written(feed: Feed, told: Plan, *, now: datetime) -> Feed:
    """The row after the poll, as the jobs write it."""
    well = told.failures == 0
    return replace(
        feed,
        state=told.state,
        interval=told.interval,
        gap=told.gap,
        newest=told.newest,
        failures=told.failures,
        failing_since=told.failing_since,
        empty_runs=told.empty_runs,
        last_polled_at=now,
        last_success_at=now if well else feed.last_success_at,
        baseline_at=feed.baseline_at or (now if well else None),
    )


def polled(feed: Feed, outcome: Outcome, *, polls: int, jitter: float = 0.0) -> list[tuple[datetime, Plan]]:
    """So many polls, each at the time the one before said, with the same outcome; fewer if there is no next."""
    now, rows = NOW, []
    for _ in range(polls):
        told = after_poll(feed, outcome, now=now, policy=POLICY, jitter=jitter)
        rows.append((now, told))
        if told.next_poll is None:
            break
        feed, now = written(feed, told, now=now), told.next_poll
    return rows


# M11: about hourly without a hint, never under the floor


def test_a_feed_of_which_nothing_is_known_is_polled_about_hourly() -> None:
    first = plan(news(10, 10), state=FeedState.NEW, baseline_at=None)
    assert first.interval == HOUR
    assert first.gap is None


def test_a_feed_with_news_every_moment_is_not_polled_under_the_floor() -> None:
    busy: dict[str, Any] = {"gap": 2 * MINUTE, "newest": NOW}
    assert wait(UNCHANGED, **busy) == POLICY.floor
    assert wait(news(29, 30, fresh=MINUTE, hints=FeedHints(min_interval=MINUTE)), **busy) >= POLICY.floor


# What is learned


@pytest.mark.parametrize(
    ("gap", "about"), [(90 * MINUTE, 90 * MINUTE), (DAY, 6 * HOUR), (7 * DAY, 16 * HOUR), (60 * DAY, DAY)]
)
def test_the_wait_grows_with_the_root_of_the_gap(gap: timedelta, about: timedelta) -> None:
    assert abs(wait(UNCHANGED, gap=gap, newest=NOW) - about) < about / 20


def test_the_wait_grows_while_nothing_comes_and_the_habit_stays() -> None:
    waits = [plan(UNCHANGED, gap=HOUR, newest=NOW - n * DAY) for n in (0, 1, 5, 200)]
    assert [one.interval for one in waits] == sorted({one.interval for one in waits})
    assert waits[-1].interval == POLICY.ceiling
    assert {one.gap for one in waits} == {HOUR}


def test_news_come_oftener_than_usual_and_the_gap_shrinks() -> None:
    soon = plan(news(3, published=tuple(NOW - n * 10 * MINUTE for n in (0, 1, 2))), gap=2 * HOUR, newest=NOW - HOUR / 2)
    assert soon.gap is not None
    assert HOUR / 2 < soon.gap < 2 * HOUR
    assert soon.newest == NOW


def test_the_dates_of_the_first_document_are_a_habit() -> None:
    dates = tuple(NOW - n * 4 * HOUR for n in range(1, 21))
    first = plan(news(20, 20, published=dates), baseline_at=None, state=FeedState.NEW)
    assert first.gap == 4 * HOUR
    assert first.newest == NOW - 4 * HOUR


def test_when_hardly_anything_known_is_left_the_next_poll_comes_much_sooner() -> None:
    usual = wait(news(1, 30), gap=DAY, newest=NOW - DAY)
    lost = wait(news(30, 30), gap=DAY, newest=NOW - DAY)
    crowded = wait(news(20, 30), gap=DAY, newest=NOW - DAY)
    assert lost < usual / 3
    assert usual / 3 < crowded < usual


def test_a_change_document_says_nothing_of_what_was_lost() -> None:
    """226: all that is in it is new, as it should be."""
    usual = plan(news(3, 30), gap=DAY, newest=NOW - DAY)
    assert plan(news(3, 3, delta=True), gap=DAY, newest=NOW - DAY) == usual


def test_the_first_document_is_no_loss() -> None:
    dates = tuple(NOW - n * DAY for n in range(30))
    assert wait(news(30, 30, published=dates), baseline_at=None) > 5 * HOUR


def test_old_entries_under_other_names_are_no_loss() -> None:
    dates = tuple(NOW - n * DAY for n in range(30))
    usual = plan(UNCHANGED, gap=DAY, newest=NOW)
    assert plan(news(30, 30, published=dates), gap=DAY, newest=NOW) == usual


# M10, M12, M14: what the publisher asks for


def test_the_longest_of_what_is_asked_for_counts_up_to_a_day() -> None:
    busy: dict[str, Any] = {"gap": 20 * MINUTE, "newest": NOW}
    hints = FeedHints(min_interval=4 * HOUR)
    assert wait(Outcome(status=304, fresh=3 * HOUR), **busy) == 3 * HOUR
    assert wait(Outcome(status=304, fresh=3 * HOUR, hints=hints), **busy) == 4 * HOUR
    assert wait(Outcome(status=304, fresh=5 * HOUR, hints=hints), **busy) == 5 * HOUR
    assert wait(Outcome(status=304, fresh=400 * DAY), **busy) == DAY


def test_the_hints_of_the_last_document_hold_over_every_304_until_a_new_one_drops_them() -> None:
    told: dict[str, Any] = {"gap": 20 * MINUTE, "newest": NOW, "hints": FeedHints(min_interval=4 * HOUR)}
    assert wait(UNCHANGED, **told) == 4 * HOUR
    assert wait(news(1, 30, hints=FeedHints()), **told) < HOUR


def test_a_loss_does_not_make_us_ask_before_what_was_asked_for() -> None:
    assert wait(news(30, 30, fresh=3 * HOUR), gap=20 * MINUTE, newest=NOW - HOUR) == 3 * HOUR


def test_a_person_may_set_how_often_and_the_publisher_may_ask_for_less() -> None:
    assert wait(news(30, 30), every=2 * HOUR, gap=DAY) == 2 * HOUR
    assert wait(UNCHANGED, every=3 * DAY, gap=HOUR, newest=NOW) == 3 * DAY
    assert wait(UNCHANGED, every=MINUTE) == POLICY.floor
    assert wait(Outcome(status=304, fresh=4 * HOUR), every=2 * HOUR) == 4 * HOUR


# M13: skipHours and skipDays


def test_no_poll_in_skipped_hours_nor_on_skipped_days() -> None:
    hints = FeedHints(skip_hours=frozenset({13, 14, 15}))
    due = NOW + wait(UNCHANGED, gap=HOUR, newest=NOW, hints=hints)
    assert (due.hour, due.minute) == (16, 2)  # a little behind the hour, when all others come back
    weekend = FeedHints(skip_days=frozenset({NOW.weekday(), (NOW.weekday() + 1) % 7}))
    due = NOW + wait(UNCHANGED, gap=HOUR, newest=NOW, hints=weekend)
    assert due.date() == (NOW + 2 * DAY).date()


def test_skipped_hours_are_gmt_and_bind_failing_feeds_too() -> None:
    hints = FeedHints(skip_hours=frozenset({13}))
    due = NOW + wait(failed(500), hints=hints)
    assert due.astimezone(UTC).hour == 14


@pytest.mark.parametrize(
    "hints", [FeedHints(skip_hours=frozenset(range(24))), FeedHints(skip_days=frozenset(range(7)))]
)
def test_who_skips_all_has_said_nothing(hints: FeedHints) -> None:
    assert wait(UNCHANGED, gap=HOUR, newest=NOW, hints=hints) == wait(UNCHANGED, gap=HOUR, newest=NOW)


# M15: spread


def test_polls_are_spread_over_a_fifth_of_the_wait_and_none_is_at_the_full_hour() -> None:
    due = [NOW + wait(UNCHANGED, gap=HOUR, newest=NOW, jitter=n / 200) for n in range(200)]
    assert max(due) - min(due) > 10 * MINUTE
    assert len({at.replace(second=0, microsecond=0) for at in due}) > 10
    assert all(at.minute >= 2 for at in due)


def test_who_skips_the_same_hours_does_not_come_back_in_one_minute() -> None:
    hints = FeedHints(skip_hours=frozenset(range(12, 18)))
    due = [NOW + wait(UNCHANGED, gap=DAY, newest=NOW, hints=hints, jitter=n / 100) for n in range(100)]
    assert len({at.replace(second=0, microsecond=0) for at in due}) > 5


# M17, M18, M19: failures that pass


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for(status: int) -> None:
    assert wait(failed(status, retry_at=NOW + 30 * HOUR), jitter=0.5) >= 30 * HOUR
    assert wait(failed(status, retry_at=NOW + 90 * DAY)) == 30 * DAY
    assert wait(failed(status, retry_at=NOW + 90 * MINUTE / 60)) >= HOUR  # a shorter one makes nothing sooner


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("jitter", [0.0, 0.9, None])
def test_429_and_503_double_the_wait_each_time_up_to_a_day(status: int, jitter: float | None) -> None:
    feed, now, waits = a_feed(interval=HOUR, last_polled_at=NOW - 1.2 * HOUR), NOW, [1.2 * HOUR]
    for n in range(8):
        told = after_poll(
            feed, failed(status), now=now, policy=POLICY, jitter=jitter if jitter is not None else (0.99, 0.0)[n % 2]
        )
        assert told.next_poll is not None
        waits.append(told.next_poll - now)
        feed, now = written(feed, told, now=now), told.next_poll
    assert all(later >= min(2 * before, DAY) for before, later in pairwise(waits))
    assert max(waits) <= DAY * (1 + POLICY.jitter) + 4 * MINUTE


@pytest.mark.parametrize("status", [500, 502, None])
def test_other_trouble_backs_off_from_the_usual_wait(status: int | None) -> None:
    rows = polled(a_feed(interval=HOUR / 2), failed(status), polls=9)
    waits = [told.next_poll - at for at, told in rows if told.next_poll]
    assert waits[:4] == [HOUR / 2, HOUR, 2 * HOUR, 4 * HOUR]
    assert waits[-1] == DAY


def test_a_failing_feed_is_not_polled_sooner_than_when_it_was_well() -> None:
    for outcome in (failed(500), failed(404), failed(429), failed(None), failed(None, permanent=True)):
        assert wait(outcome, interval=20 * HOUR) >= 20 * HOUR
        assert wait(outcome, interval=3 * DAY, every=3 * DAY) >= 3 * DAY


def test_failures_leave_what_was_learned_and_an_answer_ends_them() -> None:
    row = polled(a_feed(interval=2 * HOUR, gap=3 * HOUR, newest=NOW - HOUR), failed(500), polls=3)[-1][1]
    assert (row.failures, row.failing_since, row.interval, row.gap) == (3, NOW, 2 * HOUR, 3 * HOUR)
    well = plan(UNCHANGED, failures=3, failing_since=NOW - DAY, state=FeedState.UNREACHABLE)
    assert (well.failures, well.failing_since, well.state) == (0, None, FeedState.OK)


# M21, M22: failures that last


def test_a_404_for_30_days_thins_out_and_ends_in_gone_with_no_next_try() -> None:
    rows = polled(a_feed(interval=HOUR), failed(404), polls=100)
    states = [told.state for _at, told in rows]
    assert set(states[:2]) == {FeedState.UNREACHABLE}  # once may be a slip: not gone yet
    assert FeedState.GONE in states[:7]
    last_at, last = rows[-1]
    assert (last.state, last.next_poll) == (FeedState.GONE, None)
    assert timedelta(days=30) <= last_at - NOW < timedelta(days=31)
    assert len(rows) < 40
    waits = [after - before for (before, _), (after, _) in pairwise(rows)]
    assert all(later >= before - 4 * MINUTE for before, later in pairwise(waits))


def test_a_house_that_was_down_for_a_month_does_not_give_a_feed_up_at_the_next_404() -> None:
    told = plan(failed(404), failures=1, failing_since=NOW - 60 * DAY, state=FeedState.UNREACHABLE)
    assert told.state is FeedState.GONE
    assert told.next_poll is not None


@pytest.mark.parametrize("status", [401, 403, 451])
def test_who_refuses_us_for_a_month_is_not_asked_any_more_and_the_state_says_so(status: int) -> None:
    last = polled(a_feed(interval=HOUR), failed(status), polls=100)[-1][1]
    assert (last.state, last.next_poll) == (FeedState.REFUSED, None)


@pytest.mark.parametrize(
    "outcome", [failed(None), failed(500), failed(None, permanent=True), failed(200, not_a_feed=True)]
)
def test_other_failures_never_stop_a_feed(outcome: Outcome) -> None:
    rows = polled(a_feed(interval=HOUR), outcome, polls=100)
    assert len(rows) == 100
    assert rows[-1][1].next_poll is not None


def test_410_is_for_good() -> None:
    told = plan(failed(410))
    assert (told.state, told.next_poll) == (FeedState.GONE, None)


# M23 to M25, M28: what is no feed, and what moved


def test_what_is_no_feed_counts_as_a_failure_and_the_wait_grows() -> None:
    rows = polled(a_feed(interval=HOUR), Outcome(status=200, not_a_feed=True), polls=4)
    waits = [told.next_poll - at for at, told in rows if told.next_poll]
    assert waits == sorted(set(waits))
    assert [told.failures for _at, told in rows] == [1, 2, 3, 4]
    assert rows[-1][1].state is FeedState.NOT_A_FEED


# States


WELL: dict[str, Any] = {"gap": HOUR, "newest": NOW - HOUR}
ELSEWHERE = "http://new.example/feed"


@pytest.mark.parametrize(
    ("outcome", "feed", "expected"),
    [
        (news(), WELL, FeedState.OK),
        (UNCHANGED, WELL | {"state": FeedState.UNREACHABLE, "failures": 4}, FeedState.OK),
        (news(0, 0), WELL, FeedState.OK),
        (news(0, 0), WELL | {"empty_runs": 1}, FeedState.EMPTY),
        (UNCHANGED, WELL | {"empty_runs": 2, "state": FeedState.EMPTY}, FeedState.EMPTY),
        (news(0, 0), {"state": FeedState.NEW, "baseline_at": None}, FeedState.EMPTY),
        (news(), WELL | {"empty_runs": 5, "state": FeedState.EMPTY}, FeedState.OK),
        (UNCHANGED, {"gap": DAY, "newest": NOW - 29 * DAY}, FeedState.OK),
        (UNCHANGED, {"gap": DAY, "newest": NOW - 31 * DAY}, FeedState.STALE),
        (UNCHANGED, {"gap": 7 * DAY, "newest": NOW - 60 * DAY}, FeedState.OK),
        (UNCHANGED, {"gap": None, "newest": NOW - 60 * DAY}, FeedState.STALE),
        (news(), {"gap": DAY, "newest": NOW - 60 * DAY, "state": FeedState.STALE}, FeedState.OK),
        (news(moved=True), WELL, FeedState.MOVED),
        (UNCHANGED, WELL | {"poll_url": ELSEWHERE}, FeedState.MOVED),
        (UNCHANGED, WELL | {"poll_url": "http://gazette.example/feed.xml"}, FeedState.OK),
        (UNCHANGED, {"gap": DAY, "newest": NOW - 60 * DAY, "poll_url": ELSEWHERE}, FeedState.STALE),
        (failed(500), WELL, FeedState.UNREACHABLE),
        (failed(500), WELL | {"failures": 1}, FeedState.UNREACHABLE),
        (failed(500), {"state": FeedState.NEW, "baseline_at": None}, FeedState.UNREACHABLE),
        (failed(403), {"failures": 1}, FeedState.REFUSED),
        (failed(429), {"failures": 1}, FeedState.REFUSED),
        (failed(404), {"state": FeedState.NEW}, FeedState.UNREACHABLE),
        (failed(404), {"failures": 4, "failing_since": NOW - DAY}, FeedState.GONE),
        (failed(200, not_a_feed=True), {"state": FeedState.STALE}, FeedState.NOT_A_FEED),
        (failed(200, not_a_feed=True), {"failures": 1}, FeedState.NOT_A_FEED),
        (failed(None, permanent=True), {"failures": 1}, FeedState.UNREACHABLE),
    ],
)
def test_what_is_said_of_the_feed(outcome: Outcome, feed: dict[str, Any], expected: FeedState) -> None:
    assert plan(outcome, **feed).state is expected


# Whatever a feed says


instants = st.datetimes(datetime(1970, 1, 2), datetime(2090, 1, 1), timezones=st.just(UTC))
hints = st.builds(
    FeedHints,
    min_interval=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
    skip_hours=st.frozensets(st.integers(0, 23)),
    skip_days=st.frozensets(st.integers(0, 6)),
)
outcomes = st.builds(
    Outcome,
    status=st.none() | st.sampled_from([200, 226, 304, 404, 429, 500, 503]),
    failed=st.booleans(),
    not_a_feed=st.booleans(),
    permanent=st.booleans(),
    new=st.none() | st.integers(0, 50),
    items=st.none() | st.integers(0, 50),
    delta=st.booleans(),
    published=st.lists(instants, max_size=8).map(tuple),
    fresh=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
    hints=st.none() | hints,
    retry_at=st.none() | instants,
)
feeds = st.builds(
    a_feed,
    interval=st.timedeltas(MINUTE, DAY),
    failures=st.integers(0, 40),
    failing_since=st.none() | instants,
    last_polled_at=st.none() | instants,
    baseline_at=st.none() | instants,
    last_success_at=st.none() | instants,
    gap=st.none() | st.timedeltas(MINUTE, timedelta(days=366)),
    newest=st.none() | instants,
    hints=hints,
    empty_runs=st.integers(0, 3),
)


@given(feeds, outcomes, st.floats(0, 0.999))
def test_never_before_the_floor_nor_what_was_asked_for_and_never_over_the_ceiling_unasked(
    feed: Feed, outcome: Outcome, jitter: float
) -> None:
    told = after_poll(feed, outcome, now=NOW, policy=POLICY, jitter=jitter)
    if told.next_poll is None:
        assert told.state in (FeedState.GONE, FeedState.REFUSED)
        return
    in_force = outcome.hints if outcome.hints is not None else feed.hints
    assert told.next_poll - NOW >= POLICY.floor
    for asked in (outcome.fresh, in_force.min_interval):
        assert told.next_poll - NOW >= min(asked or timedelta(0), DAY)
    if outcome.retry_at is not None:
        assert told.next_poll >= min(outcome.retry_at, NOW + POLICY.retry_most)
    assert not is_skipped(in_force, told.next_poll)
    if outcome.retry_at is None and not in_force.skip_hours and not in_force.skip_days:
        assert told.next_poll - NOW <= DAY * (1 + POLICY.jitter) + 4 * MINUTE
    if not (outcome.failed or outcome.not_a_feed):
        assert POLICY.floor <= told.interval <= POLICY.ceiling


@given(feeds, st.sampled_from([None, 404, 429, 500, 503]), st.booleans())
def test_the_more_failures_the_longer_the_wait(feed: Feed, status: int | None, permanent: bool) -> None:
    feed = replace(feed, failing_since=NOW, hints=FeedHints(), last_polled_at=NOW)
    outcome = failed(status, permanent=permanent)
    due = [
        after_poll(replace(feed, failures=n), outcome, now=NOW, policy=POLICY, jitter=0.0).next_poll for n in range(8)
    ]
    shifted = 4 * MINUTE  # away from the full hour
    assert all(one and other and other >= one - shifted for one, other in pairwise(due))


@given(st.lists(st.tuples(outcomes, st.floats(0, 0.999)), min_size=3, max_size=12))
def test_a_feed_of_any_history_can_be_polled_on(history: list[tuple[Outcome, float]]) -> None:
    feed, now = a_feed(state=FeedState.NEW, baseline_at=None, last_success_at=None), NOW
    for outcome, jitter in history:
        told = after_poll(feed, outcome, now=now, policy=POLICY, jitter=jitter)
        if told.next_poll is None:
            break
        assert told.gap is None or MINUTE <= told.gap <= timedelta(days=366)
        assert told.newest is None or told.newest <= now + 10 * MINUTE
        feed, now = written(feed, told, now=now), told.next_poll
