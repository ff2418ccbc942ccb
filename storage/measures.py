"""How big the database is, how fast it grows, and what time it has: for `claimwatch doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from storage.schema import ArticleRow, BlobRow, SnapshotRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What was kept since an instant: articles first seen, bytes of snapshots (compressed), and the first fetch of them."""

    articles: int
    snapshot_bytes: int
    first: datetime | None


def size_bytes(tx: Connection) -> int:
    """What the database takes on its disk."""
    if tx.dialect.name == "postgresql":
        return int(tx.scalars(text("SELECT pg_database_size(current_database())")).one())
    return int(tx.scalars(text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")).one())


def growth(tx: Connection, since: datetime) -> Growth:
    """What came since then."""
    articles = select(func.count()).where(ArticleRow.first_seen >= since)
    fetched = (
        select(func.coalesce(func.sum(func.length(BlobRow.zstd)), 0).label("bytes"), func.min(SnapshotRow.fetched_at))
        .join(SnapshotRow, SnapshotRow.sha256 == BlobRow.sha256)
        .where(SnapshotRow.fetched_at >= since)
    )
    kept, first = tx.execute(fetched).one()
    return Growth(articles=tx.scalars(articles).one(), snapshot_bytes=int(kept), first=first)


def clock(tx: Connection) -> datetime | None:
    """The server's own time, UTC; None for a file, which has ours."""
    if tx.dialect.name != "postgresql":
        return None
    found: datetime = tx.scalars(text("SELECT clock_timestamp()")).one()
    return found
