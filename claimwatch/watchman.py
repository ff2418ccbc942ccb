"""The watchman of a worker: a thread that looks now and then whether the house still ticks, when beat cannot say so.

Each look is a process of its own (`claimwatch service alarm`): a worker that forks must not hold a database, and a look
that hangs takes nothing along.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from datetime import timedelta
from enum import Enum

from claimwatch.settings import Settings, child_environ
from claimwatch.surroundings import DONE, NO

log = logging.getLogger("claimwatch.watchman")


class Told(Enum):
    """What a look says. BROKEN: it could not be made, most often because the database is away."""

    WELL = "well"
    SILENT = "silent"
    BROKEN = "broken"


class Watchman(threading.Thread):
    """Looks every sixth of the alarm's time, ten minutes at most; two looks in a row must find the same."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(name="watchman", daemon=True)
        self._patience = settings.alarm
        self._every_s = min(600.0, settings.alarm.total_seconds() / 6)
        self._broken_since: float | None = None

    def run(self) -> None:
        """For as long as the worker lives."""
        seen = False
        while True:
            time.sleep(self._every_s)
            told = self._look()
            if told is Told.SILENT and seen:  # a laptop that just woke up finds an old tick at its first look
                self._look("--mail")
            seen = told is Told.SILENT
            self._note(broken=told is Told.BROKEN)

    def _note(self, *, broken: bool) -> None:
        """A database that stays away is a silence of its own, told without it."""
        now = time.monotonic()
        if not broken:
            self._broken_since = None
        elif self._broken_since is None:
            self._broken_since = now
        elif now - self._broken_since > self._patience.total_seconds():
            away = timedelta(seconds=now - self._broken_since)
            if self._look("--mail", "--database-away", f"{away.total_seconds():.0f}") is Told.SILENT:
                self._broken_since = now + timedelta(days=1).total_seconds()

    def _look(self, *options: str) -> Told:
        command = [sys.executable, "-m", "claimwatch", "service", "alarm", *options]
        try:
            done = subprocess.run(  # noqa: S603 - our own command
                command, env=child_environ({}), capture_output=True, text=True, timeout=300, check=False
            )
        except (subprocess.TimeoutExpired, OSError) as error:
            log.warning("a look at the house failed: %s", type(error).__name__)
            return Told.BROKEN
        if done.returncode == DONE:
            return Told.WELL
        log.warning("%s", " ".join((done.stdout + done.stderr).split()) or f"ended with code {done.returncode}")
        # a crash ends with 1 as well: what was found is known by what was said of it
        return Told.SILENT if done.returncode == NO and done.stdout.startswith("since ") else Told.BROKEN
