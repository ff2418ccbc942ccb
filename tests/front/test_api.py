from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel

from claimwatch import ruling
from claimwatch.api import rows as models
from claimwatch.api.house import House
from claimwatch.api.site import create_site
from claimwatch.judging import load_method
from storage import removal, saved_searches, seeds
from storage.engine import Store, make_store
from storage.records import ArticleId, ClaimId, FeedSpec
from tests.builders import SILO, a_claim, a_watch_list, page
from tests.fakes import NOON
from tests.filling import with_one_article, with_pages
from tests.front.serving import HERE, a_house, a_site, a_token, bearer
from worker.steps.addresses import keys_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Using .httpx.:UserWarning")


@pytest.fixture
def site(sqlite_store: Store) -> TestClient:
    return a_site(with_one_article(sqlite_store))


def get(site: TestClient, path: str) -> Any:
    answer = site.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows(site: TestClient, path: str) -> Any:
    return get(site, path)["rows"]


def test_what_the_house_knows_as_json(site: TestClient) -> None:
    assert get(site, "/healthz")["status"] == "ok"
    assert [s["slug"] for s in rows(site, "/api/v1/seeds")] == ["sample"]
    assert get(site, "/api/v1/seeds/sample")["claims_listed"][0]["id"] == "raqqa-4000"
    assert [c["findings"] for c in rows(site, "/api/v1/claims")] == [{"supports": 1}]
    assert get(site, "/api/v1/claims/raqqa-4000")["findings_listed"][0]["relation"] == "supports"
    (of,) = get(site, "/api/v1/claims/raqqa-4000")["articles_listed"]
    assert (of["article_id"], of["outlet"], of["relation"], of["dissent"]) == (1, "Gazette", "supports", False)
    (to,) = get(site, "/api/v1/articles/1")["claims_listed"]
    assert (to["claim_id"], to["says"], to["parts"]) == ("raqqa-4000", of["says"], of["parts"])
    (article,) = rows(site, "/api/v1/articles?q=raqqa+%22secret+deal%22")
    whole = get(site, f"/api/v1/articles/{article['id']}")
    (finding,) = rows(site, "/api/v1/findings?claim=raqqa-4000")
    assert whole["text"][finding["start"] : finding["end"]] == finding["passage"]
    method = load_method("built-in")
    assert (finding["judge_version"], finding["model"]) == (method.version, method.model.name)
    assert (finding["voice"]["relayed_from"], finding["voice"]["act"]) == ("Reuters", "states")
    assert get(site, f"/api/v1/findings/{finding['id']}") == finding
    assert rows(site, "/api/v1/claims/raqqa-4000/findings") == [finding]
    assert rows(site, "/api/v1/findings?q=raqqa") == [finding]
    assert rows(site, f"/api/v1/findings?after={finding['id']}") == []
    assert rows(site, "/api/v1/articles?q=mosul") == []
    assert get(site, "/api/v1/counts")["articles"] == 1
    assert [feed["outlet"] for feed in rows(site, "/api/v1/feeds")] == ["Gazette"]


def test_a_list_is_read_page_by_page_and_told_how_long_it_is(sqlite_store: Store) -> None:
    titles = [f"Thousands left Raqqa, part {n}" for n in range(5)]
    # each with much of its own, or they were copies of one
    own = [" ".join(f"word{n}{i}" for i in range(150)) for n in range(5)]
    pages = {f"http://gazette.example/{n}": page(*SILO, own[n], title=title) for n, title in enumerate(titles)}
    site = a_site(with_pages(sqlite_store, pages))
    for path in ("/api/v1/articles?q=raqqa", "/api/v1/findings?q=raqqa", "/api/v1/findings?claim=raqqa-4000"):
        seen: list[int] = []
        after = ""
        while after is not None:
            one = get(site, f"{path}&limit=2&after={after}")
            seen, after = seen + [row["id"] for row in one["rows"]], one["next"]
        assert sorted(seen) == [1, 2, 3, 4, 5]
    first = get(site, "/api/v1/articles?q=raqqa&limit=2&facets=true")
    assert (first["total"], first["more_than_total"], first["asked"], first["zone"]) == (5, False, "raqqa", "UTC")
    assert first["facets"]["source"] == [{"value": "Gazette", "count": 5}]


