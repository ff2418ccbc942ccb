"""Subscriptions at hubs (WebSub): which feed is pushed to us, under which token, until when.

A row is one subscription for one address of ours, and its token and secret never change: a renewal is a row of its own, and
what it renews goes on until the hub has confirmed it. A row that the hub may still hold has a `lease_until`.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, delete, insert, or_, select, update

from storage import leases
from storage.dialect import among
from storage.instants import written
from storage.records import FeedId, SubscriptionState
from storage.schema import FeedRow, PushRow, SubscriptionRow

Row = SubscriptionRow
# A hub that said no, or nothing, is asked again by the feed that names it after so long.
ASKED_AGAIN_AFTER = timedelta(days=30)
_CURRENT = (SubscriptionState.ASKED, SubscriptionState.LIVE)
_OVER = (SubscriptionState.DENIED, SubscriptionState.ENDED)
# Polls in a row that find news which were not pushed: after one the hub is not relied on, after so many it is left.
MISSED_TO_LEAVE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A row. `lease_until`: the hub holds it until then. `leased_until`: by whoever asks the hub now. `paused`: its feed is."""

    id: int
    feed_id: FeedId
    hub: str
    topic: str
    token: str
    secret: str
    state: SubscriptionState
    failures: int
    lease_until: datetime | None
    leased_until: datetime | None
    paused: bool


def reconcile(tx: Connection, told: Mapping[FeedId, tuple[str, str]], *, now: datetime) -> None:
    """Ask for what feeds say of their hubs, and leave those they left: {feed: (hub, topic)}, ("", "") where there is none."""
    rows: dict[int, list[Any]] = {feed_id: [] for feed_id in told}
    for row in tx.execute(select(Row.__table__).where(among(tx, Row.__table__.c.feed_id, told))):
        rows[row.feed_id].append(row)
    for feed_id, (hub, topic) in told.items():
        wanted = bool(hub and topic)
        current = [row for row in rows[feed_id] if row.state in _CURRENT]
        stays = [row for row in current if wanted and (row.hub, row.topic) == (hub, topic)]
        left = [row.id for row in current if row not in stays]
        if left:
            _end(tx, Row.id.in_(left), SubscriptionState.ENDED, "the feed names another hub, or none", now=now)
        if not wanted or stays:
            continue
        refused = any(
            row.state == SubscriptionState.DENIED
            and (row.hub, row.topic) == (hub, topic)
            and now - row.state_since < ASKED_AGAIN_AFTER
            for row in rows[feed_id]
        )
        if not refused:
            _ask(tx, feed_id, hub, topic, now=now)


def _ask(tx: Connection, feed_id: int, hub: str, topic: str, *, now: datetime) -> None:
    """A new subscription, due at once. What is over, and of which nothing waits to be read, is forgotten."""
    not_held = Row.lease_until.is_(None) | (Row.lease_until <= now)
    over = (Row.feed_id == feed_id) & Row.state.in_(_OVER) & not_held & Row.id.not_in(select(PushRow.subscription_id))
    tx.execute(delete(Row).where(over))
    row = {
        "feed_id": feed_id,
        "hub": hub,
        "topic": topic,
        "token": secrets.token_urlsafe(32),
        "secret": secrets.token_urlsafe(32),
        "state": SubscriptionState.ASKED,
        "state_since": now,
        "next_try_at": now,
    }
    tx.execute(insert(Row).values(**row))


def _end(tx: Connection, where: ColumnElement[bool], state: SubscriptionState, why: str, *, now: datetime) -> None:
    """End subscriptions; the hub is told at once if it may hold them."""
    held = Row.lease_until > now
    tx.execute(
        update(Row)
        .where(where)
        .values(
            state=state,
            state_since=now,
            failures=0,
            last_error=why,
            lease_until=case((held, Row.lease_until), else_=None),
            next_try_at=case((held, now), else_=None),
        )
    )


def call_due(tx: Connection, *, now: datetime, until: datetime, limit: int) -> list[tuple[int, str]]:
    """Subscriptions whose hub is to be asked now, stamped: (id, hub)."""
    ids = leases.call_due(tx, Row, Row.next_try_at.is_not(None), now=now, until=until, limit=limit)
    hubs = {row.id: row.hub for row in tx.execute(select(Row.id, Row.hub).where(among(tx, Row.__table__.c.id, ids)))}
    return [(one, hubs[one]) for one in ids]


def lease(tx: Connection, ids: Collection[int], *, now: datetime, until: datetime) -> list[Subscription]:
    """Lease those that are due and free, by id."""
    rows = leases.take_many(tx, Row, ids, Row.next_try_at.is_not(None), now=now, until=until)
    feeds = select(FeedRow.id).where(
        among(tx, FeedRow.__table__.c.id, {row.feed_id for row in rows}), FeedRow.paused_at.is_not(None)
    )
    paused = set(tx.scalars(feeds))
    return sorted((_subscription(row, paused=row.feed_id in paused) for row in rows), key=lambda one: one.id)


