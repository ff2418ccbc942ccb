"""Where a visit of an article ended: at its page, at another address of it, at a front page, or elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import urlsplit

from worker.steps.addresses import canonical_url, same_site


class Where(StrEnum):
    """SAME: where it was looked for. MOVED: its site says that it stands there for good now.

    FRONT: its site leads to a front page, as many do where an article is gone. ELSEWHERE: a detour, such as a consent page.
    """

    SAME = "same"
    MOVED = "moved"
    FRONT = "front"
    ELSEWHERE = "elsewhere"


# "/", "/news/", "/middle-east": one plain name, no figure, no file
_FRONT = re.compile(r"/(?:[^\W\d]+(?:-[^\W\d]+){0,2})?/?")


def whereabouts(final_url: str, permanent_url: str, known: Iterable[str]) -> Where:
    """What the end of the redirects is to an article that goes by the `known` addresses, the one asked for first."""
    addresses = list(known)
    if _plain(final_url) in {_plain(address) for address in addresses}:
        return Where.SAME
    if not same_site(final_url, addresses[0]):
        return Where.ELSEWHERE
    if is_front(final_url):
        return Where.FRONT
    return Where.MOVED if permanent_url == final_url else Where.ELSEWHERE


def is_front(url: str) -> bool:
    """A site's root or the front of a section: a path of one plain name at most, and no query."""
    parts = urlsplit(canonical_url(url))
    return not parts.query and _FRONT.fullmatch(parts.path) is not None and len(parts.path) <= 40


def _plain(url: str) -> str:
    """The address without what sites change for all their pages at once."""
    _scheme, _, rest = canonical_url(url).partition("://")
    return rest.removeprefix("www.").replace("/?", "?").rstrip("/")
