"""What pages are made of: passages in a text, bars of figures, colours that can be told from their ground."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest

from claimwatch.pages.passages import paragraphs, passages_in
from storage.records import Bound, Figure
from tests.contrast import contrast, of_hex
from worker.steps.bars import Bar, bars

TEXT = "Ten left.\n\nTwenty came back, he said.\nNo more."


def found(id_: int, words: str, text: str = TEXT) -> dict[str, Any]:
    start = text.index(words)
    return {"id": id_, "start": start, "end": start + len(words), "passage": words}


def test_a_text_is_cut_where_passages_begin_and_end() -> None:
    findings = [
        found(1, "Twenty came back, he said."),
        found(2, "came back, he said.\nNo"),
        found(3, "Twenty came back, he said."),
    ]
    gone = {"id": 4, "start": 3, "end": 9, "passage": "other words"}
    passages, elsewhere = passages_in(TEXT, [*findings, gone])
    assert [[f["id"] for f in one.findings] for one in passages] == [[1, 3], [2]]
    assert elsewhere == [gone]
    cut = [
        [(piece.text, piece.marked, [p.number for p in piece.begin], [p.number for p in piece.end]) for piece in pieces]
        for pieces in paragraphs(TEXT, passages)
    ]
    assert cut == [
        [("Ten left.", False, [], [])],
        [("Twenty ", True, [1], []), ("came back, he said.", True, [2], [1])],
        [("No", True, [], [2]), (" more.", False, [], [])],
    ]
    assert "".join(piece.text for pieces in paragraphs(TEXT, passages) for piece in pieces) == TEXT.replace("\n", "")


def test_bars_have_one_scale_from_nought() -> None:
    def told(low: float, high: float, bound: Bound = Bound.EXACT) -> Figure:
        return Figure(low=low, high=high, bound=bound)

    figures = [told(100, 100), told(25, 50), told(50, 50, Bound.AT_LEAST), told(50, 50, Bound.UP_TO)]
    assert bars(figures) == [Bar(92.0, 92.0), Bar(23.0, 46.0), Bar(46.0, 54.0), Bar(0.0, 46.0)]
    assert bars(figures[:1]) == [None]
    assert bars([told(0, 0), told(0, 0)]) == [None, None]


@pytest.mark.parametrize("scheme", [0, 1])
def test_every_colour_of_text_can_be_read_on_its_ground(scheme: int) -> None:
    style = files("claimwatch.pages").joinpath("style.css").read_text(encoding="utf-8")
    roots = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    told = dict(re.findall(r"--([\w-]+): (#\w+);", roots[scheme]))
    for ground in ("ground", "raised"):
        for text in ("text", "faint", "link", "trouble", "supports", "disputes", "mixed", "context", "unclear"):
            assert contrast(of_hex(told[text]), of_hex(told[ground])) >= 4.5, (text, ground)
    for ground in ("mark", "hit", "ins", "del"):
        assert contrast(of_hex(told["text"]), of_hex(told[ground])) >= 4.5, ground
    assert contrast(of_hex(told["ground"]), of_hex(told["link"])) >= 4.5
