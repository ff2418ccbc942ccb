"""JSON Feed 1.0 and 1.1."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from worker.errors import Unreadable
from worker.handovers import ParsedFeed
from worker.steps.feeds.marks import SIZE
from worker.steps.feeds.parse import parse_feed

URL = "https://gazette.example/feed.json"
FEED: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Gazette",
    "language": "pt-BR",
    "home_page_url": "/",
    "feed_url": URL,
    "hubs": [{"type": "rssCloud", "url": "https://cloud.example/"}, {"type": "WebSub", "url": "https://hub.example/"}],
    "items": [
        {
            "id": "1", "url": "/one", "title": "One & <b>two</b>", "content_html": "<p>Full</p>", "summary": "Short",
            "date_published": "2026-11-23T12:00:00+02:00",
        },
        {"id": 2, "external_url": "https://other.example/two", "content_text": "No title here"},
        {"id": "https://gazette.example/three", "content_html": "<p>Three</p>", "date_modified": "2026-11-23T12:00:00Z"},
    ],
}  # fmt: skip


def parse(feed: object, **told: Any) -> ParsedFeed:
    body = feed if isinstance(feed, bytes) else json.dumps(feed, ensure_ascii=False).encode()
    return parse_feed(body, url=URL, content_type=told.pop("content_type", "application/feed+json"), **told)


def test_items_with_address_title_summary_and_date() -> None:
    parsed = parse(FEED)
    assert [(i.url, i.title, i.summary, i.published) for i in parsed.items] == [
        ("https://gazette.example/one", "One & two", "Short", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("https://other.example/two", "", "No title here", None),
        ("https://gazette.example/three", "", "Three", datetime(2026, 11, 23, 12, tzinfo=UTC)),
    ]
    assert (parsed.title, parsed.lang, parsed.total) == ("Gazette", "pt", 3)
    assert (parsed.hints.hub, parsed.hints.topic, parsed.hints.site) == (
        "https://hub.example/", URL, "https://gazette.example/",
    )  # fmt: skip


def test_only_what_was_not_seen_comes_out() -> None:
    first = parse(FEED)
    edited = {**FEED, "items": [{**FEED["items"][0], "title": "One, corrected"}, *FEED["items"][1:]]}
    (again,) = parse(edited, seen=first.marks).items
    assert (again.key, again.title) == (first.items[0].key, "One, corrected")
    assert parse(FEED, seen=first.marks[SIZE:]).items == first.items[:1]


@pytest.mark.parametrize(
    "content_type", ["text/html", "application/json; charset=iso-8859-1", "application/rss+xml", ""]
)
def test_it_is_utf_8_whatever_the_header_says(content_type: str) -> None:
    feed = {**FEED, "title": "Zürich"}
    for body in (
        json.dumps(feed, ensure_ascii=False).encode(),
        json.dumps(feed, ensure_ascii=False).encode("utf-8-sig"),
    ):
        assert parse(body, content_type=content_type).title == "Zürich"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"version": "https://jsonfeed.org/version/1", "items": [', "cut off"),
        ('{"version": "https://jsonfeed.org/version/1", "title": "Zürich", "items": []}'.encode("latin-1"), "not UTF-8"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "without its list of items"),
        (b'{"version": 1, "items": []}', "not a JSON Feed"),
        (b"[]", "not a JSON Feed"),
        (b"[" * 100_000, "cut off or broken"),
    ],
)  # fmt: skip
def test_what_is_no_json_feed_is_named(body: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        parse(body)


def test_what_has_no_usable_address_is_refused_and_counted() -> None:
    items = [{"id": "1"}, {"url": "javascript:alert(1)"}, "words", {"id": "4", "url": ["/x"]}, {"url": "/five"}]
    parsed = parse({**FEED, "items": items})
    assert [item.url for item in parsed.items] == ["https://gazette.example/five"]
    assert (parsed.refused, parsed.total) == ({"no link": 3, "scheme javascript": 1}, 5)
