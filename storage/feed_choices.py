"""What a person decides of one feed: how it is asked, and that its new address is its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from storage.errors import Refused
from storage.records import FeedId, FeedState
from storage.schema import EntryRow, FeedRow, PollRow, PushRow, SubscriptionRow


def set_user_agent(tx: Connection, feed_id: FeedId, user_agent: str) -> bool:
    """By which name this feed alone is asked from its next poll on; "": as all. False if there is no such feed."""
    return _set(tx, feed_id, user_agent=user_agent)


def set_every(tx: Connection, feed_id: FeedId, every: timedelta | None) -> bool:
    """How often it is asked from its next poll on, whatever is learned of it; None: as learned. False if there is no such feed."""
    return _set(tx, feed_id, every_s=int(every.total_seconds()) if every is not None else None)


def bring_forward(tx: Connection, feed_id: FeedId, *, to: datetime) -> None:
    """A feed that is well is asked then, unless it is sooner anyway. One that fails waits as it does, one that is gone for good."""
    later = (FeedRow.id == feed_id) & (FeedRow.failures == 0) & (FeedRow.next_try_at > to)
    tx.execute(update(FeedRow).where(later).values(next_try_at=to))


def own(tx: Connection, feed_id: FeedId) -> tuple[str, timedelta | None]:
    """What holds for a feed alone: (its user agent or "", how often it is asked or None)."""
    row = tx.execute(select(FeedRow.user_agent, FeedRow.every_s).where(FeedRow.id == feed_id)).one()
    return row.user_agent, timedelta(seconds=row.every_s) if row.every_s is not None else None


def _set(tx: Connection, feed_id: FeedId, **values: Any) -> bool:
    found = tx.execute(update(FeedRow).where(FeedRow.id == feed_id).values(**values).returning(FeedRow.id))
    return found.first() is not None


def remove(tx: Connection, feed_id: FeedId) -> str | None:
    """Delete a feed that never brought an entry, with its polls and subscriptions: its address. None if there is no such feed.

    Raises Refused if it brought some: what was found hangs on them.
    """
    url = tx.scalars(select(FeedRow.url).where(FeedRow.id == feed_id).with_for_update()).first()
    if url is None:
        return None
    brought = tx.scalars(select(func.count()).select_from(EntryRow).where(EntryRow.feed_id == feed_id)).one()
    if brought:
        entries = "1 entry, which stays" if brought == 1 else f"{brought:,} entries, which stay"
        raise Refused(
            f"feed {feed_id} brought {entries}: it cannot be removed; to ask it no more: claimwatch feed pause {feed_id}"
        )
    mine = select(SubscriptionRow.id).where(SubscriptionRow.feed_id == feed_id)
    tx.execute(delete(PushRow).where(PushRow.subscription_id.in_(mine)))
    tx.execute(delete(SubscriptionRow).where(SubscriptionRow.feed_id == feed_id))
    tx.execute(delete(PollRow).where(PollRow.feed_id == feed_id))
    tx.execute(delete(FeedRow).where(FeedRow.id == feed_id))
    return str(url)


def accept_move(tx: Connection, feed_id: FeedId, *, now: datetime) -> tuple[str, str] | None:
    """The address to which a feed has moved is its own from now on: (the old, the new). None if there is no such feed.

    Raises Refused if it has not moved, or another feed has that address.
    """
    row = tx.execute(
        select(FeedRow.url, FeedRow.poll_url, FeedRow.state).where(FeedRow.id == feed_id).with_for_update()
    ).first()
    if row is None:
        return None
    if row.poll_url == row.url:
        raise Refused(f"feed {feed_id} has not moved: it is asked at the address it was added with")
    other = tx.scalars(select(FeedRow.id).where(FeedRow.url == row.poll_url)).first()
    if other is not None:
        raise Refused(
            f"feed {other} has that address already: {row.poll_url}; pause this one: claimwatch feed pause {feed_id}"
        )
    values: dict[str, Any] = {"url": row.poll_url}
    if row.state == FeedState.MOVED:
        values |= {"state": FeedState.OK, "state_since": now}
    tx.execute(update(FeedRow).where(FeedRow.id == feed_id).values(**values))
    return row.url, row.poll_url
