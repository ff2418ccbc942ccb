from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import pytest

from storage.records import Relation
from worker.steps.article_relation import ArticleRelation, in_words, of_findings


@dataclass(frozen=True)
class Passage:
    relation: Relation
    score: float
    by_person: bool = False


def of(*said: tuple[str, float]) -> ArticleRelation[Passage]:
    return of_findings([Passage(Relation(relation), score) for relation, score in said])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ([("supports", 0.71)], "supports (0.71)"),
        ([("supports", 0.71), ("disputes", 0.55)], "supports (0.71), also disputes (0.55)"),
        ([("supports", 0.4), ("disputes", 0.8), ("context", 0.9)], "disputes (0.80), also supports (0.40)"),
        # exactly .15 apart is comparable, though 0.7 - 0.55 is a little more to a float
        ([("supports", 0.7), ("disputes", 0.55)], "mixed (0.55): supports (0.70), disputes (0.55)"),
        ([("disputes", 0.66), ("supports", 0.6)], "mixed (0.60): disputes (0.66), supports (0.60)"),
        ([("mixed", 0.6)], "mixed (0.60)"),
        ([("supports", 0.6), ("mixed", 0.5)], "supports (0.60), also mixed (0.50)"),
        ([("mixed", 0.9), ("supports", 0.7), ("disputes", 0.7)], "mixed (0.90), also disputes (0.70), also supports (0.70)"),
        ([("unclear", 0.4), ("context", 0.7)], "unclear (0.40)"),
    ],
)  # fmt: skip
def test_both_sides_are_told_and_the_surer_leads(said: list[tuple[str, float]], words: str) -> None:
    assert {in_words(of(*order)) for order in permutations(said)} == {words}


def test_passages_that_take_no_side_never_outvote_one_that_does() -> None:
    whole = of(("context", 0.9), ("unclear", 0.9), ("context", 0.9), ("disputes", 0.3))
    assert (whole.relation, whole.score, whole.dissent) == (Relation.DISPUTES, 0.3, False)


def test_five_passages_that_say_the_same_are_no_surer_than_the_surest() -> None:
    assert of(*[("supports", 0.6)] * 5).score == 0.6
    outnumbered = of(*[("supports", 0.5)] * 5, ("disputes", 0.8))
    assert (outnumbered.relation, outnumbered.dissent) == (Relation.DISPUTES, True)


def test_every_passage_stands_in_a_part_the_surest_first() -> None:
    whole = of(("supports", 0.5), ("context", 0.9), ("supports", 0.7), ("disputes", 0.4))
    assert [(p.relation, [s.score for s in p.said]) for p in whole.parts] == [
        ("supports", [0.7, 0.5]),
        ("disputes", [0.4]),
        ("context", [0.9]),
    ]


def test_a_passage_that_holds_both_sides_is_no_dissent_by_itself() -> None:
    assert not of(("mixed", 0.6), ("context", 0.5)).dissent
    assert of(("mixed", 0.6), ("disputes", 0.5)).dissent
