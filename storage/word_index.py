"""The full-text index over revisions: a tsvector with GIN on PostgreSQL, FTS5 on SQLite, one interface.

A row a revision, under its `order_key`, the newest published the greatest: FTS5 then gives the newest first without
sorting. All revisions are in it, so that a question about an earlier day finds what stood there then.
"""

from __future__ import annotations

import string
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, cast, column, delete, func, select, table, text
from sqlalchemy.dialects.postgresql import TSQUERY

from storage.dialect import among
from storage.search_words import index_words

TABLE = "fts_revisions"
# The languages that have been indexed: what a query's words are stemmed in.
LANGUAGES = "fts_languages"
# What PostgreSQL can tell apart: further words of a very long page are found, their order is not known.
_LAST_POSITION = 16_383
_POSITIONS_A_WORD = 256
# A tsvector holds 1 MB. A page of more different words than these (some 40,000) is a list, not an article.
_MOST_BYTES, _BYTES_A_WORD = 600_000, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is indexed of one revision."""

    order_key: int
    lang: str
    title: str
    text: str


def create(tx: Connection) -> None:
    """The index, empty. For migrations."""
    tx.exec_driver_sql(f"CREATE TABLE {LANGUAGES} (lang text PRIMARY KEY)")
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql(f"CREATE TABLE {TABLE} (order_key bigint PRIMARY KEY, words tsvector NOT NULL)")
        # of so many words and marks it knows how frequent they are, times ten: of 1,000 it would know the marks alone
        tx.exec_driver_sql(f"ALTER TABLE {TABLE} ALTER COLUMN words SET STATISTICS 500")
        tx.exec_driver_sql(f"CREATE INDEX ix_{TABLE}_words ON {TABLE} USING gin (words)")
    else:
        # our words are parted by blanks and folded already. The words are kept beside the index: SQLite before 3.43 cannot
        # delete from one that keeps none
        tx.exec_driver_sql(
            f"""CREATE VIRTUAL TABLE {TABLE} USING fts5(title, body, tokenize="unicode61 remove_diacritics 0")"""
        )


_ADD_LANGUAGE = text(f"INSERT INTO {LANGUAGES} (lang) VALUES (:lang) ON CONFLICT DO NOTHING")  # noqa: S608
_ADD_WORDS = {
    "postgresql": text(f"INSERT INTO {TABLE} (order_key, words) VALUES (:key, CAST(:words AS tsvector))"),  # noqa: S608
    "sqlite": text(f"INSERT INTO {TABLE} (rowid, title, body) VALUES (:key, :title, :body)"),  # noqa: S608
}


def put(tx: Connection, rows: Sequence[Words]) -> None:
    """Index revisions; those that are indexed already, anew."""
    drop(tx, [row.order_key for row in rows])
    add(tx, rows)


def add(tx: Connection, rows: Sequence[Words]) -> None:
    """Index revisions that are not."""
    for lang in sorted({row.lang for row in rows}):
        tx.execute(_ADD_LANGUAGE, {"lang": lang})
    if tx.dialect.name == "postgresql":
        told = [{"key": row.order_key, "words": _vector(row)} for row in rows]
    else:
        told = [{"key": r.order_key, "title": _joined(r.title, r.lang), "body": _joined(r.text, r.lang)} for r in rows]
    if told:
        tx.execute(_ADD_WORDS[tx.dialect.name], told)


def languages(tx: Connection) -> list[str]:
    """Codes of all languages that revisions were ever indexed in."""
    return list(tx.scalars(text(f"SELECT lang FROM {LANGUAGES} ORDER BY lang")))  # noqa: S608


def drop(tx: Connection, order_keys: Sequence[int]) -> None:
    """Take revisions out of the index."""
    if order_keys:
        row = delete(INDEX).where(key_of(tx.dialect.name) == bindparam("key"))
        tx.execute(row, [{"key": key} for key in order_keys])


def forget_dropped(tx: Connection) -> None:
    """What was dropped is no longer legible in SQLite's index, which only crosses it out; the whole index is written anew."""
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('optimize')")  # noqa: S608


def indexed(tx: Connection, order_keys: Sequence[int]) -> set[int]:
    """Those of the revisions that are in the index."""
    key, found = key_of(tx.dialect.name), set[int]()
    for at in range(0, len(order_keys), 500):
        found |= set(tx.scalars(select(key).where(key.in_(order_keys[at : at + 500]))))
    return found


def loose(tx: Connection, *, limit: int) -> list[int]:
    """Keys of the index under which there is no revision."""
    key = key_of(tx.dialect.name)
    revisions = table("revisions", column("order_key"))
    none = ~select(revisions.c.order_key).where(revisions.c.order_key == key).exists()
    return list(tx.scalars(select(key).where(none).order_by(key).limit(limit)))


