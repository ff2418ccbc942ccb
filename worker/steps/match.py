"""Which passages may speak about which claims: names in all their forms, and the rare words of the claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from storage.folding import fold
from storage.records import Claim, Entity, Passage
from worker.handovers import Candidate
from worker.steps.claim_index import (
    FLOOR,
    FLOOR_FOR_FIGURES,
    FLOOR_WITHOUT_NAMES,
    OF_TITLE,
    ClaimIndex,
    Words,
)
from worker.steps.compare_figures import may_count
from worker.steps.names import Names
from worker.steps.words import language_of, script_of, stems, stems_of_folded

__all__ = [
    "FLOOR",
    "Matcher",
    "Names",
    "Words",
    "build_matcher",
    "candidates",
    "language_of",
    "script_of",
    "stems",
]

# The best by score are kept: so many passages of a claim, so many claims of a passage, and as many in all as the text has
# passages, at least so many. On the newsroom's 244 stories no finding is lost from 3, 4 and 16 on, on 2,000 pairs of the
# FNC set none from 8 passages of a claim on. Of six stories joined to one text, 13 of 309 findings go, each with others of
# the same claim left.
MOST_OF_CLAIM, MOST_OF_PASSAGE, MOST_OF_TEXT = 8, 6, 24

Matcher = ClaimIndex  # what the rooms that compare call it


def build_matcher(claims: Sequence[Claim], entities: Sequence[Entity] | Names) -> Matcher:
    """The index over these claims and the names of these entities; Names that are built already are shared."""
    return ClaimIndex(claims, entities if isinstance(entities, Names) else Names(entities))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Article:
    """A text as the index reads it. Lists have an item a passage; `lead` are the names in title and first two passages."""

    spoken: list[str]
    names: list[frozenset[str]]
    near: list[frozenset[str]]
    stems: list[dict[str, str]]
    where: dict[str, list[int]]
    lead: frozenset[str]
    title_stems: dict[str, str]


class _Met(NamedTuple):
    """A claim met in the passage at index `at`, with the names of it that are near ("" if none)."""

    score: float
    at: int
    claim: Claim
    place: str
    actor: str


def candidates(
    matcher: Matcher, text: str, passages: Sequence[Passage], *, title: str = "", lang: str = ""
) -> tuple[Candidate, ...]:
    """Passages that may speak about a claim, in order of claim and place. The order of claims changes nothing.

    A claim that names places and actors is asked for by name: in the passage, the one before it, or the title.
    """
    language = language_of(text, lang)
    article = _read(matcher.names, text, passages, title, language)
    words = matcher.words(language)
    met: list[_Met] = []
    said, named = article.where.keys() | article.title_stems.keys(), article.lead.union(*article.names)
    for claim in matcher.asked_by(said, named, language):
        met += _meetings(claim, words[claim.id], matcher, article)
    return tuple(
        Candidate(
            claim_id=m.claim.id,
            position=passages[m.at].position,
            score=m.score,
            why=_why(m, words[m.claim.id], article.stems[m.at]),
        )
        for m in sorted(_best(met, len(passages)), key=lambda m: (m.claim.id, m.at))
    )


def _best(met: Sequence[_Met], passages: int) -> list[_Met]:
    """The best of every claim, of every passage, and of the text, the best first."""
    of_claim, of_passage = Counter[str](), Counter[int]()
    best = []
    for m in sorted(met, key=lambda m: (-m.score, m.at, m.claim.id)):
        if of_claim[m.claim.id] < MOST_OF_CLAIM and of_passage[m.at] < MOST_OF_PASSAGE:
            of_claim[m.claim.id] += 1
            of_passage[m.at] += 1
            best.append(m)
    return best[: max(MOST_OF_TEXT, passages)]


def _why(met: _Met, own: Words, said: Mapping[str, str]) -> str:
    """The place and the actor that are named and the heaviest words that are shared."""
    heaviest = sorted(own.weight.keys() & said.keys(), key=lambda stem: (-own.weight[stem], stem))[:4]
    return ", ".join([*filter(None, (met.place, met.actor)), *(said[stem] for stem in heaviest)])


def _read(names: Names, text: str, passages: Sequence[Passage], title: str, language: str) -> _Article:
    spoken = [text[p.start : p.end] for p in passages]
    folded = [fold(passage) for passage in spoken]
    named = [names.within(passage, plain) for passage, plain in zip(spoken, folded, strict=True)]
    found = [stems_of_folded(plain, language) for plain in folded]
    of_title = names.within(title)
    where: dict[str, list[int]] = {}
    for i, words in enumerate(found):
        for stem in words:
            where.setdefault(stem, []).append(i)
    return _Article(
        spoken=spoken,
        names=named,
        near=[here | of_title | before for here, before in zip(named, [frozenset[str](), *named], strict=False)],
        stems=found,
        where=where,
        lead=of_title.union(*named[:2]),
        title_stems=stems(title, language),
    )


def _meetings(claim: Claim, own: Words, index: ClaimIndex, article: _Article) -> Iterable[_Met]:
    """Where the article may speak about the claim, in no order."""
    by_name = _asking_by_name(claim, index.telling_names, article)
    shared = sorted(own.weight.keys() & article.where.keys())
    in_title = own.weight.keys() & article.title_stems.keys()
    from_title = OF_TITLE * own.share(in_title) if in_title else 0.0
    counted, spoken = index.counted.get(claim.id, frozenset()), article.spoken
    # most claims and passages fall short of the least that names and words together may ask for: no closer look
    by_words, by_figures = own.full * max(FLOOR / 2, FLOOR - from_title), own.full * FLOOR_FOR_FIGURES
    if not by_name and sum(own.weight[stem] for stem in shared) < (by_figures if counted else by_words):
        return
    weight = dict.fromkeys(by_name, 0.0)
    for stem in shared:
        for i in article.where[stem]:
            weight[i] = weight.get(i, 0.0) + own.weight[stem]
    for i, held in weight.items():
        asks = i in by_name
        if not asks and held < by_words and (not counted or held < by_figures or not may_count(spoken[i], counted)):
            continue
        if not asks and not counted and len(own.weight.keys() & article.stems[i].keys()) < 2:
            continue
        near = article.near[i]
        place = next((slug for slug in claim.places if slug in near or slug in article.lead), "")
        actor = next((slug for slug in claim.actors if slug in near), "")
        if (claim.places and not place) or (claim.actors and not claim.places and not actor):
            continue
        here = min(1.0, held / own.full) if own.full else 0.0
        score = min(1.0, here + from_title)
        floor = _floor(claim, place, actor)
        if asks:
            score = max(score, FLOOR_FOR_FIGURES if counted else floor)
        elif score < floor and not (counted and (place or actor) and may_count(spoken[i], counted)):
            continue
        yield _Met(round(score, 3), i, claim, place, actor)


def _asking_by_name(claim: Claim, telling: frozenset[str], article: _Article) -> frozenset[int]:
    """The passages that name an actor that tells this claim from others, with a place of the claim's near."""
    who = telling.intersection(claim.actors)
    if not who:
        return frozenset()
    named = enumerate(zip(article.names, article.near, strict=True))
    return frozenset(i for i, (here, near) in named if not (who.isdisjoint(here) or near.isdisjoint(claim.places)))


def _floor(claim: Claim, place: str, actor: str) -> float:
    """The share of words that is asked for, given what of the claim is named (slugs, "" if none)."""
    if not (place or actor):
        return FLOOR_WITHOUT_NAMES
    return FLOOR * 1.5 if claim.places and claim.actors and not actor else FLOOR
