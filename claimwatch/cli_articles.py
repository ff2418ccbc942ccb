"""`claimwatch article` and `claimwatch finding`: what was kept, what it says of the claims, and what was removed."""

from __future__ import annotations

import sys
from typing import Annotated, Any, NoReturn

import typer

from claimwatch import show
from claimwatch.cli_exports import FORMS, Format, Formatted, Out, export
from claimwatch.listing import ARTICLES, FINDINGS, articles, findings_by_id, findings_of_query
from claimwatch.relations import with_claims
from claimwatch.removed import removed_words
from claimwatch.show import as_json, card, many, say, talk
from claimwatch.surroundings import (
    Json,
    end_no,
    end_usage,
    noun,
    the_store,
    the_time,
)
from claimwatch.voice_words import voice_words
from storage import histories, queries, removal
from storage.records import ArticleId
from storage.removal import Removed
from storage.search.parse import parse
from storage.search.run import Page, every_article, every_finding, search_articles

articles_group = noun("The articles that are kept.")
findings_group = noun("What passages say about claims.")


@articles_group.command("search")
def article_search(
    query: Annotated[str, typer.Argument(help="What to look for: docs/query.md. Empty: all articles.")] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many; 50 in a table, else all.")] = None,
    after: Annotated[str | None, typer.Option(help="The page that follows the one which ended with this word.")] = None,
    facets: Annotated[bool, typer.Option("--facets", help="Also what the answers are made of.")] = False,
    format_: Formatted = Format.TABLE,
    out: Out = None,
    as_json_: Json = False,
) -> None:
    """Search articles by words, "phrases" and fields such as claim:ID or relation:disputes, the newest first."""
    asked = parse(query, now=the_time())
    if (after or facets) and (as_json_ or format_ is not Format.TABLE):
        end_usage("--after and --facets go with the table; programs page through the API, and a file holds all")
    if form := FORMS.get(format_):
        export(form, articles(the_store(), asked, form), ARTICLES, query, limit=limit, out=out)
        return
    if out is not None:
        end_usage("--out: say which file with it: --format jsonl, csv, bibtex or csl-json")
    as_json_ = as_json_ or format_ is Format.JSON
    with the_store().read() as tx:
        if as_json_:
            as_json(list(every_article(tx, asked, most=limit)))
            return
        page = search_articles(tx, asked, limit=limit or 50, after=after, facets=facets)
    columns = {"id": "id", "published": "published", "outlet": "outlet", "title": "title", "findings": "findings"}
    marked = any(row["snippet"]["marks"] for row in page.rows)
    show.table(page.rows, columns, empty="Nothing found.", cut=("outlet", "title"), snippet="snippet" if marked else "")
    show.facets(page.facets)
    talk(page_words(page))


def page_words(page: Page) -> str:
    """How the query was understood, how many answer it, and how to go on."""
    told = f"{page.count} for: {page.asked or 'everything'} (days are {page.zone})"
    following = [f"more with --after {page.next}"] if page.next else []
    return "; ".join([told, *page.notes, *following])


@articles_group.command("show")
def article_show(article_id: int, as_json_: Json = False) -> None:
    """One article: where, when, its text and what was found in it."""
    with the_store().read() as tx:
        row, tombstones = queries.article(tx, article_id), queries.tombstones(tx, article_id)
    if row is None:
        end_not_there(article_id, tombstones)
    if as_json_:
        as_json(with_claims(row))
        return
    skipped = ("text", "revisions", "findings_listed", "findings", "is_seed_copy", "edited", "corrected")
    card(row, skip=skipped)
    if row["edited"] or row["corrected"]:
        edits = f"edited {many(row['edited'], 'time')}, corrected {many(row['corrected'], 'time')}"
        say(f"{edits}; see: claimwatch article history {article_id}")
    say("")
    show.prose(row["text"])
    say("")
    for whole in with_claims(row)["claims_listed"]:
        say(f"{whole['claim_id']}: {whole['says']}")
    if row["findings_listed"]:
        say("")
    print_findings(row["findings_listed"])


@articles_group.command("remove")
def article_remove(
    article_id: int,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is shown in the article's place.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed without a terminal.")] = False,
) -> None:
    """Remove an article for good, with all that was quoted from it: it is not fetched or kept again."""
    from worker.steps.addresses import keys_of

    if not reason.strip():
        end_usage("--reason: say why; it is shown in the article's place")
    if not yes and not sys.stdin.isatty():
        end_usage("without a terminal to ask at, say --yes: the article is removed for good")
    store = the_store()
    with store.read() as tx:
        row, tombstones = queries.article(tx, article_id), queries.tombstones(tx, article_id)
    if row is None:
        end_not_there(article_id, tombstones, "removed already: ")
    if not yes:
        talk(f"{row['title']}\n{row['outlet']}: {row['url']}")
        if not typer.confirm(f"Remove article {article_id} for good? There is no way back", err=True):
            end_no("nothing was removed")
    with store.begin() as tx:
        removed = removal.remove(tx, ArticleId(article_id), reason=reason.strip(), keys_of=keys_of, now=the_time())
    settled = store.settle()
    if removed is None:
        end_no(f"article {article_id} went while you were asked; see: claimwatch article removed")
    _tell_removed(article_id, removed)
    if not settled:
        talk(
            "its bytes may still stand in the database's log, because somebody reads just now; any later removal empties it"
        )


