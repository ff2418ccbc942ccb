"""A claim as a page: who says it, how many voices are heard, its figures by date, and the passages by what they do to it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from claimwatch.api.answers import Slug
from claimwatch.api.claims import claim as the_claim
from claimwatch.api.house import TheHouse
from claimwatch.carriers import carriers_in
from claimwatch.coverage import DAYS, of_claim
from claimwatch.figures import what_is_counted
from claimwatch.pages.rendering import html_page
from storage.records import Relation
from storage.shapes import figure_from_json
from worker.steps.bars import bars

Json = dict[str, Any]

# Passages a relation; the rest is a search away.
_SHOWN = 50

router = APIRouter(include_in_schema=False)


@router.get("/claims/{claim_id:slug}")
def claim(house: TheHouse, claim_id: Slug) -> Response:
    """All that is known of one claim."""
    row = the_claim(house, claim_id)
    articles = {one["article_id"]: one for one in row["articles_listed"]}
    series = [one | {"named": what_is_counted(one), "lines": _with_bars(one["lines"])} for one in row["figure_series"]]
    return html_page(
        "claim.html.j2",
        claim=row,
        voices=[one | {"articles": [articles[i] for i in one["articles"]]} for one in row["voices"]],
        figures=[one for one in series if one["own"] or one["same_thing"]],
        others=[one for one in series if not (one["own"] or one["same_thing"])],
        relations=_by_relation(row["findings_listed"]),
        silence=of_claim(house.store, claim_id, days=DAYS, now=house.now()),
        days=DAYS,
        counted=what_is_counted,
        carriers=carriers_in(house.store, row, now=house.now()),
    )


def _with_bars(lines: list[Json]) -> list[Json]:
    """The lines of a row of `figure_series`, each with its `bar`."""
    drawn = bars([figure_from_json(line["figure"]) for line in lines])
    return [line | {"bar": bar} for line, bar in zip(lines, drawn, strict=True)]


def _by_relation(findings: list[Json]) -> list[Json]:
    """A row a relation: how many, and the first `_SHOWN` passages, the latest article first. `copies`: that repeat it."""
    told = []
    for relation in Relation:
        same = [one for one in findings if one["relation"] == relation]
        if same:
            folded = _folded(sorted(same, key=lambda one: (one["published"] or one["first_seen"], -one["id"])))
            told.append({"relation": relation.value, "count": len(same), "findings": folded[::-1][:_SHOWN]})
    return told


def _folded(findings: list[Json]) -> list[Json]:
    """A passage that copies of a story repeat once, where it stood first; `copies`: the findings in the others.

    What a person ruled on stands by itself: each copy is ruled on alone.
    """
    told: list[Json] = []
    first: dict[tuple[int, str], Json] = {}
    for one in findings:
        key = (one["copy_of"] or one["article_id"], " ".join(one["passage"].split()))
        if one["ruling"] is None and key in first:
            first[key]["copies"].append(one)
            continue
        told.append(one | {"copies": []})
        if one["ruling"] is None:
            first[key] = told[-1]
    return told
