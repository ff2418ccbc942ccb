"""When a recipient's digest is due, in the recipient's own time zone. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.records import Cadence, Recipient

_LOOK_BACK_DAYS = 9  # more than the longest gap between two slots, which is a week


def period_due(recipient: Recipient, *, now: datetime) -> str | None:
    """The period of the last slot that has passed: "2026-11-23", weekly "2026-W48". None: none since they began.

    Slots missed while the house was down are not made up for: the last one takes all news with it.
    """
    today = now.astimezone(ZoneInfo(recipient.zone)).date()
    for back in range(_LOOK_BACK_DAYS):
        day = today - timedelta(days=back)
        slot = _slot(recipient, day)
        if slot is not None and slot <= now:
            return _period(recipient, day) if slot > recipient.began else None
    return None


def next_slot(recipient: Recipient, *, now: datetime) -> datetime:
    """The first slot after now, UTC."""
    today = now.astimezone(ZoneInfo(recipient.zone)).date()
    slots = (_slot(recipient, today + timedelta(days=ahead)) for ahead in range(_LOOK_BACK_DAYS))
    return next(slot for slot in slots if slot is not None and slot > now)


def _slot(recipient: Recipient, day: date) -> datetime | None:
    """The slot of that local day, UTC; None if the cadence has none. A time that DST skips is an hour later by the clock."""
    if recipient.cadence is Cadence.WEEKDAYS and day.weekday() > 4:
        return None
    if recipient.cadence is Cadence.WEEKLY and day.weekday() != 0:
        return None
    return datetime.combine(day, recipient.at, ZoneInfo(recipient.zone)).astimezone(UTC)


def _period(recipient: Recipient, day: date) -> str:
    if recipient.cadence is Cadence.WEEKLY:
        year, week, _day = day.isocalendar()
        return f"{year}-W{week:02d}"
    return day.isoformat()
