"""What a feed asks of who polls it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from storage.records import FeedHints
from worker.steps.feeds.items import web_address

_LONGEST_HINT = timedelta(hours=24)
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_DAYS = {name: n for n, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())}
_HOUR = re.compile(rb"<hour>\s*([0-9]{1,2})\s*</")
_DAY = re.compile(rb"<day>\s*([a-z]{6,9})\s*</")


def hints_of(feed: Mapping[str, Any], frame: bytes, base: str) -> FeedHints:
    """The hints of a feed that feedparser read; `frame` is its document, at best without the items.

    Of skipHours and skipDays feedparser keeps the last only, hence the look at the document. A feed that skips every hour
    or every day asks for nothing that can be done, so that part is dropped. Hour 24 (RSS 0.91 counts from 1) is 0.
    """
    links = [link for link in feed.get("links", ()) if isinstance(link, Mapping)]
    hours, days = _skipped(frame)
    return FeedHints(
        min_interval=_min_interval(feed),
        skip_hours=frozenset() if len(hours) == 24 else hours,
        skip_days=frozenset() if len(days) == len(_DAYS) else days,
        hub=_first(links, "hub", base),
        topic=_first(links, "self", base),
        site=web_address(feed.get("link"), base),
    )


def _first(links: list[Mapping[str, Any]], rel: str, base: str) -> str:
    told = (web_address(link.get("href"), base) for link in links if rel in str(link.get("rel", "")).split())
    return next((address for address in told if address), "")


def _skipped(frame: bytes) -> tuple[frozenset[int], frozenset[int]]:
    if b"skip" not in (low := frame.lower()):
        return frozenset(), frozenset()
    first, *rest = low.split(b"<!--")
    bare = first + b"".join(part.partition(b"-->")[2] for part in rest)
    hours = {int(hour) for hour in _HOUR.findall(_within(bare, b"skiphours"))}
    days = {day.decode() for day in _DAY.findall(_within(bare, b"skipdays"))}
    return (
        frozenset(hour % 24 for hour in hours if hour <= 24),
        frozenset(_DAYS[day] for day in days if day in _DAYS),
    )


def _within(frame: bytes, name: bytes) -> bytes:
    """What the first element of this name holds."""
    return frame.partition(b"<" + name)[2].partition(b"</" + name)[0]


def _min_interval(feed: Mapping[str, Any]) -> timedelta | None:
    waits = []
    ttl = str(feed.get("ttl", "")).strip()
    if re.fullmatch(r"[0-9]{1,9}", ttl):
        waits.append(timedelta(minutes=min(int(ttl), 10_000)))
    period = _PERIODS.get(str(feed.get("sy_updateperiod", "")).strip().lower())
    if period:
        told = str(feed.get("sy_updatefrequency", "1")).strip()
        frequency = max(1, int(told)) if re.fullmatch(r"[0-9]{1,9}", told) else 1
        waits.append(timedelta(seconds=period / frequency))
    return min(max(waits), _LONGEST_HINT) if waits else None
