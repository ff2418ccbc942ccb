"""What an article as a whole does to a claim, of what its passages do. One side never hides the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from storage.records import Relation

# Two sides whose strongest passages are this near to each other weigh about the same (decisions: mixed is both sides at
# comparable weight).
COMPARABLE = 0.15

# A passage that takes a side leads over any that takes none, however sure that one is.
_TAKES_A_SIDE = {
    Relation.SUPPORTS: 2,
    Relation.DISPUTES: 2,
    Relation.MIXED: 2,
    Relation.UNCLEAR: 1,
    Relation.CONTEXT: 0,
}


class Said(Protocol):
    """What a passage does to the claim: a Finding, or a row of the store that tells the same."""

    @property
    def relation(self) -> Relation:
        """Never UNRELATED."""

    @property
    def score(self) -> float:
        """In [0, 1]; 1 where a person has ruled."""

    @property
    def by_person(self) -> bool:
        """Whether relation and score are a person's word."""


S = TypeVar("S", bound=Said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[S]):
    """One relation that passages of the article bear. `score` is that of the surest; `said` begins with it."""

    relation: Relation
    score: float
    said: tuple[S, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRelation(Generic[S]):
    """The article's relation to one claim. `parts`: one a relation, what leads first, then the surest.

    `dissent`: some passage takes a side, and not the one of the part that leads.
    """

    relation: Relation
    score: float
    parts: tuple[Part[S], ...]
    dissent: bool


def of_findings(said: Sequence[S]) -> ArticleRelation[S]:
    """The relation of an article to the one claim that these passages of it speak about; at least one is needed.

    A side is as sure as its surest passage: five that say the same are often one source, and do not add up. Supports and
    disputes of comparable weight are mixed, as sure as the less sure of the two; else the surer side leads.
    """
    by_relation: dict[Relation, list[S]] = {}
    for one in sorted(said, key=lambda s: -s.score):
        by_relation.setdefault(one.relation, []).append(one)
    parts = [Part(relation=r, score=same[0].score, said=tuple(same)) for r, same in by_relation.items()]
    parts.sort(key=lambda part: (-_TAKES_A_SIDE[part.relation], -part.score, part.relation))
    first, scores = parts[0], {part.relation: part.score for part in parts}
    relation, score = first.relation, first.score
    sides = [scores.get(Relation.SUPPORTS, 0.0), scores.get(Relation.DISPUTES, 0.0)]
    # in hundredths, as scores are told: 0.70 and 0.55 are comparable, whatever floats make of it
    if all(sides) and round(abs(sides[0] - sides[1]) - COMPARABLE, 6) <= 0:
        relation = Relation.MIXED
        score = max(min(sides), scores.get(Relation.MIXED, 0.0))
    return ArticleRelation(
        relation=relation,
        score=score,
        parts=tuple(parts),
        dissent=len([part for part in parts if _TAKES_A_SIDE[part.relation] == 2]) > 1,
    )


def in_words(whole: ArticleRelation[S]) -> str:
    """ "supports (0.71), also disputes (0.55)", or "mixed (0.60): supports (0.66), disputes (0.60)". Context is left out.

    Where a person has ruled, it says so in the place of a score: "disputes (a person's word)".
    """
    told = [_with_score(part) for part in whole.parts if _TAKES_A_SIDE[part.relation] == 2]
    lead = f"{whole.relation} ({whole.score:.2f})"
    if whole.relation is whole.parts[0].relation:
        lead = _with_score(whole.parts[0], whole.score)
    if whole.relation is not whole.parts[0].relation:
        return f"{lead}: {', '.join(told)}"
    return ", also ".join([lead, *told[1:]])


def _with_score(part: Part[S], score: float | None = None) -> str:
    sure = "a person's word" if part.said[0].by_person else f"{part.score if score is None else score:.2f}"
    return f"{part.relation} ({sure})"
