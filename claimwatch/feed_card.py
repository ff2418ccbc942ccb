"""One feed on a terminal: what a person asks of it, in the order in which they ask it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from claimwatch import show
from claimwatch.feed_words import (
    bars,
    failed,
    instant,
    next_poll,
    not_asked_then,
    reason,
    span,
    why_so_long,
)
from claimwatch.show import card, many, say
from claimwatch.surroundings import the_time
from schedules.cadence import CadencePolicy
from storage.rows import Json

# Reasons for which entries wait that are told.
_REASONS = 4


def print_feed(
    row: Json, polls: Sequence[Json], waiting: Sequence[Json], given_up: Sequence[Json], *, told: int
) -> None:
    """The feed as feed_histories.whole() gives it, with `host`; its polls, the latest first, of which `told` are spelled out.

    `waiting`, `given_up`: its entries that were not read, by_reason().
    """
    now = the_time()
    card(_facts(row, now) | {"waiting": _waiting(waiting, now)})
    if polls:
        say("")
        _print_polls(polls, row["poll_url"], told)
    if given_up:
        say("")
        show.table(given_up, {"count": "given up", "why": "why", "example": "such as"}, empty="")
        say(f"to take them on again: claimwatch feed retry {row['id']}")


def _facts(row: Json, now: datetime) -> dict[str, Any]:
    moved = row["poll_url"] != row["url"]
    of_outlet = ", ".join(filter(None, (row["country"], row["kind"], f"owner {row['owner']}" if row["owner"] else "")))
    return {
        "feed": row["id"],
        "outlet": f"{row['outlet']} ({of_outlet})" if of_outlet else row["outlet"],
        "title": row["title"],
        "language": row["lang"],
        "address": row["url"],
        "moved to": _moved(row) if moved else "",
        "state": row["state"] + (f": newest {row['newest'][:10]}" if row["state"] == "stale" and row["newest"] else ""),
        "since": _when(row["state_since"], now),
        "paused": _when(row["paused_at"], now),
        "error": reason(row["last_error"], row["poll_url"], row["url"]),
        "failures": f"{row['failures']} in a row, since {_when(row['failing_since'], now)}" if row["failures"] else "",
        "last good answer": _when(row["last_success_at"], now) or "none yet",
        "next poll": _next(row, now),
        "asked": why_so_long(row, CadencePolicy()) if row["last_polled_at"] else "",
        "not asked": not_asked_then(row["hints"]),
        "its host": _host(row["host"], now),
        "newest": _when(row["newest"], now),
        "entries": f"{row['entries']:,}" + (f", {row['parked']} given up" if row["parked"] else ""),
        "validators": _validators(row, now),
        "hub": _hub(row, now),
        "user agent": f"{row['user_agent']} (set by a person)" if row["user_agent"] else "",
        "its page": row["hints"].get("site", ""),
    }


def _moved(row: Json) -> str:
    if row["taken_by"] is not None:
        return f"{row['poll_url']}, which feed {row['taken_by']} has already; ask it once: claimwatch feed pause {row['id']}"
    return f"{row['poll_url']} (make it its own: claimwatch feed accept {row['id']})"


def _waiting(groups: Sequence[Json], now: datetime) -> str:
    """ "53, next try 2026-11-20 12:00 (in 2 h): 50 x 503 Away, 3 x not tried yet"."""
    if not groups:
        return ""
    first = min(filter(None, (group["next_try"] for group in groups)), default=None)
    due = instant(first)
    when = f", next try {_when(first, now) if due and due > now else 'now'}" if first else ""
    if len(groups) == 1:
        return f"{groups[0]['count']}{when}: {groups[0]['why'] or 'not tried yet'}"
    why = "; ".join(f"{group['count']} x {group['why'] or 'not tried yet'}" for group in groups[:_REASONS])
    return f"{sum(group['count'] for group in groups)}{when}: {why}" + ("; ..." if len(groups) > _REASONS else "")


def _when(told: str | None, now: datetime) -> str:
    """ "2026-11-20 12:00 (3 d ago)"."""
    at = instant(told)
    if at is None:
        return ""
    away = f"{span(now - at)} ago" if at <= now else f"in {span(at - now)}"
    return f"{at:%Y-%m-%d %H:%M} ({away})"


def _next(row: Json, now: datetime) -> str:
    word = next_poll(row, now)
    if word == "paused":
        return f"none until: claimwatch feed pause {row['id']} --resume"
    if word == "none":
        return f"none, it is {row['state']}; to ask again: claimwatch feed pause {row['id']} --resume"
    later = ", later after each failure" if row["failures"] else ""
    return ("now" if word == "now" else _when(row["next_poll"], now)) + later


def _host(host: Json, now: datetime) -> str:
    bound = instant(host.get("bound_until"))
    parts = [f"asked to be left alone until {_when(host['bound_until'], now)}"] if bound and bound > now else []
    if host.get("crawl_delay_s"):
        parts.append(f"wants {span(timedelta(seconds=host['crawl_delay_s']))} between two requests (robots.txt)")
    return "; ".join(parts)


def _validators(row: Json, now: datetime) -> str:
    if not row["last_success_at"]:
        return ""
    kept = [name for name, key in (("ETag", "etag"), ("Last-Modified", "last_modified")) if row[key]]
    if row["distrusted"]:
        return "not sent any more: new entries came while they said that nothing had changed"
    told = (
        f"{' and '.join(kept)} sent, for the answer 'not modified'"
        if kept
        else "none given, so it is fetched whole each time"
    )
    doubted = _when(row["suspected_at"], now)
    return f"{told}; doubted {doubted}" if doubted else told


def _hub(row: Json, now: datetime) -> str:
    hub, named = row["hub"], row["hints"].get("hub", "")
    if hub is None:
        return f"{named} (not subscribed)" if named else ""
    parts = [f"{hub['hub']}: {hub['state']} since {_when(hub['state_since'], now)}", hub["why"] or ""]
    if hub["pushed_at"]:
        parts.append(f"last push {_when(hub['pushed_at'], now)}")
    return ", ".join(filter(None, parts))


def _print_polls(polls: Sequence[Json], url: str, told: int) -> None:
    """Bars where they can be shown: a terminal of ASCII alone gets the table."""
    most = max((poll["new"] or 0 for poll in polls), default=0)
    drawn = bars(polls[::-1])
    try:
        drawn.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        pass
    else:
        say(f"{many(len(polls), 'poll')}, the latest at the right; up to {most} new; · nothing new, × failed")
        say(drawn)
        say("")
    rows = [
        poll
        | {
            "answer": poll["status"] or "none",
            "new": "" if failed(poll) else poll["new"] or 0,
            "items": poll["items"] if poll["items"] is not None else "",
            "note": reason(poll["note"], url) or ("not modified" if poll["status"] == 304 else ""),
        }
        for poll in polls[:told]
    ]
    columns = {"at": "polled", "answer": "answer", "new": "new", "items": "of", "state": "state", "note": "note"}
    show.table(rows, columns, empty="", cut=("note",))
