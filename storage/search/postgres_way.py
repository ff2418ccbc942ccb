"""PostgreSQL's way to the answers. It chooses the way itself, but from figures that mislead it here; so it is told more.

It expects a word, a pair of them or a figure in one row of every hundred or two, knows nothing of which come together, and
takes a text's words for as quick to read as a number. So the few findings or articles that an index finds are listed to
it; so are the newest texts that hold the words, in which most pages end; and it is told when to read the index of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, select, union_all

from storage import word_index
from storage.dialect import among
from storage.schema import ArticleRow, FindingRow, RevisionRow
from storage.search.conditions import article_ids, counts, figure_ids, of_figure, on_finding
from storage.search.matching import has_phrase, loosely, parted
from storage.search.plan import BOTH, KEY, Plan
from storage.search.query import All
from storage.word_index import INDEX

# So many articles are listed, if an index finds no more.
FEW = 6_000
# With the findings asked for, where words or figures are asked for too: then the other way is longer.
LED = 15_000
# So many texts: a page of answers and their number are mostly among them.
FEW_TEXTS = 1_200
# So many figures, which are small.
_FEW_FIGURES = 10_000
# The words of one text are read in the time in which the index lists so many keys: 8 to 20 us, 0.16 us and the phrases among them.
_KEYS_A_TEXT = 25
# Where more of all texts than this hold the words, a thousand are found sooner by reading the newest, text by text.
_MOST_HOLD_IT = 0.4


class PostgresWay:
    """How a query is gone about: looked up once, then asked for rows as often as need be. Its face: answers.Way."""

    def __init__(self, tx: Connection, plan: Plan, below: int | None) -> None:
        self._tx, self._plan, self._below = tx, plan, below
        self.whole = False
        self._words: tuple[ColumnElement[bool], ...] = ()  # that a text holds them
        self._newest: ColumnElement[bool] | None = None  # that it is one of the newest that hold the words
        self._sample: ColumnElement[bool] | None = None  # that it is one of some articles with the findings
        self._conditions = (*plan.conditions, *plan.between(KEY))
        # without marks: it takes them for things of chance, and would expect no text of a well-known name
        expected = word_index.expected(tx, plan.ranked_by) if plan.words else 0
        if expected > FEW_TEXTS or not plan.words:
            self._list_articles(expected)
        if plan.words and not self.whole:
            self._list_texts(word_index.expected(tx, plan.words) if has_phrase(plan.texts) else expected)

    def rows(self) -> tuple[Select[Any], ColumnElement[Any]]:
        """As the face says."""
        return select().select_from(BOTH).where(*self._conditions, *self._words), KEY

    def newest_rows(self) -> Select[Any] | None:
        """As the face says."""
        if self._newest is None:
            return None
        return select().select_from(BOTH).where(*self._conditions, self._newest)

    def any_rows(self) -> list[Select[Any]]:
        """As the face says."""
        rows, _key = self.rows()
        some = self.newest_rows()
        if some is None and self._sample is not None:
            some = rows.where(self._sample)
        return [rows] if some is None else [some, rows]

    def _list_articles(self, expected: int) -> None:
        """Begin with the articles that an index finds, if they are few."""
        tx, plan = self._tx, self._plan
        most = LED if plan.words or of_figure(plan.of_finding) else FEW
        found, left = None, plan.conditions
        if plan.of_few_findings:
            found = _with_findings(tx, plan, most)
            if len(found) <= most:
                left = plan.conditions_if_found
            else:
                self._sample, found = among(tx, ArticleRow.id, found), None
        if found is None and plan.of_few_articles:
            listed = list(tx.scalars(plan.few_articles().limit(FEW + 1)))
            found = listed if len(listed) <= FEW else None
        if found is None:
            return
        self.whole, self._sample = True, None
        self._conditions = (*left, among(tx, ArticleRow.id, sorted(set(found))), *plan.between(KEY))
        if plan.words:
            self._words = (among(tx, KEY, _keys_with_words(tx, plan, found, expected)),)

    def _list_texts(self, expected: int) -> None:
        """Begin with the texts that hold the words, if they are few; else with the newest of them, of those behind the cursor."""
        tx, plan, texts = self._tx, self._plan, word_index.size(self._tx)
        by_reading = texts > 0 and expected > _MOST_HOLD_IT * texts
        read = word_index.keys_with(plan.words, _NAME).where(*plan.between(INDEX.c.order_key))
        keys = read if by_reading else _listed(plan, plan.texts)
        (key,) = keys.selected_columns
        if self._below is not None:
            keys = keys.where(key < self._below)
        listed = tx.scalars(keys.order_by(key.desc()).limit(FEW_TEXTS + 1)).all()
        held = among(tx, KEY, listed if by_reading else _checked(tx, plan, listed))
        if self._below is None and len(listed) <= FEW_TEXTS:
            self.whole, self._words = True, (held,)
        else:
            self._newest, self._words = held, (KEY.in_(_strictly(plan)),)


_NAME = "postgresql"


def _listed(plan: Plan, terms: All) -> Select[int]:
    """Order keys of the texts that hold the words, as the index lists them: of a phrase, those that may hold it.

    The offset: else PostgreSQL would read each text that lies between the keys, or ask it by its key.
    """
    held = word_index.keys_with(loosely(terms, plan.known.langs), _NAME).offset(0).subquery("held")
    return select(held.c.order_key).where(*plan.between(held.c.order_key))


def _strictly(plan: Plan) -> Any:
    """The same, some perhaps twice, without those that do not hold a phrase."""
    lists = []
    for part in parted(plan.texts):
        listed = _listed(plan, part)
        if has_phrase(part):
            some = listed.subquery("listed")
            listed = select(some.c.order_key).where(_holds(plan, some))
        lists.append(listed)
    return union_all(*lists) if len(lists) > 1 else lists[0]


def _holds(plan: Plan, some: FromClause) -> ColumnElement[bool]:
    """The text of a row's key holds the words, as is seen by reading it. The offset: else all texts would be read."""
    text = select(INDEX.c.order_key).where(INDEX.c.order_key == some.c.order_key)
    return text.where(word_index.matches(plan.words, _NAME)).offset(0).correlate(some).exists()


