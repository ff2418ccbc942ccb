"""`claimwatch feed check`: what feeds answer on this line, now. Stores nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from schedules.cadence import CadencePolicy, Outcome, after_poll
from storage.records import Feed, FeedState
from worker.errors import FetchFailed, Unreadable
from worker.handovers import Fetched, NotModified, Request
from worker.jobs.poll_feeds import ACCEPT
from worker.steps.feeds.parse import parse_fetched
from worker.tools import Tools

_BRINGS = (FeedState.OK, FeedState.MOVED, FeedState.STALE)


def probe(tools: Tools, feeds: Sequence[Feed]) -> list[dict[str, Any]]:
    """Of each feed, in their order: id, url, state, entries and detail. The state is the word that polls would come to."""
    requests = [
        Request(
            url=feed.poll_url,
            accept=ACCEPT,
            max_body_bytes=tools.options.feed_max_bytes,
            user_agent=feed.user_agent,
        )
        for feed in feeds
    ]
    answers = tools.web.get_many(requests)
    now, policy = tools.clock.now(), tools.options.cadence
    return [
        {"id": feed.id, "url": feed.poll_url, **_of(feed, answer, now, policy)}
        for feed, answer in zip(feeds, answers, strict=True)
    ]


def brings(row: dict[str, Any]) -> bool:
    """It answered with entries."""
    return row["state"] in _BRINGS


def _of(
    feed: Feed, answer: Fetched | NotModified | FetchFailed, now: datetime, policy: CadencePolicy
) -> dict[str, Any]:
    if isinstance(answer, FetchFailed):
        outcome = Outcome(failed=True, status=answer.status, permanent=answer.permanent)
        detail = answer.detail
    elif isinstance(answer, NotModified):
        outcome, detail = Outcome(failed=True, status=304), "304 to a request without validators"
    else:
        outcome, detail = _of_document(feed, answer)
    # polls let one answer without an entry pass, here there is only one: it counts as the second
    once = replace(feed, empty_runs=max(feed.empty_runs, 1))
    told = after_poll(once, outcome, now=now, policy=policy, jitter=0)
    return {"state": told.state, "entries": outcome.items or 0, "detail": detail}


def _of_document(feed: Feed, answer: Fetched) -> tuple[Outcome, str]:
    try:
        parsed = parse_fetched(answer)
    except Unreadable as reason:
        return Outcome(failed=True, not_a_feed=True, status=answer.status), reason.detail
    moved = answer.permanent_url != feed.poll_url
    outcome = Outcome(status=answer.status, items=parsed.total, moved=moved)
    return outcome, f"moved to {answer.permanent_url}" if moved else ""
