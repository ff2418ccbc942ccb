"""The digests that were composed: what they said, and to how many, never to whom."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from claimwatch import letters, listing
from claimwatch.api.answers import After, Bom, Id, Limit, Wanted, listed, serve
from claimwatch.api.house import TheHouse
from claimwatch.api.problems import not_there
from claimwatch.api.rows import DigestRow, Rows, WholeDigest
from claimwatch.exports.forms import THING
from claimwatch.listing import DIGESTS
from storage import digest_rows

router = APIRouter(tags=["digests"])


def digests(house: TheHouse, form: Wanted, limit: Limit = None, after: After = "", bom: Bom = False) -> Response:
    """Digests that were composed, newest first. One of which an article was removed is left out."""
    ask, about = listing.digests(house.store), house.about("digests")
    return listed(ask, form, DIGESTS, about, limit=limit, after=after, bom=bom)


def digest(house: TheHouse, digest_id: Id) -> Any:
    """One with its words, as text and as HTML."""
    with house.store.read() as tx:
        rows, words = digest_rows.letters(tx, letter_id=digest_id), letters.read(tx, digest_id)
    if not rows or words is None:
        raise not_there(f"digest {digest_id}, or what it quoted was removed")
    return rows[0] | {"text": words.text, "html": words.html}


serve(router, "/api/v1/digests", digests, Rows[DigestRow])
serve(router, "/api/v1/digests/{digest_id}", digest, WholeDigest, forms=THING, errors=(404,))
