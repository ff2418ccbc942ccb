"""A page as a strict reader takes it: everything closed in its order, nothing that runs, no address twice."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

_VOID = {"meta", "link", "input", "br", "rect"}
_NOT_IN_P = {"p", "ul", "ol", "dl", "table", "div", "section", "article", "h1", "h2", "h3", "blockquote", "details"}
_RUNS = {"script", "style", "img", "iframe", "object", "embed", "base"}


class Read(HTMLParser):
    """`links`: what one can go to, with their `rel`; `ids`; `heads`: the names of headings in their order; `text`."""

    def __init__(self, told: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.ids: Counter[str] = Counter()
        self.heads: list[str] = []
        self.lang = ""
        self.text = ""
        self._open: list[str] = []
        self.feed(told)
        self.close()
        assert self._open == [], f"never closed: {self._open}"
        assert set(self.ids.values()) <= {1}, self.ids.most_common(3)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        assert tag not in _RUNS, tag
        assert len(told) == len(attrs), attrs
        assert not [name for name in told if name == "style" or name.startswith("on")], attrs
        assert not ("p" in self._open and tag in _NOT_IN_P), f"<{tag}> within <p>: {self.getpos()}"
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "html":
            self.lang = told["lang"] or ""
        if tag in ("h1", "h2", "h3"):
            self.heads.append(tag)
        if "id" in told:
            self.ids[told["id"] or ""] += 1
        if "href" in told:
            self.links.append((told["href"] or "", told.get("rel") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        assert self._open.pop() == tag, f"</{tag}> closes another: {self.getpos()}"

    def handle_data(self, data: str) -> None:
        self.text += data
