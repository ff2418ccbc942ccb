"""What may be pruned by its age: articles, and apart from them the bytes they were read from.

The classes are an article's: nothing was found in it; a finding hangs on it, live or withdrawn; a person ruled on one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, false, func, or_, select, update
from sqlalchemy.orm import aliased

from storage import gone
from storage.records import EntryState
from storage.schema import ArticleRow, BlobRow, EntryRow, FindingRow, RevisionRow, RulingRow, SnapshotRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """What pruning leaves alone: articles first seen since then (None: all), and those that wait for this judge.

    `pages_since`, `found_pages_since`: the same for the bytes of fetches. Those of a ruled article stay as long as it.
    """

    since: datetime | None
    found_since: datetime | None
    ruled_since: datetime | None
    pages_since: datetime | None
    found_pages_since: datetime | None
    judged_as: str
    now: datetime


def _older(column: Any, since: datetime | None) -> ColumnElement[bool]:
    return column < since if since is not None else false()


def prunable(keep: Keep) -> ColumnElement[bool]:
    """The article is old enough, judged, and nobody is about to work on it."""
    found = exists().where(FindingRow.article_id == ArticleRow.id)
    ruled = exists().where(RulingRow.article_id == ArticleRow.id)
    old = or_(
        _older(ArticleRow.first_seen, keep.since) & ~found & ~ruled,
        _older(ArticleRow.first_seen, keep.found_since) & found & ~ruled,
        _older(ArticleRow.first_seen, keep.ruled_since) & ruled,
    )
    newest = (RevisionRow.article_id == ArticleRow.id) & (RevisionRow.number == ArticleRow.latest)
    leased = RevisionRow.leased_until.is_not(None) & (RevisionRow.leased_until > keep.now)
    unjudged = exists().where(newest, or_(RevisionRow.judged_as != keep.judged_as, leased))
    # another entry of the same page, that waits to be fetched or read
    its_own, waiting = aliased(EntryRow), aliased(EntryRow)
    at_work = waiting.state.in_((EntryState.NEW, EntryState.FETCHED))
    linked = exists().where(its_own.article_id == ArticleRow.id, waiting.url_key == its_own.url_key, at_work)
    named = exists().where(waiting.url_key == ArticleRow.canonical_url, at_work)
    return old & ~unjudged & ~linked & ~named


def parked(keep: Keep) -> ColumnElement[bool]:
    """The entry was given up, and its snapshot is old."""
    return (EntryRow.state == EntryState.PARKED) & _older(SnapshotRow.fetched_at, keep.since)


def _page_may_go(fetch: Any, keep: Keep) -> ColumnElement[bool]:
    """The fetch is old enough for what hangs on its articles, and nobody is about to read it."""

    def hangs(row: type[FindingRow | RulingRow]) -> ColumnElement[bool]:
        read = exists().where(RevisionRow.snapshot_id == fetch.id, row.article_id == RevisionRow.article_id)
        linked = exists().where(EntryRow.snapshot_id == fetch.id, row.article_id == EntryRow.article_id)
        return read | linked

    # what was given up goes as a whole, by `parked`
    waits = exists().where(EntryRow.snapshot_id == fetch.id, EntryRow.state != EntryState.READ) | exists().where(
        ArticleRow.snapshot_id == fetch.id
    )
    old = or_(
        _older(fetch.fetched_at, keep.pages_since) & ~hangs(FindingRow),
        _older(fetch.fetched_at, keep.found_pages_since) & hangs(FindingRow),
    )
    return old & ~hangs(RulingRow) & ~waits


def _droppable(keep: Keep) -> ColumnElement[bool]:
    """The bytes may go: every fetch that gave them may."""
    other = aliased(SnapshotRow)
    kept = exists().where(other.sha256 == SnapshotRow.sha256, ~_page_may_go(other, keep))
    return SnapshotRow.dropped_at.is_(None) & _page_may_go(SnapshotRow, keep) & ~kept


def old_pages(tx: Connection, keep: Keep, *, limit: int) -> list[str]:
    """Hashes of the bytes that may be pruned, those fetched first first."""
    oldest = func.min(SnapshotRow.fetched_at)
    query = select(SnapshotRow.sha256).where(_droppable(keep)).group_by(SnapshotRow.sha256)
    return list(tx.scalars(query.order_by(oldest, SnapshotRow.sha256).limit(limit)))


def drop_pages(tx: Connection, hashes: Sequence[str], keep: Keep) -> tuple[int, int]:
    """Take those of the bytes away that may still go; the record of each fetch stays. (Snapshots, bytes freed.)"""
    gone.be_alone(tx)
    wanted = select(SnapshotRow.sha256).where(SnapshotRow.sha256.in_(hashes), _droppable(keep)).distinct()
    going = list(tx.scalars(wanted))
    freed = select(func.coalesce(func.sum(func.length(BlobRow.zstd)), 0)).where(BlobRow.sha256.in_(going))
    n_bytes = int(tx.scalars(freed).one())
    tx.execute(update(BlobRow).where(BlobRow.sha256.in_(going)).values(zstd=b""))
    dropped = update(SnapshotRow).where(SnapshotRow.sha256.in_(going)).values(dropped_at=keep.now)
    return tx.execute(dropped).rowcount, n_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """What pruning would take: articles by class, bytes (compressed) of pages apart from them, of entries given up."""

    nothing_found: int
    found: int
    ruled: int
    pages: int
    page_bytes: int
    given_up: int


def going(tx: Connection, keep: Keep) -> Going:
    """What would go now. Writes nothing."""
    found = exists().where(FindingRow.article_id == ArticleRow.id)
    ruled = exists().where(RulingRow.article_id == ArticleRow.id)
    by_class = [~found & ~ruled, found & ~ruled, ruled]
    n = [tx.scalars(select(func.count()).where(prunable(keep), of)).one() for of in by_class]
    hashes = select(SnapshotRow.sha256).where(_droppable(keep))
    sizes = select(func.count(), func.coalesce(func.sum(func.length(BlobRow.zstd)), 0)).where(
        BlobRow.sha256.in_(hashes)
    )
    pages, page_bytes = tx.execute(sizes).one()
    given_up = select(func.count()).select_from(EntryRow).join(SnapshotRow).where(parked(keep))
    return Going(
        nothing_found=n[0],
        found=n[1],
        ruled=n[2],
        pages=pages,
        page_bytes=int(page_bytes),
        given_up=tx.scalars(given_up).one(),
    )
