"""Lists of feeds as other readers write them, and as we do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from storage.records import FeedSpec
from worker.errors import Unreadable
from worker.steps.opml import MAX_BYTES, Subscription, read_opml, why_refused, write_opml

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def opml(body: str, head: str = "<title>My feeds</title>") -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?>\n<opml version="2.0"><head>{head}</head><body>{body}</body></opml>'.encode()


def test_a_list_of_another_reader() -> None:
    told = read_opml(
        opml("""<outline text="News"><outline text="UK" title="UK">
          <outline type="rss" text="Gazette" title="Gazette: &lt;b&gt;World&lt;/b&gt;" xmlUrl="https://gazette.example/feed" htmlUrl="https://gazette.example/" language="en-us"/>
          </outline></outline>
          <outline text="Wire" xmlurl=" http://wire.example/rss " language="unknown"/>
          <outline text="a note"/><outline type="link" text="a page" url="https://x.example/"/>""")
    )
    assert told.title == "My feeds"
    assert told.refused == ()
    assert told.feeds == (
        Subscription(
            spec=FeedSpec(
                url="https://gazette.example/feed", outlet="Gazette: World", lang="en", title="Gazette: World"
            ),
            folder="UK",
            site="https://gazette.example/",
        ),
        Subscription(spec=FeedSpec(url="http://wire.example/rss", outlet="Wire", title="Wire")),
    )


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ("feed://x.example/f", "http://x.example/f"),
        ("feed:https://x.example/f", "https://x.example/f"),
        ("feed://https://x.example/f", "https://x.example/f"),
    ],
)
def test_the_scheme_feed_is_http(told: str, url: str) -> None:
    assert [one.spec.url for one in read_opml(opml(f'<outline xmlUrl="{told}"/>')).feeds] == [url]


@pytest.mark.parametrize(
    ("outline", "what", "why"),
    [
        ('xmlUrl="javascript:alert(1)"', "javascript:alert(1)", "javascript: is not polled, only http and https"),
        ('xmlUrl="file:///etc/passwd"', "file:///etc/passwd", "file: is not polled"),
        ('xmlUrl="/etc/passwd"', "/etc/passwd", "is no address"),
        ('xmlUrl="https://"', "https://", "names no host"),
        ('xmlUrl="http://[x/"', "http://[x/", "is no address"),
        ('xmlUrl="http://x:y/"', "http://x:y/", "is no address"),
        ('xmlUrl="https://me:secret@x.example/f"', "https://me:secret@x.example/f", "user name or password"),
        (f'xmlUrl="https://x.example/{"a" * 2000}"', "https://x.example/" + "a" * 1982, "longer than 2,000"),
        ('type="rss" text="Lost"', "Lost", "no xmlUrl"),
        ('type="include" text="More" url="https://x.example/more.opml"', "More", "another list, which is not fetched"),
    ],
)
def test_what_is_not_taken_is_named_and_the_rest_is_taken(outline: str, what: str, why: str) -> None:
    told = read_opml(opml(f'<outline {outline}/><outline xmlUrl="https://good.example/f"/>'))
    assert [one.spec.url for one in told.feeds] == ["https://good.example/f"]
    ((refused),) = told.refused
    assert refused["what"] == what
    assert why in refused["why"]


def test_an_address_twice_is_one_feed() -> None:
    told = read_opml(opml('<outline text="a" xmlUrl="http://x.example/f"/>' * 2))
    assert len(told.feeds) == 1
    assert told.refused == ({"what": "http://x.example/f", "why": "stands in the file twice"},)


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "lol"}">' for n in range(12))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (f'<!DOCTYPE opml [{BOMB}]><opml><body><outline text="&a11;"/></body></opml>'.encode(), "defines entities"),
        (f'<!DOCTYPE opml [{BOMB}]><opml><body><outline text="&a11;"/></body></opml>'.encode("utf-16"), "defines entities"),
        (b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml><body>&x;</body></opml>', "defines entities"),
        (b"<html><body>", "not well-formed"),
        (b"<html><body/></html>", "outermost element is html, expected opml"),
        (b"", "no OPML"),
        (b"\x00\xff", "no OPML"),
        (b"x" * (MAX_BYTES + 1), "more than 5 MB"),
        (opml('<outline text="a & b"/>'), "not well-formed"),
        (opml("<outline>" * 300 + "</outline>" * 300), "not well-formed"),
    ],
    ids=["bomb", "bomb in UTF-16", "external", "cut off", "a page", "nothing", "no text", "too long", "ampersand", "deep"],
)  # fmt: skip
def test_files_that_are_not_read(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_opml(data)


def test_entities_of_an_encoding_that_hides_them_are_not_expanded() -> None:
    hidden = f'<?xml version="1.0" encoding="cp037"?><!DOCTYPE opml [{BOMB}]><opml><body><outline text="&a11;"/></body></opml>'
    with pytest.raises(Unreadable):
        read_opml(hidden.encode("cp037"))


def test_a_doctype_without_entities_is_harmless() -> None:
    told = read_opml(b'\n<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/x.dtd"><opml><body><outline xmlUrl="http://x.example/f"/></body></opml>')  # fmt: skip
    assert len(told.feeds) == 1


WHOLE = Subscription(
    spec=FeedSpec(
        url="https://gazette.example/feed?a=1&b=2",
        outlet='The "Gazette" <of> & more',
        country="GB",
        lang="ar",
        kind="sample daily",
        owner="Sample House",
        title="أخبار a < b > c",
    ),
    site="https://gazette.example/",
    paused=True,
)


def test_what_we_write_we_read() -> None:
    feeds = (WHOLE, Subscription(spec=FeedSpec(url="http://wire.example/rss", outlet="Wire")))
    data = write_opml(feeds, title="claimwatch", at=NOON)
    told = read_opml(data)
    assert (told.title, told.feeds, told.refused) == ("claimwatch", feeds, ())
    assert write_opml(told.feeds, title=told.title, at=NOON) == data
    root = etree.fromstring(data)
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert [set(one.keys()) >= {"type", "text", "xmlUrl"} for one in root.iter("outline")] == [True, True]
    assert root.findtext("head/dateCreated") == "Mon, 23 Nov 2026 12:00:00 +0000"


def test_letters_that_xml_cannot_hold_are_left_out() -> None:
    odd = replace(WHOLE, spec=replace(WHOLE.spec, title="a\x00b\x0bc\ud800d\uffff"))
    told = read_opml(write_opml([odd], title="\x01", at=NOON))
    assert told.feeds[0].spec.title == "a b c d"


def test_addresses_that_may_be_a_feeds() -> None:
    assert [why_refused(url) for url in ("http://x.example/f", "https://x.example:8443/", "HTTPS://X.example")] == [
        ""
    ] * 3
