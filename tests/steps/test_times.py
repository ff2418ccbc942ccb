from __future__ import annotations

from datetime import date

import pytest

from storage.folding import fold
from worker.steps.times import spot_times

PUBLISHED = date(2018, 3, 14)  # a Wednesday


def spans(text: str, published: date | None = PUBLISHED) -> list[tuple[str, str]]:
    return [(str(t.first), str(t.last)) for t in spot_times(fold(text), published)]


@pytest.mark.parametrize(
    "text",
    [
        "on 17 September 2016", "September 17, 2016", "2016-09-17", "17.09.2016", "le 17 septembre 2016", "am 17. September 2016",
        "el 17 de septiembre de 2016", "17 Eylül 2016'da", "17 сентября 2016 года", "17 أيلول 2016", "17 سبتمبر 2016",
    ],
)  # fmt: skip
def test_a_day_is_read_in_seven_languages(text: str) -> None:
    assert spans(text) == [("2016-09-17", "2016-09-17")]


@pytest.mark.parametrize(
    "text",
    ["in October 2017", "en octobre 2017", "im Oktober 2017", "en octubre de 2017", "Ekim 2017", "в октябре 2017", "في تشرين الأول 2017", "in October"],
)  # fmt: skip
def test_a_month_is_read_in_seven_languages_and_without_a_year_is_the_last(text: str) -> None:
    assert spans(text) == [("2017-10-01", "2017-10-31")]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("on Friday", "2018-03-09", "2018-03-09"),
        ("am Freitag", "2018-03-09", "2018-03-09"),
        ("earlier this month", "2018-03-01", "2018-03-14"),
        ("last month", "2018-02-01", "2018-02-28"),
        ("last year", "2017-01-01", "2017-12-31"),
        ("June last year", "2017-06-01", "2017-06-30"),
        ("in the 1980s", "1980-01-01", "1989-12-31"),
    ],
)
def test_words_are_resolved_against_the_day_of_publication(text: str, first: str, last: str) -> None:
    assert (first, last) in spans(text)


@pytest.mark.parametrize(
    "text",
    [
        "two years ago",
        "il y a deux ans",
        "vor zwei Jahren",
        "hace dos años",
        "iki yıl önce",
        "два года назад",
        "قبل عامين",
    ],
)
def test_years_are_counted_back(text: str) -> None:
    (time,) = spot_times(fold(text), PUBLISHED)
    assert time.back
    assert time.first <= date(2016, 3, 14) <= time.last


@pytest.mark.parametrize(
    "text", ["2,000 people", "it may be", "they march on", "1,417 civilians", "a mark of 20170", "12 people"]
)
def test_other_numbers_and_words_are_no_times(text: str) -> None:
    assert spans(text) == []


def test_without_a_day_of_publication_only_what_says_its_year_is_a_time() -> None:
    assert spans("on Friday, last week, in October, in 2017", None) == [("2017-01-01", "2017-12-31")]
