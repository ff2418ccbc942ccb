"""Keys to the API: kept as hashes, refused when revoked, and written into no log."""

from __future__ import annotations

import contextlib
import subprocess
import time
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest

from claimwatch.services import Service, command_of
from claimwatch.settings import BadSetting, child_environ, read_settings
from claimwatch.up import free_port
from claimwatch.wiring import house_of
from storage import tokens
from storage.engine import Store, make_store
from tests.fakes import NOON
from tests.filling import everything, with_one_article
from tests.front.conftest import Command
from tests.front.serving import a_site, a_token, bearer
from worker.gateways.clock import FixedClock

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Using .httpx.:UserWarning")


def test_reading_is_open_on_this_machine_and_writing_is_not(store: Store) -> None:
    site = a_site(with_one_article(store))
    reads, writes = bearer(a_token(store)), bearer(a_token(store, may_write=True))
    assert site.get("/api/v1/claims").status_code == 200
    assert site.get("/api/v1/claims", headers=reads).status_code == 200
    wish = {"query": "raqqa"}
    assert site.put("/api/v1/searches/one", json=wish).status_code == 401
    no = site.put("/api/v1/searches/one", json=wish, headers=reads)
    assert (no.status_code, "may read only" in no.json()["error"]) == (403, True)
    assert site.put("/api/v1/searches/one", json=wish, headers=writes).status_code == 200
    assert site.post("/api/v1/findings/1/confirm", json={}, headers=reads).status_code == 403
    assert site.post("/api/v1/findings/1/confirm", json={}, headers=writes).status_code == 200


def test_elsewhere_nothing_is_told_without_a_token(store: Store) -> None:
    shut = a_site(with_one_article(store), open_reads=False)
    for path in ("/", "/search", "/api/v1", "/openapi.json", "/api/v1/claims", "/api/v1/articles.csv", "/nothing"):
        answer = shut.get(path)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="claimwatch"'), path
    assert shut.get("/healthz").json() == {"status": "ok"}
    assert shut.get("/api/v1/claims", headers=bearer(a_token(store))).status_code == 200
    assert shut.get("/api/v1/claims", headers=bearer("cw_" + "a" * 43)).status_code == 401
    assert shut.get("/api/v1/claims", headers={"Authorization": "Basic abc"}).status_code == 401


def test_a_revoked_token_opens_nothing_not_even_what_is_open(store: Store) -> None:
    site = a_site(store)
    token = a_token(store, may_write=True)
    assert site.get("/api/v1/claims", headers=bearer(token)).status_code == 200
    with store.begin() as tx:
        assert tokens.revoke(tx, 1, now=NOON)
        assert not tokens.revoke(tx, 1, now=NOON)
    no = site.get("/api/v1/claims", headers=bearer(token))
    assert (no.status_code, "revoked" in no.json()["error"]) == (401, True)


def test_a_token_in_the_address_opens_atom_alone(store: Store) -> None:
    shut = a_site(with_one_article(store), open_reads=False)
    token = a_token(store, may_write=True)
    feed = shut.get(f"/api/v1/claims/raqqa-4000.atom?token={token}")
    assert feed.status_code == 200
    assert token not in feed.text
    for path in ("/api/v1/claims", "/api/v1/articles.csv"):
        assert shut.get(f"{path}?token={token}").status_code == 401
    assert shut.put(f"/api/v1/searches/one.atom?token={token}", json={"query": ""}).status_code == 401
    assert a_site(store).get(f"/api/v1/claims?token={token}").status_code == 401


def test_of_a_token_only_its_hash_is_kept(store: Store, tmp_path: Path) -> None:
    token = a_token(store)
    (row,) = everything(store)["tokens"]
    assert token not in str(row)
    assert (len(row["hash"]), row["person"], row["may_write"]) == (64, "A. Reader", False)
    store.close()
    for file in tmp_path.glob("claimwatch.db*"):
        assert token.encode() not in file.read_bytes()


