"""Atom feeds as a reader reads them."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select, update

from storage import saved_searches
from storage.engine import Store
from storage.schema import FindingRow, RevisionRow
from tests.builders import SILO, page
from tests.fakes import NOON
from tests.filling import with_one_article, with_pages
from tests.front.serving import a_site

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Using .httpx.:UserWarning")

CLAIM = "/api/v1/claims/raqqa-4000.atom"
SEARCH = "/api/v1/searches/raqqa.atom"
LATER = NOON + timedelta(days=3)


@pytest.fixture
def site(store: Store) -> TestClient:
    with_one_article(store)
    with store.begin() as tx:
        saved_searches.save(tx, slug="raqqa", title="All of Raqqa", query="raqqa", now=NOON)
    return a_site(store, public_url="https://watch.example")


def read(site: TestClient, path: str) -> Any:
    answer = site.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/atom+xml")
    told = feedparser.parse(io.BytesIO(answer.content))
    assert (told.bozo, told.version) == (False, "atom10")
    return told


def test_a_claim_as_a_feed(site: TestClient) -> None:
    told = read(site, CLAIM)
    assert told.feed.id == "tag:watch.example,2026-11-28:claim/raqqa-4000"
    assert "a machine's suggestion unless confirmed by a person" in told.feed.subtitle
    assert [(link.rel, link.href) for link in told.feed.links] == [
        ("self", f"https://watch.example{CLAIM}"),
        ("related", "https://watch.example/api/v1/claims/raqqa-4000"),
    ]
    (entry,) = told.entries
    assert entry.id == "tag:watch.example,2026-11-28:claim/raqqa-4000/article/1"
    assert (entry.title, entry.author, entry.link) == (
        "supports: Thousands left Raqqa (Gazette)",
        "Gazette",
        "http://gazette.example/a",
    )
    assert entry.published == entry.updated == told.feed.updated == "2026-11-23T12:00:00Z"
    assert "about 4,000 people were allowed to leave Raqqa" in entry.summary


def test_a_saved_search_as_a_feed(site: TestClient) -> None:
    told = read(site, SEARCH)
    assert (told.feed.title, "Search: raqqa" in told.feed.subtitle) == ("claimwatch: All of Raqqa", True)
    (entry,) = told.entries
    assert (entry.id, entry.link) == ("tag:watch.example,2026-11-28:article/1", "http://gazette.example/a")
    assert "raqqa-4000: supports" in entry.summary


@pytest.mark.parametrize("path", [CLAIM, SEARCH])
def test_a_feed_quotes_and_never_gives_the_text(site: TestClient, path: str) -> None:
    assert "on the road for some days" in site.get("/api/v1/articles/1").json()["text"]
    assert "on the road for some days" not in site.get(path).text


@pytest.mark.parametrize("path", [CLAIM, SEARCH])
def test_a_feed_that_did_not_change_is_the_same_bytes_and_needs_no_second_sending(site: TestClient, path: str) -> None:
    first, second = site.get(path), site.get(path)
    assert first.content == second.content
    again = site.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert site.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_what_another_judge_says_again_is_no_news_and_another_relation_is(site: TestClient, store: Store) -> None:
    before = read(site, CLAIM).entries[0]
    with store.begin() as tx:
        row = dict(tx.execute(select(*FindingRow.__table__.columns)).mappings().one())
        again = {name: value for name, value in row.items() if name != "id"}
        tx.execute(update(FindingRow).values(withdrawn_at=LATER))
        tx.execute(insert(FindingRow).values(**again | {"judge_version": "next", "found_at": LATER, "score": 0.5}))
    after = read(site, CLAIM).entries[0]
    assert (after.id, after.updated) == (before.id, before.updated)
    with store.begin() as tx:
        told = {"judge_version": "third", "relation": "disputes", "found_at": LATER + timedelta(days=1)}
        tx.execute(insert(FindingRow).values(**again | told))
    changed = read(site, CLAIM).entries[0]
    assert (changed.id, changed.updated, changed.published) == (before.id, "2026-11-27T12:00:00Z", before.published)


def test_an_article_that_we_read_anew_is_no_news_and_an_edit_is(site: TestClient, store: Store) -> None:
    def with_revision(number: int, cause: str) -> str:
        with store.begin() as tx:
            row = dict(tx.execute(select(*RevisionRow.__table__.columns).limit(1)).mappings().one())
            told = {name: value for name, value in row.items() if name != "id"}
            more = {"number": number, "cause": cause, "read_at": LATER, "order_key": None}
            tx.execute(insert(RevisionRow).values(**told | more))
        return str(read(site, SEARCH).entries[0].updated)

    assert with_revision(2, "reread") == "2026-11-23T12:00:00Z"
    assert with_revision(3, "edit") == "2026-11-26T12:00:00Z"


def test_a_hostile_headline_is_text(sqlite_store: Store) -> None:
    title = "<script>alert(1)</script> & ]]> \u0007 end"
    with_pages(
        sqlite_store, {"http://gazette.example/a": page(*SILO, title="&lt;script&gt;alert(1)&lt;/script&gt; &amp; end")}
    )
    with sqlite_store.begin() as tx:
        tx.execute(update(RevisionRow).values(title=title))
    answer = a_site(sqlite_store).get(CLAIM)
    assert "<script" not in answer.text
    (entry,) = feedparser.parse(io.BytesIO(answer.content), sanitize_html=False).entries
    assert entry.title_detail.value == "supports: <script>alert(1)</script> & ]]>  end (Gazette)"


def test_a_feed_of_nothing_is_a_feed(store: Store) -> None:
    with store.begin() as tx:
        saved_searches.save(tx, slug="raqqa", title="", query="mosul", now=NOON)
    told = read(a_site(store), SEARCH)
    assert (told.entries, told.feed.updated) == ([], "2026-11-23T12:00:00Z")
    assert a_site(store).get("/api/v1/searches/none.atom").status_code == 404
