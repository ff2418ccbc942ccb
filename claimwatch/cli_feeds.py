"""`claimwatch feed`: what is polled."""

from __future__ import annotations

from typing import Annotated

import typer

from claimwatch import show
from claimwatch.show import as_json, card, many, say, talk
from claimwatch.surroundings import (
    DONE,
    NO,
    Json,
    end_no,
    end_usage,
    noun,
    the_store,
    the_time,
    the_tools,
)
from storage import entries, feeds, queries
from storage.errors import Refused
from storage.records import FeedId, FeedSpec, FeedState

group = noun("The feeds that are polled.")


@group.command("add")
def feed_add(
    url: str,
    outlet: Annotated[str, typer.Option(help="Who publishes it.")] = "",
    country: Annotated[str, typer.Option(help="Two letters, such as GB.")] = "",
    lang: Annotated[str, typer.Option(help="Language code, such as en.")] = "",
    kind: Annotated[str, typer.Option(help="Three words on the outlet.")] = "",
    owner: Annotated[str, typer.Option(help="Whose voice it is; outlets of one owner count as one.")] = "",
    as_json_: Json = False,
) -> None:
    """Add a feed. Again: takes over what you say of it now."""
    spec = FeedSpec(url=url.strip(), outlet=outlet, country=country, lang=lang, kind=kind, owner=owner)
    try:
        with the_store().begin() as tx:
            feed_id, new = feeds.add(tx, spec, now=the_time())
    except Refused as refused:
        end_usage(str(refused))
    if as_json_:
        as_json({"id": feed_id, "url": spec.url, "new": new})
    else:
        say(f"feed {feed_id} {'added' if new else 'known'}: {spec.url}")


@group.command("list")
def feed_list(as_json_: Json = False) -> None:
    """All feeds with their state."""
    with the_store().read() as tx:
        rows = queries.feeds(tx)
    if as_json_:
        as_json(rows)
        return
    rows = [row | {"state": f"{row['state']}{' (paused)' if row['paused_at'] else ''}"} for row in rows]
    columns = {"id": "id", "state": "state", "entries": "entries", "outlet": "outlet", "url": "address"}
    show.table(rows, columns, empty="No feeds: claimwatch feed add URL")


@group.command("show")
def feed_show(feed_id: int, as_json_: Json = False) -> None:
    """One feed: state, last error, entries given up."""
    with the_store().read() as tx:
        rows, parked = queries.feeds(tx, feed_id), queries.parked_entries(tx, feed_id)
    if not rows:
        end_no(f"no feed {feed_id}; see: claimwatch feed list")
    if as_json_:
        as_json(rows[0] | {"parked_entries": parked})
        return
    card(rows[0])
    if parked:
        say("")
        show.table(parked, {"id": "entry", "url": "given up", "last_error": "why"}, empty="")


@group.command("pause")
def feed_pause(
    feed_ids: list[int], resume: Annotated[bool, typer.Option("--resume", help="Poll them again.")] = False
) -> None:
    """Stop polling feeds, until --resume (which also asks a feed again that is gone)."""
    with the_store().begin() as tx:
        for feed_id in feed_ids:
            if not (feeds.resume if resume else feeds.pause)(tx, FeedId(feed_id), now=the_time()):
                end_no(f"no feed {feed_id}, nothing was changed; see: claimwatch feed list")
    for feed_id in feed_ids:
        say(f"feed {feed_id} {'is polled again' if resume else 'is paused'}")


@group.command("retry")
def feed_retry(feed_id: int) -> None:
    """Take the entries of a feed that were given up on again."""
    with the_store().begin() as tx:
        if not queries.feeds(tx, feed_id):
            end_no(f"no feed {feed_id}; see: claimwatch feed list")
        taken = entries.retry_parked(tx, FeedId(feed_id), now=the_time())
    say(f"feed {feed_id}: {taken} taken on again; they come with the next tick, or: claimwatch poll")


@group.command("check")
def feed_check(
    feed_ids: Annotated[list[int] | None, typer.Argument(help="Feeds to ask; without it, all.")] = None,
    as_json_: Json = False,
) -> None:
    """Ask feeds what they answer on your line, now. Nothing is stored, nothing changes."""
    from claimwatch.probing import probe

    tools = the_tools()
    with tools.store.read() as tx:
        rows = [row for row in queries.feeds(tx) if not feed_ids or row["id"] in feed_ids]
    if not rows:
        end_no("no such feed; see: claimwatch feed list")
    talk(f"asking {many(len(rows), 'feed')}, some at a time ...")
    answers = probe(tools, rows)
    bad = [row for row in answers if row["state"] != FeedState.OK]
    if as_json_:
        as_json(answers)
    else:
        show.table(
            answers,
            {"id": "id", "state": "state", "entries": "entries", "outlet": "outlet", "detail": "detail"},
            empty="",
        )
        talk(f"{len(answers) - len(bad)} of {len(answers)} answer with entries")
    raise typer.Exit(NO if bad else DONE)
