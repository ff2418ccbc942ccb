"""When a feed is polled next, and what is to be said of its state: one decision from its row and what the poll gave. Pure.

The wait is the square root of `pivot` times the usual time between two news (schedules/habit.py). Of all ways to share out a
number of polls among feeds this one makes the sum of all delays least: one more poll would save as much at each of them.
So a feed with news every 90 minutes is asked as often, one with news daily four times a day, one with news weekly every 16 hours.
What the publisher asks for comes on top: freshness, ttl, sy:update*, skipped hours and days, Retry-After.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.backoff import Trouble, failing_wait, trouble
from schedules.habit import Habit, first_habit, next_habit, present_gap
from schedules.skipped import after_skipped
from storage.records import Feed, FeedHints, FeedState

_REFUSES = frozenset({401, 403, 429, 451})
# After so long these stop a feed: the publisher was asked often enough, and a person has read it in the list meanwhile.
_STOPS = frozenset({401, 403, 404, 451})
# So much of a document is new: what came before it was probably pushed out unseen.
_LOST = 0.9
_FULL_HOUR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class CadencePolicy:
    """Floor and default after the manners a publisher expects: about hourly without a hint, never under 15 minutes.

    `pivot`: who has news so far apart is asked as often; `memory`: how many news the old habit weighs; `occasion`: what comes
    within so much counts as one (all three: bench/cadence.py).
    `retry_most`: the longest Retry-After that is believed.
    A feed that is not there, or refuses us, for `gone_after` and at `gone_polls` is not asked any more.
    One is stale that is silent for `stale_after` and for `stale_gaps` times its habit.
    """

    floor: timedelta = timedelta(minutes=15)
    default: timedelta = timedelta(hours=1)
    ceiling: timedelta = timedelta(hours=24)
    jitter: float = 0.2
    pivot: timedelta = timedelta(minutes=90)
    memory: float = 8
    occasion: timedelta = timedelta(minutes=5)
    retry_most: timedelta = timedelta(days=30)
    gone_after: timedelta = timedelta(days=30)
    gone_polls: int = 10
    stale_after: timedelta = timedelta(days=30)
    stale_gaps: float = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a poll gave. `new`: entries not known before; None if the feed was unchanged (304) or failed.

    `items`: entries of the document, None for 304 and failures; `delta`: it holds only what changed (226).
    `published`: what the feed says of when the new ones came out, where it does; it may lie.
    `moved`: it answered at a new permanent address. `permanent`: the door says no answer is to be had (name, certificate,
    address). `fresh`: from the headers of this answer (schedules/freshness.py). `hints`: those in force after this poll,
    None: the stored ones. `retry_at`: from Retry-After.
    """

    status: int | None = None
    failed: bool = False
    not_a_feed: bool = False
    permanent: bool = False
    new: int | None = None
    items: int | None = None
    delta: bool = False
    published: tuple[datetime, ...] = ()
    moved: bool = False
    fresh: timedelta | None = None
    hints: FeedHints | None = None
    retry_at: datetime | None = None

    @property
    def trouble(self) -> Trouble | None:
        """The kind of failure, None: it did not fail."""
        if not (self.failed or self.not_a_feed):
            return None
        return trouble(self.status, permanent=self.permanent, not_a_feed=self.not_a_feed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that the cadence decides for a feed's row. `next_poll` None: it is not asked any more, and the state says why.

    `interval`: the wait while all is well, as learned and as asked for, without jitter and skipped hours.
    """

    state: FeedState
    next_poll: datetime | None
    interval: timedelta
    gap: timedelta | None
    newest: datetime | None
    failures: int
    failing_since: datetime | None
    empty_runs: int


def after_poll(feed: Feed, outcome: Outcome, *, now: datetime, policy: CadencePolicy, jitter: float) -> Plan:
    """What is written on the feed's row after this poll. `jitter` in [0, 1) spreads feeds over up to a fifth more of their wait."""
    if outcome.trouble is not None:
        return _after_failure(feed, outcome, outcome.trouble, now=now, policy=policy, jitter=jitter)
    share = _share(feed, outcome)
    habit = _habit(feed, outcome, lost=share >= _LOST, now=now, policy=policy)
    interval = _interval(feed, outcome, habit, now=now, policy=policy)
    wait = interval
    if feed.every is None:  # sooner, for once; the habit has learned of it too
        wait = min(max(interval / _sooner(share), policy.floor, _asked(feed, outcome, policy)), interval)
    empty_runs = feed.empty_runs
    if outcome.items is not None and not outcome.delta:
        empty_runs = 0 if outcome.items else empty_runs + 1
    return Plan(
        state=_well(feed, outcome, habit, empty_runs, now=now, policy=policy),
        next_poll=_due(feed, outcome, wait, now=now, policy=policy, jitter=jitter),
        interval=interval,
        gap=habit.gap,
        newest=habit.newest,
        failures=0,
        failing_since=None,
        empty_runs=empty_runs,
    )


def _after_failure(
    feed: Feed, outcome: Outcome, kind: Trouble, *, now: datetime, policy: CadencePolicy, jitter: float
) -> Plan:
    failures, since = feed.failures + 1, feed.failing_since or now
    usual = max(feed.interval, policy.floor)
    wait = failing_wait(
        kind,
        failures,
        usual=usual,
        last=now - (feed.last_polled_at or now),
        soft_base=policy.default,
        cap=policy.ceiling,
    )
    over = kind is Trouble.HARD or (
        outcome.status in _STOPS and failures >= policy.gone_polls and now - since >= policy.gone_after
    )
    return Plan(
        state=_failing(outcome, kind, since, over=over, now=now),
        next_poll=None if over else _due(feed, outcome, wait, now=now, policy=policy, jitter=jitter),
        interval=feed.interval,
        gap=feed.gap,
        newest=feed.newest,
        failures=failures,
        failing_since=since,
        empty_runs=feed.empty_runs,
    )


def _share(feed: Feed, outcome: Outcome) -> float:
    """How much of the document came since we looked, from 0 to 1, where that says anything.

    It does not of the first document, of one entry alone, of what changed only; nor where nothing is dated later than what we
    had: then the feed has given its old entries other names.
    """
    if feed.baseline_at is None or outcome.delta or not outcome.new or not outcome.items or outcome.items < 2:
        return 0.0
    if outcome.published and feed.newest is not None and max(outcome.published) <= feed.newest:
        return 0.0
    return outcome.new / outcome.items


def _sooner(share: float) -> float:
    """How many times sooner than usual to ask, so that no more than a third of the document will be new then."""
    return 4.0 if share >= _LOST else max(1.0, 3 * share)


def _habit(feed: Feed, outcome: Outcome, *, lost: bool, now: datetime, policy: CadencePolicy) -> Habit:
    if not outcome.new:
        return Habit(gap=feed.gap, newest=feed.newest)
    if feed.baseline_at is None:
        return first_habit(outcome.published, now=now, memory=policy.memory, occasion=policy.occasion)
    return next_habit(
        Habit(gap=feed.gap, newest=feed.newest or feed.baseline_at),
        outcome.new,
        outcome.published,
        lost=lost,
        looked=feed.last_success_at or now,
        now=now,
        memory=policy.memory,
        occasion=policy.occasion,
        default=policy.default,
    )


def _interval(feed: Feed, outcome: Outcome, habit: Habit, *, now: datetime, policy: CadencePolicy) -> timedelta:
    """The wait while all is well: what a person set, else what was learned; never less than what the publisher asks."""
    asked = _asked(feed, outcome, policy)
    if feed.every is not None:
        return max(feed.every, policy.floor, asked)
    silence = now - (habit.newest or feed.baseline_at or now)
    if habit.gap is None:
        gap, pivot = present_gap(policy.default, silence, memory=1), policy.default
    else:
        gap, pivot = present_gap(habit.gap, silence, memory=policy.memory), policy.pivot
    learned = timedelta(seconds=(pivot.total_seconds() * gap.total_seconds()) ** 0.5)
    return max(min(max(learned, policy.floor), policy.ceiling), asked)


def _asked(feed: Feed, outcome: Outcome, policy: CadencePolicy) -> timedelta:
    """The longest wait that the publisher asks for, believed up to the ceiling."""
    hints = outcome.hints if outcome.hints is not None else feed.hints
    told = (outcome.fresh, hints.min_interval)
    return min(max((wait for wait in told if wait is not None), default=timedelta(0)), policy.ceiling)


def _due(
    feed: Feed, outcome: Outcome, wait: timedelta, *, now: datetime, policy: CadencePolicy, jitter: float
) -> datetime:
    """The instant of the next poll: never before what was asked for, spread, and not when all the world's clocks strike."""
    hints = outcome.hints if outcome.hints is not None else feed.hints
    wait = max(wait, _asked(feed, outcome, policy))
    spread = min(wait, policy.ceiling) * policy.jitter * jitter
    due = now + wait + spread
    if outcome.retry_at is not None:
        due = max(due, min(outcome.retry_at, now + policy.retry_most) + min(spread, policy.default * policy.jitter))
    open_at = after_skipped(hints, due)
    if open_at > due:  # all who skip the same hours come back then
        due = open_at + min(spread, policy.default * policy.jitter)
    if due.minute < _FULL_HOUR.total_seconds() / 60:
        due += _FULL_HOUR * (1 + jitter)
    return due


def _well(
    feed: Feed, outcome: Outcome, habit: Habit, empty_runs: int, *, now: datetime, policy: CadencePolicy
) -> FeedState:
    """What is said of a feed that answers: the worst that is true."""
    # without an entry once may be a slip; twice in a row, or from the very first, is worth saying
    if empty_runs > 1 or (empty_runs == 1 and habit.newest is None):
        return FeedState.EMPTY
    if habit.newest is not None:
        silence = now - habit.newest
        if silence > policy.stale_after and silence > (habit.gap or timedelta(0)) * policy.stale_gaps:
            return FeedState.STALE
    if outcome.moved or feed.poll_url not in ("", feed.url):
        return FeedState.MOVED
    return FeedState.OK


def _failing(outcome: Outcome, kind: Trouble, since: datetime, *, over: bool, now: datetime) -> FeedState:
    """What is said of a feed that failed, at once: since when, and how often, stands beside it."""
    if kind is Trouble.HARD:
        return FeedState.GONE
    if outcome.not_a_feed:
        return FeedState.NOT_A_FEED
    if outcome.status in _REFUSES:
        return FeedState.REFUSED
    if outcome.status == 404 and (over or now - since >= timedelta(hours=20)):  # sites are rebuilt at night
        return FeedState.GONE
    return FeedState.UNREACHABLE
