from __future__ import annotations

import pytest

from storage.records import Bound
from worker.steps.read_figures import read_figures, spot_figures


@pytest.mark.parametrize(
    ("text", "low", "high", "bound", "approx"),
    [
        ("About 4,000 people left", 4000, 4000, Bound.EXACT, True),
        ("more than 1,600 civilians were killed", 1600, 1600, Bound.MORE_THAN, False),
        ("at least 62 soldiers", 62, 62, Bound.AT_LEAST, False),
        ("fewer than 300 fighters", 300, 300, Bound.FEWER_THAN, False),
        ("up to 500 fighters", 500, 500, Bound.UP_TO, False),
        ("as many as 500 fighters", 500, 500, Bound.UP_TO, False),
        ("no fewer than 15 soldiers", 15, 15, Bound.AT_LEAST, False),
        ("between 744 and 1,600 civilians", 744, 1600, Bound.EXACT, False),
        ("three to five thousand people", 3000, 5000, Bound.EXACT, False),
        ("close to four thousand fighters", 4000, 4000, Bound.EXACT, True),
        ("nearly 400,000 servicemen", 400_000, 400_000, Bound.EXACT, True),
        ("hundreds of fighters", 200, 999, Bound.EXACT, True),
        ("several thousand people", 2000, 9999, Bound.EXACT, True),
        ("tens of thousands of residents", 20_000, 99_999, Bound.EXACT, True),
        ("1.4 million people", 1_400_000, 1_400_000, Bound.EXACT, False),
        ("plus de 1 600 civils tués", 1600, 1600, Bound.MORE_THAN, False),
        ("1.600 civili uccisi", 1600, 1600, Bound.EXACT, False),
        ("около 4000 боевиков", 4000, 4000, Bound.EXACT, True),
        ("نحو ٤٠٠٠ شخص", 4000, 4000, Bound.EXACT, True),
        ("en az 1.600 sivil", 1600, 1600, Bound.AT_LEAST, False),
        ("sixty-two soldiers", 62, 62, Bound.EXACT, False),
        ("bunların 3 bin 500'ü terörist", 3500, 3500, Bound.EXACT, False),
        ("en az yüzde 74'ü karşı", 74, 74, Bound.AT_LEAST, False),
        ("well above the 1,800 mark", 1800, 1800, Bound.MORE_THAN, False),
        ("they fled by the thousand", 2000, 9999, Bound.EXACT, True),
        ("the raid killed scores; nobody answered", 40, 99, Bound.EXACT, True),
        ("some hundred men were treated", 100, 100, Bound.EXACT, True),
        ("nearly half are women", 50, 50, Bound.EXACT, True),
        ("the killed were put at 250 at the very least", 250, 250, Bound.AT_LEAST, False),
        ("речь идёт о нескольких десятках", 24, 99, Bound.EXACT, True),
    ],
)
def test_a_figure_as_written(text: str, low: float, high: float, bound: Bound, approx: bool) -> None:
    (figure,) = read_figures(text)
    assert (figure.low, figure.high, figure.bound, figure.approx) == (low, high, bound, approx)


@pytest.mark.parametrize(
    "text",
    [
        "on 12 October 2017",
        "in October 2017 the deal was made",
        "at 5 p.m. on Friday",
        "an Su-22 and an F-16",
        "CPA Order 2 dissolved the army",
        "Article 51 of the Charter",
        "a 35-year-old man",
        "between 2014 and 2017",
        "one of the men",
        "a 3-1 win at 20:45",
        "call +44 20 7946 0000",
        "it lies 30 km north of Raqqa",
        "a 155mm shell and 7.62 mm rounds",
        "4 months and 12 days",
        "version 2.4.1",
    ],
)
def test_dates_times_and_names_are_no_counts(text: str) -> None:
    assert read_figures(text) == ()


@pytest.mark.parametrize(
    ("text", "low", "unit"),
    [
        ("a fine of $777 was paid", 777, "USD"),
        ("13 millions d'euros", 13_000_000, "EUR"),
        ("15 tonnes of food", 15, "tonnes"),
        ("14 km of tunnels", 14, "km"),
        ("one in five houses", 20, "percent"),
        ("yüzde 80", 80, "percent"),
        ("it was 40 percent", 40, "percent"),
        ("250 fighters", 250, "people"),
        ("250 lorries", 250, ""),
        ("500 € were paid", 500, "EUR"),
    ],
)
def test_a_figure_has_a_unit(text: str, low: float, unit: str) -> None:
    (figure,) = read_figures(text)
    assert (figure.low, figure.unit) == (low, unit)


def test_a_number_that_is_denied_is_not_the_texts() -> None:
    (figure,) = read_figures("not 250 but 3,500 gunmen")
    assert figure.low == 3500


def test_a_word_is_a_number_in_its_own_language_only() -> None:
    assert read_figures("He said it once, on the record, due to the dos and don'ts.") == ()
    assert [f.low for f in read_figures("Los once soldados de la base murieron.")] == [11]


@pytest.mark.parametrize(
    ("text", "said_by", "scope"),
    [
        ("According to Airwars, 1,400 civilians died in Raqqa in 2017.", "Airwars", "Raqqa, in 2017"),
        ("The coalition acknowledges 180 deaths; Amnesty International counts 1,600.", "coalition", ""),
        ("A senior defector said 4,000 people left.", "senior defector", ""),
        ("Some 1,417 civilians were killed in Iraq and Syria since 2014.", "", "Iraq, Syria, since 2014"),
    ],
)
def test_who_counts_and_what_the_count_covers(text: str, said_by: str, scope: str) -> None:
    figure = read_figures(text)[0]
    assert (figure.said_by, figure.scope) == (said_by, scope)


def test_fates_are_those_of_the_nearest_verb() -> None:
    killed, hurt = read_figures("The blast killed 21 people and injured at least 46 others.")
    assert (killed.counts, hurt.counts) == ("people killed", "others wounded")


def test_places_are_those_of_the_text() -> None:
    text = "Ağır bir gün: İdlib'de 1.600'den fazla sivil öldü; قتل ٦٢ جنديا."
    assert [text[s.start : s.end] for s in spot_figures(text)] == ["1.600", "٦٢"]


def test_all_but_500_counts_those_who_were_not() -> None:
    people, rest = read_figures("about 4,000 people, all but about 500 of them fighters")
    assert (people.counts, rest.counts) == ("people", "not fighters")
