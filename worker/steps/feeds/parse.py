"""The bytes of a feed to its items: RSS, Atom, RDF, JSON Feed and news sitemaps.

The content type is not asked which it is: feeds come as text/html, pages as application/rss+xml.
"""

from __future__ import annotations

import codecs
import re
from urllib.parse import urljoin

from feedparser.encodings import convert_to_utf8

from worker.errors import Unreadable
from worker.handovers import Fetched, ParsedFeed
from worker.steps.feeds.json_feed import parse_json_feed
from worker.steps.feeds.sitemap import parse_sitemap
from worker.steps.feeds.split import split
from worker.steps.feeds.syndication import parse_syndication

_BLANK = b" \t\r\n"
# each construct has one way to be read, so that many of them in a row cost no more than their length
_SITEMAP = re.compile(
    rb"\s*(?:<\?[^>]*>\s*|<!--(?:(?!-->).)*-->\s*|<!(?!--)[^>\[]*(?:\[[^\]]*\][^>\[]*)?>\s*)*<(?:\w+:)?(?:urlset|sitemapindex)\b",
    re.DOTALL,
)


def parse_feed(
    body: bytes, *, url: str, content_type: str, content_location: str = "", seen: bytes = b""
) -> ParsedFeed:
    """The feed in `body`, with the items whose marks are not in `seen` (the `marks` of the reading before).

    The cost grows with what is new, not with the length of the feed. Raises Unreadable if it is no feed, or is cut off.
    """
    body = body.lstrip(_BLANK)  # blank lines before the declaration make XML ill-formed, and are often there
    kind = content_type or "application/xml"
    if body.startswith(codecs.BOM_UTF8):
        body, kind = body[len(codecs.BOM_UTF8) :].lstrip(_BLANK), "application/xml; charset=utf-8"
    if not body:
        raise Unreadable("not a feed: the answer is empty")
    if body.startswith((b"{", b"[")):
        return parse_json_feed(body, url=url, seen=seen)
    # feedparser's own reading of header, byte order mark and declaration, so that both see the same text
    data: bytes = convert_to_utf8({"content-type": kind}, body, {})
    cut = split(data)
    if cut is not None and cut.root in ("urlset", "sitemapindex"):
        return parse_sitemap(cut, url=url, seen=seen)
    if cut is None and _SITEMAP.match(data[:4000]):
        raise Unreadable("the sitemap is cut off or broken, or brings a DOCTYPE of its own")
    return parse_syndication(
        data, cut, url=url, location=_location(url, content_location), kind=content_type, seen=seen
    )


def parse_fetched(answer: Fetched, seen: bytes = b"") -> ParsedFeed:
    """The feed in an answer of the web, with the items whose marks are not in `seen`. Raises Unreadable."""
    return parse_feed(
        answer.body,
        url=answer.final_url,
        content_type=answer.headers.get("content-type", ""),
        content_location=answer.headers.get("content-location", ""),
        seen=seen,
    )


def _location(url: str, content_location: str) -> str:
    try:
        return urljoin(url, content_location)
    except ValueError:
        return url