# The index as a table of queries: both engines' names of its columns.
INDEX = table(TABLE, *(column(name) for name in ("order_key", "words", "rowid", "title", "body", TABLE)))


def matches(words: str, dialect: str) -> ColumnElement[bool]:
    """A row of INDEX holds what the engine's own expression asks for (storage/search/matching.py)."""
    if dialect == "postgresql":
        return INDEX.c.words.op("@@")(cast(words, TSQUERY))
    return INDEX.c[TABLE].op("MATCH")(words)


def key_of(dialect: str) -> ColumnElement[int]:
    """INDEX's column that holds the order key."""
    return INDEX.c.order_key if dialect == "postgresql" else INDEX.c.rowid


def keys_with(words: str, dialect: str) -> Select[int]:
    """Order keys of the revisions that the index finds."""
    return select(key_of(dialect)).where(matches(words, dialect))


# A word in the title says more of what an article is about than one in the text (PostgreSQL's own: A 1.0, B 0.4).
_TITLE_WEIGHS = 2.5


def expected(tx: Connection, words: str) -> int:
    """In how many revisions PostgreSQL expects the words. Of those that it knows nothing of, one in a hundred or two."""
    asked = text(f"EXPLAIN (FORMAT JSON) SELECT 1 FROM {TABLE} WHERE words @@ CAST(:words AS tsquery)")  # noqa: S608
    (told,) = tx.execute(asked, {"words": words}).scalar_one()
    return int(told["Plan"]["Plan Rows"])


def no_sequential_scans(tx: Connection) -> None:
    """Until the end of the transaction PostgreSQL goes by an index where it can.

    It takes the words of a text for as quick to read as a number, and would read all of them where the index has
    much to be put in order: 1.3 s for 200,000 texts in place of 5 ms.
    """
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql("SET LOCAL enable_seqscan = off")


def size(tx: Connection) -> int:
    """How many revisions PostgreSQL takes the index for; none or fewer: it has not looked yet."""
    return int(tx.scalars(text("SELECT reltuples FROM pg_class WHERE oid = CAST(:t AS regclass)"), {"t": TABLE}).one())


def scores(tx: Connection, words: str, keys: Sequence[int]) -> dict[int, float]:
    """How well those revisions answer, by PostgreSQL's ts_rank or SQLite's bm25: greater is better."""
    if not keys:
        return {}
    dialect = tx.dialect.name
    key = key_of(dialect)
    if dialect == "postgresql":
        score: ColumnElement[Any] = func.ts_rank(INDEX.c.words, cast(words, TSQUERY), 1)
        ranked = select(key.label("key"), score.label("score")).where(among(tx, key, keys))
    else:
        score = -func.bm25(INDEX.c[TABLE], _TITLE_WEIGHS, 1.0)
        within = key.between(min(keys), max(keys))
        ranked = select(key.label("key"), score.label("score")).where(matches(words, dialect), within)
    wanted = set(keys)
    return {row.key: row.score for row in tx.execute(ranked) if row.key in wanted}


def _joined(told: str, lang: str) -> str:
    """Words with a blank before and behind each, so that they can be looked for by hand (storage/search/matching.py)."""
    return f" {' '.join(index_words(told, lang))} "


# A mark is a place of its own in the index, which each batch of articles writes to: with 100,000 of them a store was
# filled more and more slowly (docs/benchmarks.md), and with few of them many texts are read in vain.
_MARKS = [
    a + b + c for a in string.ascii_uppercase for b in string.ascii_letters[:20] for c in string.ascii_letters[:20]
]


def pair(first: str, second: str) -> str:
    """The mark, of 10,400, that PostgreSQL's index holds of two stems side by side. No folded word begins so.

    It would read all texts that hold both words of a phrase to see in which they stand side by side; with the mark it reads
    those in which they do, and one in twenty of the others (docs/benchmarks.md).
    """
    return _MARKS[zlib.crc32(f"{first} {second}".encode()) % len(_MARKS)]


def _vector(row: Words) -> str:
    """The words as PostgreSQL writes a tsvector: 'stem':1A,7B and the marks of pairs. Title words weigh A."""
    places: dict[str, list[str]] = {}
    pairs: set[str] = set()
    at = size = 0
    for told, weight in ((row.title, "A"), (row.text, "B")):
        stems = index_words(told, row.lang)
        pairs.update(pair(*both) for both in pairwise(stems[:_LAST_POSITION]))
        for word in stems:
            at += 1
            if word not in places:
                size += len(word.encode()) + _BYTES_A_WORD
                if size > _MOST_BYTES:
                    continue
            here = places.setdefault(word, [])
            if len(here) < _POSITIONS_A_WORD:
                here.append(f"{min(at, _LAST_POSITION)}{weight}")
        at += 1  # no phrase reaches from the title into the text
    return " ".join([*(f"'{word}':{','.join(here)}" for word, here in places.items()), *sorted(pairs)])
