"""Feeds: add, lease for a poll, write down what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from storage import leases
from storage.dialect import upsert
from storage.errors import Refused
from storage.records import Feed, FeedHints, FeedId, FeedSpec, FeedState
from storage.schema import FeedRow, OutletRow, PollRow

# What a poll writes on a feed's row; a person's own settings of it are not among them.
_WRITTEN = (
    "poll_url", "lang", "state", "state_since", "next_try_at", "interval_s", "gap_s", "newest", "failures", "failing_since",
    "empty_runs", "last_error", "last_polled_at", "last_success_at", "baseline_at", "whole_at", "etag", "last_modified",
    "validators_url", "page_instead", "hints", "body_hash", "item_marks", "distrusted", "suspected_at",
)  # fmt: skip


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
    """Poll a feed again, now, whether it was paused or gone, and trust it anew. False if there is no such feed."""
    values = {"paused_at": None, "next_try_at": now, "distrusted": False, "page_instead": False}
    found = tx.execute(update(FeedRow).where(FeedRow.id == feed_id).values(**values).returning(FeedRow.id))
    return found.first() is not None


def call_due(tx: Connection, *, now: datetime, until: datetime, limit: int) -> list[tuple[FeedId, str]]:
    """Feeds to poll now, stamped, those that wait longest first: (id, address)."""
    due = select(FeedRow.id).where(FeedRow.paused_at.is_(None), leases.is_due(FeedRow, now))
    due = due.order_by(FeedRow.next_try_at, FeedRow.id).limit(limit)
    if tx.dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    stamped = update(FeedRow).where(FeedRow.id.in_(due.scalar_subquery())).values(called_until=until)
    rows = tx.execute(stamped.returning(FeedRow.id, FeedRow.poll_url, FeedRow.next_try_at)).all()
    return [(FeedId(row.id), row.poll_url) for row in sorted(rows, key=lambda row: (row.next_try_at, row.id))]


def make_all_due(tx: Connection, *, now: datetime) -> None:
    """`poll --force`: every feed that is neither paused nor gone is due, whatever it asked for."""
    live = FeedRow.paused_at.is_(None) & FeedRow.next_try_at.is_not(None)
    tx.execute(update(FeedRow).where(live).values(next_try_at=now))


def lease(tx: Connection, feed_ids: Collection[FeedId], *, now: datetime, until: datetime) -> list[Feed]:
    """Lease those of the feeds that are due and free, by id."""
    rows = leases.take_many(tx, FeedRow, feed_ids, FeedRow.paused_at.is_(None), now=now, until=until)
    return sorted((_feed(row) for row in rows), key=lambda feed: feed.id)


def by_id(tx: Connection, feed_id: FeedId, *, locked: bool = False) -> Feed | None:
    """The feed as it stands, unless it is paused; `locked` for this transaction."""
    mine = select(FeedRow.__table__).where(FeedRow.id == feed_id, FeedRow.paused_at.is_(None))
    row = tx.execute(mine.with_for_update() if locked else mine).first()
    return _feed(row) if row is not None else None


def read(tx: Connection, feed_ids: Collection[FeedId]) -> list[Feed]:
    """Those of the feeds that there are, as they stand, by id; without ids all."""
    rows = tx.execute(select(FeedRow.__table__).order_by(FeedRow.id))
    return [_feed(row) for row in rows if not feed_ids or row.id in feed_ids]


def held(tx: Connection, feeds: Collection[Feed]) -> set[FeedId]:
    """Those whose lease is still ours. All were leased at once."""
    untils = {feed.leased_until for feed in feeds if feed.leased_until is not None}
    return {FeedId(i) for until in untils for i in leases.held(tx, FeedRow, [feed.id for feed in feeds], until)}


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
        poll_url=r.poll_url,
        lang=r.lang,
        state=FeedState(r.state),
        state_since=r.state_since,
        etag=r.etag,
        last_modified=r.last_modified,
        failures=r.failures,
        failing_since=r.failing_since,
        empty_runs=r.empty_runs,
        interval=timedelta(seconds=r.interval_s),
        baseline_at=r.baseline_at,
        last_polled_at=r.last_polled_at,
        last_success_at=r.last_success_at,
        leased_until=r.leased_until,
        hints=_hints(r.hints),
        gap=_span(r.gap_s),
        newest=r.newest,
        body_hash=r.body_hash,
        item_marks=r.item_marks,
        validators_url=r.validators_url,
        page_instead=r.page_instead,
        distrusted=r.distrusted,
        suspected_at=r.suspected_at,
        whole_at=r.whole_at,
        user_agent=r.user_agent,
        every=_span(r.every_s),
    )


def _span(seconds: int | None) -> timedelta | None:
    return timedelta(seconds=seconds) if seconds is not None else None


def _seconds(span: timedelta | None) -> int | None:
    return int(span.total_seconds()) if span is not None else None


def _hints(told: dict[str, Any]) -> FeedHints:
    if not told:
        return _NO_HINTS
    return FeedHints(
        min_interval=_span(told.get("min_interval_s")),
        skip_hours=frozenset(told.get("skip_hours", ())),
        skip_days=frozenset(told.get("skip_days", ())),
        hub=told.get("hub", ""),
        topic=told.get("topic", ""),
        site=told.get("site", ""),
    )


_NO_HINTS = FeedHints()


def _hints_row(hints: FeedHints) -> dict[str, Any]:
    """What is not said is left out."""
    told = {
        "min_interval_s": _seconds(hints.min_interval),
        "skip_hours": sorted(hints.skip_hours),
        "skip_days": sorted(hints.skip_days),
        "hub": hints.hub,
        "topic": hints.topic,
        "site": hints.site,
    }
    return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What a poll leaves behind: `feed`, as it is to stand on its row now; `next_poll` None: never again of itself.

    `answered`: the publisher answered, be it with 304. `read`: a whole feed came and parsed. `note`: what is to be said of the
    poll though it went well. The rest is for its history.
    """

    feed: Feed
    next_poll: datetime | None
    answered: bool
    read: bool
    error: str | None = None
    note: str | None = None
    title: str = ""
    status: int | None = None
    new: int | None = None
    items: int | None = None


