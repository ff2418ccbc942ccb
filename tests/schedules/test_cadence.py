from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.cadence import CadencePolicy, Outcome, max_age, next_interval, next_poll, state_after
from storage.records import FeedState
from tests.builders import a_feed
from tests.fakes import NOON

POLICY = CadencePolicy()
HOUR = timedelta(hours=1)


def due(feed_outcome: Outcome, *, jitter: float = 0.0, **feed: object) -> timedelta:
    got = next_poll(a_feed(**feed), feed_outcome, now=NOON, policy=POLICY, jitter=jitter)
    assert got is not None
    return got - NOON


def test_news_halves_the_wait_and_silence_lengthens_it() -> None:
    assert due(Outcome(new=3, items=9)) == HOUR / 2
    assert due(Outcome(new=0, items=9)) == HOUR * 1.25
    assert due(Outcome()) == HOUR * 1.25  # 304


def test_failures_double_the_wait_up_to_a_day() -> None:
    assert due(Outcome(failed=True), failures=0) == HOUR
    assert due(Outcome(failed=True), failures=2) == 4 * HOUR
    assert due(Outcome(failed=True), failures=50) == timedelta(days=1)


def test_the_feeds_own_hint_and_retry_after_lengthen_the_wait() -> None:
    assert due(Outcome(new=1, items=1, hint=3 * HOUR)) == 3 * HOUR
    assert due(Outcome(new=1, items=1, hint=99 * HOUR)) == timedelta(days=1)
    assert due(Outcome(failed=True, status=429, retry_at=NOON + 30 * HOUR)) == 30 * HOUR


def test_410_is_never_polled_again() -> None:
    assert next_poll(a_feed(), Outcome(failed=True, status=410), now=NOON, policy=POLICY, jitter=0) is None


outcomes = st.builds(
    Outcome,
    new=st.none() | st.integers(0, 50),
    items=st.none() | st.integers(0, 50),
    failed=st.booleans(),
    status=st.none() | st.sampled_from([404, 429, 500]),
    hint=st.none() | st.timedeltas(timedelta(0), timedelta(days=40)),
)


@given(outcomes, st.floats(0, 0.999), st.timedeltas(timedelta(minutes=1), timedelta(days=3)), st.integers(0, 100))
def test_the_next_poll_lies_between_the_floor_and_the_ceiling_with_its_jitter(
    outcome: Outcome, jitter: float, interval: timedelta, failures: int
) -> None:
    wait = due(outcome, jitter=jitter, interval=interval, failures=failures)
    assert POLICY.floor <= wait <= POLICY.ceiling * (1 + POLICY.jitter)
    assert POLICY.floor <= next_interval(a_feed(interval=interval), Outcome(new=0), POLICY) <= POLICY.ceiling


@pytest.mark.parametrize(
    ("outcome", "feed", "expected"),
    [
        (Outcome(new=1, items=1), {}, FeedState.OK),
        (Outcome(new=0, items=0), {"empty_runs": 0, "state": FeedState.OK}, FeedState.OK),
        (Outcome(new=0, items=0), {"empty_runs": 1}, FeedState.EMPTY),
        (Outcome(new=1, items=1, moved=True), {}, FeedState.MOVED),
        (Outcome(failed=True, not_a_feed=True), {}, FeedState.NOT_A_FEED),
        (Outcome(failed=True, status=403), {}, FeedState.REFUSED),
        (Outcome(failed=True, status=429), {}, FeedState.REFUSED),
        (Outcome(failed=True, status=404), {"failures": 0}, FeedState.UNREACHABLE),
        (Outcome(failed=True, status=404), {"failures": 1}, FeedState.GONE),
        (Outcome(failed=True, status=410), {}, FeedState.GONE),
        (Outcome(failed=True, status=500), {}, FeedState.UNREACHABLE),
    ],
)
def test_what_is_said_of_the_feed(outcome: Outcome, feed: dict[str, object], expected: FeedState) -> None:
    assert expected == state_after(a_feed(**feed), outcome)


def test_max_age_less_age_else_expires() -> None:
    assert max_age({"cache-control": "public, max-age=600", "age": "100"}, NOON) == timedelta(seconds=500)
    assert max_age({"expires": "Mon, 23 Nov 2026 13:00:00 GMT"}, NOON) == HOUR
    assert max_age({"expires": "0"}, NOON) is None
    assert max_age({}, NOON) is None
