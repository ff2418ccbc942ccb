"""Manners M20, M23 to M28, M37 and M38: answers that hang, break, lead astray or have no end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from claimwatch.settings import child_environ
from tests.live.conftest import Newsroom, wait_until
from tests.live.manners import (
    DAY,
    HOUR,
    Desk,
    Row,
    address_of,
    conditional,
    desk_at,
    gaps,
    news,
    newsroom,
    site,
    statuses,
)
from worker.steps.judge import Method

pytestmark = [pytest.mark.live, pytest.mark.newsroom]

A, B = "gazette.test/feed.xml", "moved.test/feed.xml"
OLD_NEWS = {"items": news(5, every=HOUR, since=-9 * HOUR)}
DEADLINE_S = 2.0
# What no fetcher may follow (the newsroom's redirect-private).
ASTRAY = ("metadata", "lan", "loopback", "file", "ipv6", "decimal", "mapped", "gopher")
# Over what a poll of a small feed takes.
MOST_MORE_BYTES = 100_000_000


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with newsroom() as made:
        yield made


@pytest.fixture
def desk(room: Newsroom, tmp_path: Path, migrated_file: Path, method: Method) -> Iterator[Desk]:
    made = desk_at(room, tmp_path, migrated_file, method)
    yield made
    made.tools.store.close()


@pytest.mark.parametrize(("do", "more"), [("hang", {}), ("hang", {"bytes": 100}), ("drip", {"rate": 20})])
def test_m20_one_deadline_over_the_whole_exchange(
    room: Newsroom, tmp_path: Path, migrated_file: Path, method: Method, do: str, more: dict[str, object]
) -> None:
    """Silence, a body that stops, and one that drips and so is never silent for long: all end at the deadline, line closed."""
    desk = desk_at(room, tmp_path, migrated_file, method, FETCH_TIMEOUT_S=str(DEADLINE_S))
    desk.play({"gazette.test": site(OLD_NEWS), "well.test": site(OLD_NEWS)})
    desk.rule(A, do, **more)
    desk.work()
    (row,) = wait_for_end(desk)
    assert row["aborted"]
    assert DEADLINE_S - 0.2 <= row["seconds"] <= DEADLINE_S + 1.5  # the server looks five times a second
    assert desk.feed(A)["failures"] == 1
    assert f"within {DEADLINE_S:g} s" in desk.feed(A)["last_error"]
    assert len(desk.titles("well.test/feed.xml")) == 5
    desk.tools.store.close()


@pytest.mark.parametrize("do", ["html-instead", "empty"])
def test_m23_what_is_no_feed_is_a_failure_and_takes_nothing_away(desk: Desk, do: str) -> None:
    """200 with a consent page or with nothing: the entries stay, the polls thin out, the state says it, and it mends itself."""
    desk.play({"gazette.test": site(OLD_NEWS)})
    desk.rule(A, do, requests="2-6")
    desk.live(4 * DAY)
    rows = desk.log(A)
    assert len(desk.titles(A)) == 5
    waits = gaps(rows)[1:6]
    assert all(after > before * 1.4 for before, after in pairwise(waits[:4]))
    with desk.tools.store.read() as tx:
        told = [tuple(row) for row in tx.exec_driver_sql("SELECT state, note FROM polls ORDER BY at")]
    assert [state for state, _note in told][:8] == ["ok", *["not-a-feed"] * 5, "ok", "ok"]
    assert all(note for _state, note in told[1:6])


@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream", "image/png"])
def test_m23_a_feed_under_a_wrong_type_is_a_feed(desk: Desk, kind: str) -> None:
    """What it is, is told by its content."""
    desk.play({"gazette.test": site(OLD_NEWS)}, [{"match": A, "do": "content-type", "type": kind}])
    desk.polls(2)
    assert len(desk.titles(A)) == 5
    assert desk.feed(A)["state"] == "ok"


@pytest.mark.parametrize("status", ["301", "308"])
def test_m24_a_permanent_move_is_followed_once(desk: Desk, status: str) -> None:
    """The new address is asked from then on, and the old one never again."""
    desk.play({"gazette.test": site(OLD_NEWS), "moved.test": site(OLD_NEWS)}, watch=[A])
    desk.rule(A, status, to=f"http://{B}", requests="2-")
    desk.polls(6)
    assert statuses(desk.log(A)) == [200, int(status)]
    there = desk.log(B)
    assert statuses(there) == [200, 304, 304, 304, 304]
    assert not conditional(there[0])
    feed = desk.feed(A)
    assert (feed["state"], feed["poll_url"]) == ("moved", f"http://{B}")
    assert desk.manners()["M24"]["ok"]


@pytest.mark.parametrize("status", ["302", "303", "307"])
def test_m25_a_detour_is_taken_anew_each_time(desk: Desk, status: str) -> None:
    """Every poll begins at the old address; what the detour's end gave as validators is sent there alone."""
    desk.play({"gazette.test": site(OLD_NEWS), "moved.test": site(OLD_NEWS)}, watch=[A])
    desk.rule(A, status, to=f"http://{B}")
    desk.polls(5)
    assert [address_of(row) for row in desk.log()] == [A, B] * 5
    assert not [row for row in desk.log(A) if conditional(row)]
    assert statuses(desk.log(B)) == [200, 304, 304, 304, 304]
    assert (desk.feed(A)["poll_url"], desk.feed(A)["state"]) == (f"http://{A}", "ok")


