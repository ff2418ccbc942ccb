"""Backup and restore of the whole database, on both engines: what is asked, checked and done in which order."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from claimwatch import pg_tools
from claimwatch.errors import BadInput, Declined
from claimwatch.part_file import whole_or_nothing
from claimwatch.settings import Settings
from claimwatch.wiring import store_of
from storage import leases, migrate, postgres_copy, sqlite_copy
from storage.contents import Contents, contents, holds_something
from storage.engine import Store, make_store
from storage.errors import Damaged, StoreError


class Kind(Enum):
    """Which engine a backup is of; the value is how its file begins."""

    SQLITE = sqlite_copy.MAGIC
    POSTGRESQL = postgres_copy.MAGIC


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was backed up or restored. `was`: the schema revision of the file."""

    name: str
    size_bytes: int
    was: str
    holds: Contents


def back_up(settings: Settings, file: Path, *, replace: bool) -> Outcome:
    """A checked copy of the database in `file`, which appears when it is whole. Raises Declined, StoreError, OSError."""
    store = store_of(settings, checked=False)
    with whole_or_nothing(file, replace=replace) as (part, out):
        if _kind_of(store) is Kind.POSTGRESQL:
            held = _dump(store, part, lock=out)
            revision = pg_tools.check_dump(part)
        else:
            held = _copy(store, part)
            revision = sqlite_copy.check_copy(part)
        if revision != held.revision:
            raise Damaged(f"{file}: the copy has schema {revision or 'none'}, the database {held.revision}")
        size = part.stat().st_size
    return Outcome(store.name, size, revision, held)


def back_up_to(settings: Settings, out: BinaryIO) -> Outcome:
    """A copy of the database into a stream. Raises Declined, StoreError, OSError."""
    store = store_of(settings, checked=False)
    if _kind_of(store) is Kind.POSTGRESQL:
        held, size = _dump(store, out), 0
    else:
        with _workplace(settings) as folder:
            held = _copy(store, folder / "copy")
            sqlite_copy.check_copy(folder / "copy")
            size = (folder / "copy").stat().st_size
            with (folder / "copy").open("rb") as copy:
                shutil.copyfileobj(copy, out, 1 << 20)
            out.flush()
    return Outcome(store.name, size, held.revision, held)


def restore(settings: Settings, file: Path | None, *, replace: bool) -> Outcome:
    """The database replaced by what is in `file` (None: stdin), brought to this version, its turns forgotten.

    All that can be known is asked before anything is touched.
    Raises BadInput, Declined, StoreError, OSError.
    """
    from claimwatch.up import AlreadyUp, alone

    name = "stdin" if file is None else str(file)
    store = store_of(settings, checked=False)
    try:
        with _workplace(settings) as folder, alone(settings.data_dir):
            kind = _kind_of(store)
            if kind is Kind.POSTGRESQL:
                with store.read() as tx:
                    pg_tools.require(("pg_restore", "psql"), server=postgres_copy.server_major(tx))
            here = _arrived(file, name, folder, kind)
            revision = _checked(here, name, kind)
            _may_replace(store, kind, replace=replace)
            if kind is Kind.POSTGRESQL:
                _put_back_dump(store, here)
            else:
                _put_back_copy(store, here)
            with store.read() as tx:
                return Outcome(store.name, here.stat().st_size, revision, contents(tx))
    except AlreadyUp as error:
        raise Declined(str(error)) from None


def _kind_of(store: Store) -> Kind:
    return Kind.SQLITE if store.engine.dialect.name == "sqlite" else Kind.POSTGRESQL


def _dump(store: Store, target: Path | BinaryIO, *, lock: int | None = None) -> Contents:
    with store.read() as tx:
        snapshot = postgres_copy.share_snapshot(tx)
        pg_tools.require(("pg_dump", "pg_restore"), server=postgres_copy.server_major(tx))
        held = _not_empty(store, contents(tx))
        pg_tools.dump(target, lock, snapshot, postgres_copy.connection_variables(tx))
    return held


