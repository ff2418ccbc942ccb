"""Addresses whose pages do not come back, and the turns between those who keep pages and those who delete them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select, update

from storage.dialect import take_turns, upsert
from storage.records import EntryState
from storage.schema import GoneAddressRow

# Any number that nobody else takes on this database.
_TURN = 0x676F_6E65


def hold_off(tx: Connection) -> None:
    """Nothing is deleted until this transaction, which keeps something of a page, is at its end.

    So what `state_of` says holds until the commit. It is called before the transaction locks any row: whoever deletes
    would wait for that row, and this for them.
    """
    take_turns(tx, _TURN, shared=True)


def be_alone(tx: Connection) -> None:
    """Nobody keeps anything of a page until this transaction, which deletes, is at its end. Called first in it."""
    take_turns(tx, _TURN, shared=False)


def states(tx: Connection, keys: Collection[str]) -> dict[str, EntryState]:
    """How entries of those of the addresses end that are gone: REMOVED for good, or READ once and pruned."""
    asked, found = list(keys), {}
    for at in range(0, len(asked), 500):
        rows = select(GoneAddressRow.url_key, GoneAddressRow.tombstone_id)
        for row in tx.execute(rows.where(GoneAddressRow.url_key.in_(asked[at : at + 500]))):
            found[row.url_key] = EntryState.READ if row.tombstone_id is None else EntryState.REMOVED
    return found


def state_of(tx: Connection, keys: Collection[str]) -> EntryState | None:
    """How an entry of a page of all these addresses ends, if it is not to be kept; else None. REMOVED goes first."""
    found = set(states(tx, keys).values())
    return EntryState.REMOVED if EntryState.REMOVED in found else next(iter(found), None)


def remember(tx: Connection, keys: Collection[str], *, tombstone_id: int | None = None) -> None:
    """These addresses do not come back. A tombstone takes over what was only pruned, and leaves another's alone."""
    told = [{"url_key": key, "tombstone_id": tombstone_id} for key in sorted(keys)]
    for at in range(0, len(told), 200):
        some = told[at : at + 200]
        upsert(tx, GoneAddressRow, some, key=["url_key"])
        if tombstone_id is not None:
            pruned = GoneAddressRow.url_key.in_([row["url_key"] for row in some]) & GoneAddressRow.tombstone_id.is_(
                None
            )
            tx.execute(update(GoneAddressRow).where(pruned).values(tombstone_id=tombstone_id))
