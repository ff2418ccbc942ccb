from __future__ import annotations

from storage.records import ClaimId, Finding, Relation
from worker.steps.tell_changes import tell_changes


def said(relation: str, quote: str = "He said so.", *, claim: str = "c", score: float = 0.7, start: int = 0) -> Finding:
    return Finding(
        claim_id=ClaimId(claim), position=0, relation=Relation(relation), adds=(), score=score, reason="r",
        start=start, end=start + len(quote), quote=quote, figures=(), judge_version="j",
    )  # fmt: skip


def test_another_score_or_place_of_the_same_words_is_no_change() -> None:
    assert tell_changes([said("supports", start=0)], [said("supports", start=90, score=0.6)]) == ()


def test_another_relation_of_a_passage_is_told_with_both() -> None:
    before, now = said("supports"), said("disputes")
    (change,) = tell_changes([before], [now])
    assert (change.turned, change.new, change.gone) == (((before, now),), (), ())
    assert change.was is not None
    assert change.now is not None
    assert (change.was.relation, change.now.relation) == (Relation.SUPPORTS, Relation.DISPUTES)


def test_a_passage_that_came_or_went_is_told_though_the_article_says_the_same() -> None:
    stays, went, came = said("supports"), said("supports", "Gone.", score=0.5), said("context", "New.", score=0.4)
    (change,) = tell_changes([stays, went], [came, stays])
    assert (change.turned, change.new, change.gone) == ((), (came,), (went,))


def test_scores_alone_can_turn_the_article() -> None:
    before = [said("supports", score=0.8), said("disputes", "No.", score=0.4)]
    now = [said("supports", score=0.6), said("disputes", "No.", score=0.5)]
    (change,) = tell_changes(before, now)
    assert change.now is not None
    assert (change.turned, change.now.relation) == ((), Relation.MIXED)


def test_words_that_stand_twice_are_two_passages() -> None:
    twice = [said("supports", start=0), said("supports", start=50)]
    (change,) = tell_changes(twice, twice[:1])
    assert change.gone == (twice[1],)


def test_claims_are_told_apart_and_in_order() -> None:
    changes = tell_changes([said("supports", claim="b")], [said("supports", claim="a")])
    assert [(c.claim_id, c.was is None, c.now is None) for c in changes] == [("a", True, False), ("b", False, True)]
