"""A text cut into passages of one to three sentences."""

from __future__ import annotations

import re

from storage.records import Passage

# Long enough for a claim's figures and who says them, short enough to be read as evidence.
MAX_SENTENCES, MAX_CHARS = 3, 600

_STOP = re.compile(r"[.!?…؟۔]+[\"'”’»)\]]*(?=\s+[\"'“‘«(\[]*[^\sa-zа-яё])|[.!?…؟۔]+[\"'”’»)\]]*(?=\s*$)|[؟]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Lt|Gen|Col|Maj|Capt|Sgt|Brig|Adm|Sen|Rep|Gov|St|No|Nos|vs|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|approx|etc|им|г|гг|т|Bkz|Doç)|\b[A-ZА-Я](?:\.[A-ZА-Я])*)$"
)


def sentences(text: str, start: int = 0, end: int | None = None) -> tuple[tuple[int, int], ...]:
    """Spans of the sentences in `text[start:end]`; a line break always ends one. Only white space lies between."""
    end = len(text) if end is None else end
    spans = []
    for line in re.finditer(r"[^\n]+", text[start:end]):
        at = start + line.start()
        line_end = start + line.end()
        for stop in _STOP.finditer(text, at, line_end):
            if stop.group().startswith(".") and _ABBREVIATION.search(text, max(at, stop.start() - 12), stop.start()):
                continue
            spans.append((at, stop.end()))
            at = stop.end()
        spans.append((at, line_end))
    return tuple(s for s in (_trim(text, a, b) for a, b in spans) if s[0] < s[1])


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def cut(text: str) -> tuple[Passage, ...]:
    """The passages of `text`, in order, without overlap; a paragraph's end is always a passage's end."""
    groups: list[list[tuple[int, int]]] = []
    for span in sentences(text):
        last = groups[-1] if groups else None
        if (
            last is None
            or len(last) >= MAX_SENTENCES
            or span[1] - last[0][0] > MAX_CHARS
            or "\n" in text[last[-1][1] : span[0]]
        ):
            groups.append([span])
        else:
            last.append(span)
    return tuple(Passage(position=i, start=g[0][0], end=g[-1][1]) for i, g in enumerate(groups))
