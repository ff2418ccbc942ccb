"""Dates as headers tell them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def http_date(told: str | None) -> datetime | None:
    """The instant, aware UTC; None: there is none, or it is no date. One without a zone is taken for UTC (RFC 9110, 5.6.7)."""
    try:
        at = parsedate_to_datetime(told or "")
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):  # of a year with thirty digits, for instance
        return None
