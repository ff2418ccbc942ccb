"""Two texts beside each other, for a reader: what stayed, what went, what came. Word by word within changed paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Kind(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of text and what became of it. SAME and REMOVED joined give the old text, SAME and ADDED the new."""

    kind: Kind
    text: str


# A word with the blank before it: blanks by themselves are everywhere, and matching them takes most of the time.
_TOKEN = re.compile(r"\s*(?:\d+(?:[.,:]\d+)*|\w+|[^\w\s])|\s+")
# Paragraphs with less than this in common are shown one after the other, not as scattered words.
_ALIKE = 0.35
_ISLAND_WORDS = 2  # as many same words between two changes read better as part of them
# difflib's time grows with the product of the lengths, and with their cube where all is alike ("yes. no. yes."): 9 kB of it
# took a minute. Beyond so many pairs a change is shown whole; what is the same at both ends is taken off before.
_MOST_PAIRS = 250_000
_CONTEXT_CHARS = 120
GAP = " [...] "


def diff(old: str, new: str) -> tuple[Segment, ...]:
    """What makes the one text the other, nothing left out."""
    olds, news = old.splitlines(keepends=True), new.splitlines(keepends=True)
    head, tail = _alike_at_the_ends(olds, news)
    segments = [Segment(kind=Kind.SAME, text="".join(olds[:head]))] if head else []
    was, now = olds[head : len(olds) - tail], news[head : len(news) - tail]
    if len(was) * len(now) > _MOST_PAIRS:
        segments += [Segment(kind=Kind.REMOVED, text="".join(was)), Segment(kind=Kind.ADDED, text="".join(now))]
    else:
        for op, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
            segments += _words("".join(was[a:b]), "".join(now[c:d]), same=op == "equal")
    if tail:
        segments.append(Segment(kind=Kind.SAME, text="".join(olds[len(olds) - tail :])))
    return _merged(segments)


def _alike_at_the_ends(olds: Sequence[str], news: Sequence[str]) -> tuple[int, int]:
    """How many are the same at the beginning, and how many of the rest at the end."""
    shorter = min(len(olds), len(news))
    head = next((n for n in range(shorter) if olds[n] != news[n]), shorter)
    tail = next((n for n in range(shorter - head) if olds[-1 - n] != news[-1 - n]), shorter - head)
    return head, tail


def shortened(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The same for reading: of long stretches that stayed, only what is next to a change."""
    last = len(segments) - 1
    return tuple(
        Segment(kind=s.kind, text=_cut(s.text, head=at > 0, tail=at < last)) if s.kind is Kind.SAME else s
        for at, s in enumerate(segments)
    )


def _words(old: str, new: str, *, same: bool) -> Iterator[Segment]:
    if same:
        yield Segment(kind=Kind.SAME, text=old)
        return
    olds, news = _TOKEN.findall(old), _TOKEN.findall(new)
    head, tail = _alike_at_the_ends(olds, news)
    many = (len(olds) - head - tail) * (len(news) - head - tail) > _MOST_PAIRS
    matcher = SequenceMatcher(None, olds, news, autojunk=False)
    if many or _alike(matcher, olds, news) < _ALIKE:
        yield Segment(kind=Kind.REMOVED, text=old)
        yield Segment(kind=Kind.ADDED, text=new)
        return
    blocks = matcher.get_opcodes()
    for at, (op, a, b, c, d) in enumerate(blocks):
        island = op == "equal" and 0 < at < len(blocks) - 1 and sum(t[-1].isalnum() for t in olds[a:b]) <= _ISLAND_WORDS
        if op == "equal" and not island:
            yield Segment(kind=Kind.SAME, text="".join(olds[a:b]))
        else:
            yield Segment(kind=Kind.REMOVED, text="".join(olds[a:b]))
            yield Segment(kind=Kind.ADDED, text="".join(news[c:d]))


def _alike(matcher: SequenceMatcher[str], olds: list[str], news: list[str]) -> float:
    """The share of words in common; blanks and marks are in every text."""
    words = sum(token[-1].isalnum() for token in (*olds, *news))
    same = sum(token[-1].isalnum() for a, _b, size in matcher.get_matching_blocks() for token in olds[a : a + size])
    return 2 * same / words if words else 1.0


def _merged(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Neighbours of one kind as one; between two that stayed, first all that went, then all that came."""
    merged: list[Segment] = []
    changed = {Kind.REMOVED: "", Kind.ADDED: ""}

    def stayed(text: str) -> None:
        before = merged.pop().text if merged and merged[-1].kind is Kind.SAME else ""
        merged.append(Segment(kind=Kind.SAME, text=before + text))

    def settle() -> None:
        was, now = (text[: len(text) - len(text.lstrip())] for text in changed.values())
        blank = was if was == now else ""
        if blank:
            stayed(blank)
        for kind, text in changed.items():
            if rest := text[len(blank) :]:
                merged.append(Segment(kind=kind, text=rest))
            changed[kind] = ""

    for segment in segments:
        if segment.kind is not Kind.SAME:
            changed[segment.kind] += segment.text
        elif segment.text:
            settle()
            stayed(segment.text)
    settle()
    return tuple(merged)


def _cut(text: str, *, head: bool, tail: bool) -> str:
    """`head`: a change stands before it; `tail`: one after it."""
    start = text[:_CONTEXT_CHARS].rpartition(" ")[0] if head else ""
    end = text[-_CONTEXT_CHARS:].partition(" ")[2] if tail else ""
    return text if len(text) <= len(start) + len(end) + 2 * len(GAP) + 40 else f"{start}{GAP}{end}".strip(" ")
