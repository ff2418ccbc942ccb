"""A client generated from the OpenAPI document, against a real server."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from claimwatch.api.site import create_site
from claimwatch.exports.forms import CONTENT_TYPES
from storage.engine import Store
from tests.filling import with_one_article
from tests.front.serving import a_house, a_token, listening

pytestmark = [pytest.mark.live, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def generated(sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The package that openapi-python-client makes."""
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(create_site(a_house(sqlite_store)).openapi()), encoding="utf-8")
    config = tmp_path / "config.json"
    # the files among the answers are bytes to it; nothing runs over what it makes
    files = dict.fromkeys((*CONTENT_TYPES.values(), "application/atom+xml"), "application/octet-stream")
    del files["application/json"]
    config.write_text(json.dumps({"content_type_overrides": files, "post_hooks": []}), encoding="utf-8")
    command = ["openapi_python_client", "generate", "--path", str(document), "--meta", "none", "--fail-on-warning"]
    done = subprocess.run(
        [sys.executable, "-m", *command, "--config", str(config), "--output-path", str(tmp_path / "generated_client")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module("generated_client")


def test_a_generated_client_reads_rows_and_rules_with_a_token(generated: ModuleType, sqlite_store: Store) -> None:
    def call(room: str, name: str) -> ModuleType:
        return importlib.import_module(f"generated_client.api.{room}.{name}")

    models = importlib.import_module("generated_client.models")
    with_one_article(sqlite_store)
    with listening(a_house(sqlite_store)) as here:
        client = generated.Client(base_url=here)
        page = call("articles", "articles").sync(client=client, q="raqqa", limit=10)
        assert (page.total, [row.title for row in page.rows]) == (1, ["Thousands left Raqqa"])
        assert page.rows[0].first_seen.isoformat() == "2026-11-23T12:00:00+00:00"
        finding = call("findings", "finding").sync(1, client=client)
        assert (finding.relation.value, finding.claim_id) == ("supports", "raqqa-4000")
        nothing = call("findings", "finding").sync(99, client=client)
        assert isinstance(nothing, models.Problem)
        wish = models.Confirmation(why="read it")
        confirm = call("findings", "confirm_finding")
        writing = generated.AuthenticatedClient(base_url=here, token=a_token(sqlite_store, may_write=True))
        assert confirm.sync(1, client=writing, body=wish).id == 1
        # to say that it does not speak of the claim at all, and to take that back
        unrelated = models.Correction(relation=models.Relation.UNRELATED, why="another town")
        assert call("findings", "correct_finding").sync(1, client=writing, body=unrelated).relation.value == "unrelated"
        assert call("claims", "claim").sync("raqqa-4000", client=client).findings_listed == []
        assert call("findings", "finding").sync(1, client=client).ruling.why == "another town"
        back = call("findings", "retract_ruling").sync(1, client=writing, body=models.Confirmation(why="a slip"))
        assert (back.relation.value, back.by.value) == ("supports", "model")
        reading = generated.AuthenticatedClient(base_url=here, token=a_token(sqlite_store))
        assert "may read only" in confirm.sync(1, client=reading, body=wish).error
        saved = call("searches", "save_search").sync("raqqa", client=writing, body=models.SearchWish(query="raqqa"))
        assert (saved.slug, saved.title) == ("raqqa", "raqqa")
        found = call("searches", "search_articles").sync("raqqa", client=client)
        assert [row.id for row in found.rows] == [1]
