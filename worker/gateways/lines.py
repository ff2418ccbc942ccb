"""The requests of one call, in line before their hosts: who goes now, who waits, who is given back.

One request at a time to a host. The turns of all hosts that are to be asked are taken together, those of finished ones
given back together: both in a thread, so that a database that is locked holds up no deadline of what is under way.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from yarl import URL

from storage.errors import StoreError
from storage.instants import written
from worker.errors import FetchFailed
from worker.gateways.clock import Clock
from worker.gateways.turns import Bound, Left, Mine, Turn, Turns, Wait
from worker.handovers import Fetched, NotModified, Request

log = logging.getLogger("claimwatch.fetch")

Answer = Fetched | NotModified | FetchFailed

# Who holds a host is asked for again after these seconds, each time twice as many up to the last.
_HELD_S, _HELD_LONG_S = 0.03, 0.5
# Turns that nobody here waits for are given back together, after these seconds.
_TOGETHER_S = 0.25


@dataclass(slots=True, kw_only=True)
class Errand:
    """A request under way. `at`: its place among the requests of the call. `url`: what is asked now, in line before `host`.

    `left_s`: seconds of the exchange that are left, redirects included; `given_up_at` (monotonic): no longer waited for.
    """

    at: int
    request: Request
    url: URL
    host: str
    left_s: float
    given_up_at: float
    hops: int = 0
    told_url: str
    permanent_url: str
    unbroken: bool = True


# Does what can be done while the host is ours: (the answer, or None if the errand leads to another host; what binds the host)
Go = Callable[[Errand], Awaitable[tuple[Answer | None, datetime | None]]]


@dataclass(slots=True)
class _Line:
    errands: deque[Errand] = field(default_factory=deque)
    ask_at: float = 0.0
    times_held: int = 0


class Lines:
    """One call's lines. `at_once`: so many requests under way together."""

    def __init__(self, turns: Turns, threads: Executor, go: Go, clock: Clock, *, at_once: int) -> None:
        self._turns, self._threads, self._go, self._clock, self._at_once = turns, threads, go, clock, at_once
        self._lines: dict[str, _Line] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._asked: set[str] = set()
        self._left: list[Left] = []
        self._left_at = 0.0
        self._news = asyncio.Event()
        self._fault: BaseException | None = None
        self.answers: dict[int, Answer] = {}

    async def walk(self, errands: Sequence[Errand]) -> None:
        """Until every errand has its answer. Raises StoreError when no turns can be had."""
        for errand in errands:
            if errand.request.own:
                self._start(errand, None)
            else:
                self._line_up(errand)
        try:
            while self._lines or self._under_way or self._left:
                if self._fault is not None:
                    raise self._fault
                now = time.monotonic()
                self._give_up(now)
                wanted = self._wanted(now)
                if wanted or self._must_give_back(now):
                    await self._change(wanted)
                elif self._lines or self._under_way or self._left:
                    await self._wait(now)
        finally:
            await self._end()

    def _line_up(self, errand: Errand) -> None:
        self._lines.setdefault(errand.host, _Line()).errands.append(errand)

    def _wanted(self, now: float) -> list[str]:
        """Hosts to ask for now: as many as there is room for."""
        room = self._at_once - len(self._under_way)
        free = [host for host, line in self._lines.items() if line.ask_at <= now and host not in self._asked]
        return free[: max(room, 0)]

    def _must_give_back(self, now: float) -> bool:
        if not self._left:
            return False
        idle = not self._under_way and not self._lines
        return idle or now >= self._left_at + _TOGETHER_S or any(left.host in self._lines for left in self._left)

    async def _change(self, wanted: list[str]) -> None:
        left, self._left = self._left, []
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, self._turns.change, left, wanted)
        except StoreError as error:
            if wanted:
                raise
            _not_given_back(left, error)
            return
        now = time.monotonic()
        for host, turn in found.items():
            self._take(host, turn, now)

    def _take(self, host: str, turn: Turn, now: float) -> None:
        line = self._lines[host]
        match turn:
            case Mine():
                line.times_held = 0
                self._start(line.errands.popleft(), turn)
                if not line.errands:
                    del self._lines[host]
            case Bound(until=until):
                for errand in self._lines.pop(host).errands:
                    why = f"its host asked not to be asked before {written(until, timespec='seconds')}"
                    self.answers[errand.at] = FetchFailed(errand.request.url, why, busy=True, retry_at=until)
            case Wait(seconds=seconds, held=True):
                line.ask_at = now + max(seconds, min(_HELD_S * 2**line.times_held, _HELD_LONG_S))
                line.times_held += 1
            case Wait(seconds=seconds):
                line.ask_at = now + seconds + 0.001
                free_at = self._clock.now() + timedelta(seconds=seconds)
                self._give_back(host, lambda errand: errand.given_up_at < line.ask_at, free_at)

    def _start(self, errand: Errand, turn: Mine | None) -> None:
        if turn is not None:
            self._asked.add(errand.host)
        task = asyncio.get_running_loop().create_task(self._one(errand, turn))
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._fault = task.exception()
        self._news.set()

    async def _one(self, errand: Errand, turn: Mine | None) -> None:
        host, bound_until = errand.host, None
        try:
            answer, bound_until = await self._go(errand)
            if answer is not None:
                self.answers[errand.at] = answer
            else:
                self._line_up(errand)
        finally:
            if turn is not None:
                self._asked.discard(host)
                if not self._left:
                    self._left_at = time.monotonic()
                self._left.append(Left(host=host, turn=turn, bound_until=bound_until))

    def _give_up(self, now: float) -> None:
        for host in list(self._lines):
            self._give_back(host, lambda errand: errand.given_up_at <= now, None)

    def _give_back(self, host: str, which: Callable[[Errand], bool], retry_at: datetime | None) -> None:
        """End errands of a line that waited too long, or would have to."""
        line = self._lines[host]
        for errand in [errand for errand in line.errands if which(errand)]:
            line.errands.remove(errand)
            why = "its host is busy with other requests of ours"
            self.answers[errand.at] = FetchFailed(errand.request.url, why, busy=True, retry_at=retry_at)
        if not line.errands:
            del self._lines[host]

    async def _wait(self, now: float) -> None:
        """Until something ended, or the next time to ask, to give back or to give up has come."""
        times = [line.ask_at for host, line in self._lines.items() if host not in self._asked]
        if len(self._under_way) >= self._at_once:
            times = []
        times += [errand.given_up_at for line in self._lines.values() for errand in line.errands]
        if self._left:
            times.append(self._left_at + _TOGETHER_S)
        self._news.clear()
        try:
            async with asyncio.timeout(max(min(times) - now, 0.0) if times else None):
                await self._news.wait()
        except TimeoutError:
            return

    async def _end(self) -> None:
        """Nothing goes on after the call; turns that cannot be given back run out."""
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._left:
            left, self._left = self._left, []
            try:
                self._turns.change(left, ())
            except StoreError as error:
                _not_given_back(left, error)


def _not_given_back(left: list[Left], error: StoreError) -> None:
    log.warning("turns of %d hosts are not given back, they run out by themselves: %s", len(left), error)
