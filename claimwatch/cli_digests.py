"""`claimwatch digest`: the mails to recipients."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from claimwatch import letters, show
from claimwatch.show import as_json, many, say, talk
from claimwatch.surroundings import (
    BROKEN,
    DONE,
    NO,
    Json,
    end_no,
    end_usage,
    known_list,
    noun,
    read_since,
    the_settings,
    the_store,
    the_time,
    the_tools,
)
from storage import digest_rows, outbox, recipients
from storage.records import DigestId, DigestState, Recipient, RecipientId
from worker.steps.digest.envelope import message_id

group = noun("The mails to recipients.")

To = Annotated[str | None, typer.Option("--to", help="Recipient; without it the first.")]
Since = Annotated[str | None, typer.Option(help="As if the recipient had begun then: 7d, 2026-11, an instant.")]


@group.command("preview")
def digest_preview(
    seed: Annotated[str | None, typer.Option("--list", help="Watch list.")] = None,
    to: To = None,
    since: Since = None,
    again: Annotated[bool, typer.Option("--again", help="Also what stood in earlier digests.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write preview.eml, .html and .txt into this folder.")] = None,
) -> None:
    """Show the digest that would go now. Nothing is stored or sent, and no connection is opened."""
    from claimwatch.mailing import preview

    person = _recipients(seed, to)[0]
    message = preview(the_tools(), person, read_since(since), again=again)
    if message is None:
        hint = "older news: --since INSTANT" if again else "what was sent before: --again; older news: --since INSTANT"
        end_no(f"nothing is new for {person.address} ({person.list_slug}); {hint}")
    say(f"To: {message.to}\nSubject: {message.subject}\n\n{message.text}")
    if out:
        from worker.gateways.mail import build_email

        told = {
            "preview.eml": build_email(message, the_settings().mail_from, the_time()).as_bytes(),
            "preview.html": message.html.encode(),
            "preview.txt": message.text.encode(),
        }
        try:
            out.mkdir(parents=True, exist_ok=True)
            for name, body in told.items():
                (out / name).write_bytes(body)
        except OSError as error:
            end_usage(f"{out}: cannot be written: {error.strerror}")
        talk(f"written: {', '.join(str(out / name) for name in told)}")


@group.command("send")
def digest_send(
    seed: Annotated[str | None, typer.Option("--list", help="Only of this watch list.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Only to this recipient.")] = None,
    since: Since = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go to whom.")] = False,
) -> None:
    """Compose and send a digest now, with all that stood in none before. Nothing new: no mail, exit code 1."""
    from claimwatch.mailing import preview, send_now

    tools, started = the_tools(), read_since(since)
    people = _recipients(seed, to)
    if dry_run:
        mails = [(person, preview(tools, person, started)) for person in people]
        for person, mail in mails:
            if mail:
                say(f"would go to {person.address} ({person.list_slug}): {mail.subject}")
            else:
                talk(f"nothing is new for {person.address} ({person.list_slug})")
        raise typer.Exit(DONE if any(mail for _person, mail in mails) else NO)
    outcomes = [send_now(tools, person, started) for person in people]
    for outcome in outcomes:
        (say if outcome.sent else talk)(outcome.line)
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(BROKEN)
    raise typer.Exit(DONE if any(outcome.sent for outcome in outcomes) else NO)


@group.command("list")
def digest_list(
    seed: Annotated[str | None, typer.Option("--list", help="Only of this watch list.")] = None,
    state: Annotated[
        list[DigestState] | None, typer.Option(help="Only in this state; give it several times for several.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 50,
    as_json_: Json = False,
) -> None:
    """Digests, what became of them, and why. Quiet ones (nothing was new) only with --state quiet."""
    states = [one.value for one in state or ()]
    with the_store().read() as tx:
        known_list(tx, seed)
        rows = digest_rows.rows(tx, list_slug=seed, states=states, quiet="quiet" in states, limit=limit)
    if as_json_:
        as_json(rows)
        return
    told = [
        row
        | {"what": row["last_error"] or row["subject"]}
        | {"state": "bounced" if row["state"] == DigestState.SENT and row["refused_at"] else row["state"]}
        for row in rows
    ]
    columns = {"id": "id", "state": "state", "recipient": "recipient", "period": "period", "what": "what"}
    show.table(told, columns, empty=f"no digest is {' or '.join(states)}" if states else "no digest yet", cut=("what",))


@group.command("show")
def digest_show(digest_id: Annotated[int, typer.Argument(metavar="ID")], as_json_: Json = False) -> None:
    """A digest as it went, and what became of it."""
    row = _digest(digest_id)
    with the_store().read() as tx:
        words = letters.read(tx, row["letter"]) if row["letter"] is not None else None
    if as_json_:
        as_json(row | {"text": words.text if words else None, "html": words.html if words else None})
        return
    show.card(row)
    say(f"\n{words.text}" if words else "\nno words: nothing was new, or what it quoted was removed")


@group.command("resend")
def digest_resend(digest_id: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Send a digest to its recipient once more, as another mail. It goes with the next tick, or with: claimwatch poll."""
    row = _digest(digest_id)
    rev = row["rev"] + 1
    domain = the_settings().mail_from.rpartition("@")[2]
    with the_store().begin() as tx:
        reader = next((one for one in recipients.hearing(tx) if one.id == row["recipient_id"]), None)
        again = message_id(reader, row["period"], rev=rev, domain=domain) if reader else ""
        if not reader or not outbox.resend(tx, DigestId(digest_id), again, rev=rev, now=the_time()):
            end_no(
                f"digest {digest_id} cannot be sent again: it is {row['state']}, what it quoted was removed, or its "
                "recipient left, is paused, or is the page"
            )
    say(f"digest {digest_id} goes to {row['recipient']} once more, with the next tick or: claimwatch poll")


class GivenUp(StrEnum):
    """What can be tried again."""

    FAILED = DigestState.FAILED.value
    UNKNOWN = DigestState.UNKNOWN.value


@group.command("retry")
def digest_retry(
    state: Annotated[
        GivenUp | None, typer.Option(help="Only those in this state: an unknown one may have arrived.")
    ] = None,
) -> None:
    """Send those again that were given up, or of which nobody knows whether they arrived."""
    states = [DigestState(one) for one in ([state] if state else GivenUp)]
    with the_store().begin() as tx:
        taken = outbox.retry(tx, now=the_time(), states=states)
    say(f"{many(len(taken), 'digest')} ready again; sent with the next tick, or: claimwatch poll")


def _digest(digest_id: int) -> dict[str, Any]:
    with the_store().read() as tx:
        rows = digest_rows.rows(tx, digest_id=digest_id)
    if not rows:
        end_no(f"no digest {digest_id}; see: claimwatch digest list")
    return rows[0]


def _recipients(seed: str | None, to: str | None) -> list[Recipient]:
    with the_store().read() as tx:
        known_list(tx, seed)
        everybody = recipients.everybody(tx)
        hearing = {one.id for one in recipients.hearing(tx)}
    found = [r for r in everybody if seed in (None, r.list_slug) and to in (None, r.address)]
    if not found:
        known = ", ".join(f"{r.address} ({r.list_slug})" for r in everybody) or "none"
        end_no(f"no such recipient; see: claimwatch recipient list. There are: {known}")
    _say_paused(found, hearing)
    return [one for one in found if one.id in hearing] or end_no("all of them are paused: claimwatch recipient resume")


def _say_paused(found: list[Recipient], hearing: set[RecipientId]) -> None:
    for one in found:
        if one.id not in hearing:
            talk(f"{one.address} ({one.list_slug}) is paused; see: claimwatch recipient list")
