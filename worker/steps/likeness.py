"""Whether another page stands where an article stood: an error page with a good status, a wall, another article."""

from __future__ import annotations

import re

from storage.folding import fold

_WORD = re.compile(r"[^\W\d_]{5,}")
_FEWEST = 5  # below this there is too little to compare


def is_another_page(old_title: str, old_text: str, title: str, text: str) -> bool:
    """The two have hardly a longer word in common, measured against the shorter: no edit, however thorough, does that."""
    old, new = _words(old_title, old_text), _words(title, text)
    few = min(len(old), len(new))
    return few >= _FEWEST and len(old & new) < LEAST_SHARE * few


LEAST_SHARE = 0.2


def _words(title: str, text: str) -> set[str]:
    return set(_WORD.findall(fold(f"{title}\n{text}")))
