"""All that is kept of one feed, and its last polls: plain rows for people. Reads only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from storage import queries, subscriptions
from storage.records import EntryState
from storage.rows import Json, rows_of
from storage.schema import EntryRow, FeedRow, HostRow, PollRow

# Entries that are still to be fetched or read.
_WAITING = (EntryState.NEW, EntryState.FETCHED)


def whole(tx: Connection, feed_id: int) -> Json | None:
    """A feed as queries.feeds() has it, with how it is asked, what it asks for, and its hub; None if there is no such feed.

    `hub`: as subscriptions.of() has it. `taken_by`: another feed that has the address to which it moved, else None.
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
    row = rows[0] | rows_of(tx, kept)[0] | {"hub": subscriptions.of(tx, feed_id)}
    other = select(FeedRow.id).where(FeedRow.url == row["poll_url"], FeedRow.id != feed_id)
    return row | {"taken_by": tx.scalars(other).first() if row["poll_url"] != row["url"] else None}


def polls(tx: Connection, feed_id: int, *, limit: int) -> list[Json]:
    """The last polls of a feed, the latest first."""
    columns = (PollRow.at, PollRow.state, PollRow.status, PollRow.new, PollRow.items, PollRow.note)
    mine = select(*columns).where(PollRow.feed_id == feed_id)
    return rows_of(tx, mine.order_by(PollRow.at.desc(), PollRow.id.desc()).limit(limit))


def bound_until(tx: Connection, host: str) -> Json:
    """Until when a host asked to be left alone (Retry-After), and what its robots.txt asks between two requests."""
    rows = rows_of(tx, select(HostRow.bound_until, HostRow.crawl_delay_s).where(HostRow.host == host))
    return rows[0] if rows else {"bound_until": None, "crawl_delay_s": None}


def bounds(tx: Connection, now: datetime) -> dict[str, datetime]:
    """{host: until when it asked to be left alone}, of those that are to be left alone now."""
    bound = select(HostRow.host, HostRow.bound_until).where(HostRow.bound_until > now)
    return {row.host: row.bound_until for row in tx.execute(bound)}


def waiting(tx: Connection) -> dict[int, int]:
    """{feed: how many of its entries are still to be fetched or read}, of those that have any."""
    counted = select(EntryRow.feed_id, func.count().label("n")).where(EntryRow.state.in_(_WAITING))
    return {row.feed_id: row.n for row in tx.execute(counted.group_by(EntryRow.feed_id))}


def waiting_failed(tx: Connection) -> int:
    """How many entries wait for another try because the last one failed."""
    failed = EntryRow.state.in_(_WAITING) & EntryRow.last_error.is_not(None)
    return tx.scalars(select(func.count()).select_from(EntryRow).where(failed)).one()


def unread(tx: Connection, feed_id: int) -> list[Json]:
    """Entries of a feed that wait, or were given up (`state` parked): where they lead, when they are tried, and why not before."""
    open_ = EntryRow.state.in_((*_WAITING, EntryState.PARKED))
    columns = (EntryRow.state, EntryRow.url, EntryRow.next_try_at, EntryRow.last_error)
    return rows_of(tx, select(*columns).where(EntryRow.feed_id == feed_id, open_).order_by(EntryRow.id))


def addresses(tx: Connection) -> list[tuple[int, str, str]]:
    """Of every feed (id, the address that a person gave, the one that is asked)."""
    rows = tx.execute(select(FeedRow.id, FeedRow.url, FeedRow.poll_url).order_by(FeedRow.id))
    return [(row.id, row.url, row.poll_url) for row in rows]


def sites(tx: Connection) -> dict[int, str]:
    """{feed: the page that it says it belongs to}, of those that say one."""
    return {row.id: row.hints["site"] for row in tx.execute(select(FeedRow.id, FeedRow.hints)) if row.hints.get("site")}
