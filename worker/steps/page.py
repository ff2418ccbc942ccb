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
    """`tree` is the page's root. `title` is that of its head. `data` are the objects of its JSON-LD (schema.org), those nested
    in others after them. `metas`: by property, name or http-equiv in lower case, the first content that is not empty.
    """

    tree: Any
    title: str
    data: tuple[dict[str, Any], ...]
    metas: dict[str, str]

    def meta(self, *names: str) -> str:
        """What the first of these that the page has says; "" if it has none."""
        return next((self.metas[name] for name in names if name in self.metas), "")

    def told(self, key: str) -> Iterator[Any]:
        """What its data say under a key, in their order."""
        return (node[key] for node in self.data if key in node)

    def first(self, tag: str, attribute: str = "") -> str:
        """The text, or an attribute, of the first element of a kind that has any, on one line; "" if none."""
        for element in self.tree.iter(tag):
            told = one_line(element.get(attribute) or "" if attribute else element.text_content())
            if told:
                return told
        return ""


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
    titles = (one_line(str(title.xpath("string()"))) for title in tree.iter("title"))
    return Page(tree=tree, title=next(titles, ""), data=tuple(_data(tree)), metas=_metas(tree))


def _metas(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        told = one_line(meta.get("content") or "")
        for kind in ("property", "name", "http-equiv"):
            name = (meta.get(kind) or "").strip().lower()
            if told and name:
                found.setdefault(name, told)
    return found


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
