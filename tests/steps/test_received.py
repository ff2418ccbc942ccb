"""Mails that come back, as Postfix and Exchange compose them, and what else comes to a sender's address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.steps.digest.received import Bounce, Leave, read

OURS = "<digest.sample.7.0.1f2e3d@newsroom.example>"
TOKEN = "Zx81-kQ_3mVt0aPq7LrW2sYb"

POSTFIX = f"""\
Return-Path: <>
Received: by mx.newsroom.example (Postfix)
\tid 4A1B2C3D4E; Sat, 28 Nov 2026 07:00:04 +0000 (UTC)
Date: Sat, 28 Nov 2026 07:00:04 +0000 (UTC)
From: MAILER-DAEMON@mx.newsroom.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: claimwatch@newsroom.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4A1B2C3D4E.1795848004/mx.newsroom.example"
Message-Id: <20261128070004.5F6A7B8C9D@mx.newsroom.example>

This is a MIME-encapsulated message.

--4A1B2C3D4E.1795848004/mx.newsroom.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.newsroom.example.

<reader@outlet.example>: host mail.outlet.example[192.0.2.7] said: 550 5.1.1
    <reader@outlet.example>: Recipient address rejected: User unknown in local
    recipient table (in reply to RCPT TO command)

--4A1B2C3D4E.1795848004/mx.newsroom.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.newsroom.example
X-Postfix-Queue-ID: 4A1B2C3D4E
X-Postfix-Sender: rfc822; claimwatch@newsroom.example
Arrival-Date: Sat, 28 Nov 2026 07:00:02 +0000 (UTC)

Final-Recipient: rfc822; reader@outlet.example
Original-Recipient: rfc822;reader@outlet.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.outlet.example
Diagnostic-Code: smtp; 550 5.1.1 <reader@outlet.example>: Recipient address
    rejected: User unknown in local recipient table

--4A1B2C3D4E.1795848004/mx.newsroom.example
Content-Description: Undelivered Message
Content-Type: message/rfc822

Return-Path: <claimwatch@newsroom.example>
From: claimwatch@newsroom.example
To: reader@outlet.example
Subject: [claimwatch sample] 1 disputing
Message-ID: {OURS}
Content-Type: text/plain; charset="utf-8"

The digest.

--4A1B2C3D4E.1795848004/mx.newsroom.example--
"""

EXCHANGE = f"""\
From: postmaster@outlet.example
To: <claimwatch@newsroom.example>
Date: Sat, 28 Nov 2026 07:00:09 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="a1b2c3d4-0000-4e5f-8a9b-0123456789ab"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-GB
Message-ID: <c0ffee00-1111-4222-8333-444455556666@EX01.outlet.example>
In-Reply-To: {OURS}
References: {OURS}
Subject: Undeliverable: [claimwatch sample] 1 disputing
Auto-Submitted: auto-replied
MIME-Version: 1.0

--a1b2c3d4-0000-4e5f-8a9b-0123456789ab
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="b2c3d4e5-0000-4e5f-8a9b-0123456789ab"

--b2c3d4e5-0000-4e5f-8a9b-0123456789ab
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Delivery has failed to these recipients or groups:

reader@outlet.example
The email address you entered couldn't be found.=20

--b2c3d4e5-0000-4e5f-8a9b-0123456789ab
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<html><body>Delivery has failed.</body></html>

--b2c3d4e5-0000-4e5f-8a9b-0123456789ab--

--a1b2c3d4-0000-4e5f-8a9b-0123456789ab
Content-Type: message/delivery-status

Reporting-MTA: dns;EX01.outlet.example
Received-From-MTA: dns;mx.newsroom.example
Arrival-Date: Sat, 28 Nov 2026 07:00:08 +0000

Original-Recipient: rfc822;reader@outlet.example
Final-Recipient: rfc822;reader@outlet.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
X-Display-Name: A Reader

--a1b2c3d4-0000-4e5f-8a9b-0123456789ab
Content-Type: message/rfc822

Received: from mx.newsroom.example (192.0.2.1) by EX01.outlet.example
From: <claimwatch@newsroom.example>
To: <reader@outlet.example>
Subject: [claimwatch sample] 1 disputing
Thread-Topic: [claimwatch sample] 1 disputing
Message-ID: {OURS}
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset="utf-8"

