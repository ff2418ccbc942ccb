"""Answering a query: pages of articles or findings, how many there are, and what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from storage import queries, word_index
from storage.schema import ArticleRow, FindingRow, RevisionRow
from storage.search import answers, cursors
from storage.search import facets as facet_room
from storage.search.answers import Way
from storage.search.cursors import Cursor
from storage.search.errors import BadQuery
from storage.search.plan import Plan, findings_body, found_in, make, up_to
from storage.search.query import Query, Sort
from storage.search.snippets import Marker

Json = dict[str, Any]

# Beyond this nobody counts along; to count on costs time that is linear in the matches.
MOST_COUNTED = 1_000
# Ranking reads every match, PostgreSQL its text: 12 ms a thousand. So the newest are ranked, no fewer than are counted, and it is said.
RANKED = MOST_COUNTED
# Where there are few to begin with, all of them are taken in one go, up to so many.
_AT_ONCE = 10_000
_A_TIME = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of answers. `total` is counted up to MOST_COUNTED: `more_than_total` says that there are more.

    `next`: what to ask `after` for the next page, None on the last. `asked`: the query as it was understood. Days are UTC.
    """

    rows: list[Json]
    total: int
    more_than_total: bool
    next: str | None
    asked: str
    notes: tuple[str, ...] = ()
    facets: dict[str, list[Json]] = field(default_factory=dict)
    zone: str = "UTC"

    @property
    def count(self) -> str:
        """ "17" or "1,000+"."""
        return f"{self.total:,}" + ("+" if self.more_than_total else "")


def search_articles(
    tx: Connection, query: Query, *, limit: int = 50, after: str | None = None, facets: bool = False
) -> Page:
    """The articles that answer, in the query's order, with a snippet. Its own `limit:` is one page. Raises BadQuery."""
    limit = query.limit or limit
    cursor = cursors.read(after, query.sort) if after else None
    plan = make(tx, query)
    newest_first = query.sort is Sort.PUBLISHED
    way = answers.way_to(tx, plan, below=cursor.key if cursor and newest_first else None)
    made_of: Sequence[Row[Any]] | None = None
    if query.sort is Sort.RELEVANCE:
        keys, following, total, notes = _ranked(tx, plan, way, limit, cursor)
    else:
        most = _at_once(way, limit) if cursor is None else limit
        columns = facet_room.COLUMNS if facets and newest_first and limit < most <= MOST_COUNTED else ()
        found = _by_date(tx, way, query.sort, most + 1, cursor, columns)
        keys, following = _page_of(found, query.sort, limit)
        total = len(found) if cursor is None and (len(found) <= most or most >= MOST_COUNTED) else None
        made_of = found[: facet_room.AMONG] if columns else None
        notes = ()
    marker = Marker(plan.marked, plan.known.langs)
    answering = {} if plan.marked else found_in(tx, plan, keys)
    rows = [_finished(row, marker, answering) for row in queries.articles(tx, keys)]
    copies = sum(row["copies"] for row in rows) if query.hides_copies else 0
    if copies:
        notes += ("and 1 copy (is:copy)" if copies == 1 else f"and {copies} copies (is:copy)",)
    if facets and made_of is None:
        made_of = answers.newest(
            tx, answers.way_to(tx, plan) if cursor else way, most=facet_room.AMONG, columns=facet_room.COLUMNS
        )
    if total is None:
        total = answers.counted(tx, way, most=MOST_COUNTED + 1)
    if query.limit is not None:
        following = None
    return Page(
        rows=rows,
        total=min(total, MOST_COUNTED),
        more_than_total=total > MOST_COUNTED,
        next=cursors.write(query.sort, following) if following else None,
        asked=query.asked,
        notes=notes,
        facets=facet_room.of_articles(tx, plan, made_of) if made_of is not None else {},
    )


def _finished(row: Json, marker: Marker, answering: Mapping[int, tuple[int, int]]) -> Json:
    text, passage = row.pop("_text"), answering.get(row.pop("_key"))
    return row | {"snippet": marker.passage(text, *passage) if passage else marker.snippet(text, row["lang"])}


def _at_once(way: Way, limit: int) -> int:
    """How many answers to take for a first page: all, or as many as are counted, where that is sooner than to ask again."""
    if way.whole:
        return max(limit, _AT_ONCE)
    return limit if way.newest_rows() is None else max(limit, MOST_COUNTED)


