"""What a poll and the hub of its feed know of each other (WebSub): whose news are pushed, which hub to ask, who missed some."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from storage import subscriptions
from storage.records import Feed, FeedId
from worker.handovers import EntryPlan
from worker.steps.plan_entries import dates_of_new
from worker.tools import Options

# What came out so lately may still be on its way through the hub: publishers ping it after they publish, and it asks then.
_ON_ITS_WAY = timedelta(hours=1)


def relied_on(tx: Any, feed_ids: Collection[FeedId], options: Options, *, now: datetime) -> set[FeedId]:
    """Feeds that need be polled seldom only: their news are pushed, and will be until the next poll."""
    if options.callbacks is None:
        return set()
    return subscriptions.relied_on(tx, feed_ids, beyond=now + options.cadence.ceiling)


def missed(plan: EntryPlan, now: datetime) -> bool:
    """Whether a poll found what should have been pushed before. An entry without a date counts."""
    return any(at is None or at <= now - _ON_ITS_WAY for at in dates_of_new(plan, now))


def learn(tx: Any, polled: Sequence[tuple[Feed, EntryPlan]], options: Options, *, now: datetime) -> None:
    """After polls that brought an answer: subscriptions as the feeds want them now; hubs that missed something noted."""
    if options.callbacks is None or not polled:
        return
    subscriptions.reconcile(tx, {feed.id: (feed.hints.hub, feed.hints.topic) for feed, _plan in polled}, now=now)
    overdue = [feed.id for feed, plan in polled if feed.hints.hub and missed(plan, now)]
    if overdue:
        subscriptions.missed(tx, overdue, now=now)
