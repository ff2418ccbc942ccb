"""Run one Call: find its job, time it, log it, sort what goes wrong. The only broad `except` of the house."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from schedules.calls import Call, JobName
from storage.errors import StoreError
from worker.jobs.call_heartbeat import call_heartbeat
from worker.jobs.compose_digest import compose_digest
from worker.jobs.fetch_pages import fetch_pages
from worker.jobs.judge_article import judge_article
from worker.jobs.poll_feeds import poll_feeds
from worker.jobs.prune import prune
from worker.jobs.read_push import read_push
from worker.jobs.read_snapshot import read_snapshot
from worker.jobs.read_visit import read_visit
from worker.jobs.send_digest import send_digest
from worker.jobs.subscribe import subscribe
from worker.jobs.tick import tick
from worker.jobs.visit_article import visit_article
from worker.tools import Tools

log = logging.getLogger("claimwatch.run")

JOBS: dict[JobName, Callable[..., list[Call]]] = {
    JobName.TICK: tick,
    JobName.PRUNE: prune,
    JobName.POLL_FEEDS: poll_feeds,
    JobName.FETCH_PAGES: fetch_pages,
    JobName.READ_SNAPSHOT: read_snapshot,
    JobName.JUDGE_ARTICLE: judge_article,
    JobName.VISIT_ARTICLE: visit_article,
    JobName.READ_VISIT: read_visit,
    JobName.COMPOSE_DIGEST: compose_digest,
    JobName.SEND_DIGEST: send_digest,
    JobName.CALL_HEARTBEAT: call_heartbeat,
    JobName.SUBSCRIBE: subscribe,
    JobName.READ_PUSH: read_push,
}


# Jobs that take all their ids at once: many wait on the network together.
_IN_BATCHES = (JobName.POLL_FEEDS, JobName.FETCH_PAGES, JobName.SUBSCRIBE)


def run(tools: Tools, call: Call) -> list[Call]:
    """Do the call; its follow-ups. Raises StoreError (surroundings); a bug is logged, its lease runs out."""
    ids: tuple[Any, ...] = call.ids
    if call.job in _IN_BATCHES:
        ids = (list(call.ids),)
    started = time.monotonic()
    try:
        following = JOBS[call.job](tools, *ids)
    except StoreError:
        raise
    except Exception:
        log.exception("%s %s failed; its lease runs out and it is tried again", call.job, list(call.ids))
        return []
    log.info("%s %s done in %.0f ms", call.job, list(call.ids), 1000 * (time.monotonic() - started))
    return following
