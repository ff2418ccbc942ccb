"""One claim against one text, outside of the store: what `claimwatch compare` answers, a line in, a line out."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from storage.folding import fold
from storage.records import Adds, Claim, ClaimId, ClaimKind, Entity, Figure, Finding, Passage, Relation
from worker.handovers import Candidate
from worker.steps.article_relation import of_findings
from worker.steps.compare_figures import about, claimed_figures, figures_beside
from worker.steps.event import ArticleEvents, EventVerdict, events_of, same_event
from worker.steps.judge import Method, finding_of, log_odds, places_of, stances, with_title
from worker.steps.match import Matcher, Names, build_matcher, candidates
from worker.steps.pair_features import ReadPair
from worker.steps.pair_model import OUTPUTS
from worker.steps.passages import cut, sentences
from worker.steps.signs import Signs, signs_of
from worker.steps.stance import OTHER_EVENT, by_figures, says_no, seen_signs, spoken_against

# A file names the same claims over and over, often not side by side; an index over one claim holds some 10 kB.
_KEPT = 2_000
# Passages of a long text that are read for a claim of which places, actors or dates are known; the nearest by words.
_MOST_PASSAGES = 12
# A text of so few sentences was cut by whoever sent it: one passage. Of a bare claim, one of two is.
_ONE_PASSAGE, _NO_ARTICLE = 6, 2
# Up to this share of the claim's words no sentence speaks of it.
_NOTHING = 0.05


@dataclass(frozen=True, kw_only=True)
class Known:
    """Claims by id and the entities whose names are known, to compare with; both may be empty."""

    claims: Mapping[str, Claim]
    entities: Sequence[Entity]

    @cached_property
    def by_text(self) -> dict[str, Claim]:
        """The claims by their folded text: a claim of the list is known by its words too."""
        return {fold(claim.text): claim for claim in self.claims.values()}

    @cached_property
    def names(self) -> Names:
        """The entities' names, ready to be found."""
        return Names(self.entities)

    @cached_property
    def matcher_of(self) -> Callable[[str, str, str], Matcher]:
        """(claim's id, text, event) -> the index over that one claim, as the list knows it or as it is given."""
        return lru_cache(maxsize=_KEPT)(self._matcher_of)

    def _matcher_of(self, claim_id: str, text: str, event: str) -> Matcher:
        claim = self.claims.get(claim_id) or self.by_text.get(fold(text))
        return build_matcher([claim or _given(claim_id, text, event, self.names)], self.names)


class BadPair(Exception):
    """A line lacks what is needed; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A line, read: the index over its one claim, and its text. `read` is set where the model alone decides."""

    id: str | int
    matcher: Matcher
    claim: Claim
    title: str
    text: str
    published: date | None
    read: ReadPair | None


def read_line(line: Mapping[str, Any], known: Known, method: Method) -> Pair:
    """A line of `compare`: `id`, `claim`, `title`, `text`; may have `claim_id`, `claim_date`, `claim_event`, `source`, `date`.

    Raises BadPair.
    """
    for field in ("id", "claim", "text"):
        if not isinstance(line.get(field), str | int) or (field == "claim" and not str(line[field]).strip()):
            raise BadPair(f"field {field!r}: expected text")
    title, text = str(line.get("title") or ""), str(line["text"])
    event = str(line.get("claim_event") or line.get("claim_date") or "")
    matcher = known.matcher_of(str(line.get("claim_id") or ""), str(line["claim"]), event)
    (claim,) = matcher.claims.values()
    # of a bare headline neither event nor place is known: there is nothing for the rules to hold on to
    bare = claim.id not in known.claims and not event
    return Pair(
        id=line["id"],
        matcher=matcher,
        claim=claim,
        title=title,
        text=text,
        published=_day(line.get("date"), "date"),
        read=method.model.read(claim.text, with_title(title, text), article=_is_article(text)) if bare else None,
    )


