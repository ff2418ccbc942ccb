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
_BREAKS = re.compile(r"[\s\-\u2010-\u2015_/]+")


def fold(text: str) -> str:
    """Case, marks, Arabic letter forms, quotation marks and hyphens folded away; white space squeezed. Idempotent."""
    low = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c))
    return _BREAKS.sub(" ", unicodedata.normalize("NFC", bare.translate(_LETTERS))).strip()
