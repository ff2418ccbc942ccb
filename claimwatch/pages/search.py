"""What a query finds, as a page: its answers, what they are made of, and where the same stands for programs."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from claimwatch.api.house import House, TheHouse
from claimwatch.exports.forms import Form
from claimwatch.listing import Listing, articles
from claimwatch.pages.rendering import html_page
from claimwatch.relations import with_claims
from storage import queries, saved_searches
from storage.search.errors import BadQuery
from storage.search.fields import FIELDS, Of
from storage.search.parse import LONGEST, parse
from storage.search.query import Field, Query
from storage.search.written import narrowed, without_each

Json = dict[str, Any]

_A_PAGE = 25
# a facet's name, where it is not that of the field that narrows by it
_FIELD = {"year": "published"}

router = APIRouter(include_in_schema=False)


@router.get("/search")
def search(house: TheHouse, q: str = "", after: str = "") -> Response:
    """A page of the articles that answer; a query that cannot be understood is answered beside its box, with 400."""
    try:
        query = parse(q, now=house.now())
        page = articles(house.store, query, Form.JSON, facets=True).page(after or None, _A_PAGE)
    except BadQuery as error:
        return html_page("search.html.j2", 400, q=q, trouble=str(error), page=None)
    with house.store.read() as tx:
        slugs = [known.slug for known in saved_searches.listed(tx) if known.query == q]
    return html_page(
        "search.html.j2",
        q=q,
        after=after,
        trouble="",
        page=page,
        rows=_with_relations(house, page),
        copies=narrowed(query, "is", "copy"),
        terms=without_each(query),
        facets=_facets(query, page.about),
        slugs=slugs,
    )


def _with_relations(house: House, page: Listing) -> list[Json]:
    """The rows, each with its relation to each claim; `by_person` of a relation: a person's word is in it."""
    with house.store.read() as tx:
        found = queries.findings(tx, article_ids=[row["id"] for row in page.rows], limit=2**31 - 1)
    ruled = {one["id"] for one in found if one["by"] == "person"}
    rows = []
    for row in page.rows:
        mine = [one for one in found if one["article_id"] == row["id"]]
        claims = with_claims({"findings_listed": mine})["claims_listed"]
        told = [one | {"by_person": not ruled.isdisjoint(one["parts"][0]["findings"])} for one in claims]
        rows.append(row | {"claims_listed": told, "stretches": _stretches(row["snippet"])})
    return rows


def _stretches(snippet: Json) -> list[tuple[str, bool]]:
    """The snippet in pieces, and whether each answers the query."""
    text, at, told = snippet["text"], 0, []
    for start, end in snippet["marks"]:
        told += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [*told, (text[at:], False)]


def _facets(query: Query, about: Json) -> dict[str, list[Json]]:
    """What the answers are made of; `narrowed` of a value: the query that asks for it too, empty where that is no help."""
    asked = {term.name for term in query.where.terms if isinstance(term, Field)}
    of_findings = {name for name in asked if FIELDS[name].of is Of.FINDING}
    told: dict[str, list[Json]] = {}
    for name, values in about["facets"].items():
        field = _FIELD.get(name, name)
        told[name] = []
        for one in values:
            # two values of one field would hold of no article, or of one finding: the first is to be taken away
            # nor would it hold of as many: facets count any finding of an article, a query's terms must hold of one
            other = FIELDS[field].of is Of.FINDING and of_findings
            useless = field in asked or other or one["count"] == about["total"]
            to = "" if useless else narrowed(query, field, str(one["value"]))
            told[name].append(one | {"narrowed": to if len(to) <= LONGEST else ""})
    return {name: values for name, values in told.items() if values}
