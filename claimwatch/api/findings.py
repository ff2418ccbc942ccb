"""Findings, and a person's word on them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from claimwatch import listing, ruling
from claimwatch.api import there
from claimwatch.api.answers import After, Bom, Id, Limit, Q, Wanted, listed, serve
from claimwatch.api.house import House, TheHouse, Writer
from claimwatch.api.problems import may, not_there
from claimwatch.api.rows import FindingRow, Findings, Rows, RulingRow
from claimwatch.api.wishes import Confirmation, Correction
from claimwatch.errors import BadInput
from claimwatch.exports.forms import THING
from claimwatch.listing import FINDINGS, RULINGS, findings_by_id, findings_of_query
from storage import queries
from storage.search.parse import parse

router = APIRouter(tags=["findings"])

OfClaim = Annotated[str, Query(max_length=80, description="Only on this claim.")]


def findings(
    house: TheHouse,
    form: Wanted,
    q: Q = "",
    claim: OfClaim = "",
    article: Annotated[int, Query(ge=0, lt=2**31, description="Only in this article; 0: in all.")] = 0,
    limit: Limit = None,
    after: After = "",
    bom: Bom = False,
) -> Response:
    """Findings, by id; with `q` those in what the query finds, in the order of its articles."""
    if q and (claim or article):
        raise BadInput("q beside claim or article: say claim:ID within the query")
    with house.store.read() as tx:
        if claim:
            there.has_claim(tx, claim)
        if article:
            there.has_article(tx, article)
    if q:
        query = parse(q, now=house.now())
        ask, about = findings_of_query(house.store, query, form), house.about(q)
    else:
        ask = findings_by_id(house.store, claim_id=claim or None, article_id=article or None)
        about = house.about(
            " ".join(told for told in (claim and f"claim {claim}", article and f"article {article}") if told)
        )
    return listed(ask, form, FINDINGS, about, limit=limit, after=after, bom=bom)


def finding(house: TheHouse, finding_id: Id) -> Any:
    """One finding, whether it counts or not: `withdrawn_at`, `relation` and `by` tell."""
    return _one(house, finding_id)


@router.post(
    "/api/v1/findings/{finding_id}/confirm",
    operation_id="confirm_finding",
    responses={200: {"model": FindingRow}, **may(403, 404, 413)},
)
def confirm(house: TheHouse, writer: Writer, finding_id: Id, wish: Confirmation) -> Any:
    """Say that the machine's word on this finding is right. Who says it is the person of the token."""
    _one(house, finding_id)
    ruling.confirm(house.store, finding_id, who=writer.person, why=wish.why, now=house.now())
    return _one(house, finding_id)


@router.post(
    "/api/v1/findings/{finding_id}/correct",
    operation_id="correct_finding",
    responses={200: {"model": FindingRow}, **may(403, 404, 413)},
)
def correct(house: TheHouse, writer: Writer, finding_id: Id, wish: Correction) -> Any:
    """Put another word in the place of the machine's. Who says it is the person of the token."""
    _one(house, finding_id)
    ruling.correct(
        house.store,
        finding_id,
        relation=wish.relation,
        adds=wish.adds,
        who=writer.person,
        why=wish.why,
        now=house.now(),
    )
    return _one(house, finding_id)


@router.post(
    "/api/v1/findings/{finding_id}/retract",
    operation_id="retract_ruling",
    responses={200: {"model": FindingRow}, **may(403, 404, 413)},
)
def retract(house: TheHouse, writer: Writer, finding_id: Id, wish: Confirmation) -> Any:
    """Take back what a person ruled: the machine's word counts again, and the history keeps both."""
    _one(house, finding_id)
    ruling.retract(house.store, finding_id, who=writer.person, why=wish.why, now=house.now())
    return _one(house, finding_id)


def _one(house: House, finding_id: int) -> dict[str, Any]:
    """The finding, whether it counts or not: an address that was given away goes on to say what became of it."""
    with house.store.read() as tx:
        row = queries.finding(tx, finding_id)
    if row is None:
        raise not_there(f"finding {finding_id}")
    return row


def rulings(
    house: TheHouse,
    form: Wanted,
    claim: OfClaim = "",
    finding: Annotated[int, Query(ge=0, lt=2**31, description="Only on the passage of this finding; 0: on all.")] = 0,
    limit: Limit = None,
    after: After = "",
    bom: Bom = False,
) -> Response:
    """All that people ruled, oldest first: what was superseded or retracted too."""
    with house.store.read() as tx:
        if claim:
            there.has_claim(tx, claim)
    if finding:
        _one(house, finding)
    ask = listing.rulings(house.store, claim_id=claim or None, finding_id=finding or None)
    told = (claim and f"claim {claim}", finding and f"finding {finding}")
    about = house.about(" ".join(one for one in ("rulings", *told) if one))
    return listed(ask, form, RULINGS, about, limit=limit, after=after, bom=bom)


serve(router, "/api/v1/findings", findings, Findings, errors=(404, 410))
serve(router, "/api/v1/findings/{finding_id}", finding, FindingRow, forms=THING, errors=(404,))
serve(router, "/api/v1/rulings", rulings, Rows[RulingRow], errors=(404,))
