"""A page's bytes to its article, by trafilatura. Nothing is fetched here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from types import MappingProxyType

from worker.errors import Unreadable
from worker.handovers import Extract
from worker.steps.charset import in_utf8
from worker.steps.page import one_line, parse
from worker.steps.page_head import canonical, headline_and_byline, headlines, lang, published
from worker.steps.page_text import find_text, words
from worker.steps.walls import wall

# The second number is raised when other text is read of the same bytes here: what differs then is no edit of theirs.
EXTRACTOR = f"trafilatura {version('trafilatura')} reading 2"
# Below this no claim can be spoken about; a consent wall or an error page is mostly longer in markup than in words.
MIN_WORDS = 10
_KINDS = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml")
_BYLINE_LETTERS = 300


def extract(
    body: bytes,
    *,
    url: str,
    content_type: str,
    today: date,
    fallback_title: str = "",
    fallback_lang: str = "",
    asked: str = "",
    headers: Mapping[str, str] = MappingProxyType({}),
    summary: str = "",
) -> Extract:
    """What stands in the page. Raises Unreadable naming why there is no text, or that a wall stands there (steps/walls.py).

    `url`: where it was found; `asked`: where it was looked for, "" if that is no matter. `today` bounds its date. Header names
    are lower case. The fallbacks and `summary` are the feed's words; they never become the page's date or text.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind and kind not in _KINDS:
        raise Unreadable(f"no article text: the page is {kind}")
    if not body.strip():
        raise Unreadable("no article text: the page is empty")
    page = parse(in_utf8(body, content_type))
    title, byline = headline_and_byline(page)
    text = find_text(page, url=url, headlines=[title, *headlines(page)])
    why = wall(page, text, title=title, url=url, asked=asked, headers=headers, summary=summary)
    if why:
        raise Unreadable(why)
    if words(text) < MIN_WORDS:
        raise Unreadable(f"no article text: {words(text)} words in {len(body)} bytes")
    return Extract(
        title=title or one_line(fallback_title) or page.title or url,
        text=text,
        byline=byline[:_BYLINE_LETTERS],
        lang=lang(page, text, feed=fallback_lang),
        published=published(page, url=url, today=today),
        canonical_url=canonical(page, url=url),
        extractor=EXTRACTOR,
    )
