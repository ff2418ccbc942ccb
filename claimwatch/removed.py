"""What is said of an article that was removed: the same words in the command and the API."""

from __future__ import annotations

from typing import Any


def removed_words(tombstone: dict[str, Any]) -> str:
    """When it was removed and why. `tombstone` is a row of `queries.tombstones`."""
    which = f"article {tombstone['article_id']} ({tombstone['outlet']})"
    return f"{which} was removed on {tombstone['removed_at'][:10]}: {tombstone['reason']}"
