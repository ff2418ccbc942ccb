"""A mail that came to the sender's address: a bounce of a digest, a wish to leave, or something for a person. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message

from worker.steps.digest.marks import line


@dataclass(frozen=True, slots=True)
class Bounce:
    """A digest that could not be delivered for good. `message_id`: its own; `why`: what the server said, one line."""

    message_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody asks to be taken off the list of that token."""

    token: str


def read(raw: bytes) -> Bounce | Leave | None:
    """What a mail is to us; None: nothing that a program could act on. A delay is none: the digest is still on its way."""
    # headers as they came: the library's own reading of them stumbles over broken ones
    mail = message_from_bytes(raw)
    if found := re.search(r"\bleave [a-z0-9-]+ ([A-Za-z0-9_-]{20,})", _words(_header(mail, "Subject"))):
        return Leave(found[1])
    if mail.get_content_type() != "multipart/report":
        return None
    why = next((why for part in mail.walk() if (why := _failure(part))), "")
    sent = next((told for part in mail.walk() if (told := _sent_as(part))), "")
    return Bounce(sent, why) if why and sent else None


def _failure(part: Message) -> str:
    """Of a delivery status (RFC 3464): what was said where the action is "failed" and the status 5.x.x."""
    if part.get_content_type() != "message/delivery-status":
        return ""
    for fields in _fields(part):
        status = _header(fields, "Status")
        if _header(fields, "Action").lower() == "failed" and status.startswith("5"):
            said = _header(fields, "Diagnostic-Code").partition(";")[2]
            return line(said or f"status {status}")[:300]
    return ""


def _sent_as(part: Message) -> str:
    """The Message-ID of the mail that came back, whole or its headers alone."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        return next((_header(inner, "Message-ID") for inner in _fields(part)), "")
    told = part.get_payload(decode=True) if kind == "text/rfc822-headers" else None
    return _header(message_from_bytes(told), "Message-ID") if isinstance(told, bytes) else ""


def _fields(part: Message) -> Iterator[Message]:
    inner = part.get_payload()
    return (one for one in inner if isinstance(one, Message)) if isinstance(inner, list) else iter(())


def _header(mail: Message, name: str) -> str:
    return line(str(mail.get(name, "")))


def _words(header: str) -> str:
    """What encoded words stand for; as they are where they stand for nothing."""
    try:
        return str(make_header(decode_header(header)))
    except (ValueError, LookupError):
        return header
