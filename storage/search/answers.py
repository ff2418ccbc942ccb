"""The answers to a query that was made ready: in their order, and how many. Each engine has its own way to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from storage.schema import RevisionRow
from storage.search.plan import Plan
from storage.search.postgres_way import PostgresWay
from storage.search.sqlite_way import SqliteWay

Way = SqliteWay | PostgresWay


def way_to(tx: Connection, plan: Plan) -> Way:
    """How this engine goes about the plan."""
    return SqliteWay(tx, plan) if plan.known.dialect == "sqlite" else PostgresWay(tx, plan)


def newest(
    tx: Connection,
    way: Way,
    *,
    most: int,
    columns: Sequence[Any] = (),
    upto: int | None = None,
    below: int | None = None,
) -> Sequence[Row[Any]]:
    """Order keys of the newest answers, with the columns; at most so many, with a key up to or below that one."""
    rows, key = way.rows()
    some = way.newest_rows()
    limits = [*([key <= upto] if upto is not None else []), *([key < below] if below is not None else [])]
    for wanted in (rows,) if some is None else (some, rows):
        asked = wanted.add_columns(RevisionRow.order_key, *columns).where(*limits).order_by(key.desc()).limit(most)
        found = tx.execute(asked).all()
        if len(found) == most:
            break
    return found


def counted(tx: Connection, way: Way, *, most: int) -> int:
    """How many answer, counted no further than `most`."""
    for rows in way.any_rows():
        some = rows.add_columns(RevisionRow.id).limit(most).subquery()
        n = tx.scalars(select(func.count()).select_from(some)).one()
        if n == most:
            break
    return n
