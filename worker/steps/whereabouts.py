"""Where a visit of an article ended: at its page, at another address of it, at a front page, or elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import urlsplit

from worker.steps.addresses import canonical_url, same_site


class Where(StrEnum):
    """SAME: where it was looked for. MOVED: its site says that it stands there for good now.

    FRONT: its site leads to a front page, as many do where an article is gone. SHORT: for good to an address that a section's
    front and an article may have, "/silo": only the page itself tells. ELSEWHERE: a detour, such as a consent page.
    """

    SAME = "same"
    MOVED = "moved"
    FRONT = "front"
    SHORT = "short"
    ELSEWHERE = "elsewhere"


# Where an article stands that was found there.
MOVED = (Where.MOVED, Where.SHORT)

# "/", "/en/", "/index.html"
_FRONT = re.compile(r"/(?:[a-z]{2}(?:-[a-z]{2})?|(?:index|home|default)(?:\.\w{3,5})?)?/?", re.IGNORECASE)
# "/news/", "/middle-east", "/en/world", and "/raqqa-deal": one plain name, no figure, no file
_SHORT = re.compile(r"(?:/[a-z]{2})?/[^\W\d]+(?:-[^\W\d]+){0,2}/?")


def whereabouts(final_url: str, permanent_url: str, known: Iterable[str]) -> Where:
    """What the end of the redirects is to an article that goes by the `known` addresses, the one asked for first."""
    addresses = list(known)
    if _plain(final_url) in {_plain(address) for address in addresses}:
        return Where.SAME
    if not same_site(final_url, addresses[0]):
        return Where.ELSEWHERE
    parts, for_good = urlsplit(canonical_url(final_url)), permanent_url == final_url
    if not parts.query and _FRONT.fullmatch(parts.path):
        return Where.FRONT
    if not parts.query and len(parts.path) <= 40 and _SHORT.fullmatch(parts.path):
        # nobody leads for a while to an article's new address
        return Where.SHORT if for_good else Where.FRONT
    return Where.MOVED if for_good else Where.ELSEWHERE


def _plain(url: str) -> str:
    """The address without what sites change for all their pages at once."""
    _scheme, _, rest = canonical_url(url).partition("://")
    return rest.removeprefix("www.").replace("/?", "?").rstrip("/")
