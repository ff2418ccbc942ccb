"""Whether what is kept is what was kept: each check goes over one table, some rows a time, and names what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, exists, func, select
from sqlalchemy.orm import aliased

from storage import word_index
from storage.articles import text_hash
from storage.schema import ArticleRow, Base, BlobRow, FindingRow, PassageRow, RevisionRow, SnapshotRow
from storage.snapshots import unpack

_MOST_OF_A_KIND = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that is not as it was kept. `row`: its id, if it has one; `told`: a line for a person."""

    what: str
    row: int | None
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one step found. `last`: the key after which the next goes on; None: the table is at its end."""

    last: Any
    rows: int
    problems: list[Problem]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A table and how some rows of it are looked at, those after a key; `begin` lies before every key."""

    name: str
    table: type[Base] | None
    begin: Any
    look: Callable[[Connection, Any], Looked]


def how_many(tx: Connection, check: Check) -> int:
    """How many rows the check goes over."""
    return tx.scalars(select(func.count()).select_from(check.table)).one() if check.table else 1


def _blob(tx: Connection, after: str) -> Looked:
    """One blob, by its hash: ten megabytes at most, so the memory stays bounded."""
    row = tx.execute(select(BlobRow).where(BlobRow.sha256 > after).order_by(BlobRow.sha256).limit(1)).first()
    if row is None:
        return Looked(last=None, rows=0, problems=[])
    columns = (SnapshotRow.id, SnapshotRow.url, SnapshotRow.fetched_at, SnapshotRow.dropped_at)
    fetches = tx.execute(select(*columns).where(SnapshotRow.sha256 == row.sha256).order_by(SnapshotRow.id)).all()
    dropped = {fetch.dropped_at is not None for fetch in fetches}
    why = ""
    if row.zstd and unpack(row.zstd, sha256=row.sha256, size_bytes=row.size_bytes) is None:
        why = "its bytes do not match their hash; restore from a backup"
    elif dropped and dropped != {not row.zstd}:
        why = "its record and its bytes disagree on whether they were pruned; restore from a backup"
    problems = []
    if why and not fetches:
        problems = [Problem(what="snapshot", row=None, told=f"bytes {row.sha256} of no snapshot: {why}")]
    elif why:
        first, more = fetches[0], len(fetches) - 1
        named = f"snapshot {first.id} ({first.url}, fetched {first.fetched_at:%Y-%m-%dT%H:%M:%SZ})"
        named += f" and {more} more of the same bytes" if more else ""
        problems = [Problem(what="snapshot", row=first.id, told=f"{named}: {why}")]
    return Looked(last=row.sha256, rows=1, problems=problems)


def _revisions(tx: Connection, after: int) -> Looked:
    """Texts against their hashes, passages within them, findings standing in them, words indexed."""
    columns = (RevisionRow.id, RevisionRow.article_id, RevisionRow.number, RevisionRow.text, RevisionRow.text_hash)
    query = select(*columns, RevisionRow.order_key, ArticleRow.canonical_url).join(ArticleRow, isouter=True)
    rows = tx.execute(query.where(RevisionRow.id > after).order_by(RevisionRow.id).limit(50)).all()
    if not rows:
        return Looked(last=None, rows=0, problems=[])
    indexed = word_index.indexed(tx, [row.order_key for row in rows if row.order_key is not None])
    problems: list[Problem] = []
    for row in rows:
        named = f"revision {row.id} (article {row.article_id}, number {row.number}, {row.canonical_url})"
        if text_hash(row.text) != row.text_hash:
            told = f"{named}: its text does not match its hash; restore from a backup"
            problems.append(Problem(what="revision", row=row.id, told=told))
        if row.order_key not in indexed:
            told = f"{named}: its words are not in the index, so no search finds it; restore from a backup"
            problems.append(Problem(what="word index", row=row.id, told=told))
    texts = {row.id: row for row in rows}
    problems += _findings(tx, texts)
    problems += _passages(tx, texts)
    return Looked(last=rows[-1].id, rows=len(rows), problems=problems)


