"""What is read of a document does not hang on what of it was seen."""

from __future__ import annotations

import io
import warnings
from collections import Counter
from typing import Any

import feedparser
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from worker.errors import Unreadable
from worker.handovers import FeedItem, ParsedFeed
from worker.steps.feeds.marks import SIZE
from worker.steps.feeds.parse import parse_feed
from worker.steps.feeds.split import split

URL = "http://gazette.example/feeds/news.xml"

RSS = (
    '<?xml version="1.0"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
    "<title>Gazette</title><link>http://gazette.example/</link><ttl>90</ttl>",
    "<lastBuildDate>Mon, 23 Nov 2026 12:00:00 +0000</lastBuildDate></channel></rss>",
    "item",
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://gazette.example/a/" xml:lang="de"><title>Gazette</title>'
    '<link href="/"/><id>tag:gazette.example,2026:feed</id>',
    "</feed>",
    "entry",
)
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="http://gazette.example/"><title>Gazette</title>'
    "<link>http://gazette.example/</link></channel>",
    "<image><title>Logo</title><url>http://gazette.example/logo.png</url></image></rdf:RDF>",
    "item",
)
BARE_RDF = (RDF[0].replace(' xmlns="http://purl.org/rss/1.0/"', ""), RDF[1], "item")

# What items are made of: the usual, and all that is known to stay in feedparser's head when the item is over.
PARTS = [
    "<title>Convoy left on {n}</title>",
    "<title type='html'>&lt;b&gt;Bold&lt;/b&gt; {n}</title>",
    "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>In <em>XHTML</em> {n}</div></title>",
    "<link>http://gazette.example/{n}</link>",
    "<link>/relative/{n}</link>",
    "<link href='http://gazette.example/{n}'/>",
    "<link rel='alternate' type='text/html' href='{n}.html'/>",
    "<link rel='enclosure' type='audio/mpeg' href='{n}.mp3'/>",
    "<atom:link xmlns:atom='http://www.w3.org/2005/Atom' href='http://other.example/{n}'/>",
    "<guid>http://gazette.example/guid/{n}</guid>",
    "<guid isPermaLink='false'>one and the same</guid>",
    "<guid isPermaLink='false'><![CDATA[one and the same]]></guid>",
    "<id>tag:gazette.example,2026:{n}</id>",
    "<id>tag:gazette.example,2026:same</id>",
    "<description>Words &amp; words of {n}</description>",
    "<description><![CDATA[<p>Words</p> <item>not one</item> of {n}]]></description>",
    "<description><div>Inline <b>markup</b></div> {n}</description>",
    "<description xml:base='http://elsewhere.example/x/'><div><a href='y'>y</a></div></description>",
    "<description><p><title>A title within</title></p></description>",
    "<description><details><summary>A summary within</summary></details></description>",
    "<summary>Summary {n}</summary>",
    "<summary type='html'>&lt;p&gt;One&lt;/p&gt;</summary>",
    "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>XHTML {n}</p></div></content>",
    "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><title>t</title><summary>s</summary></div></content>",
    "<content type='html' xml:base='http://elsewhere.example/'><div>not escaped</div></content>",
    "<content type='xhtml'><svg xmlns='http://www.w3.org/2000/svg'><title>Drawing</title></svg></content>",
    "<content type='text'>Plain {n}</content>",
    "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>&lt;p&gt;Full {n}&lt;/p&gt;</content:encoded>",
    "<media:content xmlns:media='http://search.yahoo.com/mrss/' url='x.jpg'><media:title>Photo</media:title>"
    "<media:description>Of {n}</media:description></media:content>",
    "<media:thumbnail xmlns:media='http://search.yahoo.com/mrss/' url='y.jpg'/>",
    "<media:group xmlns:media='http://media.example/other'><media:title>Another media</media:title></media:group>",
    "<x:note xmlns:x='http://x.example/one'>first</x:note>",
    "<x:note xmlns:x='http://x.example/two'><x:title>second</x:title></x:note>",
    "<y:note xmlns:y='http://x.example/one'>third</y:note>",
    "<note xmlns='http://x.example/one'><title>no prefix</title></note>",
    "<title xmlns='http://purl.org/rss/1.0/'>In RSS 1.0 {n}</title>",
    "<source><title>Another feed</title><id>same</id><link href='http://other.example/'/></source>",
    "<source url='http://other.example/rss'>Another</source>",
    "<author><name>Jane</name><uri>http://jane.example/</uri></author>",
    "<image><url>http://gazette.example/i.png</url><title>Picture</title></image>",
    "<image xmlns='http://purl.org/rss/1.0/'/>",
    "<pubDate>Mon, 23 Nov 2026 12:0{n}:00 +0000</pubDate>",
    "<updated>2026-11-2{n}T10:00:00Z</updated>",
    "<dc:date xmlns:dc='http://purl.org/dc/elements/1.1/'>2026-11-0{n}</dc:date>",
    "<category>war</category>",
    "<language>tr</language>",
    "<textInput><title>Search</title></textInput>",
    "<channel><title>Another channel</title></channel>",
    "<item><title>Nested {n}</title><link>http://gazette.example/nested/{n}</link></item>",
    "<enclosure url='http://gazette.example/{n}.mp3' type='audio/mpeg'/>",
    "<!-- <item> in a comment -->",
    "words without an element",
]  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Feeds in which anything may stand in an item."""
    head, tail, name = draw(st.sampled_from([RSS, ATOM, RDF, BARE_RDF]))
    items = []
    for n in range(draw(st.integers(2, 5))):
        about = draw(st.sampled_from(["", f' rdf:about="http://gazette.example/about/{n}"'])) if "rdf" in head else ""
        declared = draw(
            st.sampled_from(["", "", "", ' xmlns:x="http://x.example/one"', ' xml:base="http://base.example/"'])
        )
        parts = draw(st.lists(st.sampled_from(PARTS), max_size=5))
        told = "".join(part.replace("{n}", str(n)) for part in parts)
        items.append(f"<{name}{about}{declared}>{told}</{name}>" if told else f"<{name}{about}{declared}/>")
    between = draw(st.sampled_from(["", "\n", "<!-- between -->", "<x>between</x>"]))
    return (head + between.join(items) + tail).encode()


def read(document: bytes, seen: bytes = b"") -> ParsedFeed:
    return parse_feed(document, url=URL, content_type="application/xml", seen=seen)


def by_feedparser(document: bytes) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return feedparser.parse(
            io.BytesIO(document), response_headers={"content-location": URL, "content-type": "application/xml"}
        )


def counted(items: tuple[FeedItem, ...]) -> Counter[FeedItem]:
    return Counter(items)


@settings(max_examples=400, deadline=None)
@given(documents(), st.data())
def test_what_is_seen_and_what_is_not_make_the_whole(document: bytes, data: st.DataObject) -> None:
    try:
        whole = read(document)
    except Unreadable:  # a root of which only some of the items tell what it is, and these do not
        assume(False)
    marks = [whole.marks[at : at + SIZE] for at in range(0, len(whole.marks), SIZE)]
    seen = frozenset(mark for mark in marks if data.draw(st.booleans()))
    some = read(document, b"".join(seen))
    others = read(document, b"".join(mark for mark in marks if mark not in seen))
    assert counted(some.items) + counted(others.items) == counted(whole.items)
    for part in (some, others):
        assert (part.marks, part.total, part.title, part.lang, part.hints) == (
            whole.marks, whole.total, whole.title, whole.lang, whole.hints,
        )  # fmt: skip
    refused = Counter(some.refused) + Counter(others.refused)
    assert refused == Counter(whole.refused)


@settings(max_examples=200, deadline=None)
@given(documents())
def test_the_splitting_finds_the_items_that_feedparser_finds(document: bytes) -> None:
    cut = split(document)
    assert cut is not None
    if cut.separable:
        assert len(cut.pieces) == len(by_feedparser(document).entries)
        assert cut.with_only(cut.pieces) == document
        assert all(cut.told(piece).startswith((b"<item", b"<entry")) for piece in cut.pieces)


def test_an_item_that_was_seen_does_not_come_again() -> None:
    document = (
        RSS[0] + "".join(f"<item><title>{n}</title><link>/{n}</link></item>" for n in range(9)) + RSS[1]
    ).encode()
    first = read(document)
    assert read(document, first.marks).items == ()
    assert read(document.replace(b"<title>4<", b"<title>four<"), first.marks).items[0].title == "four"


def test_a_guid_on_two_links_keeps_its_two_keys_whichever_was_seen() -> None:
    items = [f"<item><title>{n}</title><link>/{n}</link><guid>same</guid></item>" for n in "ab"]
    document = (RSS[0] + "".join(items) + RSS[1]).encode()
    whole = read(document)
    assert len({item.key for item in whole.items}) == 2
    assert read(document, whole.marks[:SIZE]).items == whole.items[1:]
    assert read(document, whole.marks[SIZE:]).items == whole.items[:1]


@pytest.mark.parametrize("marks", [b"", b"short", b"x" * 1001])
def test_marks_that_are_none_hide_nothing(marks: bytes) -> None:
    assert len(read((RSS[0] + "<item><link>/1</link></item>" + RSS[1]).encode(), marks).items) == 1
