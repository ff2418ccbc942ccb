"""How often a feed has something new, learned from what it brought. Pure.

What is learned is one number, the usual time between two occasions: a running geometric mean that forgets, in which what was
learned before weighs `memory` occasions. So one long silence, or one flurry, moves it by a factor and no further, and a feed that
wakes up after half a year is not asked twice a year. Entries within `occasion` of each other are one occasion: one poll sees
them all. The times are those that the feed tells, where they can be true, else those at which we saw its entries.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# A clock that goes wrong by less is believed.
_FAST_CLOCK = timedelta(minutes=10)
# Entries that are dated so long before the newest that is known are no news of now: a longer window, an old one put up again.
_OLD = timedelta(days=1)
_MOST = timedelta(days=366)
# So many occasions make a habit; a document with fewer only says when the last was.
_ENOUGH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """`gap`: the usual time between two occasions, None: not known. `newest`: when the newest entry came out."""

    gap: timedelta | None = None
    newest: datetime | None = None


def first_habit(published: Iterable[datetime], *, now: datetime, memory: float, occasion: timedelta) -> Habit:
    """What the last dates of the first document tell, as many as are remembered. Without dates: it is there since now.

    The older ones mislead: documents keep some of their old entries and not what stood between them.
    """
    times = believable(published, now)
    if len(times) >= _ENOUGH and times[0] == times[-1]:
        times = []  # the time at which the document was made, or a date that somebody put there once
    if not times:
        return Habit(newest=now)
    starts = occasions(times, occasion)[-1 - round(memory) :]
    if len(starts) < _ENOUGH:
        return Habit(newest=times[-1])
    return Habit(gap=min((starts[-1] - starts[0]) / (len(starts) - 1), _MOST), newest=times[-1])


def next_habit(
    before: Habit,
    new: int,
    published: Iterable[datetime],
    *,
    lost: bool,
    looked: datetime,
    now: datetime,
    memory: float,
    occasion: timedelta,
    default: timedelta,
) -> Habit:
    """The habit after a poll that brought `new` entries, at least one, of which `published` tells the times.

    `lost`: there were probably more; then only what lies between those that are left is known. `looked`: when we looked
    before. `default`: the gap that is taken for granted before there is one, weighing one occasion.
    """
    times = believable(published, now)
    newest = before.newest or now
    current = [at for at in times if at > newest - _OLD]
    if current:
        starts = occasions(current, occasion)
        latest, count = current[-1], len(starts)
    else:  # no dates, or such as say nothing: they came since we looked; if they had dates, at one occasion
        most = 1 if times else 1 + (now - looked) // occasion
        starts, latest, count = [], now, min(new, max(most, 1))
    passed = max(latest - newest, timedelta(0))
    if lost and len(starts) > 1:
        passed, count = starts[-1] - starts[0], len(starts) - 1
    latest = max(latest, newest)
    if passed == timedelta(0):  # put in late, behind others that we know: nothing to be learned of how often
        return Habit(gap=before.gap, newest=latest)
    apart = max(passed / count, occasion)
    if before.gap is None:
        return Habit(gap=mean(default, apart, count, weight=1), newest=latest)
    return Habit(gap=mean(before.gap, apart, count, weight=memory), newest=latest)


def present_gap(gap: timedelta, silence: timedelta, *, memory: float) -> timedelta:
    """The gap to be reckoned with now: what was learned, grown by the silence since the newest entry as in a plain mean."""
    return gap + max(silence, timedelta(0)) / memory


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


def mean(gap: timedelta, apart: timedelta, count: int, *, weight: float) -> timedelta:
    """The geometric mean of `weight` times `gap` and `count` times `apart`."""
    known, seen = math.log(gap.total_seconds()), math.log(apart.total_seconds())
    return min(timedelta(seconds=math.exp((known * weight + seen * count) / (weight + count))), _MOST)
