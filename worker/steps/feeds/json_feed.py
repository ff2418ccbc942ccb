"""JSON Feed 1.0 and 1.1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from storage.records import FeedHints
from worker.errors import Unreadable
from worker.handovers import ParsedFeed
from worker.steps.feeds.items import MAX_ITEMS, Told, language_of, text_of, to_items, web_address
from worker.steps.feeds.marks import as_set, mark_of
from worker.steps.feeds.sitemap import instant

_VERSION = "https://jsonfeed.org/version/"


def parse_json_feed(body: bytes, *, url: str, seen: bytes) -> ParsedFeed:
    """The feed in `body`, which is UTF-8 whatever its headers say (RFC 8259). Raises Unreadable."""
    try:
        feed = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable("not a feed: JSON that is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not a feed: JSON that is cut off or broken ({error})") from error
    if not isinstance(feed, dict) or not _text(feed, "version").replace("http:", "https:", 1).startswith(_VERSION):
        raise Unreadable("not a feed: JSON, but not a JSON Feed, whose version would name jsonfeed.org")
    listed = feed.get("items")
    if not isinstance(listed, list):
        raise Unreadable("not a feed: a JSON Feed without its list of items")
    entries = [entry if isinstance(entry, dict) else {} for entry in listed[:MAX_ITEMS]]
    known = as_set(seen)
    marks = [mark_of(json.dumps(entry, sort_keys=True).encode()) for entry in entries]
    items, refused = to_items([_told(entry) for entry in entries], [mark not in known for mark in marks], url)
    if len(listed) > MAX_ITEMS:
        refused[f"beyond the first {MAX_ITEMS}"] = len(listed) - MAX_ITEMS
    return ParsedFeed(
        title=text_of(_text(feed, "title")),
        lang=language_of(feed.get("language")),
        items=items,
        refused=dict(refused),
        hints=FeedHints(
            hub=_hub(feed, url),
            topic=web_address(feed.get("feed_url"), url),
            site=web_address(feed.get("home_page_url"), url),
        ),
        marks=b"".join(marks),
        total=len(listed),
    )


def _told(entry: Mapping[str, Any]) -> Told:
    """An item's own page, else the page it is about. Ids are strings, but 1.0 had publishers who sent numbers."""
    named = entry.get("id")
    return Told(
        guid=str(named) if isinstance(named, str | int | float) else "",
        link=_text(entry, "url") or _text(entry, "external_url"),
        title=_text(entry, "title"),
        summary=_text(entry, "summary") or _text(entry, "content_text") or _text(entry, "content_html"),
        published=instant(_text(entry, "date_published") or _text(entry, "date_modified")),
    )


def _hub(feed: Mapping[str, Any], url: str) -> str:
    hubs = feed.get("hubs")
    told = [hub for hub in hubs if isinstance(hub, dict)] if isinstance(hubs, list) else []
    return next((web_address(hub.get("url"), url) for hub in told if _text(hub, "type").lower() == "websub"), "")


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""