def compare_pairs(pairs: Sequence[Pair], method: Method) -> list[dict[str, Any]]:
    """The answers, in order: `id`, `relation`, `adds`, `score`, `passage`, `figures`, `reason`. The model is asked in one go."""
    asked = [pair.read for pair in pairs if pair.read is not None]
    rows = iter(log_odds(method.model, asked).tolist())
    return [_of(pair, method, rows) for pair in pairs]


def _of(pair: Pair, method: Method, rows: Iterator[list[float]]) -> dict[str, Any]:
    odds = next(rows) if pair.read is not None else []
    if not pair.text.strip():
        return _answer(pair, Relation.UNRELATED, 0.97, "there is no text")
    return _by_passages(pair, method) if pair.read is None else _by_model(pair, pair.read, odds, method)


def _answer(
    pair: Pair, relation: Relation, score: float, reason: str, *, passage: str = "", adds: Sequence[str] = ()
) -> dict[str, Any]:
    return {
        "id": pair.id,
        "relation": relation.value,
        "adds": list(adds),
        "score": round(score, 2),
        "passage": passage,
        "figures": [_shape(figure) for figure in _figures(pair)],
        "reason": reason,
    }


def _figures(pair: Pair) -> tuple[Figure, ...]:
    claim = pair.claim
    too_early = bool(pair.published and claim.event_from and pair.published < claim.event_from)
    return figures_beside(pair.text, claim.figures, near=pair.title, about=about(claim), too_early=too_early)


def _by_model(pair: Pair, read: ReadPair, odds: Sequence[float], method: Method) -> dict[str, Any]:
    """For a claim of which nothing but its words is known."""
    nearest = max(read.sentences, key=lambda s: s.share, default=None)
    if nearest is None or nearest.share <= _NOTHING:
        return _answer(pair, Relation.UNRELATED, 0.97, "no sentence holds a word of the claim that tells")
    told = {output: math.exp(one) for output, one in zip(OUTPUTS, odds, strict=True)}
    seen = [
        f"read by {method.model.name}: "
        + ", ".join(f"{r.value} {p:.2f}" for r, p in sorted(told.items(), key=_first)[:2])
    ]
    adds: tuple[Adds, ...] = ()
    if not read.article:
        signs = signs_of(pair.matcher, pair.claim, pair.text)
        adds = signs.adds
        ruled_out = spoken_against(pair.claim, signs)
        told = {r: p for r, p in told.items() if r not in ruled_out}
        settled = Relation.DISPUTES if says_no(pair.claim, signs) else by_figures(pair.claim, signs)
        if settled is not None:
            # it weighs as much as all that the model makes of the pair
            told[settled] = told.get(settled, 0.0) + sum(told.values())
        seen = [*seen_signs(signs, settled or Relation.CONTEXT), *seen]
    relation, odds_for = min(told.items(), key=_first)
    passage = "" if relation is Relation.UNRELATED else _nearest_passage(pair, read)
    score = odds_for / sum(told.values())
    return _answer(pair, relation, score, "; ".join(seen), passage=passage, adds=[a.value for a in adds])


def _first(told: tuple[Relation, float]) -> tuple[float, str]:
    return -told[1], told[0].value


def _nearest_passage(pair: Pair, read: ReadPair) -> str:
    """The passage that holds the sentence nearest to the claim; the headline is none."""
    at = len(read.text) - len(pair.text)
    inside = [s for s in read.sentences if s.start >= at]
    if not inside:
        return pair.text.strip()
    nearest = max(inside, key=lambda s: s.share)
    return next(pair.text[p.start : p.end] for p in cut(pair.text) if p.start <= nearest.start - at < p.end)


