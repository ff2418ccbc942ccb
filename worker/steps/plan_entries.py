"""What a poll changes."""

from __future__ import annotations

from collections.abc import Collection

from worker.handovers import EntryPlan, FeedItem, ParsedFeed


def plan_entries(parsed: ParsedFeed, known: Collection[str]) -> EntryPlan:
    """The items whose keys are not known yet, each key once, in the feed's order."""
    fresh: dict[str, FeedItem] = {}
    for item in parsed.items:
        if item.key not in known:
            fresh.setdefault(item.key, item)
    return EntryPlan(new=tuple(fresh.values()))