def _passages(tx: Connection, texts: dict[int, Any]) -> Iterator[Problem]:
    columns = (PassageRow.id, PassageRow.revision_id, PassageRow.position, PassageRow.start_at, PassageRow.end_at)
    query = select(*columns).where(PassageRow.revision_id.in_(texts))
    last, end = 0, 0
    for row in tx.execute(query.order_by(PassageRow.revision_id, PassageRow.position)):
        end = end if row.revision_id == last else 0
        if not end <= row.start_at < row.end_at <= len(texts[row.revision_id].text):
            told = f"passage {row.id} of revision {row.revision_id}: it does not lie in the text, after the one before"
            yield Problem(what="passage", row=row.id, told=told)
        last, end = row.revision_id, row.end_at


def _findings(tx: Connection, texts: dict[int, Any]) -> Iterator[Problem]:
    """The quotation of a finding is its passage, whose text has a hash of its own."""
    place = aliased(PassageRow)
    query = select(FindingRow, place.revision_id.label("of"), place.start_at.label("begin"), place.end_at.label("end"))
    query = query.join(place, place.id == FindingRow.passage_id, isouter=True)
    for row in tx.execute(query.where(FindingRow.revision_id.in_(texts)).order_by(FindingRow.id)):
        revision = texts[row.revision_id]
        quote = revision.text[row.start_at : row.end_at]
        if row.text_hash != revision.text_hash:
            why = "it was found in another text than that of its revision"
        elif row.article_id != revision.article_id or row.of != row.revision_id:
            why = "its passage or its article is not that of its revision"
        elif (row.start_at, row.end_at) != (row.begin, row.end) or text_hash(quote) != row.passage_hash:
            why = "its quotation does not stand in the text at its place"
        else:
            continue
        told = f"finding {row.id} on {row.claim_id} (article {row.article_id}): {why}; restore from a backup"
        yield Problem(what="finding", row=row.id, told=told)


def _loose_words(tx: Connection, _after: object) -> Looked:
    loose = word_index.loose(tx, limit=_MOST_OF_A_KIND)
    told = "row {} of the word index belongs to no revision; restore from a backup"
    return Looked(last=None, rows=1, problems=[Problem(what="word index", row=k, told=told.format(k)) for k in loose])


def _references(tx: Connection, _after: object) -> Looked:
    """Every foreign key, whether or not the engine holds it."""
    problems = [problem for table in Base.metadata.sorted_tables for problem in _dangling(tx, table)]
    return Looked(last=None, rows=1, problems=problems)


def _dangling(tx: Connection, table: Table) -> Iterator[Problem]:
    for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
        parent = key.column.table.alias()
        there = exists().where(parent.c[key.column.name] == key.parent)
        own = next(iter(table.primary_key))
        query = select(own, key.parent).where(key.parent.is_not(None), ~there).order_by(own).limit(_MOST_OF_A_KIND)
        for row_id, points_to in tx.execute(query):
            told = f"{table.name} {row_id}: its {key.parent.name} is {points_to}, which is not there; restore from a backup"
            yield Problem(what="reference", row=row_id if isinstance(row_id, int) else None, told=told)


def _database_file(tx: Connection, _after: object) -> Looked:
    """SQLite's own look at its pages and indexes; PostgreSQL keeps checksums of its pages itself."""
    said = list(tx.exec_driver_sql("PRAGMA integrity_check(100)").scalars()) if tx.dialect.name == "sqlite" else ["ok"]
    found = [line for told in said if told != "ok" for line in str(told).splitlines()]
    return Looked(
        last=None, rows=1, problems=[Problem(what="database file", row=None, told=f"database file: {f}") for f in found]
    )


CHECKS = (
    Check(name="snapshots", table=BlobRow, begin="", look=_blob),
    Check(name="revisions", table=RevisionRow, begin=0, look=_revisions),
    Check(name="word index", table=None, begin=None, look=_loose_words),
    Check(name="references", table=None, begin=None, look=_references),
    Check(name="database file", table=None, begin=None, look=_database_file),
)
