"""`claimwatch search`: queries with a name."""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

from claimwatch import show
from claimwatch.cli_articles import article_search
from claimwatch.cli_exports import Format, Formatted, Out
from claimwatch.searching import row_of
from claimwatch.show import as_json, card, say
from claimwatch.surroundings import Json, end_no, noun, the_store, the_time
from storage import saved_searches
from storage.saved_searches import SavedSearch

group = noun("Saved searches: queries with a name.")


@group.command("save")
def search_save(
    slug: Annotated[str, typer.Argument(help="Its name: small letters, digits and hyphens.")],
    query: Annotated[
        str, typer.Argument(help="What `article search` takes. Days such as 7d are counted anew each time.")
    ],
    title: Annotated[str, typer.Option("--title", help="What feed readers show; else the slug.")] = "",
) -> None:
    """Keep a query under a name, in the place of an older one. One that cannot be understood is refused."""
    with the_store().begin() as tx:
        saved = saved_searches.save(tx, slug=slug, title=title, query=query, now=the_time())
    say(f"{saved.slug}: {saved.query or 'everything'}")


@group.command("list")
def search_list(as_json_: Json = False) -> None:
    """All saved searches."""
    with the_store().read() as tx:
        rows = [row_of(search) for search in saved_searches.listed(tx)]
    if as_json_:
        as_json(rows)
    else:
        columns = {"slug": "search", "title": "title", "query": "query", "saved_at": "saved"}
        show.table(rows, columns, empty="Nothing is saved: claimwatch search save SLUG QUERY")


@group.command("show")
def search_show(slug: str, as_json_: Json = False) -> None:
    """One saved search: its title and query."""
    row = row_of(_found(slug))
    if as_json_:
        as_json(row)
    else:
        card(row)


@group.command("remove")
def search_remove(slug: str) -> None:
    """Forget a saved search."""
    with the_store().begin() as tx:
        removed = saved_searches.remove(tx, slug)
    if not removed:
        _not_there(slug)
    say(f"{slug}: removed")


@group.command("run")
def search_run(
    slug: str,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many; 50 in a table, else all.")] = None,
    format_: Formatted = Format.TABLE,
    out: Out = None,
    as_json_: Json = False,
) -> None:
    """What a saved search finds now: as `article search` with its query."""
    article_search(_found(slug).query, limit=limit, format_=format_, out=out, as_json_=as_json_)


def _found(slug: str) -> SavedSearch:
    with the_store().read() as tx:
        search = saved_searches.find(tx, slug)
    return search or _not_there(slug)


def _not_there(slug: str) -> NoReturn:
    end_no(f"no saved search {slug!r}; see: claimwatch search list")
