"""`claimwatch finding confirm|correct|retract|rulings|show`: a person has the last word, and the machine's stays beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from claimwatch import ruling, show
from claimwatch.cli_articles import print_findings
from claimwatch.show import as_json, say, talk
from claimwatch.surroundings import Json, end_no, end_usage, the_settings, the_store, the_time
from storage import queries
from storage.ruling_history import disagreement, history

Who = Annotated[str | None, typer.Option("--who", help="Who rules; else as CLAIMWATCH_PERSON says.")]


def add_to(group: typer.Typer) -> None:
    """The commands of this file, into the group of findings."""
    for name, command in (
        ("show", finding_show),
        ("confirm", finding_confirm),
        ("correct", finding_correct),
        ("retract", finding_retract),
        ("rulings", finding_rulings),
    ):
        group.command(name)(command)


def finding_show(finding_id: int, as_json_: Json = False) -> None:
    """One finding: what the machine says, what people ruled, and whether it still stands."""
    with the_store().read() as tx:
        row, rulings = queries.finding(tx, finding_id), history(tx, finding_id=finding_id)
    if row is None:
        end_no(f"no finding {finding_id}; see: claimwatch finding list")
    if as_json_:
        as_json(row | {"rulings": rulings})
        return
    print_findings([row])
    if row["withdrawn_at"]:
        say(f"withdrawn on {row['withdrawn_at'][:10]}: the judge no longer says so, or the passage went from the text")
    for told in rulings:
        _print_ruling(told)


def finding_confirm(
    finding_id: int,
    who: Who = None,
    why: Annotated[str, typer.Option("--why", help="A word on how you know.")] = "",
    as_json_: Json = False,
) -> None:
    """Confirm what a finding says, as a person. It then counts whatever a later judge says of the same passage."""
    _tell(lambda: ruling.confirm(the_store(), finding_id, _who(who), why, the_time()), as_json_)


def finding_correct(
    finding_id: int,
    relation: Annotated[
        str,
        typer.Option(
            "--relation", help="supports, disputes, mixed, context, unclear, or unrelated: it then counts nowhere."
        ),
    ],
    why: Annotated[str, typer.Option("--why", help="Why; it is shown beside the machine's word.")],
    adds: Annotated[
        list[str] | None,
        typer.Option("--adds", help="What it adds, once for each; none: nothing. Left out: as it stands."),
    ] = None,
    who: Who = None,
    as_json_: Json = False,
) -> None:
    """Say what a finding is in truth, as a person, and why. The machine's word stays visible beside yours."""
    _tell(lambda: ruling.correct(the_store(), finding_id, relation, adds, _who(who), why, the_time()), as_json_)


def finding_retract(
    finding_id: int,
    who: Who = None,
    why: Annotated[str, typer.Option("--why", help="Why it is retracted.")] = "",
    as_json_: Json = False,
) -> None:
    """Retract what a person ruled on a finding: the machine's word counts again. The history keeps both."""
    _tell(lambda: ruling.retract(the_store(), finding_id, _who(who), why, the_time()), as_json_)


def finding_rulings(
    claim: Annotated[str | None, typer.Option("--claim", help="Only on this claim.")] = None,
    as_json_: Json = False,
) -> None:
    """All that people ruled, oldest first, and how often they overruled the machine."""
    with the_store().read() as tx:
        rows = history(tx, claim_id=claim)
        if claim is not None and not queries.has_claim(tx, claim):
            end_no(f"no claim {claim!r}; see: claimwatch claim list")
    if as_json_:
        as_json(rows)
        return
    if not rows:
        talk("Nobody has ruled yet: claimwatch finding confirm ID, or: finding correct ID --relation ... --why ...")
    for row in rows:
        say(f"{row['claim_id']}, article {row['article_id']}, {row['outlet']}")
        show.prose(" ".join(row["passage"].split()), "  > ")
        _print_ruling(row, "  ")
        say("")
    if rows:
        say(ruling.summary(disagreement(rows)))


def _who(told: str | None) -> str:
    """The person who rules: asked for at a terminal if nobody said."""
    if told or the_settings().person:
        return told or the_settings().person
    if not sys.stdin.isatty():
        end_usage("--who: say who rules, or set CLAIMWATCH_PERSON")
    return str(typer.prompt("Who are you (it is shown beside your word)", err=True))


def _tell(act: Callable[[], dict[str, Any]], as_json_: bool) -> None:
    try:
        done = act()
    except ruling.NoFinding as error:
        end_no(str(error))
    if as_json_:
        as_json(done)
        return
    finding, told = done["finding"], done["ruling"]
    if not done["new"]:
        say(f"nothing to change: {told['who']} said so on {told['at'][:10]}")
    elif told["relation"] is None:
        now = (
            "is withdrawn: the judge finds nothing there any more"
            if finding["withdrawn_at"]
            else f"stands: {finding['relation']}"
        )
        say(f"finding {finding['id']}: retracted; the machine's word {now}")
    else:
        say(f"finding {finding['id']} ({finding['claim_id']}) is {told['what']}: {told['relation']}; {_machine(told)}")
        if told["relation"] == "unrelated":
            talk("it no longer counts in lists, digests and figures; claimwatch finding rulings shows it")


def _machine(row: dict[str, Any]) -> str:
    machine = row["machine"]
    return f"the machine said {machine['relation']} ({machine['score']:.2f})"


def _print_ruling(row: dict[str, Any], indent: str = "") -> None:
    """A line a ruling: who, when, what beside the machine's word, why; and what became of it since."""
    word = "retracted" if row["relation"] is None else f"{row['what']}: {row['relation'].upper()}"
    adds = f", adds {', '.join(row['adds'])}" if row["adds"] else ""
    why = f"; why: {row['why']}" if row["why"] else ""
    show.prose(f"{row['at'][:16].replace('T', ' ')} {row['who']}, {word}{adds}; {_machine(row)}{why}", indent)
    for true, told in (
        (not row["counts"] and row["relation"] is not None, "it was superseded or retracted since"),
        (not row["passage_stands"], "its passage no longer stands in the text"),
        (row["claim_edited"], "the claim was edited since"),
    ):
        if true:
            show.prose(f"({told})", indent + "  ")
