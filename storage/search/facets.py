"""What the answers to a query are made of: counts by outlet, country, language, year, relation and claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from storage import rulings
from storage.articles import goes_by
from storage.dialect import among
from storage.schema import ArticleRow, FindingRow, OutletRow, RevisionRow
from storage.search.conditions import counts
from storage.search.plan import Plan

Json = dict[str, Any]

# Counted among so many of the newest: a count over everything is linear in the matches.
AMONG = 1_000
_LISTED = 20


# What is asked of an answer beside its order key.
COLUMNS = (ArticleRow.id, ArticleRow.outlet_id, RevisionRow.lang)


def of_articles(tx: Connection, plan: Plan, newest: Sequence[Row[Any]]) -> dict[str, list[Json]]:
    """{facet: [{"value", "count"}, ...]}, the most frequent first, of the newest AMONG answers, with their COLUMNS."""
    by_outlet = Counter(row.outlet_id for row in newest)
    outlets = select(OutletRow.id, OutletRow.name, OutletRow.country)  # of the few hundred that there are
    told: dict[str, Counter[str]] = {
        name: Counter() for name in ("source", "country", "lang", "year", "relation", "claim")
    }
    for outlet in tx.execute(outlets):
        told["source"][outlet.name] += by_outlet[outlet.id]
        told["country"][outlet.country] += by_outlet[outlet.id]
    told["lang"].update(row.lang for row in newest)
    told["year"].update(str(goes_by(row.order_key).year) for row in newest)
    findings = rulings.joined(
        select(FindingRow.article_id, FindingRow.claim_id, rulings.effective_relation().label("relation"))
    )
    found = tx.execute(
        findings.where(among(tx, FindingRow.article_id, [row.id for row in newest]), counts(plan.known))
    ).all()
    told["relation"].update(relation for _article, relation in {(row.article_id, row.relation) for row in found})
    told["claim"].update(claim for _article, claim in {(row.article_id, row.claim_id) for row in found})
    return {name: _listed(tally) for name, tally in told.items()}


def _listed(tally: Counter[str]) -> list[Json]:
    first = sorted(((value, n) for value, n in tally.items() if value and n), key=lambda pair: (-pair[1], pair[0]))[
        :_LISTED
    ]
    return [{"value": value, "count": n} for value, n in first]
