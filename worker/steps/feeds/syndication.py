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

from worker.errors import Unreadable
from worker.handovers import ParsedFeed
from worker.steps.feeds.hints import hints_of
from worker.steps.feeds.items import MAX_ITEMS, Told, language_of, line_of, text_of, to_items
from worker.steps.feeds.marks import as_set, mark_of
from worker.steps.feeds.split import Piece, Split

# expat and none else: the splitting answers for what expat reads (and looking for the other takes 0.3 ms a document)
feedparser.api.PREFERRED_XML_PARSERS = []

_CLOSED = re.compile(rb"</(\w+:)?(rss|feed|rdf)\s*>\s*(<!--.*-->\s*)*\Z", re.IGNORECASE | re.DOTALL)
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
        what = "a web page" if _PAGE.search(data[:2000]) else "something else"
        raise Unreadable(f"not a feed: {what} ({kind or 'no content type'}, {len(data)} bytes as UTF-8)")
    if parsed.bozo and not _CLOSED.search(data[-4000:].strip()):
        raise Unreadable(f"the feed is cut off or broken: {line_of(str(parsed.get('bozo_exception', '')))}")
    items, refused = to_items(read.entries, read.fresh, url)
    if read.total > MAX_ITEMS:
        refused[f"beyond the first {MAX_ITEMS}"] = read.total - MAX_ITEMS
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
    pieces = cut.pieces[:MAX_ITEMS]
    marks = [mark_of(cut.told(piece)) for piece in pieces]
    fresh = [mark not in known for mark in marks]
    given: Sequence[int] = range(len(pieces))
    parsed: Any = None
    if cut.separable and not (all(fresh) and len(pieces) == len(cut.pieces)):
        given = _with_namesakes(pieces, fresh)
        parsed = _feedparser(cut.with_only([pieces[n] for n in given]), location)
        if parsed.bozo or not parsed.version or len(parsed.entries) != len(given):
            parsed = None
    if parsed is None:
        given, parsed = range(len(pieces)), _feedparser(data, location)
        if parsed.bozo or len(parsed.entries) != len(cut.pieces):
            return None
    return _Read(
        parsed=parsed,
        entries=[_told(entry, pieces[n]) for n, entry in zip(given, parsed.entries, strict=False)],
        fresh=[fresh[n] for n in given],
        marks=marks,
        total=len(cut.pieces),
        frame=cut.with_only(()),
    )


def _by_entries(data: bytes, location: str, known: frozenset[bytes]) -> _Read:
    """A document that cannot be cut: the mark of an entry is made of what feedparser read."""
    parsed = _feedparser(data, location)
    entries = [_told(entry, None) for entry in parsed.entries[:MAX_ITEMS]]
    marks = [mark_of(repr(entry).encode("utf-8", "replace")) for entry in entries]
    return _Read(
        parsed=parsed,
        entries=entries,
        fresh=[mark not in known for mark in marks],
        marks=marks,
        total=len(parsed.entries),
        frame=data,
    )


def _with_namesakes(pieces: Sequence[Piece], fresh: Sequence[bool]) -> Sequence[int]:
    """Which pieces feedparser is to read: the fresh ones, and those with the guid of one, for a key may hang on them."""
    guids = {piece.guid for piece, is_fresh in zip(pieces, fresh, strict=True) if is_fresh and piece.guid}
    return [n for n, piece in enumerate(pieces) if fresh[n] or piece.guid in guids]


def _feedparser(data: bytes, location: str) -> Any:
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
