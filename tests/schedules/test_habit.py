from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from schedules.habit import Habit, first_habit, next_habit, occasions, present_gap
from tests.fakes import NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HOW: Any = {"memory": 8, "occasion": 5 * MINUTE}


def after(before: Habit, new: int, *published: datetime, now: datetime = NOON, **told: Any) -> Habit:
    how: Any = {"lost": False, "looked": now - HOUR, "default": HOUR} | HOW | told
    return next_habit(before, new, published, now=now, **how)


def test_entries_that_come_together_are_one_occasion() -> None:
    times = [NOON + n * MINUTE for n in (0, 1, 4, 5, 30)]
    assert occasions(times, 5 * MINUTE) == [NOON, NOON + 5 * MINUTE, NOON + 30 * MINUTE]


@pytest.mark.parametrize("gap", [20 * MINUTE, 3 * HOUR, 5 * DAY])
@pytest.mark.parametrize("dated", [True, False])
def test_a_steady_feed_is_learned_whatever_was_thought_before(gap: timedelta, dated: bool) -> None:
    habit, at = Habit(gap=HOUR, newest=NOON), NOON
    for _ in range(40):
        at += gap
        habit = after(habit, 1, *([at] if dated else []), now=at, looked=at - gap)
    assert habit.gap is not None
    assert abs(habit.gap / gap - 1) < 0.05
    assert habit.newest == at


def test_a_feed_without_rhythm_is_learned_within_a_factor_of_two() -> None:
    draw, habit, at = random.Random(3), Habit(gap=DAY, newest=NOON), NOON
    for _ in range(200):
        at += draw.expovariate(1) * 2 * HOUR
        habit = after(habit, 1, at, now=at)
    assert habit.gap is not None
    assert HOUR < habit.gap < 4 * HOUR


def test_one_long_silence_moves_it_by_little_and_a_new_rhythm_soon_counts() -> None:
    woken = after(Habit(gap=DAY, newest=NOON - 200 * DAY), 1, NOON)
    assert woken.gap is not None
    assert DAY < woken.gap < 2 * DAY
    habit, at = woken, NOON
    for _ in range(10):
        at += HOUR
        habit = after(habit, 1, at, now=at)
    assert habit.gap is not None
    assert habit.gap < 10 * HOUR


def test_dates_in_the_future_are_not_believed() -> None:
    told = after(Habit(gap=HOUR, newest=NOON - 2 * HOUR), 1, NOON + 300 * DAY)
    assert told.newest == NOON
    assert told.gap == after(Habit(gap=HOUR, newest=NOON - 2 * HOUR), 1).gap
    first = first_habit([NOON + n * DAY for n in range(1, 9)], now=NOON, **HOW)
    assert first == Habit(newest=NOON)


def test_dates_that_are_all_the_same_say_nothing() -> None:
    assert first_habit([NOON - 900 * DAY] * 20, now=NOON, **HOW) == Habit(newest=NOON)


def test_old_entries_that_turn_up_are_one_sign_of_life_not_a_flurry() -> None:
    """A publisher lets the document hold 90 entries instead of ten: all are new to us, and none is news."""
    before = Habit(gap=HOUR, newest=NOON - HOUR)
    told = after(before, 80, *(NOON - n * DAY for n in range(10, 90)))
    assert told == Habit(gap=HOUR, newest=NOON)


def test_an_entry_that_is_put_in_late_changes_nothing() -> None:
    before = Habit(gap=HOUR, newest=NOON - HOUR)
    assert after(before, 1, NOON - 3 * HOUR) == before


def test_without_dates_no_more_occasions_than_fit_into_the_time_since_we_looked() -> None:
    before = Habit(gap=HOUR, newest=NOON - HOUR)
    many, more = after(before, 13), after(before, 500)
    assert many == more
    assert many.gap is not None
    assert many.gap >= 5 * MINUTE


def test_where_entries_were_lost_the_span_of_those_left_counts() -> None:
    """Three days we did not look: the fifty that are left are of the last five hours."""
    dates = [NOON - n * 6 * MINUTE for n in range(50)]
    before = Habit(gap=HOUR, newest=NOON - 3 * DAY)
    lost, whole = after(before, 50, *dates, lost=True), after(before, 50, *dates)
    assert lost.gap is not None
    assert whole.gap is not None
    assert lost.gap < 15 * MINUTE < whole.gap


def test_a_document_with_few_dates_only_says_when_the_last_was() -> None:
    assert first_habit([NOON - DAY, NOON - 2 * DAY], now=NOON, **HOW) == Habit(newest=NOON - DAY)


def test_the_last_dates_of_the_first_document_count_not_the_old_ones_that_were_kept() -> None:
    kept = [NOON - n * 30 * DAY for n in range(1, 10)]
    recent = [NOON - n * HOUR for n in range(1, 11)]
    assert first_habit(kept + recent, now=NOON, **HOW).gap == HOUR


def test_silence_weighs_as_in_a_mean() -> None:
    assert present_gap(HOUR, timedelta(0), memory=8) == HOUR
    assert present_gap(HOUR, 8 * HOUR, memory=8) == 2 * HOUR
    assert present_gap(HOUR, -HOUR, memory=8) == HOUR
