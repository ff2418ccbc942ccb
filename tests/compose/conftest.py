"""The running stack, reached through its public doors only: commands in containers, HTTP, Mailpit's API."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from claimwatch.up import free_port
from tests.live.conftest import NEWSROOM, ROOT

# An earlier state of the project whose stack is upgraded to this one: the first that had a docker-compose.yml.
EARLIER = "b845dad"
PROJECT = "claimwatch-test"
HOSTS = ("gazette.example", "herald.example", "wire.example", "monitor.example", "courier.example", "post.example")
CLAIM = "stack-raqqa-4000"

# The times of decisions.md in seconds, in their order.
TIMES = {
    "TICK_S": 2,
    "CALLED_S": 10,
    "SOFT_LIMIT_S": 8,
    "HARD_LIMIT_S": 10,
    "LEASE_S": 20,
    "VISIBILITY_S": 40,
    "FETCH_TIMEOUT_S": 5,
    "FETCH_SPACING_S": 0,
}


OPERATOR = "operator@newsroom.example"
# Settings that the earlier version does not know. An alarm after 45 s of silence.
NEW = {"OPERATOR": OPERATOR, "ALARM_HOURS": 0.0125, "HEARTBEAT_URL": f"http://{HOSTS[0]}/", "SMTP_TIMEOUT_S": 3}


def say(line: str) -> None:
    """A line for whoever watches the test."""
    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S}  {line}\n")  # noqa: TID251
    sys.stderr.flush()


def run(*command: str, **more: Any) -> str:
    """What the command printed. Raises AssertionError with its last words."""
    return run_bytes(*command, **more).decode()


def run_bytes(
    *command: str,
    given: str | bytes = b"",
    check: bool = True,
    timeout: float = 600,
    stderr_too: bool = False,
    **more: Any,
) -> bytes:
    """What the command printed, as it is. Raises AssertionError with its last words."""
    raw = given.encode() if isinstance(given, str) else given
    done = subprocess.run(list(command), input=raw, capture_output=True, timeout=timeout, check=False, **more)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr.decode()[-3000:]}")
    told: bytes = done.stdout + (done.stderr if stderr_too else b"")
    return told


def http(url: str, body: object = None, host: str = "") -> Any:
    """The JSON that the address answers."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Host": host} if host else {})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
        return json.load(answer)


def wait_until(what: Callable[[], object], *, timeout: float = 120, said: str = "") -> float:
    """Seconds until it is true; trouble on the way counts as not yet. Fails with `said` and the last trouble."""
    started, trouble = time.monotonic(), ""
    while time.monotonic() - started < timeout:
        try:
            if what():
                return time.monotonic() - started
            trouble = ""
        except (OSError, AssertionError, ValueError, subprocess.TimeoutExpired) as error:
            trouble = f"{type(error).__name__}: {error}"
        time.sleep(0.5)
    raise AssertionError(f"not within {timeout:g} s: {said} {trouble}")


