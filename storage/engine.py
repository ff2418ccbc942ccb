"""Opening the database: `make_store(url)` gives a `Store`; `Store.begin()` is one transaction."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchModuleError, OperationalError

from storage.errors import Refused, StoreError, StoreUnavailable

# A writer waits this long for another. Our longest write (a revision with its passages) takes some
# milliseconds; 30 s is for a laptop that was asleep or a slow disk.
BUSY_TIMEOUT_S = 30


class Store:
    """The database. Share one a process, made after fork; never inherit it from a parent."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.name = name

    @contextmanager
    def begin(self, *, rebuilding: bool = False) -> Iterator[Connection]:
        """A writing transaction, committed at the end, rolled back on any error.

        `rebuilding`: for migrations; SQLite does not follow foreign keys meanwhile (to recreate a table under them
        deletes all children), the caller checks them at the end.

        Raises StoreUnavailable when the database does not answer, is full, locked or may not be written.
        """
        with self._told(), self.engine.connect() as connection:
            tx = connection.execution_options(claimwatch_rebuilding=rebuilding)
            with tx.begin():
                yield tx

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A reading transaction, all of one moment: on SQLite it takes no write lock. Nothing is committed."""
        with self._told(), self.engine.connect() as connection:
            tx = connection.execution_options(claimwatch_reading=True)
            if self.engine.dialect.name == "postgresql":
                tx = tx.execution_options(isolation_level="REPEATABLE READ")  # SQLite's reads are so by themselves
            try:
                yield tx
            finally:
                tx.rollback()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) == "54000":  # PostgreSQL: a value is too long for its index
                raise Refused(
                    f"database {self.name} does not take a value: {str(error.orig).splitlines()[0]}"
                ) from error
            raise StoreUnavailable(f"database {self.name}: {_plain(error)}") from error
        except DataError as error:
            raise Refused(
                f"database {self.name} does not take a value: {str(error.orig).strip().splitlines()[0]}"
            ) from error
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state == "42P01":  # PostgreSQL's undefined table; SQLite says it as an OperationalError
                raise StoreUnavailable(f"database {self.name}: {error.orig}: run `claimwatch migrate`") from error
            if re.search("malformed|not a database", str(error.orig)):
                raise StoreUnavailable(
                    f"database {self.name}: {error.orig}: move it away, with its -wal and -shm, and `claimwatch restore` a backup"
                ) from error
            if error.connection_invalidated:
                raise StoreUnavailable(f"database {self.name}: connection lost; is it running?") from error
            raise

    def settle(self) -> bool:
        """What was committed stands in SQLite's file itself, and its log is empty: nothing deleted is legible in either.

        False where somebody reads just now and the log cannot be emptied: the next that can will.
        """
        if self.engine.dialect.name != "sqlite":
            return True
        with self._told(), self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            busy, _pages, _moved = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _plain(error: OperationalError) -> str:
    text = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    low = text.lower()
    if "disk is full" in low or "disk full" in low or "no space left" in low:
        return f"{text}: free some space; what was not committed is done again"
    if "readonly" in low or "read-only" in low:
        return f"{text}: this user may not write there; check the owner of the file and its folder"
    if "unable to open" in low:
        return f"{text}: does the folder exist and may this user write there?"
    if re.search(r'database ".*" does not exist', low):
        return f"{text}: create it first (createdb)"
    if "no such table" in low or "does not exist" in low:
        return f"{text}: run `claimwatch migrate`"
    if "locked" in low:
        return f"{text}: another process held it for more than {BUSY_TIMEOUT_S} s"
    return f"{text}: is it running, and is CLAIMWATCH_DATABASE_URL right?"


def make_store(url: str) -> Store:
    """A store for `sqlite:///FILE` or `postgresql+psycopg://...` (also `postgresql://`). Connects to nothing yet."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError("CLAIMWATCH_DATABASE_URL: expected sqlite:///FILE or postgresql://USER@HOST/NAME") from None
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    name = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise StoreError("CLAIMWATCH_DATABASE_URL: SQLite needs a file, several processes share it")
        folder = Path(parsed.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"database {name}: cannot make the folder {folder}: {error.strerror}") from None
        # kept open: the last connection that is closed empties the WAL (9 ms), and a new one reads the schema anew
        engine = create_engine(parsed, pool_size=5, max_overflow=15, connect_args={"timeout": BUSY_TIMEOUT_S})
        _prepare_sqlite(engine)
        return Store(engine, name)
    try:
        engine = create_engine(parsed, pool_pre_ping=True, pool_size=5, max_overflow=15)
    except (NoSuchModuleError, ImportError):
        raise StoreError(f"CLAIMWATCH_DATABASE_URL: no driver for {parsed.drivername!r}") from None
    return Store(engine, name)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")
        _to_wal(cursor)
        cursor.execute("PRAGMA synchronous=NORMAL")
        # 16 MB of log between two writings into the file, not 4: a tenth less time an article (docs/benchmarks.md)
        cursor.execute("PRAGMA wal_autocheckpoint=4000")
        cursor.execute(
            "PRAGMA secure_delete=FAST"
        )  # what is deleted is overwritten where that costs no further writing
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # IMMEDIATE: a transaction that reads and then writes under DEFERRED locks up at once with three processes.
        options = connection.get_execution_options()
        reading = options.get("claimwatch_reading")
        # said each time: the connection may have served a migration before. It counts only outside of a transaction
        connection.exec_driver_sql(f"PRAGMA foreign_keys={'OFF' if options.get('claimwatch_rebuilding') else 'ON'}")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _to_wal(cursor: Any) -> None:
    """WAL, kept in the file. The switch itself ignores busy_timeout when several processes open a new file at once."""
    import sqlite3

    for attempt in range(50):
        try:
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
                return
            cursor.execute("PRAGMA journal_mode=WAL").fetchone()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or attempt == 49:
                raise
            time.sleep(0.05)
