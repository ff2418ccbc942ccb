"""Stand-in: the branch of the query language brings its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from storage import queries
from storage.search.errors import BadQuery
from storage.search.parse import Query

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of rows."""

    rows: list[Json]
    total: int
    more_than_total: bool
    next: str | None
    asked: str
    zone: str = "UTC"
    notes: tuple[str, ...] = ()
    facets: dict[str, list[Json]] = field(default_factory=dict)


def search_articles(
    tx: Connection, query: Query, *, limit: int = 50, after: str | None = None, facets: bool = False
) -> Page:
    """Articles, newest first."""
    found = queries.articles(tx, list(query.needles), limit=2**31 - 1)
    more = {"state": "live", "story": None, "copies": 0, "snippet": ""}
    rows = [row | more | {"domain": urlsplit(row["canonical_url"]).hostname} for row in found]
    return _page(rows, query, limit, after, facets=facets)


def search_findings(tx: Connection, query: Query, *, limit: int = 100, after: str | None = None) -> Page:
    """Findings in the articles that the query finds."""
    known = {row["id"] for row in queries.articles(tx, list(query.needles), limit=2**31 - 1)}
    rows = [row for row in queries.findings(tx, limit=2**31 - 1) if row["article_id"] in known]
    return _page(rows, query, limit, after, facets=False)


def _page(rows: list[Json], query: Query, limit: int, after: str | None, *, facets: bool) -> Page:
    if after is not None and not (after.isascii() and after.isdigit()):
        raise BadQuery(f"no such cursor: {after!r}")
    start = int(after or 0)
    counted: dict[str, list[Json]] = {}
    if facets:
        outlets = [row["outlet"] for row in rows]
        counted = {"outlet": [{"value": o, "count": outlets.count(o)} for o in dict.fromkeys(outlets)]}
    return Page(
        rows=rows[start : start + limit],
        total=len(rows),
        more_than_total=False,
        next=str(start + limit) if len(rows) > start + limit else None,
        asked=query.asked,
        facets=counted,
    )
