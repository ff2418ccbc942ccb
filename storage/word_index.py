"""The full-text index over revisions: a tsvector with GIN on PostgreSQL, FTS5 on SQLite, one interface.

A row a revision, under its `order_key`, the newest published the greatest: FTS5 then gives the newest first without
sorting. All revisions are in it, so that a question about an earlier day finds what stood there then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, text

from storage.search_words import index_words

TABLE = "fts_revisions"
# What PostgreSQL can tell apart: further words of a very long page are found, their order is not known.
_LAST_POSITION = 16_383
_POSITIONS_A_WORD = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is indexed of one revision."""

    order_key: int
    lang: str
    title: str
    text: str


def create(tx: Connection) -> None:
    """The index, empty. For migrations."""
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql(f"CREATE TABLE {TABLE} (order_key bigint PRIMARY KEY, words tsvector NOT NULL)")
        tx.exec_driver_sql(f"CREATE INDEX ix_{TABLE}_words ON {TABLE} USING gin (words)")
    else:
        # our words are parted by blanks and folded already. The words are kept beside the index: SQLite before 3.43 cannot
        # delete from one that keeps none
        tx.exec_driver_sql(
            f"""CREATE VIRTUAL TABLE {TABLE} USING fts5(title, body, tokenize="unicode61 remove_diacritics 0")"""
        )


def put(tx: Connection, rows: Sequence[Words]) -> None:
    """Index revisions; those that are indexed already, anew."""
    drop(tx, [row.order_key for row in rows])
    if tx.dialect.name == "postgresql":
        told = [{"key": row.order_key, "words": _vector(row)} for row in rows]
        insert = f"INSERT INTO {TABLE} (order_key, words) VALUES (:key, CAST(:words AS tsvector))"  # noqa: S608
    else:
        told = [{"key": r.order_key, "title": _joined(r.title, r.lang), "body": _joined(r.text, r.lang)} for r in rows]
        insert = f"INSERT INTO {TABLE} (rowid, title, body) VALUES (:key, :title, :body)"  # noqa: S608
    if told:
        tx.execute(text(insert), told)


def drop(tx: Connection, order_keys: Sequence[int]) -> None:
    """Take revisions out of the index."""
    if order_keys:
        tx.execute(text(f"DELETE FROM {TABLE} WHERE {_key(tx)} = :key"), [{"key": k} for k in order_keys])  # noqa: S608


def indexed(tx: Connection, order_keys: Sequence[int]) -> set[int]:
    """Those of the revisions that are in the index."""
    key, found = _key(tx), set[int]()
    query = text(f"SELECT {key} FROM {TABLE} WHERE {key} IN :keys").bindparams(bindparam("keys", expanding=True))  # noqa: S608
    for at in range(0, len(order_keys), 500):
        found |= set(tx.scalars(query, {"keys": order_keys[at : at + 500]}))
    return found


def loose(tx: Connection, *, limit: int) -> list[int]:
    """Keys of the index under which there is no revision."""
    key = _key(tx)
    none = f"NOT EXISTS (SELECT 1 FROM revisions WHERE revisions.order_key = {TABLE}.{key})"  # noqa: S608
    query = text(f"SELECT {key} FROM {TABLE} WHERE {none} ORDER BY {key} LIMIT :most")  # noqa: S608
    return list(tx.scalars(query, {"most": limit}))


def _key(tx: Connection) -> str:
    return "order_key" if tx.dialect.name == "postgresql" else "rowid"


def _joined(told: str, lang: str) -> str:
    return " ".join(index_words(told, lang))


def _vector(row: Words) -> str:
    """The words as PostgreSQL writes a tsvector: 'stem':1A,7B. Title words weigh A."""
    places: dict[str, list[str]] = {}
    at = 0
    for told, weight in ((row.title, "A"), (row.text, "B")):
        for word in index_words(told, row.lang):
            at += 1
            here = places.setdefault(word, [])
            if len(here) < _POSITIONS_A_WORD:
                here.append(f"{min(at, _LAST_POSITION)}{weight}")
        at += 1  # no phrase reaches from the title into the text
    return " ".join(f"'{word}':{','.join(here)}" for word, here in places.items())
