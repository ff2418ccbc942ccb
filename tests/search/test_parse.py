"""The query language: what is understood, and what is said of what is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.search.errors import BadQuery
from storage.search.fields import FIELDS
from storage.search.parse import parse
from storage.search.query import All, AnyOf, Field, Not, Query, Sort, Text
from storage.search.values import Range, Span
from storage.search.written import narrowed, without_each
from tests.fakes import NOON


def read(text: str) -> Query:
    return parse(text, now=NOON)


def test_words_side_by_side_must_all_hold() -> None:
    assert read("raqqa convoy").where == All((Text("raqqa"), Text("convoy")))


def test_or_binds_less_than_standing_side_by_side() -> None:
    assert read("a b OR c").where == All((AnyOf((All((Text("a"), Text("b"))), Text("c"))),))


def test_parentheses_minus_and_phrases() -> None:
    assert read('-(a OR "b  c")').where == All((Not(AnyOf((Text("a"), Text("b c", phrase=True)))),))


def test_a_field_takes_several_values_and_quoted_ones() -> None:
    (field,) = read('source:"BBC News",guardian').where.terms
    assert field == Field("source", ("BBC News", "guardian"), ("BBC News", "guardian"))


def test_what_is_asked_of_the_answer_stands_beside_the_terms() -> None:
    query = read("convoy sort:relevance limit:5 as-of:2018-01-31")
    assert (query.sort, query.limit, query.as_of) == (Sort.RELEVANCE, 5, datetime(2018, 2, 1, tzinfo=UTC))
    assert query.where == All((Text("convoy"),))


def test_a_number_with_thousands_is_one_value() -> None:
    (field,) = read("figure:>1,800").where.terms
    assert isinstance(field, Field)
    assert field.values == (Range(low=1800, open_low=True),)


def test_so_long_ago_as_an_end_is_that_instant_and_not_now() -> None:
    (until,) = read("until:30d").where.terms
    (published,) = read("published:30d..10d").where.terms
    assert isinstance(until, Field)
    assert isinstance(published, Field)
    assert until.values == (Span(None, NOON - timedelta(days=30)),)
    assert published.values == (Span(NOON - timedelta(days=30), NOON - timedelta(days=10)),)


def test_an_address_is_looked_up() -> None:
    assert read("https://gazette.example/a?b=c").where.terms == (
        Field("url", ("https://gazette.example/a?b=c",), ("https://gazette.example/a?b=c",)),
    )


@pytest.mark.parametrize(
    ("told", "start", "end"),
    [
        ("2017", "2017-01-01", "2018-01-01"),
        ("2017-12..2018-03", "2017-12-01", "2018-04-01"),
        ("2017-10-14", "2017-10-14", "2017-10-15"),
        ("..2017-10", None, "2017-11-01"),
        (">2017-10", "2017-11-01", None),
        ("<=2017-10", None, "2017-11-01"),
        ("2018-02..", "2018-02-01", None),
        ("yesterday", "2026-11-22", "2026-11-23"),
        ("2024-02", "2024-02-01", "2024-03-01"),
    ],
)
def test_spans_of_days_take_both_ends_in(told: str, start: str | None, end: str | None) -> None:
    (field,) = read(f"published:{told}").where.terms
    assert isinstance(field, Field)
    wanted = Span(*(datetime.fromisoformat(f"{d}T00:00:00Z") if d else None for d in (start, end)))
    assert field.values == (wanted,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("relatoin:x", "no field 'relatoin'; did you mean relation?"),
        ("relation:dispute", "did you mean disputes?"),
        ("relation:unrelated", "none of them"),
        ("published:2017-13", "there is no such day"),
        ("published:soon", "expected a day such as 2017-10-14"),
        ("published:2018..2017", "ends before it begins"),
        ("figure:many", "expected a number"),
        ("figure:5..2", "ends before it begins"),
        ("limit:0", "a number from 1 to 1000"),
        ('"open', "quotation mark is left open"),
        ("(a", "a parenthesis is left open"),
        ("a OR", "ends too early"),
        ("OR a", "OR stands between two terms"),
        ("raqqa OR sort:seen", "a side of it says only how to answer"),
        ("a)", "')' stands where a word was expected"),
        ("!!!", "no letter and no digit"),
        ("-sort:seen a", "without a minus"),
        ("(sort:seen) a", "not in parentheses"),
        ("sort:seen sort:seen", "once"),
        ("claim:", "ends too early"),
        ("claim:a*b", "expected an id"),
        ("domain:http://x", "expected a domain"),
        ("a" * 1001, "has 1001 characters"),
        ("a " * 61, "more than 60 terms"),
        ("(" * 21 + "a" + ")" * 21, "more than 20 parentheses"),
        ("raqqa NOT mosul", "-b for not b"),
        ("raqqa AND mosul", "a b for both"),
        ("raq*", "leave the * out"),
        ("until:2017..2018", "expected one day"),
        ("since:99999y", "before the first day there is"),
    ],
)
def test_what_cannot_be_understood_is_named(text: str, said: str) -> None:
    with pytest.raises(BadQuery) as raised:
        read(text)
    assert said in str(raised.value)


PIECES = st.sampled_from(
    ["raqqa", '"safe passage"', "-", "(", ")", " OR ", " ", *(f"{name}:" for name in FIELDS), "disputes", "2017-10", ">5",
     "..", ",", '"', "*", "الرقة", "é", "1,800", "today", "\x00", "\u202e", "https://x.example/", "seen", "3"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=80))
def test_anything_gives_a_query_or_a_named_error_and_what_was_understood_is_understood_again(text: str) -> None:
    try:
        query = read(text)
    except BadQuery:
        return
    again = read(query.asked)
    assert again.where == query.where
    assert (again.asked, again.sort, again.limit, again.as_of) == (query.asked, query.sort, query.limit, query.as_of)


def test_every_field_says_what_it_is_for() -> None:
    assert all(kind.help for kind in FIELDS.values())


@pytest.mark.parametrize("told", ["", "a OR b", "-a", "(a b) OR -c sort:oldest limit:5", "claim:x,y relation:mixed"])
def test_a_query_with_a_term_more_or_less_is_a_query(told: str) -> None:
    query = parse(told, now=NOON)
    more = parse(narrowed(query, "source", "Gazette (The), London"), now=NOON)
    assert more.where.terms == (
        *query.where.terms,
        Field("source", ("Gazette (The), London",), ("Gazette (The), London",)),
    )
    assert (more.sort, more.limit) == (query.sort, query.limit)
    for at, (term, without) in enumerate(without_each(query)):
        less = parse(without, now=NOON)
        assert term in query.asked
        assert (less.sort, less.limit) == (query.sort, query.limit)
        assert less.where.terms == tuple(t for i, t in enumerate(query.where.terms) if i != at)


def test_without_its_last_word_nothing_is_sorted_by_relevance() -> None:
    query = parse("deal lang:en sort:relevance limit:5", now=NOON)
    assert without_each(query) == [("deal", "lang:en limit:5"), ("lang:en", "deal sort:relevance limit:5")]


def test_what_the_language_cannot_say_narrows_nothing() -> None:
    assert narrowed(parse("a", now=NOON), "source", 'The "Gazette"') == ""
