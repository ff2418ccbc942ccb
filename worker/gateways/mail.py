"""Mail: to a relay by SMTP, or into files where no relay is set."""

from __future__ import annotations

import contextlib
import os
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from worker.errors import MailFailed
from worker.gateways.clock import Clock, SystemClock
from worker.handovers import Message


class Mailer(Protocol):
    """Takes a mail away."""

    def send(self, message: Message, handing_over: Callable[[], None] = lambda: None) -> str:
        """The server's reply. `handing_over` is called when from then on the mail may have gone. Raises MailFailed."""
        ...


class _Whole(EmailPolicy):
    """Ids and lists stand on one line however long it is: mail programs that thread, and DKIM, stumble over folded ones."""

    def fold(self, name: str, value: str) -> str:
        """As the library folds, but for these."""
        return f"{name}: {value}{self.linesep}" if name.lower() in _ON_ONE_LINE else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """The same as bytes."""
        return self.fold(name, value).encode() if name.lower() in _ON_ONE_LINE else super().fold_binary(name, value)


_ON_ONE_LINE = frozenset(
    ("message-id", "in-reply-to", "references", "list-id", "list-unsubscribe", "list-unsubscribe-post")
)
_POLICY = _Whole(linesep="\r\n")


def build_email(message: Message, mail_from: str, now: datetime) -> EmailMessage:
    """The mail with both parts, text first. Raises MailFailed for a header that would break out of its line."""
    email = EmailMessage(policy=_POLICY)
    try:
        email["From"], email["To"], email["Subject"] = mail_from, message.to, message.subject
        email["Date"], email["Message-ID"] = format_datetime(now), message.message_id
        email.set_content(message.text, cte="quoted-printable")
        email.add_alternative(message.html, subtype="html", cte="quoted-printable")
        # last: to set the content takes away what headers tell of it, such as its language
        for name, value in message.headers.items():
            email[name] = value
    except ValueError as error:
        raise MailFailed(f"a header cannot be sent: {error}", permanent=True) from None
    return email


# A digest that is sent is leased for 240 s. So many answers may be waited for, whatever each of them is to.
_ANSWERS = 5


