"""What a poll leaves on a feed's row: state and next poll, validators, where it stands now, what was seen of it."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, replace
from datetime import datetime

from schedules.cadence import CadencePolicy, Outcome, after_poll
from schedules.freshness import max_age
from schedules.http_dates import http_date
from schedules.validators import Brought, caught
from storage.feeds import Polled
from storage.records import Feed
from worker.errors import FetchFailed
from worker.handovers import EntryPlan, Fetched, NotModified, ParsedFeed
from worker.steps.plan_entries import dates_of_new
from worker.steps.websub import with_link_headers

log = logging.getLogger("claimwatch.poll")

# What a server may say to a validator that it gave itself and does not take: bad, precondition failed, too large.
_TRIPS_OVER_HEADERS = {400, 412, 431}
_MARK = 8  # bytes of an item's mark
_MOST_MARKS = 50_000 * _MARK

Answer = Fetched | NotModified | FetchFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
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


def polled(policy: CadencePolicy, look: Look, plan: EntryPlan, now: datetime, *, pushed: bool) -> Polled:
    """The feed as it stands after the poll. `plan`: what was kept of it. `pushed`: its news come by themselves, so it is asked seldom, unless a person said how often."""
    feed, answer, parsed = look.feed, look.answer, look.parsed
    outcome = _outcome(look, plan, now)
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


def _outcome(look: Look, plan: EntryPlan, now: datetime) -> Outcome:
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
    return Outcome(
        status=answer.status,
        new=len(plan.new),
        items=parsed.total if parsed else len(feed.item_marks) // _MARK,
        delta=answer.status == 226,
        published=tuple(at for at in dates_of_new(plan, now) if at is not None),
        moved=answer.permanent_url != feed.poll_url,
        fresh=fresh,
        hints=parsed.hints if parsed else None,
    )


def _after_document(feed: Feed, look: Look, answer: Fetched, outcome: Outcome) -> Feed:
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
