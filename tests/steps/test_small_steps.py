"""Folding, passages, dates, planning: the steps of a few lines each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.folding import fold
from tests.builders import rss
from worker.steps.dates import published_at
from worker.steps.feeds.parse import parse_feed
from worker.steps.passages import cut, sentences
from worker.steps.plan_entries import plan_entries

texts = st.text(alphabet="abc ABC.!?؟\n\"'éşıİğ2017الرقة,-–", max_size=200)


@given(texts)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(text) == fold(fold(text))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Ar-Raqqah", "ar raqqah"),
        ("Konaşenkov", "konasenkov"),
        ("الدولة الإسلامية", "الدوله الاسلاميه"),
        ("“deal”", '"deal"'),
        ("Łódź", "lodz"),
        ("Ёлка", "елка"),
    ],
)
def test_what_a_reader_takes_for_the_same_word_folds_to_the_same(a: str, b: str) -> None:
    assert fold(a) == fold(b)


@given(texts)
def test_passages_are_in_order_apart_and_leave_out_only_white_space(text: str) -> None:
    at, rest = 0, ""
    for passage in cut(text):
        assert at <= passage.start < passage.end <= len(text)
        rest += text[at : passage.start]
        at = passage.end
    assert (rest + text[at:]).strip() == ""


def test_a_paragraph_ends_a_passage_and_an_abbreviation_no_sentence() -> None:
    text = "Lt. Gen. Smith spoke on Oct. 12. It was late.\nThe next day nothing happened."
    assert [text[a:b] for a, b in sentences(text)] == [
        "Lt. Gen. Smith spoke on Oct. 12.",
        "It was late.",
        "The next day nothing happened.",
    ]
    assert len(cut(text)) == 2


def test_arabic_sentences_are_cut() -> None:
    assert len(sentences("غادروا الرقة. هل كان اتفاقا؟ نعم")) == 3


def day(n: int, hour: int = 0) -> datetime:
    return datetime(2017, 12, n, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("page", "feed", "expected"),
    [
        (day(7), None, day(7)),
        (None, day(7), day(7)),
        (None, None, None),
        (day(7), day(7, 14), day(7, 14)),  # one day: the feed knows the hour
        (day(7), day(7) + timedelta(days=900), day(7)),  # an archive re-dates its pages
        (day(20), day(7), day(7)),  # the page shows when it was touched
    ],
)
def test_the_date_an_article_goes_by(page: datetime | None, feed: datetime | None, expected: datetime | None) -> None:
    assert expected == published_at(page, feed)


def test_a_plan_applied_twice_plans_nothing_the_second_time() -> None:
    parsed = parse_feed(rss(("/a", "1"), ("/b", "2"), ("/a", "1")), url="http://g.example/f", content_type="")
    first = plan_entries(parsed, set())
    assert [i.url for i in first.new] == ["http://g.example/a", "http://g.example/b"]
    assert plan_entries(parsed, {i.key for i in first.new}).new == ()
