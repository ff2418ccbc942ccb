"""`claimwatch feed`: what is polled. Its lists, and what a person sets of one feed: cli_feed_lists.py, cli_feed_choices.py."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import typer

from claimwatch import cli_feed_choices, cli_feed_lists, show
from claimwatch.feed_card import print_feed
from claimwatch.feed_words import FINE, by_reason, by_trouble, next_poll, reason, since, wants_a_look
from claimwatch.feed_words import entries as entries_told
from claimwatch.show import as_json, many, say, talk, working
from claimwatch.surroundings import (
    DONE,
    NO,
    Json,
    end_no,
    end_usage,
    noun,
    the_settings,
    the_store,
    the_time,
    the_tools,
)
from storage import entries, feed_histories, feeds, queries
from storage.errors import Refused
from storage.records import EntryState, FeedId, FeedSpec, FeedState

group = noun("The feeds that are polled.")
# Polls that `feed show` draws, and those of them that it tells; the history goes back a month.
_DRAWN, _TOLD = 60, 8


@group.command("add")
def feed_add(
    url: str,
    outlet: Annotated[str, typer.Option(help="Who publishes it.")] = "",
    country: Annotated[str, typer.Option(help="Two letters, such as GB.")] = "",
    lang: Annotated[str, typer.Option(help="Language code, such as en.")] = "",
    kind: Annotated[str, typer.Option(help="Three words on the outlet.")] = "",
    owner: Annotated[str, typer.Option(help="Whose voice it is; outlets of one owner count as one.")] = "",
    discover: Annotated[
        bool, typer.Option("--discover", help="Ask the site first, and add its feed if it has one alone.")
    ] = False,
    as_json_: Json = False,
) -> None:
    """Add a feed. Again: takes over what you say of it now."""
    from claimwatch.feed_addresses import trimmed
    from claimwatch.feed_lists import known_as

    spec = FeedSpec(
        url=trimmed(url),
        outlet=outlet.strip(),
        country=_code("--country", country, 2, 2, "GB").upper(),
        lang=_code("--lang", lang, 2, 3, "en").lower(),
        kind=kind,
        owner=owner,
    )
    if discover:
        spec = _the_one(spec)
    _admitted(spec.url)
    with the_store().begin() as tx:
        known = known_as(tx, spec.url)
        before = queries.feeds(tx, known[0])[0] if known else {}
        try:
            feed_id, new = feeds.add(tx, replace(spec, url=known[1]) if known else spec, now=the_time())
        except Refused as refused:
            end_usage(str(refused))
        (after,) = queries.feeds(tx, feed_id)
    if as_json_:
        as_json({"id": feed_id, "url": after["url"], "new": new})
        return
    if new:
        say(f"feed {feed_id} added: {after['url']}")
        return
    changed = [
        f"{name} {before[name] or 'none'} -> {after[name]}"
        for name in _SAID
        if before.get(name, after[name]) != after[name]
    ]
    moved = f" (and {spec.url} is the same)" if after["url"] != spec.url else ""
    say(f"feed {feed_id} known: {after['url']}{moved}; {', '.join(changed) or 'nothing changed'}")


# What `feed add` says of a feed beside its address.
_SAID = ("outlet", "country", "lang", "kind", "owner", "title")


def _code(name: str, told: str, least: int, most: int, example: str) -> str:
    """A code of so many letters, or none. Ends with code 2 if it is anything else."""
    told = told.strip()
    if told and not (told.isascii() and told.isalpha() and least <= len(told) <= most):
        letters = f"{least} letters" if least == most else f"{least} or {most} letters"
        end_usage(f"{name}: expected {letters}, such as {example}, got {told!r}")
    return told


def _admitted(url: str) -> None:
    """Ends with code 2 if the door would never ask it."""
    from claimwatch.feed_addresses import why_never

    if why := why_never(url, allow_private=the_settings().fetch_allow_private):
        end_usage(f"{url!r} is no feed address: {why}")


@group.command("discover")
def feed_discover(
    url: Annotated[str, typer.Argument(help="A site's address, such as gazette.example, or a feed's.")],
    as_json_: Json = False,
) -> None:
    """Ask a site which feeds it has; adds none. What its page names, else news sitemaps and the usual places."""
    told = _discovered(url)
    with the_store().read() as tx:
        ids = {address: feed_id for feed_id, *both in feed_histories.addresses(tx) for address in both}
    rows = [one.row() | {"id": ids.get(one.url)} for one in told.found]
    if as_json_:
        as_json({"url": url, "found": rows, "tried": told.tried})
    else:
        if rows:
            _print_found(rows)
        _print_tried(told)
    if not rows:
        talk(f"claimwatch: no feed found at {url}")
    raise typer.Exit(DONE if rows else NO)


def _discovered(url: str) -> Any:
    from claimwatch.discovering import discover
    from claimwatch.feed_addresses import trimmed

    told = trimmed(url) if "://" in url else f"https://{trimmed(url)}"
    _admitted(told)
    tools = the_tools()
    with working(f"asking {told} for its feeds ..."):
        return discover(tools, told)


def _print_tried(told: Any) -> None:
    """Why not, of each address; that the page itself is none goes without saying where it led to one."""
    for address, why in told.tried.items():
        if not (told.found and address == told.asked):
            talk(f"no feed: {address}: {why}")


def _the_one(spec: FeedSpec) -> FeedSpec:
    """The feed of the site, with what it says of itself where nobody said it; ends with code 1 if there is none, or several."""
    told = _discovered(spec.url)
    if not told.choices:
        _print_tried(told)
        end_no(f"no feed found at {spec.url}, none is added")
    if len(told.choices) > 1:
        _print_found([one.row() for one in told.found])
        end_no(f"{len(told.choices)} feeds, none is added; name the one you want: claimwatch feed add URL")
    found = told.choices[0]
    return replace(spec, url=found.url, lang=spec.lang or found.language, title=found.title)


def _print_found(rows: list[dict[str, Any]]) -> None:
    shown = []
    for row in rows:
        known = f"feed {row['id']}" if row.get("id") else ""
        note = "of comments" if row["comments"] else "the same again" if row["twin_of"] else ""
        told = {"newest": (row["newest"] or "")[:10], "note": ", ".join(filter(None, (known, note)))}
        shown.append(row | told | {"address": {"text": row["url"], "marks": []}})
    columns = {"kind": "kind", "entries": "entries", "newest": "newest", "note": "note", "title": "title"}
    if not any(row["note"] for row in shown):
        del columns["note"]
    show.table(shown, columns, empty="", cut=("title",), snippet="address")


@group.command("list")
def feed_list(
    trouble: Annotated[bool, typer.Option("--trouble", help="Only those that want a look.")] = False,
    as_json_: Json = False,
) -> None:
    """All feeds with their state and next poll, the worst first."""
    with the_store().read() as tx:
        waiting = feed_histories.waiting(tx)
        rows = [row | {"waiting": waiting.get(row["id"], 0)} for row in queries.feeds(tx)]
    counted = _counted(rows)
    owners = {row["url"]: row["id"] for row in rows}
    if trouble:
        rows = [row for row in rows if wants_a_look(row)]
    if as_json_:
        as_json(rows)
        return
    now = the_time()
    shown = [_line(row, now, owners) for row in by_trouble(rows)]
    columns = {"id": "id", "state": "state", "since": "since", "next": "next poll", "entries": "entries"}
    if any(row["unread"] for row in shown):
        columns["unread"] = "unread"
    columns |= {"outlet": "outlet", "url": "address"}
    none = "no feed wants a look" if counted else "No feeds: claimwatch feed add URL"
    show.table(shown, columns, empty=none, cut=("outlet", "url"), snippet="why" if trouble else "")
    if counted:
        talk(counted)


def _line(row: dict[str, Any], now: datetime, owners: dict[str, int]) -> dict[str, Any]:
    """`owners`: {address: the feed that was added with it}. Of a feed that moved its state says so, whatever else it is."""
    moved = row["poll_url"] != row["url"]
    told = {
        "state": f"{row['state']}, moved" if moved and row["state"] != FeedState.MOVED else row["state"],
        "since": since(row, now),
        "next": next_poll(row, now),
        "url": _short(row["url"]),
        "unread": row["waiting"] + row["parked"] or "",
    }
    return row | told | {"why": {"text": "; ".join(_whys(row, owners)) or row["poll_url"], "marks": []}}


def _whys(row: dict[str, Any], owners: dict[str, int]) -> Iterator[str]:
    if row["last_error"]:
        yield reason(row["last_error"], row["poll_url"], row["url"])
    elif row["state"] == FeedState.EMPTY:
        yield "it answers, with no entry in it"
    elif row["state"] == FeedState.STALE:
        yield f"it answers, newest {(row['newest'] or 'unknown')[:10]}"
    if row["poll_url"] != row["url"]:
        other = owners.get(row["poll_url"])
        todo = f"feed accept {row['id']}" if other is None else f"feed pause {row['id']}"
        has = "" if other is None else f", which feed {other} has already"
        yield f"moved to {row['poll_url']}{has}: claimwatch {todo}"
    if row["parked"]:
        waiting = f", {row['waiting']:,} still to be read" if row["waiting"] else ""
        yield f"{entries_told(row['parked'])} given up{waiting}: claimwatch feed show {row['id']}"


def _counted(rows: list[dict[str, Any]]) -> str:
    """ "50 feeds: 47 ok, 1 gone, 2 refused; 1 paused". "" of none."""
    asked = [row["state"] for row in rows if not row["paused_at"]]
    by_state = [(state, asked.count(state)) for state in (*FINE[::-1], *(s for s in FeedState if s not in FINE))]
    told = ", ".join(f"{n} {state}" for state, n in by_state if n)
    paused = f"{len(rows) - len(asked)} paused" if len(asked) < len(rows) else ""
    return f"{many(len(rows), 'feed')}: " + "; ".join(filter(None, (told, paused))) if rows else ""


def _short(url: str) -> str:
    """On a terminal without what all addresses begin with; a pipe gets it whole."""
    return url.partition("://")[2].removeprefix("www.") if sys.stdout.isatty() else url


@group.command("show")
def feed_show(feed_id: int, as_json_: Json = False) -> None:
    """One feed: its state, why it waits, its last polls. And what it asks for, entries that wait or were given up."""
    from worker.gateways.guard import host_in_line

    with the_store().read() as tx:
        row, parked = feed_histories.whole(tx, feed_id), queries.parked_entries(tx, feed_id)
        unread = feed_histories.unread(tx, feed_id)
        polls = feed_histories.polls(tx, feed_id, limit=_DRAWN)
        bound = feed_histories.bound_until(tx, host_in_line(row["poll_url"])) if row else {}
    if row is None:
        end_no(f"no feed {feed_id}; see: claimwatch feed list")
    row |= {"host": bound}
    waiting = by_reason(entry for entry in unread if entry["state"] != EntryState.PARKED)
    given_up = by_reason(entry for entry in unread if entry["state"] == EntryState.PARKED)
    if as_json_:
        as_json(
            row | {"polls": polls, "waiting_entries": waiting, "given_up_entries": given_up, "parked_entries": parked}
        )
        return
    print_feed(row, polls, waiting, given_up, told=_TOLD)


@group.command("pause")
def feed_pause(
    feed_ids: list[int], resume: Annotated[bool, typer.Option("--resume", help="Poll them again.")] = False
) -> None:
    """Stop polling feeds, until --resume. That asks a feed again that is gone, too."""
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
    if not taken:
        end_no(f"feed {feed_id}: none of its entries was given up, so there is nothing to take on again")
    say(f"feed {feed_id}: {taken} taken on again; they come with the next tick, or: claimwatch poll")


@group.command("check")
def feed_check(
    feed_ids: Annotated[list[int] | None, typer.Argument(help="Feeds to ask; without it, all.")] = None,
    as_json_: Json = False,
) -> None:
    """Ask feeds what they answer on your line, now. Nothing is stored, nothing changes."""
    from claimwatch.probing import brings, probe

    tools = the_tools()
    with tools.store.read() as tx:
        asked = feeds.read(tx, [FeedId(one) for one in feed_ids or ()])
        outlets = {row["id"]: row["outlet"] for row in queries.feeds(tx)}
    if not outlets:
        end_no("no feeds are watched yet: claimwatch feed add URL")
    if missing := sorted(set(feed_ids or ()) - outlets.keys()):
        end_no(f"no feed {', '.join(map(str, missing))}; see: claimwatch feed list")
    with working(f"asking {many(len(asked), 'feed')}, some at a time ..."):
        answers = [row | {"outlet": outlets[row["id"]]} for row in probe(tools, asked)]
    good = sum(brings(row) for row in answers)
    if as_json_:
        as_json(answers)
    else:
        show.table(
            [row | {"detail": reason(row["detail"], row["url"])} for row in answers],
            {"id": "id", "state": "state", "entries": "entries", "outlet": "outlet", "detail": "detail"},
            empty="",
        )
        talk(f"{good} of {len(answers)} answer with entries")
    raise typer.Exit(DONE if good == len(answers) else NO)


cli_feed_choices.add_to(group)
cli_feed_lists.add_to(group)
