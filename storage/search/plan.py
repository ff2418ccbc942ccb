"""A query made ready: what it asks of the index of words, of findings and of articles. How it is gone about: answers.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from storage.schema import ArticleRow, FindingRow, RevisionRow
from storage.search.conditions import (
    Known,
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
from storage.search.matching import expression, finds, inward, only_words, wanted, without_marks
from storage.search.query import All, Field, Query, Term, Text
from storage.search.values import Span

# Fields by which an index finds few findings.
_INDEXED = frozenset({"claim", "topic", "claim-kind", "event", "figure", "counts"})
# Fields by which an index finds few articles.
_FEW_ARTICLES = frozenset({"source", "domain", "url"})
_DATED = frozenset({"published", "since", "until"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A query made ready for one engine.

    `texts`: all its words and phrases, and `words` what they ask of the index, or "" for none; `ranked_by`: by
    what they are ranked. `marked`: what a snippet shows.
    `of_finding`: the terms that one finding must meet. `of_few_findings`: an index finds few such, `of_few_articles` as to
    the articles. `conditions`: all that is asked beside the words; `conditions_if_found`: what is left of it where the terms
    on findings have led to the article. `keys`: between which order keys the answers lie, None where open.
    """

    known: Known
    texts: All
    words: str
    ranked_by: str
    marked: tuple[Text, ...]
    of_finding: tuple[Term, ...]
    of_few_findings: bool
    of_few_articles: tuple[Field, ...]
    conditions: tuple[ColumnElement[bool], ...]
    conditions_if_found: tuple[ColumnElement[bool], ...]
    keys: tuple[int | None, int | None]

    def between(self, key: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """That the column, of order keys, lies where the answers are."""
        low, high = self.keys
        return [*([key >= low] if low is not None else []), *([key < high] if high is not None else [])]

    def few_articles(self) -> Select[int]:
        """Ids of the articles that meet `of_few_articles`."""
        return select(ArticleRow.id).where(*(of_article(term, self.known) for term in self.of_few_articles))


# What all ways end in: the revisions with their articles, in the order of their keys.
KEY = RevisionRow.__table__.c.order_key
BOTH = RevisionRow.__table__.join(ArticleRow.__table__, ArticleRow.id == RevisionRow.article_id)


def up_to(tx: Connection, rows: Select[Any], most: int) -> int:
    """How many rows, counted no further than `most`."""
    return tx.scalars(select(func.count()).select_from(rows.limit(most).subquery())).one()


def make(tx: Connection, query: Query) -> Plan:
    """Raises BadQuery for names that nothing bears."""
    told = known(tx, query)
    terms = [spelt_out(tx, term, told) for term in query.where.terms]
    texts = All(tuple(inward(term) for term in terms if only_words(term)))
    rest = [term for term in terms if not only_words(term)]
    asked = finds(texts)
    words = expression(texts, told.langs, dialect=told.dialect) if asked else ""
    here, asked_of_rows = shown(query, told, led=bool(words)), rest if asked else terms
    of_finding = tuple(term for term in rest if is_of_finding(term))
    return Plan(
        known=told,
        texts=texts,
        words=words,
        ranked_by=without_marks(texts, told.langs) if words and told.dialect == "postgresql" else words,
        marked=tuple(wanted(All(tuple(terms)))),
        of_finding=of_finding,
        of_few_findings=any(isinstance(t, Field) and t.name in _INDEXED for t in of_finding),
        of_few_articles=tuple(t for t in rest if isinstance(t, Field) and t.name in _FEW_ARTICLES),
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
