"""What the tests of manners share: a newsroom on its own process, a poller whose clock goes in step with it, its log read back."""

from __future__ import annotations

import importlib.util
import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from claimwatch.polling import for_foreground
from claimwatch.settings import read_settings
from claimwatch.up import free_port
from claimwatch.wiring import make_tools
from schedules.calls import Call, JobName
from storage import feeds
from storage.records import FeedSpec
from storage.schema import EntryRow, FeedRow
from tests.live.conftest import NEWSROOM, Newsroom, wait_until
from worker.gateways.clock import FixedClock
from worker.run import run
from worker.steps.judge import Method
from worker.tools import Tools

Row = dict[str, Any]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# A Monday. Not a full hour, at which nobody is asked.
START = datetime(2017, 11, 13, 8, 10, tzinfo=UTC)

# The server's own program, whose time of day is the scripted clock's (and goes on with the real one): its judge then
# compares scripted times, and a Retry-After that is a date, Expires and Date are scripted ones too.
# And it knows one fault more, lying-304: whoever asks by validators is told that nothing has changed.
_ON_SCRIPTED_TIME = """
import importlib.util, sys, time, types
spec = importlib.util.spec_from_file_location("serve", sys.argv[1])
serve = importlib.util.module_from_spec(spec)
sys.modules["serve"] = serve
spec.loader.exec_module(serve)
rooms, born = [], time.monotonic()
class Newsroom(serve.Newsroom):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        rooms.append(self)
def now():
    return rooms[0].clock.now() + time.monotonic() - born
def lie(room, request, reply, told):
    asked = request.headers.keys() & {"if-none-match", "if-modified-since"}
    return serve.Reply(304, {}, b"", validators="none") if asked else reply
serve.FAULTS["lying-304"] = lie
serve.Newsroom, serve.time = Newsroom, types.SimpleNamespace(time=now, monotonic=time.monotonic)
sys.exit(serve.main(sys.argv[2:]))
"""


