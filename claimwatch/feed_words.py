"""What is said of a feed to a person: how long ago, how long still, why it waits so long, and its polls as small bars. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from schedules.cadence import CadencePolicy
from storage.records import FeedState

# What a person should see first; in FINE there is nothing to see to.
_WORST_FIRST = (
    FeedState.GONE,
    FeedState.NOT_A_FEED,
    FeedState.REFUSED,
    FeedState.UNREACHABLE,
    FeedState.EMPTY,
    FeedState.STALE,
    FeedState.MOVED,
    FeedState.NEW,
    FeedState.OK,
)
FINE = (FeedState.NEW, FeedState.OK)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BARS = "▁▂▃▄▅▆▇█"
_LEAD = re.compile(r"(https?://\S+): (?=.)")
UNCHANGED, FAILED = "·", "×"


def span(wait: timedelta) -> str:
    """Two figures at most: "40 s", "45 min", "1 h 44 min", "12 d"."""
    minutes = round(wait.total_seconds() / 60)
    if minutes < 1:
        return f"{max(0, round(wait.total_seconds()))} s"
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 10 and rest:
        return f"{hours} h {rest} min"
    hours = round(minutes / 60)
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} d"


def brief(wait: timedelta) -> str:
    """One figure: "45 min", "2 h", "12 d"."""
    return span(wait) if wait < timedelta(hours=1) else span(timedelta(hours=round(wait / timedelta(hours=1))))


def instant(told: str | None) -> datetime | None:
    """The instant of a row."""
    return datetime.fromisoformat(told) if told else None


def since(row: Mapping[str, Any], now: datetime) -> str:
    """For how long it is in its state."""
    at = instant(row["state_since"])
    return brief(max(now - at, timedelta(0))) if at else ""


def next_poll(row: Mapping[str, Any], now: datetime) -> str:
    """ "in 2 h", "now", "paused", "none"."""
    if row["paused_at"]:
        return "paused"
    at = instant(row["next_poll"])
    if at is None:
        return "none"
    return f"in {brief(at - now)}" if at > now else "now"


def by_trouble(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The worst first, those that a person has paused last; then by outlet."""

    def order(row: dict[str, Any]) -> Any:
        return bool(row["paused_at"]), _WORST_FIRST.index(FeedState(row["state"])), row["outlet"].casefold(), row["id"]

    return sorted(rows, key=order)


def entries(n: int) -> str:
    """ "1 entry", "2,000 entries"."""
    return "1 entry" if n == 1 else f"{n:,} entries"


def wants_a_look(row: Mapping[str, Any]) -> bool:
    """It is polled, and not all is well with it, or with what it brought."""
    return not row["paused_at"] and (row["state"] not in FINE or row["parked"] > 0)


