"""Daily housekeeping: articles older than the settings keep are deleted, a batch a transaction."""

from __future__ import annotations

import logging
from dataclasses import replace

from schedules.calls import Call, JobName
from storage import removal, seeds
from storage.removal import Deleted, Keep
from worker.jobs.judge_article import mark_of
from worker.tools import Tools

log = logging.getLogger("claimwatch.prune")


def prune(tools: Tools) -> list[Call]:
    """Delete what is old, and the old snapshots of entries that were given up. Returns itself if there may be more."""
    now, options = tools.clock.now(), tools.options
    most = options.prune_batch * options.prune_batches
    since = now - options.keep if options.keep else None
    found_since = now - options.keep_found if options.keep_found else None
    with tools.store.read() as tx:  # looking takes no lock: only deletions hold others up, a moment each
        keep = Keep(since=since, found_since=found_since, judged_as=mark_of(tools, seeds.to_judge(tx)), now=now)
        old = removal.old_articles(tx, keep, limit=most)
        parked = removal.old_parked(tx, keep, limit=most)
    went = Deleted()
    for at in range(0, len(old), options.prune_batch):
        with tools.store.begin() as tx:
            keep = replace(
                keep, judged_as=mark_of(tools, seeds.to_judge(tx))
            )  # an edited claim makes all wait for the judge
            went += removal.prune_articles(tx, old[at : at + options.prune_batch], keep)
    for at in range(0, len(parked), options.prune_batch):
        with tools.store.begin() as tx:
            went += removal.prune_parked(tx, parked[at : at + options.prune_batch], keep)
    log.info("%d articles and %d snapshots pruned, %d bytes of blobs", went.articles, went.snapshots, went.blob_bytes)
    # without progress there is no next round: what somebody works on waits for tomorrow
    more = max(len(old), len(parked)) == most and (went.articles or went.snapshots)
    return [Call(JobName.PRUNE)] if more else []