def test_every_list_is_read_page_by_page(store: Store) -> None:
    claims = [a_claim(id=ClaimId(f"raqqa-{n}")) for n in (7, 5, 6, 4)]
    gone = a_claim(id=ClaimId("raqqa-gone"))
    with_pages(store, {f"http://gazette.example/{n}": page(*SILO, title=f"No. {n}") for n in range(3)})
    feeds = tuple(FeedSpec(url=f"http://gazette.example/{n}.xml", outlet="Gazette", lang="en") for n in range(3))
    with store.begin() as tx:
        for n in (3, 1):
            removal.remove(tx, ArticleId(n), reason="court order", keys_of=keys_of, now=NOON)
        for slug in ("c", "a", "b"):
            saved_searches.save(tx, slug=slug, title="", query="raqqa", now=NOON)
            seeds.take_over(
                tx, a_watch_list(slug=slug, claims=(a_claim(id=ClaimId(f"of-{slug}")),), feeds=()), now=NOON
            )
        seeds.take_over(tx, a_watch_list(claims=(gone, *claims), feeds=feeds), now=NOON)
    site = a_site(store)

    def paged(path: str, key: str) -> list[Any]:
        seen: list[Any] = []
        after = ""
        while after is not None:
            one = get(site, f"/api/v1/{path}?limit=2&after={after}")
            seen, after = seen + [row[key] for row in one["rows"]], one["next"]
            assert 0 < len(one["rows"]) <= 2
            if path == "claims":  # whoever edits the list meanwhile moves none
                claims.reverse()
                with store.begin() as tx:
                    seeds.take_over(tx, a_watch_list(claims=(*claims, gone), feeds=feeds), now=NOON)
        return seen

    known = [row["id"] for row in rows(site, "/api/v1/claims")]
    assert known == ["of-a", "of-b", "of-c", "raqqa-4", "raqqa-5", "raqqa-6", "raqqa-7", "raqqa-gone"]
    assert paged("claims", "id") == known
    assert paged("seeds", "slug") == ["sample", "c", "a", "b"]
    assert paged("searches", "slug") == ["a", "b", "c"]
    assert paged("tombstones", "article_id") == [1, 3]
    assert paged("feeds", "id") == [row["id"] for row in rows(site, "/api/v1/feeds")]
    assert len(site.get("/api/v1/claims.jsonl").text.splitlines()) == 8
    for path in ("seeds", "tombstones", "feeds"):
        assert "expected the `next`" in site.get(f"/api/v1/{path}?after=x").json()["error"], path


def test_what_people_ruled_and_how_many_voices_there_are(store: Store) -> None:
    site = a_site(with_pages(store, {f"http://gazette.example/{n}": page(*SILO, title=f"No. {n}") for n in range(2)}))
    for finding, why in ((1, "read it"), (2, "read it"), (1, "a slip")):
        act = ruling.confirm if why == "read it" else ruling.retract
        act(store, finding, who="A. Reader", why=why, now=NOON)
    told = get(site, "/api/v1/rulings?limit=1")
    assert [(row["finding_id"], row["what"], row["counts"]) for row in told["rows"]] == [(1, "confirmed", False)]
    rest = rows(site, f"/api/v1/rulings?after={told['next']}")
    assert [(row["finding_id"], row["what"], row["counts"]) for row in rest] == [
        (2, "confirmed", True), (1, "retracted", False),
    ]  # fmt: skip
    assert rows(site, "/api/v1/rulings?claim=raqqa-4000") == told["rows"] + rest
    assert [row["why"] for row in rows(site, "/api/v1/rulings?finding=1")] == ["read it", "a slip"]
    assert rest[0].keys() == models.RulingRow.model_fields.keys()
    assert rest[0]["machine"].keys() == models.OverruledWord.model_fields.keys()
    assert ",A. Reader,confirmed,raqqa-4000," in site.get("/api/v1/rulings.csv").text
    voices = get(site, "/api/v1/voices")
    assert voices.keys() == models.OurOwnFigure.model_fields.keys()
    assert voices["claims_listed"][0].keys() == models.HeardClaim.model_fields.keys()
    assert (voices["claims"], voices["one_voice"], voices["largest"]["articles"]) == (1, 1, 2)


