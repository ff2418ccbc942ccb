"""OPML 2.0, in which feed readers hand each other their lists of feeds: bytes to feeds, feeds to bytes. Pure.

What OPML has no word for stands in attributes of our own namespace: outlet, country, kind, owner, paused. Other readers pass over them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from storage.records import FeedSpec
from worker.errors import Unreadable
from worker.steps.feeds.items import MAX_LINK, language_of, line_of, text_of
from worker.steps.page import one_line

# Some 15,000 feeds; the longest lists that readers export hold a few thousand.
MAX_BYTES = 5_000_000
OURS = "urn:x-claimwatch:opml"
_LONGEST_NAME = 200
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_]|$)", re.IGNORECASE)  # and not OPML's "unknown"
_IN_NO_FILE = re.compile(r" \(<string>, line \d+\)$")  # where the parser thinks it read: the line stands before it
_FEED_SCHEME = re.compile(r"feed:(?://)?(?=https?://)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A feed of a list. `folder`: the outline that it stands in, "" for none; `site`: the page that it belongs to."""

    spec: FeedSpec
    folder: str = ""
    site: str = ""
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedList:
    """What a file holds: feeds in its order, each address once; `refused`: {"what": ..., "why": ...} of the rest.

    `ours`: `feed export` wrote it.
    """

    title: str
    feeds: tuple[Subscription, ...]
    refused: tuple[dict[str, str], ...]
    ours: bool = False


def read_opml(data: bytes) -> FeedList:
    """The feeds of a file. The outlet is ours where the file tells it, else the feed's title or text. Raises Unreadable."""
    root = _root(data)
    feeds: dict[str, Subscription] = {}
    refused: list[dict[str, str]] = []
    for outline, folder in _outlines(root):
        told = _told(outline)
        url = _FEED_SCHEME.sub("", line_of(told.get("xmlurl", "")))
        url = f"http{url[4:]}" if url.lower().startswith("feed://") else url
        if not url:
            if why := _why_no_feed(outline, told):
                refused.append({"what": _name(told) or told.get("url", ""), "why": why})
        elif why := why_refused(url):
            refused.append({"what": url[:MAX_LINK], "why": why})
        elif url in feeds:
            refused.append({"what": url, "why": "stands in the file twice"})
        else:
            feeds[url] = _subscription(url, told, folder)
    ours = OURS in root.nsmap.values()
    return FeedList(title=_title(root), feeds=tuple(feeds.values()), refused=tuple(refused), ours=ours)


def write_opml(feeds: Iterable[Subscription], *, title: str, at: datetime) -> bytes:
    """The list as a file, a line a feed, so that two of them can be compared."""
    root = etree.Element("opml", version="2.0", nsmap={"claimwatch": OURS})
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = _line(title)
    etree.SubElement(head, "dateCreated").text = format_datetime(at)
    for feed in feeds:
        spec = feed.spec
        plain = {
            "type": "rss",  # by OPML's rule of all formats
            "text": spec.title or spec.outlet or spec.url,
            "title": spec.title,
            "xmlUrl": spec.url,
            "htmlUrl": feed.site,
            "language": spec.lang,
        }
        ours = {
            "outlet": spec.outlet,
            "country": spec.country,
            "kind": spec.kind,
            "owner": spec.owner,
            "paused": "true" if feed.paused else "",
        }
        attributes = plain | {f"{{{OURS}}}{name}": value for name, value in ours.items()}
        etree.SubElement(body, "outline", {name: _line(value) for name, value in attributes.items() if value})
    etree.indent(root)
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _line(text: str) -> str:
    """On one line, of letters that XML can hold."""
    return one_line(line_of(text).replace("\ufffe", "").replace("\uffff", ""))


def why_refused(url: str) -> str:
    """Why an address cannot be a feed's; "" if it may be one."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _port = parts.port
    except ValueError:
        return "is no address"
    if parts.scheme not in ("http", "https"):
        return f"{parts.scheme[:20]}: is not polled, only http and https" if parts.scheme else "is no address"
    if not host:
        return "is no address: it names no host"
    if parts.username is not None or parts.password is not None:
        return "holds a user name or password, which claimwatch does not send"
    return f"is longer than {MAX_LINK:,} characters" if len(url) > MAX_LINK else ""


def _root(data: bytes) -> etree._Element:
    if len(data) > MAX_BYTES:
        raise Unreadable(f"more than {MAX_BYTES // 1_000_000} MB: no list of feeds is so long")
    if b"<!entity" in data.replace(b"\0", b"").lower():  # of UTF-16 too
        raise Unreadable(_ENTITIES)
    try:
        root = etree.fromstring(
            data.strip(b" \t\r\n"), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        )
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"no OPML, it is not well-formed: {_IN_NO_FILE.sub('', line_of(str(error)))}") from None
    dtd: Any = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _entity in dtd.iterentities()):
        raise Unreadable(_ENTITIES)
    if str(root.tag).lower() != "opml":
        raise Unreadable(f"no OPML: its outermost element is {line_of(str(root.tag))[:60]}, expected opml")
    return root


_ENTITIES = "it defines entities of its own, which no list of feeds needs and which can be a bomb: not read"


def _outlines(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Every outline with the name of the one around it, in the document's order; never by recursion."""
    for element in root.iter():
        if not _is(element, "outline"):
            continue
        around = element.getparent()
        yield element, _name(_told(around)) if around is not None and _is(around, "outline") else ""


def _is(element: etree._Element, name: str) -> bool:
    return isinstance(element.tag, str) and element.tag.lower() == name


def _told(outline: etree._Element) -> dict[str, str]:
    """Its attributes by their names in lower case: xmlUrl is written in three ways in the wild. Ours keep their namespace."""
    return {str(name).lower(): str(value) for name, value in outline.attrib.items()}


def _title(root: etree._Element) -> str:
    return next((text_of(one.text)[:_LONGEST_NAME] for one in root.iterfind("head/title")), "")


def _name(told: dict[str, str]) -> str:
    return one_line(text_of(told.get("title") or told.get("text", "")))[:_LONGEST_NAME]


def _why_no_feed(outline: etree._Element, told: dict[str, str]) -> str:
    """ "": it is a folder, a note or a link, and nothing is missed."""
    kind = told.get("type", "").lower()
    if kind == "include":
        return "another list, which is not fetched: import it by itself"
    return "no xmlUrl" if kind in ("rss", "atom") and not len(outline) else ""


def _subscription(url: str, told: dict[str, str], folder: str) -> Subscription:
    def own(name: str) -> str:
        return one_line(told.get(f"{{{OURS}}}{name}", ""))[:_LONGEST_NAME]

    name, outlet = _name(told), own("outlet")
    lang = told.get("language", "").strip()
    spec = FeedSpec(
        url=url,
        outlet=outlet or name,
        country=own("country"),
        lang=language_of(lang) if _LANGUAGE.match(lang) else "",
        kind=own("kind"),
        owner=own("owner"),
        # our own files say the title, or that there is none
        title=one_line(told.get("title", ""))[:_LONGEST_NAME] if outlet else name,
    )
    site = line_of(told.get("htmlurl", ""))
    return Subscription(
        spec=spec,
        folder=folder,
        site="" if why_refused(site) else site,
        paused=own("paused").lower() == "true",
    )
