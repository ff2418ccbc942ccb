"""Digests and letters for CLI, API and pages: rows ready for JSON, and the words of a letter. Reads only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from storage.records import Channel, DigestState
from storage.rows import Json, rows_of
from storage.schema import DigestRow, LetterItemRow, LetterRow, RecipientRow, WatchListRow


def rows(
    tx: Connection,
    *,
    digest_id: int | None = None,
    list_slug: str | None = None,
    states: Collection[str] = (),
    quiet: bool = False,
    after: int | None = None,
    limit: int | None = None,
) -> list[Json]:
    """Digests, the newest first, or that one: whose, of which period, and what became of them. `after`: those behind it."""
    items = select(func.count()).where(LetterItemRow.letter_id == DigestRow.letter_id).scalar_subquery()
    query = (
        select(
            DigestRow.id,
            WatchListRow.slug.label("list"),
            RecipientRow.address.label("recipient"),
            DigestRow.recipient_id,
            DigestRow.period,
            DigestRow.state,
            func.coalesce(LetterRow.subject, "").label("subject"),
            items.label("findings"),
            DigestRow.letter_id.label("letter"),
            DigestRow.composed_at,
            DigestRow.sent_at,
            DigestRow.rev,
            DigestRow.message_id,
            DigestRow.failures,
            DigestRow.refused_at,
            DigestRow.next_try_at.label("next_try"),
            DigestRow.server_reply,
            DigestRow.last_error,
        )
        .join(WatchListRow, WatchListRow.id == DigestRow.list_id)
        .join(RecipientRow, RecipientRow.id == DigestRow.recipient_id)
        .outerjoin(LetterRow, LetterRow.id == DigestRow.letter_id)
    )
    if digest_id is not None:
        query = query.where(DigestRow.id == digest_id)
    elif not quiet:
        query = query.where(DigestRow.state != DigestState.QUIET)
    if list_slug is not None:
        query = query.where(WatchListRow.slug == list_slug)
    if states:
        query = query.where(DigestRow.state.in_(states))
    if after is not None:
        query = query.where(DigestRow.id < after)
    found = rows_of(tx, query.order_by(DigestRow.id.desc()).limit(limit))
    waits = {DigestState.DRAFTED.value, DigestState.SENDING.value}
    return [row | {"next_try": row["next_try"] if row["state"] in waits else None} for row in found]


def counts(tx: Connection) -> dict[str, int]:
    """How many digests are in which state, without the quiet."""
    query = select(DigestRow.state, func.count().label("n")).where(DigestRow.state != DigestState.QUIET)
    return {row.state: row.n for row in tx.execute(query.group_by(DigestRow.state).order_by(DigestRow.state))}


def letters(
    tx: Connection,
    *,
    letter_id: int | None = None,
    list_slug: str | None = None,
    read_here: bool = False,
    after: int | None = None,
    limit: int | None = None,
) -> list[Json]:
    """Letters without their words, the newest first: subject, when, to how many. Who reads them is not told.

    `read_here`: only those to the recipient `page`. Blank ones are left out. `after`: those behind that letter.
    """
    whose = select(DigestRow.letter_id).join(RecipientRow).where(RecipientRow.address == Channel.PAGE.value)
    query = (
        select(
            LetterRow.id,
            WatchListRow.slug.label("list"),
            WatchListRow.title.label("list_title"),
            LetterRow.subject,
            LetterRow.composed_at,
            func.min(DigestRow.period).label("period"),
            func.count(DigestRow.id).label("recipients"),
        )
        .join(WatchListRow, WatchListRow.id == LetterRow.list_id)
        .join(DigestRow, DigestRow.letter_id == LetterRow.id)
        .where(LetterRow.text != "")
        .group_by(LetterRow.id, WatchListRow.slug, WatchListRow.title)
    )
    if letter_id is not None:
        query = query.where(LetterRow.id == letter_id)
    if list_slug is not None:
        query = query.where(WatchListRow.slug == list_slug)
    if read_here:
        query = query.where(LetterRow.id.in_(whose))
    if after is not None:
        query = query.where(LetterRow.id < after)
    return rows_of(tx, query.order_by(LetterRow.id.desc()).limit(limit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A letter's words."""

    subject: str
    text: str
    html: str


def words(tx: Connection, letter_id: int) -> Words | None:
    """A letter's words; None if there is none, or it is blank."""
    columns = (LetterRow.subject, LetterRow.text, LetterRow.html)
    row = tx.execute(select(*columns).where(LetterRow.id == letter_id, LetterRow.text != "")).first()
    return Words(subject=row.subject, text=row.text, html=row.html) if row else None
