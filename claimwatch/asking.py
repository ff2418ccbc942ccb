"""A person's query to the needles the store looks for. The full language is a later issue's; the words stay."""

from __future__ import annotations

import re

from claimwatch.errors import BadInput
from storage.folding import fold


class BadQuery(BadInput):
    """The query cannot be understood; the message says where."""


def needles(query: str) -> list[str]:
    """Folded words and "phrases", all of which must stand in an article. Raises BadQuery."""
    if query.count('"') % 2:
        raise BadQuery(f"a quotation mark is left open in {query!r}")
    found = []
    for phrase, word in re.findall(r'"([^"]*)"|(\S+)', query):
        if re.match(r"[a-z-]+:", word) and not word.startswith(("http:", "https:")):
            field = word.partition(":")[0]
            raise BadQuery(
                f'no field {field!r} yet: words and "phrases" are searched; findings: `finding list --claim ID`'
            )
        needle = fold(phrase or word)
        if needle:
            found.append(needle)
    return found
