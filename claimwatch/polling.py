"""`claimwatch poll`: the same jobs as the workers', in the foreground, until nothing is due."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from claimwatch.feed_words import instant
from claimwatch.show import many
from schedules.calls import QUEUE, Call, JobName
from storage import entries, feed_histories, feeds, hosts, queries
from worker.gateways.guard import host_in_line
from worker.run import run
from worker.tools import Tools

_BATCHES = (JobName.POLL_FEEDS, JobName.FETCH_PAGES)


@dataclass
class Done:
    """Calls done so far, by job; of pages, which come in batches, the pages. `called`, `asked`: feeds, by id.

    `under_way`: feeds and pages that are being asked now.
    """

    by_job: Counter[JobName] = field(default_factory=Counter)
    called: set[int | str] = field(default_factory=set)
    asked: set[int | str] = field(default_factory=set)
    under_way: Counter[JobName] = field(default_factory=Counter)

    def line(self) -> str:
        """What a person wants to know of it, feeds first, and nothing of what there is none: at most 80 columns or so."""
        n, going = self.by_job, self.under_way
        feeds_asked = f"{len(self.asked)} of {many(len(self.called), 'feed')} asked"
        if going[JobName.POLL_FEEDS]:
            feeds_asked += f" ({going[JobName.POLL_FEEDS]} under way)"
        pages = many(n[JobName.FETCH_PAGES], "page") + " asked"
        if going[JobName.FETCH_PAGES]:
            pages += f" ({going[JobName.FETCH_PAGES]} under way)"
        rest = (
            (n[JobName.READ_SNAPSHOT], "read"),
            (n[JobName.VISIT_ARTICLE], "visited"),
            (n[JobName.JUDGE_ARTICLE], "compared"),
            (n[JobName.SEND_DIGEST], "digests"),
        )
        parts = [feeds_asked, pages if n[JobName.FETCH_PAGES] or going[JobName.FETCH_PAGES] else ""]
        return ", ".join(filter(None, (*parts, *(f"{count} {what}" for count, what in rest if count))))


def for_foreground(tools: Tools) -> Tools:
    """Tools whose stamps run out at once: here a call is run by whoever made it, nothing travels. No heartbeat: that is beat's."""
    times = replace(tools.options.times, called=timedelta(seconds=1))
    return replace(tools, options=replace(tools.options, times=times, heartbeat_url=None))


def polled_since(tx: Any, done: Done, since: datetime) -> int:
    """How many feeds were really asked: a host that is bound, or busy, has its feeds given back."""
    polled = {row["id"]: instant(row["last_polled_at"]) for row in queries.feeds(tx)}
    return sum(1 for one in done.asked if (at := polled.get(int(one))) is not None and at >= since)


def held_back(tx: Any, now: datetime) -> tuple[int, datetime | None]:
    """How many feeds would be asked if their hosts had not asked to be left alone; and until when, the last of them."""
    bounds = feed_histories.bounds(tx, now)
    held = []
    for row in queries.feeds(tx) if bounds else ():
        bound, due = bounds.get(host_in_line(row["poll_url"])), instant(row["next_poll"])
        if bound and due and due <= bound and not row["paused_at"]:
            held.append(bound)
    return len(held), max(held, default=None)


def poll(
    tools: Tools,
    *,
    threads: int,
    force: bool = False,
    progress: Callable[[Done], None] = lambda _done: None,
    stopping: Callable[[timedelta], None] = lambda _most: None,
) -> Done:
    """Ticks and does what they call for, until a tick finds nothing due. Fetching on threads, thinking on this one.

    `force` makes every feed and every waiting entry due, once, whatever its host asked for. `stopping` is called at once when a
    person stops it, with the longest that what is under way may take. Raises StoreError.
    """
    if force:
        now = tools.clock.now()
        with tools.store.begin() as tx:
            feeds.make_all_due(tx, now=now)
            entries.make_all_due(tx, now=now)
            hosts.forget_bounds(tx)
    tools, done = for_foreground(tools), Done()
    with ThreadPoolExecutor(threads, thread_name_prefix="fetch") as pool:
        before: list[Call] = []
        while True:
            calls = run(tools, Call(JobName.TICK))
            if not calls or calls == before:  # what comes back unchanged failed, and is tried again later
                return done
            before = calls
            try:
                _work_off(tools, pool, calls, done, progress)
            except KeyboardInterrupt:
                stopping(tools.options.times.lease)  # no round on the network is longer
                raise


def _work_off(
    tools: Tools, pool: ThreadPoolExecutor, calls: list[Call], done: Done, progress: Callable[[Done], None]
) -> None:
    thinking: deque[Call] = deque()
    out: dict[Future[list[Call]], Call] = {}

    def take(more: list[Call]) -> None:
        for call in more:
            if QUEUE[call.job] == "think":
                thinking.append(call)
            else:
                out[pool.submit(run, tools, call)] = call
                if call.job is JobName.POLL_FEEDS:
                    done.called.update(call.ids)

    take(calls)
    try:
        while thinking or out:
            if thinking:
                call = thinking.popleft()
                take(run(tools, call))
                done.by_job[call.job] += 1
            finished, _rest = wait(out, timeout=0 if thinking else 0.5, return_when=FIRST_COMPLETED)
            for future in finished:
                call = out.pop(future)
                done.by_job[call.job] += len(call.ids) if call.job is JobName.FETCH_PAGES else 1
                if call.job is JobName.POLL_FEEDS:
                    done.asked.update(call.ids)
                take(future.result())
            going = [call for future, call in out.items() if future.running()]
            done.under_way = Counter({job: sum(len(call.ids) for call in going if call.job is job) for job in _BATCHES})
            progress(done)
    finally:
        for future in out:
            future.cancel()