def test_m25_of_a_chain_the_permanent_head_is_kept(desk: Desk) -> None:
    """301, 308, 302, 301: the first two moves are for good; what comes behind the detour is not."""
    hosts = {f"hop{n}.test": site(OLD_NEWS) for n in range(5)}
    desk.play(hosts, watch=["hop0.test/feed.xml"])
    for n, status in enumerate(("301", "308", "302", "301")):
        desk.rule(f"hop{n}.test/feed.xml", status, to=f"http://hop{n + 1}.test/feed.xml")
    desk.polls(3)
    assert [row["host"][3] for row in desk.log()] == [*"01234", *"234", *"234"]
    assert desk.feed("hop0.test/feed.xml")["poll_url"] == "http://hop2.test/feed.xml"


def test_m25_a_detour_that_becomes_a_move_is_followed(desk: Desk) -> None:
    """302 for a while, then 301 to the same place, which says 304: the move is believed all the same."""
    desk.play({"gazette.test": site(OLD_NEWS), "moved.test": site(OLD_NEWS)}, watch=[A])
    desk.rule(A, "302", to=f"http://{B}", requests="1-3")
    desk.rule(A, "301", to=f"http://{B}", requests="4-")
    desk.polls(7)
    assert statuses(desk.log(A)) == [302, 302, 302, 301]
    assert statuses(desk.log(B)) == [200, *[304] * 6]
    assert desk.feed(A)["poll_url"] == f"http://{B}"


@pytest.mark.parametrize("status", [302, 301])
def test_m26_nothing_leads_into_the_house(desk: Desk, status: int) -> None:
    """Private, loopback and link-local addresses in every spelling, and other schemes: not one request goes there."""
    hosts = {f"{to}.test": site(OLD_NEWS) for to in ASTRAY}
    rules = [{"match": f"{to}.test/*", "do": "redirect-private", "to": to, "status": status} for to in ASTRAY]
    desk.play(hosts, rules)
    desk.live(6 * HOUR)
    rows = desk.log()
    assert {row["host"] for row in rows} == set(hosts)
    assert {row["path"] for row in rows} == {"/feed.xml"}
    assert desk.manners()["M26"]["ok"]
    for host in hosts:
        feed = desk.feed(f"{host}/feed.xml")
        assert feed["failures"] >= 1
        assert "leads to" in feed["last_error"], feed["last_error"]


@pytest.mark.parametrize("endless", [0, 1])
def test_m27_a_loop_is_one_failure(desk: Desk, endless: int) -> None:
    """Five hops at the most, round in a circle or ever on; then the poll has failed, once."""
    desk.play(
        {"gazette.test": site(OLD_NEWS)}, [{"match": "gazette.test/*", "do": "redirect-loop", "endless": endless}]
    )
    desk.polls(1)
    assert len(desk.log()) == 6
    assert desk.feed(A)["failures"] == 1
    assert desk.feed(A)["last_error"].endswith("more than 5 redirects")
    desk.polls(1)
    assert len(desk.log()) == 12