# One text for all that a poll writes, so that it is compiled once and run for a batch.
_RECORD = (
    update(FeedRow)
    .where(FeedRow.id == bindparam("feed_id"))
    .values(
        called_until=None,
        leased_until=None,
        lost_leases=0,
        title=func.coalesce(func.nullif(bindparam("told_title"), ""), FeedRow.title),
        **{name: bindparam(name) for name in _WRITTEN},
    )
)


def record_polls(tx: Connection, polled: Sequence[Polled], *, now: datetime) -> None:
    """Write down what came of polls, each in the history too, and give the feeds free."""
    if not polled:
        return
    tx.execute(_RECORD, [_record(one, now) for one in polled])
    history = [
        {
            "feed_id": one.feed.id,
            "at": now,
            "state": one.feed.state,
            "status": one.status,
            "new": one.new,
            "items": one.items,
            "note": one.error or one.note,
        }
        for one in polled
    ]
    tx.execute(insert(PollRow), history)


def _record(one: Polled, now: datetime) -> dict[str, Any]:
    feed = one.feed
    return {
        "feed_id": feed.id,
        "told_title": one.title,
        "poll_url": feed.poll_url,
        "lang": feed.lang,
        "state": feed.state,
        "state_since": feed.state_since,
        "next_try_at": one.next_poll,
        "interval_s": _seconds(feed.interval),
        "gap_s": _seconds(feed.gap),
        "newest": feed.newest,
        "failures": feed.failures,
        "failing_since": feed.failing_since,
        "empty_runs": feed.empty_runs,
        "last_error": one.error,
        "last_polled_at": now,
        "last_success_at": now if one.answered else feed.last_success_at,
        "baseline_at": (feed.baseline_at or now) if one.read else feed.baseline_at,
        "whole_at": now if one.read else feed.whole_at,
        "etag": feed.etag,
        "last_modified": feed.last_modified,
        "hints": _hints_row(feed.hints),
        "body_hash": feed.body_hash,
        "item_marks": feed.item_marks,
        "validators_url": feed.validators_url,
        "page_instead": feed.page_instead,
        "distrusted": feed.distrusted,
        "suspected_at": feed.suspected_at,
    }


def drop_old_polls(tx: Connection, *, before: datetime, limit: int) -> int:
    """Forget polls from before then, the oldest first; how many."""
    old = select(PollRow.id).where(PollRow.at < before).order_by(PollRow.at).limit(limit)
    return len(tx.execute(delete(PollRow).where(PollRow.id.in_(old)).returning(PollRow.id)).all())
