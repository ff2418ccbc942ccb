"""The headers of a digest: who it is from in the eyes of mail programs, what it answers, how one leaves. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from urllib.parse import quote

from storage.records import Recipient
from worker.steps.digest.marks import line

# RFC 8058, section 3.1: the value of the header, and the body that the mail program posts.
ONE_CLICK = "List-Unsubscribe=One-Click"
# What stands before a reader's token where they leave a list.
LEAVING = "/u/"


def message_id(recipient: Recipient, period: str, *, rev: int, domain: str) -> str:
    """Ever the same for one sending, so that a retry is known as what it is: <digest.LIST.PERIOD.REV.READER@DOMAIN>.

    READER cannot be reckoned from the address: who can name the id of a digest may have it noted as bounced.
    """
    reader = hashlib.sha256(f"{recipient.leave_token} {recipient.address}".encode()).hexdigest()[:12]
    return f"<digest.{recipient.list_slug}.{period}.{rev}.{reader}@{domain}>"


def headers(
    recipient: Recipient, *, list_title: str, thread: str | None, domain: str, public_url: str, contact: str
) -> dict[str, str]:
    """All but From, To, Subject, Date and Message-ID. `thread`: the Message-ID that it answers; `contact`: who is asked
    to take a reader off, where no web page of ours does.
    """
    answers: Mapping[str, str] = {"In-Reply-To": thread, "References": thread} if thread else {}
    ways = [f"<{leave_url(recipient.leave_token, public_url)}>"] if _reachable(public_url) else []
    subject = quote(f"leave {recipient.list_slug} {recipient.leave_token}")
    ways.append(f"<mailto:{contact}?subject={subject}>")
    one_click = {"List-Unsubscribe-Post": ONE_CLICK} if _reachable(public_url) else {}
    return {
        **answers,
        "List-ID": f'"{_phrase(list_title) or recipient.list_slug}" <{recipient.list_slug}.claimwatch.{domain}>',
        "List-Unsubscribe": ", ".join(ways),
        **one_click,
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "Content-Language": "en",
    }


def leave_url(token: str, public_url: str) -> str:
    """Where the reader of that token, and nobody else, leaves their list; "" without a web page that can be reached."""
    return f"{public_url}{LEAVING}{token}" if public_url else ""


def _reachable(public_url: str) -> bool:
    """RFC 8058 wants https."""
    return public_url.startswith("https://")


def _phrase(title: str) -> str:
    """RFC 2919 wants ASCII in it, and a quoted phrase no quotation marks."""
    told = re.sub(r'["\\]', "'", line(title).encode("ascii", "ignore").decode())
    return " ".join(told.split())[:80]
