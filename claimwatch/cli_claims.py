"""`claimwatch claim search`, `carriers` and `coverage`: claims by their state, who carries what of them, and their silence."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from claimwatch import show
from claimwatch.carriers import carriers_of
from claimwatch.claim_search import search_claims
from claimwatch.cli_exports import FORMS, Format, Formatted, Out, export
from claimwatch.coverage import DAYS, MOST_DAYS, of_claim
from claimwatch.exports.forms import Form
from claimwatch.figures import what_is_counted
from claimwatch.listing import CLAIMS, COVERAGE, claims_of_query, every, silence_of_claims
from claimwatch.show import as_json, many, say, talk
from claimwatch.surroundings import Json, end_no, end_usage, the_store, the_time
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


def claim_carriers(claim_id: str, as_json_: Json = False) -> None:
    """Who carries another figure of a claim than the latest told, and who reported it but never its correction or denial."""
    row = carriers_of(the_store(), claim_id, now=the_time())
    if row is None:
        end_no(f"no claim {claim_id!r}; see: claimwatch claim list")
    if as_json_:
        as_json(row)
        return
    for series in row["figures"]:
        say(f"figures: {what_is_counted(series)}")
        latest = series["latest"]
        show.prose(
            f"latest told: {latest['says']}, {latest['date']}, {latest['outlet']}, article {latest['article_id']}", "  "
        )
        show.prose(" ".join(latest["passage"].split()), "  > ")
        _print_others(series["others"], series["carried_by"], besides=latest["outlet"])
    for one in row["told_elsewhere"]:
        first = one["first"]
        say(f"{one['adds']}: first told {first['date']} by {first['outlet']}, article {first['article_id']}")
        show.prose(" ".join(first["passage"].split()), "  > ")
        _print_others(one["never"], one["carried_by"], besides=first["outlet"])
    if not row["figures"] and not row["told_elsewhere"]:
        talk("No figure, correction, denial or ruling was told on this claim.")


def _print_others(others: list[dict[str, Any]], carried_by: list[str], *, besides: str) -> None:
    if too := [outlet for outlet in carried_by if outlet != besides]:
        show.prose(f"carried by: {', '.join(too)}", "  ")
    for other in others:
        show.prose(f"{other['outlet']}: {other['words']}", "  ")
    say("")


def claim_coverage(
    claim_id: Annotated[str | None, typer.Argument(help="Only this claim, with the sources that failed.")] = None,
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="The period: the last so many days.")] = DAYS,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many claims; 200 in a table, else all.")] = None,
    format_: Formatted = Format.TABLE,
    out: Out = None,
    as_json_: Json = False,
) -> None:
    """Whether a claim's silence is one: heard, quiet, thin (some sources failed) or blind (none answered)."""
    store, now = the_store(), the_time()
    as_json_ = as_json_ or format_ is Format.JSON
    if claim_id is not None:
        if format_ not in (Format.TABLE, Format.JSON) or out is not None:
            end_usage("--format and --out: files are of all claims; of one there is --json")
        row = of_claim(store, claim_id, days=days, now=now)
        if row is None:
            end_no(f"no claim {claim_id!r}; see: claimwatch claim list")
        if as_json_:
            as_json(row)
        else:
            _print_silence(row, days)
        return
    asked = silence_of_claims(store, days=days, now=now)
    if format_ in (Format.BIBTEX, Format.CSL_JSON):
        end_usage("--format: expected table, json, jsonl or csv")
    if form := FORMS.get(format_):
        export(form, asked, COVERAGE, f"coverage of {days} days", limit=limit, out=out)
        return
    if out is not None:
        end_usage("--out: say which file with it: --format jsonl or csv")
    rows = list(every(asked, limit=limit or (None if as_json_ else 200)))
    if as_json_:
        as_json(rows)
        return
    columns = {
        "id": "claim",
        "verdict": "verdict",
        "last_found": "last found",
        "days_silent": "days",
        "articles": "new",
    }
    shown = [row | {"last_found": (row["last_found"] or "never")[:10]} for row in rows]
    show.table(shown, columns, empty="No claims: claimwatch seed add")
    if rows:
        talk(f"{_sources_line(rows[0], days)}; more: claimwatch claim coverage CLAIM_ID")


def _sources_line(row: dict[str, Any], days: int) -> str:
    """What is the same for all claims."""
    failed = [f"{row[name]} {name}" for name in ("failing", "silent", "empty", "new", "paused") if row[name]]
    pages = f"{row['pages_unread']} could not be read ({row['walls']} behind walls)"
    return (
        f"in {days} days {row['answered']} of {many(row['sources'], 'source')} answered"
        + (f" ({', '.join(failed)})" if failed else "")
        + f"; {many(row['articles_read'], 'article')} read, {pages}"
    )


def _print_silence(row: dict[str, Any], days: int) -> None:
    shown = ("id", "text", "says", "watched_since", "last_found", "days_silent", "articles")
    show.card({name: row[name] for name in shown})
    show.prose(_sources_line(row, days))
    for trouble in row["troubles"]:
        talk(f"since {trouble['since'][:16].replace('T', ' ')}: {trouble['what']}")
    if row["sources_listed"]:
        say("")
        columns = {"feed": "feed", "outlet": "outlet", "did": "did", "last_answer": "last answer", "last_error": "why"}
        show.table(row["sources_listed"], columns, empty="")
    if row["unread_listed"]:
        say("")
        show.table(row["unread_listed"], {"outlet": "outlet", "why": "pages unread", "pages": "pages"}, empty="")


def add_to(group: typer.Typer) -> None:
    """The commands under `claimwatch claim`."""
    group.command("search")(claim_search)
    group.command("carriers")(claim_carriers)
    group.command("coverage")(claim_coverage)
