from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from schedules.backoff import delay_after
from schedules.beat import beat_schedule
from schedules.calls import QUEUE, JobName
from schedules.timetable import TIMETABLE


def test_every_job_has_a_queue() -> None:
    assert set(QUEUE) == set(JobName)


def test_beat_calls_what_the_timetable_says_and_lets_old_ticks_expire() -> None:
    schedule = beat_schedule(timedelta(seconds=60))
    assert {row.call.job.value for row in TIMETABLE} == set(schedule)
    tick = schedule["tick"]
    assert (tick["task"], tick["schedule"], tick["options"]["expires"]) == (
        "claimwatch.tick",
        timedelta(seconds=60),
        55.0,
    )


@given(st.integers(0, 10_000))
def test_a_delay_is_between_base_and_cap(failures: int) -> None:
    base, cap = timedelta(minutes=5), timedelta(hours=12)
    assert base <= delay_after(failures, base=base, cap=cap) <= cap