def _copy(store: Store, target: Path) -> Contents:
    with store.read() as tx:
        held = _not_empty(store, contents(tx))
        sqlite_copy.copy_out(tx, target)
    return held


def _not_empty(store: Store, held: Contents) -> Contents:
    if not held.revision:
        raise Declined(f"database {store.name} is empty: there is nothing to back up")
    return held


@contextmanager
def _workplace(settings: Settings) -> Iterator[Path]:
    """A folder for a while, on the disk that has room for the data; /tmp may lie in memory."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="copy-", dir=settings.data_dir) as folder:
        yield Path(folder)


def _arrived(file: Path | None, name: str, folder: Path, kind: Kind) -> Path:
    """The backup as a file: stdin is kept first, and what is worked on is copied. Raises BadInput, OSError."""
    copy = folder / "copy"
    try:
        source = sys.stdin.buffer if file is None else file.open("rb")
    except OSError as error:
        raise BadInput(f"{name}: cannot be read: {error.strerror}") from None
    with source:
        start = source.read(16)
        found = next((k for k in Kind if start.startswith(k.value)), None)
        if found is None:
            raise BadInput(f"{name} is no backup of claimwatch: it begins like neither engine's; nothing was changed")
        if found is not kind:
            raise BadInput(
                f"{name} is a backup of {_NAMES[found]}, and this database is {_NAMES[kind]}; nothing was changed"
            )
        if file is not None and kind is Kind.POSTGRESQL:
            return file
        wal = file.with_name(f"{file.name}-wal") if file else None
        if wal is not None and wal.exists() and wal.stat().st_size:
            raise BadInput(f"{name} is a database in use ({wal.name} lies beside it): make a backup of it first")
        with copy.open("wb") as out:
            out.write(start)
            shutil.copyfileobj(source, out, 1 << 20)
    return copy


_NAMES = {Kind.SQLITE: "SQLite", Kind.POSTGRESQL: "PostgreSQL"}


def _checked(here: Path, name: str, kind: Kind) -> str:
    """The schema revision of a backup that can be restored. Raises BadInput."""
    try:
        revision = (pg_tools.check_dump if kind is Kind.POSTGRESQL else sqlite_copy.check_copy)(here)
    except StoreError as error:
        raise BadInput(f"{name} cannot be restored, nothing was changed: {error}") from None
    if not revision:
        raise BadInput(f"{name} is no backup of claimwatch: it has no schema revision")
    if not migrate.knows(revision):
        raise BadInput(
            f"{name} was made by a newer claimwatch: its schema is {revision}, this program knows up to {migrate.HEAD}; "
            "nothing was changed"
        )
    return revision


def _may_replace(store: Store, kind: Kind, *, replace: bool) -> None:
    """Raise Declined if there is something to lose or somebody at work."""
    with store.read() as tx:
        if not replace and holds_something(tx):
            raise Declined(f"database {store.name} is not empty: --replace gives up what is in it")
        others = postgres_copy.other_sessions(tx) if kind is Kind.POSTGRESQL else 0
    if others:
        raise Declined(
            f"database {store.name}: {others} other connection{'s' if others > 1 else ''}: stop the workers, beat and web first, "
            "e.g. `docker compose stop worker-fetch worker-think beat web`"
        )


def _put_back_dump(store: Store, dump: Path) -> None:
    with store.read() as tx:
        variables = postgres_copy.connection_variables(tx)
    store.close()
    pg_tools.restore(dump, variables)
    _bring_up(store)


def _put_back_copy(store: Store, copy: Path) -> None:
    """The copy is brought to this version before it goes in: should that fail, the database was never touched."""
    brought = make_store(f"sqlite:///{copy}")
    _bring_up(brought)
    brought.close()
    sqlite_copy.settle(copy)
    sqlite_copy.check_copy(copy)
    sqlite_copy.put_back(copy, store)


def _bring_up(store: Store) -> None:
    """To this version's schema; and who held a row when the backup was made holds it no more."""
    migrate.upgrade(store)
    with store.begin() as tx:
        leases.forget_turns(tx)
