"""`claimwatch claim search`, `carriers` and `coverage`: claims by their state, who carries what of them, and their silence."""

from __future__ import annotations

from typing import Annotated

import typer

from claimwatch import show
from claimwatch.claim_search import search_claims
from claimwatch.cli_exports import FORMS, Format, Formatted, Out, export
from claimwatch.exports.forms import Form
from claimwatch.listing import CLAIMS, claims_of_query, every
from claimwatch.show import as_json, talk
from claimwatch.surroundings import Json, end_usage, the_store, the_time
from storage.search.parse import parse


def claim_search(
    query: Annotated[
        str, typer.Argument(help="What to look for: docs/query.md, with voices:>=2. Empty: any finding.")
    ] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many; 50 in a table, else all.")] = None,
    after: Annotated[str | None, typer.Option(help="The page that follows the one which ended with this word.")] = None,
    format_: Formatted = Format.TABLE,
    out: Out = None,
    as_json_: Json = False,
) -> None:
    """Search claims by what is found on them, and by how many independent voices: relation:disputes found:7d voices:>=2."""
    asked = parse(query, now=the_time(), of_claims=True)
    if format_ in (Format.BIBTEX, Format.CSL_JSON):
        end_usage("--format: articles are cited, not claims: article search QUERY --format bibtex")
    if after and (as_json_ or format_ is not Format.TABLE):
        end_usage("--after goes with the table; programs page through the API, and a file holds all")
    if form := FORMS.get(format_):
        export(form, claims_of_query(the_store(), asked, form), CLAIMS, query, limit=limit, out=out)
        return
    if out is not None:
        end_usage("--out: say which file with it: --format jsonl or csv")
    if as_json_ or format_ is Format.JSON:
        # as of a file: all pages, not the first
        as_json(list(every(claims_of_query(the_store(), asked, Form.JSONL), limit=limit)))
        return
    page = search_claims(the_store(), asked, limit=limit or 50, after=after)
    columns = {"id": "claim", "since": "since", "heard": "in", "findings": "found"}
    show.table([row | {"since": row["since"][:10]} for row in page.rows], columns, empty="Nothing found.")
    following = [f"more with --after {page.next}"] if page.next else []
    talk("; ".join([f"for: {page.asked or 'any finding'} (days are {page.zone})", *page.notes, *following]))


def add_to(group: typer.Typer) -> None:
    """The commands under `claimwatch claim`."""
    group.command("search")(claim_search)
