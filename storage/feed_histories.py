"""All that is kept of one feed, and its last polls: plain rows for people. Reads only."""

from __future__ import annotations

from sqlalchemy import Connection, select

from storage import queries, subscriptions
from storage.rows import Json, rows_of
from storage.schema import FeedRow, HostRow, PollRow


def whole(tx: Connection, feed_id: int) -> Json | None:
    """A feed as queries.feeds() has it, with how it is asked, what it asks for, and its hub; None if there is no such feed.

    `hub`: as subscriptions.of() has it.
    """
    rows = queries.feeds(tx, feed_id)
    if not rows:
        return None
    kept = select(
        FeedRow.gap_s,
        FeedRow.failing_since,
        FeedRow.whole_at,
        FeedRow.etag,
        FeedRow.last_modified,
        FeedRow.distrusted,
        FeedRow.suspected_at,
        FeedRow.user_agent,
        FeedRow.every_s,
        FeedRow.hints,
        FeedRow.added_at,
        FeedRow.baseline_at,
    ).where(FeedRow.id == feed_id)
    return rows[0] | rows_of(tx, kept)[0] | {"hub": subscriptions.of(tx, feed_id)}


def polls(tx: Connection, feed_id: int, *, limit: int) -> list[Json]:
    """The last polls of a feed, the latest first."""
    columns = (PollRow.at, PollRow.state, PollRow.status, PollRow.new, PollRow.items, PollRow.note)
    mine = select(*columns).where(PollRow.feed_id == feed_id)
    return rows_of(tx, mine.order_by(PollRow.at.desc(), PollRow.id.desc()).limit(limit))


def bound_until(tx: Connection, host: str) -> Json:
    """Until when a host asked to be left alone (Retry-After), and what its robots.txt asks between two requests."""
    rows = rows_of(tx, select(HostRow.bound_until, HostRow.crawl_delay_s).where(HostRow.host == host))
    return rows[0] if rows else {"bound_until": None, "crawl_delay_s": None}


def addresses(tx: Connection) -> list[tuple[int, str, str]]:
    """Of every feed (id, the address that a person gave, the one that is asked)."""
    rows = tx.execute(select(FeedRow.id, FeedRow.url, FeedRow.poll_url).order_by(FeedRow.id))
    return [(row.id, row.url, row.poll_url) for row in rows]


def sites(tx: Connection) -> dict[int, str]:
    """{feed: the page that it says it belongs to}, of those that say one."""
    return {row.id: row.hints["site"] for row in tx.execute(select(FeedRow.id, FeedRow.hints)) if row.hints.get("site")}
