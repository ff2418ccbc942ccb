"""What pages are made of: passages in a text, bars of figures, colours that can be told from their ground."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest

from claimwatch.pages.bars import with_bars
from claimwatch.pages.passages import paragraphs, passages_in

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
    def line(low: float, high: float, bound: str = "exact") -> dict[str, Any]:
        return {"figure": {"low": low, "high": high, "bound": bound}}

    lines = [line(100, 100), line(25, 50), line(50, 50, "at least"), line(50, 50, "up to")]
    assert [(one["bar"]["sure"], one["bar"]["to"]) for one in with_bars(lines)] == [
        (92.0, 92.0),
        (23.0, 46.0),
        (46.0, 54.0),
        (0.0, 46.0),
    ]
    assert with_bars(lines[:1])[0]["bar"] is None
    assert [one["bar"] for one in with_bars([line(0, 0), line(0, 0)])] == [None, None]


@pytest.mark.parametrize("scheme", [0, 1])
def test_every_colour_of_text_can_be_read_on_its_ground(scheme: int) -> None:
    style = files("claimwatch.pages").joinpath("style.css").read_text(encoding="utf-8")
    roots = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    told = dict(re.findall(r"--([\w-]+): (#\w+);", roots[scheme]))
    for ground in ("ground", "raised"):
        for text in ("text", "faint", "link", "trouble", "supports", "disputes", "mixed", "context", "unclear"):
            assert contrast(told[text], told[ground]) >= 4.5, (text, ground)
    for ground in ("mark", "hit", "ins", "del"):
        assert contrast(told["text"], told[ground]) >= 4.5, ground
    assert contrast(told["ground"], told["link"]) >= 4.5


def contrast(one: str, other: str) -> float:
    """As WCAG 2 reckons it."""
    bright, dark = sorted((_light(one), _light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _light(colour: str) -> float:
    told = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(told[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
