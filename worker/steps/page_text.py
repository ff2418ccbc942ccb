"""The text of a page, by trafilatura: the quick way where that finds the text, the thorough way where it does not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import trafilatura
from trafilatura.settings import use_config

from worker.steps.own_lines import is_headline, key, own_lines
from worker.steps.page import Page, one_line

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
# Below this many words nobody says that the text was found.
_FEW_WORDS = 40
# The quick way (trafilatura's own rules alone) gave the same text as the thorough one (readability and justext beside
# them) on 384 of 398 pages, in two thirds of the time, and a better one on 5. It is asked first, and the thorough
# way where it gave under 100 words, less than half of what stands in paragraphs of ten words and more, or where the page
# has no such paragraphs: 54 of 455 pages (2026-11, the newsroom's; half of them chose the figures).
_ENOUGH_WORDS = 100
_LEAST_OF_PARAGRAPHS = 0.5
_LEAST_IN_PARAGRAPHS = 0.05
_PARAGRAPH_WORDS = 10
# A paragraph whose letters are for the most part a link's leads elsewhere.
_LINKED = 0.6
_LINKED_LETTERS = range(9, 300)
_HOLD_LINKS = frozenset({"p", "li", "div", "td", "blockquote", "aside"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_HOLD_TEXT = _HOLD_LINKS | {"section", "article", "figcaption", *_HEADINGS}
# A lead that is told in the head of the page and stands on it, above what was taken for its text.
_LEAD_WORDS = 8
_LEAD_STARTS = 60  # letters of its key: pages cut descriptions short
_LEAD_LETTERS = 1_000


def _settings() -> Any:
    """What trafilatura may do: its defaults, but for what could reach out or run long."""
    config = use_config()
    config["DEFAULT"].update(
        {
            # nothing here calls its downloader; should anything ever, it reaches no private address and trusts no bad certificate
            "SSRF_PROTECTION": "on",
            "INSECURE_SSL_FALLBACK": "off",
            "MAX_REDIRECTS": "0",
            # parts of a text: the longest of 455 real pages has 222 (2026-11), a live blog of a war some thousands
            "MAX_TREE_SIZE": "50000",
        }
    )
    return config


_SETTINGS = _settings()


def find_text(page: Page, *, url: str, headlines: list[str]) -> str:
    """What trafilatura finds, a line a paragraph, less what is not the piece's own; "" if nothing."""
    paragraphs = [p.text_content() for p in page.tree.iter("p")]
    in_paragraphs = sum(n for told in paragraphs if (n := words(told)) >= _PARAGRAPH_WORDS)
    text = _ask(page, url=url, fast=True)
    found = words(text)
    if (
        found < _ENOUGH_WORDS
        or found < _LEAST_OF_PARAGRAPHS * in_paragraphs
        or in_paragraphs < _LEAST_IN_PARAGRAPHS * found
    ):
        text = _ask(page, url=url) or text
    if words(text) < _FEW_WORDS:
        text = max(
            text, _ask(page, url=url, favor_recall=True), _clean("\n".join(map(one_line, paragraphs))), key=words
        )
    return _with_lead(page, _own(page, text, headlines))


def _ask(page: Page, *, url: str, fast: bool = False, favor_recall: bool = False) -> str:
    """The tree is copied by trafilatura, and stays as it is."""
    document = trafilatura.bare_extraction(
        page.tree,
        url=url,
        fast=fast,
        favor_recall=favor_recall,
        include_comments=False,
        # its cache remembers earlier pages, and a wire text in a second outlet would lose paragraphs
        deduplicate=False,
        config=_SETTINGS,
    )
    return _clean(getattr(document, "text", None) or "")


def words(text: str) -> int:
    """How many words; Chinese and Japanese write them without spaces, about two letters a word."""
    return len(text.split()) + (0 if text.isascii() else len(_CJK.findall(text)) // 2)


def _clean(text: str) -> str:
    lines = (one_line(line) for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n".join(line for line in lines if line)


def _own(page: Page, text: str, headlines: list[str]) -> str:
    named = [*headlines, page.meta("og:title"), page.title]
    told_body = max((body for body in page.told("articleBody") if isinstance(body, str)), key=len, default="")
    linked = _linked(page.tree, {key(line) for line in text.split("\n") if is_headline(line)})
    return own_lines(text, headlines=named, linked=linked, told_body=told_body) or text


def _linked(tree: Any, lines: set[str]) -> frozenset[str]:
    """Which of the lines, by their keys, are hardly more than a link on the page; no headings: what they name stands below them."""
    together = "\n".join(lines)
    links: dict[Any, int] = {}
    for link in tree.iter("a"):
        told = link.text_content()
        of = key(told) if len(told) in _LINKED_LETTERS else ""
        if not of or of not in together:
            continue
        holder = link.getparent()
        while holder is not None and holder.tag not in _HOLD_TEXT:
            holder = holder.getparent()
        if holder is not None and holder.tag in _HOLD_LINKS:
            links[holder] = links.get(holder, 0) + len(of)
    holders = ((key(holder.text_content()), letters) for holder, letters in links.items())
    found = {of for of, n in holders if of in lines and len(of) in _LINKED_LETTERS and n >= _LINKED * len(of)}
    return frozenset(found - {key(heading.text_content()) for heading in tree.iter(*_HEADINGS)} if found else ())


def _with_lead(page: Page, text: str) -> str:
    """With the lead put first, if the page shows it and it is not in the text: extractors lose it between headline and text."""
    lead = one_line(page.meta("og:description", "description"))
    start = key(lead)[:_LEAD_STARTS]
    if not text or words(lead) < _LEAD_WORDS or start in key(text):
        return text
    shown = next((told for told in _beginning_with(page.tree, lead[:12]) if key(told).startswith(start)), "")
    return f"{shown}\n{text}" if shown else text


def _beginning_with(tree: Any, start: str) -> Iterator[str]:
    for element in tree.iter("p", "h2", "h3", "div", "span", "li", "strong"):
        begins = (element.text or "").strip() or ((element[0].text or "").strip() if len(element) else "")
        if begins.startswith(start):
            told = one_line(element.text_content())
            if len(told) < _LEAD_LETTERS:
                yield told
