"""Queries with a name. The text is kept as it was written: "the last 7 days" is another week every day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from storage.dialect import upsert
from storage.errors import Refused
from storage.schema import SavedSearchRow
from storage.search.parse import parse
from storage.slugs import EXPECTED, is_slug


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A query under its slug. `saved_at`, UTC: when it last got another text or title."""

    slug: str
    title: str
    query: str
    saved_at: datetime


_COLUMNS = (SavedSearchRow.slug, SavedSearchRow.title, SavedSearchRow.query, SavedSearchRow.saved_at)


def save(tx: Connection, *, slug: str, title: str, query: str, now: datetime) -> SavedSearch:
    """Keep the query under that slug, in the place of an older one. Saying the same again changes nothing.

    Raises BadQuery if the query cannot be understood, Refused if the slug is none.
    """
    if not is_slug(slug):
        raise Refused(f"a saved search is named by {EXPECTED}, got {slug!r}")
    parse(query, now=now)
    there = find(tx, slug)
    title = title.strip() or slug
    if there is not None and (there.title, there.query) == (title, query):
        return there
    told = {"slug": slug, "title": title, "query": query, "saved_at": now}
    upsert(tx, SavedSearchRow, told, key=["slug"], update=["title", "query", "saved_at"])
    return SavedSearch(slug=slug, title=title, query=query, saved_at=now)


def find(tx: Connection, slug: str) -> SavedSearch | None:
    """The search of that slug."""
    row = tx.execute(select(*_COLUMNS).where(SavedSearchRow.slug == slug)).mappings().first()
    return SavedSearch(**row) if row is not None else None


def listed(tx: Connection, *, after: str = "", limit: int | None = None) -> list[SavedSearch]:
    """All, by slug, or those behind that one."""
    query = select(*_COLUMNS).where(SavedSearchRow.slug > after).order_by(SavedSearchRow.slug).limit(limit)
    return [SavedSearch(**row) for row in tx.execute(query).mappings()]


def remove(tx: Connection, slug: str) -> bool:
    """Forget it; whether there was one."""
    return bool(tx.execute(delete(SavedSearchRow).where(SavedSearchRow.slug == slug)).rowcount)