def test_one_thing_is_at_its_address_with_an_end_too(site: TestClient, sqlite_store: Store) -> None:
    with sqlite_store.begin() as tx:
        saved_searches.save(tx, slug="raqqa", title="", query="raqqa", now=NOON)
    for path in (
        "claims/raqqa-4000",
        "seeds/sample",
        "searches/raqqa",
        "articles/1",
        "articles/1/history",
        "findings/1",
        "counts",
    ):
        assert get(site, f"/api/v1/{path}.json") == get(site, f"/api/v1/{path}"), path
    assert site.get("/api/v1/articles/1/diff.json?from=1&to=9").status_code == 404


def test_no_row_holds_what_the_document_does_not_name(sqlite_store: Store) -> None:
    site = a_site(with_one_article(sqlite_store))
    lists: dict[str, type[BaseModel]] = {
        "articles?facets=true": models.FoundArticleRow,
        "findings": models.FindingRow,
        "claims": models.ClaimRow,
        "seeds": models.SeedRow,
        "feeds": models.FeedRow,
    }
    for path, model in lists.items():
        for row in rows(site, f"/api/v1/{path}"):
            assert row.keys() <= model.model_fields.keys(), path
    things: dict[str, type[BaseModel]] = {
        "articles/1": models.WholeArticle,
        "claims/raqqa-4000": models.WholeClaim,
        "seeds/sample": models.WholeSeed,
        "counts": models.Counts,
    }
    for path, model in things.items():
        assert get(site, f"/api/v1/{path}").keys() == model.model_fields.keys(), path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/seeds/none", 404),
        ("/api/v1/claims/none", 404),
        ("/api/v1/claims/No!", 404),
        ("/api/v1/articles/99", 404),
        ("/api/v1/articles/abc", 422),
        ("/api/v1/articles/99999999999999999999", 422),
        ("/api/v1/articles?q=%00", 400),
        ("/api/v1/findings?claim=%00", 400),
        ("/api/v1/findings?claim=nope", 404),
        ("/api/v1/findings?article=99", 404),
        ("/api/v1/rulings?claim=nope", 404),
        ("/api/v1/rulings?finding=99", 404),
        ("/api/v1/articles?limit=0", 422),
        ("/api/v1/articles?limit=1001", 422),
        ("/api/v1/articles?q=%22open", 400),
        ("/api/v1/articles?after=nowhere", 400),
        ("/api/v1/findings?after=nowhere", 400),
        ("/api/v1/articles?q=" + "a" * 1001, 422),
        ("/api/v1/articles.xls", 404),
        ("/nothing", 404),
    ],
)
def test_what_is_not_there_is_said_in_one_shape(site: TestClient, path: str, status: int) -> None:
    answer = site.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    assert list(answer.json()) == ["error"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/v1/articles?qq=x", "qq: no such parameter; did you mean q?"),
        ("/api/v1/findings?claims=raqqa-4000", "claims: no such parameter; did you mean claim?"),
        ("/api/v1/articles.csv?Limit=5", "Limit: no such parameter; did you mean limit?"),
        ("/api/v1/claims/raqqa-4000?colour=red", "colour: no such parameter; this address takes none"),
        ("/api/v1/articles/1/diff?since=1", "since: no such parameter; there are: from, to"),
    ],
)
def test_a_parameter_that_an_address_does_not_take_is_named(site: TestClient, path: str, said: str) -> None:
    answer = site.get(path)
    assert (answer.status_code, answer.json()) == (422, {"error": said})
    assert site.get("/healthz?probe=1").status_code == 200