class SmtpMailer:
    """smtp://, smtp+starttls:// or smtps://[USER:PASSWORD@]HOST[:PORT]; certificates are checked.

    `timeout_s` is for one answer. The whole takes at most five times as long, and the answer to the mail may take all that is
    left of it: who gives up on that one too early has the mail arrive twice (RFC 5321, 4.5.3.2.6).
    """

    def __init__(
        self, url: str, mail_from: str, clock: Clock, *, trust: ssl.SSLContext | None = None, timeout_s: float = 30.0
    ) -> None:
        parts = urlsplit(url)
        self._scheme, self._host = parts.scheme, parts.hostname or "localhost"
        self._port = parts.port or {"smtp": 25, "smtp+starttls": 587, "smtps": 465}[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._from, self._clock = mail_from, clock
        self._tls, self._timeout_s = trust or ssl.create_default_context(), timeout_s

    @classmethod
    def of_url(cls, url: str) -> SmtpMailer:
        """A mailer only to ask the relay with (`probe`)."""
        return cls(url, "", SystemClock())

    def probe(self) -> str:
        """One line on the relay, after TLS and login. Raises OSError or SMTPException."""
        with self._connect() as smtp:
            code, _reply = smtp.noop()
        return f"{self._scheme}://{self._host}:{self._port} answers {code}"

    def __repr__(self) -> str:
        return f"SmtpMailer({self._scheme}://{self._host}:{self._port})"

    def send(self, message: Message, handing_over: Callable[[], None] = lambda: None) -> str:
        """The relay's reply to the whole mail. Raises MailFailed."""
        email = build_email(message, self._from, self._clock.now())
        where = f"mail relay {self._host}:{self._port}"
        ends = time.monotonic() + _ANSWERS * self._timeout_s
        try:
            with contextlib.closing(self._connect()) as smtp, _cut_off(smtp, ends):
                return self._deliver(smtp, email, message.to, ends, handing_over)
        except MailFailed as no:
            told = f"{where}: {no.detail}"
            raise MailFailed(told, permanent=no.permanent, refused=no.refused, unknown=no.unknown) from None
        except smtplib.SMTPResponseException as error:
            # greeting, login: a matter of our settings, that a person may mend while the mail waits
            raise MailFailed(f"{where}: {_reply(error.smtp_code, error.smtp_error)}") from None
        except ssl.SSLError as error:
            raise MailFailed(f"{where}: TLS failed: {error.reason or type(error).__name__}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise MailFailed(
                f"{where}: {type(error).__name__}: {error}; is it running, is CLAIMWATCH_SMTP_URL right?"
            ) from None

    def _connect(self) -> smtplib.SMTP:
        if self._scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout_s, context=self._tls)
        else:
            smtp = smtplib.SMTP(self._host, self._port, timeout=self._timeout_s)
        try:
            if self._scheme == "smtp+starttls":
                smtp.starttls(context=self._tls)
            if self._user:
                smtp.login(self._user, self._password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _deliver(
        self, smtp: smtplib.SMTP, email: EmailMessage, to: str, ends: float, handing_over: Callable[[], None]
    ) -> str:
        """MAIL, RCPT and DATA by hand, and the final dot by itself: before it nothing has gone, after it nobody knows."""
        smtp.ehlo_or_helo_if_needed()
        try:
            code, said = smtp.mail(self._from)
            if code // 100 != 2:
                # of the sender: a matter of our settings, as the login is
                raise MailFailed(_reply(code, said))
            code, said = smtp.rcpt(to)
        except UnicodeError:
            raise MailFailed("an address beyond ASCII cannot be sent to", permanent=True, refused=True) from None
        if code // 100 != 2:
            raise MailFailed(_reply(code, said), permanent=code >= 500, refused=_is_at_fault(code, said))
        code, said = smtp.docmd("DATA")
        if code != 354:
            raise MailFailed(_reply(code, said), permanent=code >= 500)
        smtp.send(_with_dots(email.as_bytes()))
        left = ends - time.monotonic()
        if left < self._timeout_s:
            raise MailFailed("too slow: no time was left to wait for the answer to the mail")
        handing_over()
        if not _is_open(smtp):
            raise MailFailed("the connection was lost before the end of the mail")
        code, said = _end(smtp, left)
        if code // 100 not in (2, 4, 5):
            raise MailFailed(f"answered neither yes nor no to the mail: {_reply(code, said)}", unknown=True)
        if code // 100 != 2:
            raise MailFailed(_reply(code, said), permanent=code >= 500)
        with contextlib.suppress(smtplib.SMTPException, OSError):
            smtp.putcmd("QUIT")  # the mail is taken, whatever is answered to this; the mark does not wait for it
        return _reply(code, said)


def _with_dots(mail: bytes) -> bytes:
    """As it goes after DATA: a line that begins with a dot gets another (RFC 5321, 4.5.2), and the last line is whole."""
    return re.sub(rb"(?m)^\.", b"..", mail if mail.endswith(b"\r\n") else mail + b"\r\n")


def _end(smtp: smtplib.SMTP, seconds: float) -> tuple[int, bytes]:
    """The final dot, and what is answered to it. Raises MailFailed if that cannot be read: nobody knows what was done."""
    try:
        _socket(smtp).settimeout(seconds)
        smtp.send(".\r\n")
        return smtp.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise MailFailed(f"the connection was lost after the end of the mail: {error}", unknown=True) from None


@contextlib.contextmanager
def _cut_off(smtp: smtplib.SMTP, ends: float) -> Iterator[None]:
    """Cut the connection then: a relay that sends a byte now and then keeps every time limit of a socket."""
    with _line(smtp) as line:

        def cut() -> None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(max(0.0, ends - time.monotonic()), cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _is_open(smtp: smtplib.SMTP) -> bool:
    """The relay has not hung up: what was lost before the final dot cannot have gone."""
    with _line(smtp) as line:
        try:
            return line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False


def _line(smtp: smtplib.SMTP) -> socket.socket:
    """The connection below any TLS, a handle of its own."""
    return socket.socket(fileno=os.dup(_socket(smtp).fileno()))


def _socket(smtp: smtplib.SMTP) -> socket.socket:
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection was lost")
    return smtp.sock


def _is_at_fault(code: int, said: bytes) -> bool:
    """The recipient is, and not the relay that does not know us: by the enhanced code (RFC 3463), else by the plain one.

    5.1 is of addresses, but for 5.1.7 and 5.1.8, which are of the sender's; 5.2 is of mailboxes.
    """
    if re.match(rb"\d\.\d{1,3}\.\d", said):
        return re.match(rb"5\.(1\.(?![78]\b)|2\.)", said) is not None
    return 550 <= code <= 553


def _reply(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(said.split())[:200]}"


class FileMailer:
    """Writes `.eml` files into a folder; the same Message-ID writes the same file."""

    def __init__(self, folder: Path, mail_from: str, clock: Clock) -> None:
        self._folder, self._from, self._clock = folder, mail_from, clock

    def send(self, message: Message, handing_over: Callable[[], None] = lambda: None) -> str:
        """The file's path. Raises MailFailed if it cannot be written."""
        email = build_email(message, self._from, self._clock.now())
        stem = re.sub(r"[^A-Za-z0-9.-]+", "-", message.message_id.strip("<>"))[:80]
        path = self._folder / f"{stem}-{sha256(message.message_id.encode()).hexdigest()[:8]}.eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}.part")
            draft.write_bytes(email.as_bytes())
            handing_over()
            draft.replace(path)
        except OSError as error:
            raise MailFailed(
                f"cannot write {path}: {error.strerror}; free some space or check the folder's owner"
            ) from None
        return str(path)
