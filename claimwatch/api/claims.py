"""Watch lists and claims."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from claimwatch.api.answers import After, Bom, Limit, Q, Slug, Wanted, listed, serve
from claimwatch.api.house import TheHouse
from claimwatch.api.problems import may, not_there
from claimwatch.api.rows import Claims, FindingRow, Rows, SeedRow, WholeClaim, WholeSeed
from claimwatch.claim_search import over_time
from claimwatch.counted import counted, grouped, with_voices
from claimwatch.errors import BadInput
from claimwatch.listing import CLAIMS, FINDINGS, SEEDS, claims_of_query, findings_by_id, whole
from claimwatch.relations import with_articles
from storage import queries
from storage.search import claims as claims_answering
from storage.search.parse import parse
from worker.steps.independence import voices

router = APIRouter(tags=["claims"])


def seeds(house: TheHouse, form: Wanted, bom: Bom = False) -> Response:
    """Watch lists."""
    with house.store.read() as tx:
        rows = queries.seeds(tx)
    return listed(whole(rows), form, SEEDS, house.about("seeds"), bom=bom)


@router.get("/api/v1/seeds/{slug:slug}", operation_id="seed", responses={200: {"model": WholeSeed}, **may(404)})
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
    """Live claims with their counts of findings, articles and independent voices; with `q` a page of those that it finds.

    A page may hold fewer than `limit` and have a next: no page looks through more than some thousand claims.
    """
    if q:
        ask = claims_of_query(house.store, parse(q, now=house.now(), of_claims=True), form)
        return listed(ask, form, CLAIMS, house.about(q), limit=limit, after=after, bom=bom)
    if limit is not None or after:
        raise BadInput("limit and after: only with q; without it all claims are given at once")
    with house.store.read() as tx:
        rows = queries.claims(tx)
        rows = with_voices(rows, queries.heard(tx, [row["id"] for row in rows]))
    return listed(whole(rows), form, CLAIMS, house.about("claims"), bom=bom)


@router.get("/api/v1/claims/{claim_id:slug}", operation_id="claim", responses={200: {"model": WholeClaim}, **may(404)})
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
        if queries.claim(tx, claim_id) is None:
            raise not_there(f"claim {claim_id!r}")
    about = house.about(f"claim {claim_id}")
    return listed(
        findings_by_id(house.store, claim_id=claim_id), form, FINDINGS, about, limit=limit, after=after, bom=bom
    )


serve(router, "/api/v1/seeds", seeds, Rows[SeedRow])
serve(router, "/api/v1/claims", claims, Claims)
serve(router, "/api/v1/claims/{claim_id:slug}/findings", claim_findings, Rows[FindingRow], errors=(404,))
