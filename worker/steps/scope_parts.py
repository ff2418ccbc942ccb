"""The scope of a count, taken apart: the places and the period that it covers, so that two scopes can be told apart.

A figure keeps its scope as words, "Raqqa, between June and October 2017" (`scopes.scope_of`; a watch list writes its own).
They are taken apart where they are compared, so that figures of older judges are too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from storage.folding import fold
from worker.steps.scopes import countries_of, is_broad, places_of
from worker.steps.times import spot_times

# "in 2017" and "June to October 2017" are told of one battle; "since 2014" is not.
_AS_GOOD_AS = timedelta(days=366)
# A month of a campaign is a part of it: less than half of the claim's own time.
_PART = 0.5
# What happened on a day is known by its day: "62 in Syria in September 2016" may be the strike of the 17th. What took
# months is not: "6,000 in Syria in 2017" are not those of one town.
_SHORT = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`places` by their English names. `first`, `last`: the days covered, inclusive; None where none can be read; `last`
    None with a `first`: it goes on. `period`: its words; `broad`: of a whole war or operation.
    """

    places: frozenset[str] = frozenset()
    first: date | None = None
    last: date | None = None
    period: str = ""
    broad: bool = False

    @property
    def place(self) -> str:
        """The places as words."""
        return ", ".join(sorted(self.places))

    def words(self) -> str:
        """Places and period as words, "" if neither is told."""
        return ", ".join(filter(None, (self.place, self.period)))

    def key(self) -> tuple[str, str]:
        """Equal for two scopes that cover the same: (places, days, or the period's words if no day can be read)."""
        days = f"{self.first}/{self.last or ''}" if self.first else " ".join(fold(self.period).split())
        return self.place, days


def scope_parts(words: str, said_on: date | None = None) -> Scope:
    """The parts of a scope's words; `said_on` tells the year of "in October"."""
    places = places_of(words)
    period = ", ".join(part for part in map(str.strip, words.split(",")) if part and part not in places)
    times = spot_times(fold(period), said_on)
    open_ended = any(time.since for time in times)
    return Scope(
        places=places,
        first=min((time.first for time in times), default=None),
        last=None if open_ended else max((time.last for time in times), default=None),
        period=period,
        broad=is_broad(period),
    )


def covers_the_same(ours: Scope, theirs: Scope, *, said_on: date | None = None) -> bool:
    """Whether a count of `theirs` can stand beside one of `ours`: what it leaves unsaid is ours, what it says must agree.

    A period agrees that begins and ends within a year of ours and holds half of it at least. The country in place of our
    place agrees only where both are of a month at most.
    """
    as_country = _is_short(ours) and _is_short(theirs) and theirs.places <= countries_of(ours.places)
    if theirs.places and theirs.places != ours.places and not as_country:
        return False
    if theirs.broad and not ours.broad:
        return False
    if theirs.first is None:  # "during the campaign" says too little to tell it from another, but in words alone
        in_words = ours.first is None and bool(ours.period) and bool(theirs.period)
        return not in_words or ours.key()[1] == theirs.key()[1]
    if ours.first is None:
        return False
    ends = [scope.last or max(said_on or date.max, scope.first or date.min) for scope in (ours, theirs)]
    together = (min(ends) - max(ours.first, theirs.first)).days + 1
    return (
        together >= _PART * ((ends[0] - ours.first).days + 1)
        and abs(ours.first - theirs.first) <= _AS_GOOD_AS
        and abs(ends[0] - ends[1]) <= _AS_GOOD_AS
    )


def _is_short(scope: Scope) -> bool:
    return scope.first is not None and scope.last is not None and scope.last - scope.first <= _SHORT
