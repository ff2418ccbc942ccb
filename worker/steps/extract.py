"""A page's bytes to its article, by trafilatura. Nothing is fetched here."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from typing import Any
from urllib.parse import urljoin

import trafilatura
from charset_normalizer import from_bytes
from lxml import etree, html

from worker.errors import Unreadable
from worker.handovers import Extract

EXTRACTOR = f"trafilatura {version('trafilatura')}"
# Below this no claim can be spoken about; a consent wall or an error page is mostly longer in markup than in words.
MIN_WORDS = 10
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufeff]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_CHARSET = re.compile(rb"charset=[\"']?([A-Za-z0-9_-]{2,30})", re.IGNORECASE)


def extract(
    body: bytes, *, url: str, content_type: str, today: date, fallback_title: str = "", fallback_lang: str = ""
) -> Extract:
    """What stands in the page. `today` bounds its date. Raises Unreadable naming why there is no text."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind and kind not in ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml"):
        raise Unreadable(f"no article text: the page is {kind}")
    if not body.strip():
        raise Unreadable("no article text: the page is empty")
    page = _decode(body, content_type)
    tree = _tree(page)
    document: Any = None
    text = ""
    for recall in (False, True):
        # dedup off: its cache remembers earlier pages, and a wire text in a second outlet would lose paragraphs
        document = (
            trafilatura.bare_extraction(
                page,
                url=url,
                include_comments=False,
                include_tables=recall,
                deduplicate=False,
                favor_recall=recall,
                with_metadata=True,
                # not "extensive": it takes a year that the text speaks of for the page's date. On 393 dated pages of 2010 to
                # 2026 both find 382 days, it gets one more wrong (2026-11).
                date_extraction_params={
                    "original_date": True,
                    "max_date": today.isoformat(),
                    "extensive_search": False,
                },
            )
            or document
        )
        text = _clean(getattr(document, "text", "") or "")
        if _words(text) >= MIN_WORDS * 4:
            break
    paragraphs = _paragraphs(tree)
    if _words(text) < MIN_WORDS * 4 and _words(paragraphs) > _words(text):
        text = paragraphs
    if _words(text) < MIN_WORDS:
        raise Unreadable(f"no article text: {_words(text)} words in {len(body)} bytes")
    return Extract(
        title=_line(getattr(document, "title", None) or fallback_title or _first(tree, "//title//text()") or url),
        text=text,
        byline=_line(getattr(document, "author", None) or "")[:300],
        lang=(_first(tree, "/html/@lang") or _first(tree, "/html/@xml:lang") or fallback_lang)[:2].lower(),
        published=_published(tree, getattr(document, "date", None), today),
        canonical_url=_canonical(tree, url),
        extractor=EXTRACTOR,
    )


def _words(text: str) -> int:
    """How many words; Chinese and Japanese write them without spaces, about two letters a word."""
    return len(text.split()) + len(_CJK.findall(text)) // 2


def _decode(body: bytes, content_type: str) -> str:
    """The HTTP charset wins, then UTF-8 if it fits, the page's own word, a guess (WHATWG's order, less the BOM)."""
    named = [m[1] for m in (_CHARSET.search(content_type.encode()), _CHARSET.search(body[:4096])) if m]
    tries = [named[0].decode(), "utf-8-sig"] if _CHARSET.search(content_type.encode()) else ["utf-8-sig"]
    for name in [*tries, *(n.decode() for n in named)]:
        try:
            return body.decode("windows-1252" if name.lower() in ("iso-8859-1", "latin-1", "latin1") else name)
        except (LookupError, UnicodeDecodeError):
            continue
    guess = from_bytes(body[:200_000]).best()
    return body.decode(guess.encoding if guess else "utf-8", "replace")


def _tree(page: str) -> Any:
    try:
        # as bytes: lxml refuses a str with an encoding declaration
        return html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable(f"no article text: {_line(str(error))[:200]}") from None


def _first(tree: Any, path: str) -> str:
    found = tree.xpath(path)
    return _line(str(found[0])) if found else ""


def _paragraphs(tree: Any) -> str:
    return _clean("\n".join(_line(p.text_content()) for p in tree.iter("p")))


def _canonical(tree: Any, url: str) -> str:
    told = _first(tree, "//link[contains(concat(' ', @rel, ' '), ' canonical ')]/@href")
    try:
        return urljoin(url, told) if told else ""
    except ValueError:
        return ""


def _published(tree: Any, day: str | None, today: date) -> datetime | None:
    """The page's own instant if it agrees with the day found, else midnight UTC of that day."""
    told = _first(tree, "//meta[@property='article:published_time']/@content") or _first(tree, "//time/@datetime")
    exact = _instant(told)
    found = _instant(day or "")
    if found is None:
        return exact if exact and exact.date() <= today + timedelta(days=1) else None
    return exact if exact and abs(exact - found) <= timedelta(days=1) else found


def _instant(told: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(told.strip())
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _clean(text: str) -> str:
    lines = (_line(line) for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n".join(line for line in lines if line)


def _line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())
