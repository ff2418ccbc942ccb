"""What people ruled, all of it: a row a ruling, those that were superseded or retracted too. Reads only."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, exists, func, select
from sqlalchemy.orm import aliased

from storage.articles import text_hash
from storage.instants import written
from storage.records import Relation
from storage.rows import Json
from storage.schema import ArticleRow, ClaimRow, FindingRow, OutletRow, PassageRow, RevisionRow, RulingRow

_Key = tuple[int, str, str]  # article, claim, passage's hash


def history(
    tx: Connection,
    *,
    claim_id: str | None = None,
    finding_id: int | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[Json]:
    """Rulings by id, or only those on that claim, or on the passage of that finding; `after`: the last id before.

    `counts`: it is the newest on its passage and was not retracted. `finding_id`: the finding it speaks of now, or null;
    `passage_stands`: whether the words still stand in the article. `claim_edited`: since then.
    """
    newest = (RevisionRow.article_id == ArticleRow.id) & (RevisionRow.number == ArticleRow.latest)
    later = aliased(RulingRow)
    superseded = exists().where(
        later.article_id == RulingRow.article_id,
        later.claim_id == RulingRow.claim_id,
        later.passage_hash == RulingRow.passage_hash,
        later.id > RulingRow.id,
    )
    query = (
        select(
            RulingRow,
            superseded.label("superseded"),
            ClaimRow.changed_at,
            ArticleRow.url,
            RevisionRow.title,
            OutletRow.name,
        )
        .where(RulingRow.id > after)
        .join(ClaimRow, ClaimRow.id == RulingRow.claim_id)
        .join(ArticleRow, ArticleRow.id == RulingRow.article_id)
        .join(RevisionRow, newest)
        .join(OutletRow, OutletRow.id == ArticleRow.outlet_id)
    )
    if claim_id is not None:
        query = query.where(RulingRow.claim_id == claim_id)
    if finding_id is not None:
        same = (
            (FindingRow.article_id == RulingRow.article_id)
            & (FindingRow.claim_id == RulingRow.claim_id)
            & (FindingRow.passage_hash == RulingRow.passage_hash)
        )
        query = query.join(FindingRow, same).where(FindingRow.id == finding_id)
    rows = tx.execute(query.order_by(RulingRow.id).limit(limit)).all()
    articles = {row.article_id for row in rows}
    findings, words = _findings(tx, articles), _words(tx, articles)
    return [
        {
            "id": row.id,
            "what": _what(row),
            "counts": not row.superseded and row.relation is not None,
            "claim_id": row.claim_id,
            "article_id": row.article_id,
            "finding_id": findings[_key(row)].id if findings[_key(row)].withdrawn_at is None else None,
            "relation": row.relation,
            "adds": row.adds,
            "who": row.who,
            "at": written(row.at),
            "why": row.why,
            "machine": row.machine,
            "passage": findings[_key(row)].passage,
            "passage_stands": row.passage_hash in words[row.article_id],
            "claim_edited": row.changed_at > row.at,
            "outlet": row.name,
            "title": row.title,
            "url": row.url,
        }
        for row in rows
    ]


def _key(row: Any) -> _Key:
    return row.article_id, row.claim_id, row.passage_hash


def _what(row: Any) -> str:
    """Beside the machine's word of then: confirmed, corrected, or retracted."""
    if row.relation is None:
        return "retracted"
    same = row.machine["relation"] == row.relation and set(row.machine["adds"]) == set(row.adds)
    return "confirmed" if same else "corrected"


def _findings(tx: Connection, articles: Collection[int]) -> dict[_Key, Any]:
    """The finding on each claim and passage of the articles: the live one, else the newest. `passage`: its words."""
    words = func.substr(RevisionRow.text, PassageRow.start_at + 1, PassageRow.end_at - PassageRow.start_at)
    query = (
        select(
            FindingRow.id,
            FindingRow.article_id,
            FindingRow.claim_id,
            FindingRow.passage_hash,
            FindingRow.withdrawn_at,
            words.label("passage"),
        )
        .join(PassageRow, PassageRow.id == FindingRow.passage_id)
        .join(RevisionRow, RevisionRow.id == FindingRow.revision_id)
        .where(FindingRow.article_id.in_(articles))
        .order_by(FindingRow.withdrawn_at.is_(None), FindingRow.id)
    )
    return {_key(row): row for row in tx.execute(query)}


def _words(tx: Connection, articles: Collection[int]) -> dict[int, set[str]]:
    """The hashes of the passages of each article's newest revision."""
    words = func.substr(RevisionRow.text, PassageRow.start_at + 1, PassageRow.end_at - PassageRow.start_at)
    query = (
        select(ArticleRow.id, words)
        .join(RevisionRow, (RevisionRow.article_id == ArticleRow.id) & (RevisionRow.number == ArticleRow.latest))
        .join(PassageRow, PassageRow.revision_id == RevisionRow.id)
        .where(ArticleRow.id.in_(articles))
    )
    found: dict[int, set[str]] = {article: set() for article in articles}
    for article, passage in tx.execute(query):
        found[article].add(text_hash(passage))
    return found


def disagreement(rows: Collection[Json]) -> Json:
    """How often people overruled the machine, of rows of `history` that count: in all, and by its relation.

    `by_relation`: {the machine's relation: {the person's: how many}}; the same relation with other adds is corrected too.
    """
    counting = [row for row in rows if row["counts"]]
    table: dict[str, dict[str, int]] = {}
    for row in counting:
        to = table.setdefault(row["machine"]["relation"], {})
        to[row["relation"]] = to.get(row["relation"], 0) + 1
    order = [relation.value for relation in Relation]
    return {
        "confirmed": sum(row["what"] == "confirmed" for row in counting),
        "corrected": sum(row["what"] == "corrected" for row in counting),
        "by_relation": {r: {to: table[r][to] for to in order if to in table[r]} for r in order if r in table},
    }
