"""What a poll changes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from worker.handovers import EntryPlan, FeedItem, ParsedFeed
from worker.steps.dates import believable


def plan_entries(parsed: ParsedFeed, known: Collection[str]) -> EntryPlan:
    """The items whose keys are not known yet, and those whose are and that changed; each key once, in the feed's order."""
    fresh: dict[str, FeedItem] = {}
    changed: dict[str, FeedItem] = {}
    for item in parsed.items:
        (changed if item.key in known else fresh).setdefault(item.key, item)
    return EntryPlan(new=tuple(fresh.values()), changed=tuple(changed.values()))


def dates_of_new(plan: EntryPlan, now: datetime) -> list[datetime | None]:
    """When each of the new entries came out, as far as the feed can be believed; None: it does not say."""
    return [believable(item.published, now) for item in plan.new]
