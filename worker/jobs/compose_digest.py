"""Render a recipient's digest and put it in the outbox."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from schedules.calls import Call, JobName
from schedules.digests import next_slot
from storage import digests, queries, seeds
from storage.records import DigestItem, Recipient, RecipientId
from worker.handovers import Message
from worker.steps.compose_digest import compose
from worker.tools import Tools


def compose_digest(
    tools: Tools, recipient_id: RecipientId, period: str, *, since: datetime | None = None
) -> list[Call]:
    """Draft the digest of that period, with all that is news to the recipient; a quiet mark if nothing is.

    `since`: take the recipient to have begun then (a person asked for older news).
    """
    now = tools.clock.now()
    with tools.store.read() as tx:
        recipient = next((r for r in digests.recipients(tx) if r.id == recipient_id), None)
        if recipient is None or digests.composed(tx, recipient, period) is not None:
            return []
    news, message = look(tools, recipient, period, since=since)
    with tools.store.begin() as tx:
        digest_id = digests.draft(
            tx,
            recipient,
            period,
            items=news,
            message=asdict(message) if message else {},
            now=now,
            called_until=now + tools.options.times.called,
        )
    return [Call(JobName.SEND_DIGEST, (digest_id,))] if news and digest_id is not None else []


def look(
    tools: Tools, recipient: Recipient, period: str, *, since: datetime | None = None, again: bool = False
) -> tuple[list[DigestItem], Message | None]:
    """What is news to the recipient, and the mail as it would go now; no mail without news.

    `since` as above; `again`: with what stood in earlier digests.
    """
    now, options = tools.clock.now(), tools.options
    with tools.store.read() as tx:
        asked = replace(recipient, began=since) if since else recipient
        news, health = digests.news_for(tx, asked, again=again), digests.health(tx)
        title = seeds.title_of(tx, recipient.list_id)
        heard = queries.heard(tx, sorted({item.claim_id for item in news}))
    if not news:
        return [], None
    return news, compose(
        recipient,
        title,
        news,
        health,
        heard=heard,
        period=period,
        now=now,
        next_at=next_slot(recipient, now=now),
        public_url=options.public_url,
        mail_from_domain=options.mail_domain,
    )
