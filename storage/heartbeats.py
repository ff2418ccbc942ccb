"""When parts of the house were last alive, and who told the operator that they are not."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, select, update

from storage.dialect import upsert
from storage.schema import HeartbeatRow

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def beat(tx: Connection, name: str, now: datetime) -> None:
    """Note that a part of the house is alive."""
    upsert(tx, HeartbeatRow, {"name": name, "at": now}, key=["name"], update=["at"])


def last(tx: Connection, name: str) -> datetime | None:
    """When the part was last alive; None if it never was."""
    return tx.scalars(select(HeartbeatRow.at).where(HeartbeatRow.name == name)).first()


def claim_alarm(tx: Connection, name: str, *, now: datetime, before: datetime) -> bool:
    """Whether it is ours to tell of this trouble: nobody has since `before`. Of two who ask at once, one hears yes."""
    key = f"alarm-{name}"
    upsert(tx, HeartbeatRow, {"name": key, "at": _NEVER}, key=["name"])
    mine = (HeartbeatRow.name == key) & (HeartbeatRow.at <= before)
    return tx.execute(update(HeartbeatRow).where(mine).values(at=now).returning(HeartbeatRow.name)).first() is not None


def drop_alarm(tx: Connection, name: str) -> None:
    """It could not be told: the next who looks may try."""
    tx.execute(update(HeartbeatRow).where(HeartbeatRow.name == f"alarm-{name}").values(at=_NEVER))
