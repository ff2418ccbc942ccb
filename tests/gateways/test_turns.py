"""Turns as the door takes them: one request at a time to a host, pauses, Retry-After, killed workers, locked databases."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from storage import hosts
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.schema import HostRow
from tests.fakes import NOON
from tests.gateways.conftest import Serve
from tests.gateways.doors import Door, door_of
from tests.gateways.raw_server import hangs, says
from worker.errors import FetchFailed
from worker.gateways import web as web_room
from worker.gateways.clock import FixedClock, SystemClock
from worker.gateways.turns import Bound, KeptTurns, Left, Mine, Wait
from worker.handovers import Fetched, Request

EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Watch:
    """A site that keeps how many ask at once, and when each request began and ended (monotonic)."""

    def __init__(self, seconds: float = 0.0, answer: bytes = EMPTY) -> None:
        self.seconds, self.answer, self.lock = seconds, answer, threading.Lock()
        self.now, self.most, self.times = 0, 0, list[tuple[float, float]]()

    def __call__(self, connection: socket.socket) -> None:
        began = time.monotonic()
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self.seconds)
        with self.lock:
            self.now -= 1
            self.times.append((began, time.monotonic()))
        connection.sendall(self.answer)


def pauses(watch: Watch) -> list[float]:
    """Seconds between the end of a request and the beginning of the next."""
    ordered = sorted(watch.times)
    return [after[0] - before[1] for before, after in itertools.pairwise(ordered)]


def turns_of(store: Store, **told: Any) -> KeptTurns:
    return KeptTurns(store, told.pop("clock", SystemClock()), **{"spacing_s": 0.0, "lease_s": 40.0} | told)


def test_a_turn_is_ours_then_anothers_after_the_pause(store: Store) -> None:
    clock = FixedClock(NOON)
    turns = turns_of(store, spacing_s=30.0, clock=clock)
    first = turns.change([], ["a.example", "b.example"])
    mine = first["a.example"]
    assert isinstance(mine, Mine)
    assert mine.pause_s == 30
    assert isinstance(turns.change([], ["a.example"])["a.example"], Wait)
    # given back and asked for in one go
    waiting = turns.change([Left(host="a.example", turn=mine)], ["a.example"])["a.example"]
    assert isinstance(waiting, Wait)
    assert not waiting.held
    assert 25 < waiting.seconds <= 30
    bound_until = NOON + timedelta(minutes=5)
    taken = first["b.example"]
    assert isinstance(taken, Mine)
    found = turns.change([Left(host="b.example", turn=taken, bound_until=bound_until)], ["b.example"])
    assert found == {"b.example": Bound(until=bound_until)}
    clock.instant = bound_until  # what binds passes by the house's clock, the pause in real time
    assert isinstance(turns.change([], ["b.example"])["b.example"], Wait)
    assert turns.change([], []) == {}


def test_what_robots_txt_asks_for_makes_the_pause_longer_and_never_shorter(sqlite_store: Store) -> None:
    turns = turns_of(sqlite_store, spacing_s=5.0)
    taken = turns.change([], ["a.example", "b.example"])
    turns.change([Left(host=host, turn=turn) for host, turn in taken.items() if isinstance(turn, Mine)], [])
    with sqlite_store.begin() as tx:
        tx.execute(update(HostRow).values(free_at=None))
        tx.execute(update(HostRow).where(HostRow.host == "a.example").values(crawl_delay_s=20))
        tx.execute(update(HostRow).where(HostRow.host == "b.example").values(crawl_delay_s=1))
    found = turns.change([], ["a.example", "b.example"])
    assert {host: turn.pause_s for host, turn in found.items() if isinstance(turn, Mine)} == {
        "a.example": 20,
        "b.example": 5,
    }


def test_one_at_a_time_to_a_host_and_a_pause_whoever_asks(sqlite_store: Store, serve: Serve) -> None:
    """Doors that share nothing but the database, as processes do."""
    watch = Watch(0.02)
    url = serve(watch).url
    found: list[Any] = []

    def ask(n: int) -> None:
        web = door_of(sqlite_store, spacing_s=0.1, total_timeout_s=20.0)
        found.extend(web.get_many([Request(url=f"{url}/{n}/{i}") for i in range(3)]))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(answer) for answer in found] == [Fetched] * 9
    assert (watch.most, len(watch.times)) == (1, 9)
    assert min(pauses(watch)) >= 0.1


def test_hosts_go_side_by_side(door: Door, serve: Serve) -> None:
    watch = Watch(0.5)
    urls = [serve(watch, f"127.0.3.{n}").url for n in range(1, 21)]
    answers = door(total_timeout_s=20.0).get_many([Request(url=url + "/") for url in urls])
    assert [type(answer) for answer in answers] == [Fetched] * 20
    assert watch.most > 10


def test_no_more_at_once_than_told(door: Door, serve: Serve) -> None:
    watch = Watch(0.05)
    urls = [serve(watch, f"127.0.3.{n}").url for n in range(1, 13)]
    answers = door(at_once=4, total_timeout_s=20.0).get_many([Request(url=url + "/") for url in urls])
    assert [type(answer) for answer in answers] == [Fetched] * 12
    assert watch.most <= 4


def test_both_schemes_and_all_addresses_of_a_host_are_one_line(door: Door, serve: Serve) -> None:
    watch = Watch(0.05)
    url = serve(watch).url
    door().get_many([Request(url=url + path) for path in ("/a", "/b?x", "/c#d")])
    assert watch.most == 1


def test_retry_after_binds_the_host_for_every_address_process_and_call(sqlite_store: Store, serve: Serve) -> None:
    server = serve(says(b"HTTP/1.1 429 Slow down\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\n"))
    clock = FixedClock(NOON)
    web = door_of(sqlite_store, clock=clock)
    first, second = web.get_many([Request(url=f"{server.url}/{n}") for n in "ab"])
    assert isinstance(first, FetchFailed)
    assert isinstance(second, FetchFailed)
    until = NOON + timedelta(seconds=90)
    assert (first.status, first.busy, first.retry_at) == (429, False, until)
    assert (second.status, second.busy, second.retry_at) == (None, True, until)
    assert "2026-11-23T12:01:30Z" in second.detail
    clock.instant = until - timedelta(seconds=1)
    (third,) = door_of(sqlite_store, clock=clock).get_many([Request(url=server.url + "/c")])
    assert isinstance(third, FetchFailed)
    assert third.busy
    assert server.connections == 1
    clock.instant = until
    door_of(sqlite_store, clock=clock).get_many([Request(url=server.url + "/c")])
    assert server.connections == 2
    with sqlite_store.begin() as tx:
        hosts.forget_bounds(tx)
    web.get_many([Request(url=server.url + "/c")])
    assert server.connections == 3


@pytest.mark.parametrize(
    ("status", "told", "binds"),
    [
        (503, b"90", True), (429, b"Mon, 23 Nov 2026 13:00:00 GMT", True), (429, b"soon", False), (429, b"-5", False), (404, b"90", False),
        (500, b"90", False), (429, b"0", False), (429, b"Mon, 23 Nov 2026 11:00:00 GMT", False),
    ],
)  # fmt: skip
def test_what_binds_a_host(status: int, told: bytes, binds: bool, sqlite_store: Store, serve: Serve) -> None:
    server = serve(says(b"HTTP/1.1 %d No\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n" % (status, told)))
    web = door_of(sqlite_store, clock=FixedClock(NOON))
    web.get_many([Request(url=f"{server.url}/{n}") for n in "ab"])
    assert server.connections == (1 if binds else 2)


def test_a_redirect_waits_for_its_turn_at_the_other_host(sqlite_store: Store, serve: Serve) -> None:
    watch = Watch(0.3)
    goal = serve(watch, "127.0.0.2")
    first = serve(says(b"HTTP/1.1 302 Found\r\nLocation: %s/feed\r\n\r\n" % goal.url.encode()))
    web = door_of(sqlite_store)
    answers = web.get_many([Request(url=goal.url + "/other"), Request(url=first.url + "/feed")])
    assert [type(answer) for answer in answers] == [Fetched, Fetched]
    assert (watch.most, len(watch.times)) == (1, 2)
    with sqlite_store.begin() as tx:
        tx.execute(
            update(HostRow)
            .where(HostRow.host == f"127.0.0.2:{goal.port}")
            .values(bound_until=NOON + timedelta(days=9999))
        )
    (bound,) = web.get_many([Request(url=first.url + "/feed")])
    assert isinstance(bound, FetchFailed)
    assert bound.busy
    assert len(watch.times) == 2


def test_who_would_wait_too_long_is_given_back_at_once_and_told_when(sqlite_store: Store, serve: Serve) -> None:
    server = serve(says(EMPTY))
    web = door_of(sqlite_store, spacing_s=600.0)
    started = time.monotonic()
    first, second = web.get_many([Request(url=f"{server.url}/{n}") for n in "ab"])
    assert isinstance(first, Fetched)
    assert isinstance(second, FetchFailed)
    assert second.busy
    assert second.retry_at is not None
    assert 500 < (second.retry_at - SystemClock().now()).total_seconds() <= 600
    assert time.monotonic() - started < 30  # of a patience of sixty


def test_the_operators_own_address_takes_no_turn(sqlite_store: Store, serve: Serve) -> None:
    server = serve(says(b"HTTP/1.1 503 No\r\nRetry-After: 900\r\nContent-Length: 0\r\n\r\n"))
    web = door_of(sqlite_store)
    for _ in range(2):
        web.get_many([Request(url=server.url + "/beat", own=True)])
    assert server.connections == 2
    with sqlite_store.read() as tx:
        assert list(tx.scalars(select(HostRow.host))) == []


def test_nothing_is_held_when_a_call_is_over(sqlite_store: Store, serve: Serve) -> None:
    urls = [serve(deed, f"127.0.4.{n}").url for n, deed in enumerate([says(EMPTY), hangs(), says(b"x"), says()], 1)]
    door_of(sqlite_store, total_timeout_s=0.5).get_many(
        [Request(url=url + "/") for url in [*urls, "http://127.0.4.9:9/"]]
    )
    with sqlite_store.read() as tx:
        rows = tx.execute(select(HostRow.busy_until, HostRow.free_at)).all()
    assert len(rows) == 5
    assert all(busy_until is None and free_at is not None for busy_until, free_at in rows)


HOLDER = """
import sys
from storage.engine import make_store
from tests.gateways.doors import door_of
from worker.handovers import Request
door_of(make_store(sys.argv[1]), total_timeout_s=60.0, lease_s=float(sys.argv[3])).get_many([Request(url=sys.argv[2])])
"""


def test_a_killed_worker_holds_its_host_until_its_turn_runs_out(
    tmp_path: Path, sqlite_store: Store, serve: Serve
) -> None:
    server = serve(hangs())
    url, lease_s = f"sqlite:///{sqlite_store.engine.url.database}", 4.0
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url, server.url + "/", str(lease_s)], cwd=Path(__file__).parents[2]
    )
    while not server.heads:
        assert holder.poll() is None
        time.sleep(0.02)
    held_at = time.monotonic()
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    server.deed = says(EMPTY)
    (answer,) = door_of(sqlite_store).get_many([Request(url=server.url + "/")])
    assert isinstance(answer, Fetched)
    assert time.monotonic() - held_at > 1  # not at once, and without anybody's doing


def test_a_locked_database_holds_up_no_deadline(sqlite_store: Store, serve: Serve) -> None:
    """Another process writes for seconds: what is under way ends in time, though its turn cannot be given back yet."""
    ended: list[float] = []
    begun = threading.Event()

    def drips(connection: socket.socket) -> None:
        begun.set()
        try:
            while True:
                connection.sendall(b"x")
                time.sleep(0.05)
        finally:
            ended.append(time.monotonic())

    server = serve(drips)
    web = door_of(sqlite_store, total_timeout_s=0.5)
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.extend(web.get_many([Request(url=server.url + "/")])))
    thread.start()
    assert begun.wait(10)
    with sqlite_store.begin():
        locked_at = time.monotonic()
        while not ended and time.monotonic() - locked_at < 10:
            time.sleep(0.02)
    thread.join()
    assert ended[0] - locked_at < 4
    assert isinstance(answers[0], FetchFailed)


def test_no_turns_to_be_had_is_the_stores_fault_and_nobody_is_asked(serve: Serve, sqlite_store: Store) -> None:
    server = serve(says(EMPTY))
    with sqlite_store.begin() as tx:
        tx.exec_driver_sql("DROP TABLE hosts")
    with pytest.raises(StoreUnavailable):
        door_of(sqlite_store).get(Request(url=server.url + "/"))
    assert server.connections == 0


def test_turns_lost_after_the_answers_take_no_answer_along(serve: Serve, sqlite_store: Store) -> None:
    def drops(connection: socket.socket) -> None:
        with sqlite_store.begin() as tx:
            tx.exec_driver_sql("DROP TABLE hosts")
        connection.sendall(EMPTY)

    assert isinstance(door_of(sqlite_store).get(Request(url=serve(drops).url + "/")), Fetched)


def test_a_fault_of_ours_ends_its_request_alone(door: Door, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    web, well, bad = door(), serve(says(EMPTY)).url + "/", serve(says(EMPTY), "127.0.0.2").url + "/"
    asked = web_room._Call._headers
    monkeypatch.setattr(
        web_room._Call, "_headers", lambda call, errand: 1 / 0 if errand.request.url == bad else asked(call, errand)
    )
    fine, failed = web.get_many([Request(url=well), Request(url=bad)])
    assert isinstance(fine, Fetched)
    assert isinstance(failed, FetchFailed)
    assert "trips over it: ZeroDivisionError" in failed.detail
