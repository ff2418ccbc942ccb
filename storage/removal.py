"""Deleting articles: pruned by their age, or removed for good on request. One piece of code deletes for both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, Select, delete, exists, func, or_, select, union, update

from storage import entries, gone, outbox, stories, word_index
from storage.dialect import overwrite_deleted, upsert
from storage.records import ArticleId, EntryId
from storage.retention import Keep, parked, prunable
from storage.schema import (
    ArticleEventRow,
    ArticleRow,
    BlobRow,
    EntryRow,
    FindingFigureRow,
    FindingRow,
    LetterItemRow,
    LetterNoticeRow,
    OutletRow,
    PassageRow,
    RevisionRow,
    RulingRow,
    SnapshotRow,
    StoryBandRow,
    TombstoneRow,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """How many of each went. `blob_bytes`: as they lay in the database. `shared_blobs` stay: another fetch gave the same.

    `pages`: snapshots that lost their bytes, and stay as a record.
    """

    articles: int = 0
    revisions: int = 0
    findings: int = 0
    snapshots: int = 0
    pages: int = 0
    blob_bytes: int = 0
    shared_blobs: int = 0

    def __add__(self, other: Deleted) -> Deleted:
        return Deleted(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


def _delete(tx: Connection, ids: Sequence[ArticleId], more_snapshots: Iterable[int] = ()) -> Deleted:
    """Delete articles with all that hangs on them; their entries stay, on their own."""
    if not ids:
        return Deleted()
    stories.leave(tx, ids)
    revisions = select(RevisionRow.id).where(RevisionRow.article_id.in_(ids))
    findings = select(FindingRow.id).where(FindingRow.article_id.in_(ids))
    their_snapshots = [*tx.scalars(_snapshots_of(ids)), *more_snapshots]
    keys = select(RevisionRow.order_key).where(RevisionRow.article_id.in_(ids), RevisionRow.order_key.is_not(None))
    word_index.drop(tx, list(tx.scalars(keys)))
    events = select(ArticleEventRow.id).where(ArticleEventRow.article_id.in_(ids))
    tx.execute(delete(LetterItemRow).where(LetterItemRow.finding_id.in_(findings)))
    tx.execute(delete(LetterNoticeRow).where(LetterNoticeRow.event_id.in_(events)))
    tx.execute(delete(FindingFigureRow).where(FindingFigureRow.finding_id.in_(findings)))
    tx.execute(delete(ArticleEventRow).where(ArticleEventRow.article_id.in_(ids)))
    tx.execute(delete(StoryBandRow).where(StoryBandRow.article_id.in_(ids)))
    n_findings = tx.execute(delete(FindingRow).where(FindingRow.article_id.in_(ids))).rowcount
    tx.execute(delete(RulingRow).where(RulingRow.article_id.in_(ids)))
    tx.execute(delete(PassageRow).where(PassageRow.revision_id.in_(revisions)))
    tx.execute(update(EntryRow).where(EntryRow.article_id.in_(ids)).values(article_id=None, snapshot_id=None))
    n_revisions = tx.execute(delete(RevisionRow).where(RevisionRow.article_id.in_(ids))).rowcount
    n_articles = tx.execute(delete(ArticleRow).where(ArticleRow.id.in_(ids))).rowcount
    n_snapshots, freed, shared = drop_snapshots(tx, their_snapshots)
    return Deleted(
        articles=n_articles,
        revisions=n_revisions,
        findings=n_findings,
        snapshots=n_snapshots,
        blob_bytes=freed,
        shared_blobs=shared,
    )


def _snapshots_of(ids: Sequence[ArticleId]) -> Select[tuple[int]]:
    """Ids of what the articles were read from, and of fetches of theirs that brought no new text."""
    read = select(RevisionRow.snapshot_id).where(RevisionRow.article_id.in_(ids))
    linked = select(EntryRow.snapshot_id).where(EntryRow.article_id.in_(ids), EntryRow.snapshot_id.is_not(None))
    unread = select(ArticleRow.snapshot_id).where(ArticleRow.id.in_(ids), ArticleRow.snapshot_id.is_not(None))
    all_ = union(read, linked, unread).subquery()
    return select(all_.c.snapshot_id)


def drop_snapshots(tx: Connection, ids: Iterable[int]) -> tuple[int, int, int]:
    """Delete those of the snapshots that nothing refers to any more: (how many, bytes of blobs freed, blobs shared)."""
    referred = or_(*(exists().where(row.snapshot_id == SnapshotRow.id) for row in (EntryRow, RevisionRow, ArticleRow)))
    loose = delete(SnapshotRow).where(SnapshotRow.id.in_(sorted(set(ids))), ~referred).returning(SnapshotRow.sha256)
    dropped = list(tx.scalars(loose))
    hashes = sorted(set(dropped))
    shared = exists().where(SnapshotRow.sha256 == BlobRow.sha256)
    lone = delete(BlobRow).where(BlobRow.sha256.in_(hashes), ~shared).returning(func.length(BlobRow.zstd))
    sizes = list(tx.scalars(lone))
    return len(dropped), sum(sizes), len(hashes) - len(sizes)


def old_articles(tx: Connection, keep: Keep, *, limit: int) -> list[ArticleId]:
    """Articles that may be pruned, oldest first."""
    rows = select(ArticleRow.id).where(prunable(keep)).order_by(ArticleRow.first_seen, ArticleRow.id).limit(limit)
    return [ArticleId(i) for i in tx.scalars(rows)]


def prune_articles(
    tx: Connection, ids: Sequence[ArticleId], keep: Keep, *, keys_of: Callable[[str], Iterable[str]]
) -> Deleted:
    """Delete those of the articles that may still be pruned; their addresses are remembered, so none comes back as new.

    `keys_of` an address: the canonical forms by which its page is known.
    """
    gone.be_alone(tx)
    # locked first, asked then: a judge that was at work when we asked may have found something meanwhile
    free = select(ArticleRow.id).where(ArticleRow.id.in_(ids)).order_by(ArticleRow.id)
    locked = list(tx.scalars(free.with_for_update(skip_locked=True)))
    old = [ArticleId(i) for i in tx.scalars(select(ArticleRow.id).where(ArticleRow.id.in_(locked), prunable(keep)))]
    keys = union(
        select(ArticleRow.canonical_url).where(ArticleRow.id.in_(old)),
        select(EntryRow.url_key).where(EntryRow.article_id.in_(old)),
    )
    moved = select(ArticleRow.moved_to).where(ArticleRow.id.in_(old), ArticleRow.moved_to.is_not(None))
    now_at = {key for address in tx.scalars(moved) if address for key in keys_of(address)}
    gone.remember(tx, {*tx.scalars(keys), *now_at})
    return _delete(tx, old)


def old_parked(tx: Connection, keep: Keep, *, limit: int) -> list[EntryId]:
    """Entries that were given up and whose snapshot is old."""
    rows = select(EntryRow.id).join(SnapshotRow).where(parked(keep)).order_by(EntryRow.id).limit(limit)
    return [EntryId(i) for i in tx.scalars(rows)]


def prune_parked(tx: Connection, ids: Sequence[EntryId], keep: Keep) -> Deleted:
    """Delete the snapshots of those entries that are still given up; `feed retry` fetches their pages anew."""
    gone.be_alone(tx)
    rows = select(EntryRow.id, EntryRow.snapshot_id).join(SnapshotRow).where(EntryRow.id.in_(ids), parked(keep))
    theirs = tx.execute(rows.with_for_update(of=EntryRow, skip_locked=True)).all()
    tx.execute(update(EntryRow).where(EntryRow.id.in_([row.id for row in theirs])).values(snapshot_id=None))
    dropped, freed, _shared = drop_snapshots(tx, [row.snapshot_id for row in theirs])
    return Deleted(snapshots=dropped, blob_bytes=freed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What a removal took away. `addresses`: by which it is known from now on. `withdrawn` digests are composed anew."""

    deleted: Deleted
    entries: int
    blanked: int
    withdrawn: int
    addresses: tuple[str, ...]


