"""What differs between a claim and a passage, marked in both: figures that are not the same, and what is denied. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.records import Figure, Verdict, Voice
from worker.steps.read_figures import spot_figures

# About 40 words of a passage, around what is marked.
MOST_WORDS = 44
# What would break a line or turn it around, and the private letters under which a letter keeps its reader's own address.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ue000-\ue00f]+")
_DIFFERS = (Verdict.LOWER, Verdict.HIGHER, Verdict.OVERLAPS)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text. `differs`: how, in a word ("lower", "denied"); "" if it does not."""

    text: str
    differs: str = ""


def line(text: str) -> str:
    """One line without control or direction marks: no title breaks a header or turns the line around."""
    return " ".join(_CONTROL.sub(" ", unicodedata.normalize("NFC", text)).split())


def lang(told: str) -> str:
    """A language's code, or nothing: a page may say what it likes."""
    return told if re.fullmatch(r"[a-z]{2,3}", told) else ""


def passage(text: str, figures: Sequence[Figure], voice: Voice | None) -> tuple[Run, ...]:
    """The passage in runs, cut to some words around what differs."""
    spans = [
        (at, at + len(figure.quote), figure.verdict.value)
        for figure in figures
        if figure.verdict in _DIFFERS and figure.quote and (at := text.find(figure.quote)) >= 0
    ]
    if voice is not None and voice.denied is not None:
        spans.append((*voice.denied, "denied"))
    return _around(_runs(text, spans))


def claim(text: str, figures: Iterable[Figure]) -> tuple[Run, ...]:
    """The claim in runs: its figures are marked, each if one of the passage's that is nearest to it differs from it."""
    spots = spot_figures(text)
    spans = []
    for figure in figures:
        if figure.verdict in _DIFFERS and spots:
            nearest = min(spots, key=lambda spot: abs(spot.figure.low - figure.low))
            spans.append((nearest.start, nearest.end, "claimed"))
    return _runs(text, spans)


def _runs(text: str, spans: Iterable[tuple[int, int, str]]) -> tuple[Run, ...]:
    """The text in runs. A span that runs into an earlier one is left out."""
    runs: list[Run] = []
    at = 0
    for start, end, how in sorted(set(spans)):
        if start < at or not line(text[start:end]):
            continue
        runs += [Run(text[at:start]), Run(text[start:end], how)]
        at = end
    runs.append(Run(text[at:]))
    return tuple(Run(_inner(run.text), run.differs) for run in runs if run.text)


def _inner(text: str) -> str:
    """One line, with the blanks at its ends: they part it from its neighbours."""
    told = line(text)
    return f"{' ' if text[:1].isspace() else ''}{told}{' ' if told and text[-1:].isspace() else ''}"


def _around(runs: Sequence[Run]) -> tuple[Run, ...]:
    """At most so many words, the first mark among them; an ellipsis where words were left out."""
    words = [(word, run.differs) for run in runs for word in re.findall(r"\s*\S+\s*", run.text)]
    if len(words) <= MOST_WORDS:
        return tuple(runs)
    first = next((i for i, (_word, how) in enumerate(words) if how), 0)
    begin = max(0, min(first - MOST_WORDS // 3, len(words) - MOST_WORDS))
    cut: list[Run] = [Run("… ")] if begin else []
    for word, how in words[begin : begin + MOST_WORDS]:
        if cut and cut[-1].differs == how:
            cut[-1] = Run(cut[-1].text + word, how)
        else:
            cut.append(Run(word, how))
    if begin + MOST_WORDS < len(words):
        cut.append(Run(" …"))
    return tuple(cut)
