"""The four long-running processes: the one place that says how each is started, and how it is known to be well."""

from __future__ import annotations

import socket
import sys
import time
import urllib.request
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from claimwatch.settings import Settings

if TYPE_CHECKING:
    from celery import Celery


class Service(StrEnum):
    """A process that runs until it is told to end. The names are those of docker-compose.yml."""

    WORKER_FETCH = "worker-fetch"
    WORKER_THINK = "worker-think"
    BEAT = "beat"
    WEB = "web"


def command_of(service: Service, settings: Settings) -> list[str]:
    """The command line that starts it."""
    celery = [sys.executable, "-m", "celery", "-A", "claimwatch.celery"]
    level = ["-l", settings.log_level]
    if service is Service.WEB:
        where = ["--host", settings.web_host, "--port", str(settings.web_port)]
        # no log of what is asked for: a token may stand in the address of an Atom feed, and a query is its reader's own
        quiet = ["--no-server-header", "--no-access-log", "--log-level", "warning"]
        return [sys.executable, "-m", "uvicorn", "claimwatch.asgi:app", *where, *quiet]
    if service is Service.BEAT:
        return [*celery, "beat", "-s", str(settings.data_dir / _BEAT_FILE), "--pidfile=", *level]
    queues, pool = _WORKERS[service]
    size = str(settings.fetch_threads if service is Service.WORKER_FETCH else settings.think_processes)
    lean = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [*celery, "worker", "-n", node_of(service), "-Q", queues, "-P", pool, "-c", size, *lean, *level]


def forget_beat(settings: Settings) -> None:
    """Make room for beat's file. What an earlier beat remembers is of no use: what is due stands in the database."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    for old in settings.data_dir.glob(f"{_BEAT_FILE}*"):
        old.unlink()


_BEAT_FILE = "beat-schedule"
# queues and pool. Threads wait on the network; a process can be killed by the hard limit.
_WORKERS = {
    Service.WORKER_FETCH: ("control,fetch,mail", "threads"),
    Service.WORKER_THINK: ("think", "prefork"),
}


def node_of(service: Service) -> str:
    """The name under which a worker of this machine answers."""
    return f"{service.removeprefix('worker-')}@{socket.gethostname()}"


def is_well(service: Service, settings: Settings, ping: Callable[[str], bool]) -> bool:
    """Whether the process of this machine does its work. May raise whatever stands in the way of asking.

    A worker answers `ping`, which goes through the broker; beat has written its file within three ticks, as it does at each
    (`beat_sync_every`); the web process says that the database is at its schema.
    """
    if service is Service.WEB:
        host = "127.0.0.1" if settings.web_host in ("0.0.0.0", "::") else settings.web_host  # noqa: S104 - compared, not bound
        straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with straight.open(f"http://{host}:{settings.web_port}/healthz", timeout=5) as answer:
            return int(answer.status) == 200
    if service is Service.BEAT:
        ticked = [file.stat().st_mtime for file in settings.data_dir.glob(f"{_BEAT_FILE}*")]
        return bool(ticked) and time.time() - max(ticked) < 3 * settings.tick.total_seconds() + 10
    return ping(node_of(service))


def pinging(app: Celery) -> Callable[[str], bool]:
    """Whether the worker of that name answers through the broker."""
    return lambda node: any(node in reply for reply in app.control.ping(destination=[node], timeout=3.0))
