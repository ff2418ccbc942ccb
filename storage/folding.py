"""Text folded for search and names: what a reader takes for the same word becomes the same letters."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ـ": None,
        "ё": "е", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe",
        "’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "«": '"', "»": '"', "„": '"',
    }
)  # fmt: skip
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


class _Bare(dict[int, str]):
    """A letter's code to what it is folded to, made when it is first met."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(code).translate(_LETTERS))
        bare = "".join(c for c in parts if not unicodedata.combining(c))
        self[code] = " " if "\u2010" <= bare <= "\u2015" else bare.translate(_LETTERS)
        return self[code]


_BARE = _Bare()


def fold(text: str) -> str:
    """Case, marks, Arabic letter forms, quotation marks and hyphens folded away; white space squeezed. Idempotent."""
    low = unicodedata.normalize("NFKC", text).casefold()
    if not low.isascii():
        low = unicodedata.normalize("NFC", _BEYOND_ASCII.sub(lambda run: run[0].translate(_BARE), low))
    return " ".join(low.replace("-", " ").replace("_", " ").replace("/", " ").split())
