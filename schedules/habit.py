"""How often a feed has something new, learned from what it brought. Pure.

What is learned is one number, the usual time between two occasions: a running mean that forgets, old times weighing `memory`
occasions. Entries that come within `occasion` of each other are one occasion: one poll sees them all.
The times are those that the feed tells, where they can be true, else those at which we saw its entries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

# A clock that goes wrong by less is believed.
_FAST_CLOCK = timedelta(minutes=10)
# Entries that are dated so long before the newest that is known are no news of now: a longer window, an old one put up again.
_OLD = timedelta(days=1)
_LEAST, _MOST = timedelta(minutes=1), timedelta(days=366)
# So many occasions make a habit; a document with fewer only says when the last was.
_ENOUGH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """`gap`: the usual time between two occasions, None: not known. `newest`: when the newest entry came out."""

    gap: timedelta | None = None
    newest: datetime | None = None


def first_habit(published: Iterable[datetime], *, now: datetime, memory: float, occasion: timedelta) -> Habit:
    """What the dates of the first document tell, the newest weighing most. Without dates: it is there since now."""
    times = believable(published, now)
    if len(times) >= _ENOUGH and times[0] == times[-1]:
        times = []  # the time at which the document was made, or a date that somebody put there once
    if not times:
        return Habit(newest=now)
    gap: timedelta | None = None
    starts = occasions(times, occasion)
    for weight, (one, other) in enumerate(pairwise(starts)):
        gap = mean(gap or timedelta(0), other - one, 1, weight=min(weight, memory))
    return Habit(gap=gap if len(starts) >= _ENOUGH else None, newest=times[-1])


def next_habit(
    before: Habit,
    new: int,
    published: Iterable[datetime],
    *,
    lost: bool,
    now: datetime,
    memory: float,
    occasion: timedelta,
    default: timedelta,
) -> Habit:
    """The habit after a poll that brought `new` entries, at least one, of which `published` tells the times.

    `lost`: there were probably more; then only what lies between those that are left is known. `default`: the gap that is
    taken for granted before there is one, weighing one occasion.
    """
    times = believable(published, now)
    newest = before.newest or now
    current = [at for at in times if at > newest - _OLD]
    if current:
        starts = occasions(current, occasion)
        latest, count = current[-1], len(starts)
    else:  # no dates, or such as say nothing: we have seen them now, and if they had dates, at one occasion
        starts, latest, count = [], now, 1 if times else new
    passed = max(latest - newest, timedelta(0))
    if lost and len(starts) > 1:
        passed, count = starts[-1] - starts[0], len(starts) - 1
    known = before.gap is not None
    gap = mean(before.gap or default, passed, count, weight=memory if known else 1)
    return Habit(gap=gap, newest=max(latest, newest))


def present_gap(habit: Habit, *, since: datetime, now: datetime, memory: float, default: timedelta) -> timedelta:
    """The gap to be reckoned with now: what was learned, grown by the silence since, which weighs as in the mean.

    `since`: when the feed was first read, for one of which nothing else is known.
    """
    silence = max(now - (habit.newest or since), timedelta(0))
    return habit.gap + silence / memory if habit.gap is not None else default + silence


def believable(published: Iterable[datetime], now: datetime) -> list[datetime]:
    """The times that can be true, in order."""
    return sorted(at for at in published if at <= now + _FAST_CLOCK)


def occasions(times: list[datetime], occasion: timedelta) -> list[datetime]:
    """When each occasion began. `times` are in order."""
    starts: list[datetime] = []
    for at in times:
        if not starts or at - starts[-1] >= occasion:
            starts.append(at)
    return starts


def mean(gap: timedelta, passed: timedelta, count: int, *, weight: float) -> timedelta:
    """The mean of `weight` occasions that were `gap` apart and `count` more that took the time `passed`."""
    return min(max((gap * weight + passed) / (weight + count), _LEAST), _MOST)
