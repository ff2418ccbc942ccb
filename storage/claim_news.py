"""What is new on a claim, article by article: when each first took the relations that it now takes to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from storage import rulings
from storage.schema import ClaimRow, FindingRow, RulingRow


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """An article that speaks of the claim. `first`: when it was first found to; `changed`: the last real change, UTC.

    A finding that another judge says again is no change, nor is another score; a relation that was not there is one, and a
    person's word. The digest tells by the same rule.
    """

    article_id: int
    first: datetime
    changed: datetime


def of_claim(tx: Connection, claim_id: str, *, limit: int) -> list[News]:
    """The articles with a live finding on the claim, the latest changed first."""
    live = func.sum(case((rulings.counts(), 1), else_=0))
    columns = (
        FindingRow.article_id,
        func.min(FindingRow.found_at).label("first"),
        func.max(RulingRow.at).label("ruled"),
        live.label("live"),
    )
    query = (
        rulings.joined(select(*columns))
        .where(FindingRow.claim_id == claim_id)
        .group_by(FindingRow.article_id, rulings.effective_relation())
        .order_by(FindingRow.article_id)
    )
    first: dict[int, datetime] = {}
    changed: dict[int, datetime] = {}
    for row in tx.execute(query):
        first[row.article_id] = min(row.first, first.get(row.article_id, row.first))
        if row.live:
            told = max(row.first, row.ruled or row.first)
            changed[row.article_id] = max(told, changed.get(row.article_id, told))
    found = [News(article_id=n, first=first[n], changed=at) for n, at in changed.items()]
    return sorted(found, key=lambda news: (news.changed, news.article_id), reverse=True)[:limit]


def firsts(
    tx: Connection, claim_ids: Sequence[str], *, as_of: datetime | None = None
) -> dict[tuple[str, int, str], datetime]:
    """When each article first took each relation to each of the claims, by (claim, article, relation): as far as known then.

    Where a person says otherwise than the machine, it is when they said so. Withdrawn findings are in it: another judge
    that says the same goes on with it.
    """
    by_person = RulingRow.relation != FindingRow.relation
    said = rulings.joined(
        select(
            FindingRow.claim_id,
            FindingRow.article_id,
            rulings.effective_relation().label("relation"),
            case((by_person, RulingRow.at), else_=FindingRow.found_at).label("at"),
        ),
        as_of=as_of,
    ).where(FindingRow.claim_id.in_(claim_ids))
    if as_of is not None:
        said = said.where(FindingRow.found_at < as_of)
    rows = said.subquery()
    key = (rows.c.claim_id, rows.c.article_id, rows.c.relation)
    return {
        (claim, article, relation): at
        for claim, article, relation, at in tx.execute(select(*key, func.min(rows.c.at)).group_by(*key))
    }


def watched_since(tx: Connection, claim_id: str) -> datetime:
    """When the claim came onto its watch list."""
    return tx.scalars(select(ClaimRow.added_at).where(ClaimRow.id == claim_id)).one()
