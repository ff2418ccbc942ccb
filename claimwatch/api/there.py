"""What a request names must be there: an unknown claim or article is said, not answered with nothing."""

from __future__ import annotations

from typing import Any

from fastapi import HTTPException

from claimwatch.api.problems import not_there
from claimwatch.removed import removed_words
from storage import histories, queries


def has_claim(tx: Any, claim_id: str) -> None:
    """Raises the 404 for a claim that is not there; a retired one is."""
    if not queries.has_claim(tx, claim_id):
        raise not_there(f"claim {claim_id!r}")


def has_article(tx: Any, article_id: int) -> None:
    """Raises the 410 with day and reason for an article that was removed, the 404 for one that never was."""
    if histories.state(tx, article_id) is None:
        for tombstone in queries.tombstones(tx, article_id):
            raise HTTPException(410, removed_words(tombstone))
        raise not_there(f"article {article_id}")
