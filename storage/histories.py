"""The histories of articles for CLI, API and pages: flat rows ready for JSON. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from storage.records import ArticleEvent
from storage.rows import Json, rows_of
from storage.schema import ArticleEventRow, ArticleRow, FindingRow, OutletRow, RevisionRow, SnapshotRow


def state(tx: Connection, article_id: int) -> Json | None:
    """What is to be said of an article: its state, where it moved, its visits, how often edited and corrected. None: no such."""
    query = select(
        ArticleRow.state,
        ArticleRow.state_since,
        ArticleRow.moved_to,
        ArticleRow.visited_at,
        ArticleRow.next_try_at.label("next_visit"),
        ArticleRow.last_error.label("visit_error"),
        _times(ArticleEvent.EDITED),
        _times(ArticleEvent.CORRECTED),
    )
    return next(iter(rows_of(tx, query.where(ArticleRow.id == article_id))), None)


def _times(kind: ArticleEvent) -> Any:
    """How many such events the article has, under the event's own name."""
    mine = select(func.count()).where(ArticleEventRow.article_id == ArticleRow.id, ArticleEventRow.kind == kind)
    return mine.scalar_subquery().label(kind.value)


def history(tx: Connection, article_id: int) -> Json | None:
    """All of it in one row: the article's state, its readings oldest first, its events newest first. None: no such."""
    told = state(tx, article_id)
    if told is None:
        return None
    listed = {
        "revisions_listed": revisions(tx, article_id),
        "events_listed": events(tx, article_id=article_id, limit=None),
    }
    return {"article_id": article_id} | told | listed


def revisions(tx: Connection, article_id: int) -> list[Json]:
    """The article's readings, oldest first, without their texts."""
    query = (
        select(
            RevisionRow.number,
            RevisionRow.read_at,
            RevisionRow.superseded_at,
            RevisionRow.cause,
            RevisionRow.title,
            RevisionRow.text_hash,
            RevisionRow.notice,
            RevisionRow.extractor,
            SnapshotRow.sha256.label("snapshot"),
            SnapshotRow.fetched_at,
            SnapshotRow.final_url,
        )
        .join(SnapshotRow, SnapshotRow.id == RevisionRow.snapshot_id)
        .where(RevisionRow.article_id == article_id)
    )
    return rows_of(tx, query.order_by(RevisionRow.number))


def texts(tx: Connection, article_id: int, number: int) -> Json | None:
    """One reading with its title and text; None if there is none."""
    columns = (RevisionRow.number, RevisionRow.read_at, RevisionRow.title, RevisionRow.text, RevisionRow.text_hash)
    mine = (RevisionRow.article_id == article_id) & (RevisionRow.number == number)
    return next(iter(rows_of(tx, select(*columns).where(mine))), None)


def events(
    tx: Connection,
    *,
    article_id: int | None = None,
    since: datetime | None = None,
    before: int | None = None,
    limit: int | None = 100,
) -> list[Json]:
    """What happened to articles, newest first. `before`: the last id of the page before.

    Of a vanished passage: the finding, and its claim. `revision`: the reading that brought it.
    """
    newest = (RevisionRow.article_id == ArticleRow.id) & (RevisionRow.number == ArticleRow.latest)
    brought = select(RevisionRow.number).where(RevisionRow.id == ArticleEventRow.revision_id)
    query = (
        select(
            ArticleEventRow.id,
            ArticleEventRow.at,
            ArticleEventRow.kind,
            ArticleEventRow.article_id,
            brought.correlate(ArticleEventRow).scalar_subquery().label("revision"),
            ArticleEventRow.finding_id,
            FindingRow.claim_id,
            ArticleEventRow.detail,
            OutletRow.name.label("outlet"),
            RevisionRow.title,
            ArticleRow.url,
        )
        .join(ArticleRow, ArticleRow.id == ArticleEventRow.article_id)
        .join(RevisionRow, newest)
        .join(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .outerjoin(FindingRow, FindingRow.id == ArticleEventRow.finding_id)
    )
    if article_id is not None:
        query = query.where(ArticleEventRow.article_id == article_id)
    if since is not None:
        query = query.where(ArticleEventRow.at >= since)
    if before is not None:
        query = query.where(ArticleEventRow.id < before)
    return rows_of(tx, query.order_by(ArticleEventRow.id.desc()).limit(limit))
