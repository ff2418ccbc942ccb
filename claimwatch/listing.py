"""Lists that are asked for page by page, and given whole or in part: the same for the command and the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from claimwatch.claim_search import search_claims
from claimwatch.counted import with_voices
from claimwatch.coverage import page_of_claims
from claimwatch.errors import BadInput
from claimwatch.exports import columns
from claimwatch.exports.cited import cited
from claimwatch.exports.forms import CITATIONS, Form
from claimwatch.exports.pairs import pairs
from claimwatch.exports.write import Kind
from claimwatch.searching import row_of
from storage import citing, digest_rows, histories, queries, saved_searches
from storage.engine import Store
from storage.ruling_history import history
from storage.search.query import Query
from storage.search.run import Page, search_articles, search_findings
from storage.slugs import is_slug

# Articles a transaction: their findings come with their texts, some 5 MB a thousand.
PAGE = 500

ARTICLES = Kind(noun="article", columns=columns.PAIRS)
FINDINGS = Kind(noun="finding", columns=columns.FINDINGS)
EVENTS = Kind(noun="event", columns=columns.EVENTS)
CLAIMS = Kind(noun="claim", columns=columns.CLAIMS)
COVERAGE = Kind(noun="coverage", columns=columns.COVERAGE)
SEEDS = Kind(noun="seed", columns=columns.SEEDS)
FEEDS = Kind(noun="feed", columns=columns.FEEDS)
SEARCHES = Kind(noun="search", columns=columns.SEARCHES)
TOMBSTONES = Kind(noun="tombstone", columns=columns.TOMBSTONES)
RULINGS = Kind(noun="ruling", columns=columns.RULINGS)
DIGESTS = Kind(noun="digest", columns=columns.DIGESTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page. `taken`: how many of what was asked for it holds; `about`: what is known of the whole list."""

    rows: list[Any]
    taken: int
    next: str | None = None
    about: dict[str, Any] = field(default_factory=dict)


Ask = Callable[[str | None, int], Listing]  # the page after that cursor, of at most so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What can be asked page by page. `most`: the query itself wants no more."""

    page: Ask
    most: int | None = None


def _by(key: str, store: Store, read: Callable[[Any, str | None, int], list[Any]]) -> Asked:
    """A list whose pages follow each other by the `key` of their rows: `read` gives those behind one, of at most so many."""

    def ask(after: str | None, limit: int) -> Listing:
        with store.read() as tx:
            rows = read(tx, after, limit + 1)
        more, rows = len(rows) > limit, rows[:limit]
        return Listing(rows=rows, taken=len(rows), next=str(rows[-1][key]) if more else None)

    return Asked(page=ask)


def every(asked: Asked, *, limit: int | None = None, after: str | None = None) -> Iterator[Any]:
    """All rows, or those of the first `limit`. The first page is asked for now, so that trouble is told at once."""
    most = min(filter(None, (limit, asked.most)), default=2**62)
    first = asked.page(after, min(most, PAGE))

    def go_on() -> Iterator[Any]:
        page, left = first, most - first.taken
        yield from page.rows
        # each page in a transaction of its own: whoever reads slowly holds none open
        while page.next is not None and left > 0:
            page = asked.page(page.next, min(left, PAGE))
            left -= page.taken
            yield from page.rows

    return go_on()


def events(store: Store, *, article_id: int | None = None) -> Asked:
    """What happened to all articles, or to one, newest first."""
    return _by(
        "id",
        store,
        lambda tx, after, limit: histories.events(tx, article_id=article_id, before=_number(after), limit=limit),
    )


def claims(store: Store) -> Asked:
    """Claims that are watched, by id, with their counts of articles and independent voices."""

    def read(tx: Any, after: str | None, limit: int) -> list[Any]:
        rows = queries.claims(tx, after=after or "", limit=limit)
        return with_voices(rows, queries.heard(tx, [row["id"] for row in rows]))

    return _by("id", store, read)


def seeds(store: Store) -> Asked:
    """Watch lists."""
    return _by("slug", store, lambda tx, after, limit: queries.seeds(tx, after=after, limit=limit))


def feeds(store: Store) -> Asked:
    """Feeds with their state and next poll."""
    return _by("id", store, lambda tx, after, limit: queries.feeds(tx, after=_number(after), limit=limit))


def tombstones(store: Store) -> Asked:
    """Articles that were removed for good, the latest first."""
    return _by("article_id", store, lambda tx, after, limit: queries.tombstones(tx, after=_number(after), limit=limit))


