"""Google's news sitemaps. A sitemap without titles is no feed, nor is an index of sitemaps: both are refused by name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from lxml import etree

from schedules.http_dates import http_date
from storage.records import FeedHints
from worker.errors import Unreadable
from worker.handovers import ParsedFeed
from worker.steps.feeds.items import Told, language_of, line_of, text_of, to_items
from worker.steps.feeds.marks import as_set, mark_of
from worker.steps.feeds.split import Split

_NEWS = "http://www.google.com/schemas/sitemap-news/"  # and its version, 0.9 everywhere so far


def parse_sitemap(cut: Split, *, url: str, seen: bytes) -> ParsedFeed:
    """The news of a urlset. Raises Unreadable."""
    if cut.root == "sitemapindex":
        raise Unreadable(_index(cut))
    if _NEWS.encode() not in cut.data:
        raise Unreadable(
            "a sitemap without news tags, so without titles and dates of publication: add the site's news sitemap or a feed"
        )
    known = as_set(seen)
    pieces = cut.pieces
    marks = [mark_of(cut.told(piece)) for piece in pieces]
    fresh = [mark not in known for mark in marks]
    # the first tells the publication's name and language, seen or not
    given = [n for n, is_fresh in enumerate(fresh) if is_fresh or n == 0] if cut.separable else range(len(pieces))
    rows = _rows(cut.with_only([pieces[n] for n in given]) if cut.separable else cut.data, len(pieces))
    if len(rows) != len(given):
        raise Unreadable("the sitemap is broken: it holds addresses elsewhere than in its list")
    publication = next((row for row in rows if row.get("name")), {})
    wanted = [fresh[n] for n in given]
    untitled = [is_wanted and not row.get("title") for row, is_wanted in zip(rows, wanted, strict=True)]
    items, refused = to_items(
        [_told(row) for row in rows],
        [is_wanted and not bare for is_wanted, bare in zip(wanted, untitled, strict=True)],
        url,
    )
    if any(untitled):
        refused["no news tag with a title"] = sum(untitled)
    if cut.total > len(pieces):
        refused[f"beyond the first {len(pieces)}"] = cut.total - len(pieces)
    return ParsedFeed(
        title=text_of(publication.get("name")),
        lang=language_of(publication.get("language")),
        items=items,
        refused=dict(refused),
        hints=FeedHints(),
        marks=b"".join(marks),
        total=cut.total,
    )


def _rows(data: bytes, most: int) -> list[dict[str, str]]:
    """What each address of a urlset tells: its own loc, and its news by the local names of their elements."""
    addresses = [child for child in _elements(_root(data)) if _local(child) == "url"]
    return [
        {
            _local(element): (element.text or "").strip()
            for element in _elements(address.iter())
            if str(element.tag).startswith("{" + _NEWS)
            or (_local(element) == "loc" and element.getparent() is address)  # an image has a loc too
        }
        for address in addresses[:most]
    ]


def _told(row: dict[str, str]) -> Told:
    return Told(
        guid="",
        link=row.get("loc", ""),
        title=row.get("title", ""),
        summary="",
        published=instant(row.get("publication_date", "")),
    )


def instant(told: str) -> datetime | None:
    """The instant of a W3C or mail date, UTC; one without a zone is taken for UTC."""
    told = line_of(told)
    try:
        when = datetime.fromisoformat(told)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return http_date(told)


def _index(cut: Split) -> str:
    locs = [(e.text or "").strip() for e in _elements(_root(cut.data).iter()) if _local(e) == "loc"]
    news = [loc for loc in locs if "news" in loc.lower()] or locs
    return f"an index of {len(locs)} sitemaps, not a feed: add the news sitemap that it lists" + (
        f", perhaps {line_of(news[0])[:300]}" if news else ""
    )


def _root(data: bytes) -> etree._Element:
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"the sitemap is cut off or broken: {line_of(str(error))}") from error


def _elements(nodes: Iterable[etree._Element]) -> Iterable[etree._Element]:
    return (node for node in nodes if isinstance(node.tag, str))


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
