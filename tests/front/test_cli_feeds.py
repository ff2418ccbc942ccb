"""Feeds in the hands of a person: found, listed, shown, set, imported and exported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from claimwatch.feed_lists import laid_out, take_in
from claimwatch.polling import Done, held_back, poll
from claimwatch.probing import probe
from claimwatch.samples.newsroom import Samples, read_samples, serving
from storage import entries, feed_choices, feed_histories, feeds, queries
from storage.engine import Store
from storage.errors import Refused
from storage.feeds import Polled
from storage.instants import written
from storage.records import FeedId, FeedSpec, FeedState
from storage.schema import EntryRow, FeedRow, HostRow, PushRow, SubscriptionRow
from tests.builders import rss
from tests.fakes import NOON, FakeWeb, Outbox, fetched
from tests.front.conftest import Command
from worker.errors import FetchFailed
from worker.gateways.clock import FixedClock, SystemClock
from worker.handovers import Fetched
from worker.steps.judge import Method
from worker.steps.opml import read_opml, write_opml
from worker.tools import Options, Tools

SITE = "http://www.example.com/"
SAMPLES = read_samples()
SUBSCRIPTIONS: Any = SubscriptionRow.__table__
PUSHES: Any = PushRow.__table__


def page(*links: str) -> bytes:
    return f"<!doctype html><html><head>{''.join(links)}</head><body>News of the day.</body></html>".encode()


def announced(url: str, title: str = "") -> str:
    return f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{url}">'


def feed(*paths: str) -> bytes:
    return rss(*((f"{SITE}{path}", path) for path in paths))


@pytest.fixture
def asking(sqlite_store: Store, web: FakeWeb, outbox: Outbox, clock: FixedClock, method: Method) -> Tools:
    """Tools on SQLite alone: nothing of this turns on the engine."""
    return Tools(store=sqlite_store, web=web, mailer=outbox, clock=clock, method=lambda: method, options=Options())


# the command itself


@pytest.fixture
def site(environ: dict[str, str]) -> Iterator[Samples]:
    """The sample newsroom with a front page for the gazette; one of two feeds for the herald."""
    documents = dict(SAMPLES.documents)
    documents["http://gazette.example/"] = "text/html", page(announced("/feed.xml", "All"))
    documents["http://herald.example/"] = "text/html", page(announced("/feed.xml"), announced("/other.xml"))
    documents["http://herald.example/other.xml"] = documents["http://gazette.example/feed.xml"]
    samples = Samples(documents, SAMPLES.feeds, SAMPLES.pieces)
    with serving(samples) as proxy:
        environ |= {"CLAIMWATCH_FETCH_PROXY_URL": proxy, "CLAIMWATCH_FETCH_SPACING_S": "0"}
        yield samples


@pytest.mark.usefixtures("site")
def test_discover_and_add_what_was_discovered(claimwatch: Command) -> None:
    ran = claimwatch("feed", "discover", "http://gazette.example/", "--json")
    (found,) = ran.json()["found"]
    assert (ran.code, found["url"], found["kind"], found["entries"] > 0, found["id"]) == (0, "http://gazette.example/feed.xml", "RSS", True, None)  # fmt: skip
    added = claimwatch("feed", "add", "--discover", "http://gazette.example/", "--outlet", "Gazette", "--json").json()
    assert added == {"id": 1, "url": "http://gazette.example/feed.xml", "new": True}
    row = claimwatch("feed", "show", "1", "--json").json()
    assert (row["outlet"], row["lang"], row["title"]) == ("Gazette", "en", found["title"])
    assert "feed 1" in claimwatch("feed", "discover", "http://gazette.example/").out
    several = claimwatch("feed", "add", "--discover", "http://herald.example/")
    assert several.code == 1
    assert "http://herald.example/other.xml" in several.out
    assert "2 feeds, none is added" in several.err
    none = claimwatch("feed", "add", "--discover", "http://wire.example/nothing/here")
    assert (none.code, none.out) == (0, "feed 2 added: http://wire.example/feed.xml\n")  # at a usual place
    nothing = claimwatch("feed", "discover", "http://nowhere.example/")
    assert (nothing.code, nothing.out) == (1, "")
    assert "no feed: http://nowhere.example/: 404" in nothing.err
    assert len(claimwatch("feed", "list", "--json").json()) == 2


def test_add_without_discover_asks_nobody(claimwatch: Command, environ: dict[str, str]) -> None:
    environ["CLAIMWATCH_FETCH_ALLOW_PRIVATE"] = "true"
    ran = claimwatch("feed", "add", " http://127.0.0.1:9/a-page#top ")
    assert ran.out == "feed 1 added: http://127.0.0.1:9/a-page\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://me:secret@x.example/f"], "with a user name in it"),
        (["x.example/f"], "begins with http:// or https://"),
        (["http://[x/f"], "not an address"),
        (["http://127.0.0.1:9/f"], "private or reserved address; to allow it: CLAIMWATCH_FETCH_ALLOW_PRIVATE=true"),
        (["http://redis/f"], "a name of a private network; to allow it"),
        (["http://x.example/f", "--country", "GBR"], "--country: expected 2 letters, such as GB, got 'GBR'"),
        (["http://x.example/f", "--lang", "english"], "--lang: expected 2 or 3 letters, such as en, got 'english'"),
        (["nonsense", "--discover"], "'https://nonsense' is no feed address"),
    ],
)
def test_what_can_never_be_polled_is_not_added(claimwatch: Command, arguments: list[str], said: str) -> None:
    ran = claimwatch("feed", "add", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert claimwatch("feed", "list", "--json").json() == []


def test_discover_refuses_what_add_refuses(claimwatch: Command) -> None:
    ran = claimwatch("feed", "discover", "nonsense")
    assert (ran.code, ran.out) == (2, "")
    assert "a name of a private network" in ran.err


def test_adding_again_says_what_it_changed(claimwatch: Command) -> None:
    assert claimwatch("feed", "add", "https://gazette.example/f", "--lang", "EN").code == 0
    url = "https://gazette.example/f"
    assert claimwatch("feed", "add", url).out == f"feed 1 known: {url}; nothing changed\n"
    again = claimwatch("feed", "add", url, "--outlet", "Gazette", "--country", "gb")
    assert again.out == f"feed 1 known: {url}; outlet gazette.example -> Gazette, country none -> GB\n"
    other = claimwatch("feed", "add", "http://gazette.example/f", "--lang", "ar")
    assert other.out == f"feed 1 known: {url} (and http://gazette.example/f is the same); lang en -> ar\n"
    assert claimwatch("feed", "add", "http://gazette.example/f", "--json").json() == {"id": 1, "url": url, "new": False}


def test_a_feed_added_by_mistake_is_removed_one_that_brought_entries_stays(store: Store) -> None:
    three_feeds(store)
    with store.begin() as tx:
        (one, two) = feeds.read(tx, [FeedId(1), FeedId(2)])
        feeds.record_polls(tx, [Polled(feed=one, next_poll=NOON, answered=False, read=False)], now=NOON)
        tx.execute(SUBSCRIPTIONS.insert().values(id=1, feed_id=1, hub="h", topic="t", token="x", secret="y", state="asked", state_since=NOON, missed=0, failures=0, lost_leases=0))  # fmt: skip
        tx.execute(PUSHES.insert().values(subscription_id=1, received_at=NOON, content_type="", sha256="", size_bytes=0, zstd=b"", failures=0, lost_leases=0))  # fmt: skip
        entries.add(tx, two, [("k", "http://wire.example/a", "http://wire.example/a", "wire.example", "A", "", None)], now=NOON)  # fmt: skip
    with store.begin() as tx:
        assert feed_choices.remove(tx, FeedId(1)) == "http://gazette.example/1"
        assert feed_choices.remove(tx, FeedId(1)) is None
        with pytest.raises(Refused, match="feed 2 brought 1 entry, which stays: .*claimwatch feed pause 2"):
            feed_choices.remove(tx, FeedId(2))
    with store.read() as tx:
        assert [row["id"] for row in queries.feeds(tx)] == [2, 3]
        assert [tx.execute(select(table)).all() for table in (SUBSCRIPTIONS, PUSHES)] == [[], []]


def test_the_command_removes(claimwatch: Command, commands_store: Store) -> None:
    three_feeds(commands_store)
    ran = claimwatch("feed", "remove", "2")
    assert (ran.code, ran.out) == (0, "feed 2 is removed: http://wire.example/2\n")
    assert "watch list" in ran.err
    assert claimwatch("feed", "remove", "2").code == 1


def test_what_waits_and_what_was_given_up_is_seen(claimwatch: Command, commands_store: Store) -> None:
    three_feeds(commands_store)
    with commands_store.begin() as tx:
        (one,) = feeds.read(tx, [FeedId(1)])
        urls = [f"http://gazette.example/{n}" for n in range(6)]
        entries.add(tx, one, [(u, u, u, "gazette.example", "T", "", None) for u in urls], now=NOON)
        for n, url in enumerate(urls[1:]):
            why, state = ("404 Not Found", "parked") if n < 3 else ("503 Away", "new")
            values = {"state": state, "last_error": f"{url}: {why}", "next_try_at": None if n < 3 else datetime(2100, 1, 1, tzinfo=UTC)}  # fmt: skip
            tx.execute(update(EntryRow).where(EntryRow.url == url).values(**values))
    head, *_lines = claimwatch("feed", "list").out.splitlines()
    assert head.split()[5:8] == ["entries", "unread", "outlet"]
    assert (
        "3 entries given up, 3 still to be read: claimwatch feed show 1" in claimwatch("feed", "list", "--trouble").out
    )
    assert [row["waiting"] for row in claimwatch("feed", "list", "--json").json()] == [3, 0, 0]
    shown = claimwatch("feed", "show", "1")
    assert re.search(r"waiting +3, next try now: 2 x 503 Away; 1 x not tried yet$", shown.out, re.MULTILINE)
    assert re.search(r"^3 +404 Not Found +http://gazette.example/1$", shown.out, re.MULTILINE)
    assert shown.out.count("404 Not Found") == 1
    told = claimwatch("feed", "show", "1", "--json").json()
    assert [(g["why"], g["count"]) for g in told["given_up_entries"]] == [("404 Not Found", 3)]
    work = {c["what"]: c for c in claimwatch("doctor", "--json").json()}["work"]
    assert (work["state"], "2 of those to be read failed" in work["detail"]) == ("warn", True)
    assert claimwatch("feed", "retry", "1").code == 0
    none = claimwatch("feed", "retry", "1")
    assert (none.code, "none of its entries was given up" in none.err) == (1, True)


def test_a_move_is_seen_whatever_else_is_said_of_the_feed(claimwatch: Command, commands_store: Store) -> None:
    three_feeds(commands_store)
    set_row(commands_store, 1, state="stale", poll_url="http://gazette.example/new", newest=NOON, last_polled_at=NOON)
    assert "stale, moved" in claimwatch("feed", "list").out
    trouble = claimwatch("feed", "list", "--trouble").out
    assert "it answers, newest 2026-11-23; moved to http://gazette.example/new: claimwatch feed accept 1" in trouble
    shown = claimwatch("feed", "show", "1").out
    assert re.search(r"^state +stale: newest 2026-11-23$", shown, re.MULTILINE)
    set_row(commands_store, 1, poll_url="http://herald.example/3")
    other = "http://herald.example/3, which feed 3 has already"
    assert f"moved to {other}: claimwatch feed pause 1" in claimwatch("feed", "list", "--trouble").out
    shown = claimwatch("feed", "show", "1").out
    assert other in shown
    assert "feed accept" not in shown


def test_check_of_no_feeds(claimwatch: Command, commands_store: Store) -> None:
    ran = claimwatch("feed", "check")
    assert (ran.code, "no feeds are watched yet: claimwatch feed add URL" in ran.err) == (1, True)
    three_feeds(commands_store)
    assert "no feed 9;" in claimwatch("feed", "check", "9").err


def set_row(store: Store, feed_id: int, **values: object) -> None:
    with store.begin() as tx:
        tx.execute(update(FeedRow).where(FeedRow.id == feed_id).values(**values))


def three_feeds(store: Store) -> None:
    with store.begin() as tx:
        for n, outlet in enumerate(("Gazette", "Wire", "Herald"), start=1):
            feeds.add(tx, FeedSpec(url=f"http://{outlet.lower()}.example/{n}", outlet=outlet), now=NOON)
    set_row(store, 1, state="ok")
    set_row(store, 2, state="gone", next_try_at=None, last_error="http://wire.example/2: 410 Gone")
    set_row(store, 3, state="unreachable", paused_at=NOON)


def test_the_list_shows_trouble_first_and_paused_last(claimwatch: Command, commands_store: Store) -> None:
    three_feeds(commands_store)
    ran = claimwatch("feed", "list")
    head, *lines = ran.out.splitlines()
    assert head.split() == ["id", "state", "since", "next", "poll", "entries", "outlet", "address"]
    assert [line.split()[:2] for line in lines] == [["2", "gone"], ["1", "ok"], ["3", "unreachable"]]
    assert "none" in lines[0].split()
    assert "paused" in lines[2].split()
    assert ran.err.endswith("3 feeds: 1 ok, 1 gone; 1 paused\n")
    trouble = claimwatch("feed", "list", "--trouble")
    assert len(trouble.out.splitlines()) == 2
    assert "410 Gone" in trouble.out
    rows = claimwatch("feed", "list", "--trouble", "--json").json()
    assert [(row["id"], row["next_poll"]) for row in rows] == [(2, None)]


def test_a_feed_is_shown_with_its_reasons_and_polls(claimwatch: Command, commands_store: Store) -> None:
    three_feeds(commands_store)
    with commands_store.begin() as tx:
        (one,) = feeds.read(tx, [FeedId(1)])
        hints = replace(one.hints, skip_hours=frozenset({22, 23}), site="http://gazette.example/")
        told = replace(
            one, hints=hints, gap=timedelta(hours=3), interval=timedelta(seconds=6235), newest=NOON, last_success_at=NOON, etag='"x"', poll_url="http://gazette.example/new",
        )  # fmt: skip
        for n in range(12):
            bad = n == 11
            polled = Polled(
                feed=told, next_poll=NOON + timedelta(days=9999), answered=not bad, read=not bad, status=503 if bad else 200,
                new=None if bad else n, items=None if bad else 20, error="http://gazette.example/new: 503 Away" if bad else None,
            )  # fmt: skip
            feeds.record_polls(tx, [polled], now=NOON + timedelta(hours=n))
    row = claimwatch("feed", "show", "1", "--json").json()
    assert {
        "id",
        "url",
        "state",
        "state_since",
        "next_poll",
        "gap_s",
        "hints",
        "distrusted",
        "hub",
        "polls",
    } <= row.keys()
    assert [p["new"] for p in row["polls"]] == [None, *range(10, -1, -1)]
    shown = claimwatch("feed", "show", "1").out
    for words in (
        "every 1 h 44 min, for it has news about every 3 h",
        "22 to 0 h GMT",
        "ETag sent",
        "http://gazette.example/new (make it its own: claimwatch feed accept 1)",
        "12 polls, the latest at the right; up to 10 new",
        "·▁▂▃▄▄▅▆▇██×",
    ):
        assert words in shown
    assert len(re.findall(r"^2026-11-2\d \d\d:\d\d", shown, re.MULTILINE)) == 8
    assert re.search(r"503 .*503 Away$", shown, re.MULTILINE)
    assert "none, it is gone; to ask again: claimwatch feed pause 2 --resume" in claimwatch("feed", "show", "2").out


def test_what_a_person_sets_of_one_feed(claimwatch: Command, commands_store: Store) -> None:
    three_feeds(commands_store)
    ran = claimwatch("feed", "set", "1", "--every", "2h", "--user-agent", "claimwatch-test/1")
    assert ran.out == "feed 1 is asked every 2 h, or less often if it asks for that, as claimwatch-test/1\n"
    with commands_store.read() as tx:
        (one,) = feeds.read(tx, [FeedId(1)])
    assert (one.every, one.user_agent) == (timedelta(hours=2), "claimwatch-test/1")
    assert claimwatch("feed", "set", "1", "--every", "default").out == "feed 1 is asked as often as learned, as claimwatch-test/1\n"  # fmt: skip
    assert claimwatch("feed", "set", "1", "--user-agent", "default").out == "feed 1 is asked as often as learned, as all others\n"  # fmt: skip


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["1", "--user-agent", "Mozilla/5.0"], 2, "does not hold the word claimwatch: publishers have a right to know"),
        (["1", "--user-agent", "claimwatch ü"], 2, "plain ASCII"),
        (["1", "--user-agent", "claimwatch\nX: y"], 2, "plain ASCII"),
        (["1", "--every", "14min"], 2, "expected 15 min to 24 h, such as 45min or 2h, or default; got '14min'"),
        (["1", "--every", "25h"], 2, "expected 15 min to 24 h"),
        (["1", "--every", "often"], 2, "got 'often'"),
        (["1", "--every", "1h30"], 2, "got '1h30'"),
        (["9", "--every", "2h"], 1, "no feed 9"),
    ],
)
def test_what_cannot_be_set(
    claimwatch: Command, commands_store: Store, options: list[str], code: int, said: str
) -> None:
    three_feeds(commands_store)
    ran = claimwatch("feed", "set", *options)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_how_often_takes_effect_at_once_but_not_before_it_may(claimwatch: Command, commands_store: Store) -> None:
    three_feeds(commands_store)
    now = SystemClock().now().replace(microsecond=0)
    polled, due = now - timedelta(minutes=10), now + timedelta(hours=8)
    set_row(commands_store, 1, last_polled_at=polled, next_try_at=due, interval_s=28_800)

    def next_poll(every: str) -> str:
        assert claimwatch("feed", "set", "1", "--every", every).code == 0
        return str(claimwatch("feed", "show", "1", "--json").json()["next_poll"])

    assert next_poll("12h") == written(due)
    assert next_poll("1h30min") == written(polled + timedelta(minutes=90))
    assert "every 1 h 30 min as a person has set, from the poll at" in " ".join(
        claimwatch("feed", "show", "1").out.split()
    )
    set_row(commands_store, 1, next_try_at=due, hints={"min_interval_s": 7200})
    assert next_poll("15 min") == written(polled + timedelta(hours=2))
    with commands_store.begin() as tx:
        tx.execute(HostRow.__table__.insert().values(host="gazette.example", bound_until=now + timedelta(hours=3)))  # type: ignore[attr-defined]
    set_row(commands_store, 1, next_try_at=due)
    assert next_poll("1 h 0 min") == written(now + timedelta(hours=3))
    set_row(commands_store, 1, next_try_at=due, failures=2)
    assert next_poll("1h") == written(due)


def test_a_moved_feed_takes_its_new_address_unless_it_is_taken(store: Store) -> None:
    three_feeds(store)
    set_row(store, 1, state="moved", poll_url="http://gazette.example/new")
    set_row(store, 2, state="moved", poll_url="http://gazette.example/new")
    with store.begin() as tx:
        told = feed_choices.accept_move(tx, FeedId(1), now=NOON + timedelta(days=1))
    assert told == ("http://gazette.example/1", "http://gazette.example/new")
    with store.begin() as tx:
        (one,) = feeds.read(tx, [FeedId(1)])
        assert (one.url, one.state, one.state_since) == (told[1], FeedState.OK, NOON + timedelta(days=1))
        with pytest.raises(Refused, match="feed 1 has that address already"):
            feed_choices.accept_move(tx, FeedId(2), now=NOON)
        with pytest.raises(Refused, match="feed 3 has not moved"):
            feed_choices.accept_move(tx, FeedId(3), now=NOON)
        assert feed_choices.accept_move(tx, FeedId(9), now=NOON) is None


# lists of feeds

OPML = """<opml version="2.0"><head><title>Mine</title></head><body><outline text="UK">
<outline type="rss" text="Gazette World" xmlUrl="http://gazette.example/world"/>
<outline type="rss" text="Gazette Sport" xmlUrl="http://www.gazette.example/sport"/></outline>
<outline text="Known" xmlUrl="https://wire.example/2"/><outline text="Bad" xmlUrl="javascript:alert(1)"/>
<outline text="Wire" xmlUrl="http://herald.example/3"/></body></opml>"""


def test_a_list_comes_in_at_once_and_says_what_it_left_out(claimwatch: Command, commands_store: Store) -> None:
    three_feeds(commands_store)
    before = claimwatch("feed", "list", "--json").out
    dry = claimwatch("feed", "import", "-", "--dry-run", stdin=OPML)
    assert claimwatch("feed", "list", "--json").out == before
    assert dry.out.splitlines()[0] == "would be added: Gazette World: http://gazette.example/world"
    ran = claimwatch("feed", "import", "-", stdin=OPML)
    assert ran.out.splitlines() == [
        "feed 4 added: Gazette World: http://gazette.example/world",
        "feed 5 added: Gazette Sport: http://www.gazette.example/sport",
    ]
    assert ran.err.splitlines() == [
        "feed 2 known: https://wire.example/2",
        "feed 3 known: http://herald.example/3",
        "left out: javascript:alert(1): javascript: is not polled, only http and https",
        "gazette.example: 2 outlets now (Gazette World, Gazette Sport), each a voice of its own; if they are one: claimwatch "
        "feed add URL --outlet NAME",
        "2 feeds added, 2 known, 1 left out",
    ]
    again = claimwatch("feed", "import", "-", "--json", stdin=OPML).json()
    assert [len(again[name]) for name in ("added", "known", "refused")] == [0, 4, 1]
    rows = {row["id"]: row for row in claimwatch("feed", "list", "--json").json()}
    assert (rows[3]["outlet"], rows[4]["outlet"], len(rows)) == ("Herald", "Gazette World", 5)


def test_the_exact_address_goes_before_the_other_scheme_and_our_own_file_comes_back(store: Store) -> None:
    with store.begin() as tx:
        for scheme in ("http", "https"):
            feeds.add(tx, FeedSpec(url=f"{scheme}://gazette.example/f", outlet="Gazette"), now=NOON)
    both = "".join(f'<outline text="G" xmlUrl="{scheme}://gazette.example/f"/>' for scheme in ("https", "http"))
    taken = take_in(store, read_opml(f"<opml><body>{both}</body></opml>".encode()), now=NOON)
    assert [row["id"] for row in taken.known] == [2, 1]
    file = write_opml(laid_out(store), title="claimwatch", at=NOON)
    with store.begin() as tx:
        assert all(feed_choices.remove(tx, FeedId(n)) for n in (1, 2))
    taken = take_in(store, read_opml(file), now=NOON)
    assert (len(taken.added), taken.refused) == (2, [])


def test_a_list_with_what_the_door_refuses(sqlite_store: Store) -> None:
    file = b'<opml><body><outline text="a" xmlUrl="http://10.0.0.1/f"/><outline text="b" xmlUrl="http://b.example/f#x"/></body></opml>'
    taken = take_in(sqlite_store, read_opml(file), now=NOON)
    assert [row["url"] for row in taken.added] == ["http://b.example/f"]
    assert "private or reserved" in taken.refused[0]["why"]
    assert len(take_in(sqlite_store, read_opml(file), now=NOON, allow_private=True).added) == 1


def test_folders_may_be_outlets(sqlite_store: Store) -> None:
    taken = take_in(sqlite_store, read_opml(OPML.encode()), now=NOON, folders_are_outlets=True)
    assert [row["outlet"] for row in taken.added] == ["UK", "UK", "Known", "Wire"]
    assert taken.several == {}


def test_what_goes_out_comes_back(store: Store) -> None:
    three_feeds(store)
    with store.begin() as tx:
        feeds.add(tx, FeedSpec(url="http://q.example/?a=1&b=<2>", outlet='"Q" & co', country="GB", lang="ar", kind="a daily", owner="Q"), now=NOON)  # fmt: skip
    out = laid_out(store)
    data = write_opml(out, title="claimwatch", at=NOON)
    with store.begin() as tx:
        for row in queries.feeds(tx):
            tx.execute(update(FeedRow).where(FeedRow.id == row["id"]).values(url=f"http://x.example/{row['id']}", poll_url=f"http://x.example/{row['id']}"))  # fmt: skip
    taken = take_in(store, read_opml(data), now=NOON)
    assert (len(taken.added), taken.refused) == (4, [])
    assert [one for one in laid_out(store) if "//x.example" not in one.spec.url] == out
    assert [one.paused for one in out] == [False, False, True, False] == [one.spec.outlet == "Herald" for one in out]


def test_export_writes_a_whole_file_or_to_stdout(claimwatch: Command, commands_store: Store, tmp_path: Path) -> None:
    three_feeds(commands_store)
    file = tmp_path / "feeds.opml"
    ran = claimwatch("feed", "export", "--opml", str(file))
    assert (ran.code, ran.err) == (0, f"written: {file}, 3 feeds\n")
    told = read_opml(file.read_bytes())
    assert len(told.feeds) == 3
    assert list(read_opml(claimwatch("feed", "export").out.encode()).feeds) == list(told.feeds)
    assert "cannot write" in claimwatch("feed", "export", "--opml", "/proc/no/feeds.opml").err


@pytest.mark.parametrize(
    ("stdin", "code", "said"),
    [
        ('<!DOCTYPE opml [<!ENTITY a "b">]><opml/>', 2, "-: it defines entities of its own"),
        ("no list", 2, "line 1, column 1\n"),
        ("<html/>", 2, "outermost element is html, expected opml"),
        ("<opml/>", 1, "- holds no feed"),
    ],
)
def test_files_that_are_no_lists(claimwatch: Command, stdin: str, code: int, said: str) -> None:
    ran = claimwatch("feed", "import", "-", stdin=stdin)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert "cannot be read" in claimwatch("feed", "import", "missing.opml").err


# the same word, whoever asks


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (FetchFailed("u", "404 Not Found", status=404), FeedState.UNREACHABLE),
        (FetchFailed("u", "410 Gone", status=410), FeedState.GONE),
        (FetchFailed("u", "403 Forbidden", status=403), FeedState.REFUSED),
        (FetchFailed("u", "451", status=451), FeedState.REFUSED),
        (FetchFailed("u", "500", status=500), FeedState.UNREACHABLE),
        (FetchFailed("u", "no answer"), FeedState.UNREACHABLE),
        (b"<html>no", FeedState.NOT_A_FEED),
        (rss(), FeedState.EMPTY),
        (feed("a"), FeedState.OK),
        (replace(fetched("http://gazette.example/1", feed("a")), permanent_url="http://x.example/"), FeedState.MOVED),
    ],
)
def test_check_and_poll_say_the_same_word(
    asking: Tools, web: FakeWeb, answer: bytes | FetchFailed | Fetched, word: FeedState
) -> None:
    with asking.store.begin() as tx:
        feeds.add(tx, FeedSpec(url="http://gazette.example/1", outlet="Gazette"), now=NOON)
    web.site = {"http://gazette.example/1": answer}
    with asking.store.read() as tx:
        (checked,) = probe(asking, feeds.read(tx, []))
    assert checked["state"] == word
    poll(asking, threads=1)
    with asking.store.read() as tx:
        (polled,) = queries.feeds(tx)
    assert polled["state"] == word


def test_a_missing_feed_is_gone_for_both_after_a_day(asking: Tools) -> None:
    with asking.store.begin() as tx:
        feeds.add(tx, FeedSpec(url="http://gazette.example/1"), now=NOON)
    set_row(asking.store, 1, state="unreachable", failures=3, failing_since=NOON - timedelta(days=1))
    with asking.store.read() as tx:
        (checked,) = probe(asking, feeds.read(tx, []))
    poll(asking, threads=1)
    with asking.store.read() as tx:
        assert checked["state"] == queries.feeds(tx)[0]["state"] == FeedState.GONE


def test_force_forgets_what_hosts_asked_for(asking: Tools, web: FakeWeb) -> None:
    bound = NOON + timedelta(days=1)
    with asking.store.begin() as tx:
        tx.execute(HostRow.__table__.insert().values(host="gazette.example", bound_until=bound))  # type: ignore[attr-defined]
        assert feed_histories.bound_until(tx, "gazette.example")["bound_until"] == "2026-11-24T12:00:00Z"
    poll(asking, threads=1)
    with asking.store.read() as tx:
        assert tx.scalars(select(HostRow.bound_until)).all() == [bound]
    with asking.store.read() as tx:
        assert held_back(tx, NOON) == (0, None)
    with asking.store.begin() as tx:
        for n in (1, 2):
            feeds.add(tx, FeedSpec(url=f"http://gazette.example/{n}"), now=NOON)
    set_row(asking.store, 2, paused_at=NOON)
    with asking.store.read() as tx:
        assert held_back(tx, NOON) == (1, bound)
    poll(asking, threads=1, force=True)
    with asking.store.read() as tx:
        assert tx.scalars(select(HostRow.bound_until)).all() == [None]


def test_progress_begins_with_feeds_and_tells_nothing_of_what_there_is_none(asking: Tools, web: FakeWeb) -> None:
    with asking.store.begin() as tx:
        for n in range(3):
            feeds.add(tx, FeedSpec(url=f"http://gazette.example/{n}"), now=NOON)
    web.site = {"http://gazette.example/0": rss(("http://gazette.example/a", "A"))}
    lines: list[str] = []
    done = poll(asking, threads=1, progress=lambda done: lines.append(done.line()))
    assert lines[0] in ("0 of 3 feeds asked (3 under way)", "3 of 3 feeds asked")
    assert done.line().startswith("3 of 3 feeds asked, 1 page asked")
    assert Done().line() == "0 of 0 feeds asked"


def test_who_stops_a_poll_is_told_at_once(asking: Tools) -> None:
    with asking.store.begin() as tx:
        feeds.add(tx, FeedSpec(url="http://gazette.example/0"), now=NOON)
    told: list[timedelta] = []

    def interrupt(_done: Done) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        poll(asking, threads=1, progress=interrupt, stopping=told.append)
    assert told == [asking.options.times.lease]
