"""The hours and days on which a feed asks not to be polled (RSS 2.0: skipHours, skipDays; GMT). Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.records import FeedHints

_HOURS, _DAYS = frozenset(range(24)), frozenset(range(7))


def is_skipped(hints: FeedHints, at: datetime) -> bool:
    """The feed asks not to be polled then. Who skips all hours, or all days, has said nothing."""
    at = at.astimezone(UTC)
    hours, days = hints.skip_hours & _HOURS, hints.skip_days & _DAYS
    return (hours != _HOURS and at.hour in hours) or (days != _DAYS and at.weekday() in days)


def after_skipped(hints: FeedHints, at: datetime) -> datetime:
    """`at`, or the next full hour that is not skipped: at most a week later, as an hour and a day are always left."""
    while is_skipped(hints, at):
        at = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return at
