"""The one timetable: what runs by the clock, and how often. Everything else follows from the rows that are due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from schedules.calls import Call, JobName


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A call and its interval."""

    call: Call
    every: timedelta


TIMETABLE: tuple[Row, ...] = (Row(call=Call(JobName.TICK), every=timedelta(seconds=60)),)
