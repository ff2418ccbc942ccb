"""Documents as servers send them, and as somebody might who means harm."""

from __future__ import annotations

import codecs

import pytest

from tests.builders import rss
from worker.errors import Unreadable
from worker.handovers import ParsedFeed
from worker.steps.feeds.parse import parse_feed

URL = "http://gazette.example/feeds/news.xml"
TWO = rss(("/a", "Zürich"), ("/b", "two"))


def parse(body: bytes, content_type: str = "application/rss+xml", **told: str) -> ParsedFeed:
    return parse_feed(body, url=URL, content_type=content_type, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("before", [b"", b"\n\n ", codecs.BOM_UTF8, codecs.BOM_UTF8 + b"\n", b"\n" + codecs.BOM_UTF8])
@pytest.mark.parametrize("content_type", ["", "text/xml", "text/html; charset=utf-8", "text/plain", "application/json"])
def test_what_stands_before_a_feed_and_what_it_is_called_does_not_matter(before: bytes, content_type: str) -> None:
    assert [item.title for item in parse(before + TWO, content_type).items] == ["Zürich", "two"]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-16", "utf-16"), ("utf-16-le", "utf-16"), ("iso-8859-1", "iso-8859-1"), ("windows-1252", "utf-8"),
        ("utf-8", "windows-1252"), ("utf-8-sig", "iso-8859-1"), ("gb18030", "gb2312"),
    ],
)  # fmt: skip
def test_text_is_read_by_its_charset_or_in_spite_of_it(encoding: str, declared: str) -> None:
    text = TWO.decode().replace('version="1.0"?', f'version="1.0" encoding="{declared}"?', 1)
    first = parse(text.encode(encoding))
    assert [item.title for item in first.items] == ["Zürich", "two"]
    assert parse_feed(text.encode(encoding), url=URL, content_type="", seen=first.marks).items == ()


def test_every_cut_through_a_feed_is_named() -> None:
    whole = TWO.rstrip()
    for end in range(len(whole) - 1, 0, -1):
        with pytest.raises(Unreadable):
            parse(whole[:end])


def test_a_feed_that_is_ill_formed_but_whole_is_mended() -> None:
    first = parse(TWO.replace(b"two", b"two &nbsp; <br> three"))
    assert [item.url for item in first.items] == ["http://gazette.example/a", "http://gazette.example/b"]
    again = parse_feed(TWO.replace(b"two", b"two &nbsp; <br> three"), url=URL, content_type="", seen=first.marks)
    assert (again.items, again.total, again.marks) == ((), 2, first.marks)


def test_entities_open_no_file_and_do_not_grow() -> None:
    outside = b'<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + rss(("/a", "one")).partition(b"?>")[2]
    assert "root:" not in str(parse(outside.replace(b">one<", b">&f;<")))
    bombs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    bomb = b'<!DOCTYPE rss [<!ENTITY l0 "laugh">' + bombs + b"]>" + rss(("/a", "one")).partition(b"?>")[2]
    assert len(str(parse(bomb.replace(b">one<", b">&l9;<")))) < 10_000


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<rss version='2.0'><channel><item %s/></channel></rss>" % b" ".join(b"a%d='1'" % n for n in range(201)), "over 200 attributes"),
        (b"<rss version='2.0'><channel>&nbsp;<item %s/></channel></rss>" % b" ".join(b"a%d = '1'" % n for n in range(201)), "over 200 attributes"),
        (b"<rss version='2.0'><channel>%s</channel></rss>" % (b"<a/>" * 300_001), "over 300000 tags"),
        (b"<rss version='2.0'><channel>&nbsp;%s</channel></rss>" % (b"<item/>" * 10_001), "over 10000 items"),
        (b"<html><body><p>Before you continue</body></html>", "a web page"),
        (b"<opml version='2.0'><body/></opml>", "something else"),
        (b"/etc/passwd", "something else"),
        (b"file:///etc/passwd", "something else"),
        (codecs.BOM_UTF8 + b"\n", "empty"),
    ],
)  # fmt: skip
def test_what_no_publisher_sends_is_refused_by_name(body: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        parse(body)


ATOM_LINK = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" href="http://gazette.example/related"/>'


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (f"<link>http://gazette.example/own</link>{ATOM_LINK}", "own"),
        (f"{ATOM_LINK}<link>/own</link>", "own"),
        (f"<guid>http://gazette.example/guid</guid>{ATOM_LINK}", "guid"),
        (f"<guid isPermaLink='false'>http://gazette.example/guid</guid>{ATOM_LINK}", "related"),
        (f"<guid>urn:1</guid>{ATOM_LINK}", "related"),
        (f"<link/>{ATOM_LINK}", "related"),
        ("<related><link>http://gazette.example/related</link></related><guid>http://gazette.example/guid</guid>", "guid"),
        ("<guid>http://gazette.example/guid</guid><link>http://gazette.example/own</link>", "own"),
        ("<guid>http://gazette.example/guid</guid>", "guid"),
    ],
)  # fmt: skip
def test_the_own_link_of_an_item_is_its_address_then_its_permalink(item: str, expected: str) -> None:
    body = f'<rss version="2.0"><channel><item><title>t</title>{item}</item></channel></rss>'.encode()
    assert [found.url for found in parse(body).items] == [f"http://gazette.example/{expected}"]


def test_relative_links_are_those_of_the_content_location() -> None:
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="one"/></entry></feed>'
    assert parse(atom).items[0].url == "http://gazette.example/feeds/one"
    assert parse(atom, content_location="/elsewhere/f").items[0].url == "http://gazette.example/elsewhere/one"
    assert parse(atom, content_location="http://[broken").items[0].url == "http://gazette.example/feeds/one"
