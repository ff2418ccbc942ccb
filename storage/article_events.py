"""What happened to stored articles after their first reading, written down once. Read by storage/histories.py."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

from storage.records import ArticleEvent, ArticleId, FindingId, RevisionId
from storage.schema import ArticleEventRow

_DETAIL_CHARS = 300


def add(
    tx: Connection,
    article_id: ArticleId,
    kind: ArticleEvent,
    *,
    at: datetime,
    detail: str,
    revision_id: RevisionId | None = None,
    finding_id: FindingId | None = None,
) -> None:
    """Write it down. Whoever calls holds the article and changes it in the same transaction, so that it comes once."""
    row = {"article_id": article_id, "kind": kind, "at": at, "revision_id": revision_id, "finding_id": finding_id}
    tx.execute(insert(ArticleEventRow).values(**row, detail=shortened(detail)))


def shortened(text: str) -> str:
    """On one line, cut at a word where it is very long."""
    line = " ".join(text.split())
    return line if len(line) <= _DETAIL_CHARS else line[:_DETAIL_CHARS].rpartition(" ")[0] + " ..."