def remove(
    tx: Connection, article_id: ArticleId, *, reason: str, keys_of: Callable[[str], Iterable[str]], now: datetime
) -> Removed | None:
    """Remove an article for good: all of it, what digests quoted, its entries' words; a tombstone stays. None: no such.

    `keys_of` an address: the canonical forms by which its page is known.
    """
    gone.be_alone(tx)
    overwrite_deleted(tx)
    row = tx.execute(
        select(ArticleRow.url, ArticleRow.canonical_url, ArticleRow.moved_to, OutletRow.name)
        .join(OutletRow)
        .where(ArticleRow.id == article_id)
        .with_for_update(of=ArticleRow)
    ).first()
    if row is None:
        return None
    fetches = select(SnapshotRow.url, SnapshotRow.final_url).where(SnapshotRow.id.in_(_snapshots_of([article_id])))
    told = {row.url, row.canonical_url, *(address for fetch in tx.execute(fetches) for address in fetch)}
    told |= {row.moved_to} if row.moved_to else set()
    told |= set(tx.scalars(select(EntryRow.url_key).where(EntryRow.article_id == article_id)))
    keys = tuple(sorted({key for address in told for key in keys_of(address)}))
    tombstone = {"article_id": article_id, "outlet": row.name, "removed_at": now, "reason": reason}
    upsert(tx, TombstoneRow, tombstone, key=["article_id"])
    tombstone_id = tx.scalars(select(TombstoneRow.id).where(TombstoneRow.article_id == article_id)).one()
    gone.remember(tx, keys, tombstone_id=tombstone_id)
    blanked, withdrawn = outbox.forget_article(tx, article_id, now=now)
    ended, fetched = entries.remove(tx, article_id, keys)
    deleted = _delete(tx, [article_id], fetched)
    word_index.forget_dropped(tx)
    return Removed(
        deleted=deleted,
        entries=ended,
        blanked=blanked,
        withdrawn=withdrawn,
        addresses=keys,
    )
