"""Real processes: `claimwatch up` as a child, and the developers' newsroom server where there is one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from claimwatch.up import free_port
from storage import migrate, queries, seeds
from storage.engine import Store, make_store
from storage.records import WatchList
from worker.gateways.clock import SystemClock

ROOT = Path(__file__).parents[2]
NEWSROOM = Path(os.environ.get("CLAIMWATCH_NEWSROOM", ROOT.parent / "shared" / "newsroom")) / "serve.py"  # noqa: TID251


def wait_until(
    what: Callable[[], object], *, timeout: float = 60.0, every: float = 0.1, said: str | Callable[[], str] = ""
) -> None:
    """Until `what` is true; fails with `said`, asked at the end if it can be."""
    until = time.monotonic() + timeout
    while not what():
        if time.monotonic() > until:
            raise AssertionError(f"not within {timeout:g} s: {(said() if callable(said) else said) or what}")
        time.sleep(every)


@dataclass
class Laptop:
    """A data folder, its settings and what runs on it."""

    folder: Path
    environ: dict[str, str]
    store: Store
    process: subprocess.Popen[str] | None = None
    seen: set[psutil.Process] = field(default_factory=set)

    def start(self) -> None:
        """`claimwatch up`, until it says that it is up."""
        log = self.folder / "up.out"
        with log.open("a") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "claimwatch", "up"],
                env={**os.environ, **self.environ},  # noqa: TID251
                cwd=self.folder,
                stderr=out,
                stdout=out,
                text=True,
            )
        before = log.read_text().count("is up; Ctrl-C")
        wait_until(lambda: log.read_text().count("is up; Ctrl-C") > before or self._ended(), said=log.read_text())
        assert self.process.poll() is None, log.read_text()
        self.family()

    def _ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def talk(self) -> str:
        """What it said so far."""
        return (self.folder / "up.out").read_text()

    def stop(self, how: int = signal.SIGINT) -> int:
        """Its exit code after the signal."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(60)

    def family(self) -> list[psutil.Process]:
        """Every process that runs on this data folder: by its environment, or seen as a descendant of `up`."""
        found = [p for p in self.seen if p.is_running()]  # the broker writes its title over its environment
        if self.process is not None and self.process.poll() is None:
            found += psutil.Process(self.process.pid).children(recursive=True)
        for process in psutil.process_iter():
            try:
                if process.environ().get("CLAIMWATCH_DATA_DIR") == str(self.folder) and process.pid != os.getpid():
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        alive = {p for p in found if p.is_running() and p.status() != psutil.STATUS_ZOMBIE}
        self.seen |= alive
        return sorted(alive, key=lambda p: p.pid)

    def commands(self) -> list[tuple[psutil.Process, str]]:
        """Those that run, with their command lines."""
        found = []
        for process in self.family():
            try:
                found.append((process, " ".join(process.cmdline())))
            except psutil.Error:  # it ended between the two looks
                continue
        return found

    def oldest(self, words: str) -> psutil.Process:
        """The process whose command line holds the words; the parent one, of a pool."""
        return min((p for p, told in self.commands() if words in told), key=lambda p: p.create_time())

    def counts(self) -> dict[str, int]:
        with self.store.read() as tx:
            return queries.counts(tx)

    def claimwatch(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "claimwatch", *arguments],
            env={**os.environ, **self.environ},  # noqa: TID251
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Laptop]:
    folder = tmp_path / "data"
    folder.mkdir()
    store = make_store(f"sqlite:///{folder}/claimwatch.db")
    migrate.upgrade(store)
    environ = {
        "CLAIMWATCH_DATA_DIR": str(folder),
        "CLAIMWATCH_WEB_BIND": f"127.0.0.1:{free_port()}",
        "CLAIMWATCH_TICK_S": "1",
        "CLAIMWATCH_CALLED_S": "5",
        "CLAIMWATCH_FETCH_SPACING_S": "0",
        "CLAIMWATCH_FETCH_TIMEOUT_S": "5",
        "CLAIMWATCH_SOFT_LIMIT_S": "6",
        "CLAIMWATCH_HARD_LIMIT_S": "8",
        "CLAIMWATCH_LEASE_S": "10",
        "CLAIMWATCH_SMTP_TIMEOUT_S": "1.5",
        "CLAIMWATCH_VISIBILITY_S": "20",
    }
    made = Laptop(folder, environ, store)
    yield made
    for process in made.family():
        process.kill()
    store.close()


def take_over(store: Store, watch_list: WatchList) -> None:
    with store.begin() as tx:
        seeds.take_over(tx, watch_list, now=SystemClock().now())


class Newsroom:
    """The newsroom server, reached as a proxy."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data=data), timeout=60) as answer:
            return json.load(answer)

    def feeds(self) -> list[str]:
        told = self.ask("/_control/state")["feeds"]
        return list(dict.fromkeys(f if isinstance(f, str) else f["url"] for f in told))

    def truth(self) -> list[dict[str, Any]]:
        told = self.ask("/_truth")
        return told if isinstance(told, list) else told.get("rows") or told["entries"]


@contextmanager
def newsroom(*arguments: str) -> Iterator[Newsroom]:
    if not NEWSROOM.exists():
        pytest.skip("the developers' newsroom is not here (CLAIMWATCH_NEWSROOM)")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, str(NEWSROOM), "--port", str(port), "--address", "proxy", *arguments],
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
        wait_until(answers, timeout=30, said="the newsroom does not start")
        yield room
    finally:
        process.terminate()
        process.wait(10)
