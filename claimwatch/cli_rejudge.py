"""`claimwatch rejudge`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimwatch import show
from claimwatch.going_over import to_the_end
from claimwatch.show import as_json, many, say, talk
from claimwatch.surroundings import Json, end_no, the_tools
from storage import queries

if TYPE_CHECKING:
    from claimwatch.rejudging import Report


def rejudge(
    claim: Annotated[str | None, typer.Option("--claim", help="Replace only what stands on this claim.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    as_json_: Json = False,
) -> None:
    """Run the present judge over all articles at once and list what changes. Interrupted, the next run goes on."""
    from claimwatch.rejudging import Report, rejudge_store

    tools = the_tools()
    if claim is not None:
        with tools.store.read() as tx:
            known = queries.claim(tx, claim)
        if known is None:
            end_no(f"no claim {claim!r}; see: claimwatch claim list")
        if known["retired_at"]:
            end_no(f"claim {claim!r} was retired on {known['retired_at'][:10]}: it is compared with nothing")
    report = Report(dry_run=dry_run, claim=claim)
    go = partial(rejudge_store, tools, report)
    to_the_end("looking" if dry_run else "judging", "judged", report, go, partial(_tell, report, as_json_))


def _tell(report: Report, as_json_: bool) -> None:
    if as_json_:
        as_json(report.as_json())
        return
    columns = {"claim": "claim", "article": "article", "was": "was", "now": "now", "why": "why"}
    show.table(
        [_columns(change) for change in report.changes],
        columns,
        empty="Nothing changes." if report.finished else "Nothing changed so far.",
    )
    for refusal in report.refused:
        talk(f"refused by the store: {refusal}")
    would = "would change" if report.dry_run else "changed"
    what = f"{report.judged} of {many(report.articles, 'article')} judged, {many(report.findings, 'finding')}"
    say(f"{what}; {_count(report)} {would}")
    if report.left:
        talk(f"{many(report.left, 'article')} in other hands: the next claimwatch rejudge goes on there")


def _count(report: Report) -> str:
    """ "3 relations (1 new, 1 gone)"."""
    kinds = [change["what"] for change in report.changes]
    told = [f"{kinds.count(kind)} {kind}" for kind in ("new", "gone") if kind in kinds]
    passages = kinds.count("passages")
    relations = many(len(kinds) - passages, "relation") + (f" ({', '.join(told)})" if told else "")
    return relations + (f" and the passages of {passages} more" if passages else "")


def _columns(change: dict[str, Any]) -> dict[str, str]:
    was, now = change["was"], change["now"]
    told = change["findings"]
    moved = {kind: sum(f["what"] == kind for f in told) for kind in ("relation", "new", "gone")}
    passages = ", ".join(f"{n} {'turned' if kind == 'relation' else kind}" for kind, n in moved.items() if n)
    return {
        "claim": change["claim_id"],
        "article": str(change["article_id"]),
        "was": _said(was),
        "now": _said(now) + (f"; passages: {passages}" if change["what"] == "passages" else ""),
        "why": (now or was)["reason"] if now else f"nothing found any more; it was: {was['reason']}",
    }


def _said(whole: dict[str, Any] | None) -> str:
    if whole is None or whole["by"] == "person":
        return whole["says"] if whole else "-"
    return f"{whole['says']} by {whole['judge_version']}, {whole['model']}"
