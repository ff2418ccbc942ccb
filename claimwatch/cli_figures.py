"""The figures of a claim as tables: one a thing counted and scope, by date. For `claimwatch claim show`."""

from __future__ import annotations

from typing import Any

from claimwatch import show
from claimwatch.figures import what_is_counted
from claimwatch.show import many, say

# Figures of other things that are shown; the rest stands in --json.
MOST_OTHERS = 8


def print_figures(series: list[dict[str, Any]]) -> None:
    """The claim's own series, those on the same thing in another scope, then what else is counted in the passages."""
    for one in series:
        if one["own"] or one["same_thing"]:
            _print(one)
    others = [
        _cells(line) | {"counts": what_is_counted(one)}
        for one in series
        if not one["same_thing"]
        for line in one["lines"]
    ]
    if others:
        say("other figures in these passages")
        columns = {"said": "said", "says": "figure", "counts": "of what", "who": "who counts", "where": "in"}
        show.table(others[:MOST_OTHERS], columns, empty="")
        if len(others) > MOST_OTHERS:
            say(f"and {many(len(others) - MOST_OTHERS, 'other figure')}: --json")
        say("")


def _print(series: dict[str, Any]) -> None:
    show.prose(("figures: " if series["own"] else "in another scope: ") + what_is_counted(series))
    columns = {"said": "said", "says": "figure", "who": "who counts", "where": "in", "verdict": "verdict"}
    if not series["own"]:
        columns.pop("verdict")  # none is set beside the claim's
    show.table([_cells(line) for line in series["lines"]], columns, empty="")
    say("")


def _cells(line: dict[str, Any]) -> dict[str, Any]:
    if line["date"] is None:
        return {"said": "claimed", "says": line["says"], "who": line["who"]}
    more = {0: "", 1: ", and 1 copy"}.get(line["repeats"], f", and {line['repeats']} copies")
    return {
        "said": line["date"] if line["dated"] else f"seen {line['date']}",
        "says": line["says"] + (f" ({line['scope']})" if line["scope"] else ""),
        "who": line["who"],
        "where": f"{line['outlet']}, article {line['article_id']}{more}",
        "verdict": line["verdict"],
    }
