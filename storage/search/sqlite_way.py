"""SQLite's way to the answers. It knows no figures about its rows, so it is led.

From the rarer of findings and words where that has few rows, from the words in the order of their keys where it has many,
else from all revisions in their order. The pluses keep SQLite from turning a join around.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, literal_column, select

from storage import word_index
from storage.schema import ArticleRow, FindingRow, RevisionRow
from storage.search.conditions import article_ids, counts, on_finding
from storage.search.matching import by_hand
from storage.search.plan import BOTH, KEY, Plan, up_to
from storage.search.query import All
from storage.word_index import INDEX

# Below so many rows it is shorter to take them all and sort them than to walk all revisions until a page is full.
FEW = 2_000
# With words beside, the other way is to walk all that hold them.
LED = 10_000
# A text is looked through by hand in the time in which the index lists so many keys: 20 to 60 us, 0.5 us.
_KEYS_A_TEXT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lead:
    """Ids of the few articles that it begins with, some more than once. `words`: that their texts hold the words.

    `by_findings`: the terms on findings led to them, and need not be asked again.
    """

    ids: Select[int]
    by_findings: bool
    words: tuple[ColumnElement[bool], ...]


class SqliteWay:
    """How a query is gone about: looked up once, then asked for rows as often as need be. Its face: answers.Way."""

    def __init__(self, tx: Connection, plan: Plan) -> None:
        self._plan = plan
        self._lead = _lead(tx, plan)

    @property
    def whole(self) -> bool:
        """As the face says."""
        return self._lead is not None

    def rows(self) -> tuple[Select[Any], ColumnElement[Any]]:
        """As the face says."""
        plan = self._plan
        if self._lead is not None:
            found = self._lead.ids.distinct().subquery("found")
            rows = select().select_from(found).join(ArticleRow, ArticleRow.id == found.c[0])
            rows = rows.join(RevisionRow, RevisionRow.article_id == literal_column("+articles.id"))
            left = plan.conditions_if_found if self._lead.by_findings else plan.conditions
            return rows.where(*left, *self._lead.words), literal_column("+revisions.order_key")
        if plan.words:
            rows = select().select_from(INDEX)
            rows = rows.join(RevisionRow, RevisionRow.order_key == literal_column("+fts_revisions.rowid"))
            rows = rows.join(ArticleRow, ArticleRow.id == literal_column("+revisions.article_id"))
            within = plan.between(INDEX.c.rowid)
            return rows.where(word_index.matches(plan.words, "sqlite"), *within, *plan.conditions), INDEX.c.rowid
        return select().select_from(BOTH).where(*plan.conditions, *plan.between(KEY)), KEY

    def newest_rows(self) -> None:
        """As the face says."""
        return

    def any_rows(self) -> list[Select[Any]]:
        """As the face says."""
        plan = self._plan
        if not plan.of_finding or plan.words or plan.of_few_articles:
            return [self.rows()[0]]
        # there may be many: the count ends with the first thousand that answer
        rows = select().select_from(FindingRow)
        rows = rows.join(ArticleRow, ArticleRow.id == literal_column("+findings.article_id"))
        rows = rows.join(RevisionRow, RevisionRow.article_id == literal_column("+articles.id")).distinct()
        return [rows.where(counts(plan.known), on_finding(All(plan.of_finding), plan.known), *plan.conditions_if_found)]


def _lead(tx: Connection, plan: Plan) -> _Lead | None:
    """Findings or articles to begin with, where an index finds few of them, and fewer than the words."""
    ways: list[tuple[Select[int], bool]] = []
    if plan.of_few_findings:
        ways.append((article_ids(plan.of_finding, plan.known), True))
    if plan.of_few_articles:
        ways.append((plan.few_articles(), False))
    most = LED if plan.words else FEW
    sizes = [up_to(tx, ids, most + 1) for ids, _by_findings in ways]
    if not ways or (fewest := min(sizes)) > most:
        return None
    if plan.words and up_to(tx, word_index.keys_with(plan.words, "sqlite"), most + 1) < fewest:
        return None
    ids, by_findings = ways[sizes.index(fewest)]
    return _Lead(ids=ids, by_findings=by_findings, words=_with_words(tx, plan, fewest) if plan.words else ())


def _with_words(tx: Connection, plan: Plan, size: int) -> tuple[ColumnElement[bool], ...]:
    """That so few texts hold the words.

    The index is asked once for all that it has, or the words are looked for in the texts, one by one: 10 us each and word.
    To ask the index for one text costs it a millisecond.
    """
    keys = word_index.keys_with(plan.words, "sqlite")
    if up_to(tx, keys, size * _KEYS_A_TEXT + 1) <= size * _KEYS_A_TEXT:
        # the plus: else the index of revisions is asked for each key of the list, for each article
        return (literal_column("+revisions.order_key").in_(keys),)
    row = select(INDEX.c.rowid).where(INDEX.c.rowid == RevisionRow.order_key, by_hand(plan.texts, plan.known.langs))
    return (row.correlate(RevisionRow).exists(),)
