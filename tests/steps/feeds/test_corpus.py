"""Every feed document of the newsroom: 151 feeds and 154 snapshots of eight feeds over a month.

Each is held against an independent look (tags counted by a pattern, no parser) and against feedparser on the whole document,
item by item; what differs stands here as data, with its reason.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import warnings
from calendar import timegm
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from typing import Any

import feedparser
import pytest

from tests.live.conftest import NEWSROOM
from worker.errors import Unreadable
from worker.handovers import FeedItem, ParsedFeed
from worker.steps.addresses import canonical_url
from worker.steps.feeds.items import text_of
from worker.steps.feeds.marks import SIZE
from worker.steps.feeds.parse import parse_feed

pytestmark = pytest.mark.newsroom

FOLDER = NEWSROOM.parent / "feeds"
URL = "http://corpus.example/feeds/news.xml"

# Documents that hold no feed, by what is said of them.
NO_FEED = {
    **{f"series/latimes/{n:02}.xml.gz": "a web page" for n in range(8, 21)},
    "series/straittimes/13.xml.gz": "a web page",
}

# Entries that are left out, by reason.
REFUSED = {
    # an empty <item/> within each item
    "danmactough__test_feeds_illegally-nested.xml": {"no link": 10},
    # its one link is a tag: URI
    "feed-rs__feed-rs_fixture_atom_atom_example_7.xml": {"scheme tag": 1},
    # notes of a weblog that consist of a description
    "feed-rs__feed-rs_fixture_rss0_rss_0.92_spec_1.xml": {"no link": 3},
    "miniflux__internal_reader_parser_testdata_no_encoding_ISO-8859-1.xml": {"no link": 1},
}

# Where items are not what feedparser makes of them: {document: {field: (how many, why)}}.
DIFFERENT = {
    "tujmon__elpais.xml": {
        "url": (68, "related articles are listed as atom:link, and feedparser takes the last link; ours is the item's own <link>")
    },
    "deN92__dw.xml": {
        "url": (2, "without a link, but with a guid that is an address: feedparser gives none, as the guid says it is no permalink")
    },
}  # fmt: skip


def names() -> list[str]:
    return sorted(str(path.relative_to(FOLDER)) for path in (*FOLDER.glob("*.xml"), *FOLDER.glob("series/*/*.xml.gz")))


def body_of(name: str) -> bytes:
    told = (FOLDER / name).read_bytes()
    return gzip.decompress(told) if name.endswith(".gz") else told


@cache
def read(name: str, seen: bytes = b"") -> ParsedFeed:
    return parse_feed(body_of(name), url=URL, content_type="application/xml", seen=seen)


def tags(body: bytes) -> int:
    """How many items begin, by their tags alone."""
    bare = re.sub(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", b"", body, flags=re.DOTALL)
    return len(re.findall(rb"<(?:\w+:)?(?:item|entry)(?:\s[^>]*)?/?>", bare))


def by_feedparser(body: bytes) -> list[dict[str, Any]]:
    """What feedparser makes of the whole document, with no room of ours between."""
    headers = {"content-location": URL, "content-type": "application/xml"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        entries = feedparser.parse(io.BytesIO(body), response_headers=headers).entries
        return [
            {
                "url": entry.get("link", ""),
                "title": text_of(entry.get("title", "")),
                "summary": text_of(entry.get("summary", ""))[:5000],
                "published": datetime.fromtimestamp(timegm(told), UTC)
                if (told := entry.get("published_parsed") or entry.get("updated_parsed"))
                else None,
                "guid": entry.get("id", ""),
            }
            for entry in entries
        ]


if not FOLDER.exists():
    pytest.skip("the developers' newsroom is not here (CLAIMWATCH_NEWSROOM)", allow_module_level=True)


@pytest.mark.parametrize("name", names())
def test_a_document_gives_its_entries_or_a_reason(name: str) -> None:
    if name in NO_FEED:
        with pytest.raises(Unreadable, match=NO_FEED[name]):
            read(name)
        return
    parsed = read(name)
    assert parsed.total == tags(body_of(name))
    assert parsed.refused == REFUSED.get(name, {})
    assert len(parsed.items) + sum(parsed.refused.values()) == parsed.total
    assert len(parsed.marks) == SIZE * parsed.total


@pytest.mark.parametrize("name", [name for name in names() if name not in NO_FEED])
def test_items_are_what_feedparser_makes_of_the_whole_document(name: str) -> None:
    theirs = by_feedparser(body_of(name))
    ours = read(name).items
    if name in REFUSED:
        theirs = [entry for entry in theirs if entry["url"].startswith("http")]
    assert len(ours) == len(theirs)
    found = {
        field: sum(getattr(mine, field) != entry[field] for mine, entry in zip(ours, theirs, strict=True))
        for field in ("url", "title", "summary", "published")
    }
    assert {field: n for field, n in found.items() if n} == {
        field: n for field, (n, _why) in DIFFERENT.get(name, {}).items()
    }
    links: dict[str, set[str]] = {}
    for mine, entry in zip(ours, theirs, strict=True):
        links.setdefault(entry["guid"], set()).add(mine.url)
    for mine, entry in zip(ours, theirs, strict=True):
        several = entry["guid"] and len(links[entry["guid"]]) > 1
        name_of = f"{entry['guid']} {mine.url}" if several else entry["guid"] or canonical_url(mine.url)
        assert mine.key == hashlib.sha256(name_of.encode()).hexdigest()


def test_an_article_of_el_pais_has_the_address_of_its_guid() -> None:
    guids = re.findall(rb'<guid isPermaLink="true">(.*?)</guid>', body_of("tujmon__elpais.xml"))
    assert [item.url for item in read("tujmon__elpais.xml").items] == [guid.decode() for guid in guids]


@pytest.mark.parametrize("name", [name for name in names() if name not in NO_FEED and "/" not in name])
@pytest.mark.parametrize("unseen", [slice(0, 2), slice(1, None, 2)])
def test_what_is_not_seen_is_what_the_whole_document_tells_of_it(name: str, unseen: slice) -> None:
    whole = read(name)
    marks = [whole.marks[at : at + SIZE] for at in range(0, len(whole.marks), SIZE)]
    new = frozenset(marks[unseen])
    part = read(name, b"".join(mark for mark in marks if mark not in new))
    rest = read(name, b"".join(new))
    assert Counter(part.items) + Counter(rest.items) == Counter(whole.items)
    assert Counter(part.refused) + Counter(rest.refused) == Counter(whole.refused)
    assert (part.title, part.lang, part.hints, part.marks, part.total) == (
        whole.title, whole.lang, whole.hints, whole.marks, whole.total,
    )  # fmt: skip


@pytest.mark.parametrize("series", sorted(path.name for path in (FOLDER / "series").iterdir()))
def test_over_a_month_of_polls_nothing_is_missed_and_nothing_told_otherwise(series: str) -> None:
    told: set[FeedItem] = set()
    seen, parsed_items, all_items = b"", 0, 0
    for name in (name for name in names() if name.startswith(f"series/{series}/") and name not in NO_FEED):
        whole, poll = read(name), read(name, seen)
        assert set(poll.items) <= set(whole.items)
        told |= set(poll.items)
        assert set(whole.items) <= told, "an item of this document never came out as it stands there"
        assert (poll.title, poll.lang, poll.hints, poll.marks) == (whole.title, whole.lang, whole.hints, whole.marks)
        parsed_items += len(poll.items)
        all_items += len(whole.items)
        seen = poll.marks
    assert parsed_items < all_items * 0.6
