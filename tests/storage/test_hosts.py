"""Turns before hosts, on both engines: taken and given back many at a time, by whoever comes."""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from storage import hosts
from storage.engine import Store
from storage.hosts import HostTurn
from storage.schema import HostRow

T0 = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=40)


def take(store: Store, *names: str, at: float = 0.0, told: float = 0.0) -> dict[str, HostTurn]:
    """Ask for turns `at` seconds of real time and `told` seconds of the house's after T0."""
    now = T0 + timedelta(seconds=at)
    with store.begin() as tx:
        found = hosts.take(tx, names, until=now + LEASE, real_now=now, now=T0 + timedelta(seconds=told))
    assert sorted(turn.host for turn in found) == sorted(names)
    return {turn.host: turn for turn in found}


def mine(store: Store, *names: str, at: float = 0.0, told: float = 0.0) -> set[str]:
    return {host for host, turn in take(store, *names, at=at, told=told).items() if turn.mine}


def leave(store: Store, *names: str, taken: float = 0.0, free: float = 0.0, bound: float | None = None) -> None:
    with store.begin() as tx:
        hosts.leave(
            tx,
            names,
            taken_until=T0 + timedelta(seconds=taken) + LEASE,
            free_at=T0 + timedelta(seconds=free),
            bound_until=None if bound is None else T0 + timedelta(seconds=bound),
        )


def test_a_host_is_one_takers_until_it_is_left_and_has_had_its_pause(store: Store) -> None:
    assert mine(store, "a.example", "b.example") == {"a.example", "b.example"}
    found = take(store, "a.example", "c.example", at=1)
    assert (found["a.example"].mine, found["a.example"].busy_until) == (False, T0 + LEASE)
    assert found["c.example"].mine
    leave(store, "a.example", free=5)
    assert take(store, "a.example", at=4)["a.example"].free_at == T0 + timedelta(seconds=5)
    assert mine(store, "a.example", "b.example", at=5) == {"a.example"}


def test_a_turn_that_nobody_gives_back_runs_out(store: Store) -> None:
    mine(store, "a.example")
    assert mine(store, "a.example", at=39.9) == set()
    assert mine(store, "a.example", at=40) == {"a.example"}


def test_who_comes_back_too_late_does_not_give_away_the_turn_of_another(store: Store) -> None:
    mine(store, "a.example")
    mine(store, "a.example", at=50)
    leave(store, "a.example", taken=0, free=60)
    assert mine(store, "a.example", at=70) == set()


def test_retry_after_binds_the_host_by_the_houses_clock_until_it_is_forgotten(store: Store) -> None:
    mine(store, "a.example", "b.example")
    leave(store, "a.example", bound=90)
    leave(store, "b.example", bound=90)
    bound = take(store, "a.example", at=1000, told=89)["a.example"]
    assert (bound.mine, bound.bound_until) == (False, T0 + timedelta(seconds=90))
    assert mine(store, "a.example", at=1, told=90) == {"a.example"}
    with store.begin() as tx:
        hosts.forget_bounds(tx)
    assert mine(store, "b.example", at=1, told=1) == {"b.example"}


def test_a_host_is_bound_even_by_who_lost_its_turn(store: Store) -> None:
    mine(store, "a.example")
    mine(store, "a.example", at=50)
    leave(store, "a.example", taken=0, bound=500)
    leave(store, "a.example", taken=50)
    assert mine(store, "a.example", at=100, told=100) == set()


def test_the_pause_that_a_hosts_robots_txt_asks_for_comes_with_its_turn(store: Store) -> None:
    mine(store, "a.example", "b.example")
    leave(store, "a.example", "b.example")
    with store.begin() as tx:
        tx.execute(update(HostRow).where(HostRow.host == "a.example").values(crawl_delay_s=10))
    found = take(store, "a.example", "b.example", at=1)
    assert {host: turn.crawl_delay_s for host, turn in found.items()} == {"a.example": 10, "b.example": None}


def test_turns_of_dead_workers_are_forgotten_at_the_start(store: Store) -> None:
    mine(store, "a.example")
    with store.begin() as tx:
        hosts.forget_turns(tx)
    assert mine(store, "a.example", at=1) == {"a.example"}


def test_names_of_any_letters(store: Store) -> None:
    odd = ["[::1]:81", "x'y\".example", "a\\b", "{x,y}", "münchen.example", "☃", "NULL", "", " "]
    assert mine(store, *odd) == set(odd)
    leave(store, *odd, free=1)
    assert mine(store, *odd, at=1) == set(odd)


def test_many_at_once(store: Store) -> None:
    names = [f"h{n}.example" for n in range(2_000)]
    assert mine(store, *names) == set(names)
    leave(store, *names)
    assert mine(store, *names, at=1) == set(names)


def kept(store: Store) -> set[str]:
    with store.read() as tx:
        return set(tx.scalars(select(HostRow.host)))


def test_rows_that_say_nothing_any_more_are_pruned(store: Store) -> None:
    names = ["idle", "lately", "busy", "bound", "rules", "old rules", "lost"]
    mine(store, *names)
    day, later = timedelta(days=1).total_seconds(), T0 + timedelta(days=1)
    leave(store, "idle", "bound", "rules", "old rules")
    leave(store, "lately", free=1)
    with store.begin() as tx:
        hosts.take(tx, ["busy"], until=later + LEASE, real_now=later - LEASE, now=T0)
        tx.execute(update(HostRow).where(HostRow.host == "bound").values(bound_until=later + LEASE))
        tx.execute(update(HostRow).where(HostRow.host == "rules").values(robots="", robots_until=later + LEASE))
        tx.execute(update(HostRow).where(HostRow.host == "old rules").values(robots="", robots_until=later - LEASE))
    with store.begin() as tx:
        assert hosts.prune(tx, real_now=later, now=later, limit=1) == 1
        assert hosts.prune(tx, real_now=later, now=later) == 1
    assert kept(store) == {"lately", "busy", "bound", "rules", "lost"}
    with store.begin() as tx:
        hosts.prune(tx, real_now=later + timedelta(seconds=41), now=later)
    assert kept(store) == {"busy", "bound", "rules"}
    assert mine(store, "idle", at=day) == {"idle"}


@pytest.mark.parametrize("takers", [4])
def test_never_two_at_a_host_and_never_a_deadlock(store: Store, takers: int) -> None:
    """Takers who ask for the same hosts in another order each time, as workers with batches of the same feeds would."""
    names = [f"h{n}.example" for n in range(30)]
    holders: dict[str, int] = dict.fromkeys(names, 0)
    most, done, faults = [0], [0] * takers, []
    lock = threading.Lock()

    def work(me: int) -> None:
        draw = random.Random(me)
        try:
            while done[me] < 40:
                wanted = draw.sample(names, 12)
                now = datetime.fromtimestamp(time.time(), UTC)
                until = now + LEASE + timedelta(microseconds=me)
                with store.begin() as tx:
                    hosts.wait_turn(tx)
                    ours = [t.host for t in hosts.take(tx, wanted, until=until, real_now=now, now=now) if t.mine]
                with lock:
                    for host in ours:
                        holders[host] += 1
                        most[0] = max(most[0], holders[host])
                draw.shuffle(ours)
                with lock:
                    for host in ours:
                        holders[host] -= 1
                with store.begin() as tx:
                    hosts.wait_turn(tx)
                    for half in (ours[::2], ours[1::2]):
                        hosts.leave(tx, half, taken_until=until, free_at=now)
                done[me] += 1
        except Exception as fault:  # noqa: BLE001 - whatever it is, the test says so
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(takers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert (most[0], done) == (1, [40] * takers)
