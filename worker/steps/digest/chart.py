"""A claim's figures as one short series for a digest: the claim's own, what coverage says, by date, as bars. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from textwrap import shorten

from worker.steps.bars import Bar, bars
from worker.steps.digest.marks import line
from worker.steps.ledger import Line, Series

# Beside the claim's own: the newest.
MOST_LINES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One figure of the series. `who`: the outlet, and of the claim's own who counted. `when`: "Apr 2019", or "claimed"; `note`: "*" where another scope is told below."""

    words: str
    when: str
    who: str
    note: str
    bar: Bar | None
    own: bool
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is counted, its figures in order of date, and what each note stands for: ("*", "Iraq, Syria, since 2014")."""

    counts: str
    marks: tuple[Mark, ...]
    notes: tuple[tuple[str, str], ...]


New = frozenset[tuple[int, float, float]]


def new_figures(series: Sequence[Series], news: Collection[int]) -> New:
    """The figures of what the claim counts that nobody told before, in their own scope: (finding, low, high).

    Known are the claim's own, and those of articles that hold nothing of `news` (findings).
    """
    found: set[tuple[int, float, float]] = set()
    for some in series:
        if not (some.own or some.same_thing):
            continue
        fresh = {one.article_id for one in some.told if one.finding_id in news}
        known = {(one.figure.low, one.figure.high) for one in some.lines if one.told is None}
        known |= {(one.figure.low, one.figure.high) for one in some.told if one.article_id not in fresh}
        told = {(one.finding_id, one.figure.low, one.figure.high) for one in some.told if one.finding_id in news}
        found |= {one for one in told if one[1:] not in known}
    return frozenset(found)


def chart(series: Sequence[Series], news: Collection[int]) -> Chart | None:
    """The series of what the claim counts that holds something of `news` (findings); None if there is none.

    Figures of another scope stand in it with a note: the whole operation's total is not Raqqa's.
    """
    own = [some for some in series if some.own]
    if not any(one.finding_id in news for some in series if some.own or some.same_thing for one in some.told):
        return None
    main = next((some for some in own if any(one.finding_id in news for one in some.told)), None)
    main = main or next((some for some in own if some.told), own[0] if own else None)
    if main is None:
        return None
    lines: list[tuple[Line, str]] = [(one, "") for one in main.lines]
    notes: dict[str, str] = {}
    for some in series:
        scope = line(some.scope.words())
        if some is main or some.own or not some.same_thing or not scope:
            continue
        lines += [(one, notes.setdefault(scope, "*" * (len(notes) + 1))) for one in some.lines]
    claimed = [pair for pair in lines if pair[0].told is None]
    told = sorted((pair for pair in lines if pair[0].told is not None), key=lambda pair: _when(pair[0]))
    shown = [*claimed, *told[-MOST_LINES:]]
    drawn = bars([one.figure for one, _note in shown])
    used = {note for _one, note in shown}
    return Chart(
        counts=line(", ".join(filter(None, [main.counts, main.scope.words()]))),
        marks=tuple(_mark(one, note, bar, news) for (one, note), bar in zip(shown, drawn, strict=True)),
        notes=tuple((note, scope) for scope, note in notes.items() if note in used),
    )


def _when(one: Line) -> tuple[object, ...]:
    assert one.told is not None  # noqa: S101 - for the type checker
    return one.told.said_on, one.told.article_id, one.told.finding_id, one.told.position


def _mark(one: Line, note: str, bar: Bar | None, news: Collection[int]) -> Mark:
    told = one.told
    return Mark(
        words=one.words,
        when=f"{told.said_on:%b %Y}" if told else "claimed",
        who=shorten(line(told.outlet if told else one.who), 34, placeholder=" …"),
        note=note,
        bar=bar,
        own=told is None,
        new=told is not None and told.finding_id in news,
    )
