"""Whether a passage speaks of a claim's event: each aspect by itself."""

from __future__ import annotations

import time
from datetime import date

import pytest

from storage.records import Claim
from tests.builders import RAQQA, a_claim
from worker.steps.event import ArticleEvents, EventCheck, EventVerdict, events_of, same_event
from worker.steps.match import Matcher, build_matcher
from worker.steps.passages import cut


def check(matcher: Matcher, claim_id: str, text: str, published: str, title: str = "") -> EventCheck:
    """The check of the last passage, the one before it being known."""
    passages = cut(text)
    article = ArticleEvents(
        text, names=matcher.names, title=title, published=date.fromisoformat(published) if published else None
    )
    before = passages[-2] if len(passages) > 1 else None
    return same_event(events_of(matcher)[claim_id], article, passages[-1], before)


def test_the_reason_names_both_times(matcher: Matcher) -> None:
    got = check(matcher, "raqqa-deal-us-party", "In January 2026 a convoy left Raqqa under a deal.", "2026-01-23")
    assert got.verdict is EventVerdict.OTHER
    assert got.reason == "speaks of January 2026; the claim's event is October 2017"


def test_convoys_of_other_passengers_are_another_event(matcher: Matcher) -> None:
    text = "Convoys of SDF fighters and their families left Raqqa under a deal with safe passage."
    got = check(matcher, "raqqa-silo-4000", text, "2026-01-23")
    assert (got.verdict, "sdf" in got.reason) == (EventVerdict.OTHER, True)


def test_the_event_named_in_another_part_of_the_article_makes_it_elsewhere(matcher: Matcher) -> None:
    text = "In October 2017 a convoy of Islamic State had left Raqqa.\n" + "Talks went on.\n" * 3
    text += "Buses left the city on Tuesday under another deal."
    assert check(matcher, "raqqa-deal-us-party", text, "2026-01-23").verdict is EventVerdict.ELSEWHERE


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("A court in Paris heard how a deal let Islamic State fighters out of Raqqa.", "2023-03-01"),
        ("Five years after, the men who drove the convoy out of Raqqa tell of it.", "2022-10-15"),
        ("Talal Silo said on Monday that the deal on Raqqa was made with the Americans.", "2021-02-02"),
        ("Le rapport dit que les combattants de Daech avaient quitté Raqqa en octobre 2017.", "2020-06-01"),
    ],
)
def test_follow_up_of_years_later_is_of_the_same_event(matcher: Matcher, text: str, published: str) -> None:
    assert check(matcher, "raqqa-silo-4000", text, published).verdict is EventVerdict.SAME


def test_the_day_of_a_statement_is_not_the_day_of_the_event(matcher: Matcher) -> None:
    said = "A spokesman said on Tuesday that no secret agreement had let fighters leave Raqqa."
    assert check(matcher, "raqqa-deal-us-party", said, "2017-11-29").verdict is EventVerdict.SAME
    done = "Fighters left Raqqa province by bus on Tuesday."
    assert check(matcher, "raqqa-deal-us-party", done, "2017-11-29").verdict is EventVerdict.OTHER


@pytest.mark.parametrize("town", ["Mosul", "Tabqa", "Manbij", "Idlib", "Aleppo", "Kobane", "Baghouz", "Hawija"])
def test_another_town_is_another_event_unless_it_is_only_compared(matcher: Matcher, town: str) -> None:
    there = f"Coalition strikes killed 1,900 civilians in {town}, monitors say."
    assert check(matcher, "raqqa-civilians-1800", there, "2017-10-30").verdict is EventVerdict.OTHER
    compared = f"As in {town}, coalition strikes killed civilians in Raqqa by the hundred, monitors say."
    assert check(matcher, "raqqa-civilians-1800", compared, "2017-10-30").verdict is EventVerdict.SAME


def test_the_strikes_of_another_party_are_another_event(matcher: Matcher) -> None:
    text = "Russian air strikes killed 62 Syrian soldiers near Deir ez-Zor airport."
    got = check(matcher, "deir-ez-zor-2016-deaths", text, "2016-09-20")
    assert got == EventCheck(verdict=EventVerdict.OTHER, reason="the blow is russia's; in the claim it is coalition's")
    accused = "Russia said coalition air strikes killed 62 Syrian soldiers near Deir ez-Zor airport."
    assert check(matcher, "deir-ez-zor-2016-deaths", accused, "2016-09-20").verdict is EventVerdict.SAME


def test_the_war_is_wider_than_the_city_and_one_blow_is_a_part(matcher: Matcher) -> None:
    war = "The coalition owns up to 1,417 civilians killed in Iraq and Syria."
    assert check(matcher, "raqqa-civilians-1800", war, "2018-01-30").verdict is EventVerdict.WIDER
    both = "The coalition owns up to 1,417 civilians killed in Iraq and Syria, of them 178 in Raqqa."
    assert check(matcher, "raqqa-civilians-1800", both, "2018-01-30").verdict is EventVerdict.SAME
    blow = "An air strike killed 18 civilians in Raqqa."
    assert check(matcher, "raqqa-civilians-1800", blow, "2017-09-30").verdict is EventVerdict.PART


def test_an_article_of_before_the_event_says_nothing_of_it(matcher: Matcher) -> None:
    got = check(matcher, "raqqa-silo-4000", "About 4,000 people left Raqqa.", "2017-09-30")
    assert got.reason == "published 2017-09-30, before the event (October 2017)"


def test_a_claim_without_a_date_is_not_shut_out_by_one() -> None:
    claim: Claim = a_claim("The mayor sold the bridge to a bank.", event_from=None, event_to=None, places=())
    matcher = build_matcher([claim], [RAQQA])
    for text in ("The bridge was sold in 1999, the mayor said.", "The mayor never sold the bridge in Rome."):
        assert check(matcher, claim.id, text, "2024-01-01").verdict is EventVerdict.UNKNOWN


def test_a_pair_costs_well_under_a_third_of_a_millisecond(matcher: Matcher) -> None:
    text = "\n".join(
        f"Paragraph {n}: the coalition said on Friday that {n + 10} civilians were killed by its strikes in Iraq and "
        "Syria, and that Islamic State fighters had left Raqqa for Deir ez-Zor in October 2017."
        for n in range(20)
    )
    passages, events = cut(text), events_of(matcher)
    began = time.process_time()
    article = ArticleEvents(text, names=matcher.names, published=date(2018, 1, 5))
    for claim_id in events:
        for i, passage in enumerate(passages):
            same_event(events[claim_id], article, passage, passages[i - 1] if i else None)
    assert (time.process_time() - began) / (len(events) * len(passages)) < 0.0003
