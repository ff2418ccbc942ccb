"""Visits of stored articles: which are due, what the visitor needs to know, and what is written down of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from storage import article_events, leases
from storage.records import ArticleId, ArticleState, Cause, SnapshotId
from storage.schema import ArticleRow, FindingRow, RevisionRow, RulingRow, SnapshotRow
from storage.visit_records import Ending, Standing, Stood, Visit

_CARRIES = or_(
    select(FindingRow.id).where(FindingRow.article_id == ArticleRow.id, FindingRow.withdrawn_at.is_(None)).exists(),
    select(RulingRow.id).where(RulingRow.article_id == ArticleRow.id).exists(),
)
_TO_ASK = _CARRIES & ArticleRow.snapshot_id.is_(None)
_TO_READ = ArticleRow.snapshot_id.is_not(None)


def call_due(tx: Connection, *, now: datetime, until: datetime, limit: int, per_host: int) -> list[ArticleId]:
    """Articles whose page is to be asked again now, stamped: at most `per_host` of one host."""
    rank = func.row_number().over(partition_by=ArticleRow.host_key, order_by=(ArticleRow.next_try_at, ArticleRow.id))
    ranked = select(ArticleRow.id, rank.label("rank")).where(_TO_ASK, leases.is_due(ArticleRow, now)).subquery()
    first = ArticleRow.id.in_(select(ranked.c.id).where(ranked.c.rank <= per_host))
    return [ArticleId(i) for i in leases.call_due(tx, ArticleRow, _TO_ASK & first, now=now, until=until, limit=limit)]


def call_unread(tx: Connection, *, now: datetime, until: datetime, limit: int) -> list[ArticleId]:
    """Articles of which a visit brought other bytes that are to be read now, stamped."""
    return [ArticleId(i) for i in leases.call_due(tx, ArticleRow, _TO_READ, now=now, until=until, limit=limit)]


def lease_to_ask(tx: Connection, article_id: ArticleId, *, now: datetime, until: datetime) -> Visit | None:
    """The article, leased, if its visit is due and nobody has it in hand; else None."""
    return _lease(tx, article_id, _TO_ASK, now=now, until=until)


def lease_to_read(tx: Connection, article_id: ArticleId, *, now: datetime, until: datetime) -> Visit | None:
    """The article, leased, if bytes wait to be read and nobody has it in hand; else None."""
    return _lease(tx, article_id, _TO_READ, now=now, until=until)


def _lease(
    tx: Connection, article_id: ArticleId, where: ColumnElement[bool], *, now: datetime, until: datetime
) -> Visit | None:
    if not leases.take(tx, ArticleRow, article_id, where, now=now, until=until):
        return None
    newest = (RevisionRow.article_id == ArticleRow.id) & (RevisionRow.number == ArticleRow.latest)
    row = tx.execute(
        select(
            ArticleRow,
            RevisionRow.title,
            RevisionRow.text,
            RevisionRow.extractor,
            RevisionRow.lang,
            SnapshotRow.id.label("read_from"),
            SnapshotRow.final_url,
            SnapshotRow.headers,
            SnapshotRow.sha256,
        )
        .join(RevisionRow, newest)
        .join(SnapshotRow, SnapshotRow.id == RevisionRow.snapshot_id)
        .where(ArticleRow.id == article_id)
    ).one()
    address = row.moved_to or row.final_url
    theirs = dict(row.headers) if address == row.final_url else {}
    if row.etag or row.last_modified:
        theirs = {"etag": row.etag, "last-modified": row.last_modified}
    return Visit(
        article_id=article_id,
        address=address,
        etag=theirs.get("etag"),
        last_modified=theirs.get("last-modified"),
        addresses=tuple(dict.fromkeys((address, row.final_url, row.url, row.canonical_url))),
        state=ArticleState(row.state),
        moved_to=row.moved_to,
        missing_since=row.missing_since,
        failures=row.failures,
        standing=standing(tx, article_id),
        stood=Stood(
            title=row.title,
            text=row.text,
            lang=row.lang,
            extractor=row.extractor,
            snapshot_id=SnapshotId(row.read_from),
            sha256=row.sha256,
        ),
        unread=SnapshotId(row.snapshot_id) if row.snapshot_id is not None else None,
        canonical_url=row.canonical_url,
        url=row.url,
        outlet_id=row.outlet_id,
        published_feed=row.published_feed,
        first_seen=row.first_seen,
        in_baseline=row.in_baseline,
        leased_until=until,
    )


def standing(tx: Connection, article_id: ArticleId) -> Standing:
    """How far the schedule of an article that is there is."""
    mine = RevisionRow.article_id == article_id
    theirs = mine & RevisionRow.cause.in_((Cause.FIRST, Cause.EDIT))  # that we read it anew is no edit of the outlet's
    read = select(func.max(RevisionRow.read_at)).where(theirs).scalar_subquery()
    edits = select(func.count()).where(mine, RevisionRow.cause == Cause.EDIT).scalar_subquery()
    row = tx.execute(
        select(
            ArticleRow.visits,
            ArticleRow.next_try_at,
            _CARRIES.label("carries"),
            edits.label("edits"),
            read.label("read"),
            RevisionRow.published,
        )
        .join(RevisionRow, mine & (RevisionRow.number == ArticleRow.latest))
        .where(ArticleRow.id == article_id)
    ).one()
    return Standing(
        carries=bool(row.carries),
        since=max(row.read, row.published or row.read),
        step=row.visits,
        edits=row.edits,
        next_try_at=row.next_try_at,
    )


def plan(tx: Connection, article_id: ArticleId, due: datetime | None) -> None:
    """The next visit; None: none. What the last one brought is read first."""
    read = (ArticleRow.id == article_id) & ArticleRow.snapshot_id.is_(None)
    tx.execute(update(ArticleRow).where(read).values(next_try_at=due))


def holds(tx: Connection, visit: Visit) -> bool:
    """The lease is still ours; the article is locked for this transaction."""
    return leases.holds(tx, ArticleRow, visit.article_id, visit.leased_until)


def is_stored(tx: Connection, canonical_url: str) -> bool:
    """An article goes by this canonical address."""
    return tx.scalars(select(ArticleRow.id).where(ArticleRow.canonical_url == canonical_url)).first() is not None


def brought(tx: Connection, visit: Visit, snapshot_id: SnapshotId, *, now: datetime, called_until: datetime) -> None:
    """Other bytes were kept and are to be read; stamped, because the job returns the call for it."""
    values = leases.RELEASED | {"next_try_at": now, "called_until": called_until, "snapshot_id": snapshot_id}
    tx.execute(update(ArticleRow).where(ArticleRow.id == visit.article_id).values(**values))


def end(tx: Connection, visit: Visit, ending: Ending, *, now: datetime) -> None:
    """The visit is at its end: what is to be said of the article, what happened to it, and the next visit."""
    values: dict[str, Any] = leases.RELEASED | {
        "visits": ending.step,
        "visited_at": now,
        "next_try_at": ending.due,
        "missing_since": ending.missing_since,
        "failures": ending.failures,
        "last_error": ending.error,
        "snapshot_id": None,
    }
    if ending.state is not None:
        values |= {"state": ending.state, "state_since": now}
    if ending.moved_to is not None:
        values["moved_to"] = ending.moved_to
    if ending.validators is not None:
        values["etag"], values["last_modified"] = ending.validators
    tx.execute(update(ArticleRow).where(ArticleRow.id == visit.article_id).values(**values))
    for kind, detail in ending.events:
        article_events.add(tx, visit.article_id, kind, at=now, detail=detail)


def give_up_lost(tx: Connection, *, step: int, now: datetime) -> list[tuple[ArticleId, SnapshotId | None]]:
    """Articles on whose visit workers died again and again are visited no more: (id, the snapshot that nobody reads)."""
    lost = ArticleRow.lost_leases >= leases.LOST_LEASES_TO_PARK
    expired = or_(ArticleRow.leased_until.is_(None), ArticleRow.leased_until <= now)
    rows = tx.execute(
        select(ArticleRow.id, ArticleRow.snapshot_id).where(lost, expired).with_for_update(skip_locked=True)
    ).all()
    told = f"{leases.LOST_LEASES_TO_PARK} workers died on a visit of this page; it is not visited any more"
    values = leases.RELEASED | {"visits": step, "next_try_at": None, "snapshot_id": None, "last_error": told}
    tx.execute(update(ArticleRow).where(ArticleRow.id.in_([row.id for row in rows])).values(**values))
    return [(ArticleId(row.id), row.snapshot_id) for row in rows]
