"""Who still carries an older figure of a claim than the latest told, and who reported it but never what was told after.

"Latest" says when it was told and no more: it may be wrong. Outlets are told apart by their names, reprints with them: who
prints an agency's figure carries it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from storage.records import Adds, Claim, Figure, Relation, Verdict
from worker.steps.compare_figures import compare_values
from worker.steps.ledger import Series, Told, ledger

# What an outlet that reported a claim owes its readers when it is told elsewhere.
OWED = (Adds.CORRECTION, Adds.DENIAL, Adds.RULING)
# An article with a passage of one of these reported the claim as so, in part at least.
_REPORTED = (Relation.SUPPORTS, Relation.MIXED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Since when nothing can be said of it, and why: whoever is not seen is not said to carry anything."""

    since: date
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """How far we see: articles that are gone, outlets that are not heard any more, and articles that were corrected."""

    gone: Mapping[int, Unseen]
    unheard: Mapping[str, Unseen]
    corrected: frozenset[int] = frozenset()

    def unseen(self, outlet: str, article_id: int) -> Unseen | None:
        """Why the outlet may carry something else by now than it did in this article; None: we would have seen it."""
        return self.gone.get(article_id) or self.unheard.get(outlet)


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureCarrier:
    """An outlet whose own latest figure in a series is another than the latest told."""

    told: Told
    unseen: Unseen | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestFigure:
    """The latest figure told in one series, the outlets that carry it, and those whose own latest is another, by outlet."""

    series: Series
    latest: Told
    carried_by: tuple[str, ...]
    others: tuple[FigureCarrier, ...]


def figure_carriers(claim: Claim, told: Iterable[Told], sight: Sight) -> tuple[LatestFigure, ...]:
    """For each series of what the claim counts, in the ledger's order; none for a series that nobody told a figure in."""
    found = []
    for series in ledger(claim, told):
        carried = [one for one in series.told if not _only_names(one)]
        if series.same_thing and carried:
            found.append(_latest_figure(claim, series, carried, sight))
    return tuple(found)


def _only_names(told: Told) -> bool:
    """Who disputes the claim's own figure has to name it, and does not carry it."""
    return told.relation is Relation.DISPUTES and told.figure.verdict is Verdict.SAME


def _latest_figure(claim: Claim, series: Series, told: Sequence[Told], sight: Sight) -> LatestFigure:
    own = claim.figures if series.own else ()
    here = {one.article_id for one in told}
    # a reprint of an old text is no newer word than the text
    originals = [one for one in told if one.article_id == one.story or one.story not in here]
    latest = _newest(originals, told, own)
    by_outlet: dict[str, list[Told]] = {}
    for one in told:
        by_outlet.setdefault(one.outlet, []).append(one)
    carried_by, others = [], []
    for outlet in sorted(by_outlet):
        last = _newest(by_outlet[outlet], told, own)
        in_its_last = [one for one in by_outlet[outlet] if one.article_id == last.article_id]
        if outlet == latest.outlet or any(_same(one.figure, latest.figure) for one in in_its_last):
            carried_by.append(outlet)
        else:
            others.append(FigureCarrier(told=last, unseen=sight.unseen(outlet, last.article_id)))
    return LatestFigure(series=series, latest=latest, carried_by=tuple(carried_by), others=tuple(others))


def _newest(some: Sequence[Told], told: Sequence[Told], own: Sequence[Figure]) -> Told:
    """The figure of the newest article; of several in it, the one that was first told last: the others are its history."""
    article = max(some, key=lambda one: (one.said_on, one.article_id)).article_id

    def first_told(figure: Figure) -> date:
        if any(_same(figure, ours) for ours in own):
            return date.min
        return min(one.said_on for one in told if _same(one.figure, figure))

    mine = [one for one in some if one.article_id == article]
    return max(mine, key=lambda one: (first_told(one.figure), one.finding_id, one.position))


def _same(a: Figure, b: Figure) -> bool:
    """One may stand for the other: nobody is said to carry 1,600 against 1,650, or "up to 1,800" against 1,700."""
    return compare_values(a, b) in (Verdict.SAME, Verdict.OVERLAPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A finding that counts, as what an outlet said of the claim. `said_on`, `dated`: as of `ledger.Told`."""

    outlet: str
    article_id: int
    finding_id: int
    said_on: date
    relation: Relation
    adds: tuple[Adds, ...]
    dated: bool = True
    passage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverCarried:
    """An outlet that reported the claim, last in `report`, and in no passage that was recognised what was told elsewhere."""

    report: Report
    unseen: Unseen | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldElsewhere:
    """A correction, denial or ruling: where it was told first, by whom else, and who reported the claim without it."""

    adds: Adds
    first: Report
    carried_by: tuple[str, ...]
    never: tuple[NeverCarried, ...]


def told_elsewhere(reports: Iterable[Report], sight: Sight) -> tuple[ToldElsewhere, ...]:
    """For each kind of which something was told. An outlet that corrected an article of its own on the claim has carried it."""
    ordered = sorted(reports, key=lambda one: (one.said_on, one.article_id, one.finding_id))
    corrected = {one.outlet for one in ordered if one.article_id in sight.corrected}
    found = []
    for kind in OWED:
        # a denial beside the claim, of something else, obliges nobody; who has one may have this one
        tellings = [one for one in ordered if kind in one.adds and one.relation is not Relation.CONTEXT]
        if not tellings:
            continue
        carried = {one.outlet for one in ordered if kind in one.adds} | corrected
        last = {one.outlet: one for one in ordered if one.relation in _REPORTED and one.outlet not in carried}
        never = [
            NeverCarried(report=last[outlet], unseen=sight.unseen(outlet, last[outlet].article_id))
            for outlet in sorted(last)
        ]
        found.append(ToldElsewhere(adds=kind, first=tellings[0], carried_by=tuple(sorted(carried)), never=tuple(never)))
    return tuple(found)
