"""How far a going over the store has come, so that one that was interrupted goes on where it was.

`scope`: what is gone over. A `claimwatch rejudge` has a claim's id, or ALL; a `claimwatch reread` has REREAD.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from storage.dialect import upsert
from storage.records import RevisionId
from storage.schema import RejudgingRow

ALL = ""
REREAD = ":reread"  # no claim's id has a colon


def begin(tx: Connection, scope: str, mark: str, *, now: datetime) -> int:
    """The revision up to which an interrupted run under this mark came; 0 for a new run."""
    row = select(RejudgingRow.last_revision_id).where(RejudgingRow.scope == scope, RejudgingRow.mark == mark)
    came_to = tx.scalars(row).first()
    if came_to is None:  # none, or one by another judge, on other claims, by another extractor
        values = {"scope": scope, "mark": mark, "last_revision_id": 0, "begun_at": now}
        upsert(tx, RejudgingRow, values, key=["scope"], update=["mark", "last_revision_id", "begun_at"])
    return came_to or 0


def went_to(tx: Connection, scope: str, mark: str, revision_id: RevisionId) -> None:
    """Every revision up to this one is done."""
    mine = (RejudgingRow.scope == scope) & (RejudgingRow.mark == mark)
    further = mine & (RejudgingRow.last_revision_id < revision_id)
    tx.execute(update(RejudgingRow).where(further).values(last_revision_id=revision_id))


def end(tx: Connection, scope: str, mark: str) -> None:
    """All is done: the next run is a new one."""
    tx.execute(delete(RejudgingRow).where(RejudgingRow.scope == scope, RejudgingRow.mark == mark))
