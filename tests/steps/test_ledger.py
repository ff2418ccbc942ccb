"""The figures beside a claim: what is counted and its scope are never mixed, and a series runs by date."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.records import Bound, Claim, Figure, Relation, Role, Verdict, Voice
from tests.builders import a_claim
from worker.steps.figure_words import in_words
from worker.steps.ledger import Series, Told, in_a_line, ledger
from worker.steps.scope_parts import covers_the_same, scope_parts

OURS = Figure(
    low=1800, high=1800, bound=Bound.MORE_THAN, unit="people", counts="civilians killed by the coalition",
    scope="Raqqa, June to October 2017", said_by="the piece",
)  # fmt: skip
CLAIM = a_claim(
    "The air campaign killed well over 1,800 civilians in Raqqa.", figures=(OURS,),
    event_from=date(2017, 6, 6), event_to=date(2017, 10, 20),
)  # fmt: skip


def told(n: int = 1, low: float = 1600, **more: Any) -> Told:
    """A figure of article `n`; words on figure and article by their names."""
    figure = {"low": low, "high": low, "unit": "people", "counts": "civilians killed", "verdict": Verdict.LOWER}
    about = {
        "finding_id": n, "position": 0, "article_id": n, "story": n, "outlet": f"Outlet {n}", "said_on": date(2019, 4, n),
        "passage": "a passage",
    }  # fmt: skip
    for name, value in more.items():
        (about if name in Told.__dataclass_fields__ else figure)[name] = value
    return Told(figure=Figure(**figure), **about)  # type: ignore[arg-type]


def shown(series: tuple[Series, ...]) -> list[tuple[str, str, list[str]]]:
    return [(one.counts, one.scope.words(), [line.words for line in one.lines]) for one in series]


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (Figure(low=1400, high=1400, bound=Bound.AT_LEAST), "at least 1,400"),
        (Figure(low=1600, high=1700), "1,600-1,700"),
        (Figure(low=4000, high=4000, approx=True), "about 4,000"),
        (Figure(low=300, high=300, bound=Bound.FEWER_THAN, unit="people"), "fewer than 300"),
        (Figure(low=90, high=90, unit="percent"), "90 %"),
        (Figure(low=2.5, high=2.5, unit="tonnes"), "2.5 tonnes"),
        (Figure(low=5e6, high=5e6, unit="USD"), "USD 5,000,000"),
    ],
)
def test_a_figure_in_words(figure: Figure, words: str) -> None:
    assert in_words(figure) == words


def test_the_claims_figure_comes_first_then_the_others_by_date() -> None:
    later, earlier = told(2, 1600, said_on=date(2019, 4, 25)), told(9, 1400, said_on=date(2018, 1, 15))
    (own,) = ledger(CLAIM, [later, earlier])
    assert (own.own, own.counts, own.scope.words()) == (True, OURS.counts, "Raqqa, June to October 2017")
    assert [(line.words, line.who) for line in own.lines] == [
        ("more than 1,800", "the piece"), ("1,400", ""), ("1,600", ""),
    ]  # fmt: skip
    assert [line.told for line in own.lines] == [None, earlier, later]


@pytest.mark.parametrize(
    "scope",
    ["", "Raqqa", "in 2017", "Raqqa, between June and October 2017", "during the campaign", "from June to October"],
)
def test_what_states_the_claims_own_scope_or_none_is_in_its_series(scope: str) -> None:
    assert len(ledger(CLAIM, [told(scope=scope, said_on=date(2018, 1, 3))])) == 1


@pytest.mark.parametrize(
    "scope",
    [
        "Iraq, Syria, since 2014",
        "Syria, in 2017",
        "Mosul",
        "since August 2014",
        "in 2016",
        "Raqqa, in August 2017",
        "whole operation",
    ],
)
def test_what_covers_another_scope_is_in_another_series_whatever_its_verdict(scope: str) -> None:
    own, other = ledger(CLAIM, [told(scope=scope)])
    assert (len(own.lines), other.own, other.same_thing, len(other.lines)) == (1, False, True, 1)


def test_a_short_event_is_known_by_its_day_though_only_the_country_is_named() -> None:
    strike = Figure(low=60, high=60, counts="soldiers killed", scope="strike of 17 September 2016")
    claim = a_claim("A strike near Deir ez-Zor killed 60 soldiers.", figures=(strike,), places=("deir-ez-zor",))
    said = told(low=62, counts="soldiers killed", scope="Syria, in September 2016", verdict=Verdict.SAME)
    assert len(ledger(claim, [said])) == 1
    for wider in ("Syria", "Syria, in 2016"):
        assert len(ledger(claim, [told(low=62, counts="soldiers killed", scope=wider, verdict=Verdict.SAME)])) == 2


def test_another_thing_is_never_in_the_claims_series() -> None:
    series = ledger(CLAIM, [told(1, 341, counts="events", verdict=Verdict.DIFFERENT_THING), told(2)])
    assert shown(series)[1:] == [("events", "", ["341"])]
    assert [line.words for line in series[0].lines] == ["more than 1,800", "1,600"]
    assert not series[1].same_thing


def test_what_a_person_called_context_does_not_stand_beside_the_claims_figure() -> None:
    by_machine = told(1, relation=Relation.CONTEXT)
    by_person = told(2, relation=Relation.CONTEXT, by_person=True)
    own, other = ledger(CLAIM, [by_machine, by_person])
    assert ([line.told for line in own.lines[1:]], [line.told for line in other.lines]) == ([by_machine], [by_person])
    assert len(ledger(CLAIM, [told(relation=Relation.DISPUTES, by_person=True)])) == 1


def test_copies_of_a_story_are_one_line_with_their_number() -> None:
    copies = [told(n, story=3, said_on=date(2019, 4, n)) for n in (1, 2, 3)]
    twice = told(3, story=3, position=1, said_on=date(2019, 4, 3))
    other = told(4)
    (own,) = ledger(CLAIM, [*copies, twice, other])
    assert [(line.told and line.told.article_id, line.repeats, line.also_in) for line in own.lines] == [
        (None, 0, ()), (3, 2, ("Outlet 1", "Outlet 2")), (4, 0, ()),
    ]  # fmt: skip


def test_of_several_figures_each_gets_those_on_its_own_thing() -> None:
    together = Figure(low=4000, high=4000, approx=True, unit="people", counts="fighters and family members together")
    fighters = Figure(low=3500, high=3500, approx=True, unit="people", counts="ISIS fighters")
    claim = a_claim(figures=(together, fighters))
    series = ledger(
        claim,
        [
            told(1, 250, counts="fighters", said_on=date(2017, 11, 14)),
            told(2, 4000, counts="people", verdict=Verdict.SAME, said_on=date(2017, 12, 8)),
        ],
    )
    assert shown(series) == [
        ("fighters and family members together", "Raqqa", ["about 4,000", "4,000"]),
        ("ISIS fighters", "Raqqa", ["about 3,500", "250"]),
    ]


@pytest.mark.parametrize(
    ("voice", "who"),
    [
        (Voice(speaker="Airwars", role=Role.MONITOR), "Airwars"),
        (Voice(speaker="a spokesman", role=Role.OFFICIAL), "a spokesman"),
        (Voice(speaker="Hassan Saleh"), "Hassan Saleh"),
        (Voice(speaker="held strong"), ""),  # a verb that was taken for a speaker
        (None, ""),
    ],
)
def test_who_counts_is_the_speaker_where_the_figure_has_none(voice: Voice | None, who: str) -> None:
    assert ledger(CLAIM, [told(voice=voice)])[0].lines[1].who == who
    assert ledger(CLAIM, [told(voice=voice, said_by="Amnesty")])[0].lines[1].who == "Amnesty"


def test_in_a_line_scopes_stand_apart() -> None:
    series = ledger(
        CLAIM,
        [
            told(1, 1400, said_by="Airwars", said_on=date(2018, 1, 15)),
            told(2, 1600, said_by="Amnesty and Airwars", said_on=date(2019, 4, 25)),
            told(3, 1335, scope="whole operation", said_on=date(2019, 9, 1)),
            told(4, 341, counts="events", verdict=Verdict.DIFFERENT_THING),
        ],
    )
    assert in_a_line(series) == (
        "more than 1,800 claimed; 1,400 (Jan 2018, Airwars), 1,600 (Apr 2019, Amnesty and Airwars); "
        "whole operation: 1,335 (Sep 2019, Outlet 3)"
    )
    assert in_a_line(ledger(CLAIM, [])) == "more than 1,800 claimed"
    assert in_a_line(()) == ""


def test_a_claim_without_a_figure_has_the_figures_of_its_passages() -> None:
    series = ledger(a_claim(figures=()), [told(verdict=None)])
    assert shown(series) == [("civilians killed", "", ["1,600"])]


SCOPES = st.sampled_from(
    [
        "",
        "Raqqa",
        "Mosul",
        "Syria",
        "Iraq, Syria, since 2014",
        "Raqqa, in 2017",
        "in 2016",
        "Raqqa, in August 2017",
        "whole operation",
    ]
)
FIGURES = st.builds(
    told,
    st.integers(1, 9),
    st.sampled_from([62.0, 1400.0, 1600.0, 4000.0]),
    scope=SCOPES,
    counts=st.sampled_from(["civilians killed", "deaths", "fighters", "events", "lorries", ""]),
    verdict=st.sampled_from([None, *Verdict]),
    story=st.integers(1, 4),
    position=st.integers(0, 2),
    by_person=st.booleans(),
)
CLAIMS: st.SearchStrategy[Claim] = st.sampled_from(
    [CLAIM, a_claim(), a_claim(figures=()), a_claim(event_from=None, event_to=None, places=(), text="Many left.")]
)


@settings(max_examples=200, deadline=None)
@given(CLAIMS, st.lists(FIGURES, max_size=12, unique_by=lambda t: (t.article_id, t.position)), st.randoms())
def test_no_series_mixes_scopes_and_the_order_they_come_in_does_not_matter(
    claim: Claim, some: list[Told], dice: Any
) -> None:
    series = ledger(claim, some)
    shuffled = [*some]
    dice.shuffle(shuffled)
    assert ledger(claim, shuffled) == series
    for one in series:
        lines = [line for line in one.lines if line.told is not None]
        places = {line.scope.place for line in lines if line.scope.place}
        assert len(places) <= 1
        if one.own:
            assert all(line.figure.verdict not in (None, Verdict.DIFFERENT_THING) for line in lines)
            assert all(covers_the_same(one.scope, line.scope, said_on=line.told.said_on) for line in lines if line.told)
        else:
            assert {line.scope.key() for line in lines} == {one.scope.key()}
        assert [line.told.said_on for line in lines if line.told] == sorted(
            line.told.said_on for line in lines if line.told
        )
    of_articles = {one.article_id for one in some}
    assert sum(1 + line.repeats for s in series for line in s.lines if line.told) >= len(of_articles)  # none is lost


def test_a_period_is_read_into_days() -> None:
    assert scope_parts("Raqqa, between June and October 2017").key() == scope_parts("June to October 2017, Raqqa").key()
    assert scope_parts("in October", date(2017, 12, 1)).key() == scope_parts("in October 2017").key()
    assert scope_parts("since 2014").key() != scope_parts("in 2014").key()
