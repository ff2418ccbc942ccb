"""What may stand behind a field's colon: spans of days, numbers and their comparisons. Pure; days are UTC."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil, floor, isfinite

from storage.search.errors import BadQuery

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_AGO = re.compile(r"(\d{1,5})([hdwmy])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": 30 * 24, "y": 365 * 24}
_NUMBER = re.compile(r"(>=|<=|>|<|=)?(-?\d[\d,]*(?:\.\d+)?)(k|m)?", re.IGNORECASE)
_DATES = "a day such as 2017-10-14, a month 2017-10, a year 2017, a span 2017-12..2018-03, today, yesterday or 30d"


@dataclass(frozen=True, slots=True)
class Span:
    """Instants from `start` up to, not including, `end`; None is open. UTC."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both included unless `open_low`, `open_high` say so."""

    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False


def span(told: str, name: str, now: datetime) -> Span:
    """A day, month, year, `a..b` with either side left out, today, yesterday, or the last 30d, 12h, 2w, 3m, 1y."""
    if ".." in told:
        first, _, last = told.partition("..")
        if not first and not last:
            raise BadQuery(f"{name}:{told}: expected {_DATES}")
        begins = _one(first, name, now).start if first else None
        ends = _end(last, name, now) if last else None
        if begins and ends and begins >= ends:
            raise BadQuery(f"{name}:{told}: the span ends before it begins")
        return Span(begins, ends)
    for sign in (">=", "<=", ">", "<"):
        if told.startswith(sign):
            day = _one(told.removeprefix(sign), name, now)
            return {
                ">=": Span(day.start, None), "<=": Span(None, day.end), ">": Span(day.end, None), "<": Span(None, day.start),
            }[sign]  # fmt: skip
    return _one(told, name, now)


def _end(told: str, name: str, now: datetime) -> datetime | None:
    """The end of a day; of `30d`, which lasts until now, the instant so long ago."""
    found = _one(told, name, now)
    return found.start if _AGO.fullmatch(told) else found.end


def until(told: str, name: str, now: datetime) -> Span:
    """Up to the end of that day, or to so long ago. Raises BadQuery for a span."""
    if ".." in told or told[:1] in "<>":
        raise BadQuery(f"{name}:{told}: expected one day, such as 2018-01-31, or 30d for thirty days ago")
    return Span(None, _end(told, name, now))


def _one(told: str, name: str, now: datetime) -> Span:
    today = datetime(now.year, now.month, now.day, tzinfo=UTC)
    if told == "today":
        return Span(today, today + timedelta(days=1))
    if told == "yesterday":
        return Span(today - timedelta(days=1), today)
    if ago := _AGO.fullmatch(told):
        try:
            return Span(now - timedelta(hours=int(ago[1]) * _HOURS[ago[2]]), now + timedelta(seconds=1))
        except OverflowError:
            raise BadQuery(f"{name}:{told}: before the first day there is") from None
    if day := _DAY.fullmatch(told):
        try:
            return _days(*(int(part) if part else None for part in day.groups()))
        except (ValueError, OverflowError):
            raise BadQuery(f"{name}:{told}: there is no such day") from None
    try:
        instant = datetime.fromisoformat(told)
    except ValueError:
        raise BadQuery(f"{name}:{told}: expected {_DATES}") from None
    try:
        instant = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
        return Span(instant, instant + timedelta(seconds=1))
    except OverflowError:
        raise BadQuery(f"{name}:{told}: there is no such day") from None


def _days(year: int | None, month: int | None, day: int | None) -> Span:
    assert year is not None  # noqa: S101 - for the type checker
    first = date(year, month or 1, day or 1)
    last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    ends = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    return Span(datetime(first.year, first.month, first.day, tzinfo=UTC), ends)


def number_range(told: str, name: str) -> Range:
    """`1800`, `>1000`, `<=500`, `1000..2000`; `2k` and `1.5m` are thousands and millions."""
    if ".." in told:
        first, _, last = told.partition("..")
        low = _number(first, name, told)[1] if first else None
        high = _number(last, name, told)[1] if last else None
        if low is None and high is None:
            raise BadQuery(f"{name}:{told}: expected a number, >1000 or 1000..2000")
        if low is not None and high is not None and low > high:
            raise BadQuery(f"{name}:{told}: the range ends before it begins")
        return Range(low, high)
    sign, value = _number(told, name, told)
    if sign in (">", ">="):
        return Range(low=value, open_low=sign == ">")
    if sign in ("<", "<="):
        return Range(high=value, open_high=sign == "<")
    return Range(value, value)


def whole_range(told: str, name: str) -> Range:
    """A range of whole numbers from 1 on, both ends included: `2`, `>=2`, `<4`, `2..5`. `low` is always there."""
    range_ = number_range(told, name)
    low = max(1, floor(range_.low) + 1 if range_.open_low else ceil(range_.low)) if range_.low is not None else 1
    high = None
    if range_.high is not None:
        high = ceil(range_.high) - 1 if range_.open_high else floor(range_.high)
    if high is not None and high < low:
        raise BadQuery(f"{name}:{told}: expected a whole number from 1 on, >=2 or 2..5")
    return Range(low=low, high=high)


def _number(told: str, name: str, whole: str) -> tuple[str, float]:
    found = _NUMBER.fullmatch(told)
    if found is None:
        raise BadQuery(f"{name}:{whole}: expected a number, >1000 or 1000..2000")
    times = {"k": 1_000.0, "m": 1_000_000.0}.get((found[3] or "").lower(), 1.0)
    number = float(found[2].replace(",", "")) * times
    if not isfinite(number):
        raise BadQuery(f"{name}: {found[2][:20]}... is larger than any number")
    return found[1] or "=", number
