from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schedules.visits import STEPS, after_edit, is_gone, next_visit, planned, retry_at
from storage.visit_records import Standing
from tests.fakes import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
spans = st.timedeltas(timedelta(0), timedelta(days=400))
steps = st.integers(0, len(STEPS))


def test_an_article_that_stays_as_it_is_is_visited_six_times_in_a_month() -> None:
    now, dues, step = NOON, [], 0
    due = planned(standing(), now=NOON)
    while due is not None:
        dues.append(due - NOON)
        now = due
        plan = next_visit(NOON, step, now=now)
        step, due = plan.step, plan.due
    assert tuple(dues) == STEPS


def standing(**told: object) -> Standing:
    plain: dict[str, object] = {"carries": True, "since": NOON, "step": 0, "edits": 0, "next_try_at": None}
    return Standing(**plain | told)  # type: ignore[arg-type]


@given(spans, steps)
def test_a_next_visit_is_an_hour_off_or_more_and_the_steps_before_it_are_behind(span: timedelta, step: int) -> None:
    plan = next_visit(NOON, step, now=NOON + span)
    assert plan.step >= step
    if plan.due is None:
        assert plan.step == len(STEPS)
    else:
        assert (plan.due, plan.due >= NOON + span + HOUR) == (NOON + STEPS[plan.step], True)


@given(spans)
def test_however_long_the_house_was_down_one_visit_makes_up_for_it(span: timedelta) -> None:
    due = planned(standing(), now=NOON + span)
    assert due == max(NOON + span, NOON + STEPS[0])
    plan = next_visit(NOON, 0, now=due)
    assert plan.due is None or plan.due > due


@given(st.lists(st.booleans(), max_size=60))
def test_a_schedule_of_any_edits_thins_out(edited: list[bool]) -> None:
    since, now, step, edits = NOON, NOON + STEPS[0], 0, 0
    waits = []
    for changed in edited:
        if changed:
            since, edits = now, edits + 1
            plan = after_edit(step, edits, now=now)
        else:
            plan = next_visit(since, step, now=now)
        if plan.due is None:
            break
        waits.append(plan.due - now)
        step, now = plan.step, plan.due
    assert all(wait >= HOUR for wait in waits)
    assert sum(wait < 7 * DAY for wait in waits) <= len(STEPS) ** 2 / 2  # a month of every step, at most


def test_an_edit_on_the_tenth_day_is_looked_after_the_same_day() -> None:
    assert after_edit(4, 1, now=NOON).due == NOON + 6 * HOUR


def test_what_carries_nothing_or_is_at_its_end_is_not_planned_and_what_is_planned_stays() -> None:
    assert planned(standing(carries=False, next_try_at=NOON), now=NOON) is None
    assert planned(standing(step=len(STEPS)), now=NOON) is None
    assert planned(standing(next_try_at=NOON + DAY), now=NOON) == NOON + DAY


def test_gone_is_what_was_not_there_a_day_ago_either() -> None:
    assert not is_gone(None, now=NOON)
    assert not is_gone(NOON, now=NOON + HOUR)
    assert is_gone(NOON, now=NOON + DAY)


@given(st.integers(1, 30), st.none() | st.datetimes(datetime(2026, 11, 1), datetime(2027, 1, 1)))
def test_a_refused_visit_is_tried_again_later_than_now_and_than_asked_and_not_for_ever(
    failures: int, asked: datetime | None
) -> None:
    asked = asked.replace(tzinfo=NOON.tzinfo) if asked else None
    again = retry_at(failures, asked=asked, now=NOON)
    assert (again is None) == (failures >= 10)
    if again is not None:
        assert again >= max(NOON + HOUR, asked or NOON)
