"""Keys to the API and to Atom feeds, by their hash: the key itself is shown once, where it is made, and kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from storage.schema import TokenRow

# Often enough to see that a token is in use, and seldom enough that reading does not become writing.
USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is known of a key. `person`: who acts with it; `may_write`: it may change things at all. Instants are UTC."""

    id: int
    person: str
    may_write: bool
    made_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


_COLUMNS = (
    TokenRow.id,
    TokenRow.person,
    TokenRow.may_write,
    TokenRow.made_at,
    TokenRow.used_at,
    TokenRow.revoked_at,
)


def add(tx: Connection, *, hash_: str, person: str, may_write: bool, now: datetime) -> int:
    """Keep a new token's hash; its id."""
    told = {"hash": hash_, "person": person, "may_write": may_write, "made_at": now}
    return tx.scalars(insert(TokenRow).values(**told).returning(TokenRow.id)).one()


def known(tx: Connection, hash_: str) -> Token | None:
    """The token of that hash, unless it was revoked."""
    row = tx.execute(select(*_COLUMNS).where(TokenRow.hash == hash_, TokenRow.revoked_at.is_(None))).mappings().first()
    return Token(**row) if row is not None else None


def listed(tx: Connection) -> list[Token]:
    """All tokens, revoked ones too, by id."""
    return [Token(**row) for row in tx.execute(select(*_COLUMNS).order_by(TokenRow.id)).mappings()]


def used(tx: Connection, token_id: int, *, now: datetime) -> None:
    """Note that it was used, unless that was noted within the last minute."""
    stale = TokenRow.used_at.is_(None) | (TokenRow.used_at <= now - USED_EVERY)
    tx.execute(update(TokenRow).where(TokenRow.id == token_id, stale).values(used_at=now))


def revoke(tx: Connection, token_id: int, *, now: datetime) -> bool:
    """It opens nothing from now on; whether there was one that did."""
    alive = (TokenRow.id == token_id) & TokenRow.revoked_at.is_(None)
    return bool(tx.execute(update(TokenRow).where(alive).values(revoked_at=now)).rowcount)
