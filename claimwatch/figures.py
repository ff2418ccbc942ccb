"""The series of a claim's figures as JSON and as a table. For command and API."""

from __future__ import annotations

from typing import Any

from storage.shapes import figure_to_json
from worker.jobs.ledgers import series_of
from worker.steps.ledger import Line, Series, in_a_line
from worker.steps.scope_parts import scope_parts

Json = dict[str, Any]


def with_figures(claim: Json) -> Json:
    """A row of `queries.claim` with `figure_series`, and `figures_line`, the same in a line."""
    series = series_of(claim, claim["findings_listed"])
    return claim | {"figure_series": [_row(one) for one in series], "figures_line": in_a_line(series)}


def what_is_counted(series: Json) -> str:
    """Of a row of `figure_series`: "civilians killed - Raqqa, June to October 2017"."""
    scope = ", ".join(filter(None, (series["place"], series["period"])))
    return (series["counts"] or "not said what") + (f" - {scope}" if scope else "")


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
