"""A saved search as a row: the same in the command and the API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from storage.saved_searches import SavedSearch


def row_of(search: SavedSearch) -> dict[str, Any]:
    """Plain values; the instant in UTC."""
    return asdict(search) | {"saved_at": search.saved_at.isoformat().replace("+00:00", "Z")}
