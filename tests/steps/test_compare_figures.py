from __future__ import annotations

import pytest

from storage.records import Bound, Figure, Verdict
from worker.steps.compare_figures import (
    beside,
    claimed_figures,
    compare_figure,
    compare_values,
    derived,
    figures_beside,
)
from worker.steps.read_figures import spot_figures


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
        ("The US said Russian strikes killed 1,800 civilians in Raqqa.", Verdict.DIFFERENT_THING),
        ("The coalition admitted 1,400 civilian deaths.", Verdict.DIFFERENT_THING),
        ("Coalition strikes killed 1,800 civilians in Mosul.", Verdict.DIFFERENT_THING),
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
        (point(250), point(300, Bound.FEWER_THAN), Verdict.OVERLAPS),
        (point(400), point(300, Bound.FEWER_THAN), Verdict.HIGHER),
        (Figure(low=62, high=90), point(60), Verdict.OVERLAPS),
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


def test_the_rest_of_a_total_is_set_beside_the_claim_too() -> None:
    sentence = "About 4,000 people left, all but about 500 of them fighters."
    stated = [(f.low, f.verdict) for f in figures_beside(sentence, [claim(250, "ISIS fighters", approx=True)])]
    assert stated == [(4000, Verdict.DIFFERENT_THING), (500, Verdict.DIFFERENT_THING), (3500, Verdict.HIGHER)]


def test_a_claim_has_the_figure_that_follows_from_its_two() -> None:
    figures = claimed_figures("About 4,000 people left Raqqa, all but about 500 of them fighters.")
    assert [(f.low, f.counts, f.approx) for f in figures] == [
        (4000, "people", True),
        (500, "not fighters", True),
        (3500, "fighters", True),
    ]


def test_fighters_and_family_together_meet_a_total_and_never_hide_a_conflict() -> None:
    sentence = "The convoy held 250 fighters and 3,500 relatives."
    together = claim(4000, "fighters and family members together", approx=True)
    (both,) = derived(sentence, spot_figures(sentence)[1])
    assert (both.figure.low, both.figure.quote) == (3750, "250 fighters and 3,500")
    pair = beside(sentence, spot_figures(sentence)[1], [together])
    assert pair is not None
    assert (pair[0].low, pair[0].verdict) == (3750, Verdict.SAME)
    opposite = beside(sentence, spot_figures(sentence)[1], [together, claim(3500, "ISIS fighters", approx=True)])
    assert opposite is not None
    assert opposite[0].verdict is Verdict.DIFFERENT_THING


def test_soldiers_of_another_nation_and_fighters_of_another_side_are_others() -> None:
    assert (
        verdict("Some 60 Iraqi soldiers were killed.", claim(60, "Syrian soldiers killed")) is Verdict.DIFFERENT_THING
    )
    assert verdict("Some 250 SDF fighters left.", claim(250, "ISIS fighters")) is Verdict.DIFFERENT_THING


def test_a_strike_that_the_claim_is_about_is_no_part_of_it() -> None:
    of_the_strike = claim(60, "Syrian soldiers killed", scope="strike of 17 September 2016")
    assert verdict("One air strike killed 15 Syrian soldiers.", of_the_strike) is Verdict.LOWER


def test_shares_are_compared_by_their_words() -> None:
    ours = Figure(low=50, high=100, unit="percent", counts="Pakistanis who disapprove of drone strikes", approx=True)
    assert verdict("66 percent of Pakistanis oppose the drone strikes.", ours) is Verdict.OVERLAPS
    assert verdict("66 percent of Pakistanis approve of the drone strikes.", ours) is Verdict.DIFFERENT_THING
    assert verdict("66 percent of Pakistanis own a telephone.", ours) is Verdict.DIFFERENT_THING
