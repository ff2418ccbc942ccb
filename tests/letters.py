"""Letters in the outbox without the line that brings them there."""

from __future__ import annotations

from datetime import timedelta

from storage import digest_rows, outbox, recipients
from storage.engine import Store
from storage.outbox import Envelope, Letter
from storage.records import Recipient
from tests.fakes import NOON

BODY = (
    '<html lang="en"><head><title>t</title></head><body style="margin: 0">\n<p>{said} &amp; so on</p>'
    '\ue001<a href="\ue000">Leave</a>\ue002</body></html>'
)


def readers(store: Store) -> list[Recipient]:
    """Who is on a list."""
    with store.read() as tx:
        return recipients.everybody(tx)


def a_letter(store: Store, period: str, *addresses: str, slug: str = "sample", said: str = "") -> None:
    """A letter to these of the list's recipients, a minute after the one before."""
    said = said or f"news of {period}"
    mine = [one for one in readers(store) if one.list_slug == slug and one.address in addresses]
    assert len(mine) == len(addresses)
    letter = Letter(
        list_id=mine[0].list_id, subject=f"Of {period}", text=f"{said}\ue001 \ue000\ue002", html=BODY.format(said=said)
    )
    with store.begin() as tx:
        now = NOON + timedelta(minutes=len(digest_rows.letters(tx)))
        to = [Envelope(recipient_id=one.id, message_id=f"<{period}.{one.id}@x>", headers={}) for one in mine]
        outbox.draft(tx, letter, period, to, now=now, called_until=now)
