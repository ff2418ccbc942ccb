"""Whether another page stands where an article stood: an error page with a good status, a wall, another article."""

from __future__ import annotations

import re

from storage.folding import fold

_WORD = re.compile(r"[^\W\d_]{5,}")
_FEWEST = 5  # below this there is too little to compare
# Of the longer words of the shorter text. Four usual walls and error pages have less in common with 19 of 20 of 641 real
# news texts, as have 24 of 25 pairs of unrelated news pages; a first report of two sentences has more with 9 of 10 texts on
# the same matter that keep neither of them (2026-11, the newsroom's pages).
LEAST_SHARE = 0.2
_GROWN = 2.0  # a first report that was written out in full is the article, however little of it was kept


def is_another_page(old_title: str, old_text: str, title: str, text: str) -> bool:
    """The two have hardly a longer word in common, and the new one is not the old one grown."""
    old, new = _words(old_title, old_text), _words(title, text)
    few = min(len(old), len(new))
    return few >= _FEWEST and len(old & new) < LEAST_SHARE * few and len(text) < _GROWN * len(old_text)


def _words(title: str, text: str) -> set[str]:
    return set(_WORD.findall(fold(f"{title}\n{text}")))
