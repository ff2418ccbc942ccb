"""Feeds: add, lease for a poll, write down what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, select, update

from storage import leases
from storage.dialect import upsert
from storage.errors import Refused
from storage.records import Feed, FeedId, FeedSpec, FeedState
from storage.schema import FeedRow, OutletRow


def add(tx: Connection, spec: FeedSpec, *, now: datetime) -> tuple[FeedId, bool]:
    """Add a feed, due at once; its id, and whether it was new. A known feed takes over what `spec` says anew."""
    parts = urlsplit(spec.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(f"{spec.url!r} is no feed address: expected http:// or https:// and a host")
    if len(spec.url) > 2_000:
        raise Refused(f"a feed address of {len(spec.url)} characters: expected at most 2,000")
    known = tx.execute(select(FeedRow.id, OutletRow.name).join(OutletRow).where(FeedRow.url == spec.url)).first()
    outlet_id = outlet(
        tx, spec.outlet or (known.name if known else parts.hostname), spec.country, spec.kind, spec.owner
    )
    row = {"url": spec.url, "poll_url": spec.url, "title": spec.title, "outlet_id": outlet_id, "lang": spec.lang}
    if known is None:
        row |= {"state": FeedState.NEW, "state_since": now, "next_try_at": now, "added_at": now}
        upsert(tx, FeedRow, row, key=["url"])
        return FeedId(tx.scalars(select(FeedRow.id).where(FeedRow.url == spec.url)).one()), True
    told = {name: value for name, value in row.items() if value and name not in ("url", "poll_url")}
    tx.execute(update(FeedRow).where(FeedRow.id == known.id).values(**told))
    return FeedId(known.id), False


def outlet(tx: Connection, name: str, country: str = "", kind: str = "", owner: str = "") -> int:
    """The outlet's id; made if new, completed if more is told now."""
    told = [column for column, value in (("country", country), ("kind", kind), ("owner", owner)) if value]
    row = {"name": name, "country": country, "kind": kind, "owner": owner}
    upsert(tx, OutletRow, row, key=["name"], update=told)
    return tx.scalars(select(OutletRow.id).where(OutletRow.name == name)).one()


def pause(tx: Connection, feed_id: FeedId, *, now: datetime) -> bool:
    """Pause a feed. False if there is no such feed."""
    found = tx.execute(update(FeedRow).where(FeedRow.id == feed_id).values(paused_at=now).returning(FeedRow.id))
    return found.first() is not None


def resume(tx: Connection, feed_id: FeedId, *, now: datetime) -> bool:
    """Poll a feed again, now, whether it was paused or gone. False if there is no such feed."""
    values = {"paused_at": None, "next_try_at": now}
    found = tx.execute(update(FeedRow).where(FeedRow.id == feed_id).values(**values).returning(FeedRow.id))
    return found.first() is not None


def call_due(tx: Connection, *, now: datetime, until: datetime, limit: int) -> list[tuple[FeedId, str]]:
    """Feeds to poll now, stamped: (id, address)."""
    ids = leases.call_due(tx, FeedRow, FeedRow.paused_at.is_(None), now=now, until=until, limit=limit)
    rows = tx.execute(select(FeedRow.id, FeedRow.poll_url).where(FeedRow.id.in_(ids)).order_by(FeedRow.id))
    return [(FeedId(row.id), row.poll_url) for row in rows]


def make_all_due(tx: Connection, *, now: datetime) -> None:
    """`poll --force`: every feed that is neither paused nor gone is due, whatever it asked for."""
    live = FeedRow.paused_at.is_(None) & FeedRow.next_try_at.is_not(None)
    tx.execute(update(FeedRow).where(live).values(next_try_at=now))


def lease(tx: Connection, feed_ids: list[FeedId], *, now: datetime, until: datetime) -> list[tuple[Feed, str]]:
    """Lease those of the feeds that are due and free: (feed, address to ask)."""
    mine = [i for i in feed_ids if leases.take(tx, FeedRow, i, FeedRow.paused_at.is_(None), now=now, until=until)]
    rows = tx.execute(select(FeedRow, OutletRow.name).join(OutletRow).where(FeedRow.id.in_(mine)).order_by(FeedRow.id))
    return [(_feed(row), row.poll_url) for row in rows]


def holds(tx: Connection, feed: Feed) -> bool:
    """The feed's lease is still ours."""
    return leases.holds(tx, FeedRow, feed.id, feed.leased_until)


def give_back(tx: Connection, feed: Feed, *, next_poll: datetime) -> None:
    """It was not asked after all: free, and due again then."""
    tx.execute(update(FeedRow).where(FeedRow.id == feed.id).values(**leases.RELEASED, next_try_at=next_poll))


def last_answer(tx: Connection) -> tuple[datetime, timedelta] | None:
    """(when any polled feed last answered, the shortest interval of them); before the first answer: since they are there."""
    live = FeedRow.paused_at.is_(None) & FeedRow.next_try_at.is_not(None)
    told = select(func.max(FeedRow.last_success_at), func.min(FeedRow.added_at), func.min(FeedRow.interval_s))
    answered, added, shortest = tx.execute(told.where(live)).one()
    return (answered or added, timedelta(seconds=shortest)) if added else None


def _feed(r: Any) -> Feed:
    return Feed(
        id=FeedId(r.id),
        url=r.url,
        outlet=r.name,
        lang=r.lang,
        state=FeedState(r.state),
        etag=r.etag,
        last_modified=r.last_modified,
        failures=r.failures,
        empty_runs=r.empty_runs,
        interval=timedelta(seconds=r.interval_s),
        baseline_at=r.baseline_at,
        last_success_at=r.last_success_at,
        leased_until=r.leased_until,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What a poll leaves on the feed's row. `next_poll` None: never again of itself. `read`: a feed came and parsed."""

    state: FeedState
    next_poll: datetime | None
    interval: timedelta
    answered: bool
    read: bool
    had_items: bool
    error: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    poll_url: str = ""
    title: str = ""
    lang: str = ""


def record_poll(tx: Connection, feed: Feed, polled: Polled, *, now: datetime) -> None:
    """Write down what came of a poll and give the feed free."""
    values: dict[str, Any] = leases.RELEASED | {
        "state": polled.state,
        "next_try_at": polled.next_poll,
        "interval_s": int(polled.interval.total_seconds()),
        "last_polled_at": now,
        "last_error": polled.error,
        "failures": 0 if polled.answered else feed.failures + 1,
    }
    if polled.state is not feed.state:
        values["state_since"] = now
    if polled.answered:
        values |= {"last_success_at": now, "etag": polled.etag, "last_modified": polled.last_modified}
    if polled.read:
        values |= {"empty_runs": 0 if polled.had_items else feed.empty_runs + 1}
        values |= {"baseline_at": feed.baseline_at or now}
        values |= {name: told for name, told in (("poll_url", polled.poll_url), ("title", polled.title)) if told}
        if polled.lang and not feed.lang:
            values["lang"] = polled.lang
    tx.execute(update(FeedRow).where(FeedRow.id == feed.id).values(**values))
