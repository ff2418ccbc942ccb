"""`claimwatch poll`: the same jobs as the workers', in the foreground, until nothing is due."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import timedelta

from schedules.calls import QUEUE, Call, JobName
from storage import entries, feeds, hosts
from worker.run import run
from worker.tools import Tools


@dataclass
class Done:
    """Calls done so far, by job; of pages, which come in batches, the pages."""

    by_job: Counter[JobName] = field(default_factory=Counter)

    def line(self) -> str:
        """What a person wants to know of it."""
        n = self.by_job
        return (
            f"{n[JobName.FETCH_PAGES]} pages asked, {n[JobName.READ_SNAPSHOT]} read, "
            f"{n[JobName.VISIT_ARTICLE]} visited again, {n[JobName.JUDGE_ARTICLE]} compared, {n[JobName.SEND_DIGEST]} digests"
        )


def for_foreground(tools: Tools) -> Tools:
    """Tools whose stamps run out at once: here a call is run by whoever made it, nothing travels. No heartbeat: that is beat's."""
    times = replace(tools.options.times, called=timedelta(seconds=1))
    return replace(tools, options=replace(tools.options, times=times, heartbeat_url=None))


def poll(
    tools: Tools, *, threads: int, force: bool = False, progress: Callable[[Done], None] = lambda _done: None
) -> Done:
    """Ticks and does what they call for, until a tick finds nothing due. Fetching on threads, thinking on this one.

    `force` makes every feed and every waiting entry due, once, whatever its host asked for. Raises StoreError.
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
            _work_off(tools, pool, calls, done, progress)


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
                take(future.result())
            progress(done)
    finally:
        for future in out:
            future.cancel()
