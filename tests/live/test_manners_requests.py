"""Manners M01 to M09 and M29 to M34: what is sent, and what of an answer is kept, as the newsroom's log shows it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from claimwatch.settings import child_environ
from schedules.calls import JobName
from tests.live.conftest import Newsroom
from tests.live.manners import (
    HOUR,
    MINUTE,
    Desk,
    address_of,
    breaches,
    conditional,
    desk_at,
    news,
    newsroom,
    site,
    statuses,
)
from worker.steps.judge import Method

pytestmark = [pytest.mark.live, pytest.mark.newsroom]

A = "gazette.test/feed.xml"


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with newsroom() as made:
        yield made


@pytest.fixture
def desk(room: Newsroom, tmp_path: Path, migrated_file: Path, method: Method) -> Iterator[Desk]:
    made = desk_at(room, tmp_path, migrated_file, method)
    yield made
    made.tools.store.close()


@pytest.mark.parametrize("kind", ["both", "etag", "weak", "unquoted"])
def test_m01_an_etag_goes_back_as_it_came(desk: Desk, kind: str) -> None:
    """What a server calls its document is repeated to the byte, whatever it looks like."""
    desk.play({"gazette.test": site({"items": news(3, every=HOUR), "validators": kind})})
    desk.polls(4)
    rows = desk.log(A)
    assert [row["if_none_match"] for row in rows[1:]] == [row["sent"]["ETag"] for row in rows[:-1]]
    told = rows[0]["sent"]["ETag"]
    assert (told.startswith("W/"), told.startswith('"'), "-gz" in told) == (
        kind == "weak",
        kind in ("both", "etag"),
        True,
    )
    assert desk.manners()["M01"]["ok"]


def test_m02_if_modified_since_is_the_servers_own_word(desk: Desk) -> None:
    """The date sent is one the server told, not the time of our last poll."""
    desk.play({"gazette.test": site({"items": news(9, every=HOUR), "validators": "last-modified"})})
    desk.live(8 * HOUR)
    rows = desk.log(A)
    assert [row["if_modified_since"] for row in rows[1:]] == [row["sent"]["Last-Modified"] for row in rows[:-1]]
    assert len({row["if_modified_since"] for row in rows}) > 4
    assert {200, 304} >= set(statuses(rows))
    assert desk.manners()["M02"]["ok"]


def test_m03_who_gave_two_validators_gets_both(desk: Desk) -> None:
    """ETag and Last-Modified both known: both are sent."""
    desk.play({"gazette.test": site({"items": news(5, every=HOUR)})})
    desk.live(8 * HOUR)
    rows = desk.log(A)
    assert all(row["if_none_match"] and row["if_modified_since"] for row in rows[1:])
    assert len(rows) > 4
    assert desk.manners()["M03"]["ok"]


def test_m04_no_validator_where_none_was_given(desk: Desk) -> None:
    """The first request has none, nor has any to an address that never gave one."""
    desk.play(
        {
            "gazette.test": site({"items": news(3, every=HOUR)}),
            "herald.test": site({"items": news(3, every=HOUR), "validators": "none"}),
        }
    )
    desk.live(4 * HOUR)
    assert not conditional(desk.log(A)[0])
    bare = desk.log("herald.test/feed.xml")
    assert len(bare) > 2
    assert not any(conditional(row) for row in bare)
    assert desk.manners()["M04"]["ok"]


def test_m05_validators_are_those_of_the_last_answer(desk: Desk) -> None:
    """Each 200 replaces them, a 304 that brings others changes them, and those that are not given any more are forgotten."""
    kinds = {"new.test": "both", "fading.test": "both", "changing.test": "changing"}
    desk.play({host: site({"items": news(1, every=HOUR), "validators": kind}) for host, kind in kinds.items()})
    desk.rule("new.test/*", "validators", kind="weak", requests="2-")
    desk.rule("fading.test/*", "validators", kind="none", requests="3-")
    desk.live(6 * HOUR)
    changing = desk.log("changing.test/feed.xml")
    assert set(statuses(changing)) == {200}
    assert [row["if_none_match"] for row in changing[1:]] == [row["sent"]["ETag"] for row in changing[:-1]]
    assert len({row["if_none_match"] for row in changing}) == len(changing)

    strong, weak, third = desk.log("new.test/feed.xml")[:3]
    assert (strong["status"], weak["status"]) == (200, 304)
    assert third["if_none_match"] == weak["sent"]["ETag"] == "W/" + strong["sent"]["ETag"]

    fading = desk.log("fading.test/feed.xml")
    assert [conditional(row) for row in fading[:4]] == [False, True, True, False]
    assert statuses(fading[:4]) == [200, 304, 200, 200]


def test_m06_one_unconditional_get_in_a_feeds_life_restarts_included(desk: Desk) -> None:
    """A 304 leaves what is stored as it is, and a poller that is started anew knows what the one before knew."""
    desk.play({"gazette.test": site({"items": news(3, every=HOUR, since=-9 * HOUR)})})
    desk.polls(1)
    before = desk.feed(A)
    for _ in range(5):
        desk.restart()
        desk.polls(1)
    rows, after = desk.log(A), desk.feed(A)
    assert statuses(rows) == [200, 304, 304, 304, 304, 304]
    assert sum(not conditional(row) for row in rows) == 1
    for name in ("etag", "last_modified", "body_hash", "item_marks", "title", "hints", "baseline_at", "whole_at"):
        assert after[name] == before[name], name
    assert desk.titles(A) == ["Item 0000", "Item 0001", "Item 0002"]


def test_m07_validators_stay_with_the_address_that_gave_them(desk: Desk) -> None:
    """A feed that begins to redirect takes its validators to no other address; the other's own are used there alone."""
    other = "elsewhere.test/feed.xml"
    desk.play(
        {"gazette.test": site({"items": news(3, every=HOUR)}), "elsewhere.test": site({"items": news(2, every=HOUR)})},
        [{"match": A, "do": "302", "to": f"http://{other}", "requests": "3-6"}],
        watch=[A],
    )
    desk.polls(7)
    there, here = desk.log(other), desk.log(A)
    assert not conditional(there[0])
    assert [row["if_none_match"] for row in there[1:]] == [there[0]["sent"]["ETag"]] * (len(there) - 1)
    assert statuses(there) == [200, 304, 304, 304]
    theirs = there[0]["sent"]["ETag"]
    assert [row["if_none_match"] for row in here if row["if_none_match"] == theirs] == []
    assert breaches(desk.manners()).keys() <= {"M01", "M03"}  # for `here`: the judge forgets that we were elsewhere


