"""Hosts: whose turn it is to ask one, until when Retry-After binds it, and which rows are not needed any more.

Many hosts at a time: a batch of polls takes its turns in one statement and gives them back in one. Turns are in real
time, since a pause is one also under a clock that stands; Retry-After is in the house's time, as everything that is kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage.dialect import take_turns
from storage.schema import HostRow, Instant

# Any number that nobody else takes on this database.
_TURN = 0x686F_7374
# A row that nobody asked for in this time tells nothing any more; it is made anew with the next request.
FORGET_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTurn:
    """How a host stands. `mine`: it is ours until `busy_until`. Else who has it, when it is free, or until when it is bound."""

    host: str
    mine: bool
    busy_until: datetime | None
    free_at: datetime | None
    bound_until: datetime | None
    crawl_delay_s: int | None


def wait_turn(tx: Connection) -> None:
    """Nobody else takes or gives back turns until this transaction, a millisecond's, is at its end.

    Two who lock the same rows of many in another order would wait for each other. Called first in it.
    """
    take_turns(tx, _TURN)


def take(
    tx: Connection, hosts: Collection[str], *, until: datetime, real_now: datetime, now: datetime
) -> list[HostTurn]:
    """Those of the hosts that nobody has, that had their pause and are not bound are ours until then; all as they stand.

    `until`, `real_now`: real time. `now`: the house's. `until` is the sign by which the turns are given back.
    """
    told = json.dumps(list(hosts)) if tx.dialect.name == "sqlite" else list(hosts)
    values = {"hosts": told, "until": until, "real_now": real_now, "now": now}
    ours = [
        HostTurn(host=h, mine=True, busy_until=until, free_at=None, bound_until=None, crawl_delay_s=delay)
        for h, delay in tx.execute(_take(tx.dialect.name), values)
    ]
    if len(ours) == len(hosts):
        return ours
    others = set(hosts) - {turn.host for turn in ours}
    rows = tx.execute(
        _look(tx.dialect.name), {"hosts": json.dumps(list(others)) if isinstance(told, str) else list(others)}
    )
    return ours + [HostTurn(mine=False, **row._mapping) for row in rows]  # noqa: SLF001 - the row's public face


def leave(
    tx: Connection,
    hosts: Sequence[str],
    *,
    taken_until: datetime,
    free_at: datetime,
    bound_until: datetime | None = None,
) -> None:
    """Give turns back that were taken until then; a turn that ran out and is another's by now stays theirs.

    `bound_until` (the house's time): nobody asks the host before, whoever holds its turn.
    """
    told = json.dumps(hosts) if tx.dialect.name == "sqlite" else list(hosts)
    if bound_until is not None:
        tx.execute(_bind(tx.dialect.name), {"hosts": told, "bound": bound_until})
    tx.execute(_leave(tx.dialect.name), {"hosts": told, "taken": taken_until, "free": free_at})


def forget_bounds(tx: Connection) -> None:
    """`poll --force`: no host is bound by what it asked for before."""
    wait_turn(tx)
    tx.execute(update(HostRow).where(HostRow.bound_until.is_not(None)).values(bound_until=None))


def forget_turns(tx: Connection) -> None:
    """No host is anybody's: right only when no worker can be alive (start of `up`)."""
    wait_turn(tx)
    tx.execute(update(HostRow).where(HostRow.busy_until.is_not(None)).values(busy_until=None))


def prune(tx: Connection, *, real_now: datetime, now: datetime, limit: int = 1000) -> int:
    """Delete rows that say nothing any more: free for a day, not bound, no robots.txt that is still good. How many."""
    wait_turn(tx)
    old = real_now - FORGET_AFTER
    idle = (
        select(HostRow.host)
        .where(
            or_(HostRow.free_at.is_(None), HostRow.free_at <= old),
            or_(HostRow.busy_until.is_(None), HostRow.busy_until <= old),
            or_(HostRow.bound_until.is_(None), HostRow.bound_until <= now),
            or_(HostRow.robots_until.is_(None), HostRow.robots_until <= now),
        )
        .limit(limit)
    )
    return tx.execute(delete(HostRow).where(HostRow.host.in_(idle))).rowcount


# Statements are made once for an engine: to make one takes as long as to run it.


def _names(engine: str) -> tuple[Any, ColumnElement[str]]:
    """The names told as one value, as rows: (what to select from, their column)."""
    if engine == "sqlite":
        rows = func.json_each(bindparam("hosts", type_=Text())).table_valued("value", name="told")
        return rows, rows.c.value
    names = bindparam("hosts", type_=postgresql.ARRAY(Text))
    rows = func.unnest(cast(names, postgresql.ARRAY(Text))).table_valued("value", name="told").render_derived()
    return rows, rows.c.value


def _among(engine: str) -> ColumnElement[bool]:
    rows, name = _names(engine)
    told: ColumnElement[bool] = HostRow.host.in_(select(name).select_from(rows))
    return told


@cache
def _take(engine: str) -> Any:
    rows, name = _names(engine)
    insert: Any = (sqlite if engine == "sqlite" else postgresql).insert(HostRow)
    real_now, now = bindparam("real_now", type_=Instant()), bindparam("now", type_=Instant())
    told = select(name, bindparam("until", type_=Instant())).select_from(rows).where(true()).order_by(name)
    free = (
        or_(HostRow.busy_until.is_(None), HostRow.busy_until <= real_now)
        & or_(HostRow.free_at.is_(None), HostRow.free_at <= real_now)
        & or_(HostRow.bound_until.is_(None), HostRow.bound_until <= now)
    )
    made = insert.from_select(["host", "busy_until"], told, include_defaults=False)
    made = made.on_conflict_do_update(
        index_elements=["host"], set_={"busy_until": literal_column("excluded.busy_until")}, where=free
    )
    return made.returning(HostRow.host, HostRow.crawl_delay_s)


@cache
def _look(engine: str) -> Any:
    r = HostRow
    return select(r.host, r.busy_until, r.free_at, r.bound_until, r.crawl_delay_s).where(_among(engine))


@cache
def _leave(engine: str) -> Any:
    taken = bindparam("taken", type_=Instant())
    return (
        update(HostRow)
        .where(_among(engine), HostRow.busy_until == taken)
        .values(busy_until=None, free_at=bindparam("free", type_=Instant()))
    )


@cache
def _bind(engine: str) -> Any:
    return update(HostRow).where(_among(engine)).values(bound_until=bindparam("bound", type_=Instant()))
