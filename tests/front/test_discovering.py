"""What feeds a site has, by asking it: what is asked, in which order, and when no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from claimwatch.discovering import MOST_REQUESTS, discover
from storage.engine import Store
from tests.builders import rss
from tests.fakes import NOON, FakeWeb, Outbox, fetched
from worker.errors import FetchFailed
from worker.gateways.clock import FixedClock
from worker.steps.discover import Why
from worker.steps.judge import Method
from worker.tools import Options, Tools

SITE = "http://www.example.com/"
ROBOTS = "http://www.example.com/robots.txt"


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


def in_two_days(tools: Tools) -> Tools:
    """When robots.txt is asked for anew."""
    return replace(tools, clock=FixedClock(NOON + timedelta(days=2)))


def test_what_the_page_announces_is_asked_and_comments_are_last(asking: Tools, web: FakeWeb) -> None:
    web.site = {
        SITE: page(announced("/comments/feed"), announced("/all.xml", "All"), announced("/broken.xml"), announced("/uk.xml")),
        f"{SITE}all.xml": feed("a", "b", "c"),
        f"{SITE}uk.xml": feed("b"),
        f"{SITE}comments/feed": feed("a#c1"),
        f"{SITE}broken.xml": b"<html>not here",
    }  # fmt: skip
    told = discover(asking, SITE)
    assert [(one.url, one.entries, one.kind, one.why) for one in told.found] == [
        (f"{SITE}all.xml", 3, "RSS", Why.ANNOUNCED),
        (f"{SITE}uk.xml", 1, "RSS", Why.ANNOUNCED),
        (f"{SITE}comments/feed", 1, "RSS", Why.ANNOUNCED),
    ]
    assert [one.url for one in told.choices] == [f"{SITE}all.xml", f"{SITE}uk.xml"]
    assert "not a feed" in told.tried[f"{SITE}broken.xml"]
    assert [request.url for request in web.asked][:2] == [ROBOTS, SITE]
    assert len(web.asked) == 6


def test_a_feeds_own_address_is_one_request(asking: Tools, web: FakeWeb) -> None:
    web.site = {f"{SITE}feed": feed("a")}
    assert [one.why for one in discover(asking, f"{SITE}feed").found] == [Why.ITSELF]
    assert [request.url for request in web.asked] == [f"{SITE}feed"]


def test_the_same_articles_in_two_forms_are_one_choice(asking: Tools, web: FakeWeb) -> None:
    web.site = {
        SITE: page(announced("/rss"), announced("/atom")),
        f"{SITE}rss": feed("a", "b"),
        f"{SITE}atom": feed("b", "a"),
    }
    told = discover(asking, SITE)
    assert [one.twin_of for one in told.found] == ["", f"{SITE}rss"]
    assert len(told.choices) == 1


def test_a_permanent_move_is_told_as_the_address(asking: Tools, web: FakeWeb) -> None:
    web.site = {
        SITE: page(announced("/old")),
        f"{SITE}old": replace(fetched(f"{SITE}old", feed("a")), final_url=f"{SITE}new", permanent_url=f"{SITE}new"),
    }
    assert [one.url for one in discover(asking, SITE).found] == [f"{SITE}new"]


def test_a_page_of_feeds_that_is_linked_is_looked_into(asking: Tools, web: FakeWeb) -> None:
    web.site = {
        SITE: b'<html><body><a href="/rss">RSS</a></body></html>',
        f"{SITE}rss": b'<html><body><a href="/rss/world.xml">World</a></body></html>',
        f"{SITE}rss/world.xml": feed("a"),
    }
    assert [one.url for one in discover(asking, SITE).found] == [f"{SITE}rss/world.xml"]


def test_news_sitemaps_and_usual_places_are_asked_until_one_answers(asking: Tools, web: FakeWeb) -> None:
    web.site = {SITE: page(), f"{SITE}rss.xml": feed("a"), f"{SITE}feed.xml": feed("b")}
    told = discover(asking, SITE)
    assert [(one.url, one.why) for one in told.found] == [(f"{SITE}rss.xml", Why.USUAL)]
    assert [request.url for request in web.asked] == [ROBOTS, SITE, f"{SITE}feed", f"{SITE}rss.xml"]
    web.site = {SITE: page(), ROBOTS: f"Sitemap: {SITE}news.xml".encode()}
    news = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>http://www.example.com/a</loc><n:news><n:title>A</n:title></n:news></url></urlset>'
    web.site[f"{SITE}news.xml"] = news.encode()
    asking = in_two_days(asking)
    told = discover(asking, SITE)
    assert [(one.url, one.kind, one.why) for one in told.found] == [(f"{SITE}news.xml", "news sitemap", Why.SITEMAP)]


def test_nothing_found_costs_ten_requests_at_most_and_says_what_was_tried(asking: Tools, web: FakeWeb) -> None:
    web.site = {SITE: page(*(announced(f"/{n}.xml") for n in range(9)))}
    told = discover(asking, SITE)
    assert told.found == []
    assert len(web.asked) <= MOST_REQUESTS
    assert "not asked" in told.tried[f"{SITE}8.xml"]
    assert told.tried[f"{SITE}0.xml"] == "404 Not Found"
    web.site, web.asked = {}, []
    asking = in_two_days(asking)
    assert discover(asking, f"{SITE}blog/x").found == []
    assert len(web.asked) == MOST_REQUESTS


@pytest.mark.parametrize("status", [403, 429, 503, None])
def test_a_site_that_is_away_or_turns_us_away_is_not_asked_further(
    asking: Tools, web: FakeWeb, status: int | None
) -> None:
    web.site = {ROBOTS: b"", SITE: FetchFailed(SITE, "no", status=status)}
    assert discover(asking, SITE).tried == {SITE: "no"}
    assert [request.url for request in web.asked] == [ROBOTS, SITE]
    web.site = {ROBOTS: FetchFailed(ROBOTS, "no", status=status or 500)}
    web.asked = []
    asking = in_two_days(asking)
    if status != 403:  # rules that are refused are none, by RFC 9309
        assert list(discover(asking, SITE).tried) == [SITE]
        assert [request.url for request in web.asked] == [ROBOTS]


def test_our_own_line_is_told_without_the_address_that_stands_beside_it(asking: Tools, web: FakeWeb) -> None:
    web.site = {ROBOTS: FetchFailed(ROBOTS, "the name cannot be resolved")}
    assert discover(asking, SITE).tried == {SITE: "the name cannot be resolved"}


def test_robots_txt_binds_guesses_but_not_feeds_that_are_named(asking: Tools, web: FakeWeb) -> None:
    web.site = {
        ROBOTS: b"User-agent: *\nDisallow: /feed\nDisallow: /rss",
        SITE: page(announced("/feed")),
        f"{SITE}feed": feed("a"),
    }
    assert [one.url for one in discover(asking, SITE).found] == [f"{SITE}feed"]
    web.site[SITE], web.asked = page(), []
    told = discover(asking, SITE)
    assert told.tried[ROBOTS] == "asks us not to fetch 6 of the usual places"
    assert not {f"{SITE}feed", f"{SITE}rss"} & {request.url for request in web.asked}
    web.site[ROBOTS], web.asked = b"User-agent: claimwatch\nDisallow: /", []
    asking = in_two_days(asking)
    told = discover(asking, SITE)
    assert "asks us not to fetch it" in told.tried[SITE]
    assert [request.url for request in web.asked] == [ROBOTS]
