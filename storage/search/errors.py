"""What a query can get wrong."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from storage.errors import Refused


class BadQuery(Refused):
    """The query cannot be understood; the message says where, and what would do."""


def did_you_mean(told: str, known: Iterable[str]) -> str:
    """ "; did you mean relation?" where something is near, else the list of all there is."""
    words = sorted(known)
    near = get_close_matches(told.lower(), words, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]}?"
    more = f" and {len(words) - 40} more" if len(words) > 40 else ""
    return f"; there are: {', '.join(words[:40])}{more}" if words else ""
