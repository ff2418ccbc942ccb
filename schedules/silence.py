"""When silence is trouble: nobody looks for what is due, or no feed answers any more. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """One trouble. `name` is its key: who was told of it today is not told again."""

    name: str
    since: datetime
    what: str


def silences(
    last_tick: datetime | None, feeds: tuple[datetime, timedelta] | None, *, now: datetime, patience: timedelta
) -> list[Silence]:
    """What has been silent for longer than `patience`. Without feeds, or before the first tick, nothing is.

    `feeds`: when any of them last answered, and the shortest interval at which one is asked.
    """
    found = []
    if last_tick is not None and now - last_tick > patience:
        found.append(
            Silence(
                name="tick",
                since=last_tick,
                what="nobody looks for what is due: beat, the broker or worker-fetch is down",
            )
        )
    # one that answers is enough: then the way out, the door and the worker are well
    if feeds is not None and answers_no_more(*feeds, now=now, patience=patience):
        found.append(
            Silence(name="feeds", since=feeds[0], what="no feed answers: worker-fetch is down or has no way out")
        )
    return found


def answers_no_more(last: datetime, interval: timedelta, *, now: datetime, patience: timedelta) -> bool:
    """A feed, or any of several, is asked every `interval` and has not answered for longer than that and `patience`."""
    return now > last + interval + patience
