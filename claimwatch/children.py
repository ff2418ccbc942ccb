"""Child processes that are watched: started, known to be ready, restarted when they crash, ended all together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from claimwatch.show import talk

# A child that ran this long was well: what ended it came from outside, and the next end is counted from one again
# (ten seconds are Docker's measure too; a worker needs two to four to come up).
RAN_WELL_S = 10.0
# One that ends sooner than that again and again is broken. With the waits below ten starts are given about a minute,
# so that a full disk or a killer of processes that passes by does not end the house.
MOST_SHORT_RUNS = 10
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 10.0
_LOG_BYTES = 20_000_000
_PR_SET_PDEATHSIG = 1


class ChildFailed(Exception):
    """A child does not come up or keeps crashing; the message names it, its last words and its log."""


@dataclass(kw_only=True)
class Child:
    """One process. `ready` is asked until it says yes; `grace_s`: how long it may take to end its work."""

    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    stdin: str = ""
    grace_s: float = 10.0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    short_runs: int = 0
    start_again_at: float = 0.0


class Children:
    """The children of one supervisor, in the order in which they are started; ended in the reverse order."""

    def __init__(self, logs: Path, environ: dict[str, str], cwd: Path) -> None:
        self._logs, self._environ, self._cwd = logs, environ, cwd
        self._children: list[Child] = []
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, child: Child, *, timeout_s: float = 60.0) -> None:
        """Start it and wait until it is ready. Raises ChildFailed."""
        self._children.append(child)
        self._spawn(child)
        self._await(child, timeout_s)

    def _spawn(self, child: Child) -> None:
        log = self._log(child)
        if log.exists() and log.stat().st_size > _LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as out:
            child.process = subprocess.Popen(
                list(child.command),
                stdin=subprocess.PIPE if child.stdin else subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=self._environ,
                cwd=self._cwd,
                start_new_session=True,  # Ctrl-C is for the supervisor alone
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads yet hold locks the child needs
            )
        child.started_at = time.monotonic()
        if child.process.stdin:
            # one that ended before it read is seen by the next look
            with contextlib.suppress(BrokenPipeError), child.process.stdin as told:
                told.write(child.stdin.encode())

    def _await(self, child: Child, timeout_s: float) -> None:
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            if child.process is None or child.process.poll() is not None:
                raise ChildFailed(self._last_words(child, "ended while it started"))
            with contextlib.suppress(Exception):
                if child.ready():
                    return
            time.sleep(0.1)
        raise ChildFailed(self._last_words(child, f"was not ready within {timeout_s:.0f} s"))

    def look(self) -> None:
        """Restart what has ended, a little later each time. Raises ChildFailed for what never runs well."""
        now = time.monotonic()
        for child in self._children:
            if child.process is None:
                if now >= child.start_again_at:
                    self._spawn(child)
                    talk(f"{child.name}: started again")
                continue
            code = child.process.poll()
            if code is None:
                continue
            _kill_group(child.process)
            child.process = None
            ran_well = now - child.started_at >= RAN_WELL_S
            child.short_runs = 1 if ran_well else child.short_runs + 1
            if child.short_runs >= MOST_SHORT_RUNS:
                what = f"ended {MOST_SHORT_RUNS} times in a row within {RAN_WELL_S:g} s of its start"
                raise ChildFailed(self._last_words(child, what))
            wait = min(FIRST_WAIT_S * 2.0 ** (child.short_runs - 1), LONGEST_WAIT_S)
            child.start_again_at = now + wait
            talk(
                f"{child.name}: ended by itself ({_how(code)}), starts again in {wait:g} s; its log: {self._log(child)}"
            )

    def stop(self) -> None:
        """End all: each is asked first and killed with its whole group if it does not listen. Nothing is left."""
        for child in reversed(self._children):
            process = child.process
            if process is None:
                continue
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                process.wait(child.grace_s)
            except subprocess.TimeoutExpired:
                talk(
                    f"{child.name}: does not end within {child.grace_s:g} s and is killed; its work is taken up again later"
                )
            _kill_group(process)
            child.process = None

    def pids(self) -> dict[str, int]:
        """The processes that run now, by name."""
        return {child.name: child.process.pid for child in self._children if child.process is not None}

    def _log(self, child: Child) -> Path:
        return self._logs / f"{child.name}.log"

    def _last_words(self, child: Child, what: str) -> str:
        log = self._log(child)
        words = log.read_text(errors="replace").splitlines()[-8:] if log.exists() else []
        return f"{child.name} {what}; its last words ({log}):\n  " + "\n  ".join(words)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Whatever is left of the process and its own children (each child of ours leads a session)."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def _die_with_parent() -> None:
    """Linux: should the supervisor be killed outright, its children are asked to end."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
