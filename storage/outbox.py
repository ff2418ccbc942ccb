"""The outbox: letters, to whom they go, and what became of that. Nothing lost, and twice only where no word came back.

A letter is rendered once for all to whom the same is news. A digest is one letter to one recipient for one period, frozen
in the transaction that makes it. Whoever sends takes a lease, says when the mail is handed over, and what came of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, case, delete, func, insert, select, update

from storage import gone, leases, recipients, rulings
from storage.dialect import parts, upsert
from storage.records import (
    ArticleId,
    Change,
    Channel,
    DigestId,
    DigestState,
    FindingId,
    LetterId,
    ListId,
    Notice,
    RecipientId,
)
from storage.schema import (
    ArticleEventRow,
    DigestRow,
    FindingRow,
    LetterItemRow,
    LetterNoticeRow,
    LetterRow,
    RecipientRow,
)

_AT_A_TIME = 200
# Sent once more with the same Message-ID when no word came back; a second time a person decides.
HANDED_AT_MOST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a digest says. `told`: the findings in it, shown or counted, with what is remembered of them."""

    list_id: ListId
    subject: str
    text: str
    html: str
    told: tuple[Change, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """To whom a letter goes. `goes` False: it is kept to be read here, and nothing is sent."""

    recipient_id: RecipientId
    message_id: str
    headers: Mapping[str, str]
    goes: bool = True


def composed(tx: Connection, ids: Collection[RecipientId], periods: Collection[str]) -> set[tuple[RecipientId, str]]:
    """Which of the recipients have a digest of which of these periods already."""
    found: set[tuple[RecipientId, str]] = set()
    for some in parts(ids):
        key = DigestRow.recipient_id.in_(some) & DigestRow.period.in_(periods)
        rows = tx.execute(select(DigestRow.recipient_id, DigestRow.period).where(key))
        found |= {(RecipientId(row.recipient_id), row.period) for row in rows}
    return found


def of_period(tx: Connection, recipient_id: RecipientId, period: str) -> tuple[DigestId, DigestState] | None:
    """The digest of a recipient and a period, and its state."""
    key = (DigestRow.recipient_id == recipient_id) & (DigestRow.period == period)
    row = tx.execute(select(DigestRow.id, DigestRow.state).where(key)).first()
    return (DigestId(row.id), DigestState(row.state)) if row else None


def last_letters(tx: Connection, ids: Collection[RecipientId]) -> dict[RecipientId, datetime]:
    """When the last letter of each of them was composed; of who had none yet, when we first looked for one."""
    letter = func.max(case((DigestRow.state != DigestState.QUIET, DigestRow.composed_at)))
    at = func.coalesce(letter, func.min(DigestRow.composed_at), type_=DigestRow.composed_at.type)
    query = select(DigestRow.recipient_id, at.label("at")).group_by(DigestRow.recipient_id)
    found: dict[RecipientId, datetime] = {}
    for some in parts(ids):
        rows = tx.execute(query.where(DigestRow.recipient_id.in_(some)))
        found |= {RecipientId(row.recipient_id): row.at for row in rows}
    return found


def threads(tx: Connection, ids: Collection[RecipientId], *, since: datetime) -> dict[RecipientId, str]:
    """The Message-ID of the first mail since then that reached each of them, or will: what later ones answer."""
    found: dict[RecipientId, str] = {}
    for some in parts(ids):
        first = (
            select(func.min(DigestRow.id))
            .where(DigestRow.recipient_id.in_(some), DigestRow.composed_at >= since, DigestRow.message_id.is_not(None))
            .where(DigestRow.state != DigestState.FAILED, DigestRow.refused_at.is_(None), DigestRow.rev == 0)
            .group_by(DigestRow.recipient_id)
        )
        rows = tx.execute(select(DigestRow.recipient_id, DigestRow.message_id).where(DigestRow.id.in_(first)))
        found |= {RecipientId(row.recipient_id): row.message_id for row in rows}
    return found


def draft(
    tx: Connection,
    letter: Letter,
    period: str,
    envelopes: Sequence[Envelope],
    *,
    now: datetime,
    called_until: datetime,
) -> list[DigestId]:
    """Put a letter in the outbox for these recipients, stamped as called; the digests that are to be sent.

    Left out is who has a digest of that period already, and who was told something of it meanwhile. If a finding in it went
    with its article, or a person's word changed it meanwhile, nothing is written. The next tick composes anew.
    """
    gone.hold_off(tx)
    ids = [envelope.recipient_id for envelope in envelopes]
    tx.execute(select(RecipientRow.id).where(RecipientRow.id.in_(ids)).order_by(RecipientRow.id).with_for_update())
    if not _still_so(tx, letter.told):
        return []
    out = {one for one, _period in composed(tx, ids, [period])} | _told_meanwhile(tx, ids, letter)
    mine = [envelope for envelope in envelopes if envelope.recipient_id not in out]
    if not mine:
        return []
    said = {"subject": letter.subject, "text": letter.text, "html": letter.html}
    new = insert(LetterRow).values(list_id=letter.list_id, composed_at=now, **said).returning(LetterRow.id)
    letter_id = tx.scalars(new).one()
    told = [
        {
            "letter_id": letter_id,
            "finding_id": one.finding_id,
            "relation": one.relation.value,
            "figures": sorted([low, high] for low, high in one.figures),
        }
        for one in letter.told
    ]
    for at in range(0, len(told), _AT_A_TIME):
        tx.execute(insert(LetterItemRow), told[at : at + _AT_A_TIME])
    for notice in letter.notices:
        row = {"letter_id": letter_id, "notice": notice.name, "event_id": notice.event_id}
        tx.execute(insert(LetterNoticeRow).values(**row))
    rows = [
        _row(letter.list_id, envelope.recipient_id, period, now)
        | {
            "state": DigestState.DRAFTED if envelope.goes else DigestState.SENT,
            "letter_id": letter_id,
            "message_id": envelope.message_id,
            "headers": dict(envelope.headers),
            "called_until": called_until if envelope.goes else None,
            "sent_at": None if envelope.goes else now,
            "server_reply": None if envelope.goes else "kept to be read here",
        }
        for envelope in mine
    ]
    _insert(tx, rows)
    waiting = (DigestRow.letter_id == letter_id) & (DigestRow.state == DigestState.DRAFTED)
    return [DigestId(i) for i in tx.scalars(select(DigestRow.id).where(waiting).order_by(DigestRow.id))]


def keep_quiet(tx: Connection, list_id: ListId, ids: Collection[RecipientId], period: str, *, now: datetime) -> None:
    """Note that nothing was new to them in that period."""
    quiet: dict[str, Any] = {"state": DigestState.QUIET, "letter_id": None, "message_id": None, "headers": {}}
    rest = {"called_until": None, "sent_at": None, "server_reply": None}
    _insert(tx, [_row(list_id, one, period, now) | quiet | rest for one in sorted(ids)])


def _row(list_id: ListId, recipient_id: RecipientId, period: str, now: datetime) -> dict[str, Any]:
    key = {"list_id": list_id, "recipient_id": recipient_id, "period": period}
    return key | {"composed_at": now, "next_try_at": now}


def _insert(tx: Connection, rows: Sequence[dict[str, Any]]) -> None:
    for at in range(0, len(rows), _AT_A_TIME):
        upsert(tx, DigestRow, rows[at : at + _AT_A_TIME], key=["list_id", "recipient_id", "period"])


def _still_so(tx: Connection, told: Sequence[Change]) -> bool:
    """All of them count still, with the same relation."""
    said = {one.finding_id: one.relation for one in told}
    query = rulings.joined(select(FindingRow.id, rulings.effective_relation().label("relation")))
    same = 0
    for some in parts(said):
        found = tx.execute(query.where(FindingRow.id.in_(some), rulings.counts()))
        same += sum(said[FindingId(r.id)] == r.relation for r in found)
    return same == len(said)


def _told_meanwhile(tx: Connection, ids: Sequence[RecipientId], letter: Letter) -> set[RecipientId]:
    """Those of the recipients whom another letter told something of this one.

    A finding is told if it was last told with the relation that it has now. A letter with which they were refused is none.
    """
    arrives = DigestRow.recipient_id.in_(ids) & DigestRow.refused_at.is_(None)
    noticed = select(DigestRow.recipient_id).join(LetterNoticeRow, LetterNoticeRow.letter_id == DigestRow.letter_id)
    names = [notice.name for notice in letter.notices]
    out = {RecipientId(who) for who in tx.scalars(noticed.where(arrives, LetterNoticeRow.notice.in_(names)))}
    told = letter.told
    now = {one.finding_id: one.relation for one in told}
    last: dict[tuple[int, int], str] = {}
    query = (
        select(DigestRow.recipient_id, LetterItemRow.finding_id, LetterItemRow.relation)
        .join(LetterItemRow, LetterItemRow.letter_id == DigestRow.letter_id)
        .order_by(DigestRow.id)
    )
    for some in parts(now):
        for r in tx.execute(query.where(LetterItemRow.finding_id.in_(some), arrives)):
            last[r.recipient_id, r.finding_id] = r.relation
    return out | {RecipientId(who) for (who, finding_id), was in last.items() if now[FindingId(finding_id)] == was}


# --- sending -----------------------------------------------------------------------------------------------------------

# A lease that ran out leaves a digest in SENDING: whoever takes it next knows by `handed` whether it may have gone.
_WAITS = DigestRow.state.in_((DigestState.DRAFTED, DigestState.SENDING))


def call_due(tx: Connection, *, now: datetime, until: datetime, limit: int) -> list[DigestId]:
    """Digests to send now, stamped."""
    return [DigestId(i) for i in leases.call_due(tx, DigestRow, _WAITS, now=now, until=until, limit=limit)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSend:
    """A leased digest: its letter, whose it is, how often it failed and how often it was handed over without a word."""

    id: DigestId
    recipient_id: RecipientId
    address: str
    leave_token: str
    letter_id: LetterId
    subject: str
    text: str
    html: str
    message_id: str
    headers: dict[str, str]
    failures: int
    handed: int
    leased_until: datetime | None = None


def lease(tx: Connection, digest_id: DigestId, *, now: datetime, until: datetime) -> ToSend | None:
    """The digest, leased, if it still waits to be sent; else None.

    A blank one that has not gone is withdrawn in place of being sent, and so is that of a recipient who left or was paused
    meanwhile. Where it may have gone, once and not twice as it stood, it is left to a person.
    """
    if not leases.take(tx, DigestRow, digest_id, _WAITS, now=now, until=until):
        return None
    found = (
        select(DigestRow, LetterRow.subject, LetterRow.text, LetterRow.html)
        .add_columns(RecipientRow.address, RecipientRow.leave_token, RecipientRow.left_at, RecipientRow.paused_at)
        .join(LetterRow, LetterRow.id == DigestRow.letter_id)
        .join(RecipientRow, RecipientRow.id == DigestRow.recipient_id)
    )
    row = tx.execute(found.where(DigestRow.id == digest_id)).one()
    hears = row.left_at is None and row.paused_at is None
    sendable = bool(row.text) and hears
    if not sendable and not row.handed and row.sent_at is None:
        _withdraw(tx, [digest_id])
        return None
    if row.handed >= HANDED_AT_MOST or not sendable:
        told = "handed over, and no word came back: it may have arrived; claimwatch digest resend sends it again"
        _end(tx, digest_id, DigestState.UNKNOWN, last_error=told)
        return None
    tx.execute(update(DigestRow).where(DigestRow.id == digest_id).values(state=DigestState.SENDING))
    return ToSend(
        id=digest_id,
        recipient_id=RecipientId(row.recipient_id),
        address=row.address,
        leave_token=row.leave_token,
        letter_id=LetterId(row.letter_id),
        subject=row.subject,
        text=row.text,
        html=row.html,
        message_id=row.message_id,
        headers=dict(row.headers),
        failures=row.failures,
        handed=row.handed,
        leased_until=until,
    )


def hand_over(tx: Connection, digest: ToSend, *, now: datetime, until: datetime) -> ToSend | None:
    """From here on the mail may have gone: its end is about to be sent. Committed before it is.

    Leased anew, so that nobody else takes it while the answer is waited for. None: the lease ran out, it is not ours to send.
    """
    ours = (
        (DigestRow.id == digest.id) & (DigestRow.leased_until == digest.leased_until) & (DigestRow.leased_until > now)
    )
    told = {"handed": DigestRow.handed + 1, "leased_until": until}
    done = tx.execute(update(DigestRow).where(ours).values(**told))
    return replace(digest, leased_until=until) if done.rowcount else None


def holds(tx: Connection, digest: ToSend) -> bool:
    """The digest's lease is still ours."""
    return leases.holds(tx, DigestRow, digest.id, digest.leased_until)


def sent(tx: Connection, digest: ToSend, *, now: datetime, server_reply: str) -> None:
    """The relay took it: so it is, whoever holds the lease by now, unless a person has another mail sent in its place."""
    this = (DigestRow.id == digest.id) & (DigestRow.message_id == digest.message_id)
    told = {"state": DigestState.SENT, "sent_at": now, "server_reply": server_reply, "last_error": None, "handed": 0}
    tx.execute(update(DigestRow).where(this).values(**leases.RELEASED, **told))


def not_sent(
    tx: Connection,
    digest: ToSend,
    *,
    state: DigestState,
    retry_at: datetime | None,
    error: str,
    answered: bool,
) -> None:
    """The relay did not take it: DRAFTED with `retry_at`, FAILED, or UNKNOWN. `answered`: it said so, so it did not go."""
    told: dict[str, Any] = {"failures": digest.failures + 1, "last_error": error, "next_try_at": retry_at}
    _end(tx, digest.id, state, **told | ({"handed": digest.handed} if answered else {}))


def _end(tx: Connection, digest_id: DigestId, state: DigestState, **told: Any) -> None:
    values = leases.RELEASED | {"state": state} | told
    tx.execute(update(DigestRow).where(DigestRow.id == digest_id).values(**values))


def refused(tx: Connection, digest_id: DigestId, why: str, *, now: datetime) -> bool:
    """Its recipient was refused, by the relay or by a bounce; whether they are paused now."""
    values = {"refused_at": now, "last_error": why}
    whose = update(DigestRow).where(DigestRow.id == digest_id).values(**values).returning(DigestRow.recipient_id)
    return recipients.refused(tx, RecipientId(tx.scalars(whose).one()), why, now=now)


def by_message_id(tx: Connection, message_id: str) -> DigestId | None:
    """The digest that went with that Message-ID, or with one like it before a person had it sent again."""
    found = tx.execute(select(DigestRow.id, DigestRow.rev).where(DigestRow.message_id == message_id)).first()
    if found is None and (told := re.fullmatch(r"(<digest\..+\.)(\d{1,3})(\.[0-9a-f]+@.+>)", message_id)):
        later = [f"{told[1]}{int(told[2]) + n}{told[3]}" for n in range(1, 20)]
        found = tx.execute(select(DigestRow.id, DigestRow.rev).where(DigestRow.message_id.in_(later))).first()
    return DigestId(found.id) if found is not None else None


# --- by hand -----------------------------------------------------------------------------------------------------------


def retry(
    tx: Connection, *, now: datetime, states: Collection[DigestState] = (DigestState.FAILED, DigestState.UNKNOWN)
) -> list[DigestId]:
    """Digests that were given up, or of which nobody knows whether they arrived, are drafted again. Their ids."""
    given_up = DigestRow.state.in_(states) & DigestRow.recipient_id.in_(_hearing())
    return _again(tx, [DigestId(i) for i in tx.scalars(select(DigestRow.id).where(given_up))], now=now)


def _hearing() -> Select[int]:
    """Whom something may be sent to: what waits for others would be withdrawn, and told a second time one day."""
    here = RecipientRow.left_at.is_(None) & RecipientRow.paused_at.is_(None)
    return select(RecipientRow.id).where(here, RecipientRow.address != Channel.PAGE.value)


def _again(tx: Connection, ids: Sequence[DigestId], *, now: datetime) -> list[DigestId]:
    values = leases.RELEASED | {"state": DigestState.DRAFTED, "failures": 0, "handed": 0, "next_try_at": now}
    tx.execute(update(DigestRow).where(DigestRow.id.in_(ids)).values(**values, last_error=None, refused_at=None))
    return list(ids)


def resend(tx: Connection, digest_id: DigestId, message_id: str, *, rev: int, now: datetime) -> bool:
    """Have a letter go again to its recipient under another Message-ID, by which no mail program takes it for the same.

    Whether it could: not while it is being sent, not if it was quiet or is blank, and not to who left or is paused.
    """
    letter = select(LetterRow.id).where(LetterRow.text != "")
    fits = DigestRow.letter_id.in_(letter) & (DigestRow.state != DigestState.SENDING) & (DigestRow.rev == rev - 1)
    fits &= DigestRow.recipient_id.in_(_hearing())
    values = {"rev": rev, "message_id": message_id}
    done = tx.execute(update(DigestRow).where(DigestRow.id == digest_id, fits).values(**values))
    if done.rowcount:
        _again(tx, [digest_id], now=now)
    return bool(done.rowcount)


def forget_article(tx: Connection, article_id: ArticleId, *, now: datetime) -> tuple[int, int]:
    """Forget what letters quoted of an article that is being removed: (digests blanked, digests withdrawn).

    A digest that waits is withdrawn. Of any other the letter is blanked and the row stays: sent, it is not sent again; being
    sent at this moment, it may arrive; given up, or of unknown fate, a person decides. Whenever a blank one is to be
    sent after all, `lease` withdraws it.
    """
    quoting = select(LetterItemRow.letter_id).join(FindingRow).where(FindingRow.article_id == article_id)
    events = select(ArticleEventRow.id).where(ArticleEventRow.article_id == article_id)
    telling = select(LetterNoticeRow.letter_id).where(LetterNoticeRow.event_id.in_(events))
    letters = sorted({*tx.scalars(quoting), *tx.scalars(telling)})
    columns = (DigestRow.id, DigestRow.state, DigestRow.leased_until)
    held = select(*columns).where(DigestRow.letter_id.in_(letters)).order_by(DigestRow.id)
    rows = tx.execute(held.with_for_update()).all()
    waits = [
        row.id
        for row in rows
        if row.state == DigestState.DRAFTED and (row.leased_until is None or row.leased_until <= now)
    ]
    _withdraw(tx, waits)
    blank = {"subject": "", "text": "", "html": ""}
    tx.execute(update(LetterRow).where(LetterRow.id.in_(letters)).values(**blank))
    return len(rows) - len(waits), len(waits)


def _withdraw(tx: Connection, ids: Collection[int]) -> None:
    """Take digests that were never sent out of the outbox: what stood in them is news again, for the next tick."""
    letters = list(tx.scalars(select(DigestRow.letter_id).where(DigestRow.id.in_(ids)).distinct()))
    tx.execute(delete(DigestRow).where(DigestRow.id.in_(ids)))
    used = select(DigestRow.id).where(DigestRow.letter_id == LetterRow.id).exists()
    alone = list(tx.scalars(select(LetterRow.id).where(LetterRow.id.in_(letters), ~used)))
    for row in (LetterItemRow, LetterNoticeRow):
        tx.execute(delete(row).where(row.letter_id.in_(alone)))
    tx.execute(delete(LetterRow).where(LetterRow.id.in_(alone)))


def outcome(tx: Connection, digest_id: DigestId) -> tuple[DigestState, str]:
    """The digest's state, and the relay's reply or the last error."""
    columns = (DigestRow.state, DigestRow.server_reply, DigestRow.last_error)
    row = tx.execute(select(*columns).where(DigestRow.id == digest_id)).one()
    return DigestState(row.state), row.server_reply or row.last_error or ""
