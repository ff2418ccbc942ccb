"""Digests as a browser gets them, and how a reader leaves a list (RFC 8058)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from claimwatch.pages.leaving import shortened
from storage import recipients, removal, seeds
from storage.engine import Store
from storage.records import ArticleId, Origin, RecipientId, RecipientSpec
from tests.builders import a_watch_list
from tests.fakes import NOON
from tests.filling import everything, with_a_digest
from tests.front.serving import a_site, a_token, bearer
from tests.front.test_digests_web import ANN, BEN, OLE, two_lists
from tests.letters import a_letter, readers
from tests.pages.reading import Read
from tests.pages.test_pages import BROWSER, browser, read
from tests.pages.test_passwords_of_browsers import basic
from worker.steps.addresses import keys_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Using .httpx.:UserWarning")

CLICK = {"List-Unsubscribe": "One-Click"}
# how mail programs write the parts of a form
PARTS = b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
IN_PARTS = {"Content-Type": "multipart/form-data; boundary=b"}


# --- digests -----------------------------------------------------------------------------------------------------------


def test_digests_are_listed_from_the_front_page_on(sqlite_store: Store) -> None:
    site = browser(two_lists(sqlite_store))
    assert "/digests" in dict(read(site, "/").links)
    told = read(site, "/digests")
    assert [to for to, _rel in told.links if re.fullmatch(r"/digests/\d+", to)] == [f"/digests/{n}" for n in (3, 2, 1)]
    for words in ("Of 2026-11-25", "2026-11-23 12:00", "Another list", "to 2 recipients"):
        assert words in told.text, words
    assert "paper.example" not in told.text
    links = dict(told.links)
    assert {"/api/v1/digests.csv", "/api/v1/seeds/sample/digests.atom"} <= set(links)
    for to in links:
        assert site.get(to).status_code == 200, to


def test_pages_of_digests_follow_each_other(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claimwatch.pages.digests._A_PAGE", 2)
    site = browser(two_lists(sqlite_store))
    first = read(site, "/digests")
    (following,) = [to for to, rel in first.links if rel == "next"]
    second = read(site, following)
    assert ("Of 2026-11-25" in first.text, "Of 2026-11-23" in first.text) == (True, False)
    assert ("Of 2026-11-25" in second.text, "Of 2026-11-23" in second.text) == (False, True)
    assert not [to for to, rel in second.links if rel == "next"]
    assert "expected the `next`" in read(site, "/digests?after=x", 400).text
    assert "No digest on this page" in read(site, "/digests?after=1").text


def test_where_none_was_composed_that_is_said(sqlite_store: Store) -> None:
    assert "No digest yet" in read(browser(sqlite_store), "/digests").text


def test_a_digest_is_shown_as_it_was_mailed(sqlite_store: Store) -> None:
    site = browser(with_a_digest(sqlite_store))
    mailed = site.get("/api/v1/digests/1").json()["html"]
    answer = site.get("/digests/1")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    back, rest = re.subn(
        r'\n<p [^>]*><a href="/digests"[^>]*>All digests</a> · 2026-[0-9-]+ · [^<]+</p>', "", answer.text
    )
    assert (back, rest) == (mailed, 1)


def test_a_digest_that_is_not_there_or_blank_is_a_page_that_says_so(sqlite_store: Store) -> None:
    site = browser(with_a_digest(sqlite_store))
    with sqlite_store.begin() as tx:
        removal.remove(tx, ArticleId(1), reason="court order", keys_of=keys_of, now=NOON)
    for n in (1, 9):
        assert f"no digest {n}, or what it quoted was removed" in read(site, f"/digests/{n}", 404).text
    assert "No digest yet" in read(site, "/digests").text


def test_digests_need_a_token_where_reading_does(sqlite_store: Store) -> None:
    shut = browser(two_lists(sqlite_store), open_reads=False)
    for path in ("/digests", "/digests/1"):
        assert shut.get(path).status_code == 401
        assert shut.get(path, headers=bearer(a_token(sqlite_store, path))).status_code == 200


# --- leaving -----------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["open", "shut"])
def mail_program(request: pytest.FixtureRequest, store: Store) -> TestClient:
    """It brings no token and no password, whoever may read the site."""
    return a_site(two_lists(store), open_reads=request.param == "open")


def way(store: Store, address: str) -> str:
    (one,) = [one for one in readers(store) if one.address == address]
    assert len(one.leave_token) >= 32
    return f"/u/{one.leave_token}"


def here(store: Store) -> list[str]:
    return sorted(one.address for one in readers(store))


def test_one_click_leaves_that_list_and_no_other(mail_program: TestClient, store: Store) -> None:
    with store.begin() as tx:
        recipients.add(tx, "other", RecipientSpec(address=ANN), now=NOON)
    (mine, _other) = [one for one in readers(store) if one.address == ANN]
    answer = mail_program.post(f"/u/{mine.leave_token}", data=CLICK, follow_redirects=False)
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    told = Read(answer.text)
    for words in ("Done: you have left", "A sample list", "a…@paper.example", "claimwatch recipient add"):
        assert words in told.text, words
    assert ANN not in answer.text
    assert here(store) == [ANN, BEN, OLE]
    with store.read() as tx:
        left = [row for row in recipients.rows(tx, gone=True) if row["left_at"]]
    assert [(row["list"], row["address"], row["left_by"]) for row in left] == [("sample", ANN, "reader")]


def test_it_may_be_said_in_parts(mail_program: TestClient, store: Store) -> None:
    body = PARTS % (b"List-Unsubscribe", b"One-Click") + b"--b--\r\n"
    assert mail_program.post(way(store, ANN), content=body, headers=IN_PARTS).status_code == 200
    assert mail_program.post(way(store, BEN), files={"List-Unsubscribe": (None, "One-Click")}).status_code == 200
    assert here(store) == [OLE]


def test_who_leaves_twice_had_left_already(mail_program: TestClient, store: Store) -> None:
    where = way(store, ANN)
    mail_program.post(where, data=CLICK)
    before = everything(store)["recipients"]
    for answer in (mail_program.post(where, data=CLICK), mail_program.get(where)):
        assert (answer.status_code, "You had left already" in answer.text) == (200, True)
    assert everything(store)["recipients"] == before


def test_looking_at_the_address_changes_nothing(mail_program: TestClient, store: Store) -> None:
    where, before = way(store, ANN), everything(store)
    told = mail_program.get(where)
    assert told.status_code == 200
    assert {"A sample list", "a…@paper.example", "Nothing has changed yet"} <= {
        words for words in ("A sample list", "a…@paper.example", "Nothing has changed yet") if words in told.text
    }
    assert ANN not in told.text
    assert mail_program.get(f"{where}?{urlencode(CLICK)}").status_code == 200
    assert (mail_program.head(where).status_code, mail_program.head(where).text) == (200, "")
    assert mail_program.options(where).status_code == 405
    assert everything(store) == before


def test_the_button_says_what_mail_programs_say(sqlite_store: Store) -> None:
    site = browser(two_lists(sqlite_store))
    where = way(sqlite_store, ANN)
    told = read(site, where)
    assert [to for to, _rel in told.links if to not in ("/", "#main", "/style.css")] == []
    form = re.findall(r"<form[^>]*>.*?</form>", site.get(where).text, re.DOTALL)
    assert form == [
        '<form class="leave" method="post"><button name="List-Unsubscribe" value="One-Click">Leave this list</button></form>'
    ]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"List-Unsubscribe=one-click", "application/x-www-form-urlencoded"),
        (b"List-Unsubscribe=One-Click&more=1", "application/x-www-form-urlencoded"),
        (b"List-Unsubscribe=One-Click", "text/plain"),
        (b"List-Unsubscribe=One-Click", "multipart/form-data; boundary=b"),
        (b"List-Unsubscribe=One-Click", "multipart/form-data"),
        (PARTS % (b"List-Unsubscribe", b"Other") + b"--b--", "multipart/form-data; boundary=b"),
        (PARTS % (b"Other", b"One-Click") + b"--b--", "multipart/form-data; boundary=b"),
        (PARTS % (b"List-Unsubscribe", b"One-Click") * 2 + b"--b--", "multipart/form-data; boundary=b"),
        (b'{"List-Unsubscribe": "One-Click"}', "application/json"),
        (b"\xff\xfe", "multipart/form-data; boundary=\xff"),
    ],
)
def test_any_other_word_changes_nothing(sqlite_store: Store, body: bytes, kind: str) -> None:
    site = a_site(two_lists(sqlite_store))
    answer = site.post(way(sqlite_store, ANN), content=body, headers={b"Content-Type": kind.encode("latin-1")})
    assert (answer.status_code, "nothing was changed" in answer.text) == (400, True)
    assert here(sqlite_store) == [ANN, BEN, OLE]


def test_nobodys_address_is_404(mail_program: TestClient, store: Store) -> None:
    for where in (
        f"/u/{'a' * 32}",
        f"{way(store, ANN)[:-1]}",
        f"{way(store, ANN)}x",
        "/u/%F0%9F%93%B0",
        "/u/" + "a" * 9000,
    ):
        assert mail_program.post(where, data=CLICK).status_code == 404, where
        assert mail_program.get(where).status_code == 404, where
    assert here(store) == [ANN, BEN, OLE]
    assert "cut short" in Read(mail_program.get("/u/none", headers=BROWSER).text).text


def test_the_guard_opens_that_door_alone(mail_program: TestClient, store: Store) -> None:
    where = way(store, ANN)
    for path in ("/u", "/uu/x", "/api/v1/findings/1/confirm", "/digests"):
        assert mail_program.post(path, data=CLICK).status_code == 401, path
    for method in ("PUT", "DELETE", "PATCH"):
        assert mail_program.request(method, where, data=CLICK).status_code == 401, method
    assert mail_program.post(f"{where}/more", data=CLICK).status_code == 404
    assert mail_program.post(where, content=b"a" * 70_000, headers=IN_PARTS).status_code == 413
    assert here(store) == [ANN, BEN, OLE]
    # a mail program that brings a password of its own, or a reader's browser the token by which it reads
    assert mail_program.post(where, data=CLICK, headers=basic("of a proxy")).status_code == 200
    assert mail_program.get(where, headers=bearer("cw_unknown")).status_code == 401


def test_where_reading_is_open_another_name_is_no_door(sqlite_store: Store) -> None:
    site = a_site(two_lists(sqlite_store), hosts=frozenset({"watch.example"}))
    where = way(sqlite_store, ANN)
    assert site.post(where, data=CLICK, headers={"Host": "evil.example"}).status_code == 421
    assert here(sqlite_store) == [ANN, BEN, OLE]
    assert site.post(where, data=CLICK, headers={"Host": "watch.example"}).status_code == 200


def test_the_headers_of_the_house_stand_on_it(mail_program: TestClient, store: Store) -> None:
    policy = "default-src 'none'; frame-ancestors 'none'; style-src 'self'; form-action 'self'; base-uri 'none'"
    told = [mail_program.get(way(store, ANN)), mail_program.post(way(store, ANN), data=CLICK)]
    for answer in told:
        assert answer.headers["content-security-policy"] == policy
        # the address is the key: no other page is told where its reader came from
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "private, no-cache"


def test_it_stands_in_no_document(sqlite_store: Store) -> None:
    paths = browser(sqlite_store).get("/openapi.json").json()["paths"]
    assert not [path for path in paths if path.startswith(("/u", "/digests"))]
    assert "/api/v1/seeds/{slug}/digests.atom" in paths


def test_no_file_brings_back_who_left_even_if_they_were_taken_off_before(store: Store) -> None:
    site = a_site(two_lists(store))
    where = way(store, ANN)

    def takes_over(*addresses: str) -> None:
        people: dict[str, Any] = {"recipients": tuple(RecipientSpec(address=one) for one in addresses)}
        with store.begin() as tx:
            seeds.take_over(tx, a_watch_list(feeds=(), **people), now=NOON)

    takes_over(BEN)
    assert "You had left already" in site.post(where, data=CLICK).text
    takes_over(ANN, BEN)
    assert here(store) == [BEN, OLE]
    with store.begin() as tx:
        recipients.add(tx, "sample", RecipientSpec(address=ANN), now=NOON)
    assert here(store) == [ANN, BEN, OLE]
    # the address of an old mail is good again
    assert "Done: you have left" in site.post(where, data=CLICK).text


def test_a_command_takes_nothing_back_from_a_reader_who_left(store: Store) -> None:
    site = a_site(two_lists(store))
    (ann,) = [one for one in readers(store) if one.address == ANN]
    site.post(f"/u/{ann.leave_token}", data=CLICK)
    with store.begin() as tx:
        recipients.remove(tx, [RecipientId(ann.id)], by=Origin.COMMAND, now=NOON)
        (row,) = [row for row in recipients.rows(tx, gone=True) if row["address"] == ANN]
    assert row["left_by"] == "reader"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("reader@paper.example", "r…@paper.example"),
        ("r@paper.example", "r…@paper.example"),
        ("page", "p…"),
        ("chat:desk", "c…"),
    ],
)
def test_an_address_is_told_so_that_its_owner_knows_it(address: str, told: str) -> None:
    assert shortened(address) == told


def test_hostile_titles_do_no_harm(sqlite_store: Store) -> None:
    markup = "<script>alert(1)</script> {{ 7 * 7 }} \u202e"
    with sqlite_store.begin() as tx:
        seeds.take_over(tx, a_watch_list(title=markup, recipients=(RecipientSpec(address=ANN),)), now=NOON)
    a_letter(sqlite_store, f'"><b>{markup}', ANN)
    site = browser(sqlite_store)
    for path in ("/digests", way(sqlite_store, ANN)):
        assert "49" not in read(site, path).text
        assert "\u202e" not in site.get(path).text
