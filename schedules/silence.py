"""When silence is trouble: nobody looks for what is due, or no feed answers any more. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """One trouble. `name` is its key: who was told of it today is not told again."""

    name: str
    since: datetime
    what: str


def silences(
    last_tick: datetime | None, feeds: Sequence[tuple[datetime, timedelta]], *, now: datetime, patience: timedelta
) -> list[Silence]:
    """What has been silent for longer than `patience` beyond its own time. Without feeds, or before the first tick, none.

    `feeds`: (last answer, interval) of those that are polled.
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
    # one feed within its time is enough: then the way out, the door and the worker are well
    if feeds and all(now > last + interval + patience for last, interval in feeds):
        latest = max(last for last, _interval in feeds)
        found.append(
            Silence(name="feeds", since=latest, what="no feed answers: worker-fetch is down or has no way out")
        )
    return found
