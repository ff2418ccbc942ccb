"""Read what a hub pushed (WebSub, section 7) as if it had been polled: only new entries come of it, nothing is taken away."""

from __future__ import annotations

import logging
from datetime import timedelta

from schedules.cadence import Outcome, after_poll
from schedules.calls import Call
from storage import feeds, gone, pushes, subscriptions
from storage.errors import Refused
from storage.pushes import Push
from worker.errors import Unreadable
from worker.jobs.keep_entries import keep_entries
from worker.steps.feeds.parse import parse_feed
from worker.steps.plan_entries import dates_of_new
from worker.tools import Tools

log = logging.getLogger("claimwatch.hubs")

# A feed's first whole document comes by a poll: until then nothing that is pushed can be told to be news.
_BASELINE_WAIT, _BASELINE_TRIES = timedelta(minutes=15), 96


def read_push(tools: Tools, push_id: int) -> list[Call]:
    """Keep the new entries of a push, and what they teach of the feed; validators and what was polled stay as they are."""
    now = tools.clock.now()
    with tools.store.begin() as tx:
        push = pushes.lease(tx, push_id, now=now, until=now + tools.options.times.lease)
    if push is None:
        return []
    try:
        _read(tools, push)
    except (Unreadable, Refused) as reason:
        log.warning("feed %s: its hub pushed what cannot be read: %s", push.feed_id, reason)
        with tools.store.begin() as tx:
            if pushes.holds(tx, push):
                pushes.done(tx, push)
    return []


def _read(tools: Tools, push: Push) -> None:
    """Raises Unreadable, Refused."""
    if push.body is None:
        raise Unreadable("its bytes are damaged")
    with tools.store.read() as tx:
        feed = feeds.by_id(tx, push.feed_id)
    # relative links are those of the feed as it is polled, so that an entry has one address whichever way it comes
    parsed = (
        parse_feed(push.body, url=feed.poll_url, content_type=push.content_type, seen=feed.item_marks) if feed else None
    )
    now = tools.clock.now()
    with tools.store.begin() as tx:
        gone.hold_off(tx)
        if not pushes.holds(tx, push):
            return
        feed = feeds.by_id(tx, push.feed_id, locked=True)
        if feed is None or parsed is None:
            pushes.done(tx, push)
            return
        if feed.baseline_at is None:
            if push.failures < _BASELINE_TRIES:
                pushes.put_off(tx, push, until=now + _BASELINE_WAIT)
            else:
                pushes.done(tx, push)
            return
        plan = keep_entries(tx, feed, parsed, now=now)
        dated = tuple(at for at in dates_of_new(plan, now) if at)
        outcome = Outcome(status=200, new=len(plan.new), items=parsed.total, delta=True, published=dated)
        learned = after_poll(feed, outcome, now=now, policy=tools.options.cadence, jitter=0)
        heard_at = max(push.received_at, feed.last_success_at or push.received_at)
        pushes.learned(tx, feed.id, gap=learned.gap, newest=learned.newest, heard_at=heard_at)
        subscriptions.brought(tx, push.subscription_id, at=push.received_at)
        pushes.done(tx, push)
    log.info("feed %s: %d new entries were pushed", feed.id, len(plan.new))