@contextmanager
def newsroom(*arguments: str, scripted_time: bool = False) -> Iterator[Newsroom]:
    """The newsroom server as it is, or with its time of day scripted; reached as a proxy."""
    if not NEWSROOM.exists():
        pytest.skip("the developers' newsroom is not here (CLAIMWATCH_NEWSROOM)")
    port = free_port()
    program = ["-c", _ON_SCRIPTED_TIME, str(NEWSROOM)] if scripted_time else [str(NEWSROOM)]
    process = subprocess.Popen(
        [sys.executable, *program, "--port", str(port), "--address", "proxy", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    room = Newsroom(f"http://127.0.0.1:{port}")

    def answers() -> bool:
        try:
            return bool(room.ask("/_control/state"))
        except OSError:
            return False

    try:
        wait_until(answers, timeout=60, said="the newsroom does not start")
        yield room
    finally:
        process.terminate()
        process.wait(10)


@dataclass
class Desk:
    """A poller before the newsroom. Its clock is the scenario's; `restart` makes all of it anew but the database."""

    room: Newsroom
    folder: Path
    method: Method
    clock: FixedClock
    environ: dict[str, str]
    tools: Tools

    def play(
        self,
        hosts: Mapping[str, object],
        rules: Sequence[Mapping[str, object]] = (),
        *,
        start: datetime = START,
        watch: Sequence[str] | None = None,
    ) -> None:
        """Have the newsroom play these hosts and watch their feeds (or `watch`, addresses without http://)."""
        told = {"start": start.isoformat(), "address": "proxy", "hosts": hosts, "rules": list(rules)}
        listed = self.room.ask("/_control/scenario", told)["feeds"]
        self.clock.instant = start
        self.watch([f"http://{one}" for one in watch] if watch is not None else listed)

    def watch(self, urls: Iterable[str]) -> None:
        with self.tools.store.begin() as tx:
            for url in dict.fromkeys(urls):
                feeds.add(tx, FeedSpec(url=url), now=self.clock.now())

    def restart(self) -> None:
        """As after `claimwatch up` was stopped and started: nothing is left but what stands in the database."""
        self.tools.store.close()
        self.tools = make_desk_tools(self.environ, self.clock, self.method)

    def work(self, *jobs: JobName) -> None:
        """What ticks find due of these jobs, until they find nothing; the polls of feeds alone if none is named."""
        if not jobs:
            self._poll_due()
            return
        tools, before = for_foreground(self.tools), list[Call]()
        while True:
            calls = [call for call in run(tools, Call(JobName.TICK)) if call.job in jobs]
            if not calls or calls == before:
                return
            before = calls
            while calls:
                calls = [more for call in calls for more in run(tools, call) if more.job in jobs]

    def _poll_due(self) -> None:
        """As a tick would, which looks after much else and takes its time for it."""
        now = self.clock.now()
        with self.tools.store.begin() as tx:
            due = feeds.call_due(tx, now=now, until=now + timedelta(seconds=1), limit=10_000)
        ids, size = [feed_id for feed_id, _url in due], self.tools.options.feeds_a_call
        for first in range(0, len(ids), size):
            run(self.tools, Call(JobName.POLL_FEEDS, tuple(ids[first : first + size])))

    def advance(self, by: timedelta) -> None:
        self.room.ask("/_control/advance", {"by": f"{by.total_seconds():.6f}"})
        self.clock.instant += by

    def next_due(self) -> datetime | None:
        """When the next feed is due; None: no feed is asked any more."""
        with self.tools.store.read() as tx:
            return tx.scalars(select(func.min(FeedRow.next_try_at)).where(FeedRow.paused_at.is_(None))).one()

    def live(self, span: timedelta, *, before_poll: Callable[[], None] = lambda: None) -> None:
        """So much time goes by, and each feed is polled the moment it is due."""
        end = self.clock.instant + span
        self.work()
        while (due := self.next_due()) is not None and due <= end:
            self.advance(max(due - self.clock.instant, timedelta(microseconds=1)))
            before_poll()
            self.work()
        self.advance(end - self.clock.instant)

    def polls(self, times: int) -> None:
        """The next so many polls, each at the moment it is due."""
        for _ in range(times):
            due = self.next_due()
            assert due is not None, "no feed is asked any more"
            if due > self.clock.instant:
                self.advance(due - self.clock.instant)
            self.work()

    def log(self, address: str | None = None) -> list[Row]:
        """The requests that the server saw, of one address (without http://) if told, without the test's own."""
        rows = [row for row in self.room.ask("/_log") if row["kind"] == "request" and not row["control"]]
        return [row for row in rows if address is None or address_of(row) == address]

    def rule(self, match: str, do: str, **more: object) -> None:
        self.room.ask("/_control/rule", {"match": match, "do": do, **more})

    def publish(self, host: str, name: str) -> None:
        self.room.ask(
            "/_control/publish", {"host": host, "path": f"/{name}", "title": f"Of {name}", "text": f"{name}. " * 40}
        )

    def feed(self, address: str) -> Row:
        """The feed's row."""
        with self.tools.store.read() as tx:
            return dict(tx.execute(select(FeedRow.__table__).where(FeedRow.url == f"http://{address}")).one()._mapping)

    def titles(self, address: str) -> list[str]:
        """The titles of the feed's entries, in order."""
        ours = select(EntryRow.title).join(FeedRow, FeedRow.id == EntryRow.feed_id)
        with self.tools.store.read() as tx:
            return list(tx.scalars(ours.where(FeedRow.url == f"http://{address}").order_by(EntryRow.title)))

    def manners(self, *, scripted: bool = False) -> dict[str, Row]:
        """What the newsroom's judge says by rule; `scripted`: the same judge, of the log with scripted times for real ones."""
        if not scripted:
            return {row["rule"]: row for row in self.room.ask("/_manners")}
        log = [{**row, "time": at(row).timestamp()} for row in self.room.ask("/_log")]
        return {row["rule"]: row for row in _serve().judge(log)}


def desk_at(
    room: Newsroom, folder: Path, template: Path, method: Method, *, start: datetime = START, **settings: str
) -> Desk:
    """A desk with an empty database in that folder. `settings`: names without CLAIMWATCH_."""
    shutil.copyfile(template, folder / "claimwatch.db")
    told = {"DATA_DIR": str(folder), "FETCH_PROXY_URL": room.url, "FETCH_SPACING_S": "0.01", **settings}
    environ = {f"CLAIMWATCH_{name}": value for name, value in told.items()}
    clock = FixedClock(start)
    return Desk(room, folder, method, clock, environ, make_desk_tools(environ, clock, method))


def make_desk_tools(environ: dict[str, str], clock: FixedClock, method: Method) -> Tools:
    return replace(make_tools(read_settings(environ), clock), method=lambda: method)


def address_of(row: Row) -> str:
    return str(row["host"] + row["path"] + ("?" + row["query"] if row["query"] else ""))


def at(row: Row) -> datetime:
    """When it was, by the scripted clock: whole seconds."""
    return datetime.fromisoformat(row["virtual"])


def gaps(rows: Sequence[Row]) -> list[timedelta]:
    """The scripted times between the requests."""
    return [at(after) - at(before) for before, after in pairwise(rows)]


def median(spans: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=statistics.median(span.total_seconds() for span in spans))


def conditional(row: Row) -> bool:
    return row["if_none_match"] is not None or row["if_modified_since"] is not None


def statuses(rows: Iterable[Row]) -> list[int]:
    return [row["status"] for row in rows]


def breaches(manners: Mapping[str, Row]) -> dict[str, list[str]]:
    return {rule: row["against"] for rule, row in manners.items() if row["ok"] is False}


def site(feed: Mapping[str, object], **more: object) -> dict[str, object]:
    """A host with the one feed."""
    return {"feeds": {"/feed.xml": dict(feed)}, **more}


def news(count: int, *, every: timedelta, since: timedelta = timedelta(0)) -> list[dict[str, object]]:
    """Items that come out so far apart, the first so long after the scenario's start."""
    return [
        {
            "title": f"Item {n:04}",
            "text": f"What item {n} tells. " * 30,
            "path": f"/item-{n:04}",
            "at": (since + n * every).total_seconds(),
        }
        for n in range(count)
    ]


def http_date(instant: datetime) -> str:
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def _serve() -> Any:
    """The server's program as a module, for its judge."""
    if "newsroom_serve" not in sys.modules:
        spec = importlib.util.spec_from_file_location("newsroom_serve", NEWSROOM)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["newsroom_serve"] = module
        spec.loader.exec_module(module)
    return sys.modules["newsroom_serve"]


def dumps(what: object) -> str:
    return json.dumps(what, indent=1, default=str)
