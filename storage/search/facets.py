"""What the answers to a query are made of: counts by outlet, country, language, year, relation and claim."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from storage import rulings
from storage.schema import ArticleRow, FindingRow, OutletRow, RevisionRow
from storage.search.conditions import counts
from storage.search.plan import Plan, body

Json = dict[str, Any]

# Counted among so many of the newest: a count over everything is linear in the matches.
AMONG = 1_000
_LISTED = 20


def of_articles(tx: Connection, plan: Plan) -> dict[str, list[Json]]:
    """{facet: [{"value", "count"}, ...]}, the most frequent first, among the newest AMONG answers."""
    rows, key = body(plan)
    newest = rows.add_columns(RevisionRow.id.label("revision"), ArticleRow.id.label("article"))
    ids = newest.order_by(key.desc()).limit(AMONG).cte("newest")
    by_article = (
        select(OutletRow.name, OutletRow.country, RevisionRow.lang, RevisionRow.published)
        .join(ArticleRow, ArticleRow.outlet_id == OutletRow.id)
        .join(RevisionRow, RevisionRow.article_id == ArticleRow.id)
        .where(RevisionRow.id.in_(select(ids.c.revision)))
    )
    tallies: dict[str, dict[str, int]] = {name: {} for name in ("source", "country", "lang", "year")}
    for row in tx.execute(by_article):
        year = str(row.published.year) if row.published else ""
        for name, value in (("source", row.name), ("country", row.country), ("lang", row.lang), ("year", year)):
            if value:
                tallies[name][value] = tallies[name].get(value, 0) + 1
    found = FindingRow.article_id.in_(select(ids.c.article))
    for name, column in (("relation", rulings.effective_relation()), ("claim", FindingRow.claim_id)):
        grouped = rulings.joined(select(column, func.count(func.distinct(FindingRow.article_id))))
        grouped = grouped.where(found, counts(plan.known))
        tallies[name] = {row[0]: row[1] for row in tx.execute(grouped.group_by(column))}
    return {name: _listed(tally) for name, tally in tallies.items()}


def _listed(tally: dict[str, int]) -> list[Json]:
    first = sorted(tally.items(), key=lambda pair: (-pair[1], pair[0]))[:_LISTED]
    return [{"value": value, "count": n} for value, n in first]
