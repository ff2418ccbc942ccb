"""RSS, Atom and RDF: feedparser is their judge.

It is given the document with only the items that were not seen, where that is provably the same as the whole, and else the
whole document.
"""

from __future__ import annotations

import io
import re
import warnings
from calendar import timegm
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import feedparser
import feedparser.api

from worker.errors import Unreadable, WebPage
from worker.handovers import ParsedFeed
from worker.steps.feeds.hints import hints_of
from worker.steps.feeds.items import Told, language_of, line_of, text_of, to_items
from worker.steps.feeds.marks import as_set, mark_of
from worker.steps.feeds.split import MAX_ATTRIBUTES, Piece, Split

# expat and none else: the splitting answers for what expat reads (and looking for the other takes 0.3 ms a document)
feedparser.api.PREFERRED_XML_PARSERS = []

_PORTION = 1_000
_SMALL_FRAME = 100_000  # bytes; what stands around the items is read with each portion
_MAX_WHOLE = 10_000
# An element takes feedparser 20 to 50 microseconds. The longest feed of the corpus has 5,000 tags.
_MAX_TAGS = 300_000
_LONG_TAG = 4 * MAX_ATTRIBUTES  # bytes, the shortest that so many attributes take
_ATTRIBUTE = re.compile(rb"=\s*[\"']")
_ITEM = re.compile(rb"<(?:\w+:)?(?:item|entry)\b", re.IGNORECASE)
_CLOSED = re.compile(rb"</(\w+:)?(rss|feed|rdf)\s*>\s*(<!--((?!-->).)*-->\s*)*\Z", re.IGNORECASE | re.DOTALL)
_PAGE = re.compile(rb"<html|<!doctype html", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What feedparser made of a document: `entries` as told, with whether each was not seen before.

    `marks` are those of all entries of the document, `frame` is the document without them where it could be cut.
    """

    parsed: Any
    entries: Sequence[Told]
    fresh: Sequence[bool]
    marks: Sequence[bytes]
    total: int
    frame: bytes


def parse_syndication(data: bytes, cut: Split | None, *, url: str, location: str, kind: str, seen: bytes) -> ParsedFeed:
    """The feed in `data` (UTF-8), whose items are cut out as `cut` tells; None: it is not well-formed, or has a DOCTYPE.

    `location` is what feedparser resolves relative addresses by, `kind` the content type, to name what is no feed.
    Raises Unreadable.
    """
    known = as_set(seen)
    read = (_by_pieces(data, cut, location, known) if cut and cut.pieces else None) or _by_entries(
        data, location, known
    )
    parsed, base = read.parsed, location or url
    if not parsed.version:
        told = f"({kind or 'no content type'}, {len(data)} bytes as UTF-8)"
        if _PAGE.search(data[:2000]):
            raise WebPage(f"not a feed: a web page {told}")
        raise Unreadable(f"not a feed: something else {told}")
    if parsed.bozo and not _CLOSED.search(data[-4000:].strip()):
        raise Unreadable(f"the feed is cut off or broken: {line_of(str(parsed.get('bozo_exception', '')))}")
    items, refused = to_items(read.entries, read.fresh, url)
    if read.total > len(read.marks):
        refused[f"beyond the first {len(read.marks)}"] = read.total - len(read.marks)
    return ParsedFeed(
        title=text_of(parsed.feed.get("title", "")),
        lang=language_of(parsed.feed.get("language")),
        items=items,
        refused=dict(refused),
        hints=hints_of(parsed.feed, read.frame, base),
        marks=b"".join(read.marks),
        total=read.total,
    )


def _by_pieces(data: bytes, cut: Split, location: str, known: frozenset[bytes]) -> _Read | None:
    """None if feedparser sees other items in the document than the splitting does."""
    marks = [mark_of(cut.told(piece)) for piece in cut.pieces]
    fresh = [mark not in known for mark in marks]
    read = _in_portions(cut, _with_namesakes(cut.pieces, fresh), location) if cut.separable else None
    if read is None:
        _refuse_what_is_too_much(data)
        parsed = _feedparser(data, location)
        if parsed.bozo or len(parsed.entries) != len(cut.pieces):
            return None
        entries = [_told(entry, piece) for entry, piece in zip(parsed.entries, cut.pieces, strict=True)]
        read = parsed, dict(enumerate(entries))
    parsed, told = read
    return _Read(
        parsed=parsed,
        entries=list(told.values()),
        fresh=[fresh[n] for n in told],
        marks=marks,
        total=cut.total,
        frame=cut.with_only(()),
    )


def _in_portions(cut: Split, given: Sequence[int], location: str) -> tuple[Any, dict[int, Told]] | None:
    """The last that feedparser made, and the entries of the pieces that it was given, by their place in the document.

    A portion at a time, for it takes 8 kB an entry. None where it disagrees with the splitting after all.
    """
    told: dict[int, Told] = {}
    size = _PORTION if len(cut.with_only(())) < _SMALL_FRAME else max(1, len(given))
    for at in range(0, max(1, len(given)), size):
        portion = given[at : at + size]
        parsed = _feedparser(cut.with_only([cut.pieces[n] for n in portion]), location)
        if parsed.bozo or not parsed.version or len(parsed.entries) != len(portion):
            return None
        told |= {n: _told(entry, cut.pieces[n]) for n, entry in zip(portion, parsed.entries, strict=True)}
    return parsed, told


def _by_entries(data: bytes, location: str, known: frozenset[bytes]) -> _Read:
    """A document that cannot be cut: the mark of an entry is made of what feedparser read."""
    _refuse_what_is_too_much(data)
    parsed = _feedparser(data, location)
    entries = [_told(entry, None) for entry in parsed.entries]
    marks = [mark_of(repr(entry).encode("utf-8", "replace")) for entry in entries]
    return _Read(
        parsed=parsed,
        entries=entries,
        fresh=[mark not in known for mark in marks],
        marks=marks,
        total=len(entries),
        frame=data,
    )


def _refuse_what_is_too_much(data: bytes) -> None:
    """A document that feedparser must take whole has an end to its items, which cost 0.3 ms and 8 kB each."""
    if sum(1 for _ in _ITEM.finditer(data)) > _MAX_WHOLE:
        raise Unreadable(f"the feed is broken, and too long to be mended: over {_MAX_WHOLE} items")
    for part in data.split(b"<"):
        if len(part) > _LONG_TAG and len(_ATTRIBUTE.findall(part.partition(b">")[0])) > MAX_ATTRIBUTES:
            raise Unreadable(f"not a feed: an element with over {MAX_ATTRIBUTES} attributes")


def _with_namesakes(pieces: Sequence[Piece], fresh: Sequence[bool]) -> Sequence[int]:
    """Which pieces feedparser is to read: the fresh ones, and those with the guid of one, for a key may hang on them."""
    guids = {piece.guid for piece, is_fresh in zip(pieces, fresh, strict=True) if is_fresh and piece.guid}
    return [n for n, piece in enumerate(pieces) if fresh[n] or piece.guid in guids]


def _feedparser(data: bytes, location: str) -> Any:
    if data.count(b"<") > _MAX_TAGS:
        raise Unreadable(f"not read: over {_MAX_TAGS} tags at once")
    headers = {"content-location": location, "content-type": "application/xml; charset=utf-8"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # BytesIO always: given str or bytes, feedparser opens a local file that the body names.
        return feedparser.parse(io.BytesIO(data), response_headers=headers)


def _told(entry: Any, piece: Piece | None) -> Told:
    return Told(
        guid=str(entry.get("id") or ""),
        link=_own_link(piece) or str(entry.get("link") or ""),
        title=str(entry.get("title") or ""),
        summary=str(entry.get("summary") or ""),
        published=_instant(entry),
    )


def _own_link(piece: Piece | None) -> str:
    """The link of an RSS item that also holds links of others; "" where feedparser's choice is right.

    feedparser takes the last link it meets, El País lists related articles as atom:link: 68 of 76 entries led elsewhere.
    The item's own <link> is its address, then a guid that is a permalink.
    """
    if piece is None or not piece.foreign:
        return ""
    return piece.link or (piece.guid if piece.permalink and piece.guid.startswith(("http://", "https://")) else "")


def _instant(entry: Any) -> datetime | None:
    told = entry.get("published_parsed") or entry.get("updated_parsed")
    if not told:
        return None
    try:
        return datetime.fromtimestamp(timegm(told), UTC)
    except (ValueError, OverflowError, OSError):
        return None
