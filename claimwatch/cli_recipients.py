"""`claimwatch recipient`: who gets the digests, beside those whom a watch list's file names."""

from __future__ import annotations

from typing import Annotated

import typer

from claimwatch import show
from claimwatch.show import as_json, many, say
from claimwatch.surroundings import Json, end_no, end_usage, noun, read_since, the_store, the_time
from storage import recipients
from storage.records import Cadence, Origin, Recipient, RecipientSpec

group = noun("Who gets the digests.")

OfList = Annotated[str | None, typer.Option("--list", help="Only on this watch list.")]


@group.command("add")
def recipient_add(
    address: Annotated[str, typer.Argument(help="A mail address, page, or chat:NAME of CLAIMWATCH_CHATS.")],
    seed: Annotated[str | None, typer.Option("--list", help="Watch list; without it the only one.")] = None,
    cadence: Annotated[Cadence, typer.Option(help="How often.")] = Cadence.DAILY,
    at: Annotated[str, typer.Option(help="Local time of the day; of a weekly one, on Mondays.")] = "07:00",
    zone: Annotated[str, typer.Option(help="Time zone, such as Europe/London.")] = "UTC",
    since: Annotated[
        str | None, typer.Option(help="News from then on: 7d, 2026-11, an instant; else from now.")
    ] = None,
    at_once: Annotated[bool, typer.Option("--at-once", help="What needs a reader comes at once.")] = False,
    still_watching: Annotated[
        bool, typer.Option("--still-watching", help="A line after each week without news.")
    ] = False,
) -> None:
    """Put a recipient on a watch list, or change what one there asked for. Who left by themselves is brought back."""
    from claimwatch.watchlist import read_recipient

    try:
        spec = read_recipient(
            address=address, cadence=cadence.value, at=at, zone=zone, since=read_since(since), at_once=at_once,
            still_watching=still_watching,
        )  # fmt: skip
    except ValueError as error:
        end_usage(str(error))
    slug = seed or _only_list()
    with the_store().begin() as tx:
        new = recipients.add(tx, slug, spec, now=the_time())
    say(f"{address} {'is on' if new else 'was on'} {slug}{'' if new else ', and is changed'}: {_wish(spec)}")


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
        rows = recipients.rows(tx, list_slug=seed, gone=left)
    if as_json_:
        as_json(rows)
        return
    told = [
        row
        | {
            "wants": f"{row['cadence']} {row['at']} {row['zone']}{', at once' if row['at_once'] else ''}",
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
        recipients.resume(tx, [one.id for one in found])
    say(f"{address} gets digests of {_lists(found)} again")


def _found(address: str, seed: str | None) -> list[Recipient]:
    with the_store().read() as tx:
        everybody = recipients.everybody(tx)
    found = [one for one in everybody if one.address == address and seed in (None, one.list_slug)]
    if not found:
        end_no(f"{address} is on no list; see: claimwatch recipient list ({many(len(everybody), 'recipient')})")
    return found


def _lists(found: list[Recipient]) -> str:
    return ", ".join(one.list_slug for one in found)