def test_use_is_noted_once_a_minute(sqlite_store: Store) -> None:
    token, noted = bearer(a_token(sqlite_store)), []
    for seconds in (0, 59, 60, 100):
        a_site(sqlite_store, clock=FixedClock(NOON + timedelta(seconds=seconds))).get("/healthz", headers=token)
        with sqlite_store.read() as tx:
            noted += [one.used_at for one in tokens.listed(tx)]
    later = NOON + timedelta(seconds=60)
    assert noted == [NOON, NOON, later, later]


@pytest.mark.parametrize(
    ("bind", "told", "in_force"),
    [
        ("127.0.0.1:8470", "", "writes"),
        ("[::1]:8470", "", "writes"),
        ("localhost:8470", "", "writes"),
        ("0.0.0.0:8470", "", "all"),
        ("[::]:8470", "", "all"),
        ("10.0.0.1:8470", "", "all"),
        ("127.0.0.1:8470", "all", "all"),
        ("0.0.0.0:8470", "writes", "writes"),
    ],
)
def test_a_port_that_others_reach_asks_for_tokens_unless_it_is_told_not_to(
    bind: str, told: str, in_force: str, tmp_path: Path
) -> None:
    environ = {"CLAIMWATCH_WEB_BIND": bind, "CLAIMWATCH_WEB_TOKENS": told, "CLAIMWATCH_DATA_DIR": str(tmp_path)}
    settings = read_settings(environ)
    assert settings.web_tokens == in_force
    assert house_of(settings).open_reads == (in_force == "writes")


def test_another_word_for_who_needs_a_token_is_refused() -> None:
    with pytest.raises(BadSetting, match="CLAIMWATCH_WEB_TOKENS: expected writes, all or auto"):
        read_settings({"CLAIMWATCH_WEB_TOKENS": "none"})


def test_tokens_on_the_command(claimwatch: Command, environ: dict[str, str]) -> None:
    made = claimwatch("token", "add", "A. Reader", "--write")
    token = made.out.strip()
    assert made.code == 0, made.err
    assert (made.code, token.startswith("cw_"), token in made.err) == (0, True, False)
    (row,) = claimwatch("token", "list", "--json").json()
    assert (row["person"], row["may_write"], row["revoked_at"]) == ("A. Reader", True, None)
    assert token not in claimwatch("token", "list").out
    store = make_store(f"sqlite:///{environ['CLAIMWATCH_DATA_DIR']}/claimwatch.db")
    assert a_site(store, open_reads=False).get("/api/v1/claims", headers=bearer(token)).status_code == 200
    assert claimwatch("token", "revoke", "1").code == 0
    assert claimwatch("token", "revoke", "1").code == 1
    assert a_site(store, open_reads=False).get("/api/v1/claims", headers=bearer(token)).status_code == 401
    assert claimwatch("token", "add", " ").code == 2


@pytest.mark.live
def test_the_web_process_writes_no_token_into_its_log(sqlite_store: Store, tmp_path: Path) -> None:
    with_one_article(sqlite_store)
    good, bad = a_token(sqlite_store), "cw_" + "b" * 43
    environ = {
        "CLAIMWATCH_WEB_BIND": f"127.0.0.1:{free_port()}",
        "CLAIMWATCH_DATA_DIR": str(tmp_path),
        "CLAIMWATCH_WEB_TOKENS": "all",
        "CLAIMWATCH_LOG_LEVEL": "DEBUG",
    }
    settings, log = read_settings(environ), tmp_path / "web.log"
    here = f"http://{environ['CLAIMWATCH_WEB_BIND']}"
    with log.open("wb") as into:
        web = subprocess.Popen(command_of(Service.WEB, settings), env=child_environ(environ), stdout=into, stderr=into)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{here}/healthz", timeout=5):
                break
            time.sleep(0.1)
        with urllib.request.urlopen(f"{here}/api/v1/claims/raqqa-4000.atom?token={good}", timeout=5) as answer:
            assert answer.status == 200
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{here}/api/v1/claims/raqqa-4000.atom?token={bad}", timeout=5)
        asked = urllib.request.Request(f"{here}/api/v1/articles?q=%22", headers=bearer(good))
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(asked, timeout=5)
    finally:
        web.terminate()
        web.wait(20)
    said = log.read_text(encoding="utf-8")
    assert good not in said
    assert bad not in said
    assert "token=" not in said
