"""What is known of a claim beside its findings: who carries what of it, and whether its silence is one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from claimwatch.api.answers import After, Bom, Limit, Slug, Wanted, listed, serve
from claimwatch.api.house import TheHouse
from claimwatch.api.problems import not_there
from claimwatch.api.rows import Carriers, CoverageRow, Rows, WholeCoverage
from claimwatch.carriers import carriers_of
from claimwatch.coverage import DAYS, MOST_DAYS, of_claim
from claimwatch.exports.forms import THING
from claimwatch.listing import COVERAGE, silence_of_claims

router = APIRouter(tags=["claims"])

Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="The period: the last so many days.")]


def claim_carriers(house: TheHouse, claim_id: Slug) -> Any:
    """Who carries another figure than the latest told, and who reported the claim but never what was told after."""
    row = carriers_of(house.store, claim_id, now=house.now())
    if row is None:
        raise not_there(f"claim {claim_id!r}")
    return row


def claim_coverage(house: TheHouse, claim_id: Slug, days: Days = DAYS) -> Any:
    """Whether a claim's silence is one, with the sources that could not be heard."""
    row = of_claim(house.store, claim_id, days=days, now=house.now())
    if row is None:
        raise not_there(f"claim {claim_id!r}")
    return row


def coverage(
    house: TheHouse, form: Wanted, days: Days = DAYS, limit: Limit = None, after: After = "", bom: Bom = False
) -> Response:
    """Of each watched claim, whether its silence is one: heard, quiet, thin (some sources failed), blind (none answered)."""
    asked = silence_of_claims(house.store, days=days, now=house.now())
    return listed(asked, form, COVERAGE, house.about(f"coverage of {days} days"), limit=limit, after=after, bom=bom)


serve(router, "/api/v1/claims/{claim_id:slug}/carriers", claim_carriers, Carriers, forms=THING, errors=(404,))
serve(router, "/api/v1/claims/{claim_id:slug}/coverage", claim_coverage, WholeCoverage, forms=THING, errors=(404,))
serve(router, "/api/v1/coverage", coverage, Rows[CoverageRow])
