"""Articles: what a query finds, and one of them. What became of one: histories.py."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from claimwatch.api import there
from claimwatch.api.answers import After, Bom, Facets, Id, Limit, Q, Wanted, listed, serve, written
from claimwatch.api.house import House, TheHouse
from claimwatch.api.rows import Found, FoundArticleRow, WholeArticle
from claimwatch.exports.cited import cited
from claimwatch.exports.forms import CITATIONS, ROWS, Form
from claimwatch.listing import ARTICLES
from claimwatch.listing import articles as articles_found
from claimwatch.relations import with_claims
from storage import citing, queries
from storage.search.parse import parse

router = APIRouter(tags=["articles"])


def articles(
    house: TheHouse,
    form: Wanted,
    q: Q = "",
    limit: Limit = None,
    after: After = "",
    bom: Bom = False,
    facets: Facets = False,
) -> Response:
    """What the query finds. As CSV: a row an article and claim that it speaks of."""
    return found(house, q, form, limit=limit, after=after, bom=bom, facets=facets)


def found(house: House, q: str, form: Form, *, limit: int | None, after: str, bom: bool, facets: bool) -> Response:
    """The answer to a query, whoever keeps its text. Raises BadQuery."""
    ask = articles_found(house.store, parse(q, now=house.now()), form, facets=facets)
    return listed(ask, form, ARTICLES, house.about(q), limit=limit, after=after, bom=bom)


def article(house: TheHouse, form: Wanted, article_id: Id) -> Any:
    """One article with its state, newest text, revisions, findings and its relation to each claim; or its citation."""
    with house.store.read() as tx:
        there.has_article(tx, article_id)
        row: Any = queries.article(tx, article_id)
        known = citing.citable(tx, [article_id])
    if form is Form.JSON:
        return with_claims(row)
    return written(form, [cited(row, known[article_id])], ARTICLES, house.about(f"article {article_id}"))


serve(router, "/api/v1/articles", articles, Found[FoundArticleRow], forms=(*ROWS, *CITATIONS))
serve(router, "/api/v1/articles/{article_id}", article, WholeArticle, forms=(Form.JSON, *CITATIONS), errors=(404, 410))