def held(tx: Connection, ours: Collection[Subscription]) -> set[int]:
    """Ids of those whose lease is still ours. All were leased at once."""
    untils = {one.leased_until for one in ours if one.leased_until is not None}
    return {i for until in untils for i in leases.held(tx, Row, [one.id for one in ours], until)}


def give_back(tx: Connection, one: Subscription, *, next_try: datetime | None = None) -> None:
    """Free again; `next_try` instead of the time that stands there."""
    told: dict[str, Any] = {} if next_try is None else {"next_try_at": next_try}
    tx.execute(update(Row).where(Row.id == one.id).values(**leases.RELEASED, **told))


def asked(tx: Connection, one: Subscription, *, next_try: datetime, error: str | None) -> None:
    """The hub was asked, and took it unless there is an `error`: again then, unless it answered at our address meanwhile."""
    tx.execute(update(Row).where(Row.id == one.id).values(**leases.RELEASED))
    as_it_was = (Row.id == one.id) & (Row.state == one.state) & Row.next_try_at.is_not(None)
    if one.state in _OVER:
        as_it_was &= Row.lease_until.is_not(None)
    tx.execute(
        update(Row)
        .where(as_it_was)
        .values(next_try_at=next_try, failures=one.failures + 1, last_error=error or Row.last_error)
    )


def give_up(tx: Connection, one: Subscription, why: str, *, now: datetime) -> None:
    """Not asked any more. One that was asked for is denied; one that was to be dropped is left to run out."""
    tx.execute(update(Row).where(Row.id == one.id).values(**leases.RELEASED))
    still = (Row.id == one.id) & (Row.state == one.state)
    if one.state in _OVER:
        tx.execute(update(Row).where(still).values(next_try_at=None, lease_until=None))
    else:
        _end(tx, still, SubscriptionState.DENIED, why, now=now)


def end(tx: Connection, one: Subscription, why: str, *, now: datetime) -> None:
    """It is over, or not wanted any more; the hub is told if it may hold it."""
    _end(tx, Row.id == one.id, SubscriptionState.ENDED, why, now=now)
    tx.execute(update(Row).where(Row.id == one.id).values(**leases.RELEASED))


def renew(tx: Connection, one: Subscription, *, now: datetime) -> None:
    """Ask for a new subscription in its stead, unless that is under way; this one goes on meanwhile, to its end."""
    same = (Row.feed_id == one.feed_id) & (Row.hub == one.hub) & (Row.topic == one.topic)
    if tx.scalars(select(Row.id).where(same, Row.state == SubscriptionState.ASKED)).first() is None:
        _ask(tx, one.feed_id, one.hub, one.topic, now=now)
    tx.execute(update(Row).where(Row.id == one.id).values(**leases.RELEASED, next_try_at=one.lease_until))


def confirm(tx: Connection, token: str, topic: str, *, lease: timedelta, renew_after: timedelta, now: datetime) -> bool:
    """The hub asks whether we want it, for so long: whether we do. Then it is live, and what it renews ends.

    True again for one that is live: a hub whose first question was lost, or that asks anew now and then.
    """
    row = _row_of(tx, token, topic)
    if row is None or row.state not in _CURRENT:
        return False
    was = (Row.feed_id == row.feed_id) & (Row.id != row.id) & (Row.state == SubscriptionState.LIVE)
    told: dict[str, Any] = {}
    if row.state == SubscriptionState.ASKED:
        told = {"state": SubscriptionState.LIVE, "state_since": now}
        same = was & (Row.hub == row.hub) & (Row.topic == row.topic)
        before = tx.execute(select(Row.pushed_at, Row.missed).where(same).order_by(Row.id.desc())).first()
        if before is not None:  # what is known of the hub, and since when, is known of it still
            told |= {"pushed_at": before.pushed_at, "missed": before.missed}
        _end(tx, was, SubscriptionState.ENDED, "renewed", now=now)
    until = {"lease_until": now + lease, "next_try_at": now + renew_after, "failures": 0, "last_error": None}
    tx.execute(update(Row).where(Row.id == row.id).values(**told, **until))
    return True


def confirm_end(tx: Connection, token: str, topic: str) -> bool:
    """The hub asks whether we want it no more: whether that is so, and was not confirmed before."""
    row = _row_of(tx, token, topic)
    if row is None or row.state not in _OVER or row.lease_until is None:
        return False
    tx.execute(update(Row).where(Row.id == row.id).values(lease_until=None, next_try_at=None))
    return True