def test_m08_no_word_is_added_to_an_address(desk: Desk) -> None:
    """The query is that of the address that was given, sign by sign."""
    feed = "gazette.test/feed.xml?edition=int%2Fen&b=&a=1"
    desk.play({"gazette.test": site({"items": news(3, every=HOUR)})}, watch=[feed])
    desk.live(4 * HOUR)
    rows = desk.log()
    assert {row["query"] for row in rows} == {"edition=int%2Fen&b=&a=1"}
    assert len(rows) > 3
    assert desk.manners()["M08"]["ok"]


@pytest.mark.parametrize(
    ("do", "more"), [("truncate", {"honest": 0}), ("truncated-xml", {}), ("bad-gzip", {}), ("bad-length", {"by": 500})]
)
def test_m09_validators_of_a_broken_document_are_not_kept(desk: Desk, do: str, more: dict[str, object]) -> None:
    """What came broken is asked for whole the next time, else its entries would be lost until the next change."""
    desk.play({"gazette.test": site({"items": news(5, every=HOUR, since=-9 * HOUR)})})
    desk.rule(A, do, requests="1", **more)
    desk.polls(1)
    assert desk.feed(A)["failures"] == 1
    assert desk.feed(A)["etag"] is None
    desk.polls(2)
    rows = desk.log(A)
    assert statuses(rows) == [200, 200, 304]
    assert not conditional(rows[1])
    assert len(desk.titles(A)) == 5
    assert desk.feed(A)["state"] == "ok"


def test_m29_we_say_who_we_are_and_where_to_complain(desk: Desk) -> None:
    """One User-Agent, with a version and a contact, for feeds, pages and robots.txt alike."""
    desk.play({"gazette.test": site({"items": news(3, every=HOUR)})})
    desk.work(JobName.POLL_FEEDS, JobName.FETCH_PAGES)
    desk.live(3 * HOUR)
    (told,) = {row["user_agent"] for row in desk.log()}
    assert re.fullmatch(r"claimwatch/\S+ \(\+https://\S+\)", told)
    assert {row["path"] for row in desk.log()} >= {"/robots.txt", "/feed.xml", "/item-0000"}
    assert desk.manners()["M29"]["ok"]


def test_m30_gzip_is_asked_for_and_read_also_unasked(desk: Desk) -> None:
    """Compression saves the publisher's line; one who always packs is read as well."""
    items = news(4, every=HOUR, since=-9 * HOUR)
    desk.play({"gazette.test": site({"items": items}), "packed.test": site({"items": items})})
    desk.rule("packed.test/*", "gzip-always")
    desk.polls(1)
    for row in desk.log():
        assert re.search(r"\bgzip\b", row["accept_encoding"])
        assert row["sent"]["Content-Encoding"] == "gzip"
    assert len(desk.titles(A)) == len(desk.titles("packed.test/feed.xml")) == 4
    assert desk.manners()["M30"]["ok"]


