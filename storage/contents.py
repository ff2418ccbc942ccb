"""What a database holds, told without its newest schema: a backup may be older than this program."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, inspect, select, text

from storage.schema import ArticleRow, Base, FeedRow, FindingRow, WatchListRow

_OURS = (WatchListRow, FeedRow, ArticleRow)


@dataclass(frozen=True, slots=True)
class Contents:
    """Schema revision (empty: none), and how many articles and findings that hold."""

    revision: str
    articles: int
    findings: int


def contents(tx: Connection) -> Contents:
    """What the transaction sees."""
    if not inspect(tx).has_table("alembic_version"):
        return Contents("", 0, 0)
    return Contents(
        revision=tx.scalars(text("SELECT version_num FROM alembic_version")).first() or "",
        articles=_count(tx, ArticleRow),
        findings=tx.scalars(select(func.count()).where(FindingRow.withdrawn_at.is_(None))).one(),
    )


def holds_something(tx: Connection) -> bool:
    """A watch list, a feed or an article is there: something a person would miss."""
    there = inspect(tx)
    return any(there.has_table(row.__tablename__) and _count(tx, row) for row in _OURS)


def _count(tx: Connection, row: type[Base]) -> int:
    return tx.scalars(select(func.count()).select_from(row)).one()
