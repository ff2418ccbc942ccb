"""When a stored article is visited again, to see whether it still says what it said. Pure.

GDELT looked at its articles again after a day and after a week: 17.9 % had another text, 81 % of those within the first
day, 1.5 % were gone. So the visits come close to each other at first, and end after a month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.backoff import delay_after
from storage.visit_records import Standing

# Counted from the first reading, or from the last edit.
STEPS = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 3 * 24, 10 * 24, 30 * 24))
# A page that is not there is looked for once more before it is called gone: servers slip, sites are rebuilt at night.
SECOND_LOOK = timedelta(days=1)
_SURE_AFTER = timedelta(hours=20)
_BASE, _CAP = timedelta(hours=1), timedelta(days=10)
_TRIES = 10  # with the delays above: about a month, as long as the schedule itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`step`: how many steps are behind the article. `due`: the next visit, None: there is none."""

    step: int
    due: datetime | None


NO_MORE = Plan(step=len(STEPS), due=None)


def planned(standing: Standing, *, now: datetime) -> datetime | None:
    """The next visit, now that the article's findings were replaced; None: none, for it carries none or was at the end.

    One that is planned stays; the first is at once if its time went by before there was a finding.
    """
    if not standing.carries or standing.step >= len(STEPS):
        return None
    return standing.next_try_at or max(now, standing.since + STEPS[standing.step])


def next_visit(since: datetime, step: int, *, now: datetime) -> Plan:
    """After a visit that found the article as it was. Steps that were missed, or are less than an hour off, are behind it."""
    for ahead in range(step, len(STEPS)):
        if since + STEPS[ahead] >= now + STEPS[0]:
            return Plan(step=ahead, due=since + STEPS[ahead])
    return NO_MORE


def after_edit(step: int, edits: int, *, now: datetime) -> Plan:
    """After a visit that found it changed: the steps begin anew, with the second, and one later with each further edit.

    So a page that changes all the time is visited less and less, at last once a month. `edits`: this one included.
    """
    ahead = min(step + 1, edits, len(STEPS) - 1)
    return Plan(step=ahead, due=now + STEPS[ahead])


def is_gone(missing_since: datetime | None, *, now: datetime) -> bool:
    """The page that is not there was not there at another look either, about a day ago."""
    return missing_since is not None and now - missing_since >= _SURE_AFTER


def retry_at(failures: int, *, asked: datetime | None, now: datetime) -> datetime | None:
    """The next try after a visit that was refused, never before what Retry-After asked; None: given up.

    `failures`: in a row, this one included.
    """
    if failures >= _TRIES:
        return None
    later = now + delay_after(failures, base=_BASE, cap=_CAP)
    return max(later, asked) if asked else later
