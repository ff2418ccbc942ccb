"""Whose turn it is to ask a host, over all threads, processes and machines of the house: it stands in the database.

Why not in Redis, with the `limits` library: the database is the truth and the queue may be emptied at any moment, with
all that such a library knows; a laptop's foreground runs have no Redis at all; and Retry-After has to outlive both.
A batch of fifty hosts is taken in one statement and given back in one.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from storage import hosts
from storage.engine import Store
from worker.gateways.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """The host is ours until then, or until it is left; the next may ask it `pause_s` seconds after that."""

    until: datetime
    pause_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Not yet: ask again in so many seconds. `held`: somebody has it, for who knows how long."""

    seconds: float
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The host said by Retry-After that nobody shall ask it before (the house's time)."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A turn to give back. `bound_until`: what Retry-After said meanwhile; it binds the host, all its addresses."""

    host: str
    turn: Mine
    bound_until: datetime | None = None


Turn = Mine | Wait | Bound


class Turns(Protocol):
    """Takes and gives back the turns of many hosts at once, from any thread."""

    def change(self, left: Sequence[Left], wanted: Collection[str]) -> dict[str, Turn]:
        """Give turns back, then ask for others: how each of the wanted hosts stands. Raises StoreError."""
        ...


class KeptTurns:
    """Turns in the database. A turn that is not given back (a killed worker) runs out after `lease_s`."""

    def __init__(self, store: Store, clock: Clock, *, spacing_s: float, lease_s: float) -> None:
        self._store, self._clock = store, clock
        self._spacing_s, self._lease_s = spacing_s, lease_s

    def change(self, left: Sequence[Left], wanted: Collection[str]) -> dict[str, Turn]:
        """Give turns back, then ask for others: how each of the wanted hosts stands. Raises StoreError."""
        with self._store.begin() as tx:
            hosts.wait_turn(tx)
            now = _real_now()
            for (turn, bound_until), names in _alike(left).items():
                free_at = now + timedelta(seconds=turn.pause_s)
                hosts.leave(tx, names, taken_until=turn.until, free_at=free_at, bound_until=bound_until)
            if not wanted:
                return {}
            until, told = now + timedelta(seconds=self._lease_s), self._clock.now()
            return {
                found.host: self._turn(found, now, told)
                for found in hosts.take(tx, wanted, until=until, real_now=now, now=told)
            }

    def _turn(self, found: hosts.HostTurn, now: datetime, told: datetime) -> Turn:
        if found.mine and found.busy_until:
            return Mine(until=found.busy_until, pause_s=max(self._spacing_s, found.crawl_delay_s or 0))
        if found.bound_until and found.bound_until > told:
            return Bound(until=found.bound_until)
        if found.busy_until and found.busy_until > now:
            return Wait(seconds=0.0, held=True)
        return Wait(seconds=max(((found.free_at or now) - now).total_seconds(), 0.0), held=False)


def _alike(left: Sequence[Left]) -> dict[tuple[Mine, datetime | None], list[str]]:
    """Hosts that are given back by the same statement."""
    names = defaultdict(list)
    for one in left:
        names[one.turn, one.bound_until].append(one.host)
    return names


def _real_now() -> datetime:
    """Not the house's clock: a pause between two requests passes also under `poll --at`."""
    return datetime.fromtimestamp(time.time(), UTC)
