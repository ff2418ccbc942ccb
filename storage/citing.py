"""What a citation and a feed say of an article beyond its row: who wrote it, when we saw it, when it last changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from storage.records import Cause
from storage.schema import ArticleRow, RevisionRow, SnapshotRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Citable:
    """`accessed`: when the text as it stands was fetched. `changed`: when we first read it so; not when we read it anew."""

    byline: str
    accessed: datetime
    changed: datetime


def citable(tx: Connection, article_ids: Sequence[int]) -> dict[int, Citable]:
    """By the article's id; at most some hundreds at once."""
    newest = (
        select(ArticleRow.id, RevisionRow.byline, SnapshotRow.fetched_at)
        .join(RevisionRow, (RevisionRow.article_id == ArticleRow.id) & (RevisionRow.number == ArticleRow.latest))
        .join(SnapshotRow, SnapshotRow.id == RevisionRow.snapshot_id)
        .where(ArticleRow.id.in_(article_ids))
    )
    # a newer extractor reads other words from the same bytes: the outlet changed nothing
    by_outlet = case((RevisionRow.cause != Cause.REREAD, RevisionRow.read_at))
    said = select(RevisionRow.article_id, func.coalesce(func.max(by_outlet), func.min(RevisionRow.read_at)).label("at"))
    asked = said.where(RevisionRow.article_id.in_(article_ids)).group_by(RevisionRow.article_id)
    changed = {row.article_id: row.at for row in tx.execute(asked)}
    return {
        row.id: Citable(byline=row.byline, accessed=row.fetched_at, changed=changed[row.id])
        for row in tx.execute(newest)
    }
