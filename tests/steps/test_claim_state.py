"""The state of a claim: when the first independent voice came, and the second, whatever the order it is told in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records import ArticleId, Heard, Relation, Said
from worker.steps.claim_state import by_side, in_words, state_of

DAY = datetime(2019, 4, 25, 9, tzinfo=UTC)


def said(article: int, outlet: str, days: int = 0, relation: Relation = Relation.DISPUTES, **told: Any) -> Said:
    heard = Heard(article_id=ArticleId(article), story=ArticleId(told.pop("story", article)), outlet=outlet, **told)
    return Said(heard=heard, relation=relation, findings=1, since=DAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("all_", "days"),
    [
        ([], []),
        ([said(1, "Gazette")], [0]),
        ([said(1, "Gazette"), said(2, "Gazette", 3)], [0]),  # one outlet twice
        ([said(1, "Gazette", 5), said(2, "Herald", 2)], [2, 5]),  # by when it came, not by the article's number
        ([said(1, "Gazette", 5), said(2, "Herald", 2, story=1)], [2]),  # a copy that came before its original
        ([said(1, "A"), said(2, "B", 1), said(3, "C", 2, owner="Chain"), said(4, "D", 3, owner="Chain")], [0, 1, 2]),
        # the third ties the other two together: at the end they are one voice, and were from the first day
        ([said(1, "A", 0, wire="AP"), said(2, "B", 1, owner="X"), said(3, "C", 2, wire="AP", owner="X")], [0]),
        # one article by two relations is one article, and speaks from the first of them
        ([said(1, "A", 4), said(1, "A", 2, Relation.MIXED)], [2]),
        # what it took from another in one passage and says of itself in the next
        ([said(1, "A", relayed=frozenset({"B"})), said(1, "A", 0, Relation.MIXED), said(2, "B", 1)], [0]),
        (
            [said(1, "A", relayed=frozenset({"B"})), said(1, "A", 0, Relation.MIXED, relayed=frozenset({""})), said(2, "B", 1)],
            [0, 1],
        ),
    ],
)  # fmt: skip
def test_the_day_on_which_each_voice_came(all_: list[Said], days: list[int]) -> None:
    state = state_of(all_)
    assert state.arrivals == tuple(DAY + timedelta(days=n) for n in days)
    assert state.since(0) is state.since(len(days) + 1) is None
    assert sum(state.findings.values()) == len(all_)


def test_sides_stand_beside_each_other_and_context_is_none() -> None:
    all_ = [
        said(1, "A"), said(2, "B", 7), said(3, "C", 7), said(4, "D", 9), said(5, "E", 11), said(6, "F", 12),
        said(1, "A", 1, Relation.SUPPORTS), said(7, "G", 0, Relation.CONTEXT),
    ]  # fmt: skip
    assert in_words(by_side(all_)) == (
        "supported by 1 voice since 2019-04-26; "
        "disputed by 1 voice since 2019-04-25, by 3 since 2019-05-02, by 6 since 2019-05-07"
    )
    assert in_words(by_side([said(7, "G", 0, Relation.CONTEXT)])) == ""


SAIDS = st.builds(
    lambda a, o, d, r, w: said(a, o, d, r, wire=w, story=a),
    st.integers(1, 8), st.sampled_from("ABCD"), st.integers(0, 9),
    st.sampled_from([Relation.DISPUTES, Relation.SUPPORTS]), st.sampled_from(["", "", "AP"]),
)  # fmt: skip


@given(st.lists(SAIDS, max_size=10), st.randoms())
def test_there_is_an_arrival_a_voice_and_order_is_nothing(all_: list[Said], dice: Any) -> None:
    # an article has one outlet and one agency
    one_each = {(s.heard.article_id, s.relation): s for s in all_ if s.heard.outlet == "ABCD"[s.heard.article_id % 4]}
    told = [s for s in one_each.values() if (s.heard.wire == "AP") == (s.heard.article_id % 3 == 0)]
    state = state_of(told)
    assert len(state.arrivals) == state.voices.independent
    assert list(state.arrivals) == sorted(state.arrivals)
    dice.shuffle(told)
    assert state_of(told) == state
