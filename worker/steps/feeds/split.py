"""Where in a document its items stand, so that those known already need not be parsed again.

The XML parser is expat, the one that feedparser hands a document to: what is well-formed here is so there. The items are
kept as the bytes that they are, and a document without some of them is the same bytes without theirs: their ancestors,
namespaces and xml:base stay what they were.

feedparser keeps state from one item to the next. `separable` is True where that state cannot reach another item's
address, title, summary or date, and False where it might; each case is told beside its test in `_Reader`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple
from xml.parsers import expat

from worker.errors import Unreadable
from worker.steps.feeds.items import MAX_ITEMS

# feedparser's time for an element grows with the square of their number; the most in the corpus is 11.
MAX_ATTRIBUTES = 200

_BASE = "http://www.w3.org/XML/1998/namespace base"
_ABOUT = "http://www.w3.org/1999/02/22-rdf-syntax-ns# about"
_MEDIA = ("http://search.yahoo.com/mrss", "http://search.yahoo.com/mrss/")
# by which feedparser tells the version of a feed whose root does not
_VERSIONS = ("http://my.netscape.com/rdf/simple/0.9/", "http://purl.org/rss/1.0/", "http://www.w3.org/2005/atom")


class _Kind(Enum):
    """What an element may mean to the splitting. PLAIN: nothing."""

    PLAIN = auto()
    ITEM = auto()
    ROOT = auto()
    GUID = auto()
    LINK = auto()
    TEXT = auto()
    DIV = auto()


# looked up at every element, and by name of the class it takes three times as long
_PLAIN, _ITEM, _GUID, _LINK, _TEXT, _DIV = (
    _Kind.PLAIN, _Kind.ITEM, _Kind.GUID, _Kind.LINK, _Kind.TEXT, _Kind.DIV,
)  # fmt: skip

_KINDS = {
    **dict.fromkeys(("rss", "feed", "rdf", "channel"), _Kind.ROOT),
    **dict.fromkeys(("guid", "id"), _Kind.GUID),
    "link": _Kind.LINK,
    "div": _Kind.DIV,
    # what feedparser collects as text with markup, under any prefix
    **dict.fromkeys(
        "title subtitle tagline rights copyright description abstract info browserfriendly summary content encoded body fullitem".split(),
        _Kind.TEXT,
    ),
}


class Piece(NamedTuple):
    """An item: the bytes `start` to `end` of the document. A tuple, for one is made of every item at every poll.

    `guid`: the text of its own guid or id, else of its rdf:about. `permalink`: the guid does not say that it is none.
    `link`: the text of its own <link>. `foreign`: there are other link elements in it, nested or of another namespace.
    """

    start: int
    end: int
    guid: str
    permalink: bool
    link: str
    foreign: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A document that is well-formed. `root` is the local name of its outermost element, in lower case.

    `pieces` are its first MAX_ITEMS items, `total` how many it has; those beyond stand somewhere in `rest` (start, end).
    """

    data: bytes
    root: str
    pieces: tuple[Piece, ...]
    total: int
    rest: tuple[int, int]
    separable: bool

    def told(self, piece: Piece) -> bytes:
        """The bytes of an item."""
        return self.data[piece.start : piece.end]

    def with_only(self, pieces: Sequence[Piece]) -> bytes:
        """The document with these of its items, in its order; never with those beyond the first MAX_ITEMS."""
        kept, parts, at = {piece.start for piece in pieces}, [], 0
        for piece in self.pieces:
            if piece.start not in kept:
                parts.append(self.data[at : piece.start])
                at = piece.end
        if self.total > len(self.pieces):
            parts.append(self.data[at : self.rest[0]])
            at = self.rest[1]
        parts.append(self.data[at:])
        return b"".join(parts)


def split(data: bytes) -> Split | None:
    """The items of a document in UTF-8; None if it is not well-formed, or has a DOCTYPE, whose entities we do not read.

    Raises Unreadable where an element has more attributes than any feed's.
    """
    return _Reader(data).read()


class _Doctype(Exception):
    pass


