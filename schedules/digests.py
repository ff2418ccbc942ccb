"""When a recipient's digest is due, in the recipient's own time zone. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.records import Cadence, Recipient

_LOOK_BACK_DAYS = 9  # more than the longest gap between two slots, which is a week
# What comes at once comes together with what else came in so many minutes.
AT_ONCE_EVERY = timedelta(minutes=5)
# A reader who wished it is told after so long that nothing was new; an hour less, so that DST moves it to no other slot.
_STILL_WATCHING_AFTER = timedelta(days=7) - timedelta(hours=1)


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


def at_once_period(now: datetime) -> str:
    """The period of what comes at once: "at-once-20261128T1530Z". A look that comes twice within it is one."""
    return f"{_AT_ONCE}{now - (now - datetime.min.replace(tzinfo=UTC)) % AT_ONCE_EVERY:%Y%m%dT%H%MZ}"


_AT_ONCE = "at-once-"


def is_at_once(period: str) -> bool:
    """Whether it is a period of what comes at once."""
    return period.startswith(_AT_ONCE)


def is_slot(period: str) -> bool:
    """Whether it is the period of a slot: of such a one it is noted that nothing was new."""
    return re.fullmatch(r"\d{4}-(W\d\d|\d\d-\d\d)", period) is not None


def still_watching_since(recipient: Recipient, last_letter: datetime | None, *, now: datetime) -> datetime | None:
    """Since when nothing was new to a reader who wishes to be told so each week, if it is time to; else None.

    `last_letter`: or when we first looked for news for them; None: never.
    """
    if last_letter is None or not recipient.still_watching or now - last_letter < _STILL_WATCHING_AFTER:
        return None
    return last_letter


def month_of(recipient: Recipient, now: datetime) -> datetime:
    """The first instant of the reader's month, UTC: the digests of a list in one month are one thread."""
    local = now.astimezone(ZoneInfo(recipient.zone))
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


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
