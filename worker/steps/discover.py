"""What feeds a site's page names, and where a site's feeds usually stand. Pure: whether they are feeds is seen by asking."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from worker.errors import Unreadable
from worker.steps.addresses import canonical_url, host_of, same_site
from worker.steps.charset import in_utf8
from worker.steps.feeds.items import web_address
from worker.steps.page import Page, one_line, parse


class Why(StrEnum):
    """By what we came to an address, the surest first."""

    ITSELF = "the address itself"
    ANNOUNCED = "announced by the page"
    LINKED = "linked on the page"
    SITEMAP = "named in robots.txt"
    USUAL = "a usual place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An address at which a feed may stand. `comments`: it tells what readers say, not what the outlet does."""

    url: str
    title: str
    why: Why
    comments: bool


_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json", "text/rss+xml", "application/x.atom+xml"}
)  # fmt: skip
# Pages announce with these feeds, and other things (oEmbed, an API): then the address must look like a feed's.
_VAGUE_TYPES = frozenset({"application/xml", "text/xml", "application/json", "text/rss", "application/rss"})
_WORD = r"(?:feeds?|rss2?|atom|rdf)"
_FEEDLIKE_PATH = re.compile(
    rf"(?:^|/){_WORD}(?:/|$)|[/._-]{_WORD}\.(?:xml|json|php|aspx?|cfm)$|\.(?:rss|atom|rdf)$|/index\.xml$", re.IGNORECASE
)
# `?srcref=rss` and the like say where a reader came from
_FEEDLIKE_QUERY = re.compile(
    rf"(?:^|&)(?:{_WORD}(?:=|&|$)|(?:format|output|outputtype|type|mode|view)={_WORD}(?:&|$))", re.IGNORECASE
)
_FEEDLIKE_HOST = re.compile(r"(?:feeds?|rss)\d?\.", re.IGNORECASE)
_COMMENTS = re.compile(
    r"comment|kommentar|comentari|commenti\b|reacties|комментар|коментар|تعليق|評論|评论|留言|コメント", re.IGNORECASE
)
# Made by what runs most sites (WordPress, Ghost, Hugo, Jekyll, Drupal, Movable Type), the most frequent first.
_USUAL = ("feed", "rss.xml", "rss", "feed.xml", "atom.xml", "index.xml", "feeds/posts/default", "feed.json")
_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_NEWS = re.compile(r"news(?!letter)", re.IGNORECASE)
# In front of a document's outermost element: blanks, declarations, comments.
_ROOT = re.compile(rb"\s*(?:<\?[^>]*>\s*|<!--(?:(?!-->).)*-->\s*|<!(?!--)[^>]*>\s*)*<(?:[\w.-]+:)?(\w+)", re.DOTALL)
_KINDS = {b"rss": "RSS", b"feed": "Atom", b"rdf": "RSS 1.0", b"urlset": "news sitemap"}


def offered(body: bytes, *, url: str, content_type: str) -> tuple[Offer, ...]:
    """The feeds that a page names, each once: announced in its head, then linked to at the same site; of comments last.

    No page, no feeds.
    """
    try:
        page = parse(in_utf8(body, content_type))
    except Unreadable:
        return ()
    base = _base(page, url)
    return _in_order([*_announced(page, base), *_linked(page, base, url)])


def looks_like_feed(url: str) -> bool:
    """Its path, query or host names a feed."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(
        _FEEDLIKE_PATH.search(parts.path) or _FEEDLIKE_QUERY.search(parts.query) or _FEEDLIKE_HOST.match(parts.netloc)
    )


def news_sitemaps(robots: str, url: str) -> tuple[Offer, ...]:
    """The sitemaps that a host's rules name and that are called news."""
    told = (web_address(line, url) for line in _SITEMAP_LINE.findall(robots))
    return _in_order(
        Offer(url=address, title="", why=Why.SITEMAP, comments=False) for address in told if _NEWS.search(address)
    )


def usual_places(url: str) -> tuple[Offer, ...]:
    """Where the feed of this part of a site usually stands, then that of the whole."""
    parts = urlsplit(url)
    folder = parts.path if parts.path.endswith("/") else parts.path.rpartition("/")[0] + "/"
    roots = dict.fromkeys(urlunsplit((parts.scheme, parts.netloc, path, "", "")) for path in (folder, "/"))
    # the most frequent names of both before the rare ones of either
    halves = (_USUAL[:4], _USUAL[4:])
    return _in_order(
        Offer(url=urljoin(root, name), title="", why=Why.USUAL, comments=False)
        for names in halves
        for root in roots
        for name in names
    )


def kind_of(body: bytes) -> str:
    """A word on the format of bytes that parsed as a feed: RSS, Atom, RSS 1.0, JSON Feed, news sitemap; else "feed"."""
    start = body[:8_000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return "JSON Feed"
    root = _ROOT.match(start)
    return _KINDS.get(root[1].lower(), "feed") if root else "feed"


def twins(one: Iterable[str], other: Iterable[str]) -> bool:
    """Two feeds with nearly the same articles: one in two forms. Told by the addresses of their entries."""
    a, b = set(one), set(other)
    return bool(a and b) and len(a & b) >= 0.8 * max(len(a), len(b))


def _base(page: Page, url: str) -> str:
    try:
        return urljoin(url, page.first("base", "href"))
    except ValueError:
        return url


def _announced(page: Page, base: str) -> Iterator[Offer]:
    for link in page.tree.iter("link"):
        rel, kind = _rel(link), _kind(link)
        href = web_address(link.get("href"), base)
        if not href or not ("alternate" in rel or "feed" in rel):
            continue
        if kind in _TYPES or "feed" in rel or (kind in _VAGUE_TYPES and looks_like_feed(href)):
            yield _offer(href, link.get("title"), Why.ANNOUNCED)


def _linked(page: Page, base: str, url: str) -> Iterator[Offer]:
    for link in page.tree.iter("a"):
        href = web_address(link.get("href"), base)
        if href and same_site(href, url) and (_kind(link) in _TYPES or looks_like_feed(href)):
            yield _offer(href, link.get("title") or "".join(link.itertext()), Why.LINKED)


def _rel(link: Any) -> list[str]:
    return str(link.get("rel") or "").lower().split()


def _kind(link: Any) -> str:
    return str(link.get("type") or "").partition(";")[0].strip().lower()


def _offer(href: str, title: object, why: Why) -> Offer:
    told, parts = one_line(str(title or ""))[:200], urlsplit(href)
    of_readers = _COMMENTS.search(told) or _COMMENTS.search(f"{parts.path}?{parts.query}")
    return Offer(url=href, title=told, why=why, comments=bool(of_readers))


def _in_order(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    """Each once, whatever its scheme; those of comments last."""
    once: dict[str, Offer] = {}
    for offer in offers:
        once.setdefault(_key(offer.url), offer)
    return tuple(sorted(once.values(), key=lambda offer: offer.comments))


def _key(url: str) -> str:
    try:
        return canonical_url(url).partition("://")[2].rstrip("/")
    except ValueError:
        return host_of(url) + url
