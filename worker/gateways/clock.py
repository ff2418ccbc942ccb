"""The clock: the only place that asks what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the one place


@dataclass
class FixedClock:
    """A clock that stands where it is set: `poll --at`, and tests."""

    instant: datetime

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.instant
