"""Which revisions answer a query, newest first: the keys alone, by the shortest way that each engine can go.

PostgreSQL chooses the way itself, but takes a word or a figure that it knows nothing of for one of every hundred: where
there are few, it is told which. SQLite knows no figures about its rows, so it is led: from the rarer of findings and words
where that has few rows, from the words in the order of their keys where it has many, else from all revisions in their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from storage import word_index
from storage.schema import ArticleRow, FindingRow, RevisionRow
from storage.search.conditions import (
    Known,
    article_ids,
    counts,
    is_of_finding,
    key_at,
    known,
    not_copies,
    of_article,
    on_finding,
    on_row,
    shown,
    side_by_side,
    spelt_out,
)
from storage.search.matching import by_hand, expression, finds, inward, only_words, wanted
from storage.search.query import All, Field, Query, Term, Text
from storage.search.values import Span
from storage.word_index import INDEX

# Below so many rows it is shorter to take them all and sort them than to walk all revisions until a page is full.
FEW = 2_000
# With words beside, the other way is to walk all that hold them.
LED = 10_000
# A text is looked through by hand in the time in which the index lists so many keys: 20 to 60 us, 0.5 us.
_KEYS_A_TEXT = 50
# Fields by which an index finds few findings.
_INDEXED = frozenset({"claim", "topic", "claim-kind", "event", "figure", "counts"})
# Fields by which an index finds few articles.
_FEW_ARTICLES = frozenset({"source", "domain", "url"})
_DATED = frozenset({"published", "since", "until"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Ids of the few articles that SQLite begins with, some more than once. `words`: that their texts hold the words.

    `by_findings`: the terms on findings led to them, and need not be asked again.
    """

    ids: Select[int]
    by_findings: bool
    words: tuple[ColumnElement[bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A query made ready for one engine. `words`: what all its words and phrases ask of the index, or "" for none.

    `conditions_if_found`: what is left to ask of articles that the terms on findings have led to. `marked`: what a snippet
    shows. `keys`: between which order keys the answers lie, None where open. `lead`: the few articles to begin with.
    `listed`: the few revisions or articles that PostgreSQL is told.
    """

    known: Known
    words: str
    marked: tuple[Text, ...]
    of_finding: tuple[Term, ...]
    lead: Lead | None
    listed: tuple[ColumnElement[bool], ...]
    counted_by_findings: bool
    conditions: tuple[ColumnElement[bool], ...]
    conditions_if_found: tuple[ColumnElement[bool], ...]
    keys: tuple[int | None, int | None]


def make(tx: Connection, query: Query) -> Plan:
    """Raises BadQuery for names that nothing bears."""
    told = known(tx, query)
    terms = [spelt_out(tx, term, told) for term in query.where.terms]
    texts = [inward(term) for term in terms if only_words(term)]
    rest = [term for term in terms if not only_words(term)]
    together = All(tuple(texts))
    asked = finds(together)
    words = expression(together, told.langs, dialect=told.dialect) if asked else ""
    here, asked_of_rows = shown(query, told, led=bool(words)), rest if asked else terms
    of_finding = tuple(term for term in rest if is_of_finding(term))
    of_few_articles = tuple(t for t in rest if isinstance(t, Field) and t.name in _FEW_ARTICLES)
    on_sqlite = told.dialect == "sqlite"
    listed = () if on_sqlite else _listed(tx, told, words, of_finding)
    return Plan(
        known=told,
        words=words,
        marked=tuple(wanted(All(tuple(terms)))),
        of_finding=of_finding,
        lead=_lead(tx, told, words, together, of_finding, of_few_articles) if on_sqlite else None,
        listed=listed,
        counted_by_findings=on_sqlite and bool(of_finding) and not words and not of_few_articles,
        conditions=(*here, *side_by_side(asked_of_rows, told)),
        conditions_if_found=(*here, *side_by_side(asked_of_rows, told, found=True)),
        keys=_keys(rest, told),
    )


def _keys(terms: Sequence[Term], told: Known) -> tuple[int | None, int | None]:
    """Between which order keys all answers lie: from the first up to, not including, the second."""
    dated = [t for t in terms if isinstance(t, Field) and t.name in _DATED and len(t.values) == 1]
    spans = [Span(t.values[0].start) if t.name == "since" else t.values[0] for t in dated]
    if told.as_of is not None:
        # no page is believed to be published more than two days after it was read (worker/steps/dates.py)
        spans.append(Span(None, told.as_of + timedelta(days=3)))
    begins = [key_at(span.start) for span in spans if span.start]
    ends = [key_at(span.end) for span in spans if span.end]
    return max(begins, default=None), min(ends, default=None)


def body(plan: Plan, *, ordered: bool = True) -> tuple[Select[Any], ColumnElement[Any]]:
    """The rows that answer, without order or limit, and the column to order them by: the revision's order key.

    `ordered` False: they are only to be counted, and the first are as good as any.
    """
    key = RevisionRow.__table__.c.order_key
    both = RevisionRow.__table__.join(ArticleRow.__table__, ArticleRow.id == RevisionRow.article_id)
    if plan.known.dialect == "postgresql":
        within = _between(INDEX.c.order_key, plan)
        found = [key.in_(word_index.keys_with(plan.words, "postgresql").where(*within))] if plan.words else []
        if plan.listed:
            return select().select_from(both).where(*plan.conditions, *plan.listed), key
        return select().select_from(both).where(*plan.conditions, *_between(key, plan), *found), key
    # the pluses below keep SQLite from turning a join around
    if plan.counted_by_findings and not ordered:
        # there may be many: the count ends with the first thousand that answer
        rows = select().select_from(FindingRow)
        rows = rows.join(ArticleRow, ArticleRow.id == literal_column("+findings.article_id"))
        rows = rows.join(RevisionRow, RevisionRow.article_id == literal_column("+articles.id")).distinct()
        wanted_findings = (counts(plan.known), on_finding(All(plan.of_finding), plan.known))
        return rows.where(*wanted_findings, *plan.conditions_if_found), key
    if plan.lead is not None:
        found_ids = plan.lead.ids.distinct().subquery("found")
        rows = select().select_from(found_ids).join(ArticleRow, ArticleRow.id == found_ids.c[0])
        rows = rows.join(RevisionRow, RevisionRow.article_id == literal_column("+articles.id"))
        left = plan.conditions_if_found if plan.lead.by_findings else plan.conditions
        return rows.where(*left, *plan.lead.words), literal_column("+revisions.order_key")
    if plan.words:
        rows = select().select_from(INDEX)
        rows = rows.join(RevisionRow, RevisionRow.order_key == literal_column("+fts_revisions.rowid"))
        rows = rows.join(ArticleRow, ArticleRow.id == literal_column("+revisions.article_id"))
        within = _between(INDEX.c.rowid, plan)
        return rows.where(word_index.matches(plan.words, "sqlite"), *within, *plan.conditions), INDEX.c.rowid
    return select().select_from(both).where(*plan.conditions, *_between(key, plan)), key


def _between(key: ColumnElement[Any], plan: Plan) -> list[ColumnElement[bool]]:
    low, high = plan.keys
    return [*([key >= low] if low is not None else []), *([key < high] if high is not None else [])]


def _lead(
    tx: Connection, told: Known, words: str, terms: All, of_finding: Sequence[Term], of_few_articles: Sequence[Field]
) -> Lead | None:
    """Findings or articles to begin with, where an index finds few of them, and fewer than the words."""
    ways: list[tuple[Select[int], bool]] = []
    if {t.name for t in of_finding if isinstance(t, Field)} & _INDEXED:
        ways.append((article_ids(of_finding, told), True))
    if of_few_articles:
        ways.append((select(ArticleRow.id).where(*(of_article(t, told) for t in of_few_articles)), False))
    most = LED if words else FEW
    sizes = [_up_to(tx, ids, most) for ids, _by_findings in ways]
    if not ways or (fewest := min(sizes)) > most:
        return None
    if words and _up_to(tx, word_index.keys_with(words, "sqlite"), most) < fewest:
        return None
    ids, by_findings = ways[sizes.index(fewest)]
    return Lead(ids=ids, by_findings=by_findings, words=_with_words(tx, told, words, terms, fewest) if words else ())


def _listed(tx: Connection, told: Known, words: str, of_finding: Sequence[Term]) -> tuple[ColumnElement[bool], ...]:
    """The revisions that hold the words, or the articles with the findings, if they are few: by their keys. Else nothing."""
    if words:
        if word_index.expected(tx, words) > LED:
            return ()
        keys = tx.scalars(word_index.keys_with(words, told.dialect).limit(FEW + 1)).all()
        if len(keys) <= FEW:
            return (RevisionRow.order_key.in_(keys),)
    elif {t.name for t in of_finding if isinstance(t, Field)} & _INDEXED:
        # the offset: else it would walk all findings, to meet so many of those that it expects
        found = article_ids(of_finding, told).offset(0).subquery("found")
        ids = tx.scalars(select(found.c[0]).limit(FEW + 1)).all()
        if len(ids) <= FEW:
            return (ArticleRow.id.in_(sorted(set(ids))),)
    return ()


def _up_to(tx: Connection, rows: Select[Any], most: int) -> int:
    """How many rows, counted no further than `most` and one."""
    return tx.scalars(select(func.count()).select_from(rows.limit(most + 1).subquery())).one()


def _with_words(tx: Connection, told: Known, words: str, terms: All, size: int) -> tuple[ColumnElement[bool], ...]:
    """That so few texts hold the words.

    The index is asked once for all that it has, or the words are looked for in the texts, one by one: 10 us each and word.
    To ask the index for one text costs it a millisecond.
    """
    keys = word_index.keys_with(words, "sqlite")
    if _up_to(tx, keys, size * _KEYS_A_TEXT) <= size * _KEYS_A_TEXT:
        # the plus: else the index of revisions is asked for each key of the list, for each article
        return (literal_column("+revisions.order_key").in_(keys),)
    row = select(INDEX.c.rowid).where(INDEX.c.rowid == RevisionRow.order_key, by_hand(terms, told.langs))
    return (row.correlate(RevisionRow).exists(),)


def found_in(tx: Connection, plan: Plan, keys: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Where in each of these revisions a passage stands that answers the terms on findings; the first found."""
    if not plan.of_finding or not keys:
        return {}
    rows = (
        select(RevisionRow.order_key, FindingRow.start_at, FindingRow.end_at)
        .join(
            FindingRow, (FindingRow.article_id == RevisionRow.article_id) & (FindingRow.revision_id == RevisionRow.id)
        )
        .where(RevisionRow.order_key.in_(keys), counts(plan.known), on_finding(All(plan.of_finding), plan.known))
        .order_by(FindingRow.id.desc())
    )
    return {row.order_key: (row.start_at, row.end_at) for row in tx.execute(rows)}


def findings_body(tx: Connection, query: Query) -> Select[Any]:
    """The findings that answer, each judged by all terms of the query, without order or limit."""
    told = known(tx, query)
    rows = (
        select()
        .select_from(FindingRow)
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(RevisionRow, RevisionRow.id == FindingRow.revision_id)
    )
    terms = [spelt_out(tx, term, told) for term in query.where.terms]
    hidden = not_copies(told) if query.hides_copies else []
    return rows.where(counts(told), on_row(All(tuple(terms)), told), *hidden)
