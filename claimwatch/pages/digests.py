"""Digests as pages: which there were, and each as it was mailed."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from claimwatch import listing
from claimwatch.api.answers import Id
from claimwatch.api.digests import digest as the_digest
from claimwatch.api.house import TheHouse
from claimwatch.letters import below
from claimwatch.pages.rendering import html_page
from storage import queries

_A_PAGE = 50
# a letter brings its own style along, and nothing else; it asks nothing
_OF_LETTERS = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_BACK = (
    '<p class="small" style="max-width:640px;margin:0 auto;padding:12px 12px 0;font-size:14px">'
    '<a href="/digests" style="color:#1a56a0">All digests</a> · {day} · {subject}</p>'
)

router = APIRouter(include_in_schema=False)


@router.get("/digests")
def digests(house: TheHouse, after: str = "") -> Response:
    """Those that were composed, newest first."""
    page = listing.digests(house.store).page(after or None, _A_PAGE)
    with house.store.read() as tx:
        slugs = queries.list_slugs(tx)
    return html_page("digests.html.j2", page=page, after=after, slugs=slugs)


@router.get("/digests/{digest_id:int}")
def digest(house: TheHouse, digest_id: Id) -> Response:
    """One as it was mailed, below its day, its subject and a way back."""
    letter = the_digest(house, digest_id)
    first = _BACK.format(day=letter["composed_at"][:10], subject=escape(letter["subject"]))
    html = below(first, letter["html"])
    return HTMLResponse(html, headers={"Content-Security-Policy": _OF_LETTERS})
