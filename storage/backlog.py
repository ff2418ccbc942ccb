"""Whether the house has just woken and catches up: what it says then of what is new would be half of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select

from storage import heartbeats
from storage.records import EntryState
from storage.schema import EntryRow, FeedRow, RevisionRow

_HELD = "digests-held"
# So late is no feed that is asked in its turn: the house was asleep, or away.
_LATE = timedelta(hours=2)
# Longer than this nothing waits for feeds that nobody asks, or for pages that nobody reads.
_PATIENCE = timedelta(minutes=15)


def catching_up(tx: Connection, *, now: datetime) -> bool:
    """Feeds are long overdue, or were a moment ago and what they brought is not read and compared; for some minutes."""
    held = heartbeats.last(tx, _HELD)
    lately = held is not None and now - held < _PATIENCE
    if _overdue(tx, now):
        if held is None or now - held > timedelta(days=1) / 2:
            heartbeats.beat(tx, _HELD, now)
            return True
        return lately
    return lately and _unread(tx, now)


def _overdue(tx: Connection, now: datetime) -> bool:
    late = FeedRow.paused_at.is_(None) & (FeedRow.next_try_at < now - _LATE) & FeedRow.last_polled_at.is_not(None)
    return tx.scalars(select(FeedRow.id).where(late).limit(1)).first() is not None


def _unread(tx: Connection, now: datetime) -> bool:
    waits = EntryRow.state.in_((EntryState.NEW, EntryState.FETCHED)) & (EntryRow.next_try_at <= now)
    unjudged = RevisionRow.superseded_at.is_(None) & (RevisionRow.judged_as == "")
    return tx.scalars(
        select(or_(select(EntryRow.id).where(waits).exists(), select(RevisionRow.id).where(unjudged).exists()))
    ).one()
