"""Daily housekeeping, a batch a transaction: articles older than the settings keep are deleted, the bytes of old pages, the
history of polls, and what is known of hosts that nobody asks any more.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from schedules.calls import Call, JobName
from storage import feeds, hosts, removal, retention, seeds
from storage.removal import Deleted
from storage.retention import Going, Keep
from worker.gateways.clock import SystemClock
from worker.jobs.judge_article import mark_of
from worker.steps.addresses import keys_of
from worker.tools import Tools

log = logging.getLogger("claimwatch.prune")

_ROWS = 2_000  # small ones: a transaction of some milliseconds


def prune(tools: Tools) -> list[Call]:
    """Delete what is old, and the old snapshots of entries that were given up. Returns itself if there may be more."""
    went, more = prune_some(tools)
    told = "%d articles and %d snapshots pruned, and the bytes of %d more, %d bytes of blobs"
    log.info(told, went.articles, went.snapshots, went.pages, went.blob_bytes)
    _forget_polls(tools)
    return [Call(JobName.PRUNE)] if more else []


def _forget_polls(tools: Tools) -> None:
    now, real_now = tools.clock.now(), SystemClock().now()  # turns on hosts are in real time
    for _batch in range(tools.options.prune_batches):
        with tools.store.begin() as tx:
            polls = feeds.drop_old_polls(tx, before=now - tools.options.keep_polls, limit=_ROWS)
        with tools.store.begin() as tx:
            idle = hosts.prune(tx, real_now=real_now, now=now, limit=_ROWS)
        if max(polls, idle) < _ROWS:
            return


def would_prune(tools: Tools) -> Going:
    """What would go now. Writes nothing."""
    now = tools.clock.now()
    with tools.store.read() as tx:
        return retention.going(tx, _keep(tools, now, judged_as=mark_of(tools, seeds.to_judge(tx))))


def prune_some(tools: Tools) -> tuple[Deleted, bool]:
    """One call's worth: (what went, whether there may be more)."""
    now, options = tools.clock.now(), tools.options
    most = options.prune_batch * options.prune_batches
    with tools.store.read() as tx:  # looking takes no lock: only deletions hold others up, a moment each
        keep = _keep(tools, now, judged_as=mark_of(tools, seeds.to_judge(tx)))
        old = removal.old_articles(tx, keep, limit=most)
        parked = removal.old_parked(tx, keep, limit=most)
        pages = retention.old_pages(tx, keep, limit=most)
    went = Deleted()
    for at in range(0, len(old), options.prune_batch):
        with tools.store.begin() as tx:
            keep = replace(
                keep, judged_as=mark_of(tools, seeds.to_judge(tx))
            )  # an edited claim makes all wait for the judge
            went += removal.prune_articles(tx, old[at : at + options.prune_batch], keep, keys_of=keys_of)
    for at in range(0, len(parked), options.prune_batch):
        with tools.store.begin() as tx:
            went += removal.prune_parked(tx, parked[at : at + options.prune_batch], keep)
    for at in range(0, len(pages), options.prune_batch):
        with tools.store.begin() as tx:
            dropped, freed = retention.drop_pages(tx, pages[at : at + options.prune_batch], keep)
            went += Deleted(pages=dropped, blob_bytes=freed)
    # without progress there is no next round: what somebody works on waits for tomorrow
    more = max(len(old), len(parked), len(pages)) == most and bool(went.articles or went.snapshots or went.pages)
    return went, more


def _keep(tools: Tools, now: datetime, *, judged_as: str) -> Keep:
    def since(time: timedelta | None) -> datetime | None:
        return now - time if time is not None else None

    options = tools.options
    return Keep(
        since=since(options.keep),
        found_since=since(options.keep_found),
        ruled_since=since(options.keep_ruled),
        pages_since=since(options.keep_pages),
        found_pages_since=since(options.keep_found_pages),
        judged_as=judged_as,
        now=now,
    )
