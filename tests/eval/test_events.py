"""Look-alikes kept out and follow-up kept in, on invented cases: `events.jsonl`, one a line.

`expected`: "in" if the passage speaks of the claim's event, "out" if of a look-alike, a wider scope or a part of a total.
All were labelled before the code ran on them; set "b" was written after the rules had been tuned on "a", and run once
(out 22 of 23, in 25 of 28) before anything was mended by it.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from tests.builders import json_lines
from worker.steps.event import ArticleEvents, EventVerdict, events_of, same_event
from worker.steps.match import Matcher
from worker.steps.passages import cut

CASES = json_lines(Path(__file__).with_name("events.jsonl"))
# Measured: 0.98 of the look-alikes out, 0.99 of the follow-up in. Floors never sink by themselves.
FLOORS = {"out": 0.96, "in": 0.97}


def test_look_alikes_stay_out_and_follow_up_stays_in(matcher: Matcher, capsys: pytest.CaptureFixture[str]) -> None:
    events, right, asked, missed = events_of(matcher), Counter[str](), Counter[str](), []
    for case in CASES:
        passages = cut(case["text"])
        article = ArticleEvents(
            case["text"], names=matcher.names, title=case["title"], published=date.fromisoformat(case["date"])
        )
        check = same_event(events[case["claim_id"]], article, passages[-1])
        got = "in" if check.verdict in (EventVerdict.SAME, EventVerdict.UNKNOWN) else "out"
        asked[case["expected"]] += 1
        right[case["expected"]] += got == case["expected"]
        if got != case["expected"]:
            missed.append(f"{case['claim_id']} {case['date']} is {case['expected']}: {check.verdict}, {check.reason}")
    with capsys.disabled():
        print("".join(f"\n{kind}: {right[kind]} of {asked[kind]}" for kind in FLOORS), *missed, sep="\n  ")  # noqa: T201
    assert {kind: right[kind] / asked[kind] >= floor for kind, floor in FLOORS.items()} == {"out": True, "in": True}


def test_the_cases_are_of_every_claim_and_of_both_kinds(matcher: Matcher) -> None:
    assert {case["claim_id"] for case in CASES} == set(matcher.claims)
    assert min(Counter(case["expected"] for case in CASES).values()) > 80