@dataclass
class Stack:
    """A clone of the project with its containers, the newsroom before it, and the readers behind it."""

    folder: Path
    web_port: int = field(default_factory=free_port)
    mailpit_port: int = field(default_factory=free_port)
    newsroom_port: int = field(default_factory=free_port)
    overrides: list[Path] = field(default_factory=list)
    published: dict[str, datetime] = field(default_factory=dict)  # address -> when
    mails: dict[str, dict[str, Any]] = field(default_factory=dict)  # by Mailpit's id
    slots: dict[str, datetime] = field(default_factory=dict)  # reader -> when the digest is due
    feed_ids: list[int] = field(default_factory=list)
    _number: int = 0
    _publishing: threading.Event = field(default_factory=threading.Event)
    _publisher: threading.Thread | None = None

    def settle(self, folder: Path, **more: object) -> None:
        """Take the files of another clone, with the settings of the test and `more`."""
        self.folder = folder
        told: dict[str, object] = {f"CLAIMWATCH_{name}": value for name, value in TIMES.items()}
        told |= {"CLAIMWATCH_FETCH_PROXY_URL": "http://newsroom:8088", "CLAIMWATCH_SMTP_URL": "smtp://mailpit:1025"}
        told |= {"WEB_PORT": self.web_port, "MAILPIT_PORT": self.mailpit_port, "COMPOSE_PROFILES": "dev"}
        told |= {f"CLAIMWATCH_{name}": value for name, value in more.items()}
        (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in told.items()))

    def compose(self, *arguments: str, **more: Any) -> str:
        """What `docker compose ARGUMENTS` printed."""
        return self.compose_bytes(*arguments, **more).decode()

    def compose_bytes(self, *arguments: str, **more: Any) -> bytes:
        """The same, as it is."""
        world = {"NEWSROOM": str(NEWSROOM.parent), "NEWSROOM_PORT": str(self.newsroom_port)}
        files = ["-f", "docker-compose.yml"]
        if NEWSROOM.exists():
            files += ["-f", str(ROOT / "tests/compose/newsroom.yml")]
        files += [part for override in self.overrides for part in ("-f", str(override))]
        command = ["docker", "compose", "--progress", "quiet", "-p", PROJECT, *files, *arguments]
        return run_bytes(*command, cwd=self.folder, env={**os.environ, **world}, **more)  # noqa: TID251

    def up(self, *arguments: str) -> float:
        """The issue's own command; seconds."""
        started = time.monotonic()
        self.compose("up", "-d", "--build", "--wait", *arguments)
        return time.monotonic() - started

    def claimwatch(self, *arguments: str, given: str | bytes = b"", check: bool = True) -> str:
        """What the command said in worker-fetch."""
        return self.compose(
            "exec", "-T", "worker-fetch", "claimwatch", *arguments, given=given, check=check, timeout=120
        )

    def container(self, service: str) -> str:
        """The container's id."""
        return self.compose("ps", "-q", service).split()[0]

    def shell(self, service: str, script: str) -> str:
        """What a script said in the container, as its own user."""
        return self.compose("exec", "-T", service, "sh", "-c", script, timeout=60)

    # the newsroom

    def newsroom(self, path: str, body: object = None) -> Any:
        return http(f"http://127.0.0.1:{self.newsroom_port}{path}", body, host="newsroom")

    def open_newsroom(self) -> None:
        """A desk of our own: six hosts with an empty feed each, and a clock that runs."""
        formats = ("rss", "atom", "rdf")
        hosts = {
            host: {"feeds": {"/feed.xml": {"format": formats[n % 3], "window": 2000}}} for n, host in enumerate(HOSTS)
        }
        start = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: TID251
        self.newsroom("/_control/scenario", {"start": start, "rate": 1, "address": "proxy", "hosts": hosts})

    def publish(self) -> None:
        """One more piece; every second one speaks of the claim."""
        self._number += 1
        n, host = self._number, HOSTS[self._number % len(HOSTS)]
        told = f"A sample report, number {n}. The council of the town met on Tuesday to speak of road number {n}. " * 4
        if n % 2:
            told += f"\n\nAbout 4,000 people left Raqqa in October 2017 in the convoy, witness number {n} said. It was agreed."
        told += f"\n\nThe meeting number {n} went on until the evening, and nothing else was decided there."
        piece = {"host": host, "path": f"/news/{n}", "title": f"Sample report {n} from the council", "text": told}
        url = self.newsroom("/_control/publish", piece)["url"]
        self.published[url] = datetime.now(UTC)  # noqa: TID251

    def keep_publishing(self) -> None:
        """From now on a piece about every second, and feeds asked again every few, whatever happens to the stack."""

        def work() -> None:
            last = 0.0
            while not self._publishing.wait(1.0):
                with suppress(OSError):
                    self.publish()
                if time.monotonic() - last > 5:
                    with suppress(AssertionError, subprocess.TimeoutExpired, OSError):
                        self.ask_feeds()
                    last = time.monotonic()

        self._publishing.clear()
        self._publisher = threading.Thread(target=work, daemon=True)
        self._publisher.start()

    def stop_publishing(self) -> None:
        self._publishing.set()
        if self._publisher is not None:
            self._publisher.join(130)

    def ask_feeds(self) -> None:
        """Make the feeds due now: nobody waits a quarter of an hour in a test."""
        self.claimwatch("feed", "pause", "--resume", *map(str, self.feed_ids))

    # what has come of it

    def api(self, path: str) -> list[dict[str, Any]]:
        """All rows of a list, page by page."""
        rows: list[dict[str, Any]] = []
        after: str | None = ""
        joint = "&" if "?" in path else "?"
        while after is not None:
            following = f"&after={after}" if after else ""
            page = http(f"http://127.0.0.1:{self.web_port}/api/v1/{path}{joint}limit=1000{following}")
            if isinstance(page, list):  # the earlier version of the upgrade gives bare lists
                assert len(page) < 1000
                return page
            rows, after = rows + page["rows"], page["next"]
        return rows

    def stored(self) -> Counter[str]:
        """Addresses of all articles, with how often each is there."""
        return Counter(row["url"] for row in self.api("articles"))

    def findings(self) -> Counter[tuple[Any, ...]]:
        """Findings on the claim by article and place."""
        return Counter((row["article_id"], row["start"], row["end"]) for row in self.api(f"findings?claim={CLAIM}"))

    def read_mails(self) -> None:
        """Take over what Mailpit has; asked inside of its container, so that it works while it is cut off."""
        listed = "wget -qO- 'http://127.0.0.1:8025/api/v1/messages?limit=1000'"
        for mail in json.loads(self.shell("mailpit", listed))["messages"]:
            self.mails[mail["ID"]] = mail

    def digests(self) -> Counter[tuple[str, str]]:
        """(reader, Message-ID) of the day's digests, with how often each arrived."""
        return Counter(
            (mail["To"][0]["Address"], mail["MessageID"])
            for mail in self.mails.values()
            if mail["To"][0]["Address"] in self.slots
        )

    def late(self, patience: timedelta) -> set[str]:
        """Readers whose digest was due that long ago and is not here."""
        self.read_mails()
        here = {reader for reader, _id in self.digests()}
        now = datetime.now(UTC)  # noqa: TID251
        return {reader for reader, at in self.slots.items() if now - at > patience} - here

    def doctor(self) -> dict[str, str]:
        """State by check."""
        return {c["what"]: c["state"] for c in json.loads(self.claimwatch("doctor", "--json", check=False))}

    def is_well(self) -> bool:
        """Nothing failed and nothing to warn of, but that a proxy is used. Raises AssertionError with what is not well."""
        bad = {what: state for what, state in self.doctor().items() if state != "ok" and what != "door"}
        assert not bad, bad
        return True


def a_clone(folder: Path, commit: str | None = None) -> Path:
    """What a clone has: the files of the work tree that git knows or would take, or those of a commit."""
    folder.mkdir(parents=True)
    if commit:
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
        if archive.returncode:
            pytest.skip(f"the history of this clone does not reach {commit}")
        subprocess.run(["tar", "-x"], cwd=folder, input=archive.stdout, check=True)
        return folder
    for name in filter(None, run("git", "ls-files", "-coz", "--exclude-standard", cwd=ROOT).split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack before its first start."""
    made = Stack(tmp_path_factory.mktemp("clones"))
    made.settle(a_clone(made.folder / "now"), **NEW)
    made.compose("down", "-v", "--remove-orphans", check=False)
    try:
        yield made
    finally:
        made.stop_publishing()
        # what a person needs who looks for the reason of a failure; git ignores it
        (ROOT / "compose-test.log").write_text(made.compose("logs", "--no-color", "--timestamps", check=False))
        made.compose("down", "-v", "--remove-orphans", check=False)
