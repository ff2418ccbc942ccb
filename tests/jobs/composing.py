"""What a digest of the sample list would be now, and for whom, without keeping it."""

from __future__ import annotations

from schedules.calls import Call, JobName
from storage import recipients
from storage.outbox import Envelope, Letter
from worker.jobs.compose_digest import envelope, look
from worker.run import run
from worker.tools import Tools


def composed(tools: Tools) -> tuple[Letter, list[Envelope]]:
    """The letter, and its envelopes."""
    with tools.store.read() as tx:
        readers = recipients.hearing(tx)
    (part,) = look(tools, readers)
    assert part.letter is not None
    return part.letter, [envelope(tools, one, "p", part) for one in readers]


def digests_due(tools: Tools) -> list[Call]:
    """The calls that compose what is due, when all feeds have been asked and what they brought was read."""
    for _ in range(5):
        calls = run(tools, Call(JobName.TICK))
        if due := [call for call in calls if call.job is JobName.COMPOSE_DIGEST]:
            return due
        while calls:
            calls += run(tools, calls.pop(0))
    return []
