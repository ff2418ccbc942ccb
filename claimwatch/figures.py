"""Rows of findings to the series of a claim's figures, and these as JSON and as a table. For command and API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from storage.records import Claim, ClaimId, ClaimKind, Relation
from storage.shapes import figure_from_json, figure_to_json, voice_from_json
from worker.steps.ledger import Line, Series, Told, in_a_line, ledger
from worker.steps.scope_parts import scope_parts

Json = dict[str, Any]


def with_figures(claim: Json) -> Json:
    """A row of `queries.claim` with `figure_series`, and `figures_line`, the same in a line."""
    series = ledger(claim_of(claim), [one for row in claim["findings_listed"] for one in told_in(row)])
    return claim | {"figure_series": [_row(one) for one in series], "figures_line": in_a_line(series)}


def what_is_counted(series: Json) -> str:
    """Of a row of `figure_series`: "civilians killed - Raqqa, June to October 2017"."""
    scope = ", ".join(filter(None, (series["place"], series["period"])))
    return (series["counts"] or "not said what") + (f" - {scope}" if scope else "")


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


def _row(series: Series) -> Json:
    return {
        "counts": series.counts,
        "place": series.scope.place,
        "period": series.scope.period,
        "own": series.own,
        "same_thing": series.same_thing,
        "lines": [_line(line, series) for line in series.lines],
    }


def _line(line: Line, series: Series) -> Json:
    """`date` null: the claim's own figure. `scope`: as this figure tells it, where it is told otherwise than the series'."""
    told = line.told
    return {
        "date": told.said_on.isoformat() if told else None,
        "dated": told.dated if told else None,
        "says": line.words,
        "who": line.who,
        "verdict": line.figure.verdict.value if line.figure.verdict else None,
        "outlet": told.outlet if told else None,
        "article_id": told.article_id if told else None,
        "finding_id": told.finding_id if told else None,
        "scope": "" if line.scope.key() == scope_parts(series.scope.words()).key() else line.scope.words(),
        "repeats": line.repeats,
        "also_in": list(line.also_in),
        "passage": told.passage if told else None,
        "figure": figure_to_json(line.figure),
    }
