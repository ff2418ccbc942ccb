"""Stamps and leases: nobody works twice, and nobody's death loses anything."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from storage import articles, entries, feeds, leases, seeds
from storage.engine import Store
from storage.records import EntryId, EntryState, FeedId, RevisionId
from storage.schema import EntryRow, FeedRow
from tests.builders import a_watch_list
from tests.fakes import NOON

SOON = NOON + timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def one_entry(store: Store) -> Store:
    with store.begin() as tx:
        seeds.take_over(tx, a_watch_list(), now=NOON)
        (feed,) = feeds.lease(tx, [FeedId(1)], now=NOON, until=SOON)
        entries.add(tx, feed, [("k", "http://g.example/a", "http://g.example/a", "g.example", "A", "", None)], now=NOON)
    return store


def test_a_row_is_called_once_until_its_stamp_runs_out(one_entry: Store) -> None:
    def called(now: datetime) -> list[EntryId]:
        with one_entry.begin() as tx:
            calls = entries.call_new(tx, now=now, until=now + 5 * MINUTE, limit=9, per_host=9)
        assert {host for _id, host in calls} <= {"g.example"}
        return [entry_id for entry_id, _host in calls]

    assert called(NOON) == [1]
    assert called(NOON + MINUTE) == []
    assert called(NOON + 6 * MINUTE) == [1]


def test_a_leased_row_is_nobody_elses_until_the_lease_runs_out(one_entry: Store) -> None:
    def leased(now: object) -> bool:
        with one_entry.begin() as tx:
            return entries.lease(tx, EntryId(1), EntryState.NEW, now=now, until=now + 4 * MINUTE) is not None  # type: ignore[arg-type, operator]

    assert [leased(NOON), leased(NOON + MINUTE), leased(NOON + 5 * MINUTE)] == [True, False, True]


def test_a_page_that_kills_its_worker_seven_times_is_parked_with_the_reason(one_entry: Store) -> None:
    for n in range(12):
        now = NOON + n * timedelta(hours=1)
        with one_entry.begin() as tx:
            parked = entries.park_lost(tx, now=now)
            entries.lease(tx, EntryId(1), EntryState.NEW, now=now, until=now + MINUTE)
        if parked:
            break
    assert (n, parked) == (8, [1])
    with one_entry.read() as tx:
        row = tx.execute(select(EntryRow.state, EntryRow.last_error)).one()
    assert row.state == "parked"
    assert "7 workers died on this page" in row.last_error


def test_a_feed_is_polled_again_however_often_its_worker_died(one_entry: Store) -> None:
    for n in range(7):
        now = NOON + n * timedelta(minutes=10)
        with one_entry.begin() as tx:
            assert feeds.lease(tx, [FeedId(1)], now=now + MINUTE, until=now + 2 * MINUTE) or n == 0


def test_a_text_that_kills_its_judge_seven_times_waits_for_another(filled: Store) -> None:
    for n in range(7):
        now = NOON + n * timedelta(hours=1)
        with filled.begin() as tx:
            assert articles.lease_unjudged(tx, RevisionId(1), "judge 2", now=now, until=now + MINUTE)
            assert articles.give_up_lost(tx, "judge 2", now=now) == []
    later = NOON + timedelta(hours=8)
    with filled.begin() as tx:
        assert articles.lease_unjudged(tx, RevisionId(1), "judge 2", now=later, until=later + MINUTE)
    with filled.begin() as tx:
        assert articles.give_up_lost(tx, "judge 2", now=later + 2 * MINUTE) == [1]
        assert articles.call_unjudged(tx, "judge 2", now=later, until=later, limit=9) == []
        assert articles.call_unjudged(tx, "judge 3", now=later, until=later, limit=9) == [1]


def test_each_lost_lease_puts_the_next_try_off_twice_as_long(one_entry: Store) -> None:
    taken = []
    for n in range(60):
        now = NOON + n * MINUTE
        with one_entry.begin() as tx:
            if entries.lease(tx, EntryId(1), EntryState.NEW, now=now, until=now + MINUTE):
                taken.append(n)
    # one minute each for the lease, and 0, 1, 2, 4, ... for the wait
    assert taken == [0, 1, 3, 6, 11, 20, 37]


def test_a_text_that_was_compared_after_all_is_due_for_the_next_judge_at_once(filled: Store) -> None:
    now = NOON + timedelta(hours=1)
    for lost in (now, now + MINUTE):
        with filled.begin() as tx:
            read = articles.lease_unjudged(tx, RevisionId(1), "judge 2", now=lost, until=lost + MINUTE)
    assert read is not None
    with filled.begin() as tx:
        articles.judged(tx, read, "judge 2", is_seed_copy=False)
        assert articles.call_unjudged(tx, "judge 3", now=now + MINUTE, until=SOON, limit=9) == [1]


def test_a_turn_that_ends_well_forgets_lost_leases(one_entry: Store) -> None:
    with one_entry.begin() as tx:
        entries.lease(tx, EntryId(1), EntryState.NEW, now=NOON, until=NOON + MINUTE)
        entries.lease(tx, EntryId(1), EntryState.NEW, now=SOON, until=SOON + MINUTE)
        entries.mark(tx, EntryId(1), state=EntryState.FETCHED, next_try_at=SOON)
        assert tx.execute(select(EntryRow.lost_leases, EntryRow.leased_until)).one() == (0, None)


def test_a_fresh_start_forgets_turns_but_counts_what_was_lost(one_entry: Store) -> None:
    with one_entry.begin() as tx:
        entries.lease(tx, EntryId(1), EntryState.NEW, now=NOON, until=SOON)
        leases.forget_turns(tx)
        assert entries.lease(tx, EntryId(1), EntryState.NEW, now=NOON, until=SOON) is not None
        assert tx.scalars(select(EntryRow.lost_leases)).one() == 1


@pytest.mark.parametrize(("row", "column"), [(EntryRow, "state"), (FeedRow, "state")])
def test_a_state_that_is_none_is_refused_by_the_database(one_entry: Store, row: type, column: str) -> None:
    with pytest.raises(IntegrityError), one_entry.begin() as tx:
        tx.execute(update(row).values(**{column: "nonsense"}))
