"""What a page says of its piece: headline, author, date, language, canonical address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from courlan import scrub_url, validate_url
from htmldate import find_date
from trafilatura.metadata import examine_meta, extract_author, extract_meta_json, extract_title

from worker.steps.language import language
from worker.steps.own_lines import key
from worker.steps.page import Page, one_line

# A headline on the page that is at least so much of the title in the head is what is left of it without the outlet's name.
_LEAST_OF_TITLE = 0.4
_HEADLINES = 6


def headline_and_byline(page: Page) -> tuple[str, str]:
    """The headline without the outlet's name behind it, and who wrote the piece; "" where the page does not tell.

    The parts of trafilatura's extract_metadata that find these; its tags, categories and licences cost twice as much.
    """
    told = examine_meta(page.tree)
    if told.author and " " not in told.author:  # an account's name
        told.author = None
    # of another shape than it is written for
    with suppress(AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError):
        told = extract_meta_json(page.tree, told)
    title = one_line(told.title or extract_title(page.tree) or "")
    return _without_outlet(title, page), one_line(told.author or extract_author(page.tree) or "")


def headlines(page: Page) -> list[str]:
    """What stands on the page as a headline of the highest order, at most six."""
    found = (one_line(heading.text_content()) for heading in page.tree.iter("h1"))
    return [heading for heading in found if heading][:_HEADLINES]


def _without_outlet(title: str, page: Page) -> str:
    whole = key(title)
    for heading in headlines(page):
        of = key(heading)
        if of != whole and whole.startswith(of) and len(of) >= _LEAST_OF_TITLE * len(whole):
            return heading
    return title


def published(page: Page, *, url: str, today: date) -> datetime | None:
    """The page's own instant if it agrees with the day found, else midnight UTC of that day. Never the feed's date.

    Not the "extensive" search: it takes a year that the text speaks of for the page's date. On 393 dated pages of 2010 to
    2026 both find 382 days, it gets one more wrong (2026-11).
    """
    day = find_date(page.tree, url=url, original_date=True, max_date=today.isoformat(), extensive_search=False)
    found = _instant(day or "")
    exact = [instant for told in _told_instants(page) if (instant := _instant(told)) is not None]
    if found is None:
        return next((instant for instant in exact if instant.date() <= today + timedelta(days=1)), None)
    return next((instant for instant in exact if abs(instant - found) <= timedelta(days=1)), found)


def _told_instants(page: Page) -> Iterator[str]:
    yield page.meta("article:published_time")
    yield from (told for told in page.told("datePublished") if isinstance(told, str))
    yield page.first("time", "datetime")


def _instant(told: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(told.strip())
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def canonical(page: Page, *, url: str) -> str:
    """What the page calls its canonical address, whole; "" if nothing. Whom to believe is not for here (steps/addresses.py).

    courlan mends what templates make of addresses: "&amp;" left in, rests of markup.
    og:url is no second witness: it is what is shared, and is often a former address, one with a campaign in it or the front
    page. Where it is right, rel=canonical says the same.
    """
    links = (link.get("href") or "" for link in page.tree.iter("link") if _is_canonical(link))
    told = next((one_line(link) for link in links if link.strip()), "")
    try:
        whole = scrub_url(urljoin(url, told)) if told else ""
    except ValueError:
        return ""
    return whole if validate_url(whole)[0] else ""


def _is_canonical(link: Any) -> bool:
    return "canonical" in (link.get("rel") or "").lower().split()


def lang(page: Page, text: str, *, feed: str) -> str:
    """Two letters, "" if unknown: the page's word, the feed's, unless the text is plainly in another language."""
    data: Iterator[Any] = page.told("inLanguage")
    named = [
        page.tree.get("lang") or page.tree.get("xml:lang") or "",
        *(told for told in data if isinstance(told, str)),
        page.meta("content-language"),
        page.meta("og:locale", "dc.language"),
        feed,
    ]
    return language(text, [code for told in named if (code := told.strip()[:2].lower()).isalpha()])
