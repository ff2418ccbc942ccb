"""How a visit ends for its article: it is there, it is not, or nothing can be said; and when it is visited next. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from schedules.visits import NO_MORE, SECOND_LOOK, Plan, after_edit, is_gone, next_visit, retry_at
from storage.records import ArticleEvent, ArticleState
from storage.visit_records import Ending, Visit

_BUSY = timedelta(minutes=1)


def there(
    visit: Visit,
    *,
    now: datetime,
    edited: bool = False,
    moved_to: str | None = None,
    final_url: str = "",
    headers: Mapping[str, str] | None = None,
) -> Ending:
    """The page is there: back, if it was gone; at `moved_to`, if its site says so.

    `headers`: of a whole answer from `final_url`. Its validators go with the next visit, if that asks this very address:
    those of one address are never sent to another (RFC 9110, 8.8). Those of an edit stand with its snapshot.
    """
    standing = visit.standing
    if edited:
        plan = after_edit(standing.step, standing.edits + 1, now=now)
    else:
        plan = next_visit(standing.since, standing.step, now=now)
    events, state = [], None
    if visit.state is ArticleState.GONE:
        events.append((ArticleEvent.BACK, moved_to or visit.address))
        state = ArticleState.MOVED if visit.moved_to else ArticleState.LIVE
    if moved_to is not None:
        events.append((ArticleEvent.MOVED, moved_to))
        state = ArticleState.MOVED
    validators = None
    if headers is not None and not edited:
        theirs = final_url == (moved_to or visit.address)
        validators = (headers.get("etag"), headers.get("last-modified")) if theirs else (None, None)
    return Ending(
        step=plan.step, due=plan.due, events=tuple(events), state=state, moved_to=moved_to, validators=validators
    )


def moved_into_another(visit: Visit, moved_to: str, *, now: datetime) -> Ending:
    """Its site leads to an article that is stored by itself: that one is visited for what it carries, this one no more."""
    return replace(there(visit, now=now, moved_to=moved_to), step=NO_MORE.step, due=None)


def missing(visit: Visit, why: str, *, now: datetime) -> Ending:
    """The page is not there: gone, if it was not at a look a day ago either; else that look is planned.

    What is gone is still visited by its schedule: some come back.
    """
    since, standing = visit.missing_since or now, visit.standing
    if visit.state is ArticleState.GONE or is_gone(visit.missing_since, now=now):
        return _gone(visit, why, next_visit(standing.since, standing.step, now=now), since)
    return Ending(step=standing.step, due=since + SECOND_LOOK, missing_since=since, error=why)


def at_front(visit: Visit, to: str, *, now: datetime) -> Ending:
    """Its site leads to a front page in its place."""
    return missing(visit, f"{visit.address}: leads to the front page {to}", now=now)


def gone_for_good(visit: Visit, why: str, *, now: datetime) -> Ending:
    """410: its site took it away, and who was told so does not ask again (RFC 9110, 15.5.11)."""
    return _gone(visit, why, NO_MORE, visit.missing_since or now)


def _gone(visit: Visit, why: str, plan: Plan, since: datetime) -> Ending:
    ending = Ending(step=plan.step, due=plan.due, missing_since=since, error=why)
    if visit.state is ArticleState.GONE:
        return ending
    return replace(ending, events=((ArticleEvent.GONE, why),), state=ArticleState.GONE)


def refused(visit: Visit, why: str, *, now: datetime, asked: datetime | None = None) -> Ending:
    """Nothing can be said of the page: a wall, a detour, a server in trouble. No event; tried again, later and later.

    `asked`: the instant that Retry-After told.
    """
    again = retry_at(visit.failures + 1, asked=asked, now=now)
    step = visit.standing.step if again is not None else NO_MORE.step
    failures = visit.failures + 1
    return Ending(step=step, due=again, failures=failures, missing_since=visit.missing_since, error=why)


def busy(visit: Visit, *, now: datetime) -> Ending:
    """It was not asked after all: its host is busy with other requests of ours."""
    return Ending(step=visit.standing.step, due=now + _BUSY, failures=visit.failures, missing_since=visit.missing_since)


def no_more(why: str) -> Ending:
    """It is not visited any more, for a reason of ours."""
    return Ending(step=NO_MORE.step, due=None, error=why)
