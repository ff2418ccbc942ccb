"""When the newest thing on a site's page came out, as far as the page tells: what its feed should show as well."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from lxml import etree, html

from worker.steps.addresses import same_site

_DAY_IN_PATH = re.compile(r"/(20\d\d)/(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])/")


def newest_on_page(body: bytes, *, url: str, before: datetime) -> datetime | None:
    """The latest of its <time> elements and of the days in the addresses of its articles; None: it tells none. UTC.

    A day without a time counts from its beginning. What is not `before` then is left out, announcements too.
    """
    try:
        tree: Any = html.document_fromstring(body, parser=html.HTMLParser(no_network=True))
    except (etree.LxmlError, ValueError):
        return None
    told = [_instant(str(at)) for at in tree.xpath("//time/@datetime")]
    told += [_day(str(link)) for link in tree.xpath("//a/@href") if _ours(str(link), url)]
    return max((at for at in told if at is not None and at < before), default=None)


def _ours(link: str, url: str) -> bool:
    try:
        return same_site(urljoin(url, link), url)
    except ValueError:
        return False


def _instant(told: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(told.strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _day(link: str) -> datetime | None:
    found = _DAY_IN_PATH.search(link)
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC) if found else None
    except ValueError:
        return None
