"""Digests for programs: lists of them, each with its words, and a feed a watch list. Who reads them is not told."""

from __future__ import annotations

import io
from typing import Any

import feedparser
import pytest
from fastapi.testclient import TestClient

from claimwatch.api import rows as models
from storage import recipients, removal, seeds
from storage.engine import Store
from storage.records import ArticleId, ClaimId, Origin, RecipientSpec
from tests.builders import a_claim, a_watch_list
from tests.fakes import NOON
from tests.filling import with_a_digest
from tests.front.serving import a_site, a_token
from tests.letters import a_letter, readers
from worker.steps.addresses import keys_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Using .httpx.:UserWarning")

ANN, BEN, OLE = "ann@paper.example", "ben@paper.example", "ole@other.example"
FEED = "/api/v1/seeds/sample/digests.atom"


def two_lists(store: Store, *more: str) -> Store:
    """Ann and Ben on one list, Ole on another; three letters, two of them of the first."""
    people = tuple(RecipientSpec(address=one) for one in (ANN, BEN, *more))
    other = a_claim(id=ClaimId("mosul-1"))
    with store.begin() as tx:
        seeds.take_over(tx, a_watch_list(feeds=(), recipients=people), now=NOON)
        of_other = {"slug": "other", "title": "Another list", "claims": (other,), "feeds": ()}
        seeds.take_over(tx, a_watch_list(**of_other, recipients=(RecipientSpec(address=OLE),)), now=NOON)
    a_letter(store, "2026-11-23", ANN, BEN)
    a_letter(store, "2026-11-24", OLE, slug="other")
    a_letter(store, "2026-11-25", BEN)
    return store


def get(site: TestClient, path: str) -> Any:
    answer = site.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def feed(site: TestClient, path: str = FEED) -> Any:
    answer = site.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/atom+xml")
    told = feedparser.parse(io.BytesIO(answer.content))
    assert (told.bozo, told.version) == (False, "atom10")
    return told


def test_digests_newest_first_and_to_how_many(store: Store) -> None:
    site = a_site(two_lists(store))
    rows = get(site, "/api/v1/digests")["rows"]
    assert [(row["list"], row["subject"], row["period"], row["recipients"]) for row in rows] == [
        ("sample", "Of 2026-11-25", "2026-11-25", 1),
        ("other", "Of 2026-11-24", "2026-11-24", 1),
        ("sample", "Of 2026-11-23", "2026-11-23", 2),
    ]
    assert rows[2]["composed_at"] == "2026-11-23T12:00:00Z"
    assert all(row.keys() == models.DigestRow.model_fields.keys() for row in rows)
    seen: list[Any] = []
    after = ""
    while after is not None:
        one = get(site, f"/api/v1/digests?limit=2&after={after}")
        seen, after = seen + one["rows"], one["next"]
    assert seen == rows
    assert len(site.get("/api/v1/digests.jsonl").text.splitlines()) == 3
    assert site.get("/api/v1/digests.csv").text.splitlines()[1].startswith("3,sample,A sample list,Of 2026-11-25,")
    assert "expected the `next`" in site.get("/api/v1/digests?after=x").json()["error"]


def test_one_digest_has_its_words_and_nobodys_address_to_leave_by(store: Store) -> None:
    site = a_site(two_lists(store))
    one = get(site, "/api/v1/digests/1")
    assert one == get(site, "/api/v1/digests/1.json")
    assert one.keys() == models.WholeDigest.model_fields.keys()
    assert one["text"] == "news of 2026-11-23"
    assert "news of 2026-11-23 &amp; so on" in one["html"]
    assert "Leave" not in one["html"]
    assert site.get("/api/v1/digests/9").status_code == 404


def test_who_reads_digests_is_told_nowhere(store: Store) -> None:
    site = a_site(two_lists(store, "page"))
    a_letter(store, "2026-11-26", "page", ANN)
    secret = [told for one in readers(store) for told in (one.address, one.leave_token) if told != "page"]
    for path in ("digests", "digests.csv", "digests.jsonl", "digests/1", "digests/4", "seeds/sample/digests.atom"):
        answer = site.get(f"/api/v1/{path}")
        assert answer.status_code == 200, path
        assert not [one for one in secret if one in answer.text], path
        assert not set("\ue000\ue001\ue002") & set(answer.text), path


