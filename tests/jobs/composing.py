"""What a digest of the sample list would be now, and for whom, without keeping it."""

from __future__ import annotations

from storage import recipients
from storage.outbox import Envelope, Letter
from worker.jobs.compose_digest import envelope, look
from worker.tools import Tools


def composed(tools: Tools) -> tuple[Letter, list[Envelope]]:
    """The letter, and its envelopes."""
    with tools.store.read() as tx:
        readers = recipients.hearing(tx)
    (part,) = look(tools, readers)
    assert part.letter is not None
    return part.letter, [envelope(tools, one, "p", part) for one in readers]
