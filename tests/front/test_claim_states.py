"""Claims by their state, over the API and on the command: the same rows."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from claimwatch.api import rows as models
from storage import migrate
from storage.engine import Store, make_store
from tests.filling import with_one_article
from tests.front.conftest import Command
from tests.front.serving import a_site
from tests.front.test_api import get

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Using .httpx.:UserWarning")


def test_the_api_and_what_its_document_names(sqlite_store: Store) -> None:
    site = a_site(with_one_article(sqlite_store))
    page = get(site, "/api/v1/claims?q=relation:supports+voices:1&limit=1")
    (row,) = page["rows"]
    assert (row["id"], row["since"], row["heard"], page["next"]) == (
        "raqqa-4000",
        "2026-11-23T12:00:00Z",
        "1 article",
        None,
    )
    assert page["asked"] == "relation:supports voices:1"
    assert row.keys() <= models.FoundClaimRow.model_fields.keys()
    assert get(site, "/api/v1/claims?q=voices:%3E1")["rows"] == []
    (cells,) = csv.DictReader(site.get("/api/v1/claims.csv?q=raqqa").text.splitlines())
    assert (cells["id"], cells["since"], cells["query"]) == ("raqqa-4000", row["since"], "raqqa")
    whole = get(site, "/api/v1/claims/raqqa-4000")
    assert whole["state"] == [{"relation": "supports", "voices": 1, "since": [row["since"]]}]
    assert whole["state_line"] == "supported by 1 voice since 2026-11-23"
    covered = get(site, "/api/v1/claims/raqqa-4000/coverage?days=1")
    assert (covered["verdict"], covered["articles"]) == ("heard", 1)
    assert covered.keys() == models.WholeCoverage.model_fields.keys()
    (listed,) = get(site, "/api/v1/coverage")["rows"]
    assert listed.keys() == models.CoverageRow.model_fields.keys()
    assert "heard" in site.get("/api/v1/coverage.csv").text
    carriers = get(site, "/api/v1/claims/raqqa-4000/carriers")
    (series,) = carriers["figures"]
    assert (series["latest"]["says"], series["latest"]["article_id"], series["others"]) == ("about 4,000", 1, [])
    assert carriers.keys() == models.Carriers.model_fields.keys()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/claims?q=voices:0", 400),
        ("/api/v1/claims?q=raqqa&after=No!", 400),
        ("/api/v1/articles?q=voices:2", 400),
        ("/api/v1/findings?q=voices:2", 400),
        ("/api/v1/coverage?after=No!", 400),
        ("/api/v1/coverage?days=0", 422),
        ("/api/v1/claims/none/coverage", 404),
        ("/api/v1/claims/none/carriers", 404),
    ],
)
def test_what_cannot_be_answered_is_refused(sqlite_store: Store, path: str, status: int) -> None:
    answer = a_site(sqlite_store).get(path)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])


def test_the_command(claimwatch: Command, environ: dict[str, str]) -> None:
    store = make_store(f"sqlite:///{Path(environ['CLAIMWATCH_DATA_DIR']) / 'claimwatch.db'}")
    migrate.upgrade(store)
    with_one_article(store)
    store.close()
    (row,) = claimwatch("claim", "search", "relation:supports voices:1", "--json").json()
    assert (row["id"], row["findings"]) == ("raqqa-4000", {"supports": 1})
    told = claimwatch("claim", "search", "voices:1")
    assert told.out.splitlines()[-1].split() == ["raqqa-4000", "2026-11-23", "1", "article", "1", "supports"]
    assert "for: voices:1" in told.err
    refused = claimwatch("article", "search", "voices:1")
    assert (refused.code, "only a search of claims" in refused.err) == (2, True)
    assert "supported by 1 voice since 2026-11-23" in claimwatch("claim", "show", "raqqa-4000").out
    assert claimwatch("claim", "coverage", "raqqa-4000", "--json").json()["verdict"] in ("heard", "thin", "blind")
    assert "raqqa-4000" in claimwatch("claim", "coverage").out
    assert (
        "latest told: about 4,000, 2026-11-23, Gazette, article 1" in claimwatch("claim", "carriers", "raqqa-4000").out
    )
    assert claimwatch("claim", "coverage", "none").code == claimwatch("claim", "carriers", "none").code == 1
