"""Which claims stand as a query says: "disputed since Tuesday by two voices or more", as a page."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from claimwatch.api.house import TheHouse
from claimwatch.exports.forms import Form
from claimwatch.listing import claims_of_query
from claimwatch.pages.rendering import html_page
from storage.search.errors import BadQuery
from storage.search.parse import parse

_A_PAGE = 25

router = APIRouter(include_in_schema=False)


@router.get("/claims")
def claims(house: TheHouse, q: str = "", after: str = "") -> Response:
    """A page of the claims that answer; a query that cannot be understood is answered beside its box, with 400."""
    try:
        query = parse(q, now=house.now(), of_claims=True)
        page = claims_of_query(house.store, query, Form.JSON).page(after or None, _A_PAGE)
    except BadQuery as error:
        return html_page("claims.html.j2", 400, q=q, trouble=str(error), page=None)
    return html_page("claims.html.j2", q=q, after=after, trouble="", page=page, voices=query.voices)
