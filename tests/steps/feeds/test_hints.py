"""What a feed asks of who polls it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.records import FeedHints
from tests.builders import rss
from worker.steps.feeds.parse import parse_feed

URL = "http://gazette.example/feeds/news.xml"
ALL_HOURS = "".join(f"<hour>{n}</hour>" for n in range(24))


def hints(extra: str, seen: bool = False) -> FeedHints:
    body = rss(("/a", "one"), ("/b", "two"), extra=extra).replace(
        b"<rss ",
        b'<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:atom="http://www.w3.org/2005/Atom" ',
    )
    first = parse_feed(body, url=URL, content_type="")
    assert parse_feed(body, url=URL, content_type="", seen=first.marks).hints == first.hints
    return first.hints


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ("", FeedHints()),
        ("<ttl>240</ttl>", FeedHints(min_interval=timedelta(hours=4))),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", FeedHints(min_interval=timedelta(hours=6))),
        ("<ttl>30</ttl><sy:updatePeriod> hourly\n</sy:updatePeriod>", FeedHints(min_interval=timedelta(hours=1))),
        ("<sy:updatePeriod>yearly</sy:updatePeriod>", FeedHints(min_interval=timedelta(hours=24))),
        ("<skipHours><hour>0</hour><hour> 5</hour><hour>23</hour></skipHours>", FeedHints(skip_hours=frozenset({0, 5, 23}))),
        ("<skipHours><hour>24</hour><hour>25</hour><hour>x</hour></skipHours>", FeedHints(skip_hours=frozenset({0}))),
        (f"<skipHours>{ALL_HOURS}</skipHours>", FeedHints()),
        ("<skipDays><day>Sunday</day><day>monday</day><day>Someday</day></skipDays>", FeedHints(skip_days=frozenset({0, 6}))),
        ("<!-- <skipHours><hour>1</hour></skipHours> -->", FeedHints()),
        ('<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="/f"/><link>/home</link>',
         FeedHints(hub="https://hub.example/", topic="http://gazette.example/f", site="http://gazette.example/home")),
        ('<atom:link rel="hub" href="javascript:x"/><atom:link rel="self" href="tag:g"/><link>ftp://g.example/</link>', FeedHints()),
    ],
)  # fmt: skip
def test_the_hints_of_rss(extra: str, expected: FeedHints) -> None:
    assert hints(extra) == expected


def test_the_hints_of_atom() -> None:
    body = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="http://g.example/f"/><link href="http://g.example/"/>'
        b'<link rel="hub" href="https://hub.example/"/><entry><link href="/1"/><link rel="hub" href="https://not.example/"/></entry></feed>'
    )
    parsed = parse_feed(body, url=URL, content_type="text/html")
    assert parsed.hints == FeedHints(hub="https://hub.example/", topic="http://g.example/f", site="http://g.example/")
    assert parse_feed(body, url=URL, content_type="", seen=parsed.marks).hints == parsed.hints