def deny(tx: Connection, token: str, topic: str, reason: str, *, now: datetime) -> bool:
    """The hub says no, or no longer; whether there was something to deny."""
    row = _row_of(tx, token, topic)
    if row is None or row.state not in _CURRENT:
        return False
    why = f"the hub refuses: {reason}" if reason else "the hub refuses, without a reason"
    told = {"state": SubscriptionState.DENIED, "state_since": now, "last_error": why}
    tx.execute(update(Row).where(Row.id == row.id).values(**told, lease_until=None, next_try_at=None))
    return True


def is_known(tx: Connection, token: str, topic: str) -> bool:
    """Whether there is, or was, a subscription of that token to that topic."""
    return tx.scalars(select(Row.id).where(Row.token == token, Row.topic == topic)).first() is not None


def _row_of(tx: Connection, token: str, topic: str) -> Any:
    found = select(Row.__table__).where(Row.token == token, Row.topic == topic).with_for_update()
    return tx.execute(found).first()


def live(tx: Connection, token: str, *, now: datetime) -> Subscription | None:
    """The subscription of that token, if its hub is to push now."""
    found = select(Row.__table__, FeedRow.paused_at.is_not(None).label("paused")).join(
        FeedRow, FeedRow.id == Row.feed_id
    )
    row = tx.execute(found.where(Row.token == token, _is_live(now))).first()
    return _subscription(row, paused=row.paused) if row is not None else None


def _is_live(now: datetime) -> ColumnElement[bool]:
    return (Row.state == SubscriptionState.LIVE) & (Row.lease_until > now)


def relied_on(tx: Connection, feed_ids: Collection[FeedId], *, beyond: datetime) -> set[FeedId]:
    """Feeds whose news are pushed, as far as is known: their hub has pushed, missed nothing since, and goes on beyond then."""
    good = (Row.pushed_at.is_not(None)) & (Row.missed == 0)
    rows = select(Row.feed_id).where(among(tx, Row.__table__.c.feed_id, feed_ids), _is_live(beyond), good)
    return {FeedId(i) for i in tx.scalars(rows)}


def brought(tx: Connection, subscription_id: int, *, at: datetime) -> None:
    """A feed came by it at that time: its hub works."""
    newer = or_(Row.pushed_at.is_(None), Row.pushed_at < at)
    tx.execute(update(Row).where(Row.id == subscription_id, newer).values(pushed_at=at, missed=0))


def missed(tx: Connection, feed_ids: Collection[FeedId], *, now: datetime) -> None:
    """Polls of these feeds found news that were not pushed, and none that wait: their hubs are relied on less, or left."""
    theirs = among(tx, Row.__table__.c.feed_id, feed_ids) & _is_live(now)
    theirs &= Row.id.not_in(select(PushRow.subscription_id))
    tx.execute(update(Row).where(theirs).values(missed=Row.missed + 1))
    why = f"left: {MISSED_TO_LEAVE} polls in a row found what the hub did not push"
    _end(tx, theirs & (Row.missed >= MISSED_TO_LEAVE), SubscriptionState.DENIED, why, now=now)


def of(tx: Connection, feed_id: int) -> dict[str, Any] | None:
    """What `feed show` says of a feed's hub; None: it was never asked. No token and no secret.

    `state`: the words of SubscriptionState; `until`: of the lease; `relied_on`: it has pushed, and missed nothing since.
    """
    first = case((Row.state == SubscriptionState.LIVE, 0), (Row.state == SubscriptionState.ASKED, 1), else_=2)
    rows = select(Row.__table__).where(Row.feed_id == feed_id).order_by(first, Row.state_since.desc(), Row.id.desc())
    row = tx.execute(rows).first()
    if row is None:
        return None
    return {
        "hub": row.hub,
        "topic": row.topic,
        "state": str(row.state),
        "state_since": written(row.state_since),
        "until": written(row.lease_until) if row.lease_until else None,
        "pushed_at": written(row.pushed_at) if row.pushed_at else None,
        "relied_on": row.state == SubscriptionState.LIVE and row.pushed_at is not None and row.missed == 0,
        "next_try": written(row.next_try_at) if row.next_try_at else None,
        "failures": row.failures,
        "why": row.last_error,
    }


def _subscription(row: Any, *, paused: bool) -> Subscription:
    return Subscription(
        id=row.id,
        feed_id=FeedId(row.feed_id),
        hub=row.hub,
        topic=row.topic,
        token=row.token,
        secret=row.secret,
        state=SubscriptionState(row.state),
        failures=row.failures,
        lease_until=row.lease_until,
        leased_until=row.leased_until,
        paused=paused,
    )
