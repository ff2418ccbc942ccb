"""Taking turns on rows: stamps and leases, the same statement on both engines.

A *stamp* (`called_until`) says "a message for this row is on its way"; a *lease* (`leased_until`) says
"somebody works on it". Both run out by themselves, so a lost message or a killed worker loses nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, true, update
from sqlalchemy import Row as RowOf

from storage import hosts
from storage.dialect import among
from storage.schema import ArticleRow, DigestRow, EntryRow, FeedRow, PushRow, RevisionRow, SubscriptionRow

Row = (
    type[FeedRow]
    | type[EntryRow]
    | type[RevisionRow]
    | type[DigestRow]
    | type[ArticleRow]
    | type[SubscriptionRow]
    | type[PushRow]
)

# A page that kills its worker this often in a row is given up. Who ends workers for other reasons (a lack of memory, a
# restart that fails again and again) hits the same oldest rows time after time: with 50 processes killed at random
# within two minutes, tests/live/test_kills.py saw a blameless page lose three leases. So a lost lease puts the next try
# off, by one more length of a lease, then two, four, ...: seven last nearly five hours, longer than most such trouble.
# Only what comes from one page can be to blame: a feed is polled in a batch and a mail is our own.
LOST_LEASES_TO_PARK = 7
_MAY_BE_TO_BLAME: tuple[Row, ...] = (EntryRow, RevisionRow, ArticleRow, PushRow)


def is_due(row: Row, now: datetime) -> ColumnElement[bool]:
    """Nobody works on the row, no message for it is on its way, and its time has come."""
    return _is_free(row, now) & or_(row.called_until.is_(None), row.called_until <= now) & (row.next_try_at <= now)


def _is_free(row: Row, now: datetime) -> ColumnElement[bool]:
    """Nobody works on it: never leased, or its lease has run out."""
    return or_(row.leased_until.is_(None), row.leased_until <= now)


def _with_this_one(row: Row) -> ColumnElement[int]:
    """How many leases it lost, with the one that stands on it, if there is one."""
    return row.lost_leases + row.leased_until.is_not(None).cast(row.lost_leases.type)


def call_due(
    tx: Connection, row: Row, where: ColumnElement[bool], *, now: datetime, until: datetime, limit: int
) -> list[int]:
    """Ids of due rows, oldest first, stamped `called_until`. Two ticks at once never call one row twice."""
    due = select(row.id).where(where, is_due(row, now)).order_by(row.next_try_at, row.id).limit(limit)
    if tx.dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    ids = list(tx.scalars(due))
    stamp(tx, row, ids, until=until)
    return ids


def stamp(tx: Connection, row: Row, ids: list[int], *, until: datetime | None) -> None:
    """Mark rows as called until then; None takes the stamp away."""
    for at in range(0, len(ids), 500):
        tx.execute(update(row).where(row.id.in_(ids[at : at + 500])).values(called_until=until))


def take(tx: Connection, row: Row, row_id: int, where: ColumnElement[bool], *, now: datetime, until: datetime) -> bool:
    """Lease one row, if it is free and still as `where` says. A lease found expired counts as lost.

    What may be to blame is put off now already, for the case that this lease is lost as well.
    """
    blameless = row.lost_leases < LOST_LEASES_TO_PARK if row in _MAY_BE_TO_BLAME else true()
    lost_so_far = tx.scalars(
        update(row)
        .where(row.id == row_id, _is_free(row, now), where, blameless, row.next_try_at <= now)
        .values(leased_until=until, lost_leases=_with_this_one(row))
        .returning(row.lost_leases)
    ).first()
    if lost_so_far and row in _MAY_BE_TO_BLAME:
        put_off = until + (until - now) * 2 ** (lost_so_far - 1)
        tx.execute(update(row).where(row.id == row_id).values(next_try_at=put_off))
    return lost_so_far is not None


def take_many(
    tx: Connection, row: Row, ids: Collection[int], where: ColumnElement[bool], *, now: datetime, until: datetime
) -> list[RowOf[Any]]:
    """Lease those of many rows that are free and still as `where` says, in one statement: the rows, as they stand then.

    For work that is done in batches, where no row is to blame for a lost lease.
    """
    if row in _MAY_BE_TO_BLAME:
        raise AssertionError(f"{row.__name__} is leased one by one")
    taken = (
        update(row)
        .where(among(tx, row.__table__.c.id, ids), _is_free(row, now), where, row.next_try_at <= now)
        .values(leased_until=until, lost_leases=_with_this_one(row))
        .returning(row.__table__)
    )
    return list(tx.execute(taken).all())


def held(tx: Connection, row: Row, ids: Collection[int], until: datetime) -> set[int]:
    """Those of the rows whose lease, taken until then, is still ours; they are locked for this transaction."""
    mine = select(row.id).where(among(tx, row.__table__.c.id, ids), row.leased_until == until)
    return set(tx.scalars(mine.order_by(row.id).with_for_update()))


def holds(tx: Connection, row: Row, row_id: int, until: datetime | None) -> bool:
    """The lease that was taken until then is still ours; the row is locked for this transaction.

    A worker that stalled past its lease finds another at work, and drops what it brings.
    """
    mine = select(row.id).where(row.id == row_id, row.leased_until == until).with_for_update()
    return tx.scalars(mine).first() is not None


# What a job writes when it is done with a row: the turn is over and the next finds it free.
RELEASED: dict[str, Any] = {"leased_until": None, "called_until": None, "lost_leases": 0}


def forget_turns(tx: Connection) -> None:
    """Take away every stamp and lease: right only when no worker and no queue can be alive (start of `up`)."""
    hosts.forget_turns(tx)
    for row in (FeedRow, EntryRow, RevisionRow, DigestRow, ArticleRow, SubscriptionRow, PushRow):
        tx.execute(
            update(row)
            .where(or_(row.leased_until.is_not(None), row.called_until.is_not(None)))
            .values(
                leased_until=None,
                called_until=None,
                lost_leases=_with_this_one(row),
            )
        )
