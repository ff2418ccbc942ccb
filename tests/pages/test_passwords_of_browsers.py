"""A browser brings its token as a password: to read, never to write."""

from __future__ import annotations

from base64 import b64encode

import pytest

from storage.engine import Store
from tests.filling import with_one_article
from tests.front.serving import a_site, a_token
from tests.pages.reading import Read
from tests.pages.test_pages import BROWSER

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Using .httpx.:UserWarning")


def basic(password: str, user: str = "anyone") -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def test_a_browser_is_asked_for_a_password_and_reads_with_it(sqlite_store: Store) -> None:
    shut = a_site(with_one_article(sqlite_store), open_reads=False)
    token = a_token(sqlite_store)
    for path in ("/", "/articles/1", "/api/v1/claims"):
        asked = shut.get(path, headers=BROWSER)
        ways = asked.headers.get_list("www-authenticate")
        assert (asked.status_code, ways) == (401, ['Bearer realm="claimwatch"', 'Basic realm="claimwatch"']), path
        assert shut.get(path, headers=BROWSER | basic(token)).status_code == 200, path
        assert shut.get(path, headers=BROWSER | basic(token, "")).status_code == 200, path
        assert shut.get(path, headers=BROWSER | basic("cw_" + "a" * 43)).status_code == 401, path
    assert "as the password" in Read(shut.get("/", headers=BROWSER).text).text
    assert "About 4,000" not in shut.get("/", headers=BROWSER).text
    # what dresses the page that asks is told to all, and so is that it is well
    assert shut.get("/style.css").status_code == 200
    assert shut.get("/healthz", headers=basic("of the proxy")).status_code == 200
    # a program is not asked for what it has not
    assert shut.get("/").headers.get_list("www-authenticate") == ['Bearer realm="claimwatch"']
    for told in ("Basic", "Basic abc", "Basic " + b64encode(b"no colon").decode(), "Basic 4pi6"):
        assert shut.get("/", headers={"Authorization": told}).status_code == 401, told


@pytest.mark.parametrize("open_reads", [True, False])
def test_a_password_writes_nothing(sqlite_store: Store, open_reads: bool) -> None:
    site = a_site(with_one_article(sqlite_store), open_reads=open_reads)
    writing = BROWSER | basic(a_token(sqlite_store, may_write=True))
    for answer in (
        site.put("/api/v1/searches/one", json={"query": "raqqa"}, headers=writing),
        site.post("/api/v1/findings/1/confirm", json={}, headers=writing),
        site.delete("/api/v1/searches/one", headers=writing),
    ):
        assert (answer.status_code, answer.headers.get_list("www-authenticate")) == (401, ['Bearer realm="claimwatch"'])
    assert site.get("/api/v1/searches", headers=writing).json()["rows"] == []


def test_where_reading_is_open_the_password_of_a_proxy_is_passed_over(sqlite_store: Store) -> None:
    site = a_site(with_one_article(sqlite_store))
    assert site.get("/", headers=BROWSER | basic("of the proxy")).status_code == 200
