"""A SQLite database as a whole: copied while others write, checked, and put back as one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection

from storage.engine import Store
from storage.errors import Damaged, StoreUnavailable

MAGIC = b"SQLite format 3\0"

# 16 MB of the usual pages: so often Ctrl-C is heard.
_PAGES_A_STEP = 4096


def copy_out(tx: Connection, target: Path) -> None:
    """What the reading transaction sees, as one plain file without a WAL. Raises StoreUnavailable.

    A transaction that has read stands still: writers go on beside it, and the copy never has to begin again.
    """
    tx.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    source = tx.connection.driver_connection
    with _told(f"copy {target}"), closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA journal_mode=OFF")  # a copy that breaks off is thrown away, not rolled back
        source.backup(copy, pages=_PAGES_A_STEP)  # type: ignore[union-attr]
        _plain(copy)


def check_copy(copy: Path) -> str:
    """The schema revision of a whole and sound copy. Raises Damaged with what is wrong with it."""
    try:
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as file:
            said = file.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if said != "ok":
                raise Damaged(f"it is damaged or cut off: {said.splitlines()[-1]}")
            if file.execute("PRAGMA foreign_key_check").fetchone():
                raise Damaged("it is damaged: it has rows without their parent")
            if not file.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
                return ""
            return str((file.execute("SELECT version_num FROM alembic_version").fetchone() or [""])[0])
    except sqlite3.DatabaseError as error:
        raise Damaged(f"it is damaged or cut off: {error}") from None


def settle(copy: Path) -> None:
    """Make a copy that was worked on one plain file again. Raises StoreUnavailable."""
    with _told(f"copy {copy}"), closing(sqlite3.connect(copy)) as file:
        _plain(file)


def put_back(copy: Path, store: Store) -> None:
    """Everything in the database replaced by a settled copy, or nothing. Raises StoreUnavailable, also when in use.

    Not by a file moved over the old one: whoever still had that open would write its WAL beside the new one. Killed
    midway, the journal brings the old state back with the next opening.
    """
    store.close()  # what we hold open ourselves
    with (
        _told(f"database {store.name}"),
        closing(sqlite3.connect(str(store.engine.url.database), timeout=1, isolation_level=None)) as live,
        closing(sqlite3.connect(copy)) as source,
    ):
        # leaving WAL takes -wal and -shm away, and is refused while anybody else has the file open
        live.execute("PRAGMA locking_mode=EXCLUSIVE")
        _plain(live)
        live.execute("BEGIN EXCLUSIVE")
        live.execute("COMMIT")
        source.backup(live)


def _plain(file: sqlite3.Connection) -> None:
    if file.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete":
        raise sqlite3.OperationalError("database is locked")


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        hint = ""
        if "locked" in str(error):
            hint = ": another process has it open; end it first"
        elif "full" in str(error):
            hint = ": free some space; nothing was changed"
        raise StoreUnavailable(f"{what}: {error}{hint}") from None
