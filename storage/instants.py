"""How an instant is written for people and programs: 2026-11-23T07:00:00Z, always UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def written(at: datetime, *, timespec: str = "auto") -> str:
    """ISO 8601 with Z. `at` is aware; `timespec` as of `datetime.isoformat`: "seconds" leaves the fraction out."""
    return at.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
