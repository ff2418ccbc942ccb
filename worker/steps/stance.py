"""From signs and a model's probabilities to a relation, its calibrated score, and the reason in words.

A small logistic regression weighs what the rules saw together with what the model thinks; its coefficients stand in
worker/models/stance.json, one table a model, fitted by training/stance.py. Rules that docs/method.md makes absolute stand above it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.records import Bound, Claim, ClaimKind, Figure, Relation, Verdict
from worker.steps import cues
from worker.steps.event import EventCheck, EventVerdict
from worker.steps.signs import Signs

RELATIONS = (
    Relation.SUPPORTS, Relation.DISPUTES, Relation.MIXED, Relation.CONTEXT, Relation.UNCLEAR, Relation.UNRELATED,
)  # fmt: skip
# What the regression takes, in this order.
NUMBERS = (
    "supports", "disputes", "context", "unrelated", "share", "place", "actor", "nameless", "denial", "denial_beside", "negated",
    "negated_both", "confirms", "hedges", "denied_account", "same_figure", "overlapping_figure", "lower_figure", "higher_figure",
    "other_figure", "wants_figure", "allegation", "same_event", "undated_event", "wider_event",
)  # fmt: skip
# A passage on a neighbouring event says nothing for or against the claim.
_CONTEXT_AT_MOST = frozenset({EventVerdict.ELSEWHERE, EventVerdict.WIDER, EventVerdict.PART})
_TAKES_A_SIDE = (Relation.SUPPORTS, Relation.DISPUTES, Relation.MIXED)
_TAKES_NO_SIDE = frozenset({Relation.CONTEXT, Relation.UNCLEAR, Relation.UNRELATED})
_SIDES = frozenset({Relation.SUPPORTS, Relation.DISPUTES, Relation.MIXED, Relation.UNCLEAR})
# Of those whose event the rules take for another one, so many are unrelated in the gold set; most of the rest are context.
OTHER_EVENT = 0.75
_NEVER_SURE = 0.97
# A figure of the same thing settles a claim about a figure, unless all else makes it unlikely to be meant. Right in 14 of 20
# such cases of the gold set.
_UNLESS_UNLIKELY, _SETTLED = 0.15, 0.6
# A side for which a plain word speaks is taken from this probability on.
_PLAINLY = 0.4
# Swept .65 to .75 and .55 to .62 by five folds of the gold set (2026-11): from here on three "disputes" in four are right
# and 95 look-alikes in 100 stay out, with either model. A wrong "disputes" harms most: it must outweigh the other sides.
_A_SIDE, _DISPUTES_AMONG_SIDES = 0.75, 0.55
# From this share of the claim's words in its sentence on, a denial or a "no" counts in full.
_MUCH, _MOST = 0.4, 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """`table[relation]` holds the intercept and a coefficient for each of NUMBERS."""

    table: Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """A relation (UNRELATED too), how sure it is in [0, 1], and one line that a person can check."""

    relation: Relation
    score: float
    reason: str


def numbers_of(claim: Claim, signs: Signs, event: EventCheck, odds: Sequence[float]) -> list[float]:
    """The numbers in the order of NUMBERS. `odds`: log-probabilities in the order of pair_model.OUTPUTS."""
    verdicts = [theirs.verdict for theirs, _ours in signs.telling]
    return [
        *(max(-6.0, one) for one in odds),
        signs.share,
        float(signs.place),
        float(signs.actor),
        float(not claim.places and not claim.actors),
        min(1.0, signs.share / _MUCH) ** 2 if signs.denial else 0.0,
        float(signs.denial_beside),
        min(1.0, signs.share / _MUCH) if signs.negated else 0.0,
        float(bool(signs.negated) and bool(cues.NEGATES.search(claim.text))),
        float(bool(signs.confirms)),
        float(bool(signs.hedges)),
        float(signs.accounts and bool(signs.denial)),
        float(Verdict.SAME in verdicts),
        float(Verdict.OVERLAPS in verdicts),
        float(Verdict.LOWER in verdicts),
        float(Verdict.HIGHER in verdicts),
        float(len(signs.figures) > len(signs.telling)),
        float(claim.kind is ClaimKind.FIGURE),
        float(claim.kind in (ClaimKind.ALLEGATION, ClaimKind.LEGAL)),
        float(event.verdict is EventVerdict.SAME),
        float(event.verdict is EventVerdict.UNDATED),
        float(event.verdict in _CONTEXT_AT_MOST),
    ]


def probabilities(numbers: Sequence[float], weights: Weights) -> dict[Relation, float]:
    """What the regression says, over all RELATIONS; they add up to 1."""
    odds = {
        relation: row[0] + sum(w * x for w, x in zip(row[1:], numbers, strict=True))
        for relation, row in ((r, weights.table[r.value]) for r in RELATIONS)
    }
    top = max(odds.values())
    parts = {relation: math.exp(one - top) for relation, one in odds.items()}
    whole = sum(parts.values())
    return {relation: part / whole for relation, part in parts.items()}


def stance(
    claim: Claim, signs: Signs, event: EventCheck, odds: Sequence[float], *, weights: Weights, model: str, why: str = ""
) -> Stance:
    """What the passage says of the claim, whose event is not another. `why`: the names and words by which it was found."""
    told = probabilities(numbers_of(claim, signs, event, odds), weights)
    if claim.kind is ClaimKind.OPINION:
        apart = told[Relation.UNRELATED]
        if apart > 0.5:
            return Stance(relation=Relation.UNRELATED, score=_rounded(apart), reason="another matter than the opinion")
        return Stance(
            relation=Relation.CONTEXT,
            score=_rounded(1 - apart),
            reason=f"an opinion gets context only; same matter: {why}",
        )
    ruled_out = _SIDES if event.verdict in _CONTEXT_AT_MOST else spoken_against(claim, signs)
    whole = sum(told[r] for r in RELATIONS if r not in ruled_out)
    left = {r: told[r] / whole for r in RELATIONS if r not in ruled_out}
    # what a side loses that is ruled out goes to no other side, unless a plain "no" ruled it out
    a_side = _PLAINLY if says_no(claim, signs) else _A_SIDE / whole
    settled = by_figures(claim, signs)
    if settled in left and left[settled] >= _UNLESS_UNLIKELY:
        score = max(left[settled], _SETTLED)
        return Stance(relation=settled, score=_rounded(score), reason=_reason(settled, signs, event, told, model, why))
    relation = _chosen(left, a_side)
    # "disputes" leads, but not by enough: as sure as that it would have been the wrong word
    near = relation is Relation.UNCLEAR and left.get(Relation.DISPUTES, 0.0) > left[relation]
    score = 1 - left[Relation.DISPUTES] if near else left[relation]
    return Stance(relation=relation, score=_rounded(score), reason=_reason(relation, signs, event, told, model, why))


def _chosen(told: Mapping[Relation, float], a_side: float) -> Relation:
    """First whether a side is taken, then which: the sides share among three what context and unrelated share among two."""
    sides = {r: told[r] for r in _TAKES_A_SIDE if r in told}
    together = sum(sides.values())
    best = max(sides, key=lambda r: (sides[r], r.value), default=None)
    if best is None or together < a_side:
        return max(_TAKES_NO_SIDE & told.keys(), key=lambda r: (told[r], r.value))
    if best is Relation.DISPUTES and sides[best] < _DISPUTES_AMONG_SIDES * together:
        return Relation.UNCLEAR
    return best


def says_no(claim: Claim, signs: Signs) -> bool:
    """A denial or a plain "no" stands over the claim's own words, and the claim itself is no "no"."""
    if signs.share < _MUCH or not (signs.denial or signs.negated):
        return False
    return not cues.NEGATES.search(claim.text)


