"""`claimwatch export`: kept pages and what was found in them, as files for others."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.filesize import decimal

from claimwatch import show
from claimwatch.errors import Declined
from claimwatch.show import many, say, talk
from claimwatch.surroundings import BROKEN, NO, end_no, noun, read_since, the_store, the_time
from storage import queries
from storage.engine import Store
from storage.evidence import Wanted
from storage.records import ArticleId, ClaimId

if TYPE_CHECKING:
    from claimwatch.exporting import Exported, Starting

group = noun("Evidence as files for others.")

File = Annotated[Path, typer.Argument(help="Where to.")]
Replace = Annotated[bool, typer.Option("--replace", help="FILE may be there: the new one takes its place.")]
Since = Annotated[
    str | None, typer.Option(help="Only what was fetched since then: 7d, yesterday, 2026-11, an instant.")
]


@group.command("warc")
def export_warc(
    file: File,
    claim: Annotated[str | None, typer.Option("--claim", help="Only articles with findings on this claim.")] = None,
    article: Annotated[int | None, typer.Option("--article", help="Only this article.")] = None,
    since: Since = None,
    replace: Replace = False,
) -> None:
    """Write kept pages, as they were fetched, into a WARC file."""
    from claimwatch import exporting

    store = the_store()
    _known(store, claim, article)
    wanted = Wanted(
        claim_id=ClaimId(claim) if claim else None,
        article_id=ArticleId(article) if article is not None else None,
        since=read_since(since),
    )
    _write(
        file,
        lambda starting: exporting.export_warc(store, file, wanted, now=the_time(), replace=replace, starting=starting),
    )


@group.command("wacz")
def export_wacz(
    file: File,
    claim: Annotated[str, typer.Option("--claim", help="The claim whose evidence it is.")],
    since: Since = None,
    replace: Replace = False,
) -> None:
    """Write one claim's evidence into a WACZ: its pages, which replay, and what was found in them."""
    from claimwatch import exporting

    store = the_store()
    _known(store, claim, None)
    wanted = Wanted(claim_id=ClaimId(claim), since=read_since(since))
    _write(
        file,
        lambda starting: exporting.export_wacz(store, file, wanted, now=the_time(), replace=replace, starting=starting),
    )


def _known(store: Store, claim: str | None, article: int | None) -> None:
    with store.read() as tx:
        if claim is not None and not queries.has_claim(tx, claim):
            end_no(f"no claim {claim!r}; see: claimwatch claim list")
        if article is not None and queries.article(tx, article) is None:
            end_no(f"no article {article}; see: claimwatch article search")


def _write(file: Path, act: Callable[[Starting], Exported]) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the half-made file goes, as with Ctrl-C
    try:
        with show.counting("writing") as starting:
            done = act(starting)
    except KeyboardInterrupt:
        talk(f"claimwatch: stopped; there is no {file}, or the one that was there before")
        raise typer.Exit(130) from None
    except Declined as declined:
        end_no(str(declined))
    except OSError as error:
        talk(f"claimwatch: cannot write {error.filename or file}: {error.strerror}")
        raise typer.Exit(BROKEN) from None
    found = f", {many(done.findings, 'finding')}" if done.findings else ""
    say(f"{file}: {decimal(done.size_bytes)}, {many(done.pages, 'page')}{found}")
    if done.pruned:
        talk(f"the bytes of {many(done.pruned, 'page')} were pruned: only the records of their fetches are in it")
    for damage in done.damaged:
        talk(f"claimwatch: not in it: {damage}")
    if done.damaged:
        raise typer.Exit(NO)
