"""The bytes of a feed to its items, by feedparser."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from calendar import timegm
from collections import Counter
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import feedparser

from storage.records import FeedHints
from worker.errors import Unreadable
from worker.handovers import FeedItem, Fetched, ParsedFeed
from worker.steps.addresses import canonical_url

# More than any real feed carries (the largest in the corpus has some hundreds); a flood stops here.
MAX_ITEMS = 2_000
# A key of PostgreSQL's index holds some 2,700 bytes; browsers and servers stop near 2,000 characters.
MAX_LINK = 2_000
_LONGEST_HINT = timedelta(hours=24)
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_TAG = re.compile(r"<[^>]{0,2000}>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def parse_feed(
    body: bytes, *, url: str, content_type: str, content_location: str = "", seen: bytes = b""
) -> ParsedFeed:
    """The feed in `body`, with the items whose marks are not in `seen`. Raises Unreadable if it is none, or is cut off."""
    if not body.strip():
        raise Unreadable("not a feed: the answer is empty")
    headers = {"content-location": content_location or url, "content-type": content_type or "application/xml"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # BytesIO always: given str or bytes, feedparser opens a local file that the body names.
        parsed: Any = feedparser.parse(io.BytesIO(body), response_headers=headers)
    if not parsed.version:
        what = "a web page" if re.search(rb"<html|<!doctype html", body[:2000], re.IGNORECASE) else "something else"
        raise Unreadable(f"not a feed: {what} ({content_type or 'no content type'}, {len(body)} bytes)")
    if parsed.bozo and not re.search(
        rb"</(\w+:)?(rss|feed|rdf)\s*>\s*(<!--.*-->\s*)*\Z", body[-4000:].strip(), re.IGNORECASE | re.DOTALL
    ):
        raise Unreadable(f"the feed is cut off or broken: {_line(str(parsed.get('bozo_exception', '')))}")
    items, refused = _items(parsed.entries, url)
    marks = [hashlib.blake2b(repr(item).encode(), digest_size=8).digest() for item in items]
    known = {seen[i : i + 8] for i in range(0, len(seen), 8)}
    return ParsedFeed(
        title=_text(parsed.feed.get("title", "")),
        lang=_line(str(parsed.feed.get("language", "") or ""))[:2].lower(),
        hints=FeedHints(min_interval=_min_interval(parsed.feed)),
        items=tuple(item for item, mark in zip(items, marks, strict=True) if mark not in known),
        marks=b"".join(marks),
        total=len(parsed.entries),
        refused=refused,
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


def _items(entries: list[Any], url: str) -> tuple[tuple[FeedItem, ...], dict[str, int]]:
    refused: Counter[str] = Counter()
    found: list[tuple[str, str, Any]] = []
    for entry in entries[:MAX_ITEMS]:
        link = _link(entry, url)
        if not link:
            refused["no link"] += 1
        elif not link.startswith(("http://", "https://")):
            refused[f"scheme {link.partition(':')[0][:20]}"] += 1
        elif len(link) > MAX_LINK:
            refused["link too long"] += 1
        else:
            found.append((str(entry.get("id") or ""), link, entry))
    if len(entries) > MAX_ITEMS:
        refused[f"beyond the first {MAX_ITEMS}"] = len(entries) - MAX_ITEMS
    links_of: dict[str, set[str]] = {}
    for guid, link, _entry in found:
        links_of.setdefault(guid, set()).add(link)
    items = tuple(
        FeedItem(
            key=_key(guid if len(links_of[guid]) == 1 else f"{guid} {link}" if guid else "", link),
            url=link,
            title=_text(entry.get("title", "")),
            summary=_text(entry.get("summary", ""))[:5000],
            published=_instant(entry),
        )
        for guid, link, entry in found
    )
    return items, dict(refused)


def _key(guid: str, link: str) -> str:
    return hashlib.sha256((guid or canonical_url(link)).encode()).hexdigest()


def _link(entry: Any, base: str) -> str:
    link = _line(str(entry.get("link") or ""))
    if not link and str(entry.get("id", "")).startswith(("http://", "https://")):
        link = str(entry["id"])
    try:
        link = urljoin(base, link) if link else ""
        parts = urlsplit(link)
        if parts.hostname in ("www.bing.com", "bing.com") and parts.path.endswith("apiclick.aspx"):
            link = _line(parse_qs(parts.query).get("url", [link])[0])
            parts = urlsplit(link)
        _ = parts.port, canonical_url(link) if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""
    return link


def _instant(entry: Any) -> datetime | None:
    told = entry.get("published_parsed") or entry.get("updated_parsed")
    if not told:
        return None
    try:
        return datetime.fromtimestamp(timegm(told), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _min_interval(feed: Any) -> timedelta | None:
    waits = []
    ttl = str(feed.get("ttl", "")).strip()
    if re.fullmatch(r"[0-9]{1,9}", ttl):
        waits.append(timedelta(minutes=min(int(ttl), 10_000)))
    period = _PERIODS.get(str(feed.get("sy_updateperiod", "")).strip().lower())
    if period:
        frequency = str(feed.get("sy_updatefrequency", "1")).strip()
        waits.append(
            timedelta(seconds=period / max(1, int(frequency) if re.fullmatch(r"[0-9]{1,9}", frequency) else 1))
        )
    return min(max(waits), _LONGEST_HINT) if waits else None


def _text(markup: object) -> str:
    return _line(unescape(_TAG.sub(" ", str(markup or ""))))


def _line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())