def test_a_removed_article_is_410_with_when_and_why(sqlite_store: Store) -> None:
    site = a_site(with_one_article(sqlite_store))
    with sqlite_store.begin() as tx:
        removal.remove(tx, ArticleId(1), reason="court order", keys_of=keys_of, now=NOON)
    answer = site.get("/api/v1/articles/1")
    assert answer.status_code == 410
    assert answer.json() == {"error": "article 1 (Gazette) was removed on 2026-11-23: court order"}
    assert rows(site, "/api/v1/articles") == rows(site, "/api/v1/findings") == []
    assert [dead["reason"] for dead in rows(site, "/api/v1/tombstones")] == ["court order"]
    assert site.get("/api/v1/findings?article=1").json() == answer.json()
    assert site.get("/api/v1/articles/2").status_code == 404


def test_who_reads_the_digests_is_not_told(site: TestClient) -> None:
    assert "reader@claimwatch.example" not in site.get("/api/v1/seeds/sample").text


def test_every_answer_bears_the_headers_of_the_house(sqlite_store: Store) -> None:
    site = a_site(with_one_article(sqlite_store))
    told = [
        site.get("/api/v1/seeds"),
        site.head("/api/v1/seeds"),
        site.get("/nothing"),
        site.get("/api/v1/articles?q=%00"),
        site.post("/api/v1/seeds"),
        site.options("/api/v1/seeds"),
        site.get("/api/v1/articles.csv"),
    ]
    assert [answer.status_code for answer in told] == [200, 200, 404, 400, 401, 405, 200]
    for answer in told:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers
    assert told[1].text == ""
    assert told[1].headers["content-type"] == "application/json"


def test_a_fault_of_our_own_is_said_in_the_same_shape_and_without_its_inside(sqlite_store: Store) -> None:
    made = create_site(a_house(sqlite_store))

    @made.get("/broken")
    def broken() -> None:
        raise RuntimeError("the inside of it")

    answer = TestClient(made, base_url=HERE, raise_server_exceptions=False).get("/broken")
    assert (answer.status_code, list(answer.json())) == (500, ["error"])
    assert "inside" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_address_says_which_methods_it_takes(sqlite_store: Store) -> None:
    site = a_site(sqlite_store)
    token = bearer(a_token(sqlite_store, may_write=True))
    assert site.post("/api/v1/seeds", headers=token).headers["allow"] == "GET, HEAD"
    assert site.patch("/api/v1/searches/one", headers=token).headers["allow"] == "DELETE, GET, HEAD, PUT"


def test_a_body_that_is_too_large_is_not_read(sqlite_store: Store) -> None:
    site = a_site(sqlite_store)
    token = bearer(a_token(sqlite_store, may_write=True))
    told = b'{"query": "' + b"a" * 70_000 + b'"}'
    assert site.put("/api/v1/searches/one", content=told, headers=token).status_code == 413
    in_pieces = (told[n : n + 1000] for n in range(0, len(told), 1000))
    assert site.put("/api/v1/searches/one", content=in_pieces, headers=token).status_code == 413


def test_a_page_of_another_name_reads_nothing_through_a_visitors_browser(sqlite_store: Store) -> None:
    for host, status in {
        "evil.example": 421,
        "127.0.0.1.evil.example:8470": 421,
        "": 421,
        "watch.example": 200,
        "localhost:8470": 200,
        "[::1]:8470": 200,
        "10.0.0.7": 200,
    }.items():
        site = a_site(sqlite_store, hosts=frozenset({"watch.example"}))
        assert site.get("/api/v1/counts", headers={"Host": host}).status_code == status, host
    shut = a_site(sqlite_store, open_reads=False)
    token = bearer(a_token(sqlite_store))
    assert shut.get("/api/v1/counts", headers={"Host": "any.example", **token}).status_code == 200


def test_a_database_that_is_away_is_503_and_strangers_are_not_told_where_it_is() -> None:
    away = make_store("postgresql://watch:hunter2@127.0.0.1:9/x")
    site = TestClient(create_site(House(store=away)), base_url=HERE)
    for path, token in {"/healthz": {}, "/api/v1/claims": {}, "/api/v1/seeds": bearer("cw_any")}.items():
        answer = site.get(path, headers=token)
        assert answer.status_code == 503
        assert "is it running" in answer.json()["error"]
        assert "127.0.0.1" not in answer.text
        assert "hunter2" not in answer.text
