"""Articles, their revisions and passages."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage import leases
from storage.dialect import upsert
from storage.records import ArticleId, Passage, RevisionId, SnapshotId
from storage.schema import ArticleRow, PassageRow, RevisionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What `save` keeps of one reading of a page. `search_text` is the folded title and text."""

    canonical_url: str
    url: str
    outlet_id: int
    published_feed: datetime | None
    first_seen: datetime
    in_baseline: bool
    is_seed_copy: bool
    snapshot_id: SnapshotId
    title: str
    byline: str
    lang: str
    published_page: datetime | None
    published: datetime | None
    text: str
    search_text: str
    extractor: str
    passages: Sequence[Passage]


def text_hash(text: str) -> str:
    """sha256 (hex) of the text in UTF-8: what a finding is tied to."""
    return hashlib.sha256(text.encode()).hexdigest()


def save(
    tx: Connection, reading: Reading, *, now: datetime, called_until: datetime
) -> tuple[ArticleId, RevisionId | None]:
    """Keep the reading; a new revision is stamped as called. It is None if the newest one says the same already."""
    article = {
        "canonical_url": reading.canonical_url,
        "url": reading.url,
        "outlet_id": reading.outlet_id,
        "published_feed": reading.published_feed,
        "first_seen": reading.first_seen,
        "in_baseline": reading.in_baseline,
        "latest": 0,
        "is_seed_copy": reading.is_seed_copy,
    }
    upsert(tx, ArticleRow, article, key=["canonical_url"])
    query = select(ArticleRow.id, ArticleRow.latest).where(ArticleRow.canonical_url == reading.canonical_url)
    row = tx.execute(query.with_for_update()).one()
    digest = text_hash(reading.text)
    newest = (RevisionRow.article_id == row.id) & (RevisionRow.number == row.latest)
    if tx.scalars(select(RevisionRow.text_hash).where(newest)).first() == digest:
        return ArticleId(row.id), None
    revision = {
        "article_id": row.id,
        "number": row.latest + 1,
        "snapshot_id": reading.snapshot_id,
        "title": reading.title,
        "byline": reading.byline,
        "lang": reading.lang,
        "published_page": reading.published_page,
        "published": reading.published,
        "text": reading.text,
        "text_hash": digest,
        "search_text": reading.search_text,
        "extractor": reading.extractor,
        "read_at": now,
        "next_try_at": now,
        "called_until": called_until,
    }
    upsert(tx, RevisionRow, revision, key=["article_id", "number"])
    tx.execute(
        update(ArticleRow)
        .where(ArticleRow.id == row.id)
        .values(latest=row.latest + 1, is_seed_copy=reading.is_seed_copy)
    )
    mine = (RevisionRow.article_id == row.id) & (RevisionRow.number == row.latest + 1)
    revision_id = tx.scalars(select(RevisionRow.id).where(mine)).one()
    cut = [
        {"revision_id": revision_id, "position": p.position, "start_at": p.start, "end_at": p.end}
        for p in reading.passages
    ]
    for at in range(0, len(cut), 200):
        upsert(tx, PassageRow, cut[at : at + 200], key=["revision_id", "position"])
    return ArticleId(row.id), RevisionId(revision_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRead:
    """A revision as the judge takes it. `published`: the date the article goes by, UTC."""

    id: RevisionId
    article_id: ArticleId
    title: str
    text: str
    text_hash: str
    published: datetime | None
    is_seed_copy: bool
    passages: tuple[Passage, ...]
    failures: int


def call_unjudged(tx: Connection, judged_as: str, *, now: datetime, until: datetime, limit: int) -> list[RevisionId]:
    """Newest revisions not yet judged by this judge against these claims, stamped."""
    newest = (
        select(ArticleRow.id)
        .where(ArticleRow.id == RevisionRow.article_id, ArticleRow.latest == RevisionRow.number)
        .exists()
    )
    unjudged = (RevisionRow.judged_as != judged_as) & newest
    return [RevisionId(i) for i in leases.call_due(tx, RevisionRow, unjudged, now=now, until=until, limit=limit)]


def give_up_lost(tx: Connection, judged_as: str, *, now: datetime) -> list[RevisionId]:
    """Revisions on which workers died again and again count as judged by this judge, with the reason. Their ids."""
    lost = RevisionRow.lost_leases >= leases.LOST_LEASES_TO_PARK
    expired = RevisionRow.leased_until.is_(None) | (RevisionRow.leased_until <= now)
    told = f"{leases.LOST_LEASES_TO_PARK} workers died while they compared this text; another judge will try again"
    given_up = tx.scalars(
        update(RevisionRow)
        .where(lost, expired)
        .values(**leases.RELEASED | {"judged_as": judged_as, "last_error": told})
        .returning(RevisionRow.id)
    )
    return [RevisionId(i) for i in given_up]


def lease_unjudged(
    tx: Connection, revision_id: RevisionId, judged_as: str, *, now: datetime, until: datetime
) -> ToRead | None:
    """The revision, leased, if it still waits for this judge; else None."""
    if not leases.take(tx, RevisionRow, revision_id, RevisionRow.judged_as != judged_as, now=now, until=until):
        return None
    row = tx.execute(
        select(RevisionRow, ArticleRow.is_seed_copy).join(ArticleRow).where(RevisionRow.id == revision_id)
    ).one()
    return ToRead(
        id=revision_id,
        article_id=ArticleId(row.article_id),
        title=row.title,
        text=row.text,
        text_hash=row.text_hash,
        published=row.published,
        is_seed_copy=row.is_seed_copy,
        passages=passages(tx, revision_id),
        failures=row.failures,
    )


def passages(tx: Connection, revision_id: RevisionId) -> tuple[Passage, ...]:
    """The revision's passages in order."""
    rows = tx.execute(
        select(PassageRow.position, PassageRow.start_at, PassageRow.end_at)
        .where(PassageRow.revision_id == revision_id)
        .order_by(PassageRow.position)
    )
    return tuple(Passage(position=r.position, start=r.start_at, end=r.end_at) for r in rows)


def judged(tx: Connection, revision_id: RevisionId, judged_as: str) -> None:
    """The revision was judged: give it free. It stays due, so that another judge or other claims find it."""
    values = leases.RELEASED | {"judged_as": judged_as, "failures": 0, "last_error": None}
    tx.execute(update(RevisionRow).where(RevisionRow.id == revision_id).values(**values))
