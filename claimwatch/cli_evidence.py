"""`claimwatch verify` and `claimwatch prune`: whether what is kept is sound, and what goes by its age."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.filesize import decimal

from claimwatch import show
from claimwatch.show import as_json, many, say, talk
from claimwatch.surroundings import DONE, NO, Json, the_store, the_tools


def verify(as_json_: Json = False) -> None:
    """Look whether everything kept is still what was kept: bytes, texts, quotations, index, references. Changes nothing."""
    from storage import soundness

    store, problems, rows = the_store(), [], dict[str, int]()
    for check in soundness.CHECKS:
        with store.read() as tx:
            total = soundness.how_many(tx, check)
        with show.counting(check.name) as starting:
            advance, after, rows[check.name] = starting(total), check.begin, 0
            while True:
                with store.read() as tx:  # some rows a transaction: everything runs meanwhile
                    looked = check.look(tx, after)
                rows[check.name] += looked.rows
                advance(looked.rows)
                for problem in looked.problems:
                    problems.append(problem)
                    if not as_json_:
                        say(problem.told)
                if looked.last is None:
                    break
                after = looked.last
    told = f"{many(rows['snapshots'], 'page')} and {many(rows['revisions'], 'revision')} looked at"
    if as_json_:
        as_json({"sound": not problems, "looked_at": rows, "problems": [asdict(problem) for problem in problems]})
    elif not problems:
        say(f"{told}: all is as it was kept")
    else:
        talk(f"claimwatch: {told}: {many(len(problems), 'problem')}")
    raise typer.Exit(NO if problems else DONE)


def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go, and delete nothing.")] = False,
    as_json_: Json = False,
) -> None:
    """Delete what is older than the settings keep, now and not with the daily round; with --dry-run only tell it."""
    from storage.removal import Deleted
    from worker.jobs.prune import prune_some, would_prune

    tools = the_tools()
    if dry_run:
        going = would_prune(tools)
        if as_json_:
            as_json(asdict(going))
            return
        say(f"would go: {many(going.nothing_found, 'article')} in which nothing was found")
        say(f"would go: {many(going.found, 'article')} with findings, {many(going.ruled, 'article')} with rulings")
        say(f"would go: the bytes of {many(going.pages, 'page')} whose articles stay, {decimal(going.page_bytes)}")
        say(f"would go: the pages of {many(going.given_up, 'entry').replace('entrys', 'entries')} given up")
        return
    went, more = Deleted(), True
    with show.counting("pruning") as starting:
        advance = starting(None)
        while more:
            some, more = prune_some(tools)
            went += some
            advance(some.articles + some.snapshots + some.pages)
    if as_json_:
        as_json(asdict(went))
        return
    say(
        f"{many(went.articles, 'article')}, {many(went.findings, 'finding')} and {many(went.snapshots, 'snapshot')} pruned, "
        f"and the bytes of {many(went.pages, 'page')} more; {decimal(went.blob_bytes)} of blobs"
    )