def _page_of(found: Sequence[Row[Any]], sort: Sort, limit: int) -> tuple[list[int], Cursor | None]:
    """The keys of a page, and where it ends if there is more."""
    keys = [row.order_key for row in found[:limit]]
    if len(found) <= limit or not keys:
        return keys, None
    last = found[limit - 1]
    if sort is Sort.SEEN:
        return keys, Cursor((last.first_seen - _EPOCH) // timedelta(microseconds=1), last.id)
    return keys, Cursor(last.order_key)


def _by_date(
    tx: Connection, way: Way, sort: Sort, most: int, cursor: Cursor | None, columns: Sequence[Any]
) -> Sequence[Row[Any]]:
    """The next so many answers in the order, behind the cursor."""
    if sort is Sort.PUBLISHED:
        return answers.newest(tx, way, most=most, below=cursor.key if cursor else None, columns=columns)
    rows, key = way.rows()
    order = (ArticleRow.first_seen, RevisionRow.id)
    rows = rows.add_columns(RevisionRow.order_key, *order).limit(most)
    if sort is Sort.SEEN:
        if cursor is not None:
            at = _EPOCH + timedelta(microseconds=cursor.key)
            rows = rows.where((order[0] < at) | ((order[0] == at) & (order[1] < cursor.second)))
        return tx.execute(rows.order_by(*(column.desc() for column in order))).all()
    if cursor is not None:
        rows = rows.where(key > cursor.key)
    return tx.execute(rows.order_by(key.asc())).all()


def _ranked(
    tx: Connection, plan: Plan, way: Way, limit: int, cursor: Cursor | None
) -> tuple[list[int], Cursor | None, int | None, tuple[str, ...]]:
    """The best of the newest matches, and how many there are if that is seen on the way. The cursor holds the newest, so that what comes in meanwhile moves nothing."""
    if not plan.words:
        raise BadQuery("sort:relevance: the query has no word that must be found; sort by published or seen")
    newest = answers.newest(tx, way, most=RANKED + 1, upto=cursor.key if cursor else None)
    candidates = [row.order_key for row in newest]
    capped = len(candidates) > RANKED
    candidates = candidates[:RANKED]
    scores = word_index.scores(tx, plan.ranked_by, candidates)
    best = sorted(candidates, key=lambda k: (-scores.get(k, 0.0), -k))
    begin = cursor.second if cursor else 0
    keys = best[begin : begin + limit]
    more = begin + limit < len(best)
    notes = (f"ranked among the {RANKED:,} newest matches",) if capped else ()
    total = len(newest) if cursor is None else None
    return keys, Cursor(candidates[0], begin + limit) if more else None, total, notes


def every_article(tx: Connection, query: Query, *, most: int | None = None) -> Iterator[Json]:
    """All articles that answer, page by page, so that none but a page of them is in memory; at most `most`."""
    return _every(search_articles, tx, query, most)


def every_finding(tx: Connection, query: Query, *, most: int | None = None) -> Iterator[Json]:
    """All findings that answer, page by page."""
    return _every(search_findings, tx, query, most)


def _every(search: Callable[..., Page], tx: Connection, query: Query, most: int | None) -> Iterator[Json]:
    most = min(filter(None, (most, query.limit)), default=None)
    query, after, given = replace(query, limit=None), None, 0
    while True:
        page = search(tx, query, limit=_A_TIME if most is None else min(_A_TIME, most - given), after=after)
        yield from page.rows
        given, after = given + len(page.rows), page.next
        if after is None or given == most:
            return


def search_findings(tx: Connection, query: Query, *, limit: int = 100, after: str | None = None) -> Page:
    """The findings that answer, the latest found first: of every field of the query, in each finding. Raises BadQuery.

    There is one order: by id. `sort` and facets are of articles.
    """
    if query.sort is not Sort.PUBLISHED:
        raise BadQuery(f"sort:{query.sort}: findings come in one order, the latest found first")
    limit = query.limit or limit
    cursor = cursors.read(after, Sort.SEEN) if after else None
    rows = findings_body(tx, query)
    ids = rows.add_columns(FindingRow.id)
    page = ids if cursor is None else ids.where(FindingRow.id < cursor.key)
    found = list(tx.scalars(page.order_by(FindingRow.id.desc()).limit(limit + 1)))
    shown, more = found[:limit], len(found) > limit and query.limit is None
    whole = cursor is None and len(found) <= limit
    total = len(shown) if whole else up_to(tx, ids, MOST_COUNTED + 1)
    by_id = {row["id"]: row for row in queries.findings(tx, ids=shown, limit=len(shown))}
    return Page(
        rows=[by_id[i] for i in shown if i in by_id],
        total=min(total, MOST_COUNTED),
        more_than_total=total > MOST_COUNTED,
        next=cursors.write(Sort.SEEN, Cursor(shown[-1])) if more else None,
        asked=query.asked,
    )
