"""`claimwatch digest preview|send`: a person's own digest, outside of the slots."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from storage import outbox
from storage.records import DigestId, DigestState, Recipient
from worker.handovers import Message
from worker.jobs.compose_digest import compose_digest, envelope, look
from worker.jobs.send_digest import message_of, send_digest
from worker.tools import Tools


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one recipient's digest."""

    sent: bool
    failed: bool
    line: str


def preview(tools: Tools, recipient: Recipient, since: datetime | None, *, again: bool = False) -> Message | None:
    """The mail as it would go now; None if nothing is new. `again`: with what stood in earlier digests."""
    # it may be shown around, and who has the token may take the reader off
    recipient = replace(recipient, leave_token="preview")  # noqa: S106 - in the place of one
    (part,) = look(tools, [recipient], since=since, again=again)
    if part.letter is None:
        return None
    told = envelope(tools, recipient, "preview", part)
    return message_of(part.letter, told, recipient.address, recipient.leave_token, tools.options.public_url or "")


def send_now(tools: Tools, recipient: Recipient, since: datetime | None) -> Outcome:
    """Compose under a period of its own and hand it over; a failure stays in the outbox and is tried again."""
    period = f"manual-{tools.clock.now():%Y%m%dT%H%M%S.%f}"
    calls = compose_digest(tools, period, recipient.id, since=since)
    with tools.store.read() as tx:
        made = outbox.of_period(tx, recipient.id, period)
    if made is None or made[1] is DigestState.QUIET:
        return Outcome(
            False,
            False,
            f"{recipient.address} ({recipient.list_slug}): nothing is new (older news: --since INSTANT; what was sent before: digest preview --again)",
        )
    for call in calls:
        send_digest(tools, DigestId(int(call.ids[0])))
    with tools.store.read() as tx:
        state, told = outbox.outcome(tx, made[0])
    if state is DigestState.SENT:
        return Outcome(True, False, f"sent to {recipient.address}: {told}")
    return Outcome(False, True, f"{recipient.address}: {state.value}: {told}")