class _Reader:
    """One pass of expat over a document."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.kinds: dict[str, _Kind] = {}
        self.depth = 0
        self.root = ""
        self.pieces: list[Piece] = []
        self.total = self.rest_from = self.rest_to = 0
        self.parents = 0  # elements begun at the depth of the items' parent, to know one parent from the next
        self.parent = 0
        self.at = 0  # depth of the items, 0 before the first
        self.level = 0  # depth of the item that we are in, 0 outside
        self.separable = True
        self.based = self.divided = False
        self.declared: list[tuple[str, str]] = []  # (prefix, namespace), by the element that begins next
        self.outer: set[tuple[str, str]] = set()
        self.inner: set[tuple[str, str]] = set()
        self.text: list[str] = []
        self.reading = 0  # depth of the element whose text is read
        self.collecting = 0  # depth of the element that feedparser collects as text with markup
        self.xhtml = False  # and whether it says that this is XHTML
        self._begin("", 0, "")

    def read(self) -> Split | None:
        parser = self.parser
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(self.data, True)
        except (expat.ExpatError, _Doctype, ValueError):
            return None
        finally:  # the handlers hold this object, and it the parser
            parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None
            parser.StartNamespaceDeclHandler = parser.StartDoctypeDeclHandler = None
        return Split(
            data=self.data,
            root=self.root,
            pieces=tuple(self.pieces),
            total=self.total,
            rest=(self.rest_from, self.rest_to),
            separable=self.separable and not (self.based and self.divided) and self._prefixes_are_names(),
        )

    def _doctype(self, *_told: object) -> None:
        raise _Doctype

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        self.declared.append((prefix or "", uri or ""))

    def _prefixes_are_names(self) -> bool:
        """A prefix that an item declares lives on in feedparser: it must mean one namespace, and that no other prefix."""
        told = self.inner | self.outer
        prefixes, uris = Counter(prefix for prefix, _ in told), Counter(uri for _, uri in told)
        for prefix, uri in self.inner:
            if self.root not in ("rss", "feed") and uri.lower() in _VERSIONS:
                return False  # the version would hang on which items are there
            if prefix and (prefixes[prefix] > 1 or uris[uri] > 1):
                return False
        return True

    def _kind(self, name: str) -> _Kind:
        namespace, _, local = name.rpartition(" ")
        local = local.lower()
        if not self.root:
            self.root = local
        items = ("url", "sitemap") if self.root in ("urlset", "sitemapindex") else ("item", "entry")
        kind = _Kind.ITEM if local in items else _KINDS.get(local, _Kind.PLAIN)
        if local == "content" and namespace in _MEDIA:
            kind = _Kind.PLAIN
        self.kinds[name] = kind
        return kind

    def _begin(self, name: str, start: int, about: str) -> None:
        self.namespace, _, local = name.rpartition(" ")
        self.start, self.about = start, about
        self.guid = self.other_guid = self.link = ""
        self.permalink = True
        self.foreign = False
        self.rss = local.lower() == "item"

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        # called for every element of every poll: what most of them need comes first
        self.depth += 1
        kind = self.kinds.get(name) or self._kind(name)
        if self.declared:
            self._declare(kind)
        if attributes and (len(attributes) > MAX_ATTRIBUTES or "base" in attributes or _BASE in attributes):
            self._attributes(kind, attributes)
        if kind is _PLAIN:
            if self.depth == self.at - 1:
                self.parents += 1
        elif self.level:
            if kind is _TEXT and not self.collecting:
                self.collecting = self.depth
                self.xhtml = bool(attributes) and attributes.get("type", "").lower().endswith(("xhtml", "xml"))
            else:
                self._start_within(kind, name, attributes)
        elif kind is _ITEM:
            self._start_item(name, attributes)
        elif self.depth == self.at - 1:
            self.parents += 1

    def _declare(self, kind: _Kind) -> None:
        (self.inner if self.level or kind is _ITEM else self.outer).update(self.declared)
        self.declared = []

    def _attributes(self, kind: _Kind, attributes: dict[str, str]) -> None:
        if len(attributes) > MAX_ATTRIBUTES:
            raise Unreadable(f"not a feed: an element with over {MAX_ATTRIBUTES} attributes")
        self.based = self.based or self.level > 0 or kind is _ITEM

    def _start_item(self, name: str, attributes: dict[str, str]) -> None:
        if not self.at:
            self.at, self.parent = self.depth, self.parents
        elif self.depth != self.at or self.parent != self.parents:
            self.separable = False  # items here and there: another channel, a list within something else
        self.level = self.depth
        self._begin(name, self.parser.CurrentByteIndex, attributes.get(_ABOUT, ""))

    def _start_within(self, kind: _Kind, name: str, attributes: dict[str, str]) -> None:
        own = self.depth == self.level + 1
        if kind is _GUID:
            if own:
                self.permalink = attributes.get("isPermaLink", "true").lower() != "false"
            self._read()
        elif kind is _LINK:
            if own and "href" not in attributes and name.rpartition(" ")[0] == self.namespace:
                self._read()
            else:
                self.foreign = self.rss
        elif kind is _DIV:
            # in text that does not say that it is XHTML feedparser leaves its xml:base behind, if there is one
            self.divided = self.divided or (self.collecting > 0 and not self.xhtml)
        else:
            # an item or a feed within an item; or text within text with markup, where feedparser ends what it did not
            # begin: what is counted there runs into the next items
            self.separable = False

    def _read(self) -> None:
        if not self.reading:
            self.reading, self.text = self.depth, []
            self.parser.CharacterDataHandler = self.text.append

    def _end(self, name: str) -> None:
        depth = self.depth
        self.depth -= 1
        if not self.level:
            return
        if depth == self.level:
            self._end_item()
            return
        if depth == self.collecting:
            self.collecting = 0
        elif depth == self.reading:
            self.parser.CharacterDataHandler = None
            self.reading = 0
            text = "".join(self.text).strip()
            if self.kinds[name] is _LINK:
                self.link = text or self.link
            elif depth == self.level + 1:
                self.guid = text or self.guid
            else:
                self.other_guid = text or self.other_guid

    def _end_item(self) -> None:
        self.level = 0
        end = self.parser.CurrentByteIndex
        opened = self.data[self.start + 1 : self.start + 200].split(None, 1)[0].partition(b">")[0]
        if self.data.startswith(b"</" + opened, end):  # not of an empty <item/>, which ends where it ends
            end = self.data.index(b">", end) + 1
        self.total += 1
        if self.total > MAX_ITEMS:
            self.rest_from, self.rest_to = self.rest_from or self.start, end
            return
        self.pieces.append(
            Piece(
                start=self.start,
                end=end,
                guid=self.guid or self.other_guid or self.about,
                permalink=self.permalink and bool(self.guid),
                link=self.link,
                foreign=self.foreign,
            )
        )
