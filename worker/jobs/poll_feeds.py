"""Poll a batch of feeds: one lease, one round on the network, one write."""

from __future__ import annotations

import hashlib
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from schedules.cadence import Outcome, after_poll
from schedules.calls import Call
from schedules.freshness import max_age
from schedules.http_dates import http_date
from schedules.validators import Brought, caught, to_send
from storage import feeds, gone
from storage.errors import Refused, StoreUnavailable
from storage.feeds import Polled
from storage.records import Feed, FeedId
from worker.errors import FetchFailed, Unreadable, WebPage
from worker.handovers import EntryPlan, Fetched, NotModified, ParsedFeed, Request
from worker.jobs import hubs
from worker.jobs.doubts import doubted
from worker.jobs.keep_entries import keep_entries
from worker.steps.dates import believable
from worker.steps.feeds.parse import parse_fetched
from worker.steps.websub import with_link_headers
from worker.tools import Tools

log = logging.getLogger("claimwatch.poll")

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, "
    "text/xml;q=0.9, */*;q=0.5"
)
# What a server may say to a validator that it gave itself and does not take: bad, precondition failed, too large.
_TRIPS_OVER_HEADERS = {400, 412, 431}
_MARK = 8  # bytes of an item's mark
_MOST_MARKS = 50_000 * _MARK

