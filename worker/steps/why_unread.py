"""Why a page could not be read, in a word: of the error that its entry keeps."""

from __future__ import annotations

import re
from enum import StrEnum


class Why(StrEnum):
    """The first four are walls: the page is there, and not for us."""

    PAYWALL = "paywall"
    CONSENT = "consent"
    CHALLENGE = "bot-challenge"
    REFUSED = "refused"
    MISSING = "missing"
    NO_TEXT = "no-text"
    OTHER = "other"


WALLS = frozenset({Why.PAYWALL, Why.CONSENT, Why.CHALLENGE, Why.REFUSED})

# An address may hold any word, in front of what is said of it (worker/errors.py) and within.
_ADDRESS = re.compile(r"^https?://\S+: |https?://\S+")
_LEADS_TO_CONSENT = re.compile(r"leads to https?://consent\.")
_SIGNS = (
    # steps/walls.py; what follows may hold words of the page
    (Why.PAYWALL, re.compile(r"^paywall: ")),
    (Why.CONSENT, re.compile(r"^consent wall: ")),
    (Why.CHALLENGE, re.compile(r"^bot challenge: ")),
    (Why.MISSING, re.compile(r"^page not found: ")),
    (Why.PAYWALL, re.compile(r"paywall|subscri|^402\b", re.IGNORECASE)),
    (Why.CONSENT, re.compile(r"consent", re.IGNORECASE)),
    (Why.CHALLENGE, re.compile(r"challenge|captcha", re.IGNORECASE)),
    (Why.REFUSED, re.compile(r"^(?:401|403|429|451)\b")),
    (Why.MISSING, re.compile(r"^(?:404|410)\b")),
    (Why.NO_TEXT, re.compile(r"^no article text\b")),
)


def why_unread(error: str) -> Why:
    """ "https://a.example/x: 403 Forbidden" is refused."""
    if _LEADS_TO_CONSENT.search(error):
        return Why.CONSENT
    said = _ADDRESS.sub("", error)
    return next((why for why, sign in _SIGNS if sign.search(said)), Why.OTHER)
