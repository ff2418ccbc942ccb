"""Which revisions answer a query, newest first: the keys alone, by the shortest way that each engine can go.

PostgreSQL chooses the way itself. SQLite knows no figures about its rows, so it is led: from the rarer of findings and words
where that has few rows, from the words in the order of their keys where it has many, else from all revisions in their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from storage import word_index
from storage.schema import ArticleRow, FindingRow, RevisionRow
from storage.search.conditions import (
    Known,
    article_ids,
    counts,
    entities_spelt_out,
    is_of_finding,
    known,
    not_copies,
    of_article,
    on_finding,
    shown,
    side_by_side,
)
from storage.search.matching import expression, finds, only_words, wanted
from storage.search.query import All, Field, Query, Term, Text
from storage.word_index import INDEX

# Below so many rows it is shorter to take them all and sort them than to walk all revisions until a page is full.
FEW = 2_000
# Fields by which an index finds few findings.
_INDEXED = frozenset({"claim", "topic", "claim-kind", "event", "figure", "counts"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A query made ready for one engine. `words`: what all its words and phrases ask of the index, or "" for none."""

    known: Known
    words: str
    texts: tuple[Text, ...]
    of_finding: tuple[Term, ...]
    conditions: tuple[ColumnElement[bool], ...]
    word_condition: tuple[ColumnElement[bool], ...]


def make(tx: Connection, query: Query) -> Plan:
    """Raises BadQuery for names that nothing bears."""
    told = known(tx, query)
    terms = [entities_spelt_out(tx, term) for term in query.where.terms]
    texts = [term for term in terms if only_words(term)]
    rest = [term for term in terms if term not in texts]
    together = All(tuple(texts))
    asked = finds(together)
    words = expression(together, told.langs, dialect=told.dialect) if asked else ""
    return Plan(
        known=told,
        words=words,
        texts=tuple(wanted(All(tuple(terms)))),
        of_finding=tuple(t for t in rest if is_of_finding(t)),
        conditions=(*shown(query, told), *side_by_side(rest if asked else terms, told)),
        word_condition=(RevisionRow.order_key.in_(word_index.keys_with(words, told.dialect)),) if asked else (),
    )


def body(tx: Connection, plan: Plan) -> tuple[Select[Any], ColumnElement[Any]]:
    """The rows that answer, without order or limit, and the column to order them by: the revision's order key."""
    key = RevisionRow.__table__.c.order_key
    both = RevisionRow.__table__.join(ArticleRow.__table__, ArticleRow.id == RevisionRow.article_id)
    if plan.known.dialect == "postgresql":
        return select().select_from(both).where(*plan.conditions, *plan.word_condition), key
    few_findings = _led_by_findings(tx, plan)
    if few_findings is not None:
        found = few_findings.distinct().subquery("found")
        rows = select().select_from(found).join(ArticleRow, ArticleRow.id == found.c.article_id)
        rows = rows.join(RevisionRow, RevisionRow.article_id == literal_column("+articles.id"))
        return rows.where(*plan.conditions, *_words_one_by_one(plan)), literal_column("+revisions.order_key")
    if plan.words:
        # the plus keeps SQLite from asking the index anew for every revision
        rows = (
            select()
            .select_from(INDEX)
            .join(RevisionRow, RevisionRow.order_key == literal_column("+fts_revisions.rowid"))
        )
        rows = rows.join(ArticleRow, ArticleRow.id == literal_column("+revisions.article_id"))
        return rows.where(word_index.matches(plan.words, "sqlite"), *plan.conditions), INDEX.c.rowid
    return select().select_from(both).where(*plan.conditions), key


def _led_by_findings(tx: Connection, plan: Plan) -> Select[int] | None:
    """The article ids to begin with, where the findings asked for are few, and fewer than the words."""
    names = {t.name for t in plan.of_finding if isinstance(t, Field)}
    if not names & _INDEXED:
        return None
    ids = article_ids(plan.of_finding, plan.known)
    found = _up_to(tx, ids)
    if found > FEW:
        return None
    if plan.words and _up_to(tx, word_index.keys_with(plan.words, "sqlite")) < found:
        return None
    return ids


def _up_to(tx: Connection, rows: Select[Any]) -> int:
    """How many rows, counted no further than FEW and one."""
    return tx.scalars(select(func.count()).select_from(rows.limit(FEW + 1).subquery())).one()


def _words_one_by_one(plan: Plan) -> list[ColumnElement[bool]]:
    if not plan.words:
        return []
    here = INDEX.c.rowid == RevisionRow.order_key
    return [select(INDEX.c.rowid).where(word_index.matches(plan.words, "sqlite"), here).correlate(RevisionRow).exists()]


def findings_body(tx: Connection, query: Query) -> Select[Any]:
    """The findings that answer, each judged by all terms of the query, without order or limit."""
    told = known(tx, query)
    rows = (
        select()
        .select_from(FindingRow)
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(RevisionRow, RevisionRow.id == FindingRow.revision_id)
    )
    terms = [entities_spelt_out(tx, term) for term in query.where.terms]
    of_finding = tuple(term for term in terms if is_of_finding(term, denied=True))
    rest = [term for term in terms if term not in of_finding]
    hidden = [] if query.with_copies or not query.where.terms else not_copies()
    return rows.where(
        counts(told), on_finding(All(of_finding), told), *(of_article(term, told) for term in rest), *hidden
    )
