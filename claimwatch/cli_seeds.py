"""`claimwatch seed` and `claimwatch claim`: what is watched."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from claimwatch import show
from claimwatch.claim_search import over_time
from claimwatch.cli_articles import print_findings
from claimwatch.cli_figures import print_figures
from claimwatch.counted import counted, grouped, voices_of_all, with_voices
from claimwatch.relations import with_articles
from claimwatch.show import as_json, card, many, say, talk
from claimwatch.surroundings import (
    Json,
    end_no,
    end_usage,
    known_list,
    noun,
    the_store,
    the_time,
)
from storage import queries, seeds
from storage.search import claims as claims_answering
from worker.steps.independence import voices

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
    if taken.stayed_away:
        talk(f"left by themselves, and stay away: {', '.join(taken.stayed_away)}; back with: claimwatch recipient add")


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


@seeds_group.command("fingerprint")
def seed_fingerprint(
    file: Annotated[Path, typer.Argument(help="The seed's text and nothing else; - for stdin.")],
) -> None:
    """Print the line for a watch list by which re-posts of the seed's text are known: hashes, not the text."""
    from worker.steps.fingerprint import fingerprint

    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        say(f'fingerprint: "{fingerprint(raw.decode())}"')
    except OSError as error:
        end_usage(f"{file}: cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        end_usage(f"{file}: expected UTF-8 text")
    except ValueError as error:
        end_usage(f"{file}: {error}")


@seeds_group.command("show")
def seed_show(slug: str, as_json_: Json = False) -> None:
    """One watch list: its seed, topics, claims and recipients."""
    with the_store().read() as tx:
        row = queries.seed(tx, slug)
        known = queries.list_slugs(tx)
        heard = queries.heard(tx, [claim["id"] for claim in row["claims_listed"]]) if row else {}
    if row is None:
        end_no(f"no watch list {slug!r}; there are: {', '.join(known) or 'none'}")
    row["claims_listed"] = with_voices(row["claims_listed"], heard)
    if as_json_:
        as_json(row)
        return
    card(
        {
            "list": row["slug"],
            "title": row["title"],
            **{f"seed {name}": value for name, value in row["seed"].items() if name != "fingerprint"},
            "topics": [topic["slug"] for topic in row["topics"]],
            "claims": row["claims"],
            "retired": row["retired"],
            "findings": row["findings"],
        }
    )
    say("")
    show.table(
        _by_relation(row["claims_listed"]),
        {"id": "claim", "topic": "topic", "kind": "kind", **_counts(row["claims_listed"])},
        empty="no claims",
        cut=("topic",),
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
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many; 200 in a table, all as JSON.")] = None,
    as_json_: Json = False,
) -> None:
    """Claims with the number of findings by relation, and in how many articles of how many independent voices."""
    most = limit or (None if as_json_ else 200)
    with the_store().read() as tx:
        known_list(tx, seed)
        rows = queries.claims(tx, list_slug=seed, with_retired=retired, limit=most)
        rows = with_voices(rows, queries.heard(tx, [row["id"] for row in rows]))
    if as_json_:
        as_json(rows)
        return
    columns = {"id": "claim", "text": "says", **_counts(rows)}
    show.table(_by_relation(rows), columns, empty="No claims: claimwatch seed add", cut=("text",))
    if limit is None and len(rows) == most:
        talk(f"the first {most}; more with --limit N")


_RELATIONS = {"disputes": "dis", "mixed": "mix", "supports": "sup", "unclear": "unc", "context": "con"}


def _counts(claims: list[dict[str, Any]]) -> dict[str, str]:
    """Columns: the relations that there are, articles, and independent voices among them."""
    there = {name: short for name, short in _RELATIONS.items() if any(name in claim["findings"] for claim in claims)}
    return there | {"articles": "art", "independent": "ind"}


def _by_relation(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A column for each relation."""
    return [claim | {name: claim["findings"].get(name, "") for name in _RELATIONS} for claim in claims]


@claims_group.command("show")
def claim_show(claim_id: str, as_json_: Json = False) -> None:
    """One claim: its dates and searches, its figures by date, its findings, and which of its articles are one voice."""
    with the_store().read() as tx:
        row = queries.claim(tx, claim_id)
        heard = queries.heard(tx, [claim_id])[claim_id]
        said = claims_answering.said_now(tx, claim_id)
    if row is None:
        end_no(f"no claim {claim_id!r}; see: claimwatch claim list")
    found = voices(heard)
    whole = with_articles(row) | counted(found) | {"voices": grouped(found)} | over_time(said)
    if as_json_:
        as_json(whole)
        return
    card(row | {"heard in": whole["heard"], "as seen by us": whole["state_line"]}, skip=("findings_listed", "figures"))
    for group in whole["voices"]:
        if group["why"]:
            told = ", ".join(map(str, group["articles"]))
            show.prose(f"one voice: articles {told} ({'; '.join(group['why'])})")
    say("")
    if whole["figure_series"]:
        print_figures(whole["figure_series"])
    for article in whole["articles_listed"]:
        say(f"article {article['article_id']}, {article['outlet']}: {article['says']}")
    if row["findings_listed"]:
        say("")
    print_findings(row["findings_listed"])


@claims_group.command("voices")
def claim_voices(as_json_: Json = False) -> None:
    """How much of what corroborates or disputes our claims is one voice: over all that two or more articles take a side on."""
    row = voices_of_all(the_store())
    if as_json_:
        as_json(row)
        return
    say(row["says"])
    if not row["claims"]:
        return
    say(
        f"{row['articles']} times an article takes a side on one of them, {row['independent']} independent; "
        f"{row['copies']} ({row['copies_share']:.0%}) copy the text of another"
    )
    if row["largest"]:
        largest = row["largest"]
        show.prose(
            f"the largest voice: {many(largest['articles'], 'article')} on {largest['claim']} ({'; '.join(largest['why'])})"
        )
    say("")
    show.table(row["claims_listed"], {"id": "claim", "heard": "in", "copies": "copies"}, empty="")
