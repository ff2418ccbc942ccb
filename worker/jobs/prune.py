"""Daily housekeeping. Evidence is never pruned here: retention rules are a later issue."""

from __future__ import annotations

from schedules.calls import Call
from storage import heartbeats
from worker.tools import Tools


def prune(tools: Tools) -> list[Call]:
    """Note that the daily housekeeping ran."""
    with tools.store.begin() as tx:
        heartbeats.beat(tx, "prune", tools.clock.now())
    return []
