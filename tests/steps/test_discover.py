"""The feeds that a page names, and where others usually stand."""

from __future__ import annotations

import pytest

from worker.steps.discover import (
    Why,
    kind_of,
    looks_like_feed,
    news_sitemaps,
    offered,
    twins,
    usual_places,
)

SITE = "https://www.example.com/world/"


def told(head: str = "", body: str = "") -> list[tuple[str, str, str]]:
    page = f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
    offers = offered(page.encode(), url=SITE, content_type="text/html; charset=utf-8")
    return [(offer.url, offer.title, offer.why) for offer in offers]


@pytest.mark.parametrize(
    "kind",
    ["application/rss+xml", "application/atom+xml", "APPLICATION/RSS+XML; charset=utf-8", "application/feed+json", "application/rdf+xml"],
)  # fmt: skip
def test_what_the_head_announces(kind: str) -> None:
    link = f'<link rel="alternate home" type="{kind}" title=" World&amp;\n more " href="../news.cgi?w=1">'
    assert told(link) == [("https://www.example.com/news.cgi?w=1", "World& more", Why.ANNOUNCED)]


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="stylesheet" type="application/rss+xml" href="/feed">',
        '<link rel="alternate" type="application/json+oembed" href="/wp-json/oembed">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/7">',
        '<link rel="alternate" hreflang="ar" href="/ar/">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml" href="file:///etc/passwd">',
        '<link rel="alternate" type="application/rss+xml" href="">',
        '<link rel="alternate" type="application/rss+xml">',
    ],
)
def test_what_is_no_feed_of_the_head(link: str) -> None:
    # an empty href is the page itself, which is asked anyway
    assert [offer for offer in told(link) if offer[0] != SITE] == []


def test_links_of_the_page_count_at_the_same_site_only() -> None:
    links = """<a href="/rss/world.xml"><img src=x> World</a><a href="https://feeds.example.com/w">w</a>
      <a href="https://elsewhere.example/feed">not ours</a><a href="/about">us</a><a href="/feedback">tell us</a>
      <a href="/x" type="application/atom+xml">x</a>"""
    assert told("", links) == [
        ("https://www.example.com/rss/world.xml", "World", Why.LINKED),
        ("https://feeds.example.com/w", "w", Why.LINKED),
        ("https://www.example.com/x", "x", Why.LINKED),
    ]


def test_each_address_once_announced_first_and_comments_last() -> None:
    head = """<link rel=alternate type=application/rss+xml title="Gazette » Comments Feed" href="/comments/feed/">
      <link rel=alternate type=application/rss+xml title="Gazette" href="http://www.example.com/feed/">"""
    assert [url for url, *_ in told(head, '<a href="/feed">RSS</a><a href="/rss">RSS</a>')] == [
        "http://www.example.com/feed/",
        "https://www.example.com/rss",
        "https://www.example.com/comments/feed/",
    ]


def test_relative_addresses_are_those_of_the_base() -> None:
    head = '<base href="https://static.example.com/a/"><link rel=alternate type=application/rss+xml href=f.xml>'
    assert [url for url, *_ in told(head)] == ["https://static.example.com/a/f.xml"]
    broken = '<base href="http://[x/"><link rel=alternate type=application/rss+xml href=f.xml>'
    assert [url for url, *_ in told(broken)] == [SITE + "f.xml"]


def test_titles_in_other_letters_and_bytes_that_are_no_page() -> None:
    page = '<meta charset="windows-1251"><link rel=alternate type=application/rss+xml title="Новости" href=/f>'
    (offer,) = offered(page.encode("cp1251"), url=SITE, content_type="text/html")
    assert offer.title == "Новости"
    for body in (b"", b"\x00\xff\xfe", b"%PDF-1.7"):
        assert offered(body, url=SITE, content_type="") == ()


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://x.example/feed", True),
        ("https://x.example/blog/feed/", True),
        ("https://x.example/rss/edition.rss", True),
        ("https://x.example/news/index.rdf", True),
        ("https://x.example/index.xml", True),
        ("https://x.example/sport_rss.xml", True),
        ("https://x.example/?feed=rss2", True),
        ("https://x.example/index.php?format=feed&type=rss", True),
        ("https://feeds.x.example/world", True),
        ("https://x.example/2024/feeding-the-birds", False),
        ("https://x.example/news/a?srcref=rss", False),
        ("https://x.example/news/a?rss", True),
        ("https://x.example/feedback", False),
        ("https://x.example/atomic/energy", False),
        ("https://x.example/sitemap.xml", False),
        ("https://feeder.example/", False),
        ("http://[x/feed", False),
    ],
)
def test_addresses_that_look_like_a_feeds(url: str, is_one: bool) -> None:
    assert looks_like_feed(url) is is_one


def test_news_sitemaps_of_robots_txt() -> None:
    robots = (
        "User-agent: *\nDisallow: /x\nSITEMAP:https://a.example/news.xml\nSitemap: /sitemaps/google-news.xml # new\n"
        "Sitemap: https://a.example/sitemap.xml\nSitemap: https://a.example/newsletters.xml\nSitemap: ftp://a.example/news\n"
    )
    assert [offer.url for offer in news_sitemaps(robots, "https://a.example/robots.txt")] == [
        "https://a.example/news.xml",
        "https://a.example/sitemaps/google-news.xml",
    ]


def test_usual_places_of_the_part_before_those_of_the_whole() -> None:
    places = [offer.url for offer in usual_places("https://a.example/blog/post?x=1#y")]
    assert places[:5] == [f"https://a.example/blog/{name}" for name in ("feed", "rss.xml", "rss", "feed.xml")] + [
        "https://a.example/feed"
    ]
    whole = [offer.url for offer in usual_places("https://a.example")]
    assert whole[0] == "https://a.example/feed"
    assert len(whole) == len(set(whole)) == 8


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- <feed> --><rss version="2.0">', "RSS"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', "Atom"),
        (b"<a:feed xmlns:a='x'>", "Atom"),
        (b"<?xml version='1.0'?><rdf:RDF>", "RSS 1.0"),
        (b'  {"version": "https://jsonfeed.org/version/1.1"}', "JSON Feed"),
        (b"<!DOCTYPE x><urlset>", "news sitemap"),
        (b"<xml>", "feed"),
        (b"", "feed"),
    ],
)
def test_the_kind_of_a_feed(body: bytes, kind: str) -> None:
    assert kind_of(body) == kind


def test_one_feed_in_two_forms() -> None:
    ten = [f"https://a.example/{n}" for n in range(10)]
    assert twins(ten, ten[1:])
    assert not twins(ten, ten[:3])
    assert not twins([], [])
