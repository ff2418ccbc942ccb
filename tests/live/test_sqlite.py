"""SQLite under several processes, and with a disk that is full."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from storage import entries, feeds, migrate, queries
from storage.engine import Store, make_store
from storage.errors import StoreUnavailable
from storage.records import FeedId, FeedSpec
from tests.fakes import LATER, NOON

pytestmark = pytest.mark.live
ROUNDS, WRITERS = 60, 3


def write(url: str, writer: int) -> None:
    """Read, then write, in one transaction, many times: what locks up when it begins deferred."""
    store = make_store(url)
    for n in range(ROUNDS):
        with store.begin() as tx:
            feed_id, _new = feeds.add(tx, FeedSpec(url=f"http://w{writer}.example/{n}"), now=NOON)
            (feed,) = feeds.lease(tx, [feed_id], now=NOON, until=LATER)
            entries.known(tx, FeedId(feed_id), {"none"})
            entries.add(
                tx, feed, [(f"k{i}", f"http://x/{i}", f"http://x/{i}", "x", "t", "", None) for i in range(20)], now=NOON
            )
    store.close()


def test_three_processes_write_at_once_and_none_finds_the_database_locked(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/claimwatch.db"
    store = make_store(url)
    migrate.upgrade(store)
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write, args=(url, n)) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    with store.read() as tx:
        n = queries.counts(tx)
    assert (n["feeds"], n["entries"]) == (ROUNDS * WRITERS, ROUNDS * WRITERS * 20)
    store.close()


@pytest.fixture
def small_disk(sqlite_store: Store) -> Store:
    """A store that may not grow by more than a few pages; `room` gives it more."""

    @event.listens_for(sqlite_store.engine, "checkout")
    def capped(connection: Any, _record: object, _proxy: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={10_000_000 if sqlite_store.room else pages + 2}")  # type: ignore[attr-defined]

    sqlite_store.room = False  # type: ignore[attr-defined]
    return sqlite_store


def test_a_full_disk_is_named_loses_nothing_and_the_work_goes_on_when_there_is_room(small_disk: Store) -> None:
    def fill() -> None:
        with small_disk.begin() as tx:
            for n in range(2000):
                feeds.add(tx, FeedSpec(url=f"http://x.example/{n}/{'y' * 500}"), now=NOON)

    with pytest.raises(StoreUnavailable, match="disk is full: free some space; what was not committed is done again"):
        fill()
    with small_disk.read() as tx:
        assert queries.counts(tx)["feeds"] == 0
    small_disk.room = True  # type: ignore[attr-defined]
    fill()
    with small_disk.read() as tx:
        assert queries.counts(tx)["feeds"] == 2000
