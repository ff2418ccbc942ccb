from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.digests import next_slot, period_due
from storage.records import Cadence
from tests.builders import a_recipient


def utc(*told: int) -> datetime:
    return datetime(*told, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("cadence", "now", "expected"),
    [
        (Cadence.DAILY, utc(2026, 11, 23, 6, 59), "2026-11-22"),
        (Cadence.DAILY, utc(2026, 11, 23, 7, 0), "2026-11-23"),
        (Cadence.WEEKDAYS, utc(2026, 11, 22, 12), "2026-11-20"),  # a Sunday: Friday's
        (Cadence.WEEKLY, utc(2026, 11, 25, 12), "2026-W48"),
        (Cadence.WEEKLY, utc(2026, 11, 23, 6), "2026-W47"),
    ],
)
def test_the_period_of_the_last_slot(cadence: Cadence, now: datetime, expected: str) -> None:
    assert expected == period_due(a_recipient(cadence=cadence), now=now)


def test_a_slot_before_the_recipient_began_is_none_of_theirs() -> None:
    recipient = a_recipient(began=utc(2026, 11, 23, 8))
    assert period_due(recipient, now=utc(2026, 11, 23, 12)) is None
    assert period_due(recipient, now=utc(2026, 11, 24, 12)) == "2026-11-24"


def test_seven_in_the_morning_is_local_in_summer_and_winter() -> None:
    london = a_recipient(zone="Europe/London")
    assert next_slot(london, now=utc(2026, 7, 1, 0)) == utc(2026, 7, 1, 6)
    assert next_slot(london, now=utc(2026, 12, 1, 0)) == utc(2026, 12, 1, 7)


def test_an_hour_that_the_clock_skips_or_repeats_gives_one_slot_that_day() -> None:
    berlin = a_recipient(zone="Europe/Berlin", at=time(2, 30))
    for day in (utc(2026, 3, 28, 12), utc(2026, 10, 24, 12)):  # the nights before the change
        first = next_slot(berlin, now=day)
        second = next_slot(berlin, now=first)
        assert timedelta(hours=22) <= second - first <= timedelta(hours=26)


@given(
    st.datetimes(datetime(2026, 2, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    st.sampled_from(list(Cadence)),
    st.times(),
)
def test_what_is_next_is_due_when_it_comes(now: datetime, zone: str, cadence: Cadence, at: time) -> None:
    recipient = a_recipient(zone=zone, cadence=cadence, at=at.replace(second=0, microsecond=0))
    slot = next_slot(recipient, now=now)
    assert now < slot <= now + timedelta(days=8)
    before, then = period_due(recipient, now=slot - timedelta(minutes=61)), period_due(recipient, now=slot)
    assert then is not None
    assert slot.astimezone(ZoneInfo(zone)).date().isoformat() == then or then[4:6] == "-W"
    assert before != then
