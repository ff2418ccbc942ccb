"""How long an answer is fresh by its own headers (RFC 9111, 4.2): so long nobody need ask again. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from schedules.http_dates import http_date

_DIRECTIVE = re.compile(r'([\w-]+)\s*(?:=\s*("[^"]*"|[^\s,]*))?')
_MOST_S = 2**31  # what a larger number counts as (RFC 9111, 1.2.2)


def max_age(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The time that is left; None: the headers ask for nothing. Names of headers are lower case.

    Cache-Control's max-age, else Expires counted from the server's own Date (from `now` if it has none), both less Age. An
    answer that is not to be kept, or only after asking, asks for no wait; nor does one whose time has run out. s-maxage is
    for caches that many share, which we are not.
    """
    told = _directives(headers.get("cache-control", ""))
    if "no-store" in told or told.get("no-cache") == "":  # no-cache="name" is about one header of the answer
        return None
    lasts: timedelta | None = (
        None  # max-age that is no number, Expires: 0 and other words that are no date: it has expired
    )
    if "max-age" in told:
        lasts = _seconds(told["max-age"])
    elif (expires := http_date(headers.get("expires"))) is not None:
        lasts = expires - (http_date(headers.get("date")) or now)
    left = (lasts or timedelta(0)) - (_seconds(headers.get("age", "")) or timedelta(0))
    return left if left > timedelta(0) else None


def _directives(told: str) -> dict[str, str]:
    """The first of each name counts. A directive without a value has the value ""."""
    found: dict[str, str] = {}
    for name, value in _DIRECTIVE.findall(told):
        found.setdefault(name.lower(), value.strip('"'))
    return found


def _seconds(told: str) -> timedelta | None:
    told = told.strip()
    if not re.fullmatch(r"[0-9]{1,30}", told):
        return None
    return timedelta(seconds=min(int(told), _MOST_S))
