"""Poll a batch of feeds: one lease, one round on the network, one write."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from schedules.calls import Call
from schedules.validators import to_send
from storage import feeds, gone
from storage.errors import Refused, StoreUnavailable
from storage.records import Feed, FeedId
from worker.errors import FetchFailed, Unreadable, WebPage
from worker.handovers import EntryPlan, NotModified, Request
from worker.jobs import hubs
from worker.jobs.doubts import doubted
from worker.jobs.feed_rows import Answer, Look, polled
from worker.jobs.keep_entries import keep_entries
from worker.steps.feeds.parse import parse_fetched
from worker.tools import Tools

log = logging.getLogger("claimwatch.poll")

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, "
    "text/xml;q=0.9, */*;q=0.5"
)


def poll_feeds(tools: Tools, feed_ids: Sequence[FeedId]) -> list[Call]:
    """Look at the feeds that are ours; keep their new entries. The pages follow with the next tick, few a host."""
    options, now = tools.options, tools.clock.now()
    with tools.store.begin() as tx:
        leased = feeds.lease(tx, feed_ids, now=now, until=now + options.times.lease)
    if not leased:
        return []
    leased, doubts = doubted(tools, leased, now=now, within=options.times.lease / 4)
    requests = [_request(feed, doubt=feed.id in doubts, max_bytes=options.feed_max_bytes) for feed in leased]
    answers = tools.web.get_many(requests, within=options.times.lease / 3)
    looks = [
        replace(_look(feed, answer), doubted=feed.id in doubts) for feed, answer in zip(leased, answers, strict=True)
    ]
    now = tools.clock.now()
    try:
        _keep(tools, looks, now)
    except StoreUnavailable:
        raise
    except Exception:  # noqa: BLE001 - a value that the database does not take, or a bug: told of the one feed, below
        for look in looks:
            _keep_alone(tools, look, now)
    return []


def _keep_alone(tools: Tools, look: Look, now: datetime) -> None:
    """Keep what came of one feed of a batch that cannot be kept as a whole; or say on its row why it cannot."""
    try:
        _keep(tools, [look], now)
    except StoreUnavailable:
        raise
    except Exception as error:
        if not isinstance(error, Refused):
            log.exception("%s cannot be kept", look.feed.poll_url)
        why = f"{look.feed.poll_url}: cannot be kept: {error if isinstance(error, Refused) else type(error).__name__}"
        failed = FetchFailed(look.feed.poll_url, why)
        _keep(tools, [Look(feed=look.feed, answer=failed, error=why)], now)


def _request(feed: Feed, *, doubt: bool, max_bytes: int) -> Request:
    etag, last_modified = to_send(feed, doubted=doubt)
    return Request(
        url=feed.poll_url,
        etag=etag,
        last_modified=last_modified,
        delta=etag is not None,
        accept=ACCEPT,
        max_body_bytes=max_bytes,
        user_agent=feed.user_agent,
        validators_url=feed.validators_url,
    )


def _look(feed: Feed, answer: Answer) -> Look:
    if isinstance(answer, FetchFailed):
        return Look(feed=feed, answer=answer, error=answer.detail)
    if isinstance(answer, NotModified):
        still = f"{feed.poll_url}: not a feed: the web page of the last time" if feed.page_instead else None
        return Look(feed=feed, answer=answer, error=still, page=feed.page_instead)
    try:
        body_hash = hashlib.sha256(answer.body).hexdigest()
        if body_hash == feed.body_hash:
            return Look(feed=feed, answer=answer, body_hash=body_hash)
        parsed = parse_fetched(answer, seen=feed.item_marks)
    except Unreadable as reason:
        page = isinstance(reason, WebPage)
        return Look(feed=feed, answer=answer, error=f"{answer.final_url}: {reason.detail}", page=page)
    except Exception as error:
        # one of the broad `except` of the house: a feed that trips the parser must not take its batch along
        log.exception("%s trips the parser", answer.final_url)
        why = f"{answer.final_url}: cannot be parsed: {type(error).__name__}"
        return Look(feed=feed, answer=answer, error=why)
    return Look(feed=feed, answer=answer, parsed=parsed, body_hash=body_hash)


def _keep(tools: Tools, looks: Sequence[Look], now: datetime) -> None:
    """Write down what came of the feeds, in one transaction. Raises Refused."""
    with tools.store.begin() as tx:
        gone.hold_off(tx)
        ours = feeds.held(tx, [look.feed for look in looks])
        pushed = hubs.relied_on(tx, ours, tools.options, now=now)
        rows, answered = [], []
        for look in looks:
            feed, answer, parsed = look.feed, look.answer, look.parsed
            if feed.id not in ours:
                continue
            if isinstance(answer, FetchFailed) and answer.busy:
                feeds.give_back(tx, feed, next_poll=answer.retry_at or now)
                continue
            plan = EntryPlan(new=())
            if parsed is not None and parsed.items:
                plan = keep_entries(tx, feed, parsed, now=now)
            after = polled(
                tools.options.cadence, look, plan, now, pushed=feed.id in pushed and not hubs.missed(plan, now)
            )
            rows.append(after)
            if after.answered:
                answered.append((after.feed, plan))
        feeds.record_polls(tx, rows, now=now)
        hubs.learn(tx, answered, tools.options, now=now)
