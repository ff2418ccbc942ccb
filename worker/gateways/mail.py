"""Mail: to a relay by SMTP, or into files where no relay is set."""

from __future__ import annotations

import contextlib
import os
import re
import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from worker.errors import MailFailed
from worker.gateways.clock import Clock, SystemClock
from worker.handovers import Message

_TIMEOUT_S = 30.0


class Mailer(Protocol):
    """Takes a mail away."""

    def send(self, message: Message) -> str:
        """The server's reply. Raises MailFailed."""
        ...


def build_email(message: Message, mail_from: str, now: datetime) -> EmailMessage:
    """The mail with both parts, text first. Raises MailFailed for a header that would break out of its line."""
    email = EmailMessage(policy=SMTP)
    try:
        email["From"], email["To"], email["Subject"] = mail_from, message.to, message.subject
        email["Date"], email["Message-ID"] = format_datetime(now), message.message_id
        for name, value in message.headers.items():
            email[name] = value
    except ValueError as error:
        raise MailFailed(f"a header cannot be sent: {error}", permanent=True) from None
    email.set_content(message.text, cte="quoted-printable")
    email.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return email


class SmtpMailer:
    """smtp://, smtp+starttls:// or smtps://[USER:PASSWORD@]HOST[:PORT]; certificates are checked."""

    def __init__(self, url: str, mail_from: str, clock: Clock, *, trust: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self._scheme, self._host = parts.scheme, parts.hostname or "localhost"
        self._port = parts.port or {"smtp": 25, "smtp+starttls": 587, "smtps": 465}[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._from, self._clock = mail_from, clock
        self._tls = trust or ssl.create_default_context()

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

    def send(self, message: Message) -> str:
        """The relay's reply to the whole mail. Raises MailFailed."""
        email = build_email(message, self._from, self._clock.now())
        where = f"mail relay {self._host}:{self._port}"
        try:
            smtp = self._connect()
            try:
                reply = self._deliver(smtp, email, message.to, where)
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    smtp.quit()  # the mail is taken, whatever is answered to this
                return reply
            finally:
                smtp.close()
        except MailFailed:
            raise
        except smtplib.SMTPResponseException as error:
            # greeting, login, sender: a matter of our settings, that a person may mend while the mail waits
            raise MailFailed(f"{where}: {_reply(error.smtp_code, error.smtp_error)}") from None
        except ssl.SSLError as error:
            raise MailFailed(f"{where}: TLS failed: {error.reason or type(error).__name__}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise MailFailed(
                f"{where}: {type(error).__name__}: {error}; is it running, is CLAIMWATCH_SMTP_URL right?"
            ) from None

    def _connect(self) -> smtplib.SMTP:
        if self._scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=_TIMEOUT_S, context=self._tls)
        else:
            smtp = smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT_S)
        try:
            if self._scheme == "smtp+starttls":
                smtp.starttls(context=self._tls)
            if self._user:
                smtp.login(self._user, self._password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _deliver(self, smtp: smtplib.SMTP, email: EmailMessage, to: str, where: str) -> str:
        """MAIL, RCPT and DATA by hand: only so is it known whether the connection was lost after the data."""
        smtp.ehlo_or_helo_if_needed()
        code, reply = smtp.mail(self._from)
        if code != 250:
            raise MailFailed(f"{where}: {_reply(code, reply)}")
        try:
            code, reply = smtp.rcpt(to)
        except UnicodeError:
            raise MailFailed(f"{where}: an address beyond ASCII cannot be sent to", permanent=True) from None
        if code not in (250, 251):
            raise MailFailed(f"{where}: {_reply(code, reply)}", permanent=code >= 500)
        try:
            code, reply = smtp.data(email.as_bytes())
        except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError) as error:
            raise MailFailed(f"{where}: the connection was lost after the data: {error}", unknown=True) from None
        if code != 250:
            raise MailFailed(f"{where}: {_reply(code, reply)}", permanent=code >= 500)
        return _reply(code, reply)


def _reply(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(said.split())[:200]}"


class FileMailer:
    """Writes `.eml` files into a folder; the same Message-ID writes the same file."""

    def __init__(self, folder: Path, mail_from: str, clock: Clock) -> None:
        self._folder, self._from, self._clock = folder, mail_from, clock

    def send(self, message: Message) -> str:
        """The file's path. Raises MailFailed if it cannot be written."""
        email = build_email(message, self._from, self._clock.now())
        stem = re.sub(r"[^A-Za-z0-9.-]+", "-", message.message_id.strip("<>"))[:80]
        path = self._folder / f"{stem}-{sha256(message.message_id.encode()).hexdigest()[:8]}.eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}.part")
            draft.write_bytes(email.as_bytes())
            draft.replace(path)
        except OSError as error:
            raise MailFailed(
                f"cannot write {path}: {error.strerror}; free some space or check the folder's owner"
            ) from None
        return str(path)
