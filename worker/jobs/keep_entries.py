"""Keep what a feed's document brings, however it came: asked for, or pushed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from storage import entries
from storage.records import Feed
from worker.handovers import EntryPlan, ParsedFeed
from worker.steps.addresses import canonical_url, host_of
from worker.steps.dates import believable
from worker.steps.plan_entries import plan_entries


def keep_entries(tx: Any, feed: Feed, parsed: ParsedFeed, *, now: datetime) -> EntryPlan:
    """New entries are kept, known ones take their new titles; what was done. Raises Refused.

    What is not in the document stays: a document is a window on a feed, and may hold only what is new.
    """
    titles = entries.known(tx, feed.id, {item.key for item in parsed.items})
    plan = plan_entries(parsed, titles)
    renamed = {item.key: item.title for item in plan.changed if item.title != titles[item.key]}
    entries.retitle(tx, feed.id, renamed, now=now)
    kept = [
        (i.key, i.url, canonical_url(i.url), host_of(i.url), i.title, i.summary, believable(i.published, now))
        for i in plan.new
    ]
    entries.add(tx, feed, kept, now=now)
    return plan
