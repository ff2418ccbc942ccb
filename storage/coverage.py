"""What the store knows of its sources, so that a claim's silence is told from ours. What came on a claim: claim_news.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from storage.records import EntryState, FeedId, FeedState, Source
from storage.schema import ArticleRow, ClaimRow, EntryRow, FeedRow, OutletRow


def live_claims(tx: Connection, *, after: str = "", limit: int) -> list[str]:
    """Ids of claims that are watched, the next behind `after`, in their order."""
    live = select(ClaimRow.id).where(ClaimRow.retired_at.is_(None), ClaimRow.id > after)
    return list(tx.scalars(live.order_by(ClaimRow.id).limit(limit)))


def sources(tx: Connection) -> list[Source]:
    """All feeds: whatever list named them, what they bring is compared with every claim."""
    rows = tx.execute(select(FeedRow, OutletRow.name).join(OutletRow).order_by(OutletRow.name, FeedRow.id))
    return [
        Source(
            id=FeedId(r.id),
            url=r.url,
            outlet=r.name,
            state=FeedState(r.state),
            state_since=r.state_since,
            added_at=r.added_at,
            paused_at=r.paused_at,
            answered_at=r.last_success_at,
            interval=timedelta(seconds=r.interval_s),
            next_poll=r.next_try_at,
            failures=r.failures,
            last_error=r.last_error,
        )
        for r in rows
    ]


def articles_since(tx: Connection, since: datetime) -> int:
    """How many articles were first read since then."""
    return tx.scalars(select(func.count()).where(ArticleRow.first_seen >= since)).one()


def unread(tx: Connection, since: datetime) -> Iterator[tuple[str, bool, str]]:
    """Pages that feeds named since then and that could not be read: (outlet, given up, last error), one by one."""
    waiting = EntryRow.state.in_((EntryState.NEW, EntryState.FETCHED)) & (EntryRow.failures > 0)
    query = (
        select(OutletRow.name, EntryRow.state, func.coalesce(EntryRow.last_error, "").label("error"))
        .join(FeedRow, FeedRow.id == EntryRow.feed_id)
        .join(OutletRow, OutletRow.id == FeedRow.outlet_id)
        .where(or_(EntryRow.state == EntryState.PARKED, waiting), EntryRow.first_seen >= since)
    )
    for row in tx.execute(query):
        yield row.name, row.state == EntryState.PARKED, row.error
