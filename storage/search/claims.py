"""Claims by what answers a query on them: on which some finding answers, and what each article says of them there.

The findings are those of `findings_body`, copies of articles with them: a copy is no voice of its own, so it need not be
hidden, and before its original was read it was the one that spoke.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy.orm import aliased

from storage import claim_news, rulings
from storage.queries import RELAYED
from storage.records import ArticleId, Heard, Relation, Said
from storage.schema import ArticleRow, ClaimRow, FindingRow, OutletRow
from storage.search.plan import findings_body
from storage.search.query import Query
from storage.stories import STORY


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query made ready: the findings that answer, without columns, and as of when (None: now)."""

    findings: Select[Any]
    as_of: datetime | None


def asked(tx: Connection, query: Query) -> Asked:
    """Raises BadQuery for names that nothing bears."""
    return Asked(findings=findings_body(tx, replace(query, with_copies=True)), as_of=query.as_of)


def answering(tx: Connection, ask: Asked, *, after: str = "", limit: int) -> list[str]:
    """Ids of claims that are watched, or were then, on which some finding answers: the next behind `after`, in their order."""
    claim = aliased(ClaimRow)
    watched: ColumnElement[bool] = claim.retired_at.is_(None)
    if ask.as_of is not None:
        watched |= claim.retired_at >= ask.as_of
    some = ask.findings.add_columns(FindingRow.id).where(FindingRow.claim_id == claim.id).correlate(claim).exists()
    return list(tx.scalars(select(claim.id).where(claim.id > after, watched, some).order_by(claim.id).limit(limit)))


def said(tx: Connection, ask: Asked, claim_ids: Sequence[str]) -> dict[str, list[Said]]:
    """What is said of each of the claims by the findings that answer, a record an article and relation.

    Up to a row a finding is read: ask for a page of claims, not for all.
    """
    found = ask.findings.add_columns(FindingRow.id).where(FindingRow.claim_id.in_(claim_ids)).subquery("answering")
    each = rulings.joined(
        select(
            FindingRow.claim_id,
            FindingRow.article_id,
            rulings.effective_relation().label("relation"),
            RELAYED.label("relayed"),
        ).join(found, found.c.id == FindingRow.id),
        as_of=ask.as_of,
    ).subquery("each")
    counted = (
        select(each.c.claim_id, each.c.article_id, each.c.relation, each.c.relayed, func.count().label("findings"))
        .group_by(each.c.claim_id, each.c.article_id, each.c.relation, each.c.relayed)
        .subquery("counted")
    )
    rows = (
        select(counted, STORY.label("story"), OutletRow.name, OutletRow.owner, ArticleRow.wire)
        .join(ArticleRow, ArticleRow.id == counted.c.article_id)
        .join(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .order_by(counted.c.claim_id, counted.c.article_id, counted.c.relation)
    )
    first = claim_news.firsts(tx, claim_ids, as_of=ask.as_of)
    merged: dict[tuple[str, int, str], Said] = {}
    for row in tx.execute(rows):
        key = (row.claim_id, row.article_id, row.relation)
        before = merged.get(key)
        heard = Heard(
            article_id=ArticleId(row.article_id),
            story=ArticleId(row.story),
            outlet=row.name,
            owner=row.owner,
            wire=row.wire,
            relayed=frozenset({row.relayed}) | (before.heard.relayed if before else frozenset()),
        )
        n = row.findings + (before.findings if before else 0)
        merged[key] = Said(heard=heard, relation=Relation(row.relation), findings=n, since=first[key])
    told: dict[str, list[Said]] = {claim_id: [] for claim_id in claim_ids}
    for (claim_id, _article, _relation), one in merged.items():
        told[claim_id].append(one)
    return told


def said_now(tx: Connection, claim_id: str) -> list[Said]:
    """What is said of one claim by all findings that count."""
    return said(tx, asked(tx, Query()), [claim_id])[claim_id]