def by_figures(claim: Claim, signs: Signs) -> Relation | None:
    """What the passage's figures settle of a claim that is about a figure (docs/method.md); None if they settle nothing."""
    told = {theirs.verdict: (theirs, ours) for theirs, ours in reversed(signs.telling)}
    if claim.kind is not ClaimKind.FIGURE or not told or signs.denial:
        return None
    agrees, differs = told.keys() & {Verdict.SAME, Verdict.OVERLAPS}, told.keys() & {Verdict.LOWER, Verdict.HIGHER}
    if agrees and differs:
        return Relation.MIXED
    if Verdict.SAME in told:
        return Relation.SUPPORTS
    if agrees:
        theirs, ours = told[Verdict.OVERLAPS]
        # 250 said of "hundreds", or "several thousand" of 4,000: the one fits within the other
        fits = (ours.low < ours.high and theirs.low == theirs.high) or (theirs.low < theirs.high and theirs.approx)
        return Relation.SUPPORTS if fits else Relation.MIXED
    return Relation.DISPUTES if differs == {Verdict.LOWER} else Relation.MIXED


def spoken_against(claim: Claim, signs: Signs) -> frozenset[Relation]:
    """The sides that a plain sign rules out, whatever a model reads: no support where the passage says no or counts less."""
    verdicts = {theirs.verdict for theirs, _ours in signs.telling}
    denied = bool(signs.denial) and not cues.NEGATES.search(claim.text)
    if (denied or says_no(claim, signs)) and not signs.denial_beside:
        # whoever denies a person's account says nothing of a claim that is not that person's
        return frozenset({Relation.SUPPORTS, Relation.DISPUTES} if signs.others_account else {Relation.SUPPORTS})
    if verdicts == {Verdict.LOWER}:
        return frozenset({Relation.SUPPORTS})
    # a claim that counts is not borne out by a passage that counts nothing of it, unless it says the rest in so many words
    if claim.figures and not verdicts and (claim.kind is ClaimKind.FIGURE or signs.share < _MOST):
        return frozenset({Relation.SUPPORTS})
    if verdicts == {Verdict.SAME} and not signs.denial and not signs.negated:
        return frozenset({Relation.DISPUTES})
    return frozenset()