def test_m28_a_move_to_what_is_no_feed_is_none(desk: Desk) -> None:
    """301 to a consent page: the old address is asked again, and a move that proves good later is taken then."""
    desk.play({"gazette.test": site(OLD_NEWS), "moved.test": site(OLD_NEWS)}, watch=[A])
    desk.rule(A, "301", to=f"http://{B}", requests="2-")
    desk.rule(B, "html-instead", requests="1-2")
    desk.polls(3)
    assert [address_of(row) for row in desk.log()] == [A, A, B, A, B]
    assert desk.feed(A)["poll_url"] == f"http://{A}"
    assert len(desk.titles(A)) == 5
    desk.polls(2)
    assert [address_of(row) for row in desk.log()][5:] == [A, B, B]
    assert desk.feed(A)["poll_url"] == f"http://{B}"


def wait_for_end(desk: Desk) -> list[Row]:
    """The requests of A, when the server has noticed that their lines are closed."""
    wait_until(lambda: all("seconds" in row for row in desk.log(A)), timeout=10)
    return desk.log(A)


def peak_bytes(desk: Desk) -> int:
    """What a process of its own that polls what is due takes at most."""
    command = [sys.executable, "-m", "claimwatch", "poll", "--at", desk.clock.instant.isoformat()]
    with subprocess.Popen(
        command, env=child_environ(desk.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss * 1024


def test_m37_bodies_without_end_end_here(room: Newsroom, tmp_path: Path, migrated_file: Path, method: Method) -> None:
    """An endless body, one that unpacks to a gigabyte, fifty thousand entries: broken off, each with its reason, at flat memory."""
    desk = desk_at(room, tmp_path, migrated_file, method)
    desk.play({"small.test": site(OLD_NEWS)})
    idle = peak_bytes(desk)
    (desk.folder / "claimwatch.db").unlink()
    desk.tools.store.close()
    desk = desk_at(room, tmp_path, migrated_file, method)
    faults = ("infinite", "gzip-bomb", "huge-feed")
    desk.play({f"{do}.test": site(OLD_NEWS) for do in faults}, [{"match": f"{do}.test/*", "do": do} for do in faults])
    peak = peak_bytes(desk)
    assert peak - idle < MOST_MORE_BYTES, (idle, peak)
    for do in faults:
        (row,) = desk.log(f"{do}.test/feed.xml")
        assert row["bytes"] < 40_000_000
        feed = desk.feed(f"{do}.test/feed.xml")
        assert feed["failures"] == 1
        assert "bytes" in feed["last_error"], feed["last_error"]
        assert desk.titles(f"{do}.test/feed.xml") == []
    assert desk.log("infinite.test/feed.xml")[0]["aborted"]
    desk.tools.store.close()


def test_m37_entries_within_the_bounds_are_all_kept(desk: Desk) -> None:
    """Ten thousand entries are many, and not too many: none is cut off silently."""
    desk.play({"gazette.test": site(OLD_NEWS)}, [{"match": A, "do": "huge-feed", "entries": 10_000}])
    desk.polls(1)
    assert len(desk.titles(A)) == 10_000


def test_m38_entities_are_neither_fetched_nor_expanded(desk: Desk) -> None:
    """A feed that names files and addresses as entities gets none of them; one that expands to a gigabyte ends at once."""
    desk.play(
        {"gazette.test": site(OLD_NEWS), "laughs.test": site(OLD_NEWS)},
        [{"match": A, "do": "xxe"}, {"match": "laughs.test/*", "do": "billion-laughs"}],
    )
    desk.polls(1)
    assert {row["path"] for row in desk.log()} == {"/feed.xml"}
    assert desk.manners()["M26"]["ok"]
    kept = (desk.folder / "claimwatch.db").read_bytes()
    assert b"root:" not in kept
    assert b"canary" not in b" ".join(title.encode() for title in desk.titles(A))
    assert b"laughlaugh" not in kept
    assert desk.titles("laughs.test/feed.xml") == []
