"""Where writing differs between SQLite and PostgreSQL, beyond the opening of a connection. Searching: storage/search/."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, Table, Text, any_, cast, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase


def take_turns(tx: Connection, *numbers: int, shared: bool = False) -> None:
    """Wait until nobody else is in a transaction under one of these numbers; `shared` ones may be there together.

    Several are taken in the order of their size, so that two who want the same never wait for each other. SQLite has one
    writer at a time as it is.
    """
    if tx.dialect.name == "postgresql":
        lock = f"pg_advisory_xact_lock{'_shared' if shared else ''}"
        tx.exec_driver_sql("SELECT " + ", ".join(f"{lock}({number})" for number in sorted(set(numbers))))


def overwrite_deleted(tx: Connection) -> None:
    """What this transaction deletes is no longer legible in SQLite's file; PostgreSQL's vacuum comes by itself."""
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("PRAGMA secure_delete=ON")


def parts(ids: Collection[int]) -> list[list[int]]:
    """The numbers in order, some hundred at a time: an engine takes only so many in one statement."""
    ordered = sorted(ids)
    return [ordered[at : at + 500] for at in range(0, len(ordered), 500)]


def among(tx: Connection, column: Any, numbers: Collection[int]) -> ColumnElement[bool]:
    """The column's number is one of many. On PostgreSQL they are one value, and not a statement for every length of the list."""
    told: ColumnElement[bool]
    if tx.dialect.name != "postgresql":
        told = column.in_(numbers)
        return told
    # written by us: the driver takes 2 ms for a list of a thousand
    told = column == any_(cast(literal(f"{{{','.join(map(str, numbers))}}}", Text), postgresql.ARRAY(BigInteger)))
    return told


def upsert(
    tx: Connection,
    row: type[DeclarativeBase],
    values: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    update: Sequence[str] = (),
    returning: Sequence[ColumnElement[Any]] = (),
) -> Sequence[Row[Any]]:
    """Insert rows; where the natural key `key` stands already, update the named columns, or nothing.

    `returning`: these columns of the rows as they stand then, in any order; with nothing to update, of the new ones only.
    Pass constants of a module: the statement is made once for them, and kept.
    """
    if not values:
        return []
    rows = [values] if isinstance(values, Mapping) else list(values)
    # rows beside the statement, not in it: one text for all, which is compiled once
    done = tx.execute(_upsert(row, tx.dialect.name, tuple(key), tuple(update), tuple(returning)), rows)
    return done.all() if returning else []


@cache
def _upsert(
    row: type[DeclarativeBase],
    engine: str,
    key: tuple[str, ...],
    update: tuple[str, ...],
    returning: tuple[ColumnElement[Any], ...],
) -> Any:
    """The statement, made once: to make it takes as long as to run it."""
    table = row.__table__
    assert isinstance(table, Table)  # noqa: S101 - for the type checker
    insert: Any = (postgresql if engine == "postgresql" else sqlite).insert(table)
    if update:
        insert = insert.on_conflict_do_update(index_elements=list(key), set_={c: insert.excluded[c] for c in update})
    else:
        insert = insert.on_conflict_do_nothing(index_elements=list(key))
    return insert.returning(*returning) if returning else insert
