from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from claimwatch.api import create_site
from claimwatch.judging import load_method
from storage import removal
from storage.engine import Store, make_store
from storage.records import ArticleId
from tests.fakes import NOON
from tests.filling import with_one_article
from worker.steps.addresses import keys_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Using .httpx.:UserWarning")


@pytest.fixture
def site(sqlite_store: Store) -> TestClient:
    return TestClient(create_site(with_one_article(sqlite_store)))


def get(site: TestClient, path: str) -> Any:
    answer = site.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_the_house_knows_as_json(site: TestClient) -> None:
    assert get(site, "/healthz")["status"] == "ok"
    assert [s["slug"] for s in get(site, "/api/v1/seeds")] == ["sample"]
    assert get(site, "/api/v1/seeds/sample")["claims_listed"][0]["id"] == "raqqa-4000"
    assert [c["findings"] for c in get(site, "/api/v1/claims")] == [{"supports": 1}]
    assert get(site, "/api/v1/claims/raqqa-4000")["findings_listed"][0]["relation"] == "supports"
    (of,) = get(site, "/api/v1/claims/raqqa-4000")["articles_listed"]
    assert (of["article_id"], of["outlet"], of["relation"], of["dissent"]) == (1, "Gazette", "supports", False)
    (to,) = get(site, "/api/v1/articles/1")["claims_listed"]
    assert (to["claim_id"], to["says"], to["parts"]) == ("raqqa-4000", of["says"], of["parts"])
    (article,) = get(site, "/api/v1/articles?q=raqqa+%22secret+deal%22")
    whole = get(site, f"/api/v1/articles/{article['id']}")
    (finding,) = get(site, "/api/v1/findings?claim=raqqa-4000")
    assert whole["text"][finding["start"] : finding["end"]] == finding["passage"]
    method = load_method("built-in")
    assert (finding["judge_version"], finding["model"]) == (method.version, method.model.name)
    assert (finding["voice"]["relayed_from"], finding["voice"]["act"]) == ("Reuters", "states")
    assert get(site, f"/api/v1/findings?after={finding['id']}") == []
    assert get(site, "/api/v1/articles?q=mosul") == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/seeds/none", 404),
        ("/api/v1/claims/none", 404),
        ("/api/v1/articles/99", 404),
        ("/api/v1/articles/abc", 422),
        ("/api/v1/articles/99999999999999999999", 422),
        ("/api/v1/articles?q=%00", 400),
        ("/api/v1/findings?claim=%00", 400),
        ("/api/v1/articles?limit=0", 422),
        ("/api/v1/articles?q=%22open", 400),
        ("/nothing", 404),
    ],
)
def test_what_is_not_there_is_said_in_json(site: TestClient, path: str, status: int) -> None:
    answer = site.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")


def test_a_removed_article_is_410_with_when_and_why(sqlite_store: Store) -> None:
    site = TestClient(create_site(with_one_article(sqlite_store)))
    with sqlite_store.begin() as tx:
        removal.remove(tx, ArticleId(1), reason="court order", keys_of=keys_of, now=NOON)
    answer = site.get("/api/v1/articles/1")
    assert answer.status_code == 410
    assert answer.json() == {"detail": "article 1 (Gazette) was removed on 2026-11-23: court order"}
    assert get(site, "/api/v1/articles") == get(site, "/api/v1/findings") == []
    assert site.get("/api/v1/articles/2").status_code == 404


def test_who_reads_the_digests_is_not_told(site: TestClient) -> None:
    assert "reader@claimwatch.example" not in site.get("/api/v1/seeds/sample").text


def test_nothing_can_be_changed_and_nothing_embedded(site: TestClient) -> None:
    assert site.post("/api/v1/seeds").status_code == 405
    headers = site.get("/api/v1/seeds").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]


def test_a_database_that_is_away_is_503_and_names_it() -> None:
    site = TestClient(create_site(make_store("postgresql://watch:hunter2@127.0.0.1:9/x")))
    for path in ("/healthz", "/api/v1/claims"):
        answer = site.get(path)
        assert answer.status_code == 503
        assert "is it running" in answer.json()["error"]
        assert "hunter2" not in answer.text
