"""What another extractor needs to read kept pages again, and what it leaves where it reads the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage import articles, leases
from storage.articles import Reading, ToRead, Where
from storage.records import EntryId, EntryState, RevisionId, SnapshotId
from storage.schema import ArticleRow, EntryRow, FeedRow, RevisionRow, SnapshotRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an extractor read out of a page, and from which bytes."""

    where: Where
    snapshot_id: SnapshotId
    title: str
    byline: str
    lang: str
    published_page: datetime | None
    text: str
    extractor: str


def kept(tx: Connection, revision_id: RevisionId) -> Kept | None:
    """The reading that the revision is; None if it was removed."""
    row = tx.execute(
        select(
            ArticleRow.canonical_url,
            ArticleRow.url,
            ArticleRow.outlet_id,
            ArticleRow.published_feed,
            ArticleRow.first_seen,
            ArticleRow.in_baseline,
            RevisionRow.snapshot_id,
            RevisionRow.title,
            RevisionRow.byline,
            RevisionRow.lang,
            RevisionRow.published_page,
            RevisionRow.text,
            RevisionRow.extractor,
        )
        .join(RevisionRow, RevisionRow.article_id == ArticleRow.id)
        .where(RevisionRow.id == revision_id)
    ).first()
    if row is None:
        return None
    return Kept(
        where=Where(
            canonical_url=row.canonical_url,
            url=row.url,
            outlet_id=row.outlet_id,
            published_feed=row.published_feed,
            first_seen=row.first_seen,
            in_baseline=row.in_baseline,
        ),
        snapshot_id=SnapshotId(row.snapshot_id),
        title=row.title,
        byline=row.byline,
        lang=row.lang,
        published_page=row.published_page,
        text=row.text,
        extractor=row.extractor,
    )


def reads_the_same(tx: Connection, read: ToRead, reading: Reading) -> None:
    """The revision takes the extractor's name and what is told by rules beside the text, and is free."""
    told = {"extractor": reading.extractor, "notice": reading.notice}
    tx.execute(update(RevisionRow).where(RevisionRow.id == read.id).values(**told))
    tx.execute(update(ArticleRow).where(ArticleRow.id == read.article_id).values(wire=reading.wire))
    articles.give_back(tx, read)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """An entry that was given up though its page is kept: there was no text to be found in it."""

    id: EntryId
    url: str
    title: str
    lang: str
    snapshot_id: SnapshotId


def given_up(tx: Connection) -> list[GivenUp]:
    """Entries whose page may be read by another extractor, by id; not those on which workers died."""
    columns = (EntryRow.id, EntryRow.url, EntryRow.title, FeedRow.lang, EntryRow.snapshot_id)
    there = (EntryRow.state == EntryState.PARKED) & SnapshotRow.dropped_at.is_(None)
    query = select(*columns).join(SnapshotRow).join(FeedRow, FeedRow.id == EntryRow.feed_id)
    blameless = EntryRow.lost_leases < leases.LOST_LEASES_TO_PARK
    return [GivenUp(**row) for row in tx.execute(query.where(there, blameless).order_by(EntryRow.id)).mappings()]


def read_again(tx: Connection, entry_id: EntryId, *, now: datetime) -> None:
    """The entry, if it is still given up, waits to be read."""
    parked = (EntryRow.id == entry_id) & (EntryRow.state == EntryState.PARKED)
    again = leases.RELEASED | {"state": EntryState.FETCHED, "failures": 0, "next_try_at": now}
    tx.execute(update(EntryRow).where(parked).values(**again))


def is_read(tx: Connection, entry_id: EntryId) -> bool:
    """The entry's page became an article."""
    return tx.scalars(select(EntryRow.state).where(EntryRow.id == entry_id)).first() == EntryState.READ
