"""What a text says of every claim: find, ask for the event, read the signs, ask the model, weigh. The same for one passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from storage.folding import fold
from storage.records import Claim, Finding, Passage, Relation
from worker.handovers import Candidate
from worker.steps.event import ArticleEvents, EventCheck, EventVerdict, events_of, same_event
from worker.steps.evidence import is_english
from worker.steps.match import Matcher, candidates
from worker.steps.pair_features import ReadPair
from worker.steps.pair_model import PairModel
from worker.steps.signs import Signs, signs_of
from worker.steps.stance import Stance, Weights, stance
from worker.steps.voices import voice

# Raise it when a rule changes what is said: every newest revision is then judged again.
RULES = "rules-2"
# A claim a text: what a reader takes in. Mere context is kept where nothing else is, once.
MOST_FINDINGS = 3
_LEAST = 1e-6  # a probability's logarithm is wanted
# What a model would say of a passage in a language that it does not read: about what comes how often in the gold set. The
# rules, which read seven, decide there.
UNREAD = np.log([0.2, 0.18, 0.32, 0.3])


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """All that makes a judge but the claims: a model and the weights of what rules and model see."""

    model: PairModel
    weights: Weights
    fingerprint: str = ""  # of the weights: refitted ones make another judge

    @property
    def version(self) -> str:
        """What a finding was judged by; another version makes every newest revision due."""
        return " ".join(filter(None, (RULES, self.model.name, self.fingerprint)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A passage to be judged for a claim; `event` is not OTHER."""

    candidate: Candidate
    claim: Claim
    span: Passage
    signs: Signs
    event: EventCheck


def judge(
    method: Method,
    matcher: Matcher,
    text: str,
    passages: Sequence[Passage],
    *,
    title: str = "",
    published: date | None = None,
    lang: str = "",
) -> tuple[Finding, ...]:
    """What the text says of every claim: at most three passages a claim, the most telling first."""
    # a headline that the text repeats is no passage of its own: it is read with each of them
    headline = fold(title)
    own = [p for p in passages if not headline or fold(text[p.start : p.end]) != headline]
    found = candidates(matcher, text, own, title=title, lang=lang)
    places = places_of(matcher, found, text, passages, title=title, published=published, lang=lang)
    by_claim: dict[str, list[tuple[Place, Stance]]] = {}
    for place, said in zip(places, stances(method, places, text, title), strict=True):
        if said.relation is not Relation.UNRELATED:
            by_claim.setdefault(place.claim.id, []).append((place, said))
    return tuple(
        finding_of(method, matcher, text, place, said)
        for claim_id in sorted(by_claim)
        for place, said in _most_telling(by_claim[claim_id])
    )


def places_of(
    matcher: Matcher,
    found: Sequence[Candidate],
    text: str,
    passages: Sequence[Passage],
    *,
    title: str = "",
    published: date | None = None,
    lang: str = "",
) -> list[Place]:
    """The candidates that speak of their claim's own event, with their signs."""
    at = {p.position: i for i, p in enumerate(passages)}
    events = events_of(matcher)
    article = ArticleEvents(text, title=title, published=published, names=matcher.names)
    lead = "\n".join([title, *(text[p.start : p.end] for p in passages[:2])])
    places = []
    for candidate in found:
        claim, i = matcher.claims[candidate.claim_id], at[candidate.position]
        span, before = passages[i], passages[i - 1] if i else None
        event = same_event(events[claim.id], article, span, before)
        if event.verdict is not EventVerdict.OTHER:
            near = f"{lead}\n{text[before.start : before.end]}" if before else lead
            signs = signs_of(matcher, claim, text[span.start : span.end], near=near, lang=lang)
            places.append(Place(candidate=candidate, claim=claim, span=span, signs=signs, event=event))
    return places


def stances(method: Method, places: Sequence[Place], text: str, title: str) -> list[Stance]:
    """What is said in each place, UNRELATED included; the model is asked once for all of them."""
    if not places:
        return []
    pairs = [
        method.model.read(p.claim.text, with_title(title, text[p.span.start : p.span.end]), article=False)
        for p in places
    ]
    odds = log_odds(method.model, pairs)
    return [
        stance(p.claim, p.signs, p.event, row, weights=method.weights, model=method.model.name, why=p.candidate.why)
        for p, row in zip(places, odds.tolist(), strict=True)
    ]


def log_odds(model: PairModel, pairs: Sequence[ReadPair]) -> NDArray[np.float64]:
    """What the model makes of each pair, as logarithms; UNREAD where it does not read the language."""
    odds = np.tile(UNREAD, (len(pairs), 1))
    read = [i for i, pair in enumerate(pairs) if is_english(f"{pair.claim}\n{pair.text}")]
    if read:
        odds[read] = np.log(model.probabilities([pairs[i] for i in read]) + _LEAST)
    return odds


def with_title(title: str, text: str) -> str:
    """A headline is read as the first line of what it stands over."""
    return f"{title}\n{text}" if title else text


_RANK = {Relation.DISPUTES: 0, Relation.MIXED: 1, Relation.SUPPORTS: 2, Relation.UNCLEAR: 3, Relation.CONTEXT: 4}


def _most_telling(found: Sequence[tuple[Place, Stance]]) -> list[tuple[Place, Stance]]:
    weak = (Relation.CONTEXT, Relation.UNCLEAR)
    ordered = sorted(
        found,
        key=lambda pair: (
            -pair[1].score * (0.7 if pair[1].relation in weak else 1),
            _RANK[pair[1].relation],
            pair[0].span.position,
        ),
    )
    # the best of each relation first: three who support must not hide the one who disputes
    first = {pair[1].relation: pair for pair in reversed(ordered)}
    ranked = sorted(ordered, key=lambda pair: first[pair[1].relation] is not pair)
    sided = [pair for pair in ranked if pair[1].relation is not Relation.CONTEXT]
    return sided[:MOST_FINDINGS] if sided else ranked[:1]


def finding_of(method: Method, matcher: Matcher, text: str, place: Place, said: Stance) -> Finding:
    """The finding as it is kept, with who says it."""
    passage = text[place.span.start : place.span.end]
    begin = passage.find(place.signs.sentence)
    return Finding(
        claim_id=place.claim.id,
        position=place.span.position,
        relation=said.relation,
        adds=place.signs.adds,
        score=said.score,
        reason=said.reason,
        start=place.span.start,
        end=place.span.end,
        quote=passage,
        figures=place.signs.figures,
        judge_version=method.version,
        model=method.model.name,
        voice=voice(passage, matcher.names, at=(begin, begin + len(place.signs.sentence))),
    )
