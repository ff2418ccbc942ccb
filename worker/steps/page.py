"""A page parsed once: its tree, and what it says of itself in its head, for all who ask."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree, html

from worker.errors import Unreadable

# Letters that show nothing and part words from themselves: soft hyphens, zero-width spaces, byte order marks in the midst.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff]")
# lxml takes these into a text and refuses to write them into one.
_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32), 127])
# Deeper and wider than any page tells of itself: of 455 real ones none has over 2,000 nodes or is nested 20 deep (2026-11).
_DEEPEST = 30
_MOST_NODES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`tree` is the page's root. `data` are the objects of its JSON-LD (schema.org), those nested in others after them."""

    tree: Any
    data: tuple[dict[str, Any], ...]

    def first(self, path: str) -> str:
        """Of what an XPath finds, the first, on one line; "" if nothing."""
        found = self.tree.xpath(path)
        return one_line(str(found[0])) if found else ""

    def meta(self, *names: str) -> str:
        """The content of the first meta element that goes by one of the names and has any."""
        for name in names:
            told = self.first(f"//meta[(@property='{name}' or @name='{name}') and normalize-space(@content)]/@content")
            if told:
                return told
        return ""

    def told(self, key: str) -> Iterator[Any]:
        """What its data say under a key, in their order."""
        return (node[key] for node in self.data if key in node)


def one_line(text: str) -> str:
    """Without line breaks, control letters and letters that show nothing."""
    return " ".join(_INVISIBLE.sub(_in_its_place, text).split())


def _in_its_place(found: re.Match[str]) -> str:
    return " " if found[0] < "\x80" else ""


def parse(data: bytes) -> Page:
    """Of bytes in UTF-8. Raises Unreadable if there is nothing in them."""
    # huge_tree off: nesting beyond 255 is cut
    parser = html.HTMLParser(
        encoding="utf-8",
        collect_ids=False,
        remove_comments=True,
        remove_pis=True,
        no_network=True,
    )
    try:
        tree = html.document_fromstring(data.translate(None, _CONTROLS), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable(f"no article text: {one_line(str(error))[:200]}") from None
    return Page(tree=tree, data=tuple(_data(tree)))


def _data(tree: Any) -> Iterator[dict[str, Any]]:
    left = _MOST_NODES
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text:
            continue
        try:
            told = json.loads(script.text.strip().rstrip(";"), strict=False)
        except (ValueError, RecursionError):
            continue
        level: list[Any] = [told]
        for _depth in range(_DEEPEST):
            below: list[Any] = []
            for node in level[:left]:
                if isinstance(node, dict):
                    yield node
                    below += [value for value in node.values() if isinstance(value, (dict, list))]
                elif isinstance(node, list):
                    below += [value for value in node if isinstance(value, (dict, list))]
            left -= len(level)
            level = below
            if not level or left <= 0:
                break
