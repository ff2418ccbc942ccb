"""Who gets the digest of a watch list: put on it by its file or by command, off it by these or by themselves."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select, true, update

from storage.dialect import upsert
from storage.errors import Refused
from storage.records import (
    Cadence,
    Channel,
    DigestState,
    ListId,
    Origin,
    Recipient,
    RecipientId,
    RecipientSpec,
)
from storage.rows import Json, rows_of
from storage.schema import DigestRow, RecipientRow, WatchListRow

_HERE = RecipientRow.left_at.is_(None)
_HEARS = _HERE & RecipientRow.paused_at.is_(None)

# Who is refused this often, one digest after the other, is not written to any more until a person has looked.
REFUSALS = 3


def everybody(tx: Connection) -> list[Recipient]:
    """Who is on a list, paused or not."""
    return _found(tx, _HERE)


def hearing(tx: Connection, ids: Collection[RecipientId] | None = None) -> list[Recipient]:
    """Who gets digests now: on a list and not paused. `ids`: those of them."""
    return _found(tx, _HEARS if ids is None else _HEARS & RecipientRow.id.in_(ids))


def _found(tx: Connection, which: ColumnElement[bool]) -> list[Recipient]:
    query = select(RecipientRow, WatchListRow.slug).join(WatchListRow).where(which).order_by(RecipientRow.id)
    return [
        Recipient(
            id=RecipientId(r.id),
            list_id=ListId(r.list_id),
            list_slug=r.slug,
            address=r.address,
            zone=r.zone,
            cadence=Cadence(r.cadence),
            at=time(r.at_minute // 60, r.at_minute % 60),
            began=r.began,
            at_once=r.at_once,
            still_watching=r.still_watching,
            leave_token=r.leave_token,
        )
        for r in tx.execute(query)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What taking a file's recipients over changed: how many are new, and who left by themselves and stays away."""

    new: int
    stayed_away: tuple[str, ...]


def keep(tx: Connection, list_id: int, specs: Sequence[RecipientSpec], *, now: datetime) -> Kept:
    """The list's recipients as its file has them now. Who was put on it by command stays; who left by themselves, too."""
    mine = select(RecipientRow).where(RecipientRow.list_id == list_id)
    known = {row.address: row for row in tx.execute(mine)}
    left = {address for address, row in known.items() if row.left_by == Origin.READER}
    here = [spec for spec in specs if spec.address not in left]
    _put(tx, list_id, here, known, Origin.FILE, now)
    gone = RecipientRow.address.not_in([spec.address for spec in here]) & (RecipientRow.origin == Origin.FILE) & _HERE
    values = {"left_at": now, "left_by": Origin.FILE}
    tx.execute(update(RecipientRow).where(RecipientRow.list_id == list_id, gone).values(**values))
    new = len([spec for spec in here if spec.address not in known])
    return Kept(new=new, stayed_away=tuple(spec.address for spec in specs if spec.address in left))


def add(tx: Connection, list_slug: str, spec: RecipientSpec, *, now: datetime) -> bool:
    """Put somebody on a list by command, or change what they asked for; whether they were not on it. Raises Refused."""
    list_id = tx.scalars(select(WatchListRow.id).where(WatchListRow.slug == list_slug)).first()
    if list_id is None:
        raise Refused(f"no watch list {list_slug!r}; see: claimwatch seed list")
    mine = (RecipientRow.list_id == list_id) & (RecipientRow.address == spec.address)
    known = {row.address: row for row in tx.execute(select(RecipientRow).where(mine))}
    _put(tx, list_id, [spec], known, Origin.COMMAND, now)
    return spec.address not in known or known[spec.address].left_at is not None


def _put(
    tx: Connection, list_id: int, specs: Sequence[RecipientSpec], known: dict[str, Any], origin: Origin, now: datetime
) -> None:
    # who was here all along keeps the day they began; a `since`, or a return, begins anew
    began = {address: row.began for address, row in known.items() if row.left_at is None}
    rows = [
        {
            "list_id": list_id,
            "address": spec.address,
            "zone": spec.zone,
            "cadence": spec.cadence.value,
            "at_minute": spec.at.hour * 60 + spec.at.minute,
            "at_once": spec.at_once,
            "still_watching": spec.still_watching,
            "began": spec.since or began.get(spec.address, now),
            "origin": origin.value,
            "leave_token": secrets.token_urlsafe(24),
            "left_at": None,
            "left_by": None,
        }
        for spec in specs
    ]
    told = ["zone", "cadence", "at_minute", "at_once", "still_watching", "began", "origin", "left_at", "left_by"]
    upsert(tx, RecipientRow, rows, key=["list_id", "address"], update=told)
    back = [row.id for row in known.values() if row.left_at is not None and row.address in {s.address for s in specs}]
    resume(tx, [RecipientId(one) for one in back], now=now)