Answer = Fetched | NotModified | FetchFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One feed that was asked. `parsed` None: unchanged, byte for byte or as its server says; or there is an `error`.

    `page`: a web page stands in the feed's place. `doubted`: it was asked without validators, for cause.
    """

    feed: Feed
    answer: Answer
    parsed: ParsedFeed | None = None
    error: str | None = None
    body_hash: str = ""
    page: bool = False
    doubted: bool = False


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


def _keep_alone(tools: Tools, look: _Look, now: datetime) -> None:
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
        _keep(tools, [_Look(feed=look.feed, answer=failed, error=why)], now)


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


def _look(feed: Feed, answer: Answer) -> _Look:
    if isinstance(answer, FetchFailed):
        return _Look(feed=feed, answer=answer, error=answer.detail)
    if isinstance(answer, NotModified):
        still = f"{feed.poll_url}: not a feed: the web page of the last time" if feed.page_instead else None
        return _Look(feed=feed, answer=answer, error=still, page=feed.page_instead)
    try:
        body_hash = hashlib.sha256(answer.body).hexdigest()
        if body_hash == feed.body_hash:
            return _Look(feed=feed, answer=answer, body_hash=body_hash)
        parsed = parse_fetched(answer, seen=feed.item_marks)
    except Unreadable as reason:
        page = isinstance(reason, WebPage)
        return _Look(feed=feed, answer=answer, error=f"{answer.final_url}: {reason.detail}", page=page)
    except Exception as error:
        # the second broad `except` of the house: a feed that trips the parser must not take its batch along
        log.exception("%s trips the parser", answer.final_url)
        why = f"{answer.final_url}: cannot be parsed: {type(error).__name__}"
        return _Look(feed=feed, answer=answer, error=why)
    return _Look(feed=feed, answer=answer, parsed=parsed, body_hash=body_hash)


def _keep(tools: Tools, looks: Sequence[_Look], now: datetime) -> None:
    """Write down what came of the feeds, in one transaction. Raises Refused."""
    with tools.store.begin() as tx:
        gone.hold_off(tx)
        ours = feeds.held(tx, [look.feed for look in looks])
        pushed = hubs.relied_on(tx, ours, tools.options, now=now)
        polled, answered = [], []
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
            after = _polled(tools, look, plan, now, pushed=feed.id in pushed and not hubs.missed(plan, now))
            polled.append(after)
            if after.answered:
                answered.append((after.feed, plan))
        feeds.record_polls(tx, polled, now=now)
        hubs.learn(tx, answered, tools.options, now=now)


def _polled(tools: Tools, look: _Look, plan: EntryPlan, now: datetime, *, pushed: bool) -> Polled:
    """`pushed`: its news come by themselves, so it is asked seldom, unless a person said how often."""
    feed, answer, parsed = look.feed, look.answer, look.parsed
    outcome, policy = _outcome(look, plan, now), tools.options.cadence
    paced = replace(feed, every=feed.every or policy.ceiling) if pushed else feed
    decided = after_poll(paced, outcome, now=now, policy=policy, jitter=random.random())
    stands = replace(
        feed,
        state=decided.state,
        state_since=now if decided.state is not feed.state else feed.state_since,
        interval=decided.interval,
        gap=decided.gap,
        newest=decided.newest,
        failures=decided.failures,
        failing_since=decided.failing_since,
        empty_runs=decided.empty_runs,
    )
    whole = isinstance(answer, Fetched) and look.error is None and answer.status != 226
    if isinstance(answer, NotModified):
        stands = replace(
            stands,
            poll_url=feed.poll_url if look.page else answer.permanent_url or feed.poll_url,
            validators_url=feed.validators_url or feed.poll_url,
            etag=answer.headers.get("etag", feed.etag),
            last_modified=answer.headers.get("last-modified", feed.last_modified),
        )
    elif isinstance(answer, FetchFailed) and answer.status in _TRIPS_OVER_HEADERS:
        stands = replace(stands, etag=None, last_modified=None)
    elif isinstance(answer, Fetched) and look.error is None:
        stands = _after_document(stands, look, answer, outcome)
    elif isinstance(answer, Fetched) and look.page and "etag" in answer.headers:
        stands = _after_page(stands, answer)
    if parsed is not None and isinstance(answer, Fetched):
        hints = with_link_headers(parsed.hints, answer.headers, answer.final_url)
        stands = replace(stands, hints=hints, lang=feed.lang or parsed.lang)
    return Polled(
        feed=stands,
        next_poll=decided.next_poll,
        answered=not outcome.failed,
        read=whole,
        error=look.error,
        note=_left_out(parsed),
        title=parsed.title if parsed else "",
        status=outcome.status,
        new=outcome.new,
        items=outcome.items,
    )


def _outcome(look: _Look, plan: EntryPlan, now: datetime) -> Outcome:
    feed, answer = look.feed, look.answer
    if isinstance(answer, FetchFailed):
        return Outcome(failed=True, status=answer.status, permanent=answer.permanent, retry_at=answer.retry_at)
    fresh = max_age(answer.headers, now)
    if look.error is not None:
        status = 304 if isinstance(answer, NotModified) else answer.status
        return Outcome(failed=True, not_a_feed=True, status=status, fresh=fresh)
    if isinstance(answer, NotModified):
        return Outcome(status=304, fresh=fresh, moved=answer.permanent_url not in ("", feed.poll_url))
    parsed = look.parsed
    dated = (believable(item.published, now) for item in plan.new)
    return Outcome(
        status=answer.status,
        new=len(plan.new),
        items=parsed.total if parsed else len(feed.item_marks) // _MARK,
        delta=answer.status == 226,
        published=tuple(at for at in dated if at is not None),
        moved=answer.permanent_url != feed.poll_url,
        fresh=fresh,
        hints=parsed.hints if parsed else None,
    )


def _after_document(feed: Feed, look: _Look, answer: Fetched, outcome: Outcome) -> Feed:
    """The feed after a document of it came and parsed: only now are its validators worth keeping, and a move is one.

    Validators belong to the address that gave them, the end of a detour maybe, and are sent to no other (RFC 9110, 8.8).
    """
    etag, last_modified = answer.headers.get("etag"), answer.headers.get("last-modified")
    brought = Brought(
        etag=etag,
        last_modified=last_modified,
        body_hash=look.body_hash,
        new=outcome.new or 0,
        last_modified_at=http_date(last_modified),
        doubted=look.doubted,
        oldest=min(outcome.published, default=None),
    )
    same_place = answer.final_url == (feed.validators_url or feed.poll_url)
    lie = answer.status != 226 and same_place and caught(feed, brought)
    if lie:
        log.warning(
            "%s has new entries and says by its validators that it has none: asked without from now on", feed.url
        )
    marks = look.parsed.marks if look.parsed else feed.item_marks
    if answer.status == 226:  # only what changed: what was seen before stands in the document still
        marks = (feed.item_marks + marks)[-_MOST_MARKS:]
    return replace(
        feed,
        poll_url=answer.permanent_url,
        etag=etag,
        last_modified=last_modified,
        validators_url=answer.final_url,
        page_instead=False,
        body_hash=look.body_hash if answer.status != 226 else feed.body_hash,
        item_marks=marks,
        # another address may be another server, and is trusted until it is caught itself
        distrusted=lie or (feed.distrusted and answer.permanent_url == feed.poll_url),
    )


def _after_page(feed: Feed, answer: Fetched) -> Feed:
    """The feed after a web page came in its place, with an ETag: as long as that stands there it need not be sent again.

    With a Last-Modified alone it is: the feed that comes back may bear an older one, and would be "not modified" since.
    """
    return replace(
        feed,
        etag=answer.headers["etag"],
        last_modified=answer.headers.get("last-modified"),
        validators_url=answer.final_url,
        page_instead=True,
    )


def _left_out(parsed: ParsedFeed | None) -> str | None:
    """ "left out: 2 no link, 1 scheme javascript"; None: nothing was."""
    if parsed is None or not parsed.refused:
        return None
    return "left out: " + ", ".join(f"{n} {why}" for why, n in sorted(parsed.refused.items()))
