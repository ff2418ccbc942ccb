"""When parts of the house were last alive, and who told the operator that they are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select, update

from storage.dialect import upsert
from storage.schema import HeartbeatRow

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_ALARM = "alarm-"


def beat(tx: Connection, name: str, now: datetime) -> None:
    """Note that a part of the house is alive."""
    upsert(tx, HeartbeatRow, {"name": name, "at": now}, key=["name"], update=["at"])


def last(tx: Connection, name: str) -> datetime | None:
    """When the part was last alive; None if it never was."""
    return tx.scalars(select(HeartbeatRow.at).where(HeartbeatRow.name == name)).first()


def take_turn(tx: Connection, name: str, *, now: datetime, every: timedelta) -> bool:
    """Whether something that is done now and then is due, and it is our turn. The first time it is noted, and not due."""
    upsert(tx, HeartbeatRow, {"name": name, "at": now}, key=["name"])
    due = (HeartbeatRow.name == name) & (HeartbeatRow.at <= now - every)
    return tx.execute(update(HeartbeatRow).where(due).values(at=now).returning(HeartbeatRow.name)).first() is not None


def claim_alarm(tx: Connection, name: str, *, now: datetime, before: datetime) -> bool:
    """Whether it is ours to tell of this trouble: nobody has since `before`. Of two who ask at once, one hears yes."""
    key = f"{_ALARM}{name}"
    upsert(tx, HeartbeatRow, {"name": key, "at": _NEVER}, key=["name"])
    mine = (HeartbeatRow.name == key) & (HeartbeatRow.at <= before)
    return tx.execute(update(HeartbeatRow).where(mine).values(at=now).returning(HeartbeatRow.name)).first() is not None


def drop_alarm(tx: Connection, name: str) -> None:
    """It could not be told, or is over: the next time it is told at once."""
    tx.execute(update(HeartbeatRow).where(HeartbeatRow.name == f"{_ALARM}{name}").values(at=_NEVER))


def alarms(tx: Connection) -> set[str]:
    """The troubles that were told and not dropped since."""
    told = select(HeartbeatRow.name).where(HeartbeatRow.name.startswith(_ALARM), HeartbeatRow.at > _NEVER)
    return {name.removeprefix(_ALARM) for name in tx.scalars(told)}