def remove(tx: Connection, ids: Collection[RecipientId], *, by: Origin, now: datetime) -> None:
    """Take recipients off their lists. A reader's own word also holds for who was taken off before: no file brings them back."""
    which = _HERE | (RecipientRow.left_by != by) if by is Origin.READER else _HERE
    values = {"left_at": func.coalesce(RecipientRow.left_at, now), "left_by": by}
    tx.execute(update(RecipientRow).where(RecipientRow.id.in_(ids), which).values(**values))


def has_page(tx: Connection, list_slug: str) -> bool:
    """Whether the list's digests are also kept to be read here: `page` is on it."""
    kept = select(RecipientRow.id).join(WatchListRow).where(RecipientRow.address == Channel.PAGE, _HERE)
    return tx.scalars(kept.where(WatchListRow.slug == list_slug)).first() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whom a token may take off which list. `here` False: they left."""

    id: RecipientId
    address: str
    list_slug: str
    list_title: str
    here: bool


def holder(tx: Connection, token: str) -> Holder | None:
    """Whose token it is; None: nobody's."""
    query = select(RecipientRow, WatchListRow.slug, WatchListRow.title).join(WatchListRow)
    row = tx.execute(query.where(RecipientRow.leave_token == token)).first()
    if row is None:
        return None
    told = {"address": row.address, "list_slug": row.slug, "list_title": row.title}
    return Holder(id=RecipientId(row.id), here=row.left_at is None, **told)


def paused(tx: Connection) -> int:
    """How many are on a list and get nothing."""
    return tx.scalars(
        select(func.count()).select_from(RecipientRow).where(_HERE, RecipientRow.paused_at.is_not(None))
    ).one()


def pause(tx: Connection, ids: Collection[RecipientId], why: str, *, now: datetime) -> None:
    """Send them nothing until they are resumed. What they miss comes in one digest then."""
    which = RecipientRow.id.in_(ids) & RecipientRow.paused_at.is_(None)
    tx.execute(update(RecipientRow).where(which).values(paused_at=now, paused_why=why))


def resume(tx: Connection, ids: Collection[RecipientId], *, now: datetime) -> None:
    """Send them digests again. Earlier refusals count no more; what they were refused with comes with the next."""
    values = {"paused_at": None, "paused_why": None, "resumed_at": now}
    tx.execute(update(RecipientRow).where(RecipientRow.id.in_(ids)).values(**values))


def refused(tx: Connection, recipient_id: RecipientId, why: str, *, now: datetime) -> bool:
    """A digest of theirs was just marked as refused; whether that was the last straw, and they are paused now."""
    ended = DigestRow.state.in_((DigestState.SENT, DigestState.FAILED)) | DigestRow.refused_at.is_not(None)
    newest = (
        select(DigestRow.refused_at)
        .join(RecipientRow)
        .where(DigestRow.recipient_id == recipient_id, ended)
        .where(RecipientRow.resumed_at.is_(None) | (DigestRow.composed_at > RecipientRow.resumed_at))
        .order_by(DigestRow.id.desc())
        .limit(REFUSALS)
    )
    last = list(tx.scalars(newest))
    if len(last) < REFUSALS or None in last:
        return False
    pause(tx, [recipient_id], f"refused {REFUSALS} times in a row: {why}", now=now)
    return True


def rows(tx: Connection, *, list_slug: str | None = None, gone: bool = False) -> list[Json]:
    """Recipients with their state (on, paused, left) and what became of their last digest. `gone`: with those who left."""
    last = (
        select(func.max(DigestRow.id))
        .where(DigestRow.recipient_id == RecipientRow.id, DigestRow.state != DigestState.QUIET)
        .correlate(RecipientRow)
        .scalar_subquery()
    )
    state = case(
        (RecipientRow.left_at.is_not(None), "left"), (RecipientRow.paused_at.is_not(None), "paused"), else_="on"
    )
    query = (
        select(
            RecipientRow.id,
            WatchListRow.slug.label("list"),
            RecipientRow.address,
            state.label("state"),
            RecipientRow.cadence,
            RecipientRow.at_minute.label("at"),
            RecipientRow.zone,
            RecipientRow.at_once,
            RecipientRow.still_watching,
            RecipientRow.began,
            RecipientRow.origin,
            RecipientRow.left_at,
            RecipientRow.left_by,
            RecipientRow.paused_at,
            RecipientRow.paused_why,
            DigestRow.id.label("last_digest"),
            DigestRow.state.label("last_state"),
            DigestRow.sent_at.label("last_sent"),
            DigestRow.last_error,
        )
        .select_from(RecipientRow)
        .join(WatchListRow)
        .outerjoin(DigestRow, DigestRow.id == last)
        .where(true() if gone else _HERE, true() if list_slug is None else WatchListRow.slug == list_slug)
        .order_by(RecipientRow.list_id, RecipientRow.id)
    )
    return [row | {"at": f"{row['at'] // 60:02}:{row['at'] % 60:02}"} for row in rows_of(tx, query)]
