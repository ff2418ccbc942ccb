from __future__ import annotations

from datetime import timedelta

import pytest

from schedules.silence import silences
from tests.fakes import NOON

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("tick_ago", "feeds", "names"),
    [
        (None, [], []),  # a new house: nothing to be missed yet
        (HOUR, [(HOUR, HOUR)], []),
        (7 * HOUR, [(HOUR, HOUR)], ["tick"]),
        (HOUR, [(8 * HOUR, HOUR)], ["feeds"]),
        (HOUR, [(8 * HOUR, 24 * HOUR)], []),  # a feed that is asked once a day may be quiet for a day
        (HOUR, [(80 * HOUR, HOUR), (HOUR, HOUR)], []),  # one that answers is enough: the way out is open
        (9 * HOUR, [(9 * HOUR, HOUR)], ["tick", "feeds"]),
    ],
)
def test_silence_is_trouble_beyond_its_own_time(
    tick_ago: timedelta | None, feeds: list[tuple[timedelta, timedelta]], names: list[str]
) -> None:
    heard = [(NOON - ago, interval) for ago, interval in feeds]
    tick = NOON - tick_ago if tick_ago is not None else None
    assert [s.name for s in silences(tick, heard, now=NOON, patience=6 * HOUR)] == names


def test_it_says_since_when() -> None:
    tick, feeds = silences(
        NOON - 9 * HOUR, [(NOON - 8 * HOUR, HOUR), (NOON - 10 * HOUR, HOUR)], now=NOON, patience=HOUR
    )
    assert (tick.since, feeds.since) == (NOON - 9 * HOUR, NOON - 8 * HOUR)