def test_m31_no_cookie_is_brought_back(desk: Desk) -> None:
    """Nobody is tracked here, neither by a feed nor on its pages."""
    desk.play(
        {"gazette.test": site({"items": news(3, every=HOUR, since=-9 * HOUR)})}, [{"match": "*", "do": "set-cookie"}]
    )
    for _ in range(3):
        desk.work(JobName.POLL_FEEDS, JobName.FETCH_PAGES)
        desk.advance(4 * HOUR)
    rows = desk.log()
    assert {bool(row["sent"].get("Set-Cookie")) for row in rows if row["status"] == 200} == {True}
    assert {row["cookie"] for row in rows} == {None}
    assert len(rows) >= 7
    assert desk.manners()["M31"]["ok"]


def test_m32_no_referer_and_no_credentials_for_others(desk: Desk) -> None:
    """A password in a feed's address is not carried to where it redirects, and nothing says where we come from."""
    desk.play(
        {"gazette.test": site({"items": news(2, every=HOUR)}), "elsewhere.test": site({"items": news(2, every=HOUR)})},
        [{"match": A, "do": "302", "to": "http://elsewhere.test/feed.xml"}],
        watch=["reader:secret@gazette.test/feed.xml", A],
    )
    desk.live(3 * HOUR)
    rows = desk.log()
    assert {row["host"] for row in rows} == {"gazette.test", "elsewhere.test"}
    assert {row["referer"] for row in rows} == {None}
    assert not [row for row in rows if row["host"] == "elsewhere.test" and "authorization" in row["headers"]]
    assert "secret" not in str(rows)
    assert desk.manners()["M32"]["ok"]


def test_m33_a_poll_is_one_get(desk: Desk) -> None:
    """No HEAD before, no second request after, no picture of the site: as many requests as polls."""
    hosts = [f"paper{n}.test" for n in range(5)]
    desk.play({host: site({"items": news(30, every=HOUR)}) for host in hosts})
    for polls in range(1, 5):
        desk.live(6 * HOUR)
        with desk.tools.store.read() as tx:
            kept = tx.exec_driver_sql("SELECT f.url, count(*) FROM polls p JOIN feeds f ON f.id = p.feed_id GROUP BY 1")
            told = {url.removeprefix("http://"): count for url, count in kept}
        assert Counter(map(address_of, desk.log())) == told
        assert min(told.values()) >= polls
    assert {row["method"] for row in desk.log()} == {"GET"}
    assert desk.manners()["M33"]["ok"]


def test_m34_one_at_a_time_of_a_host_with_a_pause_across_processes(
    room: Newsroom, tmp_path: Path, migrated_file: Path, method: Method
) -> None:
    """Two processes poll eight feeds and their pages of one host: never two requests at once, and a rest between them."""
    spacing_s = 0.25
    desk = desk_at(room, tmp_path, migrated_file, method, FETCH_SPACING_S=str(spacing_s))
    feeds = {f"/{n}.xml": {"items": news(1, every=HOUR, since=-HOUR * (n + 1))} for n in range(8)}
    for n, feed in enumerate(feeds.values()):
        feed["items"][0]["path"] = f"/of-{n}"
    desk.play({"gazette.test": {"feeds": feeds}})
    command = [sys.executable, "-m", "claimwatch", "poll", "--at", desk.clock.instant.isoformat()]
    processes = [
        subprocess.Popen(command, env=child_environ(desk.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [process.wait(120) for process in processes] == [0, 0]
    rows = desk.log()
    assert Counter(row["path"] for row in rows) == Counter([*feeds, "/robots.txt", *(f"/of-{n}" for n in range(8))])
    assert {row["parallel"] for row in rows} == {1}
    rests = [after["time"] - before["time"] - before["seconds"] for before, after in pairwise(rows)]
    assert min(rests) > spacing_s * 0.9
    assert desk.manners()["M34"]["ok"]
    desk.tools.store.close()


def test_the_judge_of_a_well_kept_day_has_nothing_to_say(desk: Desk) -> None:
    """All that the newsroom's own judge looks at, in one day of one feed and its pages."""
    desk.play({"gazette.test": site({"items": news(12, every=HOUR)}, robots="User-agent: *\nDisallow: /private\n")})
    for _ in range(30):
        desk.work(JobName.POLL_FEEDS, JobName.FETCH_PAGES)
        desk.advance(60 * MINUTE)
    assert breaches(desk.manners()) == {}
    assert len(desk.titles(A)) == 12
