"""Mail against a real SMTP server, with and without TLS and login, and against one that keeps to a script."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
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
from worker.gateways import mail as gateway
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
        ("421 closing down", "", False, False),
        ("451 try later", "", False, False),
        ("", "554 looks like spam", True, False),
        ("", "452 disk full", False, False),
        ("", "421 closing down", False, False),
        ("", "hang up", False, True),
        ("", "354 go on", False, True),
        ("", "yes indeed", False, True),
        ("", "250 " + "taken " * 2000, False, True),
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


@pytest.mark.parametrize(
    ("rcpt", "refused"),
    [
        ("550 no such user", True),
        ("550 5.1.1 <reader>: no such user", True),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", True),
        ("552 5.2.2 mailbox full", True),
        ("554 5.7.1 <reader>: relay access denied", False),
        ("550 5.1.8 <watch>: sender address rejected: domain not found", False),
        ("530 log in first", False),
        ("450 4.2.0 greylisted", False),
    ],
)
def test_a_recipient_is_refused_only_where_the_relay_means_them(
    relay: str, inbox: Inbox, authority: trustme.CA, rcpt: str, refused: bool
) -> None:
    inbox.refuse_rcpt = rcpt
    with pytest.raises(MailFailed) as raised:
        mailer(relay, authority).send(MESSAGE)
    assert (raised.value.permanent, raised.value.refused) == (rcpt[0] == "5", refused)


def test_an_address_that_mail_cannot_carry_is_refused(relay: str, inbox: Inbox, authority: trustme.CA) -> None:
    with pytest.raises(MailFailed, match="ASCII") as raised:
        mailer(relay, authority).send(replace(MESSAGE, to="jörg@claimwatch.example"))
    assert (raised.value.permanent, raised.value.refused, inbox.mails) == (True, True, [])


def test_dots_and_odd_ends_of_lines_arrive_as_they_were(relay: str, inbox: Inbox, authority: trustme.CA) -> None:
    text = ".\n..two\r\n.\r\nMAIL FROM:<me@claimwatch.example>\r\n.\rnot a line of its own\n.the end"
    mailer(relay, authority).send(replace(MESSAGE, text=text, html="<p>.</p>\n.\n"))
    (got,) = inbox.mails
    said, html = got.iter_parts()
    assert said.get_content().splitlines() == text.splitlines()
    assert html.get_content().splitlines() == ["<p>.</p>", "."]


@pytest.mark.parametrize(
    ("refused", "expected"),
    [("", ["handed over", "250 taken as 42"]), ("452 disk full", ["handed over"])],
)
def test_it_is_said_when_the_mail_is_handed_over(
    relay: str, inbox: Inbox, authority: trustme.CA, refused: str, expected: list[str]
) -> None:
    inbox.refuse_data = refused
    told: list[str] = []
    with contextlib.suppress(MailFailed):
        told.append(mailer(relay, authority).send(MESSAGE, lambda: told.append(f"handed over{len(inbox.mails) or ''}")))
    assert told == expected


@pytest.mark.parametrize("at", ["rcpt", "data"])
def test_what_never_came_to_the_end_is_not_said_to_be_handed_over(authority: trustme.CA, at: str) -> None:
    told: list[str] = []
    with script(at) as url, pytest.raises(MailFailed) as raised:
        mailer(url, authority).send(MESSAGE, lambda: told.append("handed over"))
    assert (told, raised.value.unknown, raised.value.permanent) == ([], False, False)


def test_who_may_not_hand_it_over_does_not(relay: str, inbox: Inbox, authority: trustme.CA) -> None:
    def no() -> None:
        raise MailFailed("another sends it")

    with pytest.raises(MailFailed, match="another sends it"):
        mailer(relay, authority).send(MESSAGE, no)
    assert inbox.mails == []


# --- a relay that keeps to a script ------------------------------------------------------------------------------------


@contextlib.contextmanager
def script(breaks: str, then: Callable[[socket.socket], None] = socket.socket.close) -> Iterator[str]:
    """The address of a relay that says yes until then: "rcpt", "data" (after 354), "dot", or never; there it does `then`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            line, _peer = listener.accept()
            with line, line.makefile("rb") as said:
                line.sendall(b"220 relay.example\r\n")
                for command in said:
                    verb = command[:4].strip().lower().decode()
                    if verb == breaks:
                        then(line)
                        return
                    line.sendall({"data": b"354 go on\r\n"}.get(verb, b"250 OK\r\n"))
                    if verb == "data":
                        while breaks != "body" and said.readline() != b".\r\n":
                            pass
                        if breaks in ("body", "dot"):
                            then(line)
                            return
                        line.sendall(b"250 taken\r\n")

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    try:
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        server.join(10)


def test_what_is_lost_before_the_final_dot_is_known_not_to_have_gone(authority: trustme.CA) -> None:
    hung_up = threading.Event()

    def hang_up(line: socket.socket) -> None:
        line.shutdown(socket.SHUT_RDWR)
        hung_up.set()

    with script("body", hang_up) as url, pytest.raises(MailFailed, match="before the end") as raised:
        mailer(url, authority).send(MESSAGE, lambda: time.sleep(0.2) if hung_up.wait(10) else None)
    assert not raised.value.unknown


def test_an_answer_to_the_mail_is_waited_for_longer_than_any_other(authority: trustme.CA) -> None:
    def late(line: socket.socket) -> None:
        time.sleep(0.8)
        line.sendall(b"250 taken at last\r\n")

    with script("dot", late) as url:
        assert in_haste(url, 0.3).send(MESSAGE) == "250 taken at last"
    with script("rcpt", late) as url, pytest.raises(MailFailed) as raised:
        in_haste(url, 0.3).send(MESSAGE)
    assert not raised.value.unknown


def in_haste(url: str, timeout_s: float) -> SmtpMailer:
    return SmtpMailer(url, "watch@claimwatch.example", FixedClock(NOON), timeout_s=timeout_s)


def test_a_relay_that_dribbles_is_cut_off(authority: trustme.CA) -> None:
    def dribble(line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            for _ in range(100):
                line.sendall(b"250-wait\r\n")
                time.sleep(0.1)

    for at, unknown in (("rcpt", False), ("dot", True)):
        with script(at, dribble) as url:
            began = time.monotonic()
            with pytest.raises(MailFailed) as raised:
                in_haste(url, 0.2).send(MESSAGE)
            assert time.monotonic() - began < 3
            assert raised.value.unknown is unknown


def test_without_time_to_wait_for_the_answer_it_is_not_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(line: socket.socket) -> None:
        time.sleep(0.4)
        with line.makefile("rb") as said:
            line.sendall(b"250 OK\r\n")
            said.readline()
            time.sleep(0.4)
            line.sendall(b"354 go on\r\n")
            said.read()

    monkeypatch.setattr(gateway, "_ANSWERS", 2)
    told: list[str] = []
    with script("rcpt", slow) as url, pytest.raises(MailFailed, match="too slow") as raised:
        in_haste(url, 0.6).send(MESSAGE, lambda: told.append("handed over"))
    assert (told, raised.value.unknown) == ([], False)


def test_a_good_bye_that_does_not_come_is_not_waited_for(authority: trustme.CA) -> None:
    with script("quit", lambda _line: time.sleep(2)) as url:
        began = time.monotonic()
        assert mailer(url, authority).send(MESSAGE) == "250 taken"
        assert time.monotonic() - began < 1.5


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
