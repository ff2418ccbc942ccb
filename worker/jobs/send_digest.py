"""Send a digest out of the outbox and mark it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta

from schedules.backoff import delay_after
from schedules.calls import Call
from storage import outbox
from storage.errors import StoreUnavailable
from storage.outbox import HANDED_AT_MOST, Envelope, Letter, ToSend
from storage.records import Channel, DigestId, DigestState, channel_of
from worker.errors import MailFailed
from worker.gateways.chat import MOST_LETTERS, Chats
from worker.gateways.mail import Mailer
from worker.handovers import Message
from worker.steps.digest.envelope import leave_url
from worker.steps.digest.write import personal
from worker.tools import Tools

_TRIES = 13  # by the waits below: a relay that is away for a day is waited for
_BASE, _CAP = timedelta(minutes=2), timedelta(hours=4)
# A database is started anew within a minute or so; a mark that comes too late for the lease is right all the same.
_WAITS_S = (1, 2, 4, 8, 16, 32)


def send_digest(tools: Tools, digest_id: DigestId) -> list[Call]:
    """Hand the digest over, then mark it. Killed, or cut off, between the two it goes once more, with one Message-ID."""
    now = tools.clock.now()
    with tools.store.begin() as tx:
        digest = outbox.lease(tx, digest_id, now=now, until=now + tools.options.times.lease)
    if digest is not None:
        _Turn(tools, digest).take()
    return []


@dataclass
class _Turn:
    """One try to send a digest. `digest` is as it was leased, but for the lease, which begins anew when it is handed over."""

    tools: Tools
    digest: ToSend

    def take(self) -> None:
        """Send it, and mark what became of it."""
        public_url = self.tools.options.public_url or ""
        message = message_of(self.digest, self.digest, self.digest.address, self.digest.leave_token, public_url)
        post: Mailer | Chats = self.tools.mailer
        if channel_of(self.digest.address) is Channel.CHAT:
            message, post = replace(message, text=_short(self.digest, public_url)), self.tools.chats
        try:
            reply = post.send(message, self._hand_over)
        except MailFailed as failure:
            self._not_sent(failure)
        else:
            self._sent(reply)

    def _hand_over(self) -> None:
        now = self.tools.clock.now()
        with self.tools.store.begin() as tx:
            ours = outbox.hand_over(tx, self.digest, now=now, until=now + self.tools.options.times.lease)
        if ours is None:
            raise MailFailed("its lease ran out before it was handed over: another sends it")
        self.digest = ours

    def _sent(self, reply: str) -> None:
        """It has gone, and unmarked it would go twice: a database that is away is waited for."""
        for wait_s in (*_WAITS_S, 0):
            try:
                with self.tools.store.begin() as tx:
                    outbox.sent(tx, self.digest, now=self.tools.clock.now(), server_reply=reply)
                break
            except StoreUnavailable:
                if not wait_s:
                    raise
                time.sleep(wait_s)

    def _not_sent(self, failure: MailFailed) -> None:
        """Tried again, later and later; refused for good or too often it is given up, without a word twice a person decides.

        Given up is FAILED only if it certainly did not go, in no try. Whoever lost the lease meanwhile has nothing to say.
        """
        digest, now = self.digest, self.tools.clock.now()
        state, retry_at = DigestState.DRAFTED, now + delay_after(digest.failures + 1, base=_BASE, cap=_CAP)
        twice = failure.unknown and digest.handed + 1 >= HANDED_AT_MOST
        if twice or failure.permanent or digest.failures + 1 >= _TRIES:
            state = DigestState.UNKNOWN if failure.unknown or digest.handed else DigestState.FAILED
        with self.tools.store.begin() as tx:
            if not outbox.holds(tx, digest):
                return
            outbox.not_sent(
                tx, digest, state=state, retry_at=retry_at, error=failure.detail, answered=not failure.unknown
            )
            if failure.refused:
                outbox.refused(tx, digest.id, failure.detail, now=now)


def message_of(
    letter: Letter | ToSend, envelope: Envelope | ToSend, address: str, leave_token: str, public_url: str
) -> Message:
    """The mail to that reader: the letter with their own address to leave by."""
    leave = leave_url(leave_token, public_url)
    return Message(
        to=address,
        subject=letter.subject,
        message_id=envelope.message_id,
        text=personal(letter.text, leave),
        html=personal(letter.html, leave),
        headers=dict(envelope.headers),
    )


def _short(digest: ToSend, public_url: str) -> str:
    """The beginning of the text, in whole paragraphs, and where the whole stands: a chat is no mail."""
    text = personal(digest.text, "")
    if len(text) <= MOST_LETTERS:
        return text
    where = f"{public_url}/digests/{digest.letter_id}" if public_url else f"claimwatch digest show {digest.id}"
    return f"{text[:MOST_LETTERS].rpartition(chr(10) * 2)[0]}\n\n... the whole: {where}\n"