The digest.

--inner--

--a1b2c3d4-0000-4e5f-8a9b-0123456789ab--
"""

HEADERS_ALONE = POSTFIX.replace("Content-Type: message/rfc822", "Content-Type: text/rfc822-headers").replace(
    "\nThe digest.\n", ""
)
DELAYED = (
    POSTFIX.replace("Undelivered Mail Returned to Sender", "Delayed Mail (still being retried)")
    .replace("Action: failed", "Action: delayed")
    .replace("Status: 5.1.1", "Status: 4.4.1")
    .replace("Diagnostic-Code: smtp; 550 5.1.1", "Diagnostic-Code: smtp; 451 4.4.1")
)
# what a relay says when it gave up after days: failed, though each single answer was "later"
GIVEN_UP = POSTFIX.replace("Status: 5.1.1", "Status: 4.4.1")
DELIVERED = POSTFIX.replace("Action: failed", "Action: delivered").replace("Status: 5.1.1", "Status: 2.0.0")


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("ends", [str.encode, crlf])
def test_a_bounce_of_postfix(ends: object) -> None:
    why = "550 5.1.1 <reader@outlet.example>: Recipient address rejected: User unknown in local recipient table"
    assert callable(ends)
    assert read(ends(POSTFIX)) == Bounce(OURS, why)
    assert read(ends(HEADERS_ALONE)) == Bounce(OURS, why)


def test_a_bounce_of_exchange() -> None:
    why = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
    assert read(crlf(EXCHANGE)) == Bounce(OURS, why)


def test_without_what_the_server_said_the_status_stands_for_it() -> None:
    head, _, tail = EXCHANGE.partition("Diagnostic-Code:")
    assert read((head + tail.partition("\n")[2]).encode()) == Bounce(OURS, "status 5.1.10")


@pytest.mark.parametrize("mail", [DELAYED, DELIVERED])
def test_a_delay_and_a_receipt_are_no_bounce(mail: str) -> None:
    assert read(mail.encode()) is None


def test_what_is_no_digest_of_ours_or_does_not_say_of_what_it_is() -> None:
    assert read(POSTFIX.replace(f"Message-ID: {OURS}\n", "").encode()) is None


@pytest.mark.parametrize(
    "subject",
    [
        f"leave sample {TOKEN}",
        f"Re: leave sample {TOKEN}",
        f"leave sample\n {TOKEN}",
        f"=?utf-8?q?leave_sample_{TOKEN.replace('_', '=5F')}?=",
    ],
)
def test_a_wish_to_leave(subject: str) -> None:
    assert read(f"From: reader@outlet.example\nSubject: {subject}\n\n\n".encode()) == Leave(TOKEN)


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"From: reader@outlet.example\nSubject: thank you\n\nI would like to leave sample a message.\n",
        b"Subject: leave sample\n\nthe token is missing\n",
        b"Subject: Automatic reply: [claimwatch sample] 1 disputing\nAuto-Submitted: auto-replied\n\nI am on leave.\n",
    ],
)
def test_anything_else_is_for_a_person(mail: bytes) -> None:
    assert read(mail) is None


@given(st.data())
def test_no_mail_however_broken_ends_in_a_trace(data: st.DataObject) -> None:
    mail = bytearray(data.draw(st.sampled_from([POSTFIX, EXCHANGE, HEADERS_ALONE])).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(mail)))
        mail[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=8))
    assert read(bytes(mail)) is None or isinstance(read(bytes(mail)), Bounce | Leave)


@pytest.mark.parametrize("message_id", ["<", "<a@[>", "<[>@x", "(", "=?utf-8?q?x?=", ""])
@pytest.mark.parametrize(
    "mail", [POSTFIX, HEADERS_ALONE.replace("text/rfc822-headers", "text/rfc822-headers; charset=nonsense")]
)
def test_a_broken_message_id_or_an_unknown_charset_is_no_trace(mail: str, message_id: str) -> None:
    read(mail.replace(f"Message-ID: {OURS}", f"Message-ID: {message_id}").encode())
