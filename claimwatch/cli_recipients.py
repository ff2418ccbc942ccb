"""`claimwatch recipient`: who gets the digests, beside those whom a watch list's file names."""

from __future__ import annotations

from typing import Annotated

import typer

from claimwatch import show
from claimwatch.show import as_json, many, say, talk
from claimwatch.surroundings import (
    Json,
    end_no,
    end_usage,
    known_list,
    noun,
    read_since,
    the_settings,
    the_store,
    the_time,
)
from storage import recipients
from storage.records import Cadence, Channel, Origin, Recipient, RecipientSpec

group = noun("Who gets the digests.")

OfList = Annotated[str | None, typer.Option("--list", help="Only on this watch list.")]


@group.command("add")
def recipient_add(
    address: Annotated[str, typer.Argument(help="A mail address, page, or chat:NAME of CLAIMWATCH_CHATS.")],
    seed: Annotated[str | None, typer.Option("--list", help="Watch list; without it the only one.")] = None,
    cadence: Annotated[Cadence | None, typer.Option(help="How often; else daily.")] = None,
    at: Annotated[str | None, typer.Option(help="Local time, of a weekly one on Mondays; else 07:00.")] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone, such as Europe/London; else UTC.")] = None,
    since: Annotated[
        str | None, typer.Option(help="News from then on: 7d, 2026-11, an instant; else from now.")
    ] = None,
    at_once: Annotated[
        bool | None, typer.Option("--at-once/--not-at-once", help="What needs a reader comes at once.")
    ] = None,
    still_watching: Annotated[
        bool | None, typer.Option("--still-watching/--no-still-watching", help="A line after each week without news.")
    ] = None,
) -> None:
    """Put a recipient on a watch list. Of one who is on it only what is named changes. Who left is brought back."""
    from claimwatch.watchlist import read_recipient

    slug = seed or _only_list()
    was = next((one for one in _everybody() if (one.address, one.list_slug) == (address, slug)), None)
    stood = {"cadence": was.cadence.value, "at": f"{was.at:%H:%M}", "zone": was.zone, "at_once": was.at_once,
             "still_watching": was.still_watching} if was else {}  # fmt: skip
    named = {"cadence": cadence.value if cadence else None, "at": at, "zone": zone, "at_once": at_once,
             "still_watching": still_watching}  # fmt: skip
    try:
        wish = stood | {name: value for name, value in named.items() if value is not None}
        spec = read_recipient(address=address, since=read_since(since), **wish)
    except ValueError as error:
        end_usage(str(error))
    with the_store().begin() as tx:
        new = recipients.add(tx, slug, spec, now=the_time())
    say(f"{address} is on {slug}{'' if new else ' as before'}: {_wish(spec)}")
    if spec.channel is Channel.CHAT and address.partition(":")[2] not in the_settings().chats:
        talk(f"CLAIMWATCH_CHATS does not name it yet: {address.partition(':')[2]}=ADDRESS, where the workers run")


def _wish(spec: RecipientSpec) -> str:
    """ "daily at 07:00 UTC, at once what needs a reader"."""
    told = [f"{spec.cadence} at {spec.at:%H:%M} {spec.zone}"]
    told += ["at once what needs a reader"] if spec.at_once else []
    told += ["a line after a week without news"] if spec.still_watching else []
    return ", ".join(told)


def _only_list() -> str:
    from storage import queries

    with the_store().read() as tx:
        known = queries.list_slugs(tx)
    if len(known) != 1:
        end_usage(f"which watch list? --list, one of: {', '.join(known) or 'none yet: claimwatch seed add'}")
    return known[0]


@group.command("list")
def recipient_list(
    seed: OfList = None,
    left: Annotated[bool, typer.Option("--left", help="Also who left.")] = False,
    as_json_: Json = False,
) -> None:
    """Recipients, what they asked for, and what became of their last digest."""
    with the_store().read() as tx:
        known_list(tx, seed)
        rows = recipients.rows(tx, list_slug=seed, gone=left)
    if as_json_:
        as_json(rows)
        return
    told = [
        row
        | {
            "wants": f"{row['cadence']} {row['at']} {row['zone']}"
            + (", at once" if row["at_once"] else "")
            + (", still watching" if row["still_watching"] else ""),
            "last": row["paused_why"] or row["last_error"] or row["last_state"] or "none yet",
        }
        for row in rows
    ]
    columns = {"list": "list", "address": "recipient", "state": "state", "wants": "wants", "last": "last digest"}
    show.table(
        told, columns, empty="no recipient: claimwatch recipient add ADDRESS, or --left to see who left", cut=("last",)
    )


@group.command("remove")
def recipient_remove(address: str, seed: OfList = None) -> None:
    """Take a recipient off. One that a watch list's file names is back with its next `seed add`."""
    found = _found(address, seed)
    with the_store().begin() as tx:
        recipients.remove(tx, [one.id for one in found], by=Origin.COMMAND, now=the_time())
    say(f"{address} is off {_lists(found)}")


@group.command("pause")
def recipient_pause(address: str, seed: OfList = None) -> None:
    """Send a recipient nothing until they are resumed."""
    found = _found(address, seed)
    with the_store().begin() as tx:
        recipients.pause(tx, [one.id for one in found], "by hand", now=the_time())
    say(f"{address} is paused on {_lists(found)}")


@group.command("resume")
def recipient_resume(address: str, seed: OfList = None) -> None:
    """Send a recipient digests again; what they missed comes in one."""
    found = _found(address, seed)
    with the_store().begin() as tx:
        recipients.resume(tx, [one.id for one in found], now=the_time())
    say(f"{address} gets digests of {_lists(found)} again")


def _found(address: str, seed: str | None) -> list[Recipient]:
    everybody = _everybody()
    found = [one for one in everybody if one.address == address and seed in (None, one.list_slug)]
    if not found:
        end_no(f"{address} is on no list; see: claimwatch recipient list ({many(len(everybody), 'recipient')})")
    return found


def _everybody() -> list[Recipient]:
    with the_store().read() as tx:
        return recipients.everybody(tx)


def _lists(found: list[Recipient]) -> str:
    return ", ".join(one.list_slug for one in found)
