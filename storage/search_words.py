"""The words of a text as the index holds them, and those of a query as they are looked up: folded, then stemmed.

Done here for both engines, so that they find the same: a word that PostgreSQL's and SQLite's own parsers part in two
ways is one to a reader. Chinese and Japanese write no spaces, and Korean few: there a letter is a word, and a word a phrase.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import snowballstemmer

from storage.folding import fold

# Those that both Snowball and the trade have. Another language's words are indexed as they are, folded.
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "fi": "finnish", "fr": "french", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nl": "dutch", "no": "norwegian", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
# "1,800" and "1.800" are one number to a reader, as "1800" is
_THOUSANDS = re.compile(r"(?<=\d)[,.'](?=\d{3}(?!\d))")
_KEPT = "\ue000"  # of no script, so that no folding touches it
# Longer than any word: what a page without spaces holds, and more than an index row of PostgreSQL takes.
_LONGEST = 100


def words(text: str) -> list[str]:
    """The folded words in their order."""
    return [word[:_LONGEST] for word in _WORD.findall(_THOUSANDS.sub("", _folded(text)))]


def _folded(text: str) -> str:
    """Folded, but й is kept apart from и: the Russian stemmer takes endings by it."""
    low = unicodedata.normalize("NFC", text.casefold())
    return fold(low.replace("й", _KEPT)).replace(_KEPT, "й") if "й" in low else fold(text)


def stem(word: str, lang: str) -> str:
    """The stem of a folded word in that language (ISO 639-1); the word itself where there is no stemmer, or nothing left."""
    stemmer = _stemmer(lang)
    return (str(stemmer.stemWord(word)) or word) if stemmer is not None else word


def index_words(text: str, lang: str) -> list[str]:
    """What the index holds of a text: its stems in their order."""
    told, stemmer = words(text), _stemmer(lang)
    if stemmer is None:
        return told
    # the Greek stemmer leaves nothing of some small words
    return [stemmed or word for stemmed, word in zip(stemmer.stemWords(told), told, strict=True)]


def phrases(text: str, langs: Iterable[str]) -> list[tuple[str, ...]]:
    """What is looked up for a word or phrase of a query: its stems in every language that the store holds, each once."""
    told = words(text)
    ways = (tuple(stem(word, lang) for word in told) for lang in ("", *langs))
    return [way for way in dict.fromkeys(ways) if way]


@lru_cache(maxsize=len(STEMMERS) + 1)
def _stemmer(lang: str) -> Any:
    if lang not in STEMMERS:
        return None
    stemmer = snowballstemmer.stemmer(STEMMERS[lang])
    stemmer.maxCacheSize = 0  # its own cache takes two to five times as long as to stem anew (docs/benchmarks.md)
    return stemmer