def test_a_digest_whose_article_was_removed_is_gone(store: Store) -> None:
    site = a_site(with_a_digest(store))
    assert "Thousands left Raqqa" in get(site, "/api/v1/digests/1")["text"]
    assert len(feed(site).entries) == 1
    with store.begin() as tx:
        removal.remove(tx, ArticleId(1), reason="court order", keys_of=keys_of, now=NOON)
    assert get(site, "/api/v1/digests")["rows"] == feed(site).entries == []
    assert "what it quoted was removed" in site.get("/api/v1/digests/1").json()["error"]
    assert site.get("/api/v1/digests/1").status_code == 404


def test_a_list_s_digests_as_a_feed(store: Store) -> None:
    told = feed(a_site(two_lists(store), public_url="https://watch.example"))
    assert told.feed.id == "tag:watch.example,2026-11-28:seed/sample/digests"
    assert [(link.rel, link.href) for link in told.feed.links] == [
        ("self", f"https://watch.example{FEED}"),
        ("related", "https://watch.example/api/v1/seeds/sample"),
    ]
    assert [(one.id, one.title, one.link) for one in told.entries] == [
        ("tag:watch.example,2026-11-28:digest/3", "Of 2026-11-25", "https://watch.example/digests/3"),
        ("tag:watch.example,2026-11-28:digest/1", "Of 2026-11-23", "https://watch.example/digests/1"),
    ]
    first = told.entries[1]
    assert first.published == first.updated == "2026-11-23T12:00:00Z"
    assert [(c.type, c.value) for c in first.content] == [("text/html", "<p>news of 2026-11-23 &amp; so on</p>")]


def test_where_page_is_on_the_list_the_feed_is_of_what_went_there(store: Store) -> None:
    site = a_site(two_lists(store, "page"))
    a_letter(store, "2026-11-26", "page", ANN)
    assert [one.title for one in feed(site).entries] == ["Of 2026-11-26"]
    (page,) = [one for one in readers(store) if one.address == "page"]
    with store.begin() as tx:
        recipients.remove(tx, [page.id], by=Origin.COMMAND, now=NOON)
    assert [one.title for one in feed(site).entries] == ["Of 2026-11-26", "Of 2026-11-25", "Of 2026-11-23"]


def test_a_feed_holds_the_newest_fifty(sqlite_store: Store) -> None:
    site = a_site(two_lists(sqlite_store))
    for n in range(50):
        a_letter(sqlite_store, f"manual-{n}", ANN)
    titles = [one.title for one in feed(site).entries]
    assert (len(titles), titles[0], titles[-1]) == (50, "Of manual-49", "Of manual-0")


def test_a_feed_that_did_not_change_needs_no_second_sending(store: Store) -> None:
    site = a_site(two_lists(store))
    first = site.get(FEED)
    again = site.get(FEED, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    a_letter(store, "2026-11-26", ANN)
    assert site.get(FEED, headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_a_feed_takes_its_token_in_the_address_and_no_list_has_none(store: Store) -> None:
    shut = a_site(two_lists(store), open_reads=False)
    token = a_token(store)
    assert shut.get(FEED).status_code == 401
    assert token not in shut.get(f"{FEED}?token={token}").text
    assert len(feed(shut, f"{FEED}?token={token}").entries) == 2
    assert shut.get("/api/v1/digests").status_code == 401
    assert a_site(store).get("/api/v1/seeds/none/digests.atom").status_code == 404


def test_hostile_words_stay_words_in_a_feed(sqlite_store: Store) -> None:
    two_lists(sqlite_store)
    a_letter(sqlite_store, "2026-11-26", ANN, said="]]&gt; &lt;script&gt;\x07 \ufffe")
    site = a_site(sqlite_store)
    assert "<script" not in site.get(FEED).text
    assert feed(site).entries[0].content[0].value == "<p>]]&gt; &lt;script&gt;  &amp; so on</p>"
