"""Watch lists and claims."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from claimwatch import listing
from claimwatch.api import there
from claimwatch.api.answers import After, Bom, Limit, Q, Slug, Wanted, listed, serve
from claimwatch.api.house import TheHouse
from claimwatch.api.problems import not_there
from claimwatch.api.rows import Claims, FindingRow, OurOwnFigure, Rows, SeedRow, WholeClaim, WholeSeed
from claimwatch.claim_search import over_time
from claimwatch.counted import counted, grouped, voices_of_all, with_voices
from claimwatch.exports.forms import THING
from claimwatch.listing import CLAIMS, FINDINGS, SEEDS, claims_of_query, findings_by_id
from claimwatch.relations import with_articles
from storage import queries
from storage.search import claims as claims_answering
from storage.search.parse import parse
from worker.steps.independence import voices

router = APIRouter(tags=["claims"])


def seeds(house: TheHouse, form: Wanted, limit: Limit = None, after: After = "", bom: Bom = False) -> Response:
    """Watch lists."""
    return listed(listing.seeds(house.store), form, SEEDS, house.about("seeds"), limit=limit, after=after, bom=bom)


def seed(house: TheHouse, slug: Slug) -> Any:
    """One watch list with its topics and claims."""
    with house.store.read() as tx:
        row = queries.seed(tx, slug)
        if row is None:
            raise not_there(f"watch list {slug!r}")
        told = row["claims_listed"]
        row["claims_listed"] = with_voices(told, queries.heard(tx, [claim["id"] for claim in told]))
    # who reads the digests is nobody else's business
    return {name: value for name, value in row.items() if name != "recipients"}


def claims(
    house: TheHouse, form: Wanted, q: Q = "", limit: Limit = None, after: After = "", bom: Bom = False
) -> Response:
    """Live claims with their counts of findings, articles and independent voices; with `q` those that it finds. By id.

    A page of a query may hold fewer than `limit` and have a next: no page looks through more than some thousand claims.
    """
    if q:
        ask = claims_of_query(house.store, parse(q, now=house.now(), of_claims=True), form)
        return listed(ask, form, CLAIMS, house.about(q), limit=limit, after=after, bom=bom)
    return listed(listing.claims(house.store), form, CLAIMS, house.about("claims"), limit=limit, after=after, bom=bom)


def claim(house: TheHouse, claim_id: Slug) -> Any:
    """One claim with its findings, the relation of each article to it, and which articles are one voice."""
    with house.store.read() as tx:
        row = queries.claim(tx, claim_id)
        told = voices(queries.heard(tx, [claim_id])[claim_id])
        said = claims_answering.said_now(tx, claim_id)
    if row is None:
        raise not_there(f"claim {claim_id!r}")
    return with_articles(row) | counted(told) | {"voices": grouped(told)} | over_time(said)


def claim_findings(
    house: TheHouse, form: Wanted, claim_id: Slug, limit: Limit = None, after: After = "", bom: Bom = False
) -> Response:
    """The findings on a claim, by id."""
    with house.store.read() as tx:
        there.has_claim(tx, claim_id)
    about = house.about(f"claim {claim_id}")
    return listed(
        findings_by_id(house.store, claim_id=claim_id), form, FINDINGS, about, limit=limit, after=after, bom=bom
    )


def all_voices(house: TheHouse) -> Any:
    """How much of what corroborates or disputes our claims is one voice: of those that two or more articles take a side on."""
    return voices_of_all(house.store)


serve(router, "/api/v1/seeds", seeds, Rows[SeedRow])
serve(router, "/api/v1/seeds/{slug:slug}", seed, WholeSeed, forms=THING, errors=(404,))
serve(router, "/api/v1/claims", claims, Claims)
serve(router, "/api/v1/claims/{claim_id:slug}", claim, WholeClaim, forms=THING, errors=(404,))
serve(router, "/api/v1/voices", all_voices, OurOwnFigure, forms=THING)
serve(router, "/api/v1/claims/{claim_id:slug}/findings", claim_findings, Rows[FindingRow], errors=(404,))
