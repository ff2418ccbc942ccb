"""Where a page of results ends: an opaque word that leads to the next, whatever comes in between."""

from __future__ import annotations

import re
from dataclasses import dataclass

from storage.search.errors import BadQuery
from storage.search.query import Sort

_LETTER = {Sort.PUBLISHED: "p", Sort.OLDEST: "o", Sort.SEEN: "s", Sort.RELEVANCE: "r"}
_WRITTEN = re.compile(r"([posrf])(-?\d{1,19})(?:\.(\d{1,10}))?")


@dataclass(frozen=True, slots=True)
class Cursor:
    """`key` of the last row; `second` tells rows of one key apart, or counts those of a ranked list."""

    key: int
    second: int = 0


def write(sort: Sort, cursor: Cursor) -> str:
    """ "p844424930131968", "s1511172000000000.17"."""
    return f"{_LETTER[sort]}{cursor.key}" + (f".{cursor.second}" if sort in (Sort.SEEN, Sort.RELEVANCE) else "")


def read(told: str, sort: Sort) -> Cursor:
    """The cursor that `write` wrote for this order. Raises BadQuery."""
    found = _WRITTEN.fullmatch(told)
    # seen: microseconds, of which a datetime takes some 2 ** 58
    most, least = (2**57, -(2**55)) if sort is Sort.SEEN else (2**63, -(2**63))
    if found is None or found[1] != _LETTER[sort] or not least < int(found[2]) < most:
        raise BadQuery(f"after={told!r}: no page of this query ends there; begin with the first page")
    return Cursor(int(found[2]), int(found[3] or 0))
