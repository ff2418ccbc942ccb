"""`claimwatch digest`: the mails to recipients."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claimwatch.show import many, say, talk
from claimwatch.surroundings import (
    BROKEN,
    DONE,
    NO,
    end_no,
    noun,
    read_since,
    the_store,
    the_time,
    the_tools,
)
from storage import digests
from storage.records import Recipient

group = noun("The mails to recipients.")


@group.command("preview")
def digest_preview(
    seed: Annotated[str | None, typer.Option("--list", help="Watch list.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Recipient; without it the first.")] = None,
    since: Annotated[
        str | None, typer.Option(help="As if the recipient had begun then: 7d, 2026-11, an instant.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Also what stood in earlier digests.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the HTML part into this file.")] = None,
) -> None:
    """Show the digest that would go now. Nothing is stored or sent."""
    from claimwatch.mailing import preview

    person = _recipients(seed, to)[0]
    message = preview(the_tools(), person, read_since(since), again=again)
    if message is None:
        end_no(
            f"nothing is new for {person.address} ({person.list_slug}); what was sent before: --again; older news: --since INSTANT"
        )
    say(f"To: {message.to}\nSubject: {message.subject}\n\n{message.text}")
    if html:
        html.write_text(message.html, encoding="utf-8")
        talk(f"HTML part in {html}")


@group.command("send")
def digest_send(
    seed: Annotated[str | None, typer.Option("--list", help="Only of this watch list.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Only to this recipient.")] = None,
    since: Annotated[
        str | None, typer.Option(help="As if the recipient had begun then: 7d, 2026-11, an instant.")
    ] = None,
) -> None:
    """Compose and send a digest now, with all that stood in none before. Nothing new: no mail, exit code 1."""
    from claimwatch.mailing import send_now

    tools, started = the_tools(), read_since(since)
    outcomes = [send_now(tools, person, started) for person in _recipients(seed, to)]
    for outcome in outcomes:
        (say if outcome.sent else talk)(outcome.line)
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(BROKEN)
    raise typer.Exit(DONE if any(outcome.sent for outcome in outcomes) else NO)


@group.command("retry")
def digest_retry() -> None:
    """Send those again that were given up, or of which nobody knows whether they arrived."""
    with the_store().begin() as tx:
        taken = digests.retry(tx, now=the_time())
    say(f"{many(len(taken), 'digest')} ready again; sent with the next tick, or: claimwatch poll")


def _recipients(seed: str | None, to: str | None) -> list[Recipient]:
    with the_store().read() as tx:
        everybody = digests.recipients(tx)
    found = [r for r in everybody if seed in (None, r.list_slug) and to in (None, r.address)]
    if not found:
        known = ", ".join(f"{r.address} ({r.list_slug})" for r in everybody) or "none"
        end_no(f"no such recipient; recipients stand in the watch list's file, there are: {known}")
    return found