def reason(told: str | None, *urls: str) -> str:
    """Why something failed, without the addresses in front of it that are among these, or of the same host."""
    left = told or ""
    while (lead := _LEAD.match(left)) and any(lead[1] == url or _host(lead[1]) == _host(url) for url in urls):
        left = left[lead.end() :]
    return left


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def by_reason(unread: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Entries as feed_histories.unread() has them, together by why: {"why", "count", "next_try", "example"}, most first.

    `why` "" of those that were not tried yet. `next_try`: the first of them.
    """
    found: dict[str, dict[str, Any]] = {}
    for entry in unread:
        why = reason(entry["last_error"], entry["url"])
        group = found.setdefault(why, {"why": why, "count": 0, "next_try": None, "example": entry["url"]})
        group["count"] += 1
        group["next_try"] = min(filter(None, (group["next_try"], entry["next_try_at"])), default=None)
    return sorted(found.values(), key=lambda group: -group["count"])


def why_so_long(row: Mapping[str, Any], policy: CadencePolicy) -> str:
    """What the wait of a feed comes from, while all is well: "every 1 h 44 min, for it has news about every 3 h"."""
    interval = timedelta(seconds=row["interval_s"])
    gap = timedelta(seconds=row["gap_s"]) if row["gap_s"] is not None else None
    asked = timedelta(seconds=row["hints"].get("min_interval_s", 0))
    had = "had" if row["state"] == FeedState.STALE else "has"
    news = f"it {had} news about every {span(gap)}" if gap else "how often it has news is not known yet"
    told = f"every {span(interval)}, "
    if row["every_s"] is not None:
        return _as_set(row, timedelta(seconds=row["every_s"]), interval, asked)
    if (row.get("hub") or {}).get("relied_on"):
        return told + f"since its hub pushes what is new; {news}"
    if asked and interval <= asked:
        return told + f"as the feed asks (ttl, sy:updatePeriod); {news}"
    if interval > _learned_at_most(row, gap, policy):
        return told + f"as its server asks (Cache-Control, Expires); {news}"
    if interval <= policy.floor:
        return told + f"the least there is; {news}"
    if interval >= policy.ceiling:
        return told + f"the most there is, and up to a fifth more; {news}"
    return told.removesuffix(", ") + (f", for {news}" if gap else f"; {news}")


def _as_set(row: Mapping[str, Any], own: timedelta, interval: timedelta, asked: timedelta) -> str:
    """A person has set how often. The row's interval is of the last poll, which may have been before that."""
    polled, due = instant(row["last_polled_at"]), instant(row["next_poll"])
    if own == interval:
        return f"every {span(own)}, as a person has set"
    if asked > own:
        return f"every {span(asked)}: a person has set {span(own)}, the feed asks for more (ttl, sy:updatePeriod)"
    bound = instant((row.get("host") or {}).get("bound_until"))
    held = row.get("failures") or (bound and due and due >= bound)
    if own < interval and polled and due and due - polled >= interval and not held:
        return (
            f"every {span(interval)}: a person has set {span(own)}, its server asks for more (Cache-Control, Expires)"
        )
    from_then = f", from the poll at {due:%Y-%m-%d %H:%M} on" if due else ""
    return f"every {span(own)} as a person has set{from_then}"


def _learned_at_most(row: Mapping[str, Any], gap: timedelta | None, policy: CadencePolicy) -> timedelta:
    """No wait is longer of what was learned (schedules/cadence.py): the root of the pivot times the gap, grown by the silence."""
    polled, newest = instant(row["last_polled_at"]), instant(row["newest"])
    silence = polled - newest if polled and newest else timedelta(0)
    most = (gap or policy.default) + max(silence, timedelta(0))
    return max(timedelta(seconds=(policy.pivot.total_seconds() * most.total_seconds()) ** 0.5), policy.floor)


def not_asked_then(hints: Mapping[str, Any]) -> str:
    """ "22 to 6 h GMT; on Saturday, Sunday": when the feed asks not to be polled. "" if never."""
    hours = ", ".join(f"{start} to {end} h" for start, end in _stretches(hints.get("skip_hours", ())))
    days = ", ".join(_DAYS[day] for day in hints.get("skip_days", ()))
    return "; ".join(part for part in (f"{hours} GMT" if hours else "", f"on {days}" if days else "") if part)


def _stretches(hours: Sequence[int]) -> list[tuple[int, int]]:
    """Runs of hours round the clock, each (first, the one after its last): [22, 23, 0] is [(22, 1)]."""
    told = set(hours)
    firsts = [hour for hour in sorted(told) if (hour - 1) % 24 not in told]
    found = []
    for first in firsts:
        end = first
        while end % 24 in told:
            end += 1
        found.append((first, end % 24))
    return found


def bars(polls: Sequence[Mapping[str, Any]]) -> str:
    """A letter a poll, in the order given: a bar as high as it brought new entries, · for none, × for a failure."""
    most = max((poll["new"] or 0 for poll in polls), default=0)
    return "".join(_bar(poll, most) for poll in polls)


def _bar(poll: Mapping[str, Any], most: int) -> str:
    if failed(poll):
        return FAILED
    new = poll["new"] or 0
    return _BARS[max(0, -(-new * len(_BARS) // most) - 1)] if new else UNCHANGED


def failed(poll: Mapping[str, Any]) -> bool:
    """It brought no answer, or one that is no feed."""
    return poll["new"] is None and poll["status"] != 304
