"""What becomes of a digest in the outbox, whatever the relay says, and whoever dies or stalls in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from schedules.calls import Call, JobName
from storage import digest_rows, recipients, seeds
from storage import outbox as box
from storage.errors import StoreUnavailable
from storage.outbox import Envelope, Letter
from storage.records import DigestId, DigestState, Origin, RecipientSpec
from storage.schema import DigestRow
from tests.builders import a_watch_list
from tests.fakes import NOON, Outbox
from tests.jobs.test_line import later
from worker.errors import MailFailed
from worker.gateways.chat import MOST_LETTERS, Chats
from worker.handovers import Message
from worker.run import run
from worker.tools import Tools

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LATER_PLEASE = MailFailed("450 try later")
NO = MailFailed("550 5.1.1 no such user", permanent=True, refused=True)
NO_WORD = MailFailed("the connection was lost after the end of the mail", unknown=True)


def drafted(
    tools: Tools, period: str = "p1", *, address: str = "reader@outlet.example", text: str = "News.\n"
) -> DigestId:
    """A digest in the outbox."""
    with tools.store.begin() as tx:
        if not recipients.everybody(tx):
            reader = RecipientSpec(address=address, since=NOON + 365 * DAY)
            seeds.take_over(tx, a_watch_list(recipients=(reader,), feeds=()), now=NOON)
        (one,) = recipients.everybody(tx)
        letter = Letter(list_id=one.list_id, subject="News", text=text, html=f"<p>{text}</p>")
        envelope = Envelope(recipient_id=one.id, message_id=f"<{period}@newsroom.example>", headers={})
        now = tools.clock.now()
        (digest_id,) = box.draft(tx, letter, period, [envelope], now=now, called_until=now)
    return digest_id


def send(tools: Tools) -> int:
    """A tick, and the sendings that it called for; how many."""
    calls = [call for call in run(tools, Call(JobName.TICK)) if call.job is JobName.SEND_DIGEST]
    for call in calls:
        run(tools, call)
    return len(calls)


def row(tools: Tools, digest_id: DigestId) -> Any:
    with tools.store.read() as tx:
        return tx.execute(select(DigestRow.__table__).where(DigestRow.id == digest_id)).first()


def test_it_goes_once_and_the_reply_is_kept(tools: Tools, outbox: Outbox) -> None:
    digest_id = drafted(tools)
    assert [send(tools), send(tools)] == [1, 0]
    later(tools, DAY)
    assert send(tools) == 0
    (mail,) = outbox.mails
    assert (mail.to, mail.message_id) == ("reader@outlet.example", "<p1@newsroom.example>")
    kept = row(tools, digest_id)
    assert (kept.state, kept.server_reply, kept.sent_at, kept.handed) == ("sent", "250 taken", NOON, 0)


def test_what_is_put_off_is_tried_later_and_later_for_a_day_then_given_up(tools: Tools, outbox: Outbox) -> None:
    digest_id, outbox.failure, waits = drafted(tools), LATER_PLEASE, []
    while send(tools):
        kept = row(tools, digest_id)
        if kept.state != DigestState.DRAFTED:
            break
        assert (kept.last_error, kept.handed) == ("450 try later", 0)
        waits.append(kept.next_try_at - tools.clock.now())
        later(tools, waits[-1] - timedelta(seconds=1))
        assert send(tools) == 0  # not before its time
        later(tools, timedelta(seconds=1))
    assert waits[:4] == [2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 16 * MINUTE]
    assert max(waits) == timedelta(hours=4)
    assert sum(waits, timedelta()) > DAY
    assert row(tools, digest_id).state == DigestState.FAILED


def test_put_off_then_taken_it_went_once(tools: Tools, outbox: Outbox) -> None:
    digest_id, outbox.failure = drafted(tools), LATER_PLEASE
    send(tools)
    outbox.failure = None
    later(tools, 2 * MINUTE)
    send(tools)
    assert (len(outbox.mails), row(tools, digest_id).last_error) == (1, None)


def test_refused_for_good_it_is_stopped_and_shown_and_three_in_a_row_pause_the_recipient(
    tools: Tools, outbox: Outbox
) -> None:
    outbox.failure = NO
    for n in range(3):
        digest_id = drafted(tools, f"p{n}")
        assert send(tools) == 1
        later(tools, DAY)
        assert send(tools) == 0
        with tools.store.read() as tx:
            (told,) = digest_rows.rows(tx, digest_id=digest_id)
            (reader,) = recipients.rows(tx)
        assert (told["state"], told["last_error"], told["next_try"]) == ("failed", NO.detail, None)
        assert told["refused_at"] is not None
        assert reader["state"] == ("paused" if n == 2 else "on")
    assert reader["paused_why"] == f"refused 3 times in a row: {NO.detail}"


def test_one_that_is_taken_in_between_ends_the_row_of_refusals(tools: Tools, outbox: Outbox) -> None:
    for n, failure in enumerate((NO, NO, None, NO, NO)):
        outbox.failure = failure
        drafted(tools, f"p{n}")
        send(tools)
    with tools.store.read() as tx:
        assert len(recipients.hearing(tx)) == 1


def test_without_a_word_it_goes_once_more_under_its_message_id_and_then_a_person_decides(
    tools: Tools, outbox: Outbox
) -> None:
    digest_id, outbox.failure = drafted(tools), NO_WORD
    send(tools)
    kept = row(tools, digest_id)
    assert (kept.state, kept.handed) == (DigestState.DRAFTED, 1)
    later(tools, 2 * MINUTE)
    send(tools)
    assert row(tools, digest_id).state == DigestState.UNKNOWN
    later(tools, DAY)
    assert send(tools) == 0
    outbox.failure = None
    with tools.store.begin() as tx:
        assert box.retry(tx, now=tools.clock.now()) == [digest_id]
    send(tools)
    assert (row(tools, digest_id).state, [mail.message_id for mail in outbox.mails]) == (
        "sent",
        ["<p1@newsroom.example>"],
    )


def test_refused_after_a_try_without_a_word_it_may_have_arrived(tools: Tools, outbox: Outbox) -> None:
    digest_id, outbox.failure = drafted(tools), NO_WORD
    send(tools)
    outbox.failure = MailFailed("554 no", permanent=True)
    later(tools, 2 * MINUTE)
    send(tools)
    kept = row(tools, digest_id)
    assert (kept.state, kept.last_error) == (DigestState.UNKNOWN, "554 no")


# --- who dies --------------------------------------------------------------------------------------------------------


@dataclass
class Relay:
    """Does `before` and `after` the mail is handed over, then says yes, or what `fails` holds."""

    before: Callable[[], object] = lambda: None
    after: Callable[[], object] = lambda: None
    fails: MailFailed | None = None
    took: list[str] = field(default_factory=list)

    def send(self, message: Message, handing_over: Callable[[], None] = lambda: None) -> str:
        self.before()
        handing_over()
        self.after()
        if self.fails:
            raise self.fails
        self.took.append(message.message_id)
        return "250 taken"


def die() -> None:
    """As kill -9 does: nothing that stands below is done."""
    raise KeyboardInterrupt


def killed(tools: Tools, relay: Relay) -> None:
    with pytest.raises(KeyboardInterrupt):
        send(replace(tools, mailer=relay))


def test_killed_before_it_was_handed_over_it_is_tried_again_however_often(tools: Tools, outbox: Outbox) -> None:
    digest_id = drafted(tools)
    for _ in range(5):
        killed(tools, Relay(before=die))
        assert row(tools, digest_id).state == DigestState.SENDING
        later(tools, MINUTE)
        assert send(tools) == 0  # leased
        later(tools, tools.options.times.called)
    assert send(tools) == 1
    assert (row(tools, digest_id).state, len(outbox.mails)) == (DigestState.SENT, 1)


def test_killed_after_it_was_handed_over_it_goes_once_more_and_then_a_person_decides(tools: Tools) -> None:
    digest_id = drafted(tools)
    for handed in (1, 2):
        killed(tools, Relay(after=die))
        assert row(tools, digest_id).handed == handed
        later(tools, tools.options.times.called)
    relay = Relay()
    assert send(replace(tools, mailer=relay)) == 1
    kept = row(tools, digest_id)
    assert (kept.state, relay.took) == (DigestState.UNKNOWN, [])
    assert "may have arrived" in kept.last_error


# --- who stalls ------------------------------------------------------------------------------------------------------


def test_who_stalled_past_the_lease_does_not_hand_over(tools: Tools, outbox: Outbox) -> None:
    digest_id = drafted(tools)

    def stall() -> None:
        later(tools, tools.options.times.called)
        assert send(tools) == 1

    relay = Relay(before=stall)
    send(replace(tools, mailer=relay))
    kept = row(tools, digest_id)
    assert (relay.took, len(outbox.mails)) == ([], 1)
    assert (kept.state, kept.failures, kept.last_error) == (DigestState.SENT, 0, None)


def test_nor_does_it_while_another_is_at_it(tools: Tools) -> None:
    digest_id = drafted(tools)

    def stall() -> None:
        later(tools, tools.options.times.lease)
        now = tools.clock.now()
        with tools.store.begin() as tx:
            assert box.lease(tx, digest_id, now=now, until=now + MINUTE) is not None

    relay = Relay(before=stall)
    send(replace(tools, mailer=relay))
    kept = row(tools, digest_id)
    assert (relay.took, kept.state, kept.handed, kept.failures) == ([], DigestState.SENDING, 0, 0)


def test_nor_does_it_when_nobody_took_over_yet(tools: Tools, outbox: Outbox) -> None:
    drafted(tools)
    relay = Relay(before=lambda: later(tools, tools.options.times.lease))
    send(replace(tools, mailer=relay))
    later(tools, tools.options.times.called)
    send(tools)
    assert (relay.took, len(outbox.mails)) == ([], 1)


def test_whoever_waits_for_the_answer_holds_it_by_a_lease_that_began_with_the_handing_over(tools: Tools) -> None:
    drafted(tools)
    most = tools.options.times.lease - timedelta(seconds=1)
    others: list[int] = []

    def wait_long() -> None:
        later(tools, most)
        for call in run(tools, Call(JobName.TICK)):
            others.append(len(run(tools, call)))

    relay = Relay(before=lambda: later(tools, most), after=wait_long)
    send(replace(tools, mailer=relay))
    assert (len(relay.took), others) == (1, [])


def test_a_yes_that_comes_late_stops_who_is_about_to_send_it_again(tools: Tools) -> None:
    digest_id, second = drafted(tools), Relay()
    with tools.store.begin() as tx:
        leased = box.lease(tx, digest_id, now=NOON, until=NOON + 4 * MINUTE)
        assert leased is not None
        first = box.hand_over(tx, leased, now=NOON, until=NOON + 4 * MINUTE)
    assert first is not None

    def first_is_answered() -> None:
        with tools.store.begin() as tx:
            box.sent(tx, first, now=tools.clock.now(), server_reply="250 taken at last")

    second.before = first_is_answered
    later(tools, tools.options.times.called)
    assert send(replace(tools, mailer=second)) == 1
    kept = row(tools, digest_id)
    assert (kept.state, kept.server_reply, second.took) == (DigestState.SENT, "250 taken at last", [])


@pytest.mark.parametrize("failure", [LATER_PLEASE, NO, NO_WORD])
def test_a_no_that_comes_late_undoes_nothing(tools: Tools, outbox: Outbox, failure: MailFailed) -> None:
    digest_id = drafted(tools)

    def stall() -> None:
        later(tools, tools.options.times.called)
        assert send(tools) == 1

    send(replace(tools, mailer=Relay(after=stall, fails=failure)))
    later(tools, DAY)
    assert send(tools) == 0
    kept = row(tools, digest_id)
    assert (kept.state, kept.refused_at, len(outbox.mails)) == (DigestState.SENT, None, 1)


def test_a_database_that_is_away_when_the_answer_comes_is_waited_for(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("worker.jobs.send_digest.time.sleep", waited.append)
    digest_id = drafted(tools)

    def away(*_told: object) -> None:
        if len(waited) < 3:
            raise OperationalError("BEGIN", {}, Exception("the database went away"))

    relay = Relay(after=lambda: event.listen(tools.store.engine, "begin", away))
    send(replace(tools, mailer=relay))
    event.remove(tools.store.engine, "begin", away)
    assert (row(tools, digest_id).state, len(relay.took), waited) == (DigestState.SENT, 1, [1, 2, 4])


def test_one_that_stays_away_is_the_trouble_of_the_surroundings(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.jobs.send_digest.time.sleep", lambda _s: None)
    drafted(tools)

    def away(*_told: object) -> None:
        raise OperationalError("BEGIN", {}, Exception("the database went away"))

    relay = Relay(after=lambda: event.listen(tools.store.engine, "begin", away))
    with pytest.raises(StoreUnavailable):
        send(replace(tools, mailer=relay))
    event.remove(tools.store.engine, "begin", away)


# --- to whom ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["left", "paused"])
def test_who_left_or_was_paused_while_it_waited_gets_nothing(tools: Tools, outbox: Outbox, how: str) -> None:
    digest_id, outbox.failure = drafted(tools), LATER_PLEASE
    send(tools)
    outbox.failure = None
    with tools.store.begin() as tx:
        (one,) = recipients.everybody(tx)
        if how == "left":
            recipients.remove(tx, [one.id], by=Origin.READER, now=NOON)
        else:
            recipients.pause(tx, [one.id], "on holiday", now=NOON)
    later(tools, 2 * MINUTE)
    send(tools)
    assert (outbox.mails, row(tools, digest_id)) == ([], None)


def test_one_that_may_have_arrived_is_kept_though_its_recipient_left(tools: Tools, outbox: Outbox) -> None:
    digest_id, outbox.failure = drafted(tools), NO_WORD
    send(tools)
    outbox.failure = None
    with tools.store.begin() as tx:
        (one,) = recipients.everybody(tx)
        recipients.remove(tx, [one.id], by=Origin.READER, now=NOON)
    later(tools, 2 * MINUTE)
    send(tools)
    assert (outbox.mails, row(tools, digest_id).state) == ([], DigestState.UNKNOWN)


class Room(Chats):
    """Chats that keep what they are told."""

    def __init__(self) -> None:
        super().__init__({})
        self.told: list[Message] = []

    def send(self, message: Message, handing_over: Callable[[], None] = lambda: None) -> str:
        handing_over()
        self.told.append(message)
        return "taken"


def test_a_chat_gets_the_beginning_in_whole_paragraphs(tools: Tools, outbox: Outbox) -> None:
    room = Room()
    text = "".join(f"Paragraph {n}, {'word ' * 40}\n\n" for n in range(40))
    digest_id = drafted(tools, address="chat:desk", text=text)
    send(replace(tools, chats=room))
    (told,) = room.told
    assert outbox.mails == []
    assert len(told.text) < MOST_LETTERS + 100
    beginning, _, rest = told.text.partition("\n\n... the whole: ")
    assert text.startswith(beginning + "\n\n")
    assert rest == f"claimwatch digest show {digest_id}\n"
