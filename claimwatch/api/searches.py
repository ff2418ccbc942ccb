"""Saved searches."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from claimwatch import listing
from claimwatch.api.answers import After, Bom, Facets, Limit, Slug, Wanted, listed, serve
from claimwatch.api.articles import found
from claimwatch.api.house import House, TheHouse, Writer
from claimwatch.api.problems import may, not_there
from claimwatch.api.rows import Found, FoundArticleRow, Rows, SearchRow
from claimwatch.api.wishes import SearchWish
from claimwatch.exports.forms import CITATIONS, ROWS, THING
from claimwatch.listing import SEARCHES
from claimwatch.searching import row_of
from storage import saved_searches
from storage.saved_searches import SavedSearch

router = APIRouter(tags=["searches"])


def searches(house: TheHouse, form: Wanted, limit: Limit = None, after: After = "", bom: Bom = False) -> Response:
    """All saved searches, by slug."""
    ask, about = listing.searches(house.store), house.about("searches")
    return listed(ask, form, SEARCHES, about, limit=limit, after=after, bom=bom)


def search(house: TheHouse, slug: Slug) -> Any:
    """One saved search."""
    return row_of(the_search(house, slug))


@router.put(
    "/api/v1/searches/{slug:slug}",
    operation_id="save_search",
    responses={200: {"model": SearchRow}, **may(403, 404, 413)},
)
def save_search(house: TheHouse, _writer: Writer, slug: Slug, wish: SearchWish) -> Any:
    """Keep a query under a name, in the place of an older one. A query that cannot be understood is refused now."""
    with house.store.begin() as tx:
        return row_of(saved_searches.save(tx, slug=slug, title=wish.title, query=wish.query, now=house.now()))


@router.delete("/api/v1/searches/{slug:slug}", operation_id="remove_search", status_code=204, responses=may(403, 404))
def remove_search(house: TheHouse, _writer: Writer, slug: Slug) -> None:
    """Forget a saved search."""
    with house.store.begin() as tx:
        if not saved_searches.remove(tx, slug):
            raise not_there(f"saved search {slug!r}")


def search_articles(
    house: TheHouse,
    form: Wanted,
    slug: Slug,
    limit: Limit = None,
    after: After = "",
    bom: Bom = False,
    facets: Facets = False,
) -> Response:
    """What a saved search finds now."""
    query = the_search(house, slug).query
    return found(house, query, form, limit=limit, after=after, bom=bom, facets=facets)


def the_search(house: House, slug: str) -> SavedSearch:
    """Raises the 404 for one that is not there."""
    with house.store.read() as tx:
        search = saved_searches.find(tx, slug)
    if search is None:
        raise not_there(f"saved search {slug!r}")
    return search


serve(router, "/api/v1/searches", searches, Rows[SearchRow])
serve(router, "/api/v1/searches/{slug:slug}", search, SearchRow, forms=THING, errors=(404,))
serve(
    router,
    "/api/v1/searches/{slug:slug}/articles",
    search_articles,
    Found[FoundArticleRow],
    forms=(*ROWS, *CITATIONS),
    errors=(404,),
)
