"""Chats and webhooks: where apprise brings a digest. The operator names their addresses; no text of others reaches those."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from storage.records import Channel
from worker.errors import MailFailed
from worker.handovers import Message

# What every chat takes in one message; apprise cuts what one takes less of.
MOST_LETTERS = 1_800
# Far below a lease. Apprise's own limit of 4 s for an answer is made longer than this one, since of what breaks by that limit
# apprise tells no more than of a plain no: it may have arrived, and would go again and again.
_ANSWER_S = 30.0


class Chats:
    """Addresses of apprise by the names that recipients have: `chat:desk` is the one that is called desk."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = dict(urls)

    def __repr__(self) -> str:
        return f"Chats({', '.join(sorted(self._urls))})"

    def send(self, message: Message, handing_over: Callable[[], None] = lambda: None) -> str:
        """What became of it. Raises MailFailed."""
        name = message.to.removeprefix(f"{Channel.CHAT}:")
        if name not in self._urls:
            raise MailFailed(f"no chat {name!r} in CLAIMWATCH_CHATS")
        from apprise import Apprise, AppriseResultStatus, NotifyFormat

        # what they log may name an address, and an address is a password
        for noisy in ("apprise", "urllib3"):
            logging.getLogger(noisy).setLevel(logging.CRITICAL)
        asked = Apprise()
        if not asked.add(self._urls[name]):
            raise MailFailed(f"chat {name!r}: CLAIMWATCH_CHATS holds no address that apprise knows")
        for service in asked:
            service.socket_read_timeout = 2 * _ANSWER_S
        handing_over()
        # as plain text: what a headline holds is no markup
        told = asked.notify(title=message.subject, body=message.text, body_format=NotifyFormat.TEXT, timeout=_ANSWER_S)
        if told.status is AppriseResultStatus.TIMEOUT:
            raise MailFailed(f"chat {name!r}: no answer within {_ANSWER_S} s", unknown=True)
        if not told:
            raise MailFailed(f"chat {name!r}: not taken; is its address in CLAIMWATCH_CHATS right?")
        return f"taken by chat {name!r}"
