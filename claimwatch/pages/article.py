"""An article as a page: its text with the passages of findings, what became of it, and what its outlet changed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from claimwatch.api.answers import Id
from claimwatch.api.articles import article as the_article
from claimwatch.api.findings import finding as the_finding
from claimwatch.api.histories import Number, article_diff, article_history
from claimwatch.api.house import TheHouse
from claimwatch.exports.forms import Form
from claimwatch.pages.passages import paragraphs, passages_in
from claimwatch.pages.rendering import html_page
from storage import queries

Json = dict[str, Any]

# Of a stretch that stayed as it was, so many characters on either side of a change are shown.
_AROUND = 300

router = APIRouter(include_in_schema=False)


@router.get("/articles/{article_id:int}")
def article(house: TheHouse, article_id: Id) -> Response:
    """Its newest text, and all that is known of it."""
    row, told = the_article(house, Form.JSON, article_id), article_history(house, article_id)
    with house.store.read() as tx:
        claims = queries.claim_heads(tx, [one["claim_id"] for one in row["claims_listed"]])
        story = queries.of_story(tx, row["story"])
    passages, elsewhere = passages_in(row["text"], row["findings_listed"])
    return html_page(
        "article.html.j2",
        article=row,
        history=told,
        claims=claims,
        passages=passages,
        numbers={found["id"]: one.number for one in passages for found in one.findings},
        elsewhere=elsewhere,
        paragraphs=paragraphs(row["text"], passages),
        original=next((one for one in story if one["id"] == row["story"] != article_id), None),
        copies=[one for one in story if one["id"] not in (article_id, row["story"])],
    )


@router.get("/articles/{article_id:int}/diff")
def diff(
    house: TheHouse,
    article_id: Id,
    older: Annotated[Number, Query(alias="from")] = None,
    newer: Annotated[Number, Query(alias="to")] = None,
) -> Response:
    """What differs between two of its readings; the last two unless told."""
    told = article_diff(house, article_id, older, newer)
    return html_page("diff.html.j2", told=told, text=[_shortened(one) for one in told["text"]])


@router.get("/findings/{finding_id:int}")
def finding(house: TheHouse, finding_id: Id) -> Response:
    """To where it stands in its article."""
    row = the_finding(house, finding_id)
    return RedirectResponse(f"/articles/{row['article_id']}#finding-{finding_id}", 307)


def _shortened(segment: Json) -> Json:
    """A long stretch that stayed, without its middle."""
    text = segment["text"]
    if segment["kind"] != "same" or len(text) <= 3 * _AROUND:
        return segment
    before, after = text[:_AROUND].rsplit(" ", 1)[0], text[-_AROUND:].split(" ", 1)[-1]
    return segment | {"text": f"{before}\n[…]\n{after}"}
