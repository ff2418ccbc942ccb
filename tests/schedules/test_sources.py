"""A claim's silence and that of its sources are two things."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from schedules.sources import Hearing, deafness, in_words, reach, unheard_since, verdict
from storage.records import ClaimId, FeedState, Source
from tests import builders
from tests.fakes import NOON

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SINCE = NOON - 30 * DAY
LONG_AGO = NOON - 400 * DAY


def a_source(answered_ago: timedelta | None = HOUR, **told: Any) -> Source:
    answered_at = NOON - answered_ago if answered_ago is not None else None
    due = (answered_at or LONG_AGO) + HOUR
    plain = {"state_since": LONG_AGO, "added_at": LONG_AGO, "answered_at": answered_at, "next_poll": due}
    return builders.a_source(**plain | told)


FINE, EMPTY = a_source(), a_source(state=FeedState.EMPTY)
FAILING, SILENT = a_source(3 * DAY, failures=5), a_source(40 * DAY, failures=60)
NEVER, NEW = a_source(None, failures=9), a_source(None, state=FeedState.NEW, added_at=NOON - HOUR)
PAUSED = a_source(40 * DAY, paused_at=NOON - 39 * DAY)


@pytest.mark.parametrize(
    ("source", "did"),
    [
        (FINE, Hearing.ANSWERS),
        (a_source(24 * HOUR), Hearing.ANSWERS),  # a bad night
        (a_source(26 * HOUR), Hearing.FAILING),
        (a_source(26 * HOUR, interval=DAY), Hearing.ANSWERS),  # it is asked once a day
        (a_source(4 * DAY, next_poll=NOON + DAY), Hearing.ANSWERS),  # not asked: it skips whole days
        (a_source(4 * DAY, next_poll=NOON + DAY, failures=1), Hearing.FAILING),
        (a_source(HOUR, state=FeedState.REFUSED, failures=1), Hearing.ANSWERS),
        (EMPTY, Hearing.EMPTY),
        (FAILING, Hearing.FAILING),
        (a_source(3 * DAY, state=FeedState.EMPTY), Hearing.FAILING),
        (SILENT, Hearing.SILENT),
        (NEVER, Hearing.SILENT),
        (NEW, Hearing.NEW),
        (replace(NEW, failures=1), Hearing.SILENT),
        (PAUSED, Hearing.PAUSED),
    ],
)
def test_what_a_source_did(source: Source, did: Hearing) -> None:
    could = reach([source], since=SINCE, now=NOON)
    assert could.sources == ((source, did),)


@pytest.mark.parametrize(
    ("sources", "last", "words"),
    [
        ([FINE, FINE], NOON - DAY, "heard: last on 2026-11-22"),
        ([SILENT], NOON - DAY, "heard: last on 2026-11-22"),
        ([FINE, FINE], None, "quiet: nothing in 30 days, while 2 of 2 sources answered"),
        ([FINE, NEW], SINCE - DAY, "quiet: nothing in 30 days, while 1 of 2 sources answered"),
        ([FINE, PAUSED], None, "quiet: nothing in 30 days, while 1 of 1 source answered"),
        ([FINE, FAILING, EMPTY], None, "thin: nothing in 30 days, but 2 of 3 sources could not be heard, or only in part"),
        ([FAILING], None, "thin: nothing in 30 days, but 1 of 1 source could not be heard, or only in part"),
        ([FINE, NEVER], None, "thin: nothing in 30 days, but 1 of 2 sources could not be heard, or only in part"),
        ([SILENT, NEVER], None, "blind: no source answered in 30 days, so the silence tells nothing"),
        ([PAUSED], None, "blind: no source answered in 30 days, so the silence tells nothing"),
        ([NEW], None, "blind: no source answered in 1 day, so the silence tells nothing"),
        ([], None, "blind: no source answered in 30 days, so the silence tells nothing"),
    ],
)  # fmt: skip
def test_one_word_and_what_it_rests_on(sources: list[Source], last: datetime | None, words: str) -> None:
    could = reach(sources, since=SINCE, now=NOON)
    assert in_words(could, last, LONG_AGO) == words
    assert words.startswith(f"{verdict(could, last)}: ")


def test_a_claim_that_is_new_was_not_silent_for_a_month() -> None:
    could = reach([FINE, SILENT, NEVER], since=SINCE, now=NOON)
    assert "nothing in 2 days, " in in_words(could, None, NOON - 2 * DAY)
    assert (could.missed, could.answered, could.asked) == (69, 1, 3)


@pytest.mark.parametrize(
    ("feeds", "since"),
    [
        ([FINE, SILENT], None),
        ([NEW], None),
        ([], None),
        ([SILENT, FAILING], NOON - 3 * DAY),
        ([NEVER], LONG_AGO),
        ([PAUSED], NOON - 40 * DAY),
    ],
)
def test_an_outlet_is_heard_while_one_of_its_feeds_is(feeds: list[Source], since: datetime | None) -> None:
    assert unheard_since(feeds, now=NOON) == since


WIRE = replace(FAILING, outlet="Wire")
SPEAK = {ClaimId("a"): {"Gazette"}, ClaimId("b"): {"Gazette", "Wire"}, ClaimId("c"): {"Wire"}, ClaimId("d"): set[str]()}


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([FINE, WIRE], [(("Wire",), ("c",))]),
        ([FINE, WIRE, replace(FINE, outlet="Wire")], []),
        ([FINE, replace(WIRE, failures=0)], []),  # nobody asked it: we were away
        ([FAILING, WIRE, replace(FINE, outlet="Herald")], [(("Gazette",), ("a",)), (("Gazette", "Wire"), ("b",)), (("Wire",), ("c",))]),
        ([FAILING, WIRE], [((), ())]),
        ([FAILING, WIRE, PAUSED], [((), ())]),
        ([FAILING, replace(WIRE, failures=0)], [(("Gazette",), ("a",))]),
        ([FINE, WIRE, replace(PAUSED, outlet="Gazette")], [(("Wire",), ("c",))]),
        ([replace(FINE, outlet="Herald"), replace(PAUSED, outlet="Gazette"), WIRE], [(("Wire",), ("b", "c"))]),
        ([PAUSED], []),
        ([], []),
    ],
)  # fmt: skip
def test_who_is_deaf_and_to_which_claims(sources: list[Source], expected: list[Any]) -> None:
    found = deafness(sources, SPEAK, now=NOON, patience=2 * DAY)
    assert [(one.outlets, one.claims) for one in found] == expected
    assert deafness(sources, SPEAK, now=NOON, patience=4 * DAY) == ()


def test_a_house_that_hears_nobody_says_so_each_week_and_an_outlets_silence_is_told_once() -> None:
    (nobody,) = deafness([FAILING, WIRE], SPEAK, now=NOON, patience=DAY)
    assert [nobody.name(NOON + n * DAY)[-2:] for n in (0, 3, 4)] == [":0", ":0", ":1"]
    (wire,) = deafness([FINE, WIRE], SPEAK, now=NOON, patience=DAY)
    assert wire.name(NOON) == wire.name(NOON + 30 * DAY) == "silent:Wire:2026-11-20"
