"""Claims by their state: the store tells what answers a query on each, a step of the worker counts the voices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from claimwatch.counted import counted
from storage import queries
from storage.engine import Store
from storage.instants import written
from storage.records import Said
from storage.search import claims
from storage.search.errors import BadQuery
from storage.search.query import Query, Sort
from storage.search.values import Range
from storage.slugs import is_slug
from worker.steps.claim_state import State, by_side, in_words, state_of

Json = dict[str, Any]

# Claims whose findings are in memory at once, and that one page looks through: where few have so many voices, it ends early.
_A_TIME = 50
MOST_LOOKED_THROUGH = 2_000
_SOME = Range(low=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPage:
    """One page of claims, by their ids. It may be short, or empty, and have a next. Days are UTC."""

    rows: list[Json]
    next: str | None
    asked: str
    notes: tuple[str, ...] = ()
    zone: str = "UTC"


def search_claims(store: Store, query: Query, *, limit: int = 50, after: str | None = None) -> ClaimPage:
    """The claims on which what answers comes from as many independent voices as `voices:` says, one at least.

    Raises BadQuery.
    """
    if query.sort is not Sort.PUBLISHED:
        raise BadQuery(f"sort:{query.sort}: claims come in one order, by their ids")
    if after and not is_slug(after):
        raise BadQuery(f"after={after!r}: no page of this query ends there; begin with the first page")
    limit = query.limit or limit
    wanted = query.voices or _SOME
    with store.read() as tx:
        ask = claims.asked(tx, query)
        found: dict[str, State] = {}
        last, looked, following = after or "", 0, None
        while following is None:
            ids = claims.answering(tx, ask, after=last, limit=_A_TIME)
            for claim_id, said in claims.said(tx, ask, ids).items():
                state = state_of(said)
                if _within(state.voices.independent, wanted):
                    if len(found) == limit:
                        following = last
                        break
                    found[claim_id] = state
                last = claim_id
            looked += len(ids)
            if len(ids) < _A_TIME:
                break
            if looked >= MOST_LOOKED_THROUGH and query.limit is None:
                following = last
        heads = queries.claim_heads(tx, [*found])
    n = int(wanted.low or 1)
    return ClaimPage(
        rows=[heads[claim_id] | _row(state, n) for claim_id, state in found.items()],
        next=following if query.limit is None else None,
        asked=query.asked,
        notes=(f"{looked:,} claims were looked through for this page",) if following and len(found) < limit else (),
    )


def over_time(said: Iterable[Said]) -> Json:
    """By side, when the first independent voice came, the second and so on: `state`, and `state_line`, the same in words."""
    states = by_side(said)
    rows = [
        {"relation": side.value, "voices": len(one.arrivals), "since": [written(at) for at in one.arrivals]}
        for side, one in states.items()
    ]
    return {"state": rows, "state_line": in_words(states)}


def _within(n: int, wanted: Range) -> bool:
    return n >= (wanted.low or 0) and (wanted.high is None or n <= wanted.high)


def _row(state: State, n: int) -> Json:
    reached, first = state.since(n), state.since(1)
    return {
        "findings": {relation.value: count for relation, count in state.findings.items()},
        **counted(state.voices),
        "since": written(reached) if reached else None,
        "first_found": written(first) if first else None,
        "last_found": written(state.latest) if state.latest else None,
    }
