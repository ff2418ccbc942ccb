"""Stand-in: the branch on people's rulings brings its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.engine import Store


def confirm(store: Store, finding_id: int, who: str, why: str, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """A person says that the machine is right."""
    return {}


def correct(
    store: Store,  # noqa: ARG001
    finding_id: int,  # noqa: ARG001
    relation: str,  # noqa: ARG001
    adds: Sequence[str] | None,  # noqa: ARG001
    who: str,  # noqa: ARG001
    why: str,  # noqa: ARG001
    now: datetime,  # noqa: ARG001
) -> dict[str, Any]:
    """A person says what it should say."""
    return {}
