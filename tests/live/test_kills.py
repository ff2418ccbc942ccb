"""`claimwatch up` under fire: its processes are killed at random while it works through the whole newsroom."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from sqlalchemy import ColumnElement, func, or_, select, text

from claimwatch.settings import read_settings
from claimwatch.wiring import make_tools
from schedules.calls import Call, JobName
from storage import feeds, leases
from storage.engine import Store
from storage.records import EntryState, FeedId, FeedSpec, WatchList
from storage.schema import ArticleRow, EntryRow, FeedRow, FindingRow, RevisionRow
from tests.live.conftest import Laptop, Newsroom, newsroom, take_over, wait_until
from worker.gateways.clock import SystemClock
from worker.run import run

pytestmark = [pytest.mark.live, pytest.mark.newsroom]

# every day a third of the newsroom, so that CI stays within its time; KILLS=50 takes all of it (docs/benchmarks.md)
KILLS = int(os.environ.get("KILLS", "20"))  # noqa: TID251 - how much fire
EVERY = 1 if KILLS >= 50 else 3
TURNS_A_KILL = (
    24 if KILLS >= 50 else 18
)  # of about 1930 turns: pages asked, pages read, texts compared; of a third, 640
SEED = int(os.environ.get("KILLS_SEED", "20261123"))  # noqa: TID251 - other dice, to look for trouble by hand

WORDS = {
    "-P threads": "fetch",
    "-P prefork": "think",
    " beat ": "beat",
    "uvicorn": "web",
    "valkey-server": "broker",
    "redis-server": "broker",
}


def targets(up: psutil.Process) -> Iterator[tuple[str, psutil.Process]]:
    """Every process of the family but the supervisor, with what it is."""
    for process in up.children(recursive=True):
        try:
            told, pooled = " ".join(process.cmdline()), process.ppid() != up.pid
        except psutil.Error:  # it ended between the two looks
            continue
        for words, kind in WORDS.items():
            if words in told:
                yield ("pool" if pooled else kind), process


def kill_one(up: psutil.Process, dice: random.Random) -> str:
    """Kill one of the family, whichever; what it was."""
    while True:
        kind, process = dice.choice(sorted(targets(up), key=lambda found: (found[0], found[1].pid)))
        with contextlib.suppress(psutil.NoSuchProcess):  # its worker's end took it along
            process.kill()
            return kind


def up_runs(laptop: Laptop) -> bool:
    return laptop.process is not None and laptop.process.poll() is None


def work_goes_on(laptop: Laptop, up: psutil.Process, turns_before: int) -> bool:
    return any(targets(up)) and (turns(laptop.store) >= turns_before or at_rest(laptop.store))


class Outlets:
    """Feeds on which more news comes while the kills go on, so that there is always work."""

    def __init__(self, room: Newsroom, store: Store, urls: list[str]) -> None:
        self._room, self._store, self._urls = room, store, urls
        self._used: set[str] = set()

    def publish(self, n: int, dice: random.Random) -> None:
        """One more piece, and its feed is asked at once."""
        feed = dice.choice(self._urls)
        told = "\n".join(f"Late piece {n}, part {part}: 4,000 people left Raqqa with lorries." for part in range(12))
        self._room.ask(
            "/_control/publish",
            {"host": feed.split("/")[2], "title": f"Late piece {n}", "path": f"/late/{n}", "text": told},
        )
        self._used.add(feed)
        self._ask(feed)

    def ask_again(self) -> None:
        """Those that a poll in flight had seen before their last piece came."""
        for feed in self._used:
            self._ask(feed)

    def _ask(self, url: str) -> None:
        with self._store.begin() as tx:
            feed_id = tx.scalars(select(FeedRow.id).where(FeedRow.url == url)).one()
            feeds.resume(tx, FeedId(feed_id), now=SystemClock().now())


def at_rest(store: Store) -> bool:
    """Every feed was polled, every page had its turn, every text is compared, nobody is at work."""
    waits: dict[leases.Row, ColumnElement[bool]] = {
        FeedRow: or_(FeedRow.last_polled_at.is_(None), FeedRow.next_try_at <= SystemClock().now()),
        EntryRow: (EntryRow.state == EntryState.FETCHED)
        | (EntryRow.state == EntryState.NEW) & (EntryRow.failures == 0),
        RevisionRow: RevisionRow.judged_as == "",
    }
    with store.read() as tx:
        busy = [
            tx.scalars(select(func.count()).select_from(row).where(or_(row.leased_until.is_not(None), waiting))).one()
            for row, waiting in waits.items()
        ]
    return not any(busy)


def turns(store: Store) -> int:
    """How many pages were asked, pages read and texts compared so far."""
    asked = (EntryRow.state != EntryState.NEW) | (EntryRow.failures > 0)
    done = [
        (EntryRow, asked),
        (EntryRow, EntryRow.state == EntryState.READ),
        (RevisionRow, RevisionRow.judged_as != ""),
    ]
    with store.read() as tx:
        return sum(tx.scalars(select(func.count()).select_from(row).where(which)).one() for row, which in done)


def as_a_calm_reader_finds_it(settings: dict[str, str], watch_list: WatchList) -> set[tuple[str, str]]:
    """(feed, entry) for all that the feeds show: each polled once, in this process, and no page fetched."""
    tools = make_tools(read_settings(settings))
    take_over(tools.store, watch_list)
    while polls := [call for call in run(tools, Call(JobName.TICK)) if call.job is JobName.POLL_FEEDS]:
        for call in polls:
            run(tools, call)
    found = {(feed, key) for feed, key, _url, _end in entries(tools.store)}
    tools.store.close()
    return found


def entries(store: Store) -> list[tuple[str, str, str, str]]:
    """(feed, key, address, "kept" or the reason why not) of every entry."""
    row = EntryRow
    query = select(FeedRow.url.label("feed"), row.entry_key, row.url, row.state, row.article_id, row.last_error)
    with store.read() as tx:
        told = tx.execute(query.join(FeedRow, FeedRow.id == row.feed_id)).all()
    return [
        (
            r.feed,
            r.entry_key,
            r.url,
            "kept" if r.state == EntryState.READ and r.article_id else str(r.last_error).removeprefix(f"{r.url}: "),
        )
        for r in told
    ]


def without_kills(url: str, published: set[str]) -> str:
    """What becomes of a page when nobody kills: the links of the stored real feeds lead out of the newsroom."""
    if url in published:
        return "kept"
    if url.startswith("http:"):
        return "404 Not Found"
    rules = f"https://{urlsplit(url).netloc}/robots.txt"  # they come first, and the newsroom speaks no TLS
    return f"{rules}: the proxy refused to reach the site: 405 Method Not Allowed"


def twice(store: Store) -> list[object]:
    """Articles, revisions and findings that stand more than once."""
    finding = (FindingRow.claim_id, FindingRow.article_id, FindingRow.start_at, FindingRow.end_at)
    with store.read() as tx:
        return [
            tuple(found)
            for columns in ((ArticleRow.url,), (ArticleRow.canonical_url,), (RevisionRow.article_id,), finding)
            for found in tx.execute(select(*columns).group_by(*columns).having(func.count() > 1))
        ]


def note_lost_leases(store: Store) -> None:
    """A row's count is forgotten when its turn ends well: the database is told to remember the highest."""
    with store.begin() as tx:
        tx.execute(text("CREATE TABLE noted (kind TEXT, id INTEGER, lost INTEGER, PRIMARY KEY (kind, id))"))
        for kind in ("entries", "revisions"):
            tx.execute(
                text(
                    f"CREATE TRIGGER note_{kind} AFTER UPDATE ON {kind} WHEN NEW.lost_leases > OLD.lost_leases "
                    f"BEGIN INSERT INTO noted VALUES ('{kind}', NEW.id, NEW.lost_leases) "
                    "ON CONFLICT DO UPDATE SET lost = max(lost, NEW.lost_leases); END"
                )
            )


