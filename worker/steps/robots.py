"""What a host's robots.txt asks of us (RFC 9309), by protego."""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from urllib.parse import urlsplit, urlunsplit

from protego import Protego

from worker.handovers import OUR_NAME

# RFC 9309, 2.5: at least 500 KiB must be read. What is beyond is left out: so much makes 20 MB of rules, and a second of work.
MAX_BYTES = 512_000
# A host that asks for more is asked once an hour all the same.
LONGEST_DELAY_S = 3_600


def robots_url(page_url: str) -> str:
    """Where the rules for that page stand."""
    parts = urlsplit(page_url)
    return urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))


def may_fetch(robots: str, url: str) -> bool:
    """The rules allow that page. No rules allow everything."""
    return not robots.strip() or bool(_read(robots).can_fetch(url, OUR_NAME))


def crawl_delay_s(robots: str) -> int | None:
    """Whole seconds that the rules want between two requests, rounded up; None: they say nothing of it."""
    told = _read(robots).crawl_delay(OUR_NAME) if robots.strip() else None
    return min(ceil(told), LONGEST_DELAY_S) if told is not None and told > 0 else None


@lru_cache(maxsize=4)
def _read(robots: str) -> Protego:
    return Protego.parse(robots)
