"""A claim's silence beside its sources', as rows: for command, API and whoever tells of it next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from schedules.silence import Silence, silences
from schedules.sources import PATIENCE, Hearing, Reach, in_words, reach, verdict
from storage import claim_news, coverage, feeds, heartbeats, queries
from storage.claim_news import Came
from storage.engine import Store
from storage.instants import written
from storage.records import Source
from worker.steps.why_unread import WALLS, Why, why_unread

Json = dict[str, Any]

DAYS = 30
MOST_DAYS = 3_650
_OUTLETS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What is the same for every claim: the sources, the articles that were read, and the pages that were not.

    `unread`: how many by (outlet, why); `given_up`: how many of them are not tried again.
    """

    reach: Reach
    articles: int
    unread: Counter[tuple[str, Why]]
    given_up: int

    @property
    def walls(self) -> int:
        """Pages that are there, and not for us."""
        return sum(n for (_outlet, why), n in self.unread.items() if why in WALLS)


def period_of(store: Store, *, days: int, now: datetime) -> Period:
    """The last `days` days."""
    since = now - timedelta(days=days)
    unread: Counter[tuple[str, Why]] = Counter()
    given_up = 0
    with store.read() as tx:
        troubles = silences(heartbeats.last(tx, "tick"), feeds.last_answer(tx), now=now, patience=PATIENCE)
        known = coverage.sources(tx)
        articles = coverage.articles_since(tx, since)
        for outlet, parked, error in coverage.unread(tx, since):
            unread[outlet, why_unread(error)] += 1
            given_up += parked
    could = reach(known, since=since, now=now, troubles=troubles, read=articles, unread=unread.total())
    return Period(reach=could, articles=articles, unread=unread, given_up=given_up)


def of_claims(store: Store, period: Period, claim_ids: Sequence[str]) -> list[Json]:
    """A row a claim, in the order of the ids; none for one that is not there, or is no longer watched."""
    with store.read() as tx:
        heads = queries.claim_heads(tx, claim_ids)
        came = claim_news.came(tx, claim_ids, since=period.reach.since)
        watched = claim_news.watched_since(tx, claim_ids)
    live = [one for one in claim_ids if one in heads and heads[one]["retired_at"] is None]
    return [_row(heads[one], came[one], watched[one], period) for one in live]


def page_of_claims(store: Store, *, days: int, now: datetime, after: str, limit: int) -> tuple[list[Json], str | None]:
    """Rows of claims that are watched, by their ids, and what to go on behind; None: there are no more."""
    with store.read() as tx:
        ids = coverage.live_claims(tx, after=after, limit=limit + 1)
    rows = of_claims(store, period_of(store, days=days, now=now), ids[:limit])
    return rows, ids[limit - 1] if len(ids) > limit else None


def of_claim(store: Store, claim_id: str, *, days: int, now: datetime) -> Json | None:
    """One claim's row, with the sources that could not be heard, the walls, and what is wrong with the house; None: not watched."""
    period = period_of(store, days=days, now=now)
    for row in of_claims(store, period, [claim_id]):
        return row | {
            "sources_listed": [_source(*one) for one in period.reach.in_trouble],
            "unread_listed": [
                {"outlet": outlet, "why": why.value, "wall": why in WALLS, "pages": n}
                for (outlet, why), n in sorted(period.unread.items(), key=lambda one: (-one[1], one[0]))[:_OUTLETS]
            ],
            "troubles": [_trouble(one) for one in period.reach.troubles],
        }
    return None


def _row(head: Json, came: Came, watched_since: datetime, period: Period) -> Json:
    could = period.reach
    return {name: head[name] for name in ("id", "list", "topic", "text")} | {
        "verdict": verdict(could, came.last).value,
        "says": in_words(could, came.last, watched_since),
        "since": written(could.since),
        "until": written(could.until),
        "watched_since": written(watched_since),
        "last_found": written(came.last) if came.last else None,
        "days_silent": (could.until - came.last).days if came.last else None,
        "articles": came.articles,
        "articles_read": period.articles,
        "sources": could.asked,
        "answered": could.answered,
        **{hearing.value: could.number(hearing) for hearing in Hearing if hearing is not Hearing.ANSWERS},
        "polls_missed": could.missed,
        "pages_unread": period.unread.total(),
        "pages_given_up": period.given_up,
        "walls": period.walls,
    }


def _source(source: Source, heard: Hearing) -> Json:
    return {
        "feed": source.id,
        "outlet": source.outlet,
        "url": source.url,
        "did": heard.value,
        "state": source.state.value,
        "state_since": written(source.state_since),
        "last_answer": written(source.answered_at) if source.answered_at else None,
        "failures": source.failures,
        "last_error": source.last_error,
    }


def _trouble(silence: Silence) -> Json:
    return {"name": silence.name, "since": written(silence.since), "what": silence.what}
