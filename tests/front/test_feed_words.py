"""What is said of a feed: spans, reasons, bars."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from claimwatch.feed_words import (
    bars,
    brief,
    by_reason,
    by_trouble,
    next_poll,
    not_asked_then,
    reason,
    since,
    span,
    wants_a_look,
    why_so_long,
)
from schedules.cadence import CadencePolicy
from storage.instants import written
from tests.fakes import NOON

H = timedelta(hours=1)


@pytest.mark.parametrize(
    ("wait", "told", "briefly"),
    [
        (timedelta(seconds=-3), "0 s", "0 s"),
        (timedelta(seconds=29), "29 s", "29 s"),
        (timedelta(seconds=50), "1 min", "1 min"),
        (timedelta(minutes=45), "45 min", "45 min"),
        (1.75 * H, "1 h 45 min", "2 h"),
        (12.4 * H, "12 h", "12 h"),
        (47 * H, "47 h", "47 h"),
        (72 * H, "3 d", "3 d"),
        (400 * 24 * H, "400 d", "400 d"),
    ],
)
def test_spans_for_a_person(wait: timedelta, told: str, briefly: str) -> None:
    assert (span(wait), brief(wait)) == (told, briefly)


def a_row(**told: Any) -> dict[str, Any]:
    plain = {
        "id": 1,
        "outlet": "Gazette",
        "state": "ok",
        "state_since": written(NOON - 49 * H),
        "paused_at": None,
        "next_poll": written(NOON + H),
        "interval_s": 6235,
        "gap_s": 10_800,
        "every_s": None,
        "hints": {},
        "last_polled_at": written(NOON),
        "newest": written(NOON),
    }
    return plain | told


def test_since_and_next_poll() -> None:
    assert since(a_row(), NOON) == "2 d"
    assert next_poll(a_row(), NOON) == "in 1 h"
    assert next_poll(a_row(next_poll=written(NOON)), NOON) == "now"
    assert next_poll(a_row(next_poll=None), NOON) == "none"
    assert next_poll(a_row(paused_at=written(NOON)), NOON) == "paused"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, "every 1 h 44 min, for it has news about every 3 h"),
        ({"gap_s": None, "interval_s": 3600}, "every 1 h; how often it has news is not known yet"),
        ({"interval_s": 900, "gap_s": 60}, "every 15 min, the least there is; it has news about every 1 min"),
        ({"interval_s": 86_400, "gap_s": 31_536_000}, "every 24 h, the most there is, and up to a fifth more; it has news about every 365 d"),
        ({"state": "stale"}, "every 1 h 44 min, for it had news about every 3 h"),
        ({"interval_s": 14_400, "hints": {"min_interval_s": 14_400}}, "every 4 h, as the feed asks (ttl, sy:updatePeriod)"),
        ({"interval_s": 86_400, "hub": {"relied_on": True}}, "every 24 h, since its hub pushes what is new"),
        ({"interval_s": 14_400, "hub": {"relied_on": False}}, "every 4 h, as its server asks (Cache-Control, Expires)"),
        ({"interval_s": 7200, "every_s": 7200}, "every 2 h, as a person has set"),
        ({"interval_s": 14_400, "every_s": 7200}, "every 2 h as a person has set, from the poll at 2026-11-23 13:00 on"),
        ({"interval_s": 900, "every_s": 7200}, "every 2 h as a person has set, from the poll at 2026-11-23 13:00 on"),
        ({"interval_s": 14_400, "every_s": 7200, "hints": {"min_interval_s": 14_400}}, "every 4 h: a person has set 2 h, the feed asks for more"),
        ({"interval_s": 14_400, "every_s": 7200, "next_poll": written(NOON + 5 * H)}, "every 4 h: a person has set 2 h, its server asks for more"),
        ({"interval_s": 14_400, "every_s": 7200, "next_poll": written(NOON + 5 * H), "host": {"bound_until": written(NOON + 5 * H)}}, "every 2 h as a person has set, from"),
    ],
)  # fmt: skip
def test_why_a_feed_waits_so_long(told: dict[str, Any], why: str) -> None:
    assert why_so_long(a_row(**told), CadencePolicy()).startswith(why)


def test_when_it_asks_not_to_be_asked() -> None:
    assert not_asked_then({}) == ""
    assert not_asked_then({"skip_hours": [0, 1, 22, 23]}) == "22 to 2 h GMT"
    assert (
        not_asked_then({"skip_hours": [3, 4, 12], "skip_days": [5, 6]})
        == "3 to 5 h, 12 to 13 h GMT; on Saturday, Sunday"
    )


def test_what_a_feed_brought_may_want_a_look_too() -> None:
    assert not wants_a_look(a_row(parked=0))
    assert wants_a_look(a_row(parked=1))
    assert not wants_a_look(a_row(parked=1, paused_at=written(NOON)))


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (None, ""),
        ("https://gazette.example/1: 404 Not Found", "404 Not Found"),
        ("https://www.gazette.example/else: 404 Not Found", "404 Not Found"),
        ("https://gazette.example/1: https://gazette.example/robots.txt: no answer", "no answer"),
        ("https://wire.example/1: 404 Not Found", "https://wire.example/1: 404 Not Found"),
        ("workers died: on it", "workers died: on it"),
    ],
)
def test_a_reason_without_the_address_that_stands_beside_it(told: str | None, why: str) -> None:
    assert reason(told, "https://gazette.example/1") == why


def test_entries_are_told_together_by_why_they_wait() -> None:
    def entry(n: int, why: str | None, hours: int) -> dict[str, Any]:
        url = f"https://gazette.example/{n}"
        return {"url": url, "last_error": f"{url}: {why}" if why else None, "next_try_at": written(NOON + hours * H)}

    told = by_reason([entry(1, None, 0), entry(2, "503 Away", 3), entry(3, "503 Away", 2)])
    assert told == [
        {"why": "503 Away", "count": 2, "next_try": written(NOON + 2 * H), "example": "https://gazette.example/2"},
        {"why": "", "count": 1, "next_try": written(NOON), "example": "https://gazette.example/1"},
    ]


def test_the_worst_first_and_the_paused_last() -> None:
    states = ["ok", "moved", "gone", "new", "refused", "stale", "unreachable", "not-a-feed", "empty"]
    rows = [a_row(id=n, state=state) for n, state in enumerate(states)]
    rows.append(a_row(id=99, state="gone", paused_at=written(NOON)))
    assert [row["state"] for row in by_trouble(rows)] == [
        "gone", "not-a-feed", "refused", "unreachable", "empty", "stale", "moved", "new", "ok", "gone",
    ]  # fmt: skip


def test_a_bar_a_poll() -> None:
    def poll(new: int | None, status: int | None = 200) -> dict[str, Any]:
        return {"new": new, "status": status, "items": None}

    told = [poll(0), poll(1), poll(8), poll(16), poll(None, 304), poll(None, 503), poll(None, None), poll(None, 200)]
    assert bars(told) == "·▁▄█·×××"
    assert bars([]) == ""
