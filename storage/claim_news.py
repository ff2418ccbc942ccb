"""What is new on a claim, article by article: when each first took the relations that it now takes to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, case, func, select

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
    rows = tx.execute(_taken(claim_ids, as_of))
    return {(row.claim_id, row.article_id, row.relation): row.first for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came on a claim. `last`: when an article last took a relation that it takes now and had not; None: never.

    `articles`: how many did since the instant that was asked for.
    """

    last: datetime | None = None
    articles: int = 0


def came(tx: Connection, claim_ids: Sequence[str], *, since: datetime) -> dict[str, Came]:
    """What came on each of the claims, by the same rule."""
    taken = _taken(claim_ids, None).subquery("taken")
    fresh = case((taken.c.first >= since, taken.c.article_id))
    rows = (
        select(taken.c.claim_id, func.max(taken.c.first).label("last"), func.count(fresh.distinct()).label("articles"))
        .where(taken.c.live > 0)
        .group_by(taken.c.claim_id)
    )
    found = {row.claim_id: Came(last=row.last, articles=row.articles) for row in tx.execute(rows)}
    return {claim_id: found.get(claim_id, Came()) for claim_id in claim_ids}


_EVER = datetime(9000, 1, 1, tzinfo=UTC)


def _taken(claim_ids: Sequence[str], as_of: datetime | None) -> Select[Any]:
    """(claim_id, article_id, relation, first, live): `live` counts the findings that hold now."""
    by_person = RulingRow.relation != FindingRow.relation
    said = rulings.joined(
        select(
            FindingRow.claim_id,
            FindingRow.article_id,
            rulings.effective_relation().label("relation"),
            case((by_person, RulingRow.at), else_=FindingRow.found_at).label("at"),
            case((rulings.counts(), 1), else_=0).label("counts"),
        ),
        # a withdrawn finding keeps the ruling of its own day: asked for is the passage's last, as of a past day too
        as_of=as_of or _EVER,
    ).where(FindingRow.claim_id.in_(claim_ids))
    if as_of is not None:
        said = said.where(FindingRow.found_at < as_of)
    each = said.subquery("each_said")
    key = (each.c.claim_id, each.c.article_id, each.c.relation)
    return select(*key, func.min(each.c.at).label("first"), func.sum(each.c.counts).label("live")).group_by(*key)


def watched_since(tx: Connection, claim_ids: Sequence[str]) -> dict[str, datetime]:
    """When each of the claims came onto its watch list."""
    rows = tx.execute(select(ClaimRow.id, ClaimRow.added_at).where(ClaimRow.id.in_(claim_ids)))
    return {row.id: row.added_at for row in rows}