def searches(store: Store) -> Asked:
    """Saved searches, by slug."""

    def read(tx: Any, after: str | None, limit: int) -> list[Any]:
        return [row_of(search) for search in saved_searches.listed(tx, after=after or "", limit=limit)]

    return _by("slug", store, read)


def rulings(store: Store, *, claim_id: str | None = None, finding_id: int | None = None) -> Asked:
    """What people ruled, oldest first: all, on that claim, or on the passage of that finding."""

    def read(tx: Any, after: str | None, limit: int) -> list[Any]:
        return history(tx, claim_id=claim_id, finding_id=finding_id, after=_number(after) or 0, limit=limit)

    return _by("id", store, read)


def digests(store: Store) -> Asked:
    """Letters that digests brought, newest first."""
    return _by("id", store, lambda tx, after, limit: digest_rows.letters(tx, after=_number(after), limit=limit))


def articles(store: Store, query: Query, form: Form, *, facets: bool = False) -> Asked:
    """What the query finds, as rows of that form: article and claim for CSV, citations, articles else."""
    most, query = _parted(query, form)

    def ask(after: str | None, limit: int) -> Listing:
        with store.read() as tx:
            page = search_articles(tx, query, limit=limit, after=after, facets=facets)
            ids = [row["id"] for row in page.rows]
            rows: list[Any] = page.rows
            if form is Form.CSV:
                rows = list(pairs(page.rows, queries.findings(tx, article_ids=ids, limit=2**31 - 1)))
            elif form in CITATIONS:
                known = citing.citable(tx, ids)
                rows = [cited(row, known[row["id"]]) for row in page.rows]
        return _listing(page, rows)

    return Asked(page=ask, most=most)


def findings_of_query(store: Store, query: Query, form: Form) -> Asked:
    """The findings that the query asks for."""
    most, query = _parted(query, form)

    def ask(after: str | None, limit: int) -> Listing:
        with store.read() as tx:
            page = search_findings(tx, query, limit=limit, after=after)
        return _listing(page, page.rows)

    return Asked(page=ask, most=most)


def claims_of_query(store: Store, query: Query, form: Form) -> Asked:
    """The claims that the query asks for."""
    most, query = _parted(query, form)

    def ask(after: str | None, limit: int) -> Listing:
        page = search_claims(store, query, limit=limit, after=after)
        about = {"asked": page.asked, "zone": page.zone, "notes": page.notes}
        return Listing(rows=page.rows, taken=len(page.rows), next=page.next, about=about)

    return Asked(page=ask, most=most)


def silence_of_claims(store: Store, *, days: int, now: datetime) -> Asked:
    """Watched claims with what came on them in the last `days` days, and whether anything could be heard; by their ids."""

    def ask(after: str | None, limit: int) -> Listing:
        if after and not is_slug(after):
            raise BadInput(f"after: expected the `next` of the page before, got {after!r}")
        rows, following = page_of_claims(store, days=days, now=now, after=after or "", limit=limit)
        return Listing(rows=rows, taken=len(rows), next=following)

    return Asked(page=ask)


def findings_by_id(store: Store, *, claim_id: str | None = None, article_id: int | None = None) -> Asked:
    """Live findings, the oldest first."""

    def read(tx: Any, after: str | None, limit: int) -> list[Any]:
        return queries.findings(tx, claim_id=claim_id, article_id=article_id, after=_number(after) or 0, limit=limit)

    return _by("id", store, read)


def _number(after: str | None) -> int | None:
    """Raises BadInput for a cursor that is none."""
    if not after:
        return None
    if not (after.isascii() and after.isdigit() and len(after) < 10):
        raise BadInput(f"after: expected the `next` of the page before, got {after!r}")
    return int(after)


def _parted(query: Query, form: Form) -> tuple[int | None, Query]:
    """A query's own `limit:` ends its first page; a file has many pages, and ends when it holds that many."""
    return (None, query) if form is Form.JSON else (query.limit, replace(query, limit=None))


def _listing(page: Page, rows: list[Any]) -> Listing:
    about = {
        "asked": page.asked,
        "zone": page.zone,
        "total": page.total,
        "more_than_total": page.more_than_total,
        "notes": page.notes,
        "facets": page.facets,
    }
    return Listing(rows=rows, taken=len(page.rows), next=page.next, about=about)
