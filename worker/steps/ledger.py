"""The figures told beside a claim, as series by date: what is counted and its scope are never mixed.

The claim's own series holds its figure and those that the rules called the same, higher, lower or overlapping, if their
stated place and period are the claim's. All else stands in series of its own: of what it counts, where and when. The
whole operation's total is not Raqqa's, whatever the verdict.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from textwrap import shorten

from storage.folding import fold
from storage.records import Claim, Figure, Relation, Role, Verdict, Voice
from worker.steps.compare_figures import about, compare_values
from worker.steps.figure_words import in_words
from worker.steps.scope_parts import Scope, covers_the_same, scope_parts
from worker.steps.things import PERSONS, thing_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A figure of a finding that counts, with its article. `position`: the figure's among those of the finding.

    `said_on`: the day the article goes by; `dated`: its page or feed says so, else it is the day we first saw it.
    `story`: the original of its story, or the article itself. `relation`, `by_person`: of the finding.
    """

    figure: Figure
    finding_id: int
    position: int
    article_id: int
    story: int
    outlet: str
    said_on: date
    dated: bool = True
    passage: str = ""
    voice: Voice | None = None
    relation: Relation = Relation.CONTEXT
    by_person: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure in a series. `told` None: the claim's own. `who`: who counts, "" if the text does not say.

    `scope`: as this figure states it. `repeats`: in how many more articles of its story; `also_in`: their outlets.
    """

    figure: Figure
    words: str
    who: str
    scope: Scope
    told: Told | None = None
    repeats: int = 0
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Lines on one thing counted in one scope, the claim's own figure first, then by date.

    `own`: the claim's. `same_thing`: of what the claim counts, in another scope or as a part. `told`: what the lines are
    made of, copies and all.
    """

    counts: str
    scope: Scope
    own: bool
    same_thing: bool
    lines: tuple[Line, ...]
    told: tuple[Told, ...] = ()


# Whom, their fate, and the unit; the words themselves where it is not persons: lorries and buses are two things.
_Thing = tuple[str, str, str]


def ledger(claim: Claim, told: Iterable[Told]) -> tuple[Series, ...]:
    """The claim's own series first, then those on the same thing, then the rest. The order of `told` does not matter."""
    ordered = sorted(told, key=_order)
    own: dict[tuple[_Thing, tuple[str, str]], list[Figure]] = {}
    for figure in claim.figures:
        own.setdefault((_thing(figure), _scope_of_claim(claim, figure).key()), []).append(figure)
    members: dict[tuple[_Thing, tuple[str, str]], list[Told]] = {key: [] for key in own}
    others: dict[tuple[_Thing, tuple[str, str]], list[Told]] = {}
    for one in ordered:
        key = _own_series(claim, own, one)
        if key is not None:
            members[key].append(one)
        else:
            others.setdefault((_thing(one.figure), scope_parts(one.figure.scope, one.said_on).key()), []).append(one)
    things = {thing[:2] for thing, _scope in own}
    first = [_series_of_claim(claim, own[key], members[key]) for key in own]
    rest = [_series(key[0][:2] in things, some) for key, some in others.items()]
    rest.sort(key=lambda s: (not s.same_thing, _order(_first(s)), s.counts, s.scope.key()))
    return (*first, *rest)


def in_a_line(series: Sequence[Series], *, most: int = 4) -> str:
    """ "more than 1,800 claimed; more than 1,600 (Apr 2019, Airwars); Iraq, Syria, since 2014: about 1,400 (Nov 2020, Airwars)".

    The claim's own series and those on the same thing that state another scope; of each the newest `most` figures.
    """
    own = [one for one in series if one.own]
    answered = [one for one in own if any(line.told for line in one.lines)] or own[:1]
    parts = []
    for one in series:
        told = [_short(line) for line in one.lines if line.told is not None][-most:]
        if one in answered:
            claimed = ", ".join(line.words for line in one.lines if line.told is None)
            what = f"{claimed} {one.counts}" if len(own) > 1 else claimed
            parts.append("; ".join(filter(None, [f"{what} claimed", ", ".join(told)])))
        elif one.same_thing and not one.own and one.scope.key() != ("", ""):
            parts.append(f"{one.scope.words()}: {', '.join(told)}")
    return "; ".join(parts)


def _short(line: Line) -> str:
    assert line.told is not None  # noqa: S101 - for the type checker
    who = shorten(line.who or line.told.outlet, 40, placeholder=" ...")
    return f"{line.words} ({line.told.said_on:%b %Y}{f', {who}' if who else ''})"


def _order(one: Told) -> tuple[date, int, int, int]:
    return one.said_on, one.article_id, one.finding_id, one.position


