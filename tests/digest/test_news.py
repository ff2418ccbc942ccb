"""What is news to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storage.records import (
    ArticleEvent,
    ArticleId,
    Change,
    ClaimId,
    FindingId,
    Happened,
    LetterId,
    Relation,
    RevisionId,
    Told,
)
from tests.fakes import NOON
from worker.steps.digest.news import Memory, edited, followed, of_letters, untold

DAY = timedelta(days=1)
CLAIM = ClaimId("raqqa-4000")


def change(finding: int = 1, relation: Relation = Relation.SUPPORTS, *, revision: int = 1, **told: Any) -> Change:
    plain: dict[str, Any] = {
        "finding_id": FindingId(finding), "claim_id": CLAIM, "article_id": ArticleId(1),
        "revision_id": RevisionId(revision), "relation": relation, "first_seen": NOON, "published": NOON,
        "in_baseline": False, "story": told.get("article_id", ArticleId(1)),
    }  # fmt: skip
    return Change(**plain | told)


def told(finding: int = 1, relation: Relation = Relation.SUPPORTS, *, letter: int = 1, **more: Any) -> Told:
    plain: dict[str, Any] = {
        "letter_id": LetterId(letter), "composed_at": NOON + letter * DAY, "finding_id": FindingId(finding),
        "claim_id": CLAIM, "article_id": ArticleId(1), "revision_id": RevisionId(1), "relation": relation,
        "story": more.get("article_id", ArticleId(1)),
    }  # fmt: skip
    return Told(**plain | more)


def news(one: Change, *before: Told, figures: set[tuple[float, float]] = frozenset()) -> tuple[bool, Relation | None]:  # type: ignore[assignment]
    """(whether it is news, as what it was told before)."""
    found = untold([one], Memory(before), began=NOON - DAY, figures={one.finding_id: frozenset(figures)})
    return bool(found), found[0].was if found else None


DISPUTES, SUPPORTS = Relation.DISPUTES, Relation.SUPPORTS


@pytest.mark.parametrize(
    ("one", "before", "expected"),
    [
        (change(), [], (True, None)),
        (change(), [told()], (False, None)),
        (change(2), [told()], (False, None)),  # another judge says it of the same text
        (change(1, DISPUTES), [told()], (True, SUPPORTS)),
        (change(2, DISPUTES), [told()], (True, SUPPORTS)),
        (change(), [told(), told(1, DISPUTES, letter=2)], (True, DISPUTES)),  # a person changed it, and changed it back
        (change(2), [told(), told(1, DISPUTES, letter=2)], (False, None)),  # both were told
        (change(2, claim_id=ClaimId("another")), [told()], (True, None)),
        (change(2, article_id=ArticleId(9)), [told()], (True, None)),
    ],
)
def test_told_is_told_unless_the_relation_is_another(
    one: Change, before: list[Told], expected: tuple[bool, Relation | None]
) -> None:
    assert news(one, *before) == expected


def test_an_edit_is_news_only_with_a_figure_that_was_not_told() -> None:
    before = told(figures=frozenset({(1400.0, 1400.0)}))
    assert news(change(2, revision=2), before) == (False, None)
    assert news(change(2, revision=2), before, figures={(1400.0, 1400.0)}) == (False, None)
    assert news(change(2, revision=2), before, figures={(1600.0, 1600.0)}) == (True, None)
    again = [before, told(2, letter=2, revision_id=RevisionId(2))]
    assert news(change(3, revision=2), *again, figures={(1600.0, 1600.0)}) == (False, None)
    assert edited([change(2, revision=2), change(3), change(4, article_id=ArticleId(9))], [before]) == {2}


@pytest.mark.parametrize(
    ("baseline", "seen", "published", "is_news"),
    [
        (False, NOON, None, True),
        (False, NOON - 2 * DAY, NOON, False),  # kept before the reader began
        (True, NOON, NOON - 2 * DAY, False),
        (True, NOON, None, False),
        (True, NOON, NOON, True),
    ],
)
def test_a_feeds_baseline_floods_no_digest(baseline: bool, seen: Any, published: Any, is_news: bool) -> None:
    assert news(change(in_baseline=baseline, first_seen=seen, published=published))[0] is is_news


def test_each_reader_remembers_the_letters_that_they_got() -> None:
    rows = [told(1, letter=1), told(2, letter=2, article_id=ArticleId(2))]
    memory = of_letters(rows, frozenset({LetterId(2)}))
    assert set(memory.articles) == {2}


def event(number: int, kind: ArticleEvent = ArticleEvent.EDITED, *, days: float = 3, article: int = 1) -> Happened:
    return Happened(
        event_id=number, kind=kind, at=NOON + days * DAY, detail="", article_id=ArticleId(article), title="T",
        url="http://gazette.example/a", outlet="Gazette", lang="en", story=ArticleId(article), claims=(),
    )  # fmt: skip


def test_an_article_is_followed_from_the_letter_that_told_of_it_and_each_event_is_told_once() -> None:
    memory = Memory([told(letter=1)])  # a day after noon
    happened = [event(1, days=0.5), event(2), event(3, ArticleEvent.GONE), event(4, article=8)]
    (one,) = followed(happened, memory, frozenset())
    assert ([e.event_id for e in one.events], one.claims) == ([2, 3], (CLAIM,))
    (one,) = followed(happened, memory, frozenset({"event:2"}))
    assert [e.event_id for e in one.events] == [3]


def test_a_copy_of_a_text_that_was_told_is_an_echo_and_one_that_says_something_else_is_none() -> None:
    memory = Memory([told()])
    copies = [
        change(2, article_id=ArticleId(2), story=ArticleId(1)),
        change(3, DISPUTES, article_id=ArticleId(3), story=ArticleId(1)),
    ]
    found = untold(copies, memory, began=NOON - DAY, figures={})
    assert [(one.change.finding_id, one.echo) for one in found] == [(2, True), (3, False)]


def test_what_an_edit_makes_of_an_article_that_was_there_before_the_reader_is_news() -> None:
    old: dict[str, Any] = {"in_baseline": True, "published": NOON - 9 * DAY}
    before = Memory([told(1, figures=frozenset({(1600.0, 1600.0)}))])

    def is_news(one: Change, figures: set[tuple[float, float]]) -> bool:
        known = {one.finding_id: frozenset(figures)}
        return bool(untold([one], Memory([]), began=NOON - DAY, figures=known, earlier=before))

    assert not is_news(change(2, DISPUTES, revision=2, **old), set())  # read again by us, not edited
    edited_then: dict[str, Any] = {"edited_at": NOON, "revision": 2, **old}
    assert is_news(change(2, DISPUTES, **edited_then), set())
    assert not is_news(change(2, **edited_then), {(1600.0, 1600.0)})
    assert is_news(change(2, **edited_then), {(250.0, 250.0)})
    assert not is_news(change(2, DISPUTES, **{**edited_then, "edited_at": NOON - 2 * DAY}), set())


def test_a_passage_that_vanished_under_another_lists_claim_is_none_of_the_readers() -> None:
    memory = Memory([told(letter=1)])
    theirs = replace(event(2, ArticleEvent.VANISHED), claims=(ClaimId("secret"),))
    assert followed([theirs], memory, frozenset()) == ()
    ours = replace(theirs, claims=(CLAIM,))
    assert len(followed([ours], memory, frozenset())) == 1


def test_told_before_is_said_of_the_passage_itself_where_it_was_told() -> None:
    memory = [told(1), told(2, DISPUTES)]
    assert news(change(1, Relation.MIXED), *memory) == (True, SUPPORTS)
