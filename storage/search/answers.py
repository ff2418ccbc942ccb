"""The answers to a query that was made ready: in their order, and how many. Each engine has its own way to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Row, Select

from storage.schema import RevisionRow
from storage.search.plan import Plan, up_to
from storage.search.postgres_way import PostgresWay
from storage.search.sqlite_way import SqliteWay


class Way(Protocol):
    """How one engine goes about a query. Rows are of articles joined with the revision that answers, without order or limit."""

    @property
    def whole(self) -> bool:
        """There are few to begin with: all answers are found sooner than a page of them and then their number."""
        ...

    def rows(self) -> tuple[Select[Any], ColumnElement[Any]]:
        """All that answer, and the column to order them by: the revision's order key."""
        ...

    def newest_rows(self) -> Select[Any] | None:
        """The newest of them, behind the cursor: as many as most pages take. None where they are found no sooner."""
        ...

    def any_rows(self) -> list[Select[Any]]:
        """What to count, up to some number: if there is not enough in the first, the last, which has all."""
        ...


def way_to(tx: Connection, plan: Plan, *, below: int | None = None) -> Way:
    """How this engine goes about the plan. `below`: the key behind which the page to come begins."""
    return SqliteWay(tx, plan) if plan.known.dialect == "sqlite" else PostgresWay(tx, plan, below)


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
        n = up_to(tx, rows.add_columns(RevisionRow.id), most)
        if n == most:
            break
    return n
