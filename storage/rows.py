"""Rows as people and programs are given them: plain values, ready for JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from storage.instants import written

Json = dict[str, Any]


def plain(value: object) -> object:
    """Instants and days as text; all else as it is."""
    if isinstance(value, datetime):
        return written(value)
    return value.isoformat() if isinstance(value, date) else value


def rows_of(tx: Connection, query: Any) -> list[Json]:
    """What the query finds, {column: plain value}."""
    return [{name: plain(value) for name, value in row.items()} for row in tx.execute(query).mappings()]
