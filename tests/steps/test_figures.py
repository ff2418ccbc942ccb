from __future__ import annotations

import pytest

from storage.records import Bound, Figure, Verdict
from worker.steps.figures import beside, compare_figure, compare_values, read_figures, spot_figures


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
        "a fine of $777 was paid",
        "an Su-22 and an F-16",
        "CPA Order 2 dissolved the army",
        "Article 51 of the Charter",
        "a 35-year-old man",
        "between 2014 and 2017",
        "one of the men",
    ],
)
def test_dates_times_money_and_names_are_no_counts(text: str) -> None:
    assert read_figures(text) == ()


def test_all_but_500_counts_those_who_were_not() -> None:
    people, rest = read_figures("about 4,000 people, all but about 500 of them fighters")
    assert (people.counts, rest.counts) == ("people", "not fighters")


def claim(low: float, counts: str, **told: object) -> Figure:
    return Figure(low=low, high=low, counts=counts, **told)  # type: ignore[arg-type]


def verdict(sentence: str, of_claim: Figure) -> Verdict | None:
    spotted = spot_figures(sentence)[0]
    pair = beside(sentence, spotted, [of_claim])
    return pair[0].verdict if pair else None


CIVILIANS = claim(1800, "civilians killed by the coalition", bound=Bound.MORE_THAN, scope="Raqqa")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The coalition killed 1,750 civilians in Raqqa.", Verdict.SAME),
        ("The coalition killed more than 1,600 civilians in Raqqa.", Verdict.LOWER),
        ("The coalition killed more than 2,500 civilians in Raqqa.", Verdict.HIGHER),
        ("The coalition killed 1,417 civilians in Iraq and Syria since 2014.", Verdict.DIFFERENT_THING),
        ("A coalition air strike killed 18 civilians on Tuesday.", Verdict.DIFFERENT_THING),
        ("Russian strikes killed 1,700 civilians.", Verdict.DIFFERENT_THING),
        ("About 1,800 fighters were killed by the coalition.", Verdict.DIFFERENT_THING),
        ("About 1,800 civilians were wounded.", Verdict.DIFFERENT_THING),
        ("About 1,800 civilians fled.", Verdict.DIFFERENT_THING),
        ("About 80 percent of civilians were killed.", Verdict.DIFFERENT_THING),
    ],
)
def test_what_is_counted_is_compared_first(sentence: str, expected: Verdict) -> None:
    assert expected == verdict(sentence, CIVILIANS)


def point(n: float, bound: Bound = Bound.EXACT, *, approx: bool = False) -> Figure:
    return Figure(low=n, high=n, bound=bound, approx=approx)


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [
        (point(104), point(100), Verdict.SAME),
        (point(108), point(100), Verdict.HIGHER),
        (point(108, approx=True), point(100), Verdict.SAME),
        (point(90), point(100), Verdict.LOWER),
        (point(100, Bound.AT_LEAST), point(100), Verdict.SAME),
        (point(500, Bound.UP_TO), point(250), Verdict.OVERLAPS),
        (point(200, Bound.UP_TO), point(250), Verdict.LOWER),
        (point(250), Figure(low=200, high=999, approx=True), Verdict.OVERLAPS),
        (Figure(low=744, high=1600), point(1000), Verdict.OVERLAPS),
        (Figure(low=744, high=1600), point(1800), Verdict.LOWER),
        (Figure(low=2000, high=9999, approx=True), Figure(low=200, high=999, approx=True), Verdict.HIGHER),
    ],
)
def test_two_figures_of_one_thing(theirs: Figure, ours: Figure, expected: Verdict) -> None:
    assert expected == compare_values(theirs, ours)


def test_different_units_are_different_things() -> None:
    theirs, ours = Figure(low=50, high=50, unit="percent", counts="people"), point(50)
    assert compare_figure(theirs, ours) is Verdict.DIFFERENT_THING
