"""The digest outbox: who is due, what is new for them, the rendered mail, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, false, func, not_, or_, select, true, update
from sqlalchemy.orm import aliased

from storage import gone, leases, rulings
from storage.dialect import upsert
from storage.records import (
    Adds,
    ArticleId,
    Cadence,
    ClaimId,
    DigestId,
    DigestItem,
    DigestState,
    FeedHealth,
    FeedState,
    FindingId,
    ListId,
    Recipient,
    RecipientId,
    Relation,
)
from storage.schema import (
    ArticleRow,
    ClaimRow,
    DigestItemRow,
    DigestRow,
    FeedRow,
    FindingRow,
    OutletRow,
    RecipientRow,
    RevisionRow,
    RulingRow,
    WatchListRow,
)
from storage.shapes import figure_from_json
from storage.stories import STORY


def recipients(tx: Connection) -> list[Recipient]:
    """Everybody who gets a digest now."""
    rows = tx.execute(
        select(RecipientRow, WatchListRow.slug)
        .join(WatchListRow)
        .where(RecipientRow.left_at.is_(None))
        .order_by(RecipientRow.id)
    )
    return [
        Recipient(
            id=RecipientId(r.id),
            list_id=ListId(r.list_id),
            list_slug=r.slug,
            address=r.address,
            zone=r.zone,
            cadence=Cadence(r.cadence),
            at=time(r.at_minute // 60, r.at_minute % 60),
            began=r.began,
        )
        for r in rows
    ]


def composed(tx: Connection, recipient: Recipient, period: str) -> DigestId | None:
    """The digest of that recipient and period, if it stands already."""
    key = and_(
        DigestRow.list_id == recipient.list_id, DigestRow.recipient_id == recipient.id, DigestRow.period == period
    )
    found = tx.scalars(select(DigestRow.id).where(key)).first()
    return DigestId(found) if found is not None else None


def news_for(tx: Connection, recipient: Recipient, *, again: bool = False) -> list[DigestItem]:
    """Findings of the list that count and stood in no digest of this recipient (`again`: in any), best first within a claim.

    What stood in a feed's baseline is no news unless its page or feed dates it after the recipient began.
    """
    told = _told(recipient.id)
    is_news = and_(
        or_(ArticleRow.in_baseline.is_(False), RevisionRow.published >= recipient.began),
        ArticleRow.first_seen >= recipient.began,
    )
    rows = tx.execute(
        select(
            FindingRow.id,
            FindingRow.claim_id,
            ClaimRow.text.label("claim_text"),
            ClaimRow.topic,
            rulings.effective_relation().label("relation"),
            rulings.effective_adds().label("adds"),
            rulings.effective_score().label("score"),
            rulings.effective_reason().label("reason"),
            FindingRow.relation.label("machine"),
            FindingRow.ruling_id,
            FindingRow.start_at,
            FindingRow.end_at,
            FindingRow.figures,
            ArticleRow.id.label("article_id"),
            ArticleRow.url,
            ArticleRow.first_seen,
            RevisionRow.title,
            RevisionRow.text,
            RevisionRow.lang,
            RevisionRow.published,
            OutletRow.name,
            OutletRow.country,
            OutletRow.kind,
            STORY.label("story"),
        )
        .outerjoin(RulingRow, RulingRow.id == FindingRow.ruling_id)
        .join(ClaimRow, ClaimRow.id == FindingRow.claim_id)
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(RevisionRow, RevisionRow.id == FindingRow.revision_id)
        .join(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .where(
            ClaimRow.list_id == recipient.list_id,
            ClaimRow.retired_at.is_(None),
            rulings.counts(),
            true() if again else not_(told),
            is_news,
        )
        .order_by(ClaimRow.position, rulings.effective_score().desc(), FindingRow.id)
    )
    return [
        DigestItem(
            finding_id=FindingId(r.id),
            claim_id=ClaimId(r.claim_id),
            claim_text=r.claim_text,
            topic=r.topic,
            relation=Relation(r.relation),
            adds=tuple(Adds(a) for a in r.adds),
            score=r.score,
            reason=r.reason,
            quote=r.text[r.start_at : r.end_at],
            figures=tuple(figure_from_json(f) for f in r.figures),
            article_id=ArticleId(r.article_id),
            article_title=r.title,
            article_url=r.url,
            outlet=r.name,
            country=r.country,
            outlet_kind=r.kind,
            lang=r.lang,
            published=r.published,
            first_seen=r.first_seen,
            story=ArticleId(r.story),
            machine=Relation(r.machine) if r.ruling_id is not None else None,
        )
        for r in rows
    ]


def _told(recipient_id: RecipientId) -> ColumnElement[bool]:
    """The finding, or another on its claim in its article, was told to the recipient with the relation that it has now.

    Told is told: another judge, or an edit of the page, says it again only if the relation is another. A finding that was
    told itself goes by what was last told of it: a person's word may change its relation, and change it back.
    """
    then = aliased(FindingRow)
    ever = (
        select(DigestItemRow.finding_id)
        .join(then, then.id == DigestItemRow.finding_id)
        .where(
            DigestItemRow.recipient_id == recipient_id,
            then.claim_id == FindingRow.claim_id,
            then.article_id == FindingRow.article_id,
            DigestItemRow.relation == rulings.effective_relation(),
        )
        .exists()
    )
    return func.coalesce(_told_last(recipient_id), ever)


def _told_last(recipient_id: RecipientId) -> ColumnElement[bool]:
    """Whether the last digest that told the recipient this very finding told its present relation; NULL: none told it."""
    last = (
        select(DigestItemRow.relation)
        .where(DigestItemRow.recipient_id == recipient_id, DigestItemRow.finding_id == FindingRow.id)
        .order_by(DigestItemRow.digest_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return last == rulings.effective_relation()


def health(tx: Connection) -> list[FeedHealth]:
    """Every feed that is not paused, for the footer."""
    rows = tx.execute(
        select(FeedRow.url, OutletRow.name, FeedRow.state, FeedRow.state_since, FeedRow.last_success_at)
        .join(OutletRow)
        .where(FeedRow.paused_at.is_(None))
        .order_by(OutletRow.name, FeedRow.id)
    )
    return [
        FeedHealth(
            url=r.url, outlet=r.name, state=FeedState(r.state), since=r.state_since, last_success=r.last_success_at
        )
        for r in rows
    ]


def draft(
    tx: Connection,
    recipient: Recipient,
    period: str,
    *,
    items: Sequence[DigestItem],
    message: dict[str, Any],
    now: datetime,
    called_until: datetime,
) -> DigestId | None:
    """Put the rendered digest in the outbox, stamped as called, or a quiet mark if it has no items.

    None if that period's digest stands already, or if an item went with another digest, with its article or with a person's
    word meanwhile: then nothing is written, and the next tick composes anew.
    """
    gone.hold_off(tx)
    tx.execute(select(RecipientRow.id).where(RecipientRow.id == recipient.id).with_for_update())
    said = {item.finding_id: item.relation for item in items}
    still = rulings.joined(select(FindingRow.id, rulings.effective_relation().label("relation")))
    fresh = 0
    for at in range(0, len(items), 500):
        taken = func.coalesce(_told_last(recipient.id), false())
        some = still.where(FindingRow.id.in_([*said][at : at + 500]), rulings.counts(), not_(taken))
        fresh += sum(said[FindingId(r.id)] == r.relation for r in tx.execute(some))
    if fresh < len(said) or composed(tx, recipient, period) is not None:
        return None
    row = {
        "list_id": recipient.list_id,
        "recipient_id": recipient.id,
        "period": period,
        "state": DigestState.READY if items else DigestState.QUIET,
        "message": message,
        "composed_at": now,
        "next_try_at": now,
        "called_until": called_until,
    }
    upsert(tx, DigestRow, row, key=["list_id", "recipient_id", "period"])
    digest_id = composed(tx, recipient, period)
    if digest_id is None:
        raise AssertionError("a digest just written is not there")
    told = [
        {"recipient_id": recipient.id, "finding_id": f, "digest_id": digest_id, "relation": relation.value}
        for f, relation in said.items()
    ]
    for at in range(0, len(told), 200):
        upsert(tx, DigestItemRow, told[at : at + 200], key=["recipient_id", "finding_id", "digest_id"])
    return digest_id


def retry(tx: Connection, *, now: datetime) -> list[DigestId]:
    """Digests that were given up, or of which nobody knows whether they arrived, are ready again. Their ids."""
    given_up = DigestRow.state.in_((DigestState.FAILED, DigestState.UNKNOWN))
    values = leases.RELEASED | {"state": DigestState.READY, "failures": 0, "next_try_at": now}
    return [DigestId(i) for i in tx.scalars(update(DigestRow).where(given_up).values(**values).returning(DigestRow.id))]


def call_ready(tx: Connection, *, now: datetime, until: datetime, limit: int) -> list[DigestId]:
    """Digests to send now, stamped."""
    ready = DigestRow.state == DigestState.READY
    return [DigestId(i) for i in leases.call_due(tx, DigestRow, ready, now=now, until=until, limit=limit)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSend:
    """A leased digest: its rendered message, and how often sending failed."""

    id: DigestId
    message: dict[str, Any]
    failures: int


def lease(tx: Connection, digest_id: DigestId, *, now: datetime, until: datetime) -> ToSend | None:
    """The digest, leased, if it still waits to be sent; else None. A blank one is withdrawn in place of being sent."""
    if not leases.take(tx, DigestRow, digest_id, DigestRow.state == DigestState.READY, now=now, until=until):
        return None
    row = tx.execute(select(DigestRow.message, DigestRow.failures).where(DigestRow.id == digest_id)).one()
    if not row.message:
        _withdraw(tx, [digest_id])
        return None
    return ToSend(id=digest_id, message=dict(row.message), failures=row.failures)


def sent(tx: Connection, digest_id: DigestId, *, now: datetime, server_reply: str) -> None:
    """The relay took it."""
    values = leases.RELEASED | {"state": DigestState.SENT, "sent_at": now, "server_reply": server_reply}
    tx.execute(update(DigestRow).where(DigestRow.id == digest_id).values(**values, last_error=None))


def not_sent(tx: Connection, digest: ToSend, *, state: DigestState, retry_at: datetime | None, error: str) -> None:
    """The relay did not take it: READY with `retry_at`, FAILED, or UNKNOWN."""
    values = leases.RELEASED | {"state": state, "failures": digest.failures + 1, "last_error": error}
    tx.execute(update(DigestRow).where(DigestRow.id == digest.id).values(**values, next_try_at=retry_at))


def forget_article(tx: Connection, article_id: ArticleId, *, now: datetime) -> tuple[int, int]:
    """Forget what digests quoted of an article that is being removed: (how many were blanked, how many withdrawn).

    One that waits is withdrawn. Of any other the message is blanked and the row stays: sent, it is not sent again; being
    sent at this moment, it may arrive; given up, or of unknown fate, a person decides. Whenever a blank one is to be
    sent after all, `lease` withdraws it.
    """
    held = select(DigestItemRow.digest_id).join(FindingRow).where(FindingRow.article_id == article_id)
    columns = (DigestRow.id, DigestRow.state, DigestRow.leased_until)
    rows = tx.execute(select(*columns).where(DigestRow.id.in_(held)).order_by(DigestRow.id).with_for_update()).all()
    waits = [
        row.id
        for row in rows
        if row.state == DigestState.READY and (row.leased_until is None or row.leased_until <= now)
    ]
    rest = [row.id for row in rows if row.id not in waits]
    _withdraw(tx, waits)
    tx.execute(update(DigestRow).where(DigestRow.id.in_(rest)).values(message={}))
    return len(rest), len(waits)


def _withdraw(tx: Connection, ids: Collection[int]) -> None:
    """Take digests that were never sent out of the outbox: what stood in them is news again, for the next tick."""
    tx.execute(delete(DigestItemRow).where(DigestItemRow.digest_id.in_(ids)))
    tx.execute(delete(DigestRow).where(DigestRow.id.in_(ids)))


def outcome(tx: Connection, digest_id: DigestId) -> tuple[DigestState, str]:
    """The digest's state, and the relay's reply or the last error."""
    columns = (DigestRow.state, DigestRow.server_reply, DigestRow.last_error)
    row = tx.execute(select(*columns).where(DigestRow.id == digest_id)).one()
    return DigestState(row.state), row.server_reply or row.last_error or ""
