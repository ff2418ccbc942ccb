"""The timetable as Celery beat reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from schedules.calls import QUEUE, JobName
from schedules.timetable import TIMETABLE


def beat_schedule(tick: timedelta) -> dict[str, dict[str, Any]]:
    """One row a timed call. `tick` replaces the table's own interval for the tick (tests set seconds)."""
    table = {}
    for row in TIMETABLE:
        every = tick if row.call.job is JobName.TICK else row.every
        table[row.call.job.value] = {
            "task": f"claimwatch.{row.call.job.value}",
            "schedule": every,
            "args": list(row.call.ids),
            # a tick that waited longer than its interval is of no use any more
            "options": {"queue": QUEUE[row.call.job], "expires": max(1.0, every.total_seconds() * 11 / 12)},
        }
    return table