def _tell_removed(article_id: int, removed: Removed) -> None:
    went = removed.deleted
    say(
        f"article {article_id} is removed: {many(went.revisions, 'revision')}, {many(went.findings, 'finding')}, "
        f"{many(went.snapshots, 'snapshot')} ({went.blob_bytes:,} bytes), words of {many(removed.entries, 'feed item')}; "
        f"{many(removed.blanked, 'digest')} blanked, {many(removed.withdrawn, 'digest')} withdrawn"
    )
    say("it does not come back from: " + ", ".join(removed.addresses))
    if went.shared_blobs:
        talk(f"the bytes of {many(went.shared_blobs, 'snapshot')} stay: the page of another address is the same")
    if removed.withdrawn:
        talk("a withdrawn digest waited to be sent; the next tick composes it anew, without the article")
    talk("out of reach from here: mails that have arrived, .eml files in the data folder, backups (docs/operating.md)")


def end_not_there(article_id: int, tombstones: list[dict[str, Any]], before: str = "") -> NoReturn:
    """End with code 1: it was removed, and why, or there never was one."""
    for tombstone in tombstones:
        end_no(before + removed_words(tombstone))
    end_no(f"no article {article_id}; see: claimwatch article search")


@articles_group.command("removed")
def article_removed(as_json_: Json = False) -> None:
    """Articles that were removed for good: when, why, and the addresses they do not come back from."""
    with the_store().read() as tx:
        rows = queries.tombstones(tx)
    if as_json_:
        as_json(rows)
        return
    columns = {
        "article_id": "id",
        "removed_at": "removed",
        "outlet": "outlet",
        "reason": "why",
        "addresses": "addresses",
    }
    show.table(rows, columns, empty="No article was removed.")


@findings_group.command("list")
def finding_list(
    query: Annotated[str, typer.Argument(help="What to look for: docs/query.md. Empty: all findings.")] = "",
    claim: Annotated[str | None, typer.Option("--claim", help="Only of this claim.")] = None,
    article: Annotated[int | None, typer.Option("--article", help="Only in this article.")] = None,
    format_: Formatted = Format.TABLE,
    out: Out = None,
    as_json_: Json = False,
) -> None:
    """What passages say about claims: all, oldest finding first, or those that a query asks for, the latest first."""
    if query and (claim is not None or article is not None):
        end_usage("either a query or --claim and --article; in a query they are claim:ID and url:ADDRESS")
    with the_store().read() as tx:
        if claim is not None and not queries.has_claim(tx, claim):
            end_no(f"no claim {claim!r}; see: claimwatch claim list")
        if article is not None and histories.state(tx, article) is None:
            end_not_there(article, queries.tombstones(tx, article))
    if format_ in (Format.BIBTEX, Format.CSL_JSON):
        end_usage("--format: articles are cited, not findings: article search QUERY --format bibtex")
    if form := FORMS.get(format_):
        told = query or " ".join(f"{name} {v}" for name, v in (("claim", claim), ("article", article)) if v is not None)
        store = the_store()
        ask = (
            findings_of_query(store, parse(query, now=the_time()), form)
            if query
            else findings_by_id(store, claim_id=claim, article_id=article)
        )
        export(form, ask, FINDINGS, told, limit=None, out=out)
        return
    if out is not None:
        end_usage("--out: say which file with it: --format jsonl or csv")
    as_json_ = as_json_ or format_ is Format.JSON
    with the_store().read() as tx:
        if query:
            rows = list(every_finding(tx, parse(query, now=the_time())))
        else:
            rows = queries.findings(tx, claim_id=claim, article_id=article, limit=2**31)
    if as_json_:
        as_json(rows)
    else:
        print_findings(rows)


def print_findings(rows: list[dict[str, Any]]) -> None:
    """A block a finding: a passage does not fit into a column."""
    if not rows:
        talk("No findings.")
    for row in rows:
        say(f"{row['claim_id']}: {row['relation'].upper()} ({_word(row)})")
        show.prose(f"{row['outlet']}: {row['title']}  [article {row['article_id']}, finding {row['id']}]", "  ")
        show.prose(" ".join(row["passage"].split()), "  > ")
        show.prose(f"why: {row['reason']}", "  ")
        if row["voice"]:
            show.prose(f"voice: {voice_words(row['voice'], row['passage'])}", "  ")
        if row["ruling"]:
            show.prose(f"person: {row['ruling']['who']}, {row['ruling']['at'][:10]}", "  ")
            show.prose(f"machine: {_machine(row['machine'])}", "  ")
        show.prose(f"by: {row['judge_version']}, model {row['model']}", "  ")
        say("")


def _word(row: dict[str, Any]) -> str:
    """Whose word it is: the machine's with its score, until a person has ruled."""
    adds = f", adds {', '.join(row['adds'])}" if row["adds"] else ""
    if row["ruling"] is None:
        return f"machine's word, score {row['score']:.2f}{adds}"
    machine = row["machine"]
    same = (row["relation"], sorted(row["adds"])) == (machine["relation"], sorted(machine["adds"]))
    return f"{'confirmed' if same else 'corrected'} by a person{adds}"


def _machine(word: dict[str, Any]) -> str:
    adds = f", adds {', '.join(word['adds'])}" if word["adds"] else ""
    no_more = "" if word["stands"] else " (it finds nothing there any more)"
    return f"{word['relation']}, score {word['score']:.2f}{adds}; {word['reason']}{no_more}"
