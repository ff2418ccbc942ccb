"""When a feed is polled next, and what is to be said of its state. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from schedules.backoff import delay_after
from storage.records import Feed, FeedState


@dataclass(frozen=True, slots=True, kw_only=True)
class CadencePolicy:
    """Floor and default after the manners a publisher expects: about hourly without a hint, never under 15 minutes."""

    floor: timedelta = timedelta(minutes=15)
    default: timedelta = timedelta(hours=1)
    ceiling: timedelta = timedelta(hours=24)
    jitter: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a poll gave. `new`: entries not known before; None if the feed was unchanged (304) or failed.

    `hint`: the longest wait that ttl, sy:update* or max-age ask for. `retry_at`: from Retry-After.
    """

    new: int | None = None
    items: int | None = None
    status: int | None = None
    failed: bool = False
    not_a_feed: bool = False
    moved: bool = False
    hint: timedelta | None = None
    retry_at: datetime | None = None


def next_interval(feed: Feed, outcome: Outcome, policy: CadencePolicy) -> timedelta:
    """The feed's interval from now on: half as long after news, a quarter longer without, within floor and ceiling."""
    if outcome.failed:
        return feed.interval
    factor = 0.5 if outcome.new else 1.25
    return min(max(feed.interval * factor, policy.floor), policy.ceiling)


def next_poll(feed: Feed, outcome: Outcome, *, now: datetime, policy: CadencePolicy, jitter: float) -> datetime | None:
    """The next poll, in (now, now + ceiling plus jitter] unless Retry-After asks for later; None: gone, never again.

    `jitter` in [0, 1) spreads feeds over up to a fifth more than their wait.
    """
    if outcome.status == 410:
        return None
    if outcome.failed:
        wait = delay_after(feed.failures + 1, base=max(feed.interval, policy.default), cap=policy.ceiling)
    else:
        wait = next_interval(feed, outcome, policy)
    if outcome.hint is not None:
        wait = max(wait, min(outcome.hint, policy.ceiling))
    due = now + wait * (1 + policy.jitter * jitter)
    return max(due, outcome.retry_at) if outcome.retry_at is not None else due


def state_after(feed: Feed, outcome: Outcome) -> FeedState:
    """What is to be said of the feed after this poll."""
    if outcome.not_a_feed:
        return FeedState.NOT_A_FEED
    if outcome.failed:
        if outcome.status in (404, 410):
            # 404 once may be a slip of the publisher's; twice in a row it is gone for a reader's purposes
            return FeedState.GONE if outcome.status == 410 or feed.failures >= 1 else FeedState.UNREACHABLE
        return FeedState.REFUSED if outcome.status in (401, 403, 429, 451) else FeedState.UNREACHABLE
    if outcome.items == 0:
        # once may be a slip; twice in a row, or from the very first, is worth saying
        return FeedState.EMPTY if feed.empty_runs >= 1 or feed.state is FeedState.NEW else feed.state
    return FeedState.MOVED if outcome.moved else FeedState.OK


def max_age(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the answer is fresh: Cache-Control's max-age less Age, else Expires; None if neither speaks."""
    for part in headers.get("cache-control", "").split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "max-age" and (seconds := _seconds(value.strip('"'))) is not None:
            return timedelta(seconds=max(0, seconds - (_seconds(headers.get("age", "")) or 0)))
    if "expires" in headers:
        try:
            return max(timedelta(0), parsedate_to_datetime(headers["expires"]) - now)
        except (ValueError, TypeError):
            return None
    return None


def _seconds(told: str) -> int | None:
    return int(told) if re.fullmatch(r"[0-9]{1,9}", told) else None
