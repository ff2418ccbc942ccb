"""Stand-in: the branch of the query language brings its own. Words and "phrases", all of which must stand there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from storage.folding import fold
from storage.search.errors import BadQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Folded words and phrases, and the question as it is written in full."""

    needles: tuple[str, ...]
    asked: str
    limit: int | None = None


def parse(text: str, *, now: datetime) -> Query:  # noqa: ARG001
    """Raises BadQuery."""
    if text.count('"') % 2:
        raise BadQuery(f"a quotation mark is left open in {text!r}")
    found = []
    for phrase, word in re.findall(r'"([^"]*)"|(\S+)', text):
        if re.match(r"[a-z-]+:", word) and not word.startswith(("http:", "https:")):
            raise BadQuery(f"no field {word.partition(':')[0]!r}")
        if needle := fold(phrase or word):
            found.append(needle)
    return Query(needles=tuple(found), asked=" ".join(f'"{n}"' if " " in n else n for n in found))
