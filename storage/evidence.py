"""What evidence is exported of: which fetches, and what was found in the articles that were read from them. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from storage import rulings
from storage.records import ArticleId, ClaimId, SnapshotId
from storage.schema import (
    ArticleRow,
    EntryRow,
    FindingRow,
    OutletRow,
    RevisionRow,
    RulingRow,
    SnapshotRow,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Fetches of articles with a live finding on that claim, of that article, since then: all that is told must hold."""

    claim_id: ClaimId | None = None
    article_id: ArticleId | None = None
    since: datetime | None = None


def fetches(tx: Connection, wanted: Wanted) -> list[SnapshotId]:
    """The fetches, those that came first first: all of an article's, so that what it said before stands beside."""
    query = select(SnapshotRow.id).order_by(SnapshotRow.fetched_at, SnapshotRow.id)
    if wanted.since is not None:
        query = query.where(SnapshotRow.fetched_at >= wanted.since)
    if wanted.claim_id is not None or wanted.article_id is not None:
        articles = select(ArticleRow.id)
        if wanted.article_id is not None:
            articles = articles.where(ArticleRow.id == wanted.article_id)
        if wanted.claim_id is not None:
            told = rulings.joined(select(FindingRow.article_id)).where(
                FindingRow.claim_id == wanted.claim_id, rulings.counts()
            )
            articles = articles.where(ArticleRow.id.in_(told))
        read = select(RevisionRow.snapshot_id).where(RevisionRow.article_id.in_(articles))
        linked = select(EntryRow.snapshot_id).where(EntryRow.article_id.in_(articles))
        query = query.where(or_(SnapshotRow.id.in_(read), SnapshotRow.id.in_(linked)))
    return [SnapshotId(i) for i in tx.scalars(query)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A revision that was read from a fetch, by its article and number."""

    article_id: ArticleId
    number: int
    title: str
    text: str
    text_hash: str
    extractor: str


def read_from(tx: Connection, snapshot_id: SnapshotId) -> list[Read]:
    """What was read from that fetch, by article and number."""
    columns = (RevisionRow.article_id, RevisionRow.number, RevisionRow.title, RevisionRow.text, RevisionRow.text_hash)
    query = select(*columns, RevisionRow.extractor).where(RevisionRow.snapshot_id == snapshot_id)
    return [Read(**row) for row in tx.execute(query.order_by(RevisionRow.article_id, RevisionRow.number)).mappings()]


# Characters beside a quotation, by which it is found in a page that differs: W3C's TextQuoteSelector.
_BESIDE = 40


def findings(tx: Connection, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """What stands on the claim, the oldest article first: the quotation with its place, what the machine said, who ruled.

    `relation` is what counts: the person's word where there is one. Instants are aware UTC.
    """
    query = (
        select(
            FindingRow,
            RevisionRow.number,
            RevisionRow.title,
            RevisionRow.text,
            RevisionRow.lang,
            RevisionRow.published,
            RevisionRow.extractor,
            ArticleRow.url,
            ArticleRow.canonical_url,
            ArticleRow.first_seen,
            OutletRow.name.label("outlet"),
            OutletRow.country,
            SnapshotRow.sha256,
            SnapshotRow.final_url,
            SnapshotRow.fetched_at,
            SnapshotRow.dropped_at,
            RulingRow.relation.label("ruled_relation"),
            rulings.effective_relation().label("effective_relation"),
            rulings.effective_adds().label("effective_adds"),
            rulings.effective_score().label("effective_score"),
            rulings.effective_reason().label("effective_reason"),
            RulingRow.who,
            RulingRow.why,
            RulingRow.at,
        )
        .join(RevisionRow, RevisionRow.id == FindingRow.revision_id)
        .join(SnapshotRow, SnapshotRow.id == RevisionRow.snapshot_id)
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .join(RulingRow, RulingRow.id == FindingRow.ruling_id, isouter=True)
        .where(FindingRow.claim_id == wanted.claim_id, rulings.counts())
        .order_by(ArticleRow.first_seen, FindingRow.id)
    )
    if wanted.since is not None:
        query = query.where(SnapshotRow.fetched_at >= wanted.since)
    for row in tx.execute(query):
        start, end = row.start_at, row.end_at
        yield {
            "finding_id": row.id,
            "claim_id": row.claim_id,
            "relation": row.effective_relation,
            "relation_is": f"ruled by {row.who}" if row.ruled_relation else "machine's suggestion",
            "machine_relation": row.relation,
            "machine_score": row.score,
            "machine_adds": row.adds,
            "machine_reason": row.reason,
            "score": row.effective_score,
            "adds": row.effective_adds,
            "reason": row.effective_reason,
            "judge_version": row.judge_version,
            "model": row.model,
            "ruled_at": row.at,
            "ruled_why": row.why,
            "passage": row.text[start:end],
            "prefix": row.text[max(0, start - _BESIDE) : start],
            "suffix": row.text[end : end + _BESIDE],
            "start": start,
            "end": end,
            "text_sha256": row.text_hash,
            "passage_sha256": row.passage_hash,
            "figures": row.figures,
            "voice": row.voice,
            "found_at": row.found_at,
            "article_id": row.article_id,
            "revision": row.number,
            "title": row.title,
            "outlet": row.outlet,
            "country": row.country,
            "lang": row.lang,
            "url": row.url,
            "canonical_url": row.canonical_url,
            "published": row.published,
            "first_seen": row.first_seen,
            "extractor": row.extractor,
            "page_url": row.final_url,
            "page_fetched_at": row.fetched_at,
            "page_sha256": row.sha256,
            "page_kept": row.dropped_at is None,
        }
