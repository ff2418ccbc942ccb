"""`claimwatch reread`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from claimwatch import show
from claimwatch.going_over import to_the_end
from claimwatch.show import as_json, many, say, talk
from claimwatch.surroundings import Json, end_no, the_tools
from storage import queries

if TYPE_CHECKING:
    from claimwatch.rereading import Report


def reread(
    article: Annotated[int | None, typer.Option("--article", help="Only this article.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would differ, and change nothing.")] = False,
    as_json_: Json = False,
) -> None:
    """Read every kept page again by the present extractor, asking no outlet. Interrupted, the next run goes on."""
    from claimwatch.rereading import Report, reread_store

    tools = the_tools()
    if article is not None:
        with tools.store.read() as tx:
            if queries.article(tx, article) is None:
                end_no(f"no article {article}; see: claimwatch article search")
    report = Report(dry_run=dry_run, article=article)
    go = partial(reread_store, tools, report)
    to_the_end("reading", "read", report, go, partial(_tell, report, as_json_))


def _tell(report: Report, as_json_: bool) -> None:
    if as_json_:
        as_json(report.as_json())
        return
    rows = [
        {
            "article": row["article_id"],
            "outlet": row["outlet"],
            "title": row["title"],
            "differs": row["differs"],
            "words": f"{row['was']['words']} to {row['now']['words']}",
        }
        for row in report.changes
    ]
    if rows:
        show.table(rows, {name: name for name in rows[0]}, empty="")
    for why in report.unread:
        talk(f"not read: {why}")
    differ = (
        f"{len(rows)} would differ" if report.dry_run else f"{len(rows)} {'differs' if len(rows) == 1 else 'differ'}"
    )
    say(f"{report.read} read, {differ}")
    if report.given_up:
        became = "would become articles" if report.dry_run else "became articles"
        say(f"{report.given_up_read} of {report.given_up} pages given up before {became}")
    if report.not_kept:
        talk(f"{many(report.not_kept, 'article')} not read: their pages were pruned by their age")
    if report.left:
        talk(f"{many(report.left, 'article')} in other hands: the next claimwatch reread goes on there")
    if rows and not report.dry_run:
        talk("what differs waits for the workers, or claimwatch poll, to be compared with the claims")
