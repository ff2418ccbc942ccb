"""`claimwatch seed` and `claimwatch claim`: what is watched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from claimwatch import show
from claimwatch.cli_articles import print_findings
from claimwatch.cli_figures import print_figures
from claimwatch.relations import with_articles
from claimwatch.show import as_json, card, many, say, talk
from claimwatch.surroundings import (
    Json,
    end_no,
    noun,
    the_store,
    the_time,
)
from storage import queries, seeds

seeds_group = noun("Watch lists: a seed article, its claims, feeds and recipients.")
claims_group = noun("The claims that are watched.")


@seeds_group.command("add")
def seed_add(
    file: Annotated[
        Path | None, typer.Argument(help="The watch list, - for stdin; without it the one that comes with claimwatch.")
    ] = None,
    first: Annotated[bool, typer.Option("--first", help="Only if nothing is watched yet.")] = False,
) -> None:
    """Take a watch list over from its file, as often as you like: edits count, what is gone from it is retired."""
    from claimwatch.watchlist import DEFAULT_WATCH_LIST, read_watch_list

    watch_list = read_watch_list(file or DEFAULT_WATCH_LIST)
    with the_store().begin() as tx:
        if first and (known := queries.list_slugs(tx)):
            say(f"watched already: {', '.join(known)}")
            return
        taken = seeds.take_over(tx, watch_list, now=the_time())
    say(
        f"{watch_list.slug}: {many(len(watch_list.claims), 'claim')} ({len(taken.new)} new, {len(taken.changed)} changed, "
        f"{len(taken.retired)} retired), {many(len(watch_list.feeds), 'feed')} ({taken.new_feeds} new), "
        f"{many(len(watch_list.recipients), 'recipient')} ({taken.new_recipients} new)"
    )
    if taken.retired:
        talk(f"retired, kept with their findings: {', '.join(taken.retired)}")


@seeds_group.command("list")
def seed_list(as_json_: Json = False) -> None:
    """All watch lists."""
    with the_store().read() as tx:
        rows = queries.seeds(tx)
    if as_json_:
        as_json(rows)
    else:
        columns = {
            "slug": "list",
            "title": "title",
            "claims": "claims",
            "retired": "retired",
            "findings": "findings",
            "changed_at": "changed",
        }
        show.table(rows, columns, empty="No watch list yet: claimwatch seed add")


@seeds_group.command("show")
def seed_show(slug: str, as_json_: Json = False) -> None:
    """One watch list: its seed, topics, claims and recipients."""
    with the_store().read() as tx:
        row = queries.seed(tx, slug)
        known = queries.list_slugs(tx)
    if row is None:
        end_no(f"no watch list {slug!r}; there are: {', '.join(known) or 'none'}")
    if as_json_:
        as_json(row)
        return
    card(
        {
            "list": row["slug"],
            "title": row["title"],
            **{f"seed {name}": value for name, value in row["seed"].items()},
            "topics": [topic["slug"] for topic in row["topics"]],
            "claims": row["claims"],
            "retired": row["retired"],
            "findings": row["findings"],
        }
    )
    say("")
    show.table(
        _by_relation(row["claims_listed"]),
        {"id": "claim", "topic": "topic", "kind": "kind", **_RELATIONS},
        empty="no claims",
    )
    if row["recipients"]:
        say("")
        show.table(
            row["recipients"],
            {"address": "recipient", "cadence": "cadence", "zone": "zone", "began": "since"},
            empty="",
        )


@claims_group.command("list")
def claim_list(
    seed: Annotated[str | None, typer.Option("--seed", help="Only of this watch list.")] = None,
    retired: Annotated[bool, typer.Option("--retired", help="Retired ones too.")] = False,
    as_json_: Json = False,
) -> None:
    """Claims with the number of findings by relation."""
    with the_store().read() as tx:
        rows = queries.claims(tx, list_slug=seed, with_retired=retired)
    if as_json_:
        as_json(rows)
    else:
        columns = {"id": "claim", "text": "says", **_RELATIONS}
        show.table(_by_relation(rows), columns, empty="No claims: claimwatch seed add")


_RELATIONS = {"disputes": "dis", "mixed": "mix", "supports": "sup", "unclear": "unc", "context": "con"}


def _by_relation(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A column for each relation."""
    return [claim | {name: claim["findings"].get(name, "") for name in _RELATIONS} for claim in claims]


@claims_group.command("show")
def claim_show(claim_id: str, as_json_: Json = False) -> None:
    """One claim: its dates and searches, its figures by date, who counts what where, and its findings."""
    with the_store().read() as tx:
        row = queries.claim(tx, claim_id)
    if row is None:
        end_no(f"no claim {claim_id!r}; see: claimwatch claim list")
    whole = with_articles(row)
    if as_json_:
        as_json(whole)
        return
    card(row, skip=("findings_listed", "figures"))
    say("")
    if whole["figure_series"]:
        print_figures(whole["figure_series"])
    for article in whole["articles_listed"]:
        say(f"article {article['article_id']}, {article['outlet']}: {article['says']}")
    if row["findings_listed"]:
        say("")
    print_findings(row["findings_listed"])