def _first(series: Series) -> Told:
    return next(line.told for line in series.lines if line.told is not None)


def _thing(figure: Figure) -> _Thing:
    unit = "" if figure.unit in ("", "people", "items", "strikes") else figure.unit
    thing = thing_of(figure.counts)
    if thing.who in PERSONS:
        return thing.who, thing.fate, unit
    words = {word for word in re.findall(r"\w+", fold(figure.counts)) if len(word) > 3}
    return " ".join(sorted(words)), thing.fate, unit


def _scope_of_claim(claim: Claim, figure: Figure) -> Scope:
    """What the figure's scope leaves unsaid is the claim's: the place it names, the days of its event."""
    scope = scope_parts(figure.scope)
    if not scope.places:
        scope = replace(scope, places=scope_parts(about(claim)).places)
    if scope.first is None and claim.event_from is not None:
        scope = replace(scope, first=claim.event_from, last=claim.event_to or claim.event_from)
    return scope


def _own_series(
    claim: Claim, own: dict[tuple[_Thing, tuple[str, str]], list[Figure]], one: Told
) -> tuple[_Thing, tuple[str, str]] | None:
    """The series of the claim that the figure belongs to; None: it counts another thing or covers another scope."""
    figure = one.figure
    if figure.verdict in (None, Verdict.DIFFERENT_THING):
        return None
    if one.by_person and one.relation is Relation.CONTEXT:
        return None  # a person said that it takes no side: it does not rival the claim's figure
    theirs = scope_parts(figure.scope, one.said_on)
    fitting = [
        (
            thing != _thing(figure),
            compare_values(figure, ours) is not figure.verdict,
            _apart(figure, ours),
            i,
            (thing, key),
        )
        for i, ((thing, key), figures) in enumerate(own.items())
        for ours in figures
        if covers_the_same(_scope_of_claim(claim, ours), theirs, said_on=one.said_on)
    ]
    return min(fitting)[-1] if fitting else None


def _apart(a: Figure, b: Figure) -> float:
    """How far two figures are from each other, beside the larger."""
    return abs(a.low - b.low) / max(abs(a.low), abs(b.low), 1e-9)


def _series_of_claim(claim: Claim, figures: Sequence[Figure], told: Sequence[Told]) -> Series:
    lines = [
        Line(figure=f, words=in_words(f), who=f.said_by or claim.attributed_to, scope=scope_parts(f.scope))
        for f in figures
    ]
    scope = _scope_of_claim(claim, figures[0])
    lines = [*lines, *_folded(told)]
    return Series(
        counts=figures[0].counts, scope=scope, own=True, same_thing=True, lines=tuple(lines), told=tuple(told)
    )


def _series(same_thing: bool, told: Sequence[Told]) -> Series:
    counts = _most_told([one.figure.counts for one in told])
    scope = scope_parts(_most_told([one.figure.scope for one in told]), told[0].said_on)
    return Series(counts=counts, scope=scope, own=False, same_thing=same_thing, lines=_folded(told), told=tuple(told))


def _most_told(words: Sequence[str]) -> str:
    times = Counter(words)
    return min(times, key=lambda w: (-times[w], w))


def _folded(told: Sequence[Told]) -> tuple[Line, ...]:
    """A line a figure and story: its copies, and a figure that one text gives twice, are counted with it."""
    same: dict[tuple[object, ...], list[Told]] = {}
    for one in told:
        f = one.figure
        same.setdefault((one.story, f.low, f.high, f.bound, f.approx, f.unit), []).append(one)
    lines = []
    for some in same.values():
        # the story's original speaks for its copies, however late it was read
        first = min(some, key=lambda one: (one.article_id != one.story, _order(one)))
        rest = {one.article_id: one.outlet for one in some if one.article_id != first.article_id}
        lines.append(
            Line(
                figure=first.figure,
                words=in_words(first.figure),
                who=_who(first),
                scope=scope_parts(first.figure.scope, first.said_on),
                told=first,
                repeats=len(rest),
                also_in=tuple(sorted(set(rest.values()) - {first.outlet})),
            )
        )
    return tuple(sorted(lines, key=lambda line: _order(line.told) if line.told else (date.min, 0, 0, 0)))


def _who(one: Told) -> str:
    """Who counts: as the figure's own clause says, else the speaker of the passage, if it is known what they are.

    A speaker of no known role whose name begins small is mostly a verb that was taken for one.
    """
    voice = one.voice
    if one.figure.said_by or voice is None:
        return one.figure.said_by
    known = voice.role is not Role.UNKNOWN or voice.entity or not voice.speaker[:1].islower()
    return voice.speaker if known else ""
