"""The pages as a browser gets them, of a store filled through the line."""

from __future__ import annotations

import re
from collections import deque
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from claimwatch import ruling
from claimwatch.api.house import House
from claimwatch.api.site import create_site
from storage import removal, saved_searches
from storage.engine import Store, make_store
from storage.records import Adds, ArticleId, Relation
from storage.schema import ArticleRow, OutletRow, RevisionRow
from storage.search.parse import parse
from tests.builders import SILO, page
from tests.fakes import NOON
from tests.filling import with_one_article, with_pages
from tests.front.serving import HERE, a_site
from tests.front.test_api_histories import edited
from tests.pages.reading import Read
from worker.steps.addresses import keys_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Using .httpx.:UserWarning")

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
OTHER = (
    "Only 300 people left Raqqa in the convoy of October 2017 under the deal, the coalition said in a statement; the "
    "number of 4,000 people that was told was false.",
    "Its spokesman denied on Monday that there had been any agreement with the fighters who left the town.",
)


def filled(store: Store) -> Store:
    """Two stories, one of them in two copies, one in Arabic letters; a saved search; a ruling."""
    pages = {f"http://gazette.example/{n}": page(*SILO, title=f"Thousands left Raqqa, {n}") for n in range(2)}
    pages["http://gazette.example/ar"] = page(*OTHER, title="الرقة: غادر المئات", lang="en")
    with_pages(store, pages)
    with store.begin() as tx:
        saved_searches.save(tx, slug="raqqa", title="All of Raqqa", query="raqqa", now=NOON)
    ruling.correct(
        store, 1, relation=Relation.MIXED, adds=[Adds.FIGURE], who="A. Reader", why="reads <both> ways", now=NOON
    )
    return store


def browser(store: Store, **told: Any) -> TestClient:
    site = a_site(store, **told)
    site.headers.update(BROWSER)
    return site


