"""The front page: what is watched, and what is heard of each claim. And the stylesheet of all pages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response

from claimwatch.api.claims import seed
from claimwatch.api.house import TheHouse
from claimwatch.pages.rendering import STYLESHEET, html_page
from claimwatch.searching import row_of
from storage import queries, saved_searches
from storage.records import Relation

router = APIRouter(include_in_schema=False)


@router.get("/")
def front(house: TheHouse) -> Response:
    """All watch lists with their topics and claims, and the saved searches."""
    with house.store.read() as tx:
        slugs, counts = queries.list_slugs(tx), queries.counts(tx)
        searches = [row_of(search) for search in saved_searches.listed(tx)]
    lists = [seed(house, slug) for slug in slugs]
    return html_page("front.html.j2", lists=lists, relations=list(Relation), counts=counts, searches=searches)


@router.get(STYLESHEET)
def stylesheet() -> Response:
    """The one stylesheet."""
    return Response(_stylesheet(), media_type="text/css")


@cache
def _stylesheet() -> bytes:
    return files("claimwatch.pages").joinpath("style.css").read_bytes()
