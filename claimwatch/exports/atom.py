"""Atom 1.0 (RFC 4287). The same records give the same bytes: nothing here looks at the clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from claimwatch import __version__
from storage.instants import written

_NS = "http://www.w3.org/2005/Atom"
# what no XML document may hold, written out or not
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A quotation, not the text: what a reader needs to judge whether to open the page.
_WORDS = 40
_LETTERS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that is new. `id` never changes, `updated` only when there is something to read again. Instants are UTC.

    `html`: the whole of it, where it is our own to give.
    """

    id: str
    title: str
    author: str
    url: str
    ours: str
    published: datetime
    updated: datetime
    says: str
    html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What the entries stand under. `updated` counts while there is no entry."""

    id: str
    title: str
    subtitle: str
    here: str
    ours: str
    updated: datetime


def atom(channel: Channel, entries: Sequence[Entry]) -> str:
    """The document."""
    ET.register_namespace("", _NS)
    feed = ET.Element(_in_ns("feed"))
    _put(feed, "id", channel.id)
    _put(feed, "title", channel.title)
    _put(feed, "subtitle", channel.subtitle)
    _put(feed, "updated", _instant(max([channel.updated, *(entry.updated for entry in entries)])))
    _put(feed, "link", rel="self", type="application/atom+xml", href=channel.here)
    _put(feed, "link", rel="related", type="application/json", href=channel.ours)
    _put(feed, "generator", "claimwatch", version=__version__)
    for entry in entries:
        _entry(ET.SubElement(feed, _in_ns("entry")), entry)
    ET.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode") + "\n"


def _entry(under: ET.Element, entry: Entry) -> None:
    _put(under, "id", entry.id)
    _put(under, "title", entry.title)
    author = ET.SubElement(under, _in_ns("author"))
    _put(author, "name", entry.author or "unknown")
    _put(under, "published", _instant(entry.published))
    _put(under, "updated", _instant(entry.updated))
    _put(under, "link", rel="alternate", href=entry.url)
    _put(under, "link", rel="related", type="application/json", href=entry.ours)
    _put(under, "summary", entry.says)
    if entry.html:
        _put(under, "content", entry.html, type="html")


def short(passage: str) -> str:
    """The passage in quotation marks, at most forty words of it."""
    words = passage.split()
    told = " ".join(words[:_WORDS])
    if len(told) > _LETTERS:
        told = told[:_LETTERS].rsplit(" ", 1)[0]
    return f"“{told}{' …' if len(told) < len(' '.join(words)) else ''}”"


def _put(under: ET.Element, name: str, text: str = "", **attributes: str) -> None:
    told = {key: _ILLEGAL.sub("", value) for key, value in attributes.items()}
    ET.SubElement(under, _in_ns(name), told).text = _ILLEGAL.sub("", text) or None


def _in_ns(name: str) -> str:
    return f"{{{_NS}}}{name}"


def _instant(at: datetime) -> str:
    return written(at, timespec="seconds")
