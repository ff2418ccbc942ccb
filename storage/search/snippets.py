"""The stretch of a text where a query's words stand, and which characters of it are them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from storage.search.query import Text
from storage.search_words import phrases, stem, words

Json = dict[str, Any]

BEFORE, LENGTH = 80, 280
_WORD = re.compile(r"\w+")
# Whose stemmers take prefixes off, or make one letter of two (German: Koenig, König).
_CUT_AT_THE_FRONT = frozenset({"de", "id", "nl", "tr"})


class Marker:
    """Finds a query's words in texts. Made once a query: the stems are looked up once."""

    def __init__(self, wanted: Sequence[Text], langs: Sequence[str]) -> None:
        self.stems = {stem for text in wanted for way in phrases(text.told, langs) for stem in way}
        self._candidates = _begun_with(self.stems)
        self._met: dict[tuple[str, str], bool] = {}  # a page of results has each word many times

    def snippet(self, text: str, lang: str) -> Json:
        """{"text": ..., "marks": [[start, end], ...]}: around the first hit, else the beginning. Marks in characters of it."""
        candidates = _WORD if lang in _CUT_AT_THE_FRONT else self._candidates
        first = next((m.start() for m in candidates.finditer(text) if self._hit(m[0], lang)), 0) if self.stems else 0
        start = _word_start(text, first - BEFORE)
        end = min(len(text), start + LENGTH)
        if end < len(text):
            end = max(text.rfind(" ", start, end), first + 1, start + LENGTH // 2)
        shown = text[start:end].replace("\n", " ")
        hits = [m for m in candidates.finditer(shown) if self._hit(m[0], lang)] if self.stems else []
        before, after = "… " if start else "", " …" if end < len(text) else ""
        marks = [[m.start() + len(before), m.end() + len(before)] for m in hits]
        return {"text": before + shown + after, "marks": marks}

    def passage(self, text: str, start: int, end: int) -> Json:
        """The same, around a passage that answers where no word was asked for; all of it that is shown is marked."""
        begin = _word_start(text, start - BEFORE)
        last = min(len(text), max(begin + LENGTH, min(end, start + LENGTH)))
        if last < len(text):
            last = max(text.rfind(" ", start, last), start + 1)
        before, after = "… " if begin else "", " …" if last < len(text) else ""
        marks = [[start - begin + len(before), min(end, last) - begin + len(before)]]
        return {"text": before + text[begin:last].replace("\n", " ") + after, "marks": marks}

    def _hit(self, word: str, lang: str) -> bool:
        hit = self._met.get((word, lang))
        if hit is None:
            hit = self._met[word, lang] = not self.stems.isdisjoint(_stems(word, lang))
        return hit


def _begun_with(stems: Collection[str]) -> re.Pattern[str]:
    """Words that may be one of these stems: folding and stemming leave the front of an ASCII word as it is.

    A stem of five letters or more keeps three of them (snowballstem.org: no other rule reaches further). What is not ASCII
    is always looked at, for folding may make one letter or two of it. A letter that is a word stands anywhere in a run.
    """
    if any(stem > "\u3000" for stem in stems):
        return _WORD
    fronts = {_front(stem) for stem in stems if stem[0].isascii()}
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(sorted({_NOT_ASCII, *fronts}))})\w*")


_NOT_ASCII = r"[\u0080-\U0010ffff]"


def _front(stem: str) -> str:
    letters = [f"[{re.escape(letter + letter.upper())}]" for letter in stem[:3]]
    if len(stem) < 5 or not stem[:3].isascii():
        return letters[0]
    return f"{letters[0]}(?:{letters[1]}{letters[2]}|\\w?{_NOT_ASCII})"


def _word_start(text: str, at: int) -> int:
    """The first word that begins at or after `at`."""
    if at <= 0:
        return 0
    blank = re.compile(r"\s").search(text, at)
    return blank.end() if blank else at


@lru_cache(maxsize=200_000)
def _stems(word: str, lang: str) -> tuple[str, ...]:
    """A word as the index holds it: mostly one stem; more where its letters are words of their own."""
    return tuple(stem(part, lang) for part in words(word))
