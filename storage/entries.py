"""Entries: carry out a plan, lease one for its page or its reading, write down what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from storage import gone, leases
from storage.dialect import upsert
from storage.records import ArticleId, Entry, EntryId, EntryState, Feed, FeedId, SnapshotId
from storage.schema import ArticleRow, EntryRow, FeedRow, OutletRow, SnapshotRow


def known(tx: Connection, feed_id: FeedId, keys: Collection[str]) -> dict[str, str]:
    """Which of these keys the feed has shown before, with the titles they had."""
    titles: dict[str, str] = {}
    asked = sorted(keys)
    for at in range(0, len(asked), 500):
        mine = (EntryRow.feed_id == feed_id) & EntryRow.entry_key.in_(asked[at : at + 500])
        titles |= {
            row.entry_key: row.title for row in tx.execute(select(EntryRow.entry_key, EntryRow.title).where(mine))
        }
    return titles


def newest_beside(tx: Connection, feed_id: FeedId, hosts: Collection[str], *, before: datetime) -> datetime | None:
    """When the newest entry came out, before then, that other feeds link at those hosts, and this one never showed."""
    shown = select(EntryRow.url_key).where(EntryRow.feed_id == feed_id)
    beside = EntryRow.host.in_(sorted(hosts)) & (EntryRow.feed_id != feed_id) & EntryRow.url_key.not_in(shown)
    dated = func.coalesce(EntryRow.published, EntryRow.first_seen)
    return tx.scalars(select(func.max(dated)).where(beside, dated < before)).one()


def retitle(tx: Connection, feed_id: FeedId, titles: Mapping[str, str], *, now: datetime) -> None:
    """These entries (by key) have another title now. An article that is visited again is visited now: it may be edited."""
    linked: set[int | None] = set()
    for key, title in titles.items():
        mine = (EntryRow.feed_id == feed_id) & (EntryRow.entry_key == key)
        linked |= set(tx.scalars(update(EntryRow).where(mine).values(title=title).returning(EntryRow.article_id)))
    for article_id in sorted(linked - {None}, key=str):  # in one order, so that two batches never wait for each other
        planned = (ArticleRow.id == article_id) & (ArticleRow.next_try_at > now)
        tx.execute(update(ArticleRow).where(planned).values(next_try_at=now))


def add(
    tx: Connection, feed: Feed, items: Sequence[tuple[str, str, str, str, str, str, datetime | None]], *, now: datetime
) -> None:
    """Store new entries: (key, address, canonical address, host, title, summary, published). Twice changes nothing.

    One whose page was pruned or removed is at its end at once.
    """
    ended = gone.states(tx, [item[2] for item in items])
    rows = [
        {
            "feed_id": feed.id,
            "entry_key": key,
            "url": url,
            "url_key": url_key,
            "host": host,
            "title": title,
            "summary": summary,
            "published": published,
            "first_seen": now,
            "in_baseline": feed.baseline_at is None,
            "state": EntryState.NEW,
            "next_try_at": now,
        }
        | (_ended(ended[url_key]) if url_key in ended else {})
        for key, url, url_key, host, title, summary, published in items
    ]
    for at in range(0, len(rows), 100):
        upsert(tx, EntryRow, rows[at : at + 100], key=["feed_id", "entry_key"])


def call_new(tx: Connection, *, now: datetime, until: datetime, limit: int, per_host: int) -> list[tuple[EntryId, str]]:
    """Entries whose page is to be fetched now, stamped: (id, host), at most `per_host` of one, so that none starves another."""
    rank = func.row_number().over(partition_by=EntryRow.host, order_by=(EntryRow.next_try_at, EntryRow.id))
    new = EntryRow.state == EntryState.NEW
    ranked = select(EntryRow.id, rank.label("rank")).where(new, leases.is_due(EntryRow, now)).subquery()
    first = EntryRow.id.in_(select(ranked.c.id).where(ranked.c.rank <= per_host))
    ids = leases.call_due(tx, EntryRow, new & first, now=now, until=until, limit=limit)
    hosts = {row.id: row.host for row in tx.execute(select(EntryRow.id, EntryRow.host).where(EntryRow.id.in_(ids)))}
    return [(EntryId(i), hosts[i]) for i in ids]


def call_fetched(tx: Connection, *, now: datetime, until: datetime, limit: int) -> list[EntryId]:
    """Entries whose snapshot is to be read now, stamped."""
    fetched = EntryRow.state == EntryState.FETCHED
    return [EntryId(i) for i in leases.call_due(tx, EntryRow, fetched, now=now, until=until, limit=limit)]


def make_all_due(tx: Connection, *, now: datetime) -> None:
    """`poll --force`: entries that wait for another try are due now."""
    waiting = EntryRow.state.in_((EntryState.NEW, EntryState.FETCHED)) & (EntryRow.next_try_at > now)
    tx.execute(update(EntryRow).where(waiting).values(next_try_at=now))


def lease(tx: Connection, entry_id: EntryId, state: EntryState, *, now: datetime, until: datetime) -> Entry | None:
    """The entry, leased, if it is still in `state` and free; else None."""
    if not leases.take(tx, EntryRow, entry_id, EntryRow.state == state, now=now, until=until):
        return None
    row = tx.execute(
        select(EntryRow, OutletRow.name, FeedRow.lang, FeedRow.user_agent)
        .join(FeedRow, FeedRow.id == EntryRow.feed_id)
        .join(OutletRow)
        .where(EntryRow.id == entry_id)
    ).one()
    return Entry(
        id=entry_id,
        feed_id=FeedId(row.feed_id),
        url=row.url,
        url_key=row.url_key,
        title=row.title,
        summary=row.summary,
        user_agent=row.user_agent,
        published=row.published,
        first_seen=row.first_seen,
        in_baseline=row.in_baseline,
        lang=row.lang,
        outlet=row.name,
        failures=row.failures,
        snapshot_id=SnapshotId(row.snapshot_id) if row.snapshot_id is not None else None,
        leased_until=row.leased_until,
    )


def holds(tx: Connection, entry: Entry) -> bool:
    """The entry's lease is still ours."""
    return leases.holds(tx, EntryRow, entry.id, entry.leased_until)


