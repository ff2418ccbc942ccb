"""An article's text cut where the passages of findings begin and end. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of the text, `start` to `end`, with what is found in it. `number`: from 1, in the order of the text."""

    number: int
    start: int
    end: int
    findings: list[Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a paragraph. `marked`: it is in a passage; `begin`, `end`: the passages that begin and end with it."""

    text: str
    marked: bool
    begin: list[Passage] = field(default_factory=list)
    end: list[Passage] = field(default_factory=list)


def passages_in(text: str, findings: Sequence[Json]) -> tuple[list[Passage], list[Json]]:
    """The passages, and the findings whose words do not stand in this text where they are said to."""
    spans: dict[tuple[int, int], list[Json]] = {}
    elsewhere = []
    for one in findings:
        start, words = one["start"], one["passage"].rstrip()
        if words and text.startswith(words, start):
            spans.setdefault((start, start + len(words)), []).append(one)
        else:
            elsewhere.append(one)
    ordered = sorted(spans.items())
    return [Passage(number=n, start=a, end=b, findings=some) for n, ((a, b), some) in enumerate(ordered, 1)], elsewhere


def paragraphs(text: str, passages: Sequence[Passage]) -> list[list[Piece]]:
    """The text's paragraphs, each in pieces that have one look."""
    told = []
    at = 0
    for line in text.split("\n"):
        if line.strip():
            told.append(_pieces(line, at, passages))
        at += len(line) + 1
    return told


def _pieces(line: str, at: int, passages: Sequence[Passage]) -> list[Piece]:
    end = at + len(line)
    here = [one for one in passages if one.start < end and one.end > at]
    cuts = {at, end} | {cut for one in here for cut in (one.start, one.end) if at < cut < end}
    ordered = sorted(cuts)
    return [
        Piece(
            text=line[a - at : b - at],
            marked=any(one.start < b and one.end > a for one in here),
            begin=[one for one in here if max(one.start, at) == a and one.start >= at],
            end=[one for one in here if one.end == b],
        )
        for a, b in pairwise(ordered)
    ]
