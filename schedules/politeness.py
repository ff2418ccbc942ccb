"""Few pages of one host at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def trim(items: Iterable[T], host_of: Callable[[T], str], per_host: int) -> list[T]:
    """The items in their order, at most `per_host` of one host."""
    seen: Counter[str] = Counter()
    kept = []
    for item in items:
        host = host_of(item)
        seen[host] += 1
        if seen[host] <= per_host:
            kept.append(item)
    return kept
