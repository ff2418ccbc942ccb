"""Claims by their state over time: how many independent voices, since when, and what it was on a day that is past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from claimwatch import claim_search, ruling
from claimwatch.claim_search import ClaimPage, over_time, search_claims
from storage import articles, findings, seeds
from storage.engine import Store
from storage.records import ClaimId, Relation, RevisionId
from storage.schema import ArticleRow
from storage.search import claims as claims_answering
from storage.search.errors import BadQuery
from storage.search.parse import parse
from tests.builders import a_claim, a_watch_list
from tests.fakes import NOON
from tests.search.conftest import Put, a_finding

DISPUTES = {"relation": Relation.DISPUTES}
Find = Callable[..., ClaimPage]


def on(day: int) -> Any:
    return NOON + timedelta(days=day)


@pytest.fixture
def find(store: Store) -> Find:
    """Answers a query ten days after noon of the tests."""

    def find_one(query: str, **how: Any) -> ClaimPage:
        return search_claims(store, parse(query, now=on(10), of_claims=True), **how)

    return find_one


@pytest.fixture
def disputed(put: Put) -> None:
    """Gazette on the first day and the second, Herald on the third, and one that only stands beside."""
    put("One", outlet="Gazette", says=(DISPUTES,), found_at=on(0))
    put("Two", outlet="Gazette", says=(DISPUTES,), found_at=on(1))
    put("Three", outlet="Herald", says=(DISPUTES,), found_at=on(2))
    put("Four", outlet="Monitor", says=({"relation": Relation.CONTEXT},), found_at=on(3))


def since(page: ClaimPage) -> list[str]:
    return [row["since"][:10] for row in page.rows]


@pytest.mark.usefixtures("disputed")
def test_a_claim_is_disputed_by_two_since_the_second_voice_came(find: Find) -> None:
    (row,) = find("relation:disputes voices:>=2").rows
    assert {name: row[name] for name in ("id", "list", "heard", "findings", "since", "first_found", "last_found")} == {
        "id": "raqqa-4000", "list": "sample", "heard": "3 articles, 2 independent", "findings": {"disputes": 3},
        "since": "2026-11-25T12:00:00Z", "first_found": "2026-11-23T12:00:00Z", "last_found": "2026-11-25T12:00:00Z",
    }  # fmt: skip
    assert since(find("relation:disputes")) == ["2026-11-23"]
    assert since(find("voices:3")) == ["2026-11-26"]
    assert since(find("relation:disputes voices:1..2")) == ["2026-11-23"]
    assert find("").rows[0]["findings"] == {"disputes": 3, "context": 1}
    for nothing in ("relation:disputes voices:>=3", "relation:disputes voices:<2", "relation:supports",
                    "relation:disputes source:herald voices:2", "relation:disputes found:8d voices:>=2"):  # fmt: skip
        assert find(nothing).rows == [], nothing


@pytest.mark.usefixtures("disputed")
def test_what_it_was_on_a_past_day_can_be_asked_again(find: Find) -> None:
    assert find("relation:disputes voices:>=2 as-of:2026-11-24").rows == []
    (then,) = find("relation:disputes voices:>=2 as-of:2026-11-25").rows
    assert (then["heard"], then["since"]) == ("3 articles, 2 independent", "2026-11-25T12:00:00Z")
    assert [row["heard"] for row in find("relation:disputes as-of:2026-11-24").rows] == ["2 articles, 1 independent"]


@pytest.mark.usefixtures("disputed")
def test_another_judge_that_says_the_same_moves_no_day(find: Find, store: Store) -> None:
    before = find("relation:disputes voices:>=2").rows
    with store.begin() as tx:
        for revision in (1, 2, 3):
            read = articles.read_newest(tx, RevisionId(revision))
            assert read is not None
            said = a_finding(read.text, read.passages[0].end, **DISPUTES, judge_version="newer")
            findings.replace(tx, read, [said], now=on(8))
    assert find("relation:disputes voices:>=2").rows == before
    assert find("relation:disputes voices:>=2 as-of:2026-11-26").rows == before


@pytest.mark.usefixtures("disputed")
def test_a_persons_word_counts_from_when_it_was_said(find: Find, store: Store) -> None:
    ruling.correct(store, 3, relation=Relation.SUPPORTS, adds=None, who="a person", why="read it", now=on(5))
    assert find("relation:disputes voices:>=2").rows == []
    assert since(find("relation:supports")) == ["2026-11-28"]
    assert since(find("relation:disputes voices:>=2 as-of:2026-11-27")) == ["2026-11-25"]
    assert find("relation:supports as-of:2026-11-27").rows == []
    with store.read() as tx:
        told = over_time(claims_answering.said_now(tx, "raqqa-4000"))
    assert told["state_line"] == "supported by 1 voice since 2026-11-28; disputed by 1 voice since 2026-11-23"
    assert [one["since"] for one in told["state"]] == [["2026-11-28T12:00:00Z"], ["2026-11-23T12:00:00Z"]]
    ruling.retract(store, 3, who="a person", why="a slip", now=on(6))
    assert since(find("relation:disputes voices:>=2")) == ["2026-11-25"]
    assert since(find("relation:supports as-of:2026-11-28")) == ["2026-11-28"]


def test_a_copy_is_an_article_and_no_voice_and_speaks_from_its_own_day(put: Put, find: Find, store: Store) -> None:
    copy = put("A", outlet="Herald", says=(DISPUTES,), found_at=on(0))
    original = put("B", outlet="Gazette", says=(DISPUTES,), found_at=on(4))
    with store.begin() as tx:
        tx.execute(update(ArticleRow).where(ArticleRow.id == copy).values(copy_of=original))
    (row,) = find("relation:disputes").rows
    assert (row["heard"], row["copies"], row["since"][:10]) == ("2 articles, 1 independent", 1, "2026-11-23")
    assert [row["articles"] for row in find("relation:disputes as-of:2026-11-24").rows] == [1]


def test_page_by_page_every_claim_comes_once(
    put: Put, find: Find, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [f"claim-{n}" for n in range(9)]
    with store.begin() as tx:
        claims = tuple(a_claim(id=ClaimId(one)) for one in ids)
        seeds.take_over(tx, replace(a_watch_list(), claims=claims), now=NOON)
    put("All", outlet="Gazette", says=tuple(DISPUTES | {"claim_id": one} for one in ids[:8]))
    put("Some", outlet="Herald", says=tuple(DISPUTES | {"claim_id": one} for one in (ids[1], ids[6], ids[7])))
    monkeypatch.setattr(claim_search, "_A_TIME", 3)
    monkeypatch.setattr(claim_search, "MOST_LOOKED_THROUGH", 3)

    def every(query: str, limit: int) -> list[str]:
        found, after, pages = [], None, 0
        while True:
            page = find(query, limit=limit, after=after)
            found += [row["id"] for row in page.rows]
            assert len(page.rows) <= limit
            pages += 1
            assert pages < 10
            if (after := page.next) is None:
                return found

    assert every("", 2) == every("relation:disputes", 100) == ids[:8]
    assert every("voices:2", 1) == every("voices:2", 2) == [ids[1], ids[6], ids[7]]
    assert [row["id"] for row in find("voices:2 limit:2").rows] == [ids[1], ids[6]]
    assert find("voices:2 limit:2").next is None
    assert find("voices:2", limit=2).notes == ("3 claims were looked through for this page",)
    with store.begin() as tx:
        seeds.take_over(tx, replace(a_watch_list(), claims=claims[1:]), now=on(5))
    assert every("", 100) == ids[1:8]
    assert every("as-of:2026-11-25", 100) == ids[:8]  # it was watched then


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("voices:0", "from 1 on"),
        ("voices:<1", "from 1 on"),
        ("voices:3..2", "ends before"),
        ("voices:many", "expected a number"),
        ("voices:1,2", "once, with one value"),
        ("-voices:2", "without a minus"),
        ("(raqqa voices:2) mosul", "not in parentheses"),
        ("raqqa OR voices:2", "beside them"),
        ("sort:oldest", "by their ids"),
        ("voices:2 claim:nothing", "there is none"),
    ],
)
def test_what_cannot_be_meant_is_refused(put: Put, find: Find, query: str, why: str) -> None:
    with pytest.raises(BadQuery, match=why):
        find(query)


def test_articles_and_findings_have_no_number_of_voices() -> None:
    with pytest.raises(BadQuery, match="only a search of claims takes it: claimwatch claim search"):
        parse("relation:disputes voices:>=2", now=NOON)
