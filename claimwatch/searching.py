"""A saved search as a row: the same in the command and the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from storage.instants import written
from storage.saved_searches import SavedSearch


def row_of(search: SavedSearch) -> dict[str, Any]:
    """Plain values; the instant in UTC."""
    return asdict(search) | {"saved_at": written(search.saved_at)}
