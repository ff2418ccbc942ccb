"""What a feed tells of its entries to items: an address that may be asked, a key that stays, plain text.

The same for every format; what each format calls these things is the business of its own room.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

from worker.handovers import FeedItem
from worker.steps.addresses import canonical_url

# A key of PostgreSQL's index holds some 2,700 bytes; browsers and servers stop near 2,000 characters.
MAX_LINK = 2_000
# What a sitemap may hold, by its protocol; the door's cap on bytes binds before it for feeds with titles and summaries.
MAX_ITEMS = 50_000
_LONGEST_SUMMARY = 5_000
_TAG = re.compile(r"<[^<>]{0,2000}>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An entry as its feed tells it: `guid` and `link` raw ("" if there is none), title and summary with their markup."""

    guid: str
    link: str
    title: str
    summary: str
    published: datetime | None


def to_items(told: Sequence[Told], wanted: Sequence[bool], base: str) -> tuple[tuple[FeedItem, ...], Counter[str]]:
    """The items of the entries that are wanted, in their order, and how many of these were refused, by reason.

    A guid that stands for several links among `told` is no name: such entries are keyed by guid and link. Relative links
    are those of `base`.
    """
    refused: Counter[str] = Counter()
    links = [_link(one, base) for one in told]
    links_of: dict[str, set[str]] = {}
    for one, link in zip(told, links, strict=True):
        if one.guid and not _why_refused(link):
            links_of.setdefault(one.guid, set()).add(link)
    items: list[FeedItem] = []
    for one, link, is_wanted in zip(told, links, wanted, strict=True):
        if not is_wanted:
            continue
        if why := _why_refused(link):
            refused[why] += 1
            continue
        several = one.guid and len(links_of[one.guid]) > 1
        items.append(
            FeedItem(
                key=_key(f"{one.guid} {link}" if several else one.guid, link),
                url=link,
                title=text_of(one.title),
                summary=text_of(one.summary)[:_LONGEST_SUMMARY],
                published=one.published,
            )
        )
    return tuple(items), refused


def web_address(told: object, base: str) -> str:
    """The http(s) address that was told, whole; "" if there is none that could be asked."""
    try:
        link = urljoin(base, line_of(str(told))) if told else ""
        _ = urlsplit(link).port
    except ValueError:
        return ""
    return "" if _why_refused(link) else link


def text_of(markup: object) -> str:
    """Plain text on one line."""
    return line_of(unescape(_TAG.sub(" ", str(markup or ""))))


def line_of(text: str) -> str:
    """The text on one line, without control characters and what no database takes."""
    return " ".join(_CONTROL.sub(" ", text).split())


def language_of(told: object) -> str:
    """The two letters of a language ("pt-BR": pt)."""
    return line_of(str(told or ""))[:2].lower()


def _why_refused(link: str) -> str:
    if not link:
        return "no link"
    if not link.startswith(("http://", "https://")):
        return f"scheme {link.partition(':')[0][:20]}"
    # letters of other alphabets become three signs a byte in the canonical form, which is the key
    return "link too long" if len(link) > MAX_LINK or len(canonical_url(link)) > MAX_LINK else ""


def _link(one: Told, base: str) -> str:
    link = line_of(one.link)
    if not link and one.guid.startswith(("http://", "https://")):
        link = line_of(one.guid)
    return _absolute(link, base)


def _absolute(link: str, base: str) -> str:
    """The address, whole, out of the wrapping of Bing's news search; "" if it is none."""
    try:
        link = urljoin(base, link) if link else ""
        parts = urlsplit(link)
        if parts.hostname in ("www.bing.com", "bing.com") and parts.path.endswith("apiclick.aspx"):
            link = line_of(parse_qs(parts.query).get("url", [link])[0])
            parts = urlsplit(link)
        _ = parts.port, canonical_url(link) if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""
    return link


def _key(guid: str, link: str) -> str:
    return hashlib.sha256((guid or canonical_url(link)).encode("utf-8", "surrogatepass")).hexdigest()
