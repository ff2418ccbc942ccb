"""`claimwatch article` and `claimwatch finding`: what was kept, and what it says of the claims."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from claimwatch import show
from claimwatch.asking import needles
from claimwatch.show import as_json, card, say, talk
from claimwatch.surroundings import (
    Json,
    end_no,
    noun,
    the_store,
)
from storage import queries

articles_group = noun("The articles that are kept.")
findings_group = noun("What passages say about claims.")


@articles_group.command("search")
def article_search(
    query: Annotated[
        str, typer.Argument(help='Words and "phrases" that must all stand in the article; empty: all.')
    ] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many; 50 in a table, all as JSON.")] = None,
    as_json_: Json = False,
) -> None:
    """Search titles and texts, the latest kept first."""
    with the_store().read() as tx:
        rows = queries.articles(tx, needles(query), limit=limit or (2**31 if as_json_ else 50))
    if as_json_:
        as_json(rows)
        return
    columns = {"id": "id", "published": "published", "outlet": "outlet", "title": "title", "findings": "findings"}
    show.table(rows, columns, empty="Nothing found.")
    if limit is None and len(rows) == 50:
        talk("the newest 50; more with --limit N")


@articles_group.command("show")
def article_show(article_id: int, as_json_: Json = False) -> None:
    """One article: where, when, its text and what was found in it."""
    with the_store().read() as tx:
        row = queries.article(tx, article_id)
    if row is None:
        end_no(f"no article {article_id}; see: claimwatch article search")
    if as_json_:
        as_json(row)
        return
    card(row, skip=("text", "revisions", "findings_listed", "findings", "is_seed_copy"))
    say("")
    show.prose(row["text"])
    say("")
    print_findings(row["findings_listed"])


@findings_group.command("list")
def finding_list(
    claim: Annotated[str | None, typer.Option("--claim", help="Only of this claim.")] = None,
    article: Annotated[int | None, typer.Option("--article", help="Only in this article.")] = None,
    as_json_: Json = False,
) -> None:
    """What passages say about claims, oldest finding first."""
    with the_store().read() as tx:
        rows = queries.findings(tx, claim_id=claim, article_id=article, limit=2**31)
        if claim is not None and not rows and queries.claim(tx, claim) is None:
            end_no(f"no claim {claim!r}; see: claimwatch claim list")
    if as_json_:
        as_json(rows)
    else:
        print_findings(rows)


def print_findings(rows: list[dict[str, Any]]) -> None:
    """A block a finding: a passage does not fit into a column."""
    if not rows:
        talk("No findings.")
    for row in rows:
        adds = f", adds {', '.join(row['adds'])}" if row["adds"] else ""
        say(f"{row['claim_id']}: {row['relation'].upper()} (score {row['score']:.2f}{adds})")
        show.prose(f"{row['outlet']}: {row['title']}  [article {row['article_id']}]", "  ")
        show.prose(" ".join(row["passage"].split()), "  > ")
        show.prose(f"why: {row['reason']}", "  ")
        say("")
