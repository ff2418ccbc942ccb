"""Copies fall into one story, whoever reads them, when, and in what order."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from storage import removal
from storage.engine import Store
from storage.records import ArticleId
from storage.schema import ArticleRow, StoryBandRow
from tests.fakes import NOON
from tests.reprints import Piece, prose, read, words

WIRE = words(400, seed=1)
OWN = words(500, seed=2)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(store: Store) -> dict[str, list[str]]:
    """The addresses of each story by that of its original."""
    with store.read() as tx:
        rows = tx.execute(select(ArticleRow.id, ArticleRow.url, ArticleRow.copy_of).order_by(ArticleRow.url)).all()
    names = {row.id: row.url for row in rows}
    found: dict[str, list[str]] = {}
    assert not {row.id for row in rows if row.copy_of} & {row.copy_of for row in rows}, "an original is no copy"
    for row in rows:
        found.setdefault(names[row.copy_of or row.id], []).append(row.url)
    return found


def piece(name: str, text: list[str], *, hours: int = 0) -> Piece:
    return Piece(url=f"http://{name}.example/a", text=prose(text), published=NOON + hours * HOUR)


ORIGINAL = piece("wire", WIRE)
CUT = piece("herald", WIRE[:220], hours=1)
OPENED = piece("gazette", OWN[:40] + WIRE, hours=2)
REPORT = piece("monitor", OWN + WIRE[:150], hours=3)


def test_reprints_are_one_story_and_a_report_that_holds_the_wire_is_its_own(store: Store) -> None:
    for one in (ORIGINAL, CUT, OPENED, REPORT):
        read(store, one)
    assert told(store) == {ORIGINAL.url: sorted([ORIGINAL.url, CUT.url, OPENED.url]), REPORT.url: [REPORT.url]}


def test_the_original_is_what_was_published_first_not_what_was_read_first(store: Store) -> None:
    for one in (OPENED, CUT):
        read(store, one)
    assert told(store) == {CUT.url: sorted([CUT.url, OPENED.url])}
    read(store, ORIGINAL)
    assert told(store) == {ORIGINAL.url: sorted([ORIGINAL.url, CUT.url, OPENED.url])}


def test_one_that_joins_two_stories_makes_them_one(store: Store) -> None:
    # the two have little in common but through the whole
    first, last, whole = piece("a", WIRE[:230], hours=1), piece("b", WIRE[170:], hours=2), piece("c", WIRE, hours=3)
    read(store, first)
    read(store, last)
    assert len(told(store)) == 2
    read(store, whole)
    assert told(store) == {first.url: [first.url, last.url, whole.url]}


def test_an_edit_takes_an_article_out_of_its_story_and_those_it_held_together_apart(store: Store) -> None:
    first, last, whole = piece("a", WIRE[:230], hours=1), piece("b", WIRE[170:], hours=2), piece("c", WIRE, hours=3)
    for one in (first, last, whole):
        read(store, one)
    read(store, replace(whole, text=prose(OWN), seen=NOON + DAY))
    assert told(store) == {one.url: [one.url] for one in (first, last, whole)}
    read(store, replace(whole, text=prose(WIRE), seen=NOON + 2 * DAY))
    assert told(store) == {first.url: [first.url, last.url, whole.url]}


def test_a_light_edit_leaves_a_story_as_it_was(store: Store) -> None:
    read(store, ORIGINAL)
    read(store, CUT)
    read(store, replace(ORIGINAL, text=prose([*WIRE[:100], "corrected", *WIRE[100:]])))
    assert told(store) == {ORIGINAL.url: sorted([ORIGINAL.url, CUT.url])}


def test_the_same_words_after_a_month_are_another_story(store: Store) -> None:
    for days, one in ((0, ORIGINAL), (29, CUT), (70, OPENED)):
        read(store, replace(one, published=NOON + days * DAY))
    assert told(store) == {ORIGINAL.url: sorted([ORIGINAL.url, CUT.url]), OPENED.url: [OPENED.url]}


def test_without_a_date_it_goes_by_when_it_was_first_seen(store: Store) -> None:
    read(store, replace(ORIGINAL, published=None, seen=NOON + DAY))
    read(store, replace(CUT, published=None, seen=NOON))
    assert told(store) == {CUT.url: sorted([ORIGINAL.url, CUT.url])}


def test_a_caption_is_nobodys_copy(store: Store) -> None:
    read(store, piece("a", WIRE[:30]))
    read(store, piece("b", WIRE[:30]))
    assert len(told(store)) == 2
    with store.read() as tx:
        assert tx.execute(select(StoryBandRow)).all() == []


def test_when_the_original_goes_the_next_by_date_takes_its_place(store: Store) -> None:
    ids = {one.url: read(store, one) for one in (OPENED, CUT, ORIGINAL)}
    with store.begin() as tx:
        removal._delete(tx, [ids[ORIGINAL.url]])
    assert told(store) == {CUT.url: sorted([CUT.url, OPENED.url])}
    with store.begin() as tx:
        removal._delete(tx, [ids[CUT.url], ids[OPENED.url]])
        assert tx.execute(select(StoryBandRow)).all() == []


PIECES = [ORIGINAL, CUT, OPENED, REPORT, piece("a", WIRE[180:], hours=4), piece("b", OWN, hours=5),
          piece("c", OWN[:300] + WIRE[:60], hours=6), piece("d", words(300, seed=3)), piece("e", WIRE, hours=7)]  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(PIECES), edited=st.sets(st.integers(0, len(PIECES) - 1), max_size=3))
def test_the_order_of_reading_changes_no_story(sqlite_store: Store, order: list[Piece], edited: set[int]) -> None:
    def empty() -> None:
        with sqlite_store.begin() as tx:
            removal._delete(tx, [ArticleId(i) for i in tx.scalars(select(ArticleRow.id))])

    for one in PIECES:
        read(sqlite_store, one)
    by_date = told(sqlite_store)
    empty()
    # some said something else at first
    for i in sorted(edited):
        read(sqlite_store, replace(PIECES[i], text=PIECES[(i + 1) % len(PIECES)].text))
    for one in order:
        read(sqlite_store, one)
    assert told(sqlite_store) == by_date
    empty()


def test_workers_that_read_copies_at_once_end_with_one_story(store: Store) -> None:
    n = 6
    for round_ in range(4):
        text = words(300, seed=100 + round_)
        pieces = [piece(f"h{k}-r{round_}", text[: 300 - 10 * k], hours=k) for k in range(n)]
        random.Random(round_).shuffle(pieces)
        started = Barrier(n)

        def one_reads(one: Piece, started: Barrier = started) -> None:
            started.wait()
            read(store, one)

        with ThreadPoolExecutor(n) as pool:
            list(pool.map(one_reads, pieces))
        mine = [urls for urls in told(store).values() if any(f"-r{round_}." in url for url in urls)]
        assert mine == [sorted(one.url for one in pieces)]


def test_workers_that_read_edits_of_one_story_at_once_do_not_lock_each_other_up(store: Store) -> None:
    pieces = [piece(f"h{k}", WIRE[: 400 - 10 * k], hours=k) for k in range(5)]
    for one in pieces:
        read(store, one)
    started = Barrier(5)

    def edit(k: int) -> None:
        started.wait()
        read(store, replace(pieces[k], text=prose([*OWN[: 40 * k], *WIRE] if k % 2 else OWN)))

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(edit, range(5)))
    assert sorted(map(len, told(store).values())) == [2, 3]
