"""Rows of a claim's findings to who carries which figure of it, and who never told what was told elsewhere. For command and API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from schedules.sources import unheard_since
from storage import coverage, queries, sightings
from storage.engine import Store
from storage.records import Adds, Relation, Source
from storage.sightings import Seen
from worker.jobs.ledgers import claim_of, told_in
from worker.steps.carriers import (
    FigureCarrier,
    LatestFigure,
    NeverCarried,
    Report,
    Sight,
    ToldElsewhere,
    Unseen,
    figure_carriers,
    told_elsewhere,
)
from worker.steps.figure_words import in_words
from worker.steps.ledger import Told

Json = dict[str, Any]


def carriers_of(store: Store, claim_id: str, *, now: datetime) -> Json | None:
    """`figures`, a row a series, and `told_elsewhere`, a row a correction, denial and ruling; None: no such claim."""
    with store.read() as tx:
        row = queries.claim(tx, claim_id)
    return carriers_in(store, row, now=now) if row is not None else None


def carriers_in(store: Store, row: Json, *, now: datetime) -> Json:
    """The same of a row of `queries.claim`, for who has it already: it holds the text of every passage."""
    with store.read() as tx:
        seen, sources = sightings.of_claim(tx, row["id"]), coverage.sources(tx)
    sight = _sight(seen, sources, now)
    findings = row["findings_listed"]
    told = [one for finding in findings for one in told_in(finding)]
    return {name: row[name] for name in ("id", "list", "text")} | {
        "figures": [_figures(one) for one in figure_carriers(claim_of(row), told, sight)],
        "told_elsewhere": [_elsewhere(one) for one in told_elsewhere(map(_report, findings), sight)],
    }


def _sight(seen: Sequence[Seen], sources: Sequence[Source], now: datetime) -> Sight:
    feeds: dict[str, list[Source]] = {}
    for source in sources:
        feeds.setdefault(source.outlet, []).append(source)
    newest: dict[str, date] = {}
    for one in seen:
        newest[one.outlet] = max(one.first_seen.date(), newest.get(one.outlet, date.min))
    unheard: dict[str, Unseen] = {}
    for outlet, day in newest.items():
        if outlet not in feeds:
            unheard[outlet] = Unseen(since=day, why="no feed of it is watched any more")
        elif (since := unheard_since(feeds[outlet], now=now)) is not None:
            unheard[outlet] = Unseen(since=since.date(), why="its feed does not answer, or is paused")
    return Sight(
        gone={
            one.article_id: Unseen(since=one.gone_since.date(), why=f"article {one.article_id} is gone")
            for one in seen
            if one.gone_since
        },
        unheard=unheard,
        corrected=frozenset(one.article_id for one in seen if one.corrected),
    )


def _report(row: Json) -> Report:
    return Report(
        outlet=row["outlet"],
        article_id=row["article_id"],
        finding_id=row["id"],
        said_on=datetime.fromisoformat(row["published"] or row["first_seen"]).date(),
        dated=row["published"] is not None,
        relation=Relation(row["relation"]),
        adds=tuple(Adds(one) for one in row["adds"]),
        passage=row["passage"],
    )


def _figures(one: LatestFigure) -> Json:
    latest = in_words(one.latest.figure)
    after = f"the latest told is {latest}, {one.latest.said_on}, {one.latest.outlet}"
    return {
        "counts": one.series.counts,
        "place": one.series.scope.place,
        "period": one.series.scope.period,
        "own": one.series.own,
        "latest": _figure(one.latest),
        "carried_by": list(one.carried_by),
        "others": [_other(other, after) for other in one.others],
    }


def _other(one: FigureCarrier, after: str) -> Json:
    told = f"last told {one.told.said_on}, article {one.told.article_id}"
    carries = f"carries {in_words(one.told.figure)}, {told}"
    if one.unseen:
        words = f"{carries.replace('carries', 'carried', 1)}; {_not_seen(one.unseen)}"
    else:
        words = f"still {carries}; {after}"
    return _figure(one.told) | {"unseen": _unseen(one.unseen), "words": words}


def _figure(told: Told) -> Json:
    return {"says": in_words(told.figure)} | _where(told)


def _elsewhere(one: ToldElsewhere) -> Json:
    return {
        "adds": one.adds.value,
        "first": _said(one.first),
        "carried_by": list(one.carried_by),
        "never": [_never(other, one) for other in one.never],
    }


def _never(one: NeverCarried, elsewhere: ToldElsewhere) -> Json:
    reported = f"reported, last on {one.report.said_on} in article {one.report.article_id}"
    if one.unseen:
        words = f"{reported}; {_not_seen(one.unseen)}"
    else:
        told = f"the {elsewhere.adds} of {elsewhere.first.said_on} by {elsewhere.first.outlet}"
        words = f"{reported}; no passage of theirs was recognised as {told}"
    return _said(one.report) | {"unseen": _unseen(one.unseen), "words": words}


def _said(report: Report) -> Json:
    return {"relation": report.relation.value} | _where(report)


def _where(one: Told | Report) -> Json:
    """`dated` false: the day on which the article was first seen."""
    return {
        "outlet": one.outlet,
        "date": one.said_on.isoformat(),
        "dated": one.dated,
        "article_id": one.article_id,
        "finding_id": one.finding_id,
        "passage": one.passage,
    }


def _unseen(unseen: Unseen | None) -> Mapping[str, str] | None:
    return {"since": unseen.since.isoformat(), "why": unseen.why} if unseen else None


def _not_seen(unseen: Unseen) -> str:
    return f"not seen since {unseen.since}: {unseen.why}"
