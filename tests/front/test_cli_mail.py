"""`claimwatch mail test|receive`: the way out to a real relay, and what a mail server hands over to it."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from claimwatch.up import free_port
from storage import outbox, recipients, seeds
from storage.engine import Store
from storage.outbox import Envelope, Letter
from storage.records import DigestId, DigestState, RecipientSpec
from storage.schema import DigestRow
from tests.builders import a_watch_list
from tests.fakes import NOON
from tests.front.conftest import Command

BOUNCE = """\
Content-Type: multipart/report; report-type=delivery-status; boundary="b"
Subject: Undelivered Mail Returned to Sender

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.newsroom.example

Final-Recipient: rfc822; reader@outlet.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: News

--b--
"""


class Inbox:
    """What the relay took; `no` is what it answers to a recipient instead."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.no = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        envelope.rcpt_tos.append(address)
        return self.no or "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken as 42"


@pytest.fixture
def inbox(environ: dict[str, str]) -> Iterator[Inbox]:
    made = Inbox()
    controller = Controller(made, hostname="127.0.0.1", port=free_port())
    controller.start()
    environ["CLAIMWATCH_SMTP_URL"] = f"smtp://127.0.0.1:{controller.port}"
    yield made
    controller.stop()


@pytest.fixture
def sent(commands_store: Store) -> list[DigestId]:
    """Three digests to one reader that went."""
    reader = RecipientSpec(address="reader@outlet.example", since=NOON)
    with commands_store.begin() as tx:
        seeds.take_over(tx, a_watch_list(recipients=(reader,)), now=NOON)
        (one,) = recipients.everybody(tx)
        letter = Letter(list_id=one.list_id, subject="News", text="News.\n", html="<p>News.</p>")
        ids = []
        for n in range(3):
            envelope = Envelope(recipient_id=one.id, message_id=f"<p{n}@newsroom.example>", headers={})
            ids += outbox.draft(tx, letter, f"p{n}", [envelope], now=NOON, called_until=NOON)
        tx.execute(DigestRow.__table__.update().values(state=DigestState.SENT, sent_at=NOON))  # type: ignore[attr-defined]
    return ids


@pytest.mark.usefixtures("commands_store")
def test_a_test_mail_goes_by_the_relay_and_its_answer_is_said(claimwatch: Command, inbox: Inbox) -> None:
    told = claimwatch("mail", "test", "me@newsroom.example")
    assert (told.code, told.out) == (0, "sent to me@newsroom.example: 250 taken as 42\n")
    (mail,) = inbox.mails
    assert (mail["To"], mail["Auto-Submitted"]) == ("me@newsroom.example", "auto-generated")
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.usefixtures("commands_store")
def test_a_no_of_the_relay_is_said_with_its_words(claimwatch: Command, inbox: Inbox) -> None:
    inbox.no = "550 5.7.1 relay access denied"
    told = claimwatch("mail", "test", "me@newsroom.example")
    assert (told.code, inbox.mails) == (3, [])
    assert "550 5.7.1 relay access denied" in told.err


@pytest.mark.usefixtures("commands_store")
def test_a_relay_that_is_not_there_names_the_variable(claimwatch: Command, environ: dict[str, str]) -> None:
    environ["CLAIMWATCH_SMTP_URL"] = "smtp://me:s3cr3t@127.0.0.1:9"
    told = claimwatch("mail", "test", "me@newsroom.example")
    assert told.code == 3
    assert "is CLAIMWATCH_SMTP_URL right?" in told.err
    assert "s3cr3t" not in told.err


def test_a_bounce_is_noted_on_its_digest_and_the_third_in_a_row_pauses_the_recipient(
    claimwatch: Command, sent: list[DigestId], tmp_path: Path
) -> None:
    for n, digest_id in enumerate(sent):
        file = tmp_path / f"{n}.eml"
        file.write_text(BOUNCE.format(message_id=f"<p{n}@newsroom.example>"))
        told = claimwatch("mail", "receive", str(file))
        assert (told.code, told.out) == (0, f"digest {digest_id} came back: 550 5.1.1 no such user\n")
        assert ("is paused" in told.err) == (n == 2)
    (reader,) = claimwatch("recipient", "list", "--json").json()
    assert reader["state"] == "paused"
    digests = claimwatch("digest", "list", "--json").json()
    assert {(d["state"], d["last_error"]) for d in digests} == {("sent", "550 5.1.1 no such user")}
    assert all(d["refused_at"] for d in digests)


def test_the_same_bounce_twice_is_one(claimwatch: Command, sent: list[DigestId]) -> None:
    for _ in range(3):
        assert claimwatch("mail", "receive", stdin=BOUNCE.format(message_id="<p2@newsroom.example>")).code == 0
    assert claimwatch("recipient", "list", "--json").json()[0]["state"] == "on"
    assert sent


@pytest.mark.usefixtures("sent")
def test_a_bounce_of_what_is_not_ours(claimwatch: Command) -> None:
    told = claimwatch("mail", "receive", stdin=BOUNCE.format(message_id="<another@newsroom.example>"))
    assert (told.code, "no digest of ours" in told.err) == (0, True)


def test_who_asks_to_leave_is_taken_off_once_and_for_all(
    claimwatch: Command, sent: list[DigestId], commands_store: Store
) -> None:
    with commands_store.read() as tx:
        (one,) = recipients.everybody(tx)
    wish = f"From: reader@outlet.example\nSubject: leave sample {one.leave_token}\n\n"
    assert claimwatch("mail", "receive", stdin=wish).out == "reader@outlet.example has left: sample\n"
    assert claimwatch("mail", "receive", stdin=wish).out == "reader@outlet.example had left already: sample\n"
    with commands_store.read() as tx:
        assert recipients.hearing(tx) == []
    assert sent


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("mail", "why"),
    [
        ("Subject: hello\n\nfor a person\n", "a person should read it"),
        (f"Subject: leave sample {'x' * 32}\n\n", "nobody's token"),
        ("", "a person should read it"),
    ],
)
def test_what_no_program_can_act_on(claimwatch: Command, mail: str, why: str) -> None:
    told = claimwatch("mail", "receive", stdin=mail)
    assert (told.code, why in told.err) == (0, True)


@pytest.mark.usefixtures("commands_store")
def test_a_file_that_is_not_there(claimwatch: Command) -> None:
    told = claimwatch("mail", "receive", "nothing.eml")
    assert (told.code, "nothing.eml" in told.err) == (2, True)
