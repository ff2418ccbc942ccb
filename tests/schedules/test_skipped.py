from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from schedules.skipped import after_skipped, is_skipped
from storage.records import FeedHints

SATURDAY = datetime(2026, 11, 28, 22, 40, tzinfo=UTC)


def test_the_next_hour_that_is_not_skipped_over_midnight() -> None:
    hints = FeedHints(skip_hours=frozenset({22, 23, 0, 1}))
    assert after_skipped(hints, SATURDAY) == datetime(2026, 11, 29, 2, tzinfo=UTC)
    assert after_skipped(hints, SATURDAY - timedelta(hours=1)) == SATURDAY - timedelta(hours=1)


def test_a_skipped_day_ends_at_midnight_gmt_whatever_the_zone_of_the_clock() -> None:
    hints = FeedHints(skip_days=frozenset({5, 6}))
    local = SATURDAY.astimezone(timezone(timedelta(hours=-8)))
    assert after_skipped(hints, local) == datetime(2026, 11, 30, tzinfo=UTC)


def test_hours_and_days_together() -> None:
    hints = FeedHints(skip_hours=frozenset(range(1, 24)), skip_days=frozenset(range(6)))
    assert after_skipped(hints, SATURDAY) == datetime(2026, 11, 29, tzinfo=UTC)


def test_numbers_that_are_no_hour_or_day_do_not_count() -> None:
    assert not is_skipped(FeedHints(skip_hours=frozenset({24, -1}), skip_days=frozenset({7})), SATURDAY)


@given(
    st.frozensets(st.integers(0, 23)),
    st.frozensets(st.integers(0, 6)),
    st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC)),
)
def test_there_is_always_a_time_within_a_week(hours: frozenset[int], days: frozenset[int], at: datetime) -> None:
    hints = FeedHints(skip_hours=hours, skip_days=days)
    later = after_skipped(hints, at)
    assert not is_skipped(hints, later)
    assert timedelta(0) <= later - at <= timedelta(days=8)
