"""The sentences of a text that speak to a claim, few enough for a model to read beside it.

The learned models were trained on what `telling` picks: a change here asks for new weights (training/README.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from worker.steps.passages import sentences
from worker.steps.words import script_of

# A body of a few hundred words comes down to about what the encoder takes in.
MOST_WORDS, LEAD_WORDS, SENTENCE_WORDS = 105, 30, 45
# A sentence that says no weighs as if it held another sixth of the claim, if it or a neighbour speaks of the claim.
_SAYS_NO = 0.16

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]{1,3}\b)?")
_EMPTY = frozenset(
    "a an and are as at be been but by for from had has have he her his i if in into is it its of on or our she so "
    "that the their them then there these they this to was we were which who will with would you your not no s t".split()
)
_NO = re.compile(
    r"\b(?:den(?:y|ies|ied|ying|ial)|hoax|fake\w*|false\w*|untrue|not true|rumou?rs?|debunk\w*|satir\w*|prank\w*|staged|fabricat\w*|no evidence|"
    r"refut\w*|dismiss\w*|never|retract\w*|correction|however|actually|not|n['’]t)\b",
    re.IGNORECASE,
)
_stemmer = snowballstemmer.stemmer("english")


@lru_cache(maxsize=100_000)
def stem_of(word: str) -> str:
    """The English stem of a word in lower case."""
    return str(_stemmer.stemWord(word))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, in its order."""
    return tuple(word.removesuffix("'s").removesuffix("’s") for word in _WORD.findall(text.lower()))


def stems_of(text: str) -> list[str]:
    """The English stems of a text in its order, without words that carry no matter."""
    return [stem_of(word) for word in words_of(text) if word not in _EMPTY]


_ENGLISH = frozenset(
    "the of and to that was is for by on with from as at it were had has be an which who not they".split()
)
_OTHERS = frozenset(
    "le la les des du et un une que qui est dans pour par sur il el los las y en del se con por una der die das und den von mit ist "
    "im zu auf dem ein eine nicht sich ve bir bu ile için da de olan çok het een van op niet zijn di che non per è gli sono o os em "
    "não uma com".split()
)


_TURKISH = re.compile(r"[ışğİ]")


def is_english(text: str) -> bool:
    """Whether the models can read the text: Latin letters, and no more small words of other languages than English ones."""
    if script_of(text) != "latin":
        return False
    words = words_of(text)
    ours, theirs = (sum(word in known for word in words) for known in (_ENGLISH, _OTHERS))
    return theirs <= ours and not (ours == 0 and _TURKISH.search(text))


class Rarity:
    """How rare a stem is in news text: 0 to about 8. A stem not in the table is as rare as any."""

    def __init__(self, table: Mapping[str, float], rarest: float) -> None:
        self._table, self._rarest = table, rarest

    def __call__(self, stem: str) -> float:
        """The logarithm of one in how many texts holds it."""
        return self._table.get(stem, self._rarest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of a text, `text[start:end]`; `share` of the claim's weight in it, in [0, 1]."""

    start: int
    end: int
    words: tuple[str, ...]
    stems: tuple[str, ...]
    share: float


def weigh(claim: Sequence[str], rarity: Rarity) -> dict[str, float]:
    """The claim's stems by their share of its whole weight."""
    weights = {stem: rarity(stem) for stem in claim}
    whole = sum(weights.values()) or 1.0
    return {stem: weight / whole for stem, weight in weights.items()}


@lru_cache(maxsize=256)  # a file of pairs has the same text beside many claims; a text of 350 words takes some 20 kB
def _read(text: str) -> tuple[tuple[int, int, tuple[str, ...], tuple[str, ...]], ...]:
    """Start, end, words and stems of each sentence."""
    told = []
    for start, end in sentences(text):
        words = words_of(text[start:end])
        told.append((start, end, words, tuple(stem_of(word) for word in words if word not in _EMPTY)))
    return tuple(told)


def read(text: str, weights: Mapping[str, float]) -> list[Sentence]:
    """The text's sentences, each with the share of the claim that it holds."""
    return [
        Sentence(
            start=start,
            end=end,
            words=words,
            stems=stems,
            share=math.fsum(weights[s] for s in weights.keys() & {*stems}),
        )
        for start, end, words, stems in _read(text)
    ]


def telling(text: str, read_: Sequence[Sentence]) -> list[int]:
    """Positions of the sentences to be read beside the claim, in the order of the text; the lead is always among them."""
    near = [max(s.share for s in read_[max(0, i - 1) : i + 2]) for i in range(len(read_))]
    merit = [
        s.share + (_SAYS_NO if near[i] >= 0.2 and _NO.search(text, s.start, s.end) else 0.0)
        for i, s in enumerate(read_)
    ]
    taken: set[int] = set()
    words = 0
    for i, s in enumerate(read_):
        if words >= LEAD_WORDS:
            break
        taken.add(i)
        words += min(SENTENCE_WORDS, len(s.stems) * 2)
    for i in sorted(range(len(read_)), key=lambda i: (-merit[i], i)):
        if words >= MOST_WORDS or merit[i] <= 0.05:
            break
        if i not in taken:
            taken.add(i)
            words += min(SENTENCE_WORDS, len(read_[i].stems) * 2)
    return sorted(taken)


def excerpt(text: str, read_: Sequence[Sentence], positions: Sequence[int]) -> str:
    """The picked sentences as one string, each cut to its first words; a gap shows as " ... "."""
    parts, last = [], -1
    for i in positions:
        if last >= 0 and i != last + 1:
            parts.append("...")
        parts.append(" ".join(text[read_[i].start : read_[i].end].split()[:SENTENCE_WORDS]))
        last = i
    return " ".join(parts)