def lost_leases(store: Store) -> str:
    """How many pages and texts lost how many leases in a row."""
    with store.read() as tx:
        told = tx.execute(text("SELECT lost, count(*) FROM noted GROUP BY lost ORDER BY lost"))
        return ", ".join(f"{rows} rows lost {lost} leases in a row" for lost, rows in told) or "no lease lost"


def test_kills_at_random_lose_nothing_double_nothing_and_leave_nothing(
    laptop: Laptop, watch_list: WatchList, tmp_path: Path
) -> None:
    dice, began, killed = random.Random(SEED), time.monotonic(), Counter[str]()
    with newsroom() as room:
        # all that has pages here, every fault, and feeds that lead out of the newsroom; the other 151 of that kind would
        # only add time
        polled = [url for url in room.feeds() if "//feeds.newsroom.test/" not in url][::EVERY]
        watched = replace(watch_list, feeds=tuple(FeedSpec(url=url) for url in polled))
        # slower ticks and longer stamps than in the other tests: a busy machine needs its time for the work
        laptop.environ |= {
            "CLAIMWATCH_FETCH_PROXY_URL": room.url,
            "CLAIMWATCH_CALLED_S": "15",
            "CLAIMWATCH_TICK_S": "3",
            "CLAIMWATCH_LOG_LEVEL": "WARNING",
            "CLAIMWATCH_JUDGE": "built-in",  # what is killed is not the judge's word: the smaller size is quicker
        }
        take_over(laptop.store, watched)
        note_lost_leases(laptop.store)
        laptop.start()
        assert laptop.process is not None
        up = psutil.Process(laptop.process.pid)
        hosts = {row["host"] for row in room.truth()}
        of_hosts = [url for url in polled if url.split("/")[2] in hosts and url.endswith("/feed.xml")]
        outlets = Outlets(room, laptop.store, of_hosts)

        def until(what: Callable[[], bool]) -> None:
            wait_until(lambda: what() or not up_runs(laptop), timeout=600, every=0.5)
            assert up_runs(laptop), laptop.talk()

        for n in range(KILLS):
            # by what is done, not by the clock: so the kills spread over the work, however fast the machine is
            until(partial(work_goes_on, laptop, up, n * TURNS_A_KILL))
            killed[kill_one(up, dice)] += 1
            outlets.publish(n, dice)
            time.sleep(dice.uniform(0.3, 1.5))
        under_fire = time.monotonic() - began
        until(lambda: at_rest(laptop.store))
        outlets.ask_again()
        until(lambda: at_rest(laptop.store))

        assert laptop.stop(signal.SIGINT) == 0, laptop.talk()
        assert laptop.family() == []
        seconds = time.monotonic() - began

        settings = {name: told for name, told in laptop.environ.items() if name != "CLAIMWATCH_WEB_BIND"}
        shown = as_a_calm_reader_finds_it(settings | {"CLAIMWATCH_DATA_DIR": str(tmp_path / "calm")}, watched)
        published = {row["url"] for row in room.truth()}

    stored = entries(laptop.store)
    lost = shown - {(feed, key) for feed, key, _url, _end in stored}
    doubled = len(stored) - len({(feed, key) for feed, key, _url, _end in stored}) + len(twice(laptop.store))
    print(  # noqa: T201 - the counts of a run
        f"seed {SEED}: {len(shown)} published, {len(stored)} stored, {doubled} duplicated, {len(lost)} lost, "
        f"{killed.total()} kills ({', '.join(f'{kind} {n}' for kind, n in sorted(killed.items()))}), "
        f"{lost_leases(laptop.store)}, {seconds:.0f} s, {under_fire:.0f} of them under fire"
    )
    assert (lost, twice(laptop.store)) == (set(), [])
    assert {(feed, key) for feed, key, _url, _end in stored} == shown
    walls = {url for _feed, _key, url, end in stored if url in published and end.startswith("paywall: ")}
    assert len(walls) <= 4  # docs/articles.md
    odd = [(url, end) for _feed, _key, url, end in stored if url not in walls and end != without_kills(url, published)]
    assert odd == []
    with laptop.store.read() as tx:
        assert {f"late/{n}" for n in range(KILLS)} <= {
            url.split("/", 3)[3] for url in tx.scalars(select(ArticleRow.url))
        }
        assert tx.scalars(select(RevisionRow.id).where(RevisionRow.judged_as == "")).all() == []
        assert tx.scalars(select(RevisionRow.last_error).where(RevisionRow.last_error.is_not(None))).all() == []
        assert tx.scalars(text("PRAGMA integrity_check")).all() == ["ok"]