def _rounded(score: float) -> float:
    return round(min(score, _NEVER_SURE), 2)


def _reason(
    relation: Relation, signs: Signs, event: EventCheck, told: Mapping[Relation, float], model: str, why: str
) -> str:
    """What a person can check first; then what the model made of it."""
    if event.verdict in _CONTEXT_AT_MOST:
        return event.reason
    seen = seen_signs(signs, relation)
    best = ", ".join(f"{r.value} {told[r]:.2f}" for r in sorted(RELATIONS, key=lambda r: -told[r])[:2])
    seen.append(f"read by {model}: {best}")
    return "; ".join(seen) + (f"; found by {why}" if why else "")


def seen_signs(signs: Signs, relation: Relation) -> list[str]:
    """What a person can point at, in words, as far as it bears on the relation."""
    seen = []
    if signs.telling:
        seen.append("; ".join(f"{t.quote!r} against {amount(o)} {o.counts}: {t.verdict}" for t, o in signs.telling[:3]))
    if signs.denial:
        seen.append(f"{signs.denial!r} {'beside' if signs.denial_beside else 'of'} the claim's own words")
    elif signs.negated:
        seen.append(f"a plain no ({signs.negated!r}) among the claim's own words")
    if signs.confirms and relation in (Relation.SUPPORTS, Relation.MIXED):
        seen.append(f"confirms ({signs.confirms!r})")
    if signs.hedges and relation in (Relation.UNCLEAR, Relation.CONTEXT):
        seen.append(f"a reservation ({signs.hedges!r})")
    return seen


def amount(figure: Figure) -> str:
    """The claim's figure in a few characters: "at least about 1,800"."""
    shown = f"{figure.low:,.0f}" if figure.low == figure.high else f"{figure.low:,.0f}-{figure.high:,.0f}"
    bound = "" if figure.bound is Bound.EXACT else f"{figure.bound.value} "
    return f"{bound}{'about ' if figure.approx else ''}{shown}"
