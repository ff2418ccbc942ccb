"""Stand-in: the branch on people's rulings brings its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.engine import Store
from storage.records import Adds, Relation


def confirm(store: Store, finding_id: int, *, who: str, why: str, now: datetime) -> None:
    """A person says that the machine is right."""


def correct(
    store: Store, finding_id: int, *, relation: Relation, adds: Sequence[Adds], who: str, why: str, now: datetime
) -> None:
    """A person says what it should say."""
