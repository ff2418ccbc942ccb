"""Google's news sitemaps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from worker.errors import Unreadable
from worker.handovers import ParsedFeed
from worker.steps.feeds.marks import SIZE
from worker.steps.feeds.parse import parse_feed

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
)


def address(n: int, title: str = "", date: str = "2026-11-23") -> str:
    return (
        f"<url><loc>https://gazette.example/{n}</loc><image:image><image:loc>https://img.example/{n}</image:loc>"
        "<image:title>A photo</image:title></image:image><news:news><news:publication><news:name>Gazette</news:name>"
        f"<news:language>en</news:language></news:publication><news:publication_date>{date}</news:publication_date>"
        f"<news:title>{title or f'Piece {n}'}</news:title></news:news></url>"
    )


def sitemap(*addresses: str) -> bytes:
    return (HEAD + "\n".join(addresses) + "</urlset>").encode()


def parse(body: bytes, seen: bytes = b"") -> ParsedFeed:
    return parse_feed(body, url="https://gazette.example/news.xml", content_type="text/xml", seen=seen)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-23T12:30+02:00", datetime(2026, 11, 23, 10, 30, tzinfo=UTC)),
        ("2026-11-23T12:30:05.25Z", datetime(2026, 11, 23, 12, 30, 5, 250_000, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 12:00:00 +0000", datetime(2026, 11, 23, 12, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        ("0001-01-01T00:00:00+23:00", None),
    ],
)
def test_address_title_date_and_language(date: str, expected: datetime | None) -> None:
    parsed = parse(sitemap(address(1, "One &amp; two", date)))
    (item,) = parsed.items
    assert (item.url, item.title, item.published) == ("https://gazette.example/1", "One & two", expected)
    assert (parsed.title, parsed.lang, parsed.total) == ("Gazette", "en", 1)


def test_only_what_was_not_seen_comes_out_and_the_publication_keeps_its_name() -> None:
    first = parse(sitemap(address(1), address(2)))
    second = parse(sitemap(address(3), address(1), address(2, "Piece 2, corrected")), first.marks)
    assert [item.title for item in second.items] == ["Piece 3", "Piece 2, corrected"]
    assert second.items[1].key == first.items[1].key
    nothing = parse(sitemap(address(1), address(2)), first.marks)
    assert (nothing.items, nothing.title, nothing.lang) == ((), "Gazette", "en")
    assert nothing.marks == first.marks
    assert len(first.marks) == 2 * SIZE


def test_an_address_without_a_title_is_refused_and_counted() -> None:
    parsed = parse(sitemap(address(1), "<url><loc>https://gazette.example/about</loc></url>", "<url/>"))
    assert (len(parsed.items), parsed.refused, parsed.total) == (1, {"no news tag with a title": 2}, 3)


def test_as_many_as_the_protocol_allows_are_taken() -> None:
    short = "<url><loc>http://g.example/{0}</loc><news:news><news:title>{0}</news:title></news:news></url>"
    body = sitemap(*(short.format(n) for n in range(50_003)))
    assert len(body) < 5_000_000
    parsed = parse(body)
    assert (len(parsed.items), parsed.total, parsed.refused) == (50_000, 50_003, {"beyond the first 50000": 3})
    assert [item.title for item in parse(body.replace(b">7<", b">seven<"), parsed.marks).items] == ["seven"]


def test_a_sitemap_without_news_is_refused_by_name() -> None:
    plain = HEAD.replace("sitemap-news", "sitemap-video") + "<url><loc>https://gazette.example/1</loc></url></urlset>"
    with pytest.raises(Unreadable, match="a sitemap without news tags"):
        parse(plain.encode())


def test_an_index_says_what_to_add_instead() -> None:
    index = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>https://gazette.example/a.xml</loc>'
        "</sitemap><sitemap><loc> https://gazette.example/google-news.xml </loc></sitemap></sitemapindex>"
    )
    with pytest.raises(Unreadable, match=r"an index of 2 sitemaps.*https://gazette\.example/google-news\.xml$"):
        parse(index.encode())
    with pytest.raises(Unreadable, match="an index of 0 sitemaps"):
        parse(b"<sitemapindex/>")


@pytest.mark.parametrize(
    "body",
    [
        sitemap(address(1))[:-20],
        sitemap(address(1)).replace(b"<urlset", b"<!DOCTYPE urlset [<!ENTITY a 'b'>]><urlset"),
        sitemap("<url><loc>&nbsp;</loc></url>"),
        sitemap("<list><url><loc>https://gazette.example/1</loc></url></list>"),
    ],
)
def test_a_sitemap_that_is_cut_off_or_broken_is_none(body: bytes) -> None:
    with pytest.raises(Unreadable, match="the sitemap is"):
        parse(body)