def _checked(tx: Connection, plan: Plan, keys: Sequence[int]) -> Sequence[int]:
    """Those of the keys whose texts hold the phrases too."""
    if not keys or not has_phrase(plan.texts):
        return keys
    some = select(INDEX.c.order_key).where(among(tx, INDEX.c.order_key, keys))
    return tx.scalars(some.where(word_index.matches(plan.words, _NAME))).all()


def _keys_with_words(tx: Connection, plan: Plan, ids: Sequence[int], expected: int) -> Sequence[int]:
    """Order keys of those articles' revisions that hold the words.

    Materialized: else it would begin with the words, whose list it takes to be short.
    """
    theirs = select(KEY).where(among(tx, RevisionRow.article_id, ids)).cte("theirs").prefix_with("MATERIALIZED")
    keys = select(theirs.c.order_key)
    if expected > len(ids) * _KEYS_A_TEXT:
        return tx.scalars(keys.where(_holds(plan, theirs))).all()
    return _checked(tx, plan, tx.scalars(keys.where(theirs.c.order_key.in_(_listed(plan, plan.texts)))).all())


def _with_findings(tx: Connection, plan: Plan, most: int) -> list[int]:
    """Ids of the articles with such findings, some more than once, at most one more than `most`."""
    figures = of_figure(plan.of_finding)
    rest = [t for t in plan.of_finding if t not in figures]
    ids = article_ids(plan.of_finding, plan.known)
    if figures:
        having = tx.scalars(figure_ids(figures).limit(_FEW_FIGURES + 1)).all()
        if len(having) <= _FEW_FIGURES:
            asked = (counts(plan.known), on_finding(All(tuple(rest)), plan.known))
            ids = select(FindingRow.article_id).where(among(tx, FindingRow.id, having), *asked)
    # the offset: else it would walk all findings, to meet so many of those that it expects
    found = ids.offset(0).subquery("found")
    return list(tx.scalars(select(found.c[0]).limit(most + 1)))
