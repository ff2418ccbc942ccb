"""The judge on the gold set, with the weights that ship: a floor that only rises (tests/eval/floors.json).

The weights of stance.json were fitted on this set, so these are no measures of how good the judge is; docs/method.md has those,
told by folds. What is held here is that a change of rules, features or weights makes nothing worse unseen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from claimwatch.judging import load_method
from storage.records import WatchList
from tests.builders import json_lines
from worker.steps.compare_pair import Known, compare_pairs, read_line

HERE = Path(__file__).parent
FLOORS = json.loads((HERE / "floors.json").read_text(encoding="utf-8"))
SIDES = ("supports", "disputes", "mixed")


def rows() -> list[dict[str, Any]]:
    return json_lines(HERE / "gold.jsonl")


def share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits)


def test_the_gold_set_is_the_one_that_is_pinned() -> None:
    assert hashlib.sha256((HERE / "gold.jsonl").read_bytes()).hexdigest() == FLOORS["gold_sha256"]


def test_two_readers_agreed_and_half_are_look_alikes(watch_list: WatchList) -> None:
    gold = rows()
    assert len(gold) >= 300
    assert {row["claim_id"] for row in gold} == {claim.id for claim in watch_list.claims}
    assert share([row["lookalike"] for row in gold]) >= 0.48
    assert share([row["labels"][0] == row["labels"][1] for row in gold]) >= 0.95


@pytest.mark.parametrize("wanted", ["built-in", "strong"])
def test_the_floors_hold(wanted: str, watch_list: WatchList) -> None:
    method = load_method(wanted)
    known = Known(claims={c.id: c for c in watch_list.claims}, entities=watch_list.entities)
    gold = rows()
    lines = [{**row, "claim": known.claims[row["claim_id"]].text} for row in gold]
    said = [a["relation"] for a in compare_pairs([read_line(line, known, method) for line in lines], method)]
    right = [row["relation"] for row in gold]
    disputes = [r == "disputes" for r, s in zip(right, said, strict=True) if s == "disputes"]
    told = {
        "accuracy": share([r == s for r, s in zip(right, said, strict=True)]),
        "disputes_precision": share(disputes),
        "disputes_recall": sum(disputes) / right.count("disputes"),
        "lookalikes_kept_out": share([s not in SIDES for s, row in zip(said, gold, strict=True) if row["lookalike"]]),
    }
    print(  # noqa: T201 - what a run tells
        wanted, {name: round(value, 3) for name, value in told.items()}
    )
    for name, floor in FLOORS[wanted].items():
        assert told[name] >= floor, (wanted, name, told[name])
