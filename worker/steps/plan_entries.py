"""What a poll changes."""

from __future__ import annotations

from collections.abc import Collection

from worker.handovers import EntryPlan, ParsedFeed


def plan_entries(parsed: ParsedFeed, known: Collection[str]) -> EntryPlan:
    """The items whose keys are not known yet, each key once, in the feed's order."""
    fresh = {item.key: item for item in reversed(parsed.items) if item.key not in known}
    return EntryPlan(new=tuple(reversed(fresh.values())))
