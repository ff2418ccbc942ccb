"""Where the items of a document stand, and which documents may be read without some of them."""

from __future__ import annotations

import io
import warnings
from typing import Any

import feedparser
import pytest

from worker.steps.feeds.split import split

RSS = '<rss version="2.0"><channel><title>Gazette</title>{}</channel></rss>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Gazette</title>{}</feed>'


def told(document: str) -> list[bytes]:
    cut = split(document.encode())
    assert cut is not None
    return [cut.told(piece) for piece in cut.pieces]


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ("<item>1</item><item>2</item>", ["<item>1</item>", "<item>2</item>"]),
        ("<item/><item />", ["<item/>", "<item />"]),
        ("<item>/></item><item\n a='>'></item\n>", ["<item>/></item>", "<item\n a='>'></item\n>"]),
        ("<!-- <item>no</item> --><item><![CDATA[</item>]]></item>", ["<item><![CDATA[</item>]]></item>"]),
        ("<items><li/></items><media>x</media><item>ü</item>tail", ["<item>ü</item>"]),
    ],
)
def test_items_are_the_bytes_that_they_are(items: str, expected: list[str]) -> None:
    assert told(RSS.format(items)) == [item.encode() for item in expected]


def test_a_document_without_some_of_its_items_is_the_same_bytes_without_theirs() -> None:
    document = RSS.format("\n<item>1</item> <item>2</item><ttl>5</ttl><item>3</item>\n").encode()
    cut = split(document)
    assert cut is not None
    assert cut.with_only(cut.pieces[1:2]) == RSS.format("\n <item>2</item><ttl>5</ttl>\n").encode()
    assert cut.with_only(()) == RSS.format("\n <ttl>5</ttl>\n").encode()
    assert cut.with_only(cut.pieces) == document


@pytest.mark.parametrize(
    "document",
    [
        RSS.format("<item>")[:-20],
        RSS.format("<item>&nbsp;</item>"),
        RSS.format("<item><dc:date>1</dc:date></item>"),
        "<!DOCTYPE rss [<!ENTITY a 'b'>]>" + RSS.format("<item>&a;</item>"),
        "",
        "words",
    ],
)
def test_what_is_not_well_formed_or_has_entities_is_not_cut(document: str) -> None:
    assert split(document.encode()) is None


def test_the_own_guid_and_link_of_an_item() -> None:
    cut = split(
        RSS.format(
            "<item><a:link xmlns:a='http://www.w3.org/2005/Atom' href='http://other.example/'/><link> http://g.example/1 </link>"
            "<source><id>not its own</id></source><guid isPermaLink='False'><![CDATA[g]]>&amp;1</guid></item>"
            "<item><guid>http://g.example/2</guid></item>"
        ).encode()
    )
    assert cut is not None
    first, second = cut.pieces
    assert (first.guid, first.permalink, first.link, first.foreign) == ("g&1", False, "http://g.example/1", True)
    assert (second.guid, second.permalink, second.link, second.foreign) == ("http://g.example/2", True, "", False)


def entries(document: str) -> list[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(
            feedparser.parse(
                io.BytesIO(document.encode()),
                response_headers={"content-location": "http://g.example/", "content-type": "application/xml"},
            ).entries
        )


# (feed, an item, the item after it, what of the latter feedparser reads otherwise without the former)
NEIGHBOURS = [
    (RSS, "<item xml:base='http://e.example/'><description><div>1</div></description></item>", "<item><link>2</link></item>", "link"),
    (RSS, "<item><description><p><title>1</title></p></description></item>", "<item><description><b>2</b> two</description></item>", "summary"),
    (RSS, "<item><x:a xmlns:x='http://x.example'>1</x:a></item>", "<item><title xmlns='http://x.example'>2</title></item>", "title"),
    (RSS, "<item><media:a xmlns:media='http://x.example'>1</media:a></item>", "<item><m:title xmlns:m='http://x.example'>2</m:title></item>", "title"),
]  # fmt: skip


@pytest.mark.parametrize(("feed", "before", "after", "field"), NEIGHBOURS)
def test_where_an_item_changes_the_next_nothing_is_left_out(feed: str, before: str, after: str, field: str) -> None:
    together, alone = entries(feed.format(before + after))[-1], entries(feed.format(after))[-1]
    assert together.get(field) != alone.get(field), "feedparser no longer does this: the rule may go"
    cut = split(feed.format(before + after).encode())
    assert cut is not None
    assert not cut.separable


@pytest.mark.parametrize(
    "items",
    [
        "<item><item>nested</item></item>",
        "<item>1</item><list><item>2</item></list>",
        "<item>1</item></channel><channel><item>2</item>",
        "<item><channel>another feed</channel></item>",
    ],
)
def test_items_that_are_not_brothers_are_not_left_out(items: str) -> None:
    cut = split(RSS.format(items).encode())
    assert cut is not None
    assert not cut.separable


@pytest.mark.parametrize(
    "entry",
    [
        "<entry xml:base='http://e.example/'><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>1</div></content></entry>",
        "<entry><m:group xmlns:m='http://search.yahoo.com/mrss/'><m:title>1</m:title><m:content/></m:group></entry>",
        "<entry><source><title>1</title><id>2</id></source><title>3</title></entry>",
        "<entry><content type='html'>&lt;div>&lt;title>escaped markup is text</content></entry>",
    ],
)
def test_what_news_feeds_do_every_day_is_separable(entry: str) -> None:
    cut = split(ATOM.format(entry * 2).encode())
    assert cut is not None
    assert cut.separable
