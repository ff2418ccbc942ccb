"""Rows of claims and findings to the series of a claim's figures: the store's side of steps/ledger.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from storage.records import Claim, ClaimId, ClaimKind, Relation
from storage.shapes import figure_from_json, voice_from_json
from worker.steps.ledger import Series, Told, ledger

Json = dict[str, Any]


def series_of(claim: Json, findings: Iterable[Json]) -> tuple[Series, ...]:
    """The series of a row of `queries.claim` and of rows of `queries.findings` on it."""
    return ledger(claim_of(claim), [one for row in findings for one in told_in(row)])


def claim_of(row: Json) -> Claim:
    """What the ledger asks of a claim, of a row of `queries.claim`."""
    first, last = (date.fromisoformat(row[name]) if row[name] else None for name in ("event_from", "event_to"))
    return Claim(
        id=ClaimId(row["id"]),
        topic=row["topic"],
        text=row["text"],
        kind=ClaimKind(row["kind"]),
        attributed_to=row["attributed_to"],
        places=tuple(row["places"]),
        figures=tuple(figure_from_json(f) for f in row["figures"]),
        event_from=first,
        event_to=last,
    )


def told_in(row: Json) -> list[Told]:
    """The figures of a row of `queries.findings`."""
    said = datetime.fromisoformat(row["published"] or row["first_seen"])
    return [
        Told(
            figure=figure_from_json(figure),
            finding_id=row["id"],
            position=position,
            article_id=row["article_id"],
            story=row["copy_of"] or row["article_id"],
            outlet=row["outlet"],
            said_on=said.date(),
            dated=row["published"] is not None,
            passage=row["passage"],
            voice=voice_from_json(row["voice"]),
            relation=Relation(row["relation"]),
            by_person=row["by"] == "person",
        )
        for position, figure in enumerate(row["figures"])
    ]
