"""A store of a few articles that were put there as the line would have put them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import articles, feeds, findings, seeds, snapshots
from storage.articles import Reading
from storage.engine import Store
from storage.records import ArticleId, Finding, Relation
from storage.search.parse import parse
from storage.search.run import Page, search_articles
from tests.builders import a_watch_list
from tests.fakes import NOON
from worker.steps.passages import cut

Put = Callable[..., ArticleId]
Ask = Callable[..., Page]


@pytest.fixture
def put(store: Store) -> Put:
    """Puts an article into the store: its number n makes its address."""
    with store.begin() as tx:
        seeds.take_over(tx, a_watch_list(), now=NOON)

    def put_one(
        title: str,
        text: str = "Nothing else stands here.",
        *,
        url: str = "",
        outlet: str = "Gazette",
        country: str = "GB",
        kind: str = "sample daily",
        lang: str = "en",
        published: datetime | None = NOON,
        seen: datetime = NOON,
        says: tuple[dict[str, Any], ...] = (),
        found_at: datetime | None = None,
    ) -> ArticleId:
        url = url or f"http://gazette.example/{abs(hash((title, text)))}"
        with store.begin() as tx:
            snapshot_id = snapshots.save(
                tx, snapshots.pack(text.encode()), size_bytes=len(text), url=url, final_url=url, fetched_at=seen,
                status=200, headers={},
            )  # fmt: skip
            reading = Reading(
                canonical_url=url, url=url, outlet_id=feeds.outlet(tx, outlet, country, kind), published_feed=None,
                first_seen=seen, in_baseline=False, snapshot_id=snapshot_id, title=title, byline="", lang=lang,
                published_page=published, published=published, text=text, extractor="test", passages=cut(text),
            )  # fmt: skip
            article_id, revision_id = articles.save(tx, reading, now=seen, called_until=seen)
            assert revision_id is not None
            read = articles.read_newest(tx, revision_id)
            assert read is not None
            found = [a_finding(read.text, read.passages[0].end, **one) for one in says]
            findings.replace(tx, read, found, now=found_at or seen)
        return article_id

    return put_one


def a_finding(text: str, end: int, **told: Any) -> Finding:
    plain: dict[str, Any] = {
        "claim_id": "raqqa-4000", "position": 0, "relation": Relation.CONTEXT, "adds": (), "score": 0.5, "reason": "r",
        "start": 0, "end": end, "quote": text[:end], "figures": (), "judge_version": "test",
    }  # fmt: skip
    return Finding(**plain | told)


@pytest.fixture
def ask(store: Store) -> Ask:
    """Answers a query as of two days after noon of the tests."""

    def ask_one(query: str, **how: Any) -> Page:
        with store.read() as tx:
            return search_articles(tx, parse(query, now=NOON + timedelta(days=2)), **how)

    return ask_one


def day(told: str) -> datetime:
    return datetime.fromisoformat(told).replace(tzinfo=UTC)
