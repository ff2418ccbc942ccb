"""`claimwatch digest preview|send`: a person's own digest, outside of the slots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage import digests
from storage.records import DigestState, Recipient
from worker.handovers import Message
from worker.jobs.compose_digest import compose_digest, look
from worker.jobs.send_digest import send_digest
from worker.tools import Tools


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one recipient's digest."""

    sent: bool
    failed: bool
    line: str


def preview(tools: Tools, recipient: Recipient, since: datetime | None, *, again: bool = False) -> Message | None:
    """The mail as it would go now; None if nothing is new. `again`: with what stood in earlier digests."""
    return look(tools, recipient, "preview", since=since, again=again)[1]


def send_now(tools: Tools, recipient: Recipient, since: datetime | None) -> Outcome:
    """Compose under a period of its own and hand it to the relay; a failure stays in the outbox and is tried again."""
    period = f"manual-{tools.clock.now():%Y%m%dT%H%M%SZ}"
    calls = compose_digest(tools, recipient.id, period, since=since)
    if not calls:
        return Outcome(
            False,
            False,
            f"{recipient.address} ({recipient.list_slug}): nothing is new (older news: --since INSTANT; what was sent before: digest preview --again)",
        )
    with tools.store.read() as tx:
        digest_id = digests.composed(tx, recipient, period)
    if digest_id is None:
        raise AssertionError("a digest just composed is not there")
    send_digest(tools, digest_id)
    with tools.store.read() as tx:
        state, told = digests.outcome(tx, digest_id)
    if state is DigestState.SENT:
        return Outcome(True, False, f"sent to {recipient.address}: {told}")
    return Outcome(False, True, f"{recipient.address}: {state.value}: {told}")
