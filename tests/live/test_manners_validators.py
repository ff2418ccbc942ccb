"""Validators that lie, over scripted weeks: what raises a doubt, what proves it, and what a feed that is honest is spared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.live.conftest import Newsroom
from tests.live.manners import DAY, HOUR, Desk, Row, at, conditional, desk_at, gaps, news, newsroom, site, statuses
from worker.steps.judge import Method

pytestmark = [pytest.mark.live, pytest.mark.newsroom]

A = "courier.test/feed.xml"  # the newsroom lays its pages out with <time> elements
EVERY = 6 * HOUR
# Four items a day for the weeks to come, and two days of them before.
ITEMS = news(120, every=EVERY, since=-48 * HOUR)
LIES_FROM = 3 * DAY


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with newsroom(scripted_time=True) as made:
        yield made


@pytest.fixture
def desk(room: Newsroom, tmp_path: Path, migrated_file: Path, method: Method) -> Iterator[Desk]:
    made = desk_at(room, tmp_path, migrated_file, method)
    yield made
    made.tools.store.close()


def bare(desk: Desk) -> list[Row]:
    """The feed's polls without validators."""
    return [row for row in desk.log(A) if not conditional(row)]


def lies(**more: object) -> dict[str, object]:
    return {"match": A, "do": "lying-304", "after": f"+{LIES_FROM.total_seconds():.0f}", **more}


def front_pages() -> list[dict[str, object]]:
    """The site's front page leads to its newest article of two days before, each day to another."""
    return [
        {
            "match": "courier.test/",
            "do": "302",
            "to": f"http://courier.test{ITEMS[4 * day]['path']}",
            "after": f"+{day}d",
            "until": f"+{day + 1}d",
        }
        for day in range(25)
    ]


def caught_once_then_distrusted(desk: Desk) -> None:
    first, *others = bare(desk)
    started = at(first)
    assert at(others[0]) - started > LIES_FROM + 3 * DAY  # nobody is doubted at once
    assert at(others[0]) - started < LIES_FROM + 12 * DAY
    since = [row for row in desk.log(A) if at(row) >= at(others[0])]
    assert since == others  # not believed any more: each poll from then on, as the first
    assert set(statuses(others)) == {200}
    assert desk.feed(A)["distrusted"]
    with desk.tools.store.read() as tx:
        told = set(tx.exec_driver_sql("SELECT title FROM entries").scalars())
    shown = [item["title"] for item in ITEMS if float(str(item["at"])) < 20 * DAY.total_seconds()]
    assert set(shown) <= told


def test_a_304_that_lies_is_found_out_by_the_sites_page(desk: Desk) -> None:
    """The feed says "not modified" for ever while its site shows newer articles: asked bare once, then not believed any more."""
    desk.play({"courier.test": site({"items": ITEMS})}, [lies(), *front_pages()], watch=[A])
    desk.live(21 * DAY)
    caught_once_then_distrusted(desk)
    assert len(desk.log("courier.test/")) <= 2


def test_a_304_that_lies_is_found_out_by_a_sibling_feed(desk: Desk) -> None:
    """Another feed of the host shows what this one hides: its own page need not even be asked."""
    desk.play({"courier.test": {"feeds": {"/feed.xml": {"items": ITEMS}, "/all.xml": {"items": ITEMS}}}}, [lies()])
    desk.live(21 * DAY)
    caught_once_then_distrusted(desk)
    assert desk.log("courier.test/") == []


def test_one_etag_for_ever_is_found_out_by_what_it_covers(desk: Desk) -> None:
    """New entries under the old ETag: caught with the first of them, no validator is sent from then on."""
    desk.play(
        {"courier.test": site({"items": ITEMS, "validators": "none"})},
        [{"match": A, "do": "headers", "set": {"ETag": '"for-ever"'}}],
    )
    desk.live(4 * DAY)
    rows = desk.log(A)
    changed = next(n for n, row in enumerate(rows) if row["bytes"] != rows[0]["bytes"])
    assert [row["if_none_match"] for row in rows] == [
        None,
        *['"for-ever"'] * changed,
        *[None] * (len(rows) - changed - 1),
    ]
    assert 0 < changed < len(rows) - 3
    assert desk.feed(A)["distrusted"]


def test_a_304_that_is_true_is_believed_whatever_else_the_site_has(desk: Desk) -> None:
    """A section falls silent, the site's page shows newer pieces of other sections: looked at bare once a week, never distrusted."""
    desk.play(
        {
            "courier.test": {
                "feeds": {"/feed.xml": {"items": ITEMS[:12]}, "/all.xml": {"items": ITEMS}},
            }
        },
        front_pages(),
        watch=[A],
    )
    desk.live(24 * DAY)
    looks = bare(desk)
    assert 2 <= len(looks) <= 4
    assert min(gaps(looks)) >= 7 * DAY
    assert not desk.feed(A)["distrusted"]


@pytest.mark.parametrize("weeks", [8])
def test_without_evidence_there_is_one_unconditional_get_in_a_feeds_life(desk: Desk, weeks: int) -> None:
    """A feed falls silent, and neither its site nor another feed shows more: believed for weeks, restarts included."""
    desk.play({"courier.test": site({"items": ITEMS[:12]}), "argus.test": site({"items": ITEMS})})
    desk.live(timedelta(weeks=weeks), before_poll=lambda: desk.restart() if len(desk.log(A)) % 20 == 0 else None)
    assert [at(row) for row in bare(desk)] == [at(desk.log(A)[0])]
    assert set(statuses(desk.log(A)[20:])) == {304}
    assert not desk.feed(A)["distrusted"]
