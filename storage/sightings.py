"""How the articles that speak of a claim were last seen: gone, or corrected by their outlet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from storage import rulings
from storage.records import ArticleEvent, ArticleState
from storage.schema import ArticleEventRow, ArticleRow, FindingRow, OutletRow, RevisionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One article. `gone_since`: when its outlet took it away, UTC; `corrected`: it says so itself."""

    article_id: int
    outlet: str
    first_seen: datetime
    gone_since: datetime | None
    corrected: bool


def of_claim(tx: Connection, claim_id: str) -> list[Seen]:
    """Every article with a finding on the claim that counts."""
    speaks = rulings.joined(select(FindingRow.article_id)).where(FindingRow.claim_id == claim_id, rulings.counts())
    was_corrected = (
        select(ArticleEventRow.id)
        .where(ArticleEventRow.article_id == ArticleRow.id, ArticleEventRow.kind == ArticleEvent.CORRECTED)
        .exists()
    )
    rows = tx.execute(
        select(
            ArticleRow.id,
            OutletRow.name,
            ArticleRow.first_seen,
            ArticleRow.state,
            ArticleRow.state_since,
            or_(RevisionRow.notice != "", was_corrected).label("corrected"),
        )
        .join(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .join(RevisionRow, (RevisionRow.article_id == ArticleRow.id) & (RevisionRow.number == ArticleRow.latest))
        .where(ArticleRow.id.in_(speaks))
        .order_by(ArticleRow.id)
    )
    return [
        Seen(
            article_id=r.id,
            outlet=r.name,
            first_seen=r.first_seen,
            gone_since=r.state_since if r.state == ArticleState.GONE else None,
            corrected=bool(r.corrected),
        )
        for r in rows
    ]
