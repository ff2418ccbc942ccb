"""What the rooms of the worker hand each other. All frozen; instants are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from storage.records import ClaimId, FeedHints

# The word by which publishers know us: in every User-Agent, and what robots.txt speaks to (RFC 9309, 2.2.1).
OUR_NAME = "claimwatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A wish to GET `url`. Validators are sent back byte for byte; `accept` is the Accept header.

    `own`: the operator named this address in the settings, so it may be a private one. `user_agent`: instead of the house's,
    if not "". `validators_url`: the address that gave the validators, where redirects lead, if it is not `url`; they are
    sent to no other. `cut`: what is beyond `max_body_bytes` is left out, not refused. `delta`: only what is new would do (RFC 3229); asked together with an ETag alone. `form`: a wish to POST these
    fields instead: any 2xx is an answer then, its body unread, and of the redirects only 307 and 308 are followed, with the form.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    accept: str = "*/*"
    max_body_bytes: int = 10_000_000
    own: bool = False
    user_agent: str = ""
    delta: bool = False
    cut: bool = False
    validators_url: str = ""
    form: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A whole answer with status 200 (or 226). `body` is decompressed; header names are lower case.

    `url` is what was asked, `final_url` where the redirects ended, `permanent_url` the end of the
    unbroken head of permanent redirects (301, 308), equal to `url` if there was none.
    """

    url: str
    final_url: str
    permanent_url: str
    status: int
    headers: dict[str, str]
    body: bytes
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304: an answer, not a failure. `headers` may carry fresh validators; `permanent_url` as of Fetched, "": `url`."""

    url: str
    permanent_url: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One entry as the feed tells it. `key` is the sha256 (hex) of its guid, else of its canonical address."""

    key: str
    url: str
    title: str
    summary: str
    published: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed that parsed. `items` are those that were not seen before, in the document's order; `total` counts all it holds.

    `marks`: 8 bytes of hash for each item of the document, one after the other, in its order: what the next reading is to
    be given as seen. `refused` counts items that were looked at and left out, and why: {"no link": 2, "scheme javascript": 1}.
    """

    title: str
    lang: str
    items: tuple[FeedItem, ...]
    refused: dict[str, int]
    hints: FeedHints = field(default_factory=FeedHints)
    marks: bytes = b""
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPlan:
    """What a poll changes: `new` entries to keep, in feed order. Applied twice it plans nothing the second time.

    `changed`: told under a key that is known, but not with the bytes of the last reading (another title, another date, a
    count of comments). Where nothing was seen before, these are all that are known.
    """

    new: tuple[FeedItem, ...]
    changed: tuple[FeedItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What was read out of a page. `text` is NFC, paragraphs parted by one newline, never empty."""

    title: str
    text: str
    byline: str
    lang: str
    published: datetime | None
    canonical_url: str
    extractor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A passage that may speak about a claim. `score` in [0, 1], higher is nearer; `why` names what matched."""

    claim_id: ClaimId
    position: int
    score: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail ready to go. `headers` are those beyond From, To, Subject, Date and Message-ID."""

    to: str
    subject: str
    message_id: str
    text: str
    html: str
    headers: dict[str, str]
