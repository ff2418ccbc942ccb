from __future__ import annotations

from datetime import timedelta

import pytest

from schedules.silence import silences
from tests.fakes import NOON

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("tick_ago", "answer", "names"),
    [
        (None, None, []),  # a new house: nothing to be missed yet
        (HOUR, (HOUR, HOUR), []),
        (7 * HOUR, (HOUR, HOUR), ["tick"]),
        (HOUR, (8 * HOUR, HOUR), ["feeds"]),
        (HOUR, (7 * HOUR, HOUR), []),
        (HOUR, (8 * HOUR, 24 * HOUR), []),  # where every feed is asked once a day, a day may be quiet
        (9 * HOUR, (9 * HOUR, HOUR), ["tick", "feeds"]),
    ],
)
def test_silence_is_trouble_after_the_patience(
    tick_ago: timedelta | None, answer: tuple[timedelta, timedelta] | None, names: list[str]
) -> None:
    tick = NOON - tick_ago if tick_ago is not None else None
    answered = (NOON - answer[0], answer[1]) if answer else None
    found = silences(tick, answered, now=NOON, patience=6 * HOUR)
    assert [s.name for s in found] == names
    assert [s.since for s in found if s.name == "tick"] == ([tick] if "tick" in names else [])
