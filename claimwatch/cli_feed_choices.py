"""`claimwatch feed set|accept`: what a person decides of one feed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

import typer

from claimwatch.feed_words import span
from claimwatch.show import say, talk
from claimwatch.surroundings import end_no, end_usage, the_store, the_time
from schedules.cadence import CadencePolicy
from storage import feed_choices, queries
from storage.records import FeedId

_UNITS = {"min": timedelta(minutes=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST_NAME = 300
# The word that a publisher's log must hold; the door sends no name without it.
_OUR_NAME = "claimwatch"


def add_to(group: typer.Typer) -> None:
    """The commands of this file, into the group of feeds."""
    group.command("set")(feed_set)
    group.command("accept")(feed_accept)


def feed_set(
    feed_id: int,
    user_agent: Annotated[
        str | None, typer.Option("--user-agent", help="By which name it is asked; default: as all others.")
    ] = None,
    every: Annotated[
        str | None, typer.Option("--every", help="How often it is asked, such as 2h or 45min; default: as learned.")
    ] = None,
) -> None:
    """Set what holds for one feed alone, from its next poll on. Without an option: what is set."""
    name = _name(user_agent) if user_agent is not None else None
    wait = _wait(every) if every is not None else None
    with the_store().begin() as tx:
        if not queries.feeds(tx, feed_id):
            end_no(f"no feed {feed_id}; see: claimwatch feed list")
        if name is not None:
            feed_choices.set_user_agent(tx, FeedId(feed_id), name)
        if every is not None:
            feed_choices.set_every(tx, FeedId(feed_id), wait)
        name, wait = feed_choices.own(tx, FeedId(feed_id))
    often = f"every {span(wait)}, or less often if it asks for that" if wait else "as often as learned"
    say(f"feed {feed_id} is asked {often}, as {name or 'all others'}")


def feed_accept(feed_id: int) -> None:
    """Make the address to which a feed has moved its own, so that it is moved no more."""
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
    if _OUR_NAME not in told.lower():
        end_usage(
            f"--user-agent: {told!r} does not hold the word {_OUR_NAME}: publishers have a right to know who asks, and to "
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
    read = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)\s*(min|m|h|d)", told.strip().lower())
    wait = float(read[1]) * _UNITS[read[2]] if read else None
    if wait is None or not policy.floor <= wait <= policy.ceiling:
        end_usage(
            f"--every: expected {span(policy.floor)} to {span(policy.ceiling)}, such as 45min or 2h, or default; got {told!r}"
        )
    return wait
