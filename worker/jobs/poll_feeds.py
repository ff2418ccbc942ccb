"""Poll a batch of feeds: one lease, one round on the network, one write."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta

from schedules.cadence import Outcome, max_age, next_interval, next_poll, state_after
from schedules.calls import Call
from storage import entries, feeds, gone
from storage.errors import Refused
from storage.feeds import Polled
from storage.records import Feed, FeedId
from worker.errors import FetchFailed, Unreadable
from worker.handovers import Fetched, NotModified, ParsedFeed, Request
from worker.steps.addresses import canonical_url, host_of
from worker.steps.dates import believable
from worker.steps.parse_feed import parse_fetched
from worker.steps.plan_entries import plan_entries
from worker.tools import Tools

log = logging.getLogger("claimwatch.poll")

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)


Answer = Fetched | NotModified | FetchFailed
Read = tuple[Feed, str, Answer, ParsedFeed | None, str | None]


def poll_feeds(tools: Tools, feed_ids: list[FeedId]) -> list[Call]:
    """Look at the feeds that are ours; keep their new entries. The pages follow with the next tick, few a host."""
    options, now = tools.options, tools.clock.now()
    with tools.store.begin() as tx:
        leased = feeds.lease(tx, feed_ids, now=now, until=now + options.times.lease)
    requests = [
        Request(
            url=address,
            etag=feed.etag,
            last_modified=feed.last_modified,
            accept=ACCEPT,
            max_body_bytes=options.feed_max_bytes,
        )
        for feed, address in leased
    ]
    answers = tools.web.get_many(requests) if requests else []
    now = tools.clock.now()
    read = [(feed, address, answer, *_read(answer)) for (feed, address), answer in zip(leased, answers, strict=True)]
    try:
        _keep(tools, read, now)
    except Refused:  # a value that the database does not take: it must not take the other feeds along
        for one in read:
            try:
                _keep(tools, [one], now)
            except Refused as refused:
                feed, address, answer, _parsed, _error = one
                _keep(tools, [(feed, address, answer, None, f"{address}: cannot be kept: {refused}")], now)
    return []


def _keep(tools: Tools, read: list[Read], now: datetime) -> None:
    """Write down what came of the feeds, in one transaction. Raises Refused."""
    with tools.store.begin() as tx:
        gone.hold_off(tx)
        for feed, address, answer, parsed, error in read:
            if not feeds.holds(tx, feed):
                continue
            if isinstance(answer, FetchFailed) and answer.busy:
                feeds.give_back(tx, feed, next_poll=now + timedelta(minutes=1))
                continue
            fresh = plan_entries(parsed, entries.known_keys(tx, feed.id)).new if parsed else ()
            outcome = _outcome(answer, parsed, error, len(fresh), address, now)
            kept = [
                (i.key, i.url, canonical_url(i.url), host_of(i.url), i.title, i.summary, believable(i.published, now))
                for i in fresh
            ]
            entries.add(tx, feed, kept, now=now)
            feeds.record_poll(tx, feed, _polled(tools, feed, address, answer, parsed, error, outcome, now), now=now)


def _read(answer: Answer) -> tuple[ParsedFeed | None, str | None]:
    if isinstance(answer, FetchFailed):
        return None, answer.detail
    if isinstance(answer, NotModified):
        return None, None
    try:
        parsed = parse_fetched(answer)
    except Unreadable as reason:
        return None, f"{answer.final_url}: {reason.detail}"
    except Exception as error:
        # the second broad `except` of the house: a feed that trips the parser must not take its batch along
        log.exception("%s trips the parser", answer.final_url)
        return None, f"{answer.final_url}: cannot be parsed: {type(error).__name__}"
    return parsed, None


def _outcome(
    answer: Answer, parsed: ParsedFeed | None, error: str | None, new: int, address: str, now: datetime
) -> Outcome:
    if isinstance(answer, FetchFailed):
        return Outcome(failed=True, status=answer.status, retry_at=answer.retry_at)
    fresh = max_age(answer.headers, now)
    if parsed is None:
        return Outcome(failed=error is not None, not_a_feed=error is not None, hint=fresh)
    hints = [hint for hint in (fresh, parsed.min_interval) if hint is not None]
    moved = isinstance(answer, Fetched) and answer.permanent_url != address
    return Outcome(new=new, items=len(parsed.items), hint=max(hints, default=None), moved=moved)


def _polled(
    tools: Tools,
    feed: Feed,
    address: str,
    answer: Answer,
    parsed: ParsedFeed | None,
    error: str | None,
    outcome: Outcome,
    now: datetime,
) -> Polled:
    policy = tools.options.cadence
    due = next_poll(feed, outcome, now=now, policy=policy, jitter=random.random())
    etag, last_modified, poll_url = feed.etag, feed.last_modified, ""
    if isinstance(answer, NotModified):
        etag = answer.headers.get("etag", etag)
        last_modified = answer.headers.get("last-modified", last_modified)
    elif isinstance(answer, Fetched) and parsed is not None:
        # Validators belong to the address that gave them; a permanent move is kept only now that a feed came from it.
        poll_url = answer.permanent_url
        theirs = answer.final_url in (address, answer.permanent_url)
        etag = answer.headers.get("etag") if theirs else None
        last_modified = answer.headers.get("last-modified") if theirs else None
    return Polled(
        state=state_after(feed, outcome),
        next_poll=due,
        interval=next_interval(feed, outcome, policy),
        answered=not outcome.failed,
        read=parsed is not None,
        had_items=bool(parsed and parsed.items),
        error=error,
        etag=etag,
        last_modified=last_modified,
        poll_url=poll_url,
        title=parsed.title if parsed else "",
        lang=parsed.lang if parsed else "",
    )
