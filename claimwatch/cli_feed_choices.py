"""`claimwatch feed set|accept`: what a person decides of one feed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from claimwatch.feed_words import instant, span
from claimwatch.show import say, talk
from claimwatch.surroundings import end_no, end_usage, the_store, the_time
from schedules.cadence import CadencePolicy
from schedules.skipped import after_skipped
from storage import feed_choices, feed_histories, feeds, queries
from storage.records import FeedId
from worker.handovers import OUR_NAME

_UNITS = {"min": timedelta(minutes=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_PART = r"(\d{1,6}(?:\.\d{1,3})?)\s*(min|m|h|d)\s*"
_LONGEST_NAME = 300
# The word that a publisher's log must hold; the door sends no name without it.


def add_to(group: typer.Typer) -> None:
    """The commands of this file, into the group of feeds."""
    group.command("set")(feed_set)
    group.command("accept")(feed_accept)
    group.command("remove")(feed_remove)


def feed_set(
    feed_id: int,
    user_agent: Annotated[
        str | None, typer.Option("--user-agent", help="By which name it is asked; default: as all others.")
    ] = None,
    every: Annotated[
        str | None, typer.Option("--every", help="How often it is asked, such as 2h or 45min; default: as learned.")
    ] = None,
) -> None:
    """Set how one feed alone is asked. Without an option: what is set."""
    name = _name(user_agent) if user_agent is not None else None
    wait = _wait(every) if every is not None else None
    with the_store().begin() as tx:
        if not queries.feeds(tx, feed_id):
            end_no(f"no feed {feed_id}; see: claimwatch feed list")
        if name is not None:
            feed_choices.set_user_agent(tx, FeedId(feed_id), name)
        if every is not None:
            feed_choices.set_every(tx, FeedId(feed_id), wait)
            if wait is not None and (soonest := _soonest(tx, FeedId(feed_id), wait)) is not None:
                feed_choices.bring_forward(tx, FeedId(feed_id), to=soonest)
        name, wait = feed_choices.own(tx, FeedId(feed_id))
    often = f"every {span(wait)}, or less often if it asks for that" if wait else "as often as learned"
    say(f"feed {feed_id} is asked {often}, as {name or 'all others'}")


def _soonest(tx: Any, feed_id: FeedId, wait: timedelta) -> datetime | None:
    """When a feed may be asked that is to be asked so often: not before what it asks for itself, or its host. None: it was not yet."""
    from worker.gateways.guard import host_in_line

    (feed,) = feeds.read(tx, [feed_id])
    if feed.last_polled_at is None:
        return None
    bound = instant(feed_histories.bound_until(tx, host_in_line(feed.poll_url))["bound_until"])
    due = max(feed.last_polled_at + max(wait, feed.hints.min_interval or wait), the_time())
    return after_skipped(feed.hints, max(due, bound) if bound else due)


def feed_remove(feed_id: int) -> None:
    """Remove a feed that never brought an entry: added by mistake."""
    with the_store().begin() as tx:
        url = feed_choices.remove(tx, FeedId(feed_id))
    if url is None:
        end_no(f"no feed {feed_id}; see: claimwatch feed list")
    say(f"feed {feed_id} is removed: {url}")
    talk("where a watch list's file names it, take it out there too: else it is added again")


def feed_accept(feed_id: int) -> None:
    """Make the address to which a feed has moved its own."""
    with the_store().begin() as tx:
        moved = feed_choices.accept_move(tx, FeedId(feed_id), now=the_time())
    if moved is None:
        end_no(f"no feed {feed_id}; see: claimwatch feed list")
    say(f"feed {feed_id} is now {moved[1]}")
    talk(f"where a watch list's file names {moved[0]}, change it there too: else it is added again")


def _name(told: str) -> str:
    """ "" for the house's own."""
    told = told.strip()
    if told in ("", "default"):
        return ""
    if OUR_NAME not in told.lower():
        end_usage(
            f"--user-agent: {told!r} does not hold the word {OUR_NAME}: publishers have a right to know who asks, and to "
            "turn us away by our name"
        )
    if not (told.isascii() and told.isprintable()) or len(told) > _LONGEST_NAME:
        end_usage(f"--user-agent: expected at most {_LONGEST_NAME} plain ASCII characters")
    return told


def _wait(told: str) -> timedelta | None:
    """None: as learned."""
    if told.strip() == "default":
        return None
    policy = CadencePolicy()
    read = told.strip().lower()
    parts = re.findall(_PART, read) if re.fullmatch(f"(?:{_PART})+", read) else []
    wait = sum((float(n) * _UNITS[unit] for n, unit in parts), timedelta(0)) if parts else None
    if wait is None or not policy.floor <= wait <= policy.ceiling:
        end_usage(
            f"--every: expected {span(policy.floor)} to {span(policy.ceiling)}, such as 45min or 2h, or default; got {told!r}"
        )
    return wait
