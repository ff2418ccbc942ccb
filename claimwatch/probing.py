"""`claimwatch feed check`: what feeds answer on this line, now. Stores nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from storage.records import FeedState
from worker.errors import FetchFailed, Unreadable
from worker.handovers import Fetched, NotModified, Request
from worker.jobs.poll_feeds import ACCEPT
from worker.steps.parse_feed import parse_fetched
from worker.tools import Tools


def probe(tools: Tools, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with `state`, `entries` and `detail` of each feed row, in their order."""
    requests = [
        Request(url=row["poll_url"], accept=ACCEPT, max_body_bytes=tools.options.feed_max_bytes) for row in rows
    ]
    answers = tools.web.get_many(requests)
    return [
        {"id": row["id"], "url": row["poll_url"], "outlet": row["outlet"], **_of(answer)}
        for row, answer in zip(rows, answers, strict=True)
    ]


def _of(answer: Fetched | NotModified | FetchFailed) -> dict[str, Any]:
    if isinstance(answer, FetchFailed):
        state = FeedState.REFUSED if answer.status in (401, 403, 429, 451) else FeedState.UNREACHABLE
        return {
            "state": FeedState.GONE if answer.status in (404, 410) else state,
            "entries": 0,
            "detail": answer.detail,
        }
    if isinstance(answer, NotModified):
        return {"state": FeedState.UNREACHABLE, "entries": 0, "detail": "304 to a request without validators"}
    try:
        parsed = parse_fetched(answer)
    except Unreadable as reason:
        return {"state": FeedState.NOT_A_FEED, "entries": 0, "detail": reason.detail}
    moved = f"moved to {answer.permanent_url}" if answer.permanent_url != answer.url else ""
    return {"state": FeedState.OK if parsed.items else FeedState.EMPTY, "entries": len(parsed.items), "detail": moved}
