"""Send a digest out of the outbox and mark it."""

from __future__ import annotations

from datetime import timedelta

from schedules.backoff import delay_after
from schedules.calls import Call
from storage import digests
from storage.records import DigestId, DigestState
from worker.errors import MailFailed
from worker.handovers import Message
from worker.tools import Tools

_TRIES = 10  # a relay that is away for a day is waited for
_BASE, _CAP = timedelta(minutes=2), timedelta(hours=4)


def send_digest(tools: Tools, digest_id: DigestId) -> list[Call]:
    """Hand the mail to the relay, then mark it. Killed between the two it goes twice, with one Message-ID."""
    now = tools.clock.now()
    with tools.store.begin() as tx:
        digest = digests.lease(tx, digest_id, now=now, until=now + tools.options.times.lease)
    if digest is None:
        return []
    try:
        reply = tools.mailer.send(Message(**digest.message))
    except MailFailed as failure:
        # Lost after the data: one more try with the same Message-ID, then a person decides (at least once).
        state, retry_at = DigestState.READY, tools.clock.now() + delay_after(digest.failures + 1, base=_BASE, cap=_CAP)
        if failure.permanent or digest.failures + 1 >= _TRIES:
            state = DigestState.FAILED
        elif failure.unknown and digest.failures >= 1:
            state = DigestState.UNKNOWN
        with tools.store.begin() as tx:
            digests.not_sent(tx, digest, state=state, retry_at=retry_at, error=failure.detail)
        return []
    with tools.store.begin() as tx:
        digests.sent(tx, digest_id, now=tools.clock.now(), server_reply=reply)
    return []
