"""`claimwatch article history`, `diff` and `events`: what became of articles after they were first read."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from claimwatch import show
from claimwatch.cli_articles import end_not_there
from claimwatch.show import as_json, say, talk
from claimwatch.surroundings import Json, end_no, read_since, the_store
from storage import histories, queries

_MARKS = {"same": ("", "", ""), "removed": ("[-", "-]", "red strike"), "added": ("{+", "+}", "green")}


def add_to(group: typer.Typer) -> None:
    """The commands of this file, into the group of articles."""
    for name, command in (("history", article_history), ("diff", article_diff), ("events", article_events)):
        group.command(name)(command)


def article_history(article_id: int, as_json_: Json = False) -> None:
    """What became of an article: its readings, edits, corrections, moves, and when it is visited next."""
    with the_store().read() as tx:
        row, tombstones = histories.history(tx, article_id), queries.tombstones(tx, article_id)
    if row is None:
        end_not_there(article_id, tombstones)
    if as_json_:
        as_json(row)
        return
    show.card(row, skip=("revisions_listed", "events_listed"))
    say("")
    columns = {"number": "revision", "read_at": "read", "cause": "cause", "text_hash": "text hash", "title": "title"}
    show.table([r | {"text_hash": r["text_hash"][:12]} for r in row["revisions_listed"]], columns, empty="")
    if row["events_listed"]:
        say("")
        _events(row["events_listed"])


def article_diff(
    article_id: int,
    older: Annotated[int | None, typer.Option("--from", help="Number of a revision; the one before --to.")] = None,
    newer: Annotated[int | None, typer.Option("--to", help="Number of a revision; the newest.")] = None,
    as_json_: Json = False,
) -> None:
    """What differs between two readings of an article, word by word; the last two, if you name none."""
    from claimwatch.text_diffs import told_apart

    with the_store().read() as tx:
        known = [row["number"] for row in histories.revisions(tx, article_id)]
        if not known:
            end_not_there(article_id, queries.tombstones(tx, article_id))
        to = newer if newer is not None else known[-1]
        start = older if older is not None else to - 1
        if older is None and to == known[0]:
            which = "was read once" if len(known) == 1 else f"has no reading before revision {to}"
            end_no(f"article {article_id} {which}: there is nothing to compare")
        if start == to:
            end_no(f"--from and --to are one revision, {to}: there is nothing to compare")
        found = [histories.texts(tx, article_id, number) for number in (start, to)]
    for number, row in zip((start, to), found, strict=True):
        if row is None:
            end_no(f"article {article_id} has no revision {number}; see: claimwatch article history {article_id}")
    told = told_apart(article_id, *(row for row in found if row is not None))
    if as_json_:
        as_json(told)
        return
    talk(f"article {article_id}: revision {start} of {told['from']['read_at']}, {to} of {told['to']['read_at']}")
    _print_diff(told["title"])
    say("")
    _print_diff(told["text"])


def article_events(
    since: Annotated[str | None, typer.Option(help="Only from then on: 7d, yesterday, 2026-11, an instant.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many; 50 in a table, all as JSON.")] = None,
    as_json_: Json = False,
) -> None:
    """Edits, corrections, deletions, moves and vanished passages of all articles, newest first."""
    instant = read_since(since)
    with the_store().read() as tx:
        rows = histories.events(tx, since=instant, limit=limit or (2**31 - 1 if as_json_ else 50))
    if as_json_:
        as_json(rows)
    elif rows:
        _events(rows, with_article=True)
    else:
        talk("Nothing happened to any article" + (f" since {since}." if since else "."))


def _events(rows: list[dict[str, Any]], *, with_article: bool = False) -> None:
    columns = {"at": "when", "kind": "what", "claim_id": "claim", "detail": "detail"}
    if with_article:
        columns = {"at": "when", "kind": "what", "article_id": "id", "outlet": "outlet", "title": "title"} | columns
    show.table(rows, columns, empty="")


def _print_diff(segments: list[dict[str, str]]) -> None:
    """In colours on a terminal; else with the marks of `wdiff`."""
    from worker.steps.text_diff import Kind, Segment, shortened

    short = shortened([Segment(kind=Kind(s["kind"]), text=s["text"]) for s in segments])
    if not sys.stdout.isatty():
        say("".join(f"{_MARKS[s.kind][0]}{s.text}{_MARKS[s.kind][1]}" for s in short))
        return
    Console(highlight=False, markup=False).print(
        Text.assemble(*((show.plain(s.text), _MARKS[s.kind][2]) for s in short))
    )
