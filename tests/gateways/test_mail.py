"""Mail against a real SMTP server, with and without TLS and login."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from claimwatch.up import free_port
from tests.fakes import NOON
from worker.errors import MailFailed
from worker.gateways.clock import FixedClock
from worker.gateways.mail import FileMailer, SmtpMailer
from worker.handovers import Message

# the server knows TLS from the first byte only as a socket, and warns about a login without STARTTLS
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

MESSAGE = Message(
    to="reader@claimwatch.example",
    subject="[claimwatch raqqa] 1 disputing – الرقة",
    message_id="<digest.raqqa.1@claimwatch.example>",
    text="Über 1.600 Zivilisten\n" + "a long line " * 200 + "\n",
    html="<p>Über 1.600 Zivilisten</p>",
    headers={"List-ID": "claimwatch raqqa <raqqa.claimwatch.example>", "Auto-Submitted": "auto-generated"},
)


class Inbox:
    """What the server took; `refuse` is what it answers instead."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse_rcpt = self.refuse_data = self.answer_quit = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.refuse_rcpt:
            return self.refuse_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:
        return self.answer_quit or "221 Bye"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        if self.refuse_data == "hang up":
            server.transport.abort()
            return "250 never heard"
        if self.refuse_data:
            return self.refuse_data
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken as 42"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def relay(inbox: Inbox, authority: trustme.CA, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server: plain, STARTTLS with login, or TLS with login."""
    kind: str = getattr(request, "param", "smtp")
    server_tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(server_tls)

    def login(_server: SMTP, _session: Any, _envelope: Any, _mechanism: str, auth: Any) -> AuthResult:
        ok = isinstance(auth, LoginPassword) and (auth.login, auth.password) == (b"me", b"p@ss word")
        return AuthResult(success=ok, handled=False)

    told: dict[str, Any] = {}
    if kind == "smtp+starttls":
        told = {"tls_context": server_tls, "require_starttls": True}
    if kind == "smtps":
        told = {"ssl_context": server_tls}
    if kind != "smtp":
        told |= {"authenticator": login, "auth_required": True, "auth_require_tls": kind == "smtp+starttls"}
    controller = Controller(inbox, hostname="localhost", port=free_port(), **told)
    controller.start()
    user = "" if kind == "smtp" else "me:p%40ss%20word@"
    yield f"{kind}://{user}localhost:{controller.port}"
    controller.stop()


def mailer(url: str, authority: trustme.CA) -> SmtpMailer:
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    return SmtpMailer(url, "watch@claimwatch.example", FixedClock(NOON), trust=trust)


@pytest.mark.parametrize("relay", ["smtp", "smtp+starttls", "smtps"], indirect=True)
def test_a_mail_arrives_with_both_parts_and_its_headers_once(relay: str, inbox: Inbox, authority: trustme.CA) -> None:
    assert mailer(relay, authority).send(MESSAGE) == "250 taken as 42"
    (got,) = inbox.mails
    assert got["Subject"] == MESSAGE.subject
    assert (got["From"], got["To"], got["Message-ID"]) == ("watch@claimwatch.example", MESSAGE.to, MESSAGE.message_id)
    assert got["Date"] == "Mon, 23 Nov 2026 12:00:00 +0000"
    assert all(
        len(got.get_all(name, [])) == 1
        for name in ("Subject", "Message-ID", "List-ID", "MIME-Version", "Auto-Submitted")
    )
    assert [part.get_content_type() for part in got.iter_parts()] == ["text/plain", "text/html"]
    text, html = got.iter_parts()
    assert text.get_content().splitlines() == MESSAGE.text.splitlines()
    assert html.get_content().strip() == MESSAGE.html


@pytest.mark.parametrize("relay", ["smtp+starttls", "smtps"], indirect=True)
def test_a_certificate_nobody_vouches_for_is_refused(relay: str, inbox: Inbox) -> None:
    with pytest.raises(MailFailed, match="TLS failed"):
        SmtpMailer(relay, "watch@claimwatch.example", FixedClock(NOON)).send(MESSAGE)
    assert inbox.mails == []


@pytest.mark.parametrize("relay", ["smtp+starttls"], indirect=True)
def test_a_wrong_password_is_said_without_the_password(relay: str, authority: trustme.CA) -> None:
    wrong = relay.replace("p%40ss%20word", "hunter2")
    with pytest.raises(MailFailed) as raised:
        mailer(wrong, authority).send(MESSAGE)
    assert "535" in raised.value.detail
    assert not raised.value.permanent  # a person mends the password while the mail waits
    assert "hunter2" not in raised.value.detail + repr(mailer(wrong, authority))


@pytest.mark.parametrize(
    ("rcpt", "data", "permanent", "unknown"),
    [
        ("550 no such user", "", True, False),
        ("451 try later", "", False, False),
        ("", "554 looks like spam", True, False),
        ("", "452 disk full", False, False),
        ("", "hang up", False, True),
    ],
)
def test_what_a_relay_says_decides_what_comes_next(
    relay: str, inbox: Inbox, authority: trustme.CA, rcpt: str, data: str, permanent: bool, unknown: bool
) -> None:
    inbox.refuse_rcpt, inbox.refuse_data = rcpt, data
    with pytest.raises(MailFailed) as raised:
        mailer(relay, authority).send(MESSAGE)
    assert (raised.value.permanent, raised.value.unknown) == (permanent, unknown)
    assert "mail relay localhost:" in raised.value.detail


@pytest.mark.parametrize("bye", ["421 too busy", "554 no"])
def test_what_is_answered_to_quit_does_not_undo_the_mail(
    relay: str, inbox: Inbox, authority: trustme.CA, bye: str
) -> None:
    inbox.answer_quit = bye
    assert mailer(relay, authority).send(MESSAGE) == "250 taken as 42"
    assert len(inbox.mails) == 1


def test_nobody_there_names_the_variable(authority: trustme.CA) -> None:
    with pytest.raises(MailFailed, match="is CLAIMWATCH_SMTP_URL right"):
        mailer("smtp://localhost:9", authority).send(MESSAGE)


def test_a_header_that_would_break_its_line_is_not_sent(relay: str, inbox: Inbox, authority: trustme.CA) -> None:
    with pytest.raises(MailFailed, match="header"):
        mailer(relay, authority).send(replace(MESSAGE, subject="x\r\nBcc: all@claimwatch.example"))
    assert inbox.mails == []


def test_without_a_relay_mails_are_files_one_a_message_id(tmp_path: Path) -> None:
    files = FileMailer(tmp_path / "mails", "watch@claimwatch.example", FixedClock(NOON))
    first, again = files.send(MESSAGE), files.send(MESSAGE)
    assert first == again
    (path,) = (tmp_path / "mails").iterdir()
    assert message_from_bytes(path.read_bytes(), policy=policy.default)["Subject"] == MESSAGE.subject


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "mails").write_text("a file stands in the way")
    with pytest.raises(MailFailed, match="mails"):
        FileMailer(tmp_path / "mails", "watch@claimwatch.example", FixedClock(NOON)).send(MESSAGE)
