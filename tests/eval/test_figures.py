"""The trial of the figures: sentences of our own, labelled by the rules of docs/method.md before the rules were run on them.

A line of figures.jsonl is either a text with its figures (`counts`: a word that what is counted must hold), or a
claim of the watch list that comes with claimwatch, a text, and the verdict on each of the text's figures, by its low end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from storage.records import Figure, WatchList
from tests.builders import json_lines
from worker.steps.compare_figures import about, figures_beside
from worker.steps.read_figures import read_figures

LINES = json_lines(Path(__file__).with_name("figures.jsonl"))
# Of a set kept back .95 and .90 are the goal; this one has been worked with, so it must do better than that.
READ_FLOOR, VERDICT_FLOOR, MOST_EXTRA = 0.98, 0.97, 2


# Written by another hand, which had not seen the rules; at first sight .969 and .850 of 127 were right.
TRIAL = json_lines(Path(__file__).with_name("figures_trial.jsonl"))
TRIAL_READ_FLOOR, TRIAL_VERDICT_FLOOR = 0.97, 0.9


def test_values_and_bounds_are_read_right() -> None:
    right, all_of_them, extra, wrong = 0, 0, 0, []
    for line in (line for line in LINES if "figures" in line):
        left = list(read_figures(line["text"]))
        for told in line["figures"]:
            all_of_them += 1
            found = next((f for f in left if _is_read(f, told)), None)
            if found is None:
                wrong.append((line["text"], told))
            else:
                right += 1
                left.remove(found)
        extra += len(left)
    print(f"figures read right: {right} of {all_of_them}; {extra} read that are none; wrong: {wrong}")  # noqa: T201
    assert all_of_them > 150
    assert right / all_of_them >= READ_FLOOR, wrong
    assert extra <= MOST_EXTRA


def _is_read(figure: Figure, told: dict[str, Any]) -> bool:
    unit = figure.unit if figure.unit != "people" else ""
    return (
        abs(figure.low - told["low"]) < 0.1
        and abs(figure.high - told["high"]) < 0.1
        and (figure.bound.value, figure.approx, unit) == (told["bound"], told["approx"], told["unit"])
        and told.get("counts", "").casefold() in figure.counts.casefold()
    )


def test_verdicts_are_right(watch_list: WatchList) -> None:
    claims = {claim.id: claim for claim in watch_list.claims}
    right, all_of_them, wrong = 0, 0, []
    for line in (line for line in LINES if "verdicts" in line):
        got = figures_beside(line["text"], claims[line["claim"]].figures, about=about(claims[line["claim"]]))
        for told in line["verdicts"]:
            all_of_them += 1
            verdict = next((f.verdict for f in got if abs(f.low - told["low"]) < 0.5), None)
            if verdict == told["verdict"]:
                right += 1
            else:
                wrong.append((line["claim"], line["text"], told, verdict))
    print(f"verdicts right: {right} of {all_of_them}; wrong: {wrong}")  # noqa: T201
    assert all_of_them > 150
    assert right / all_of_them >= VERDICT_FLOOR, wrong


def test_the_trial_by_another_hand(watch_list: WatchList) -> None:
    claims = {claim.id: claim for claim in watch_list.claims}
    read, right, all_of_them = 0, 0, 0
    for line in TRIAL:
        claim = claims[line["claim_id"]]
        got = figures_beside(line["text"], claim.figures, near=line["title"], about=about(claim))
        for told in line["figures"]:
            all_of_them += 1
            same = [f for f in got if (f.low, f.high, f.bound.value) == (told["low"], told["high"], told["bound"])]
            read += bool(same)
            right += any(f.verdict == told["verdict"] for f in same)
    print(f"of {all_of_them} figures read {read}, verdict right {right}")  # noqa: T201
    assert read / all_of_them >= TRIAL_READ_FLOOR
    assert right / all_of_them >= TRIAL_VERDICT_FLOOR
