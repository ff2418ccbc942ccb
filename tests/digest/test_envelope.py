"""The headers of a digest, as they are on the wire."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from storage.records import Recipient
from tests.builders import a_recipient
from tests.fakes import NOON
from worker.gateways.mail import build_email
from worker.handovers import Message
from worker.steps.digest.envelope import headers, leave_url, message_id

DOMAIN = "watch.example"


def sent(reader: Recipient | None = None, **told: Any) -> EmailMessage:
    """The mail as it is read at the other end."""
    reader = reader or a_recipient()
    plain: dict[str, Any] = {
        "list_title": "The Raqqa deal", "thread": None, "domain": DOMAIN, "public_url": "", "contact": "desk@watch.example",
    }  # fmt: skip
    mail = Message(
        to=reader.address,
        subject="s",
        message_id=message_id(reader, "2026-11-23", rev=0, domain=DOMAIN),
        text="t",
        html="<p>h",
        headers=headers(reader, **plain | told),
    )
    return message_from_bytes(build_email(mail, "desk@watch.example", NOON).as_bytes(), policy=policy.default)


def test_the_same_sending_has_the_same_id_and_another_has_another() -> None:
    reader = a_recipient()
    first = message_id(reader, "2026-11-23", rev=0, domain=DOMAIN)
    assert re.fullmatch(r"<digest\.sample\.2026-11-23\.0\.[0-9a-f]{12}@watch\.example>", first)
    others = {
        message_id(reader, "2026-11-23", rev=1, domain=DOMAIN),
        message_id(reader, "2026-11-24", rev=0, domain=DOMAIN),
        message_id(a_recipient(address="b@c.example"), "2026-11-23", rev=0, domain=DOMAIN),
        message_id(a_recipient(list_slug="other"), "2026-11-23", rev=0, domain=DOMAIN),
        message_id(a_recipient(leave_token="another"), "2026-11-23", rev=0, domain=DOMAIN),  # it cannot be guessed
    }
    assert len(others | {first}) == 6


def test_every_header_is_there_once() -> None:
    mail = sent(public_url="https://watch.example", thread="<first@watch.example>")
    token = a_recipient().leave_token
    expected = {
        "In-Reply-To": "<first@watch.example>",
        "References": "<first@watch.example>",
        "List-ID": '"The Raqqa deal" <sample.claimwatch.watch.example>',
        "List-Unsubscribe": f"<https://watch.example/u/{token}>, <mailto:desk@watch.example?subject=leave%20sample%20{token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "Content-Language": "en",
    }
    assert {name: mail.get_all(name) for name in expected} == {name: [value] for name, value in expected.items()}
    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version"):
        assert len(mail.get_all(name, [])) == 1, name


@pytest.mark.parametrize(
    ("public_url", "link", "one_click"),
    [
        ("", False, False),
        ("http://watch.example", False, False),  # RFC 8058 wants https
        ("https://watch.example", True, True),
    ],
)
def test_one_click_only_by_https(public_url: str, link: bool, one_click: bool) -> None:
    mail = sent(public_url=public_url)
    assert ("/u/" in mail["List-Unsubscribe"], "List-Unsubscribe-Post" in mail) == (link, one_click)
    assert "mailto:" in mail["List-Unsubscribe"]
    assert "In-Reply-To" not in mail
    assert leave_url(a_recipient().leave_token, public_url).startswith(public_url)


@pytest.mark.parametrize(
    "title", ["Zeile\r\nBcc: x@y.example", 'A "quoted" one\\', "مهما كان", "x" * 10_000, "\u202eturned"]
)
def test_no_title_of_a_list_breaks_its_header(title: str) -> None:
    mail = sent(list_title=title)
    assert "Bcc" not in mail
    told = mail["List-ID"]
    assert told.endswith(" <sample.claimwatch.watch.example>")
    assert told.isascii()
    assert len(told) < 200
    assert told.count('"') == 2