def give_back(tx: Connection, entry: Entry, *, next_try_at: datetime) -> None:
    """Its page was not asked after all: free, and due again then."""
    tx.execute(update(EntryRow).where(EntryRow.id == entry.id).values(**leases.RELEASED, next_try_at=next_try_at))


def retry_parked(tx: Connection, feed_id: FeedId, *, now: datetime) -> int:
    """Take the entries of a feed that were given up on again; how many. Those with bytes are read, the others fetched."""
    parked = (EntryRow.feed_id == feed_id) & (EntryRow.state == EntryState.PARKED)
    again = leases.RELEASED | {"failures": 0, "next_try_at": now}
    read = update(EntryRow).where(parked, EntryRow.snapshot_id.is_not(None)).values(**again, state=EntryState.FETCHED)
    fetch = update(EntryRow).where(parked, EntryRow.snapshot_id.is_(None)).values(**again, state=EntryState.NEW)
    return sum(len(tx.execute(taken.returning(EntryRow.id)).all()) for taken in (read, fetch))


def sibling_snapshot(tx: Connection, entry: Entry) -> SnapshotId | None:
    """The snapshot of another entry that links the same page, if it was fetched already and its bytes are kept."""
    same = (EntryRow.url_key == entry.url_key) & (EntryRow.id != entry.id) & SnapshotRow.dropped_at.is_(None)
    query = select(EntryRow.snapshot_id).join(SnapshotRow).where(same).order_by(EntryRow.id).limit(1)
    found = tx.scalars(query).first()
    return SnapshotId(found) if found is not None else None


def mark(
    tx: Connection,
    entry_id: EntryId,
    *,
    state: EntryState,
    next_try_at: datetime | None,
    called_until: datetime | None = None,
    snapshot_id: SnapshotId | None = None,
    article_id: ArticleId | None = None,
) -> None:
    """The entry's turn went well: its next state, given free, failures forgotten.

    `called_until`: stamped anew, because the job returns the call for what comes next.
    """
    values: dict[str, Any] = leases.RELEASED | {
        "called_until": called_until,
        "state": state,
        "next_try_at": next_try_at,
        "failures": 0,
        "last_error": None,
    }
    if snapshot_id is not None:
        values["snapshot_id"] = snapshot_id
    if article_id is not None:
        values["article_id"] = article_id
    tx.execute(update(EntryRow).where(EntryRow.id == entry_id).values(**values))


def failed(tx: Connection, entry: Entry, *, retry_at: datetime | None, error: str) -> None:
    """The turn went badly: tried again at `retry_at`, or with None parked with its reason."""
    values = leases.RELEASED | {"failures": entry.failures + 1, "last_error": error, "next_try_at": retry_at}
    if retry_at is None:
        values["state"] = EntryState.PARKED
    tx.execute(update(EntryRow).where(EntryRow.id == entry.id).values(**values))


def park_lost(tx: Connection, *, now: datetime) -> list[EntryId]:
    """Park entries whose workers died on them again and again. Their ids."""
    lost = (EntryRow.lost_leases >= leases.LOST_LEASES_TO_PARK) & (EntryRow.state != EntryState.PARKED)
    expired = EntryRow.leased_until.is_(None) | (EntryRow.leased_until <= now)
    parked = tx.scalars(
        update(EntryRow)
        .where(lost, expired)
        .values(
            state=EntryState.PARKED,
            leased_until=None,
            next_try_at=None,
            last_error=f"{leases.LOST_LEASES_TO_PARK} workers died on this page; look at it, then `claimwatch feed retry`",
        )
        .returning(EntryRow.id)
    )
    return [EntryId(i) for i in parked]


def end(tx: Connection, entry_id: EntryId, state: EntryState) -> None:
    """The entry's page was pruned (READ) or removed (REMOVED): it is at its end, and nothing hangs on it."""
    tx.execute(update(EntryRow).where(EntryRow.id == entry_id).values(**leases.RELEASED, **_ended(state)))


def remove(tx: Connection, article_id: ArticleId, keys: Collection[str]) -> tuple[int, list[SnapshotId]]:
    """End every entry that led to the article or links to one of the addresses: (how many, their snapshots)."""
    theirs = or_(EntryRow.article_id == article_id, EntryRow.url_key.in_(keys))
    # told from now on by `removed`, whatever is at work on them: it finds its lease gone
    rows = tx.execute(select(EntryRow.id, EntryRow.snapshot_id).where(theirs).order_by(EntryRow.id).with_for_update())
    found = rows.all()
    values = leases.RELEASED | _ended(EntryState.REMOVED)
    tx.execute(update(EntryRow).where(EntryRow.id.in_([row.id for row in found])).values(**values))
    return len(found), [SnapshotId(row.snapshot_id) for row in found if row.snapshot_id is not None]


def _ended(state: EntryState) -> dict[str, Any]:
    """What stays of an entry that is at its end: its addresses; of a removed one, no word of the page."""
    values: dict[str, Any] = {"state": state, "next_try_at": None, "failures": 0, "last_error": None}
    values |= {"snapshot_id": None, "article_id": None}
    return values | ({"title": "", "summary": ""} if state is EntryState.REMOVED else {})