def read(site: TestClient, path: str, status: int = 200) -> Read:
    answer = site.get(path)
    assert answer.status_code == status, (path, answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8", path
    policy = "default-src 'none'; frame-ancestors 'none'; style-src 'self'; form-action 'self'; base-uri 'none'"
    assert answer.headers["content-security-policy"] == policy
    told = Read(answer.text)
    assert told.lang == "en"
    assert told.heads.count("h1") == 1, path
    return told


def test_the_front_page_lists_what_is_watched_and_heard(sqlite_store: Store) -> None:
    told = read(browser(filled(sqlite_store)), "/")
    for words in ("A sample list", "About 4,000 people left Raqqa", "3 articles, 1 independent", "All of Raqqa"):
        assert words in told.text
    assert "/claims/raqqa-4000" in dict(told.links)
    assert "seed add" in read(browser(make_empty(sqlite_store)), "/").text


def make_empty(store: Store) -> Store:
    from storage.schema import WatchListRow

    with store.begin() as tx:
        for table in reversed(WatchListRow.metadata.sorted_tables):
            tx.execute(table.delete())
    return store


def test_a_search_shows_how_it_was_understood_and_what_it_found(sqlite_store: Store) -> None:
    site = browser(filled(sqlite_store))
    told = read(site, "/search?q=RAQQA++relation:mixed,supports")
    assert "1 article" in told.text
    assert "Understood as RAQQA relation:mixed,supports; days are UTC; and " in told.text
    assert "published 2026-11-23, first seen 2026-11-23" in told.text
    assert "and 1 copy" in told.text
    assert "mixed raqqa-4000 a person’s word" in told.text
    links = dict(told.links)
    assert "/api/v1/articles.csv?q=RAQQA++relation%3Amixed%2Csupports" in links
    assert "/search?q=RAQQA+relation%3Amixed%2Csupports+is%3Acopy" in links
    assert "/articles/1#finding-1" in links
    # a saved query has its feed
    assert "/api/v1/searches/raqqa.atom" in dict(read(site, "/search?q=raqqa").links)
    nothing = read(site, "/search?q=raqqa+zeppelin")
    assert "0 articles" in nothing.text
    assert "Take a term away" in nothing.text


def test_pages_of_answers_follow_each_other(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claimwatch.pages.search._A_PAGE", 3)
    own = [" ".join(f"word{n}x{i}" for i in range(150)) for n in range(5)]
    pages = {f"http://gazette.example/{n}": page(*SILO, own[n], title=f"Piece {n}") for n in range(5)}
    site = browser(with_pages(sqlite_store, pages))
    first = read(site, "/search?q=raqqa")
    (following,) = [to for to, rel in first.links if rel == "next"]
    second = read(site, following)
    titles = [re.findall(r"Piece \d+", told.text) for told in (first, second)]
    assert [len(set(some)) for some in titles] == [3, 2]
    assert not set(titles[0]) & set(titles[1])
    assert not [to for to, rel in second.links if rel == "next"]


@pytest.mark.parametrize(
    ("q", "said"),
    [
        ("relaton:disputes", "did you mean relation?"),
        ("claim:raqa-4000", "did you mean raqqa-4000?"),
        ('"open', "a quotation mark is left open"),
        ("a" * 1001, "1000 are read"),
        ("raqqa&after=nowhere", "after"),
    ],
)
def test_a_bad_query_is_answered_beside_its_box(sqlite_store: Store, q: str, said: str) -> None:
    answer = browser(with_one_article(sqlite_store)).get(f"/search?q={q}")
    assert answer.status_code == 400
    told = Read(answer.text)
    assert said in told.text
    assert told.ids["trouble"] == 1
    assert 'aria-describedby="trouble"' in answer.text


def test_a_facet_narrows_to_as_many_as_it_says(sqlite_store: Store) -> None:
    site = browser(filled(sqlite_store))
    with sqlite_store.begin() as tx:
        tx.execute(update(OutletRow).values(name="Gazette (The), London"))
    for asked in ("raqqa OR convoy", "sort:oldest raqqa is:copy,wire OR raqqa", "claim:raqqa-* limit:20"):
        told = read(site, "/search?" + urlsplit(str(site.get("/search", params={"q": asked}).url)).query)
        narrow = [to for to, _rel in told.links if to.startswith("/search?q=")]
        assert narrow
        for to in narrow:
            (q,) = parse_qs(urlsplit(to).query).get("q", [""])
            parse(q, now=NOON)
            assert site.get(to).status_code == 200, to
    facets = site.get("/api/v1/articles?q=raqqa+OR+convoy&facets=true").json()["facets"]
    values = {str(one["value"]): one["count"] for one in facets["relation"]}
    for value, count in values.items():
        assert site.get(f"/api/v1/articles?q=(raqqa+OR+convoy)+relation:{value}").json()["total"] == count


def test_claims_by_how_they_stand(sqlite_store: Store) -> None:
    site = browser(with_one_article(sqlite_store))
    told = read(site, "/claims?q=relation:supports+voices:1")
    assert "1 article, since 2026-11-23" in told.text
    assert {"/claims/raqqa-4000", "/search?q=claim%3Araqqa-4000+relation%3Asupports"} <= set(dict(told.links))
    assert "No claim" in read(site, "/claims?q=voices:>=2").text
    assert "/claims?q=relation%3Adisputes+voices%3A%3E%3D2" in dict(read(site, "/").links)
    wrong = site.get("/claims?q=voices:many")
    assert (wrong.status_code, Read(wrong.text).ids["trouble"]) == (400, 1)


def test_a_claim_with_its_figures_voices_and_passages(sqlite_store: Store) -> None:
    site = browser(filled(sqlite_store))
    told = read(site, "/claims/raqqa-4000")
    for words in (
        "About 4,000 people left Raqqa under a secret deal.",
        "3 articles, 1 independent",
        "one voice: ",
        "people - raqqa",
        "about 4,000",
        "corrected by A. Reader on 2026-11-23; adds figure",
        "“reads <both> ways”",
        "The machine said supports",
        "a machine’s suggestion, score",
    ):
        assert words.lower() in told.text.lower(), words
    assert "/api/v1/claims/raqqa-4000.atom" in dict(told.links)
    bars = re.findall(r'<rect class="sure" width="([\d.]+)"', site.get("/claims/raqqa-4000").text)
    assert bars[0] == "92.0"
    assert float(min(bars, key=float)) < 92


def test_an_article_with_its_passages_copies_and_history(sqlite_store: Store) -> None:
    site = browser(filled(sqlite_store))
    answer = site.get("/articles/1")
    assert '<span class="at" id="finding-1"></span><mark>A former spokesman told Reuters' in answer.text
    told = read(site, "/articles/1")
    assert "Copies of it" in told.text
    assert "It repeats the text of" in read(site, "/articles/2").text
    assert "no edit, no correction" in told.text
    assert ("http://gazette.example/0", "noopener noreferrer nofollow") in told.links
    moved = site.get("/findings/1", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (307, "/articles/1#finding-1")


def test_what_an_outlet_changed_can_be_read(sqlite_store: Store) -> None:
    site = browser(edited(sqlite_store))
    told = read(site, "/articles/1")
    assert "It was edited" in told.text
    assert "/articles/1/diff?from=1&to=2" in dict(told.links)
    difference = site.get("/articles/1/diff?from=1&to=2").text
    Read(difference)
    assert re.search(r"<ins>[^<]*took[^<]*</ins>", difference)
    assert re.search(r"<del>[^<]*convoy[^<]*</del>", difference)
    read(site, "/articles/1/diff?from=1&to=9", 404)


def test_every_link_within_leads_somewhere(sqlite_store: Store) -> None:
    """From the front page on, each address once; and to each `#`, what it names."""
    site = browser(filled(sqlite_store))
    waiting, met, ids = deque(["/"]), {"/"}, dict[str, set[str]]()
    anchors: list[tuple[str, str]] = []
    while waiting and len(met) < 250:
        path = waiting.popleft()
        answer = site.get(path)
        assert answer.status_code == 200, path
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        told = read(site, path)
        ids[path] = set(told.ids)
        for to, rel in told.links:
            parts = urlsplit(to)
            if parts.scheme:
                assert (parts.scheme, rel) == ("http", "noopener noreferrer nofollow"), to
                continue
            there = path if to.startswith("#") else to.partition("#")[0]
            if parts.fragment:
                anchors.append((there, parts.fragment))
            if there not in met:
                met.add(there)
                waiting.append(there)
    assert len(ids) > 30
    for there, fragment in anchors:
        assert there not in ids or fragment in ids[there], (there, fragment)


def test_hostile_words_and_addresses_do_no_harm(sqlite_store: Store) -> None:
    markup = "<img src=x onerror=alert(1)> {{ 7 * 7 }} </p><script>alert(1)</script>"
    with_pages(sqlite_store, {"http://gazette.example/a": page(*SILO, markup, title="Raqqa")})
    title = "Raqqa \u202e\x07\x1b[31m" + markup + '" onfocus="alert(1)' + "a" * 10_000
    with sqlite_store.begin() as tx:
        tx.execute(update(RevisionRow).values(title=title, lang='en" onclick="x'))
        tx.execute(update(ArticleRow).values(url="javascript:alert(1)", canonical_url="https://[", wire=markup))
        tx.execute(update(OutletRow).values(name=markup, country='"><b>'))
    ruling.confirm(sqlite_store, 1, who=markup, why=markup, now=NOON)
    site = browser(sqlite_store)
    for path in (
        "/",
        "/search",
        "/search?q=" + "%22%3E%3Cscript%3E",
        "/claims/raqqa-4000",
        "/articles/1",
        "/%3Cscript%3E",
    ):
        answer = site.get(path)
        told = Read(answer.text)
        assert not [to for to, _rel in told.links if to.startswith(("javascript", "https"))], path
        assert not re.search(r"[\x00-\x08\x0b-\x1f\u202a-\u202e]", answer.text), path
        assert "49" not in told.text
        assert len(max(told.text.split("\n"), key=len)) < 2000, path


def test_trouble_is_told_as_a_page_to_a_browser_and_as_json_to_programs(sqlite_store: Store) -> None:
    site = browser(with_one_article(sqlite_store))
    with sqlite_store.begin() as tx:
        removal.remove(tx, ArticleId(1), reason="court order", keys_of=keys_of, now=NOON + timedelta(days=1))
    for path, status, said in (
        ("/nothing", 404, "nothing is at /nothing"),
        ("/claims/none", 404, "no claim 'none'"),
        ("/articles/abc", 404, "nothing is at"),
        ("/articles/99999999999", 422, "article_id"),
        ("/articles/1", 410, "was removed on 2026-11-24: court order"),
        ("/articles/1/diff", 410, "court order"),
        ("/findings/9", 404, "no finding 9"),
        ("/search?q=%00", 400, "a NUL character"),
    ):
        assert said in read(site, path, status).text, path
        answer = site.get(path, headers={"Accept": "*/*"})
        assert (answer.status_code, list(answer.json())) == (status, ["error"]), path
    assert list(site.get("/api/v1/claims/none").json()) == ["error"]
    assert site.post("/search").headers["content-type"] == "text/html; charset=utf-8"
    away = TestClient(create_site(House(store=make_store("postgresql://watch:hunter2@127.0.0.1:9/x"))), base_url=HERE)
    assert "is it running" in Read(away.get("/", headers=BROWSER).text).text
    assert away.get("/healthz", headers=BROWSER).json().keys() == {"error"}


def test_pages_stand_in_no_document_and_the_overview_is_where_the_api_is(sqlite_store: Store) -> None:
    site = browser(sqlite_store)
    assert site.get("/api/v1").json()["openapi"] == "/openapi.json"
    paths = site.get("/openapi.json").json()["paths"]
    assert not {"/", "/search", "/articles/{article_id}", "/style.css"} & set(paths)
    assert site.get("/style.css").headers["content-type"].startswith("text/css")
