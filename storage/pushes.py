"""What hubs pushed and nobody has read yet (WebSub). A push is deleted when it was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, or_, select, update

from storage import leases
from storage.dialect import upsert
from storage.records import FeedId
from storage.schema import FeedRow, PushRow, SubscriptionRow
from storage.snapshots import unpack

# So many wait at most for one subscription; a hub that is told to come again does. With the largest of feeds (5 MB, a
# tenth of it compressed) they take 10 MB.
MOST_WAITING = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One push, leased. `body` None: its bytes are damaged."""

    id: int
    subscription_id: int
    feed_id: FeedId
    topic: str
    received_at: datetime
    content_type: str
    body: bytes | None
    failures: int
    leased_until: datetime | None


def keep(
    tx: Connection,
    subscription_id: int,
    packed: tuple[str, bytes],
    *,
    size_bytes: int,
    content_type: str,
    now: datetime,
) -> bool:
    """Keep a push (as `snapshots.pack` packs it) until it is read; one that waits already, to the byte, is kept once.

    False: too many wait.
    """
    waiting = select(func.count()).where(PushRow.subscription_id == subscription_id)
    if tx.scalars(waiting).one() >= MOST_WAITING:
        return False
    row = {
        "subscription_id": subscription_id,
        "received_at": now,
        "content_type": content_type,
        "sha256": packed[0],
        "size_bytes": size_bytes,
        "zstd": packed[1],
        "next_try_at": now,
    }
    upsert(tx, PushRow, row, key=["subscription_id", "sha256"])
    return True


def call_due(tx: Connection, *, now: datetime, until: datetime, limit: int) -> list[int]:
    """Ids of pushes to read now, stamped."""
    return leases.call_due(tx, PushRow, PushRow.next_try_at.is_not(None), now=now, until=until, limit=limit)


def lease(tx: Connection, push_id: int, *, now: datetime, until: datetime) -> Push | None:
    """The push, leased, if it is there and free."""
    if not leases.take(tx, PushRow, push_id, PushRow.next_try_at.is_not(None), now=now, until=until):
        return None
    found = select(PushRow.__table__, SubscriptionRow.feed_id, SubscriptionRow.topic).join(SubscriptionRow)
    row = tx.execute(found.where(PushRow.id == push_id)).one()
    return Push(
        id=row.id,
        subscription_id=row.subscription_id,
        feed_id=FeedId(row.feed_id),
        topic=row.topic,
        received_at=row.received_at,
        content_type=row.content_type,
        body=unpack(row.zstd, sha256=row.sha256, size_bytes=row.size_bytes),
        failures=row.failures,
        leased_until=row.leased_until,
    )


def holds(tx: Connection, push: Push) -> bool:
    """The push's lease is still ours."""
    return leases.holds(tx, PushRow, push.id, push.leased_until)


def done(tx: Connection, push: Push) -> None:
    """It was read, or is good for nothing."""
    tx.execute(delete(PushRow).where(PushRow.id == push.id))


def put_off(tx: Connection, push: Push, *, until: datetime) -> None:
    """It cannot be read yet."""
    told = {**leases.RELEASED, "next_try_at": until, "failures": push.failures + 1}
    tx.execute(update(PushRow).where(PushRow.id == push.id).values(**told))


def drop_lost(tx: Connection, *, now: datetime) -> list[int]:
    """Delete pushes whose workers died on them again and again. The feeds they were for."""
    lost = (PushRow.lost_leases >= leases.LOST_LEASES_TO_PARK) & or_(
        PushRow.leased_until.is_(None), PushRow.leased_until <= now
    )
    by_feed = select(PushRow.id, SubscriptionRow.feed_id).join(SubscriptionRow).where(lost)
    rows = tx.execute(by_feed).all()
    if rows:
        tx.execute(delete(PushRow).where(PushRow.id.in_([row.id for row in rows])))
    return [row.feed_id for row in rows]


def learned(
    tx: Connection, feed_id: FeedId, *, gap: timedelta | None, newest: datetime | None, heard_at: datetime
) -> None:
    """What a push teaches of a feed that is polled seldom: how often it has news, when it had the last, that it was heard."""
    gap_s = int(gap.total_seconds()) if gap is not None else None
    told = {"gap_s": gap_s, "newest": newest, "last_success_at": heard_at}
    tx.execute(update(FeedRow).where(FeedRow.id == feed_id).values(**told))
