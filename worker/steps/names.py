"""Entities found in a text by name, in every spelling and with the endings a name takes, by looking up its words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from storage.folding import fold
from storage.records import Entity
from worker.steps.words import script_of, stems

_ACRONYM = re.compile(r"(?<!\w)[A-ZÀ-ÞА-Я]{2,6}(?!\w)")
_WORD = re.compile(r"\w+")
# What Arabic writes at the front of a word: and, so; in, to, like.
_FRONT = re.compile(r"[وف]?[بلك]?")
# Letters that a name may grow by: Raqqa's, Rakka'da, Ракку, Ракке.
_ENDING, _LONGEST_ENDING = r"\w{0,3}", 3

# A name that begins with a word: the letters before it, the pattern of the whole name if the word alone does not settle
# it, and who is called so.
_Begun = tuple[int, re.Pattern[str] | None, frozenset[str]]


class Names:
    """Finds entities in a text. What it costs grows with the words of the text, not with the names that are known.

    (An Aho-Corasick automaton finds the letters, and the endings and word bounds would still have to be tried here.)
    """

    def __init__(self, entities: Iterable[Entity]) -> None:
        folded: dict[str, set[str]] = {}
        acronyms: dict[str, set[str]] = {}
        self._names_of: dict[str, tuple[str, ...]] = {}
        for entity in entities:
            names = entity.all_names()
            self._names_of[entity.slug] = (*self._names_of.get(entity.slug, ()), *names)
            for name in names:
                acronym = _ACRONYM.fullmatch(name) is not None
                (acronyms if acronym else folded).setdefault(name if acronym else fold(name), set()).add(entity.slug)
        self._acronyms = {name: frozenset(slugs) for name, slugs in acronyms.items()}
        self._begun: dict[str, list[tuple[re.Pattern[str] | None, frozenset[str]]]] = {}
        for name, slugs in folded.items():
            if _WORD.search(name):
                begin, pattern = _spelled(name)
                self._begun.setdefault(begin, []).append((pattern, frozenset(slugs)))
        self._begun_with = lru_cache(maxsize=50_000)(self._look_up)
        self._stems_of = lru_cache(maxsize=50_000)(self._stem)

    def within(self, text: str, folded: str | None = None) -> frozenset[str]:
        """Slugs of the entities the text names. Acronyms count in capitals only. `folded`: the text folded, if at hand."""
        found: set[str] = set()
        for acronym in self._acronyms.keys() & _ACRONYM.findall(text):
            found |= self._acronyms[acronym]
        plain = fold(text) if folded is None else folded
        for word in _WORD.finditer(plain):
            for offset, pattern, slugs in self._begun_with(word[0]):
                if pattern is None or pattern.match(plain, word.start() + offset):
                    found |= slugs
        return frozenset(found)

    def words_of(self, slugs: Iterable[str], lang: str) -> frozenset[str]:
        """The stems that the entities' names are made of: as names they are asked for apart from the words."""
        return frozenset[str]().union(*(self._stems_of(slug, lang) for slug in slugs))

    def _stem(self, slug: str, lang: str) -> frozenset[str]:
        return frozenset(stem for name in self._names_of.get(slug, ()) for stem in stems(name, lang))

    def _look_up(self, word: str) -> tuple[_Begun, ...]:
        """The names that may begin with a word of a text, which may have a front and an ending of its own."""
        front = _FRONT.match(word)
        fronts = range(front.end() + 1 if front else 1)
        return tuple(
            (start, pattern, slugs)
            for start in fronts
            for end in range(max(len(word) - _LONGEST_ENDING, start + 1), len(word) + 1)
            for pattern, slugs in self._begun.get(word[start:end], ())
        )


def _spelled(name: str) -> tuple[str, re.Pattern[str] | None]:
    """How the first word of a folded name begins in any form, and the pattern of all forms of the whole."""
    first = _WORD.findall(name)[0]
    words = name.split(" ")
    if script_of(name) == "cyrillic" and words[0] == first:
        bare = [re.sub(r"(?<=\w{3})[аяоеьий]$", "", word) for word in words]
        begin = bare[0]
        alone = len(words) == 1 and len(begin) > 2
        form = " ".join(re.escape(word) + (_ENDING if len(word) > 2 else "") for word in bare)
    else:
        begin, alone, form = first, name == first, re.escape(name) + _ENDING
    return begin, None if alone else re.compile(rf"{form}(?!\w)")