def _by_passages(pair: Pair, method: Method) -> dict[str, Any]:
    """For a claim of the list, or one whose event is told: as an article is judged, but no passage is left out."""
    passages = _passages(pair.text)
    why = {c.position: c for c in candidates(pair.matcher, pair.text, passages, title=pair.title)}
    found = [
        why.get(p.position) or Candidate(claim_id=pair.claim.id, position=p.position, score=0.0, why="")
        for p in passages
    ]
    found = sorted(found, key=lambda c: (-c.score, c.position))[:_MOST_PASSAGES]
    places = places_of(pair.matcher, found, pair.text, passages, title=pair.title, published=pair.published)
    judged = list(zip(places, stances(method, places, pair.text, pair.title), strict=True))
    kept: list[Finding] = [
        finding_of(method, pair.matcher, pair.text, place, said)
        for place, said in judged
        if said.relation is not Relation.UNRELATED
        and not (said.relation is Relation.CONTEXT and _says_nothing(place.signs))
    ]
    if kept:
        whole = of_findings(kept)
        best = whole.parts[0].said[0]
        reason = best.reason
        if whole.relation is not best.relation:
            reason = f"passages take both sides; the strongest: {reason}"
        adds = [a.value for a in dict.fromkeys(a for f in kept for a in f.adds)]
        return _answer(pair, whole.relation, whole.score, reason, passage=best.quote, adds=adds)
    if judged:
        # what holds neither a name nor a word of the claim may be context to whoever knows; nothing here shows it
        apart = [said for _place, said in judged if said.relation is Relation.UNRELATED]
        said = min(apart or [said for _place, said in judged], key=lambda said: said.score)
        return _answer(pair, Relation.UNRELATED, said.score, said.reason)
    return _answer(pair, Relation.UNRELATED, OTHER_EVENT, _other_event(pair, passages))


def _says_nothing(signs: Signs) -> bool:
    return signs.share <= _NOTHING and not (signs.place or signs.actor or signs.telling)


def _is_article(text: str) -> bool:
    return len(sentences(text)) > _NO_ARTICLE


def _passages(text: str) -> tuple[Passage, ...]:
    """A text of a few sentences is one passage: it was cut by whoever sent it."""
    spans = sentences(text)
    if len(spans) <= _ONE_PASSAGE:
        return (Passage(position=0, start=spans[0][0], end=spans[-1][1]),)
    return cut(text)


def _other_event(pair: Pair, passages: Sequence[Passage]) -> str:
    article = ArticleEvents(pair.text, title=pair.title, published=pair.published, names=pair.matcher.names)
    checks = (same_event(events_of(pair.matcher)[pair.claim.id], article, p, None) for p in passages)
    return next((c.reason for c in checks if c.verdict is EventVerdict.OTHER), "another event")


def _given(claim_id: str, text: str, event: str, names: Names) -> Claim:
    """A claim that the list does not hold: all that is known of it stands in the line."""
    begin, end = _event(event, text)
    figures = claimed_figures(text)
    return Claim(
        id=ClaimId(claim_id or "given"),
        topic="",
        text=text,
        kind=ClaimKind.FIGURE if figures else ClaimKind.REPORTED,
        event_from=begin,
        event_to=end,
        actors=tuple(sorted(names.within(text))),
        figures=figures,
    )


def _event(told: str, text: str) -> tuple[date | None, date | None]:
    days = sorted(day for told_day in re.findall(r"\d{4}-\d\d-\d\d", told) if (day := _day(told_day, "claim_event")))
    if days:
        return days[0], days[-1]
    months = sorted((int(y), int(m)) for y, m in re.findall(r"\b((?:19|20)\d\d)-(0[1-9]|1[0-2])\b", told))
    if months:
        (year, month) = months[-1]
        return date(*months[0], 1), date(year, month, calendar.monthrange(year, month)[1])
    years = [int(y) for y in re.findall(r"\b(?:19|20)\d\d\b", told or text)]
    return (date(min(years), 1, 1), date(max(years), 12, 31)) if years else (None, None)


def _day(told: object, field: str) -> date | None:
    if not told or re.fullmatch(r"\d{4}(-\d\d)?", str(told)):  # a year or a month is no day
        return None
    try:
        return date.fromisoformat(str(told)[:10])
    except ValueError:
        raise BadPair(f"field {field!r}: expected YYYY-MM-DD, got {told!r}") from None


def _shape(figure: Figure) -> dict[str, Any]:
    body = asdict(figure)
    del body["said_by"]
    return body | {"bound": figure.bound.value, "verdict": figure.verdict.value if figure.verdict else None}
