"""An article that is visited again, and how a visit ends: what storage, schedules and jobs hand each other. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.records import ArticleEvent, ArticleId, ArticleState, SnapshotId


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far an article's schedule is. `since`: its first reading or last edit, or its publication if that is later.

    `carries`: a live finding or a ruling, the reason to visit it. `edits`: how often its outlet edited it.
    """

    carries: bool
    since: datetime
    step: int
    edits: int
    next_try_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """The newest revision as it was read, and the bytes it was read from."""

    title: str
    text: str
    lang: str
    extractor: str
    snapshot_id: SnapshotId
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An article in hand. `address`: where it stands now, with the validators that this address gave.

    `addresses`: all it goes by, `address` first. `unread`: a snapshot that was brought and not read yet. The rest is what a
    reading of it says of the article as a whole.
    """

    article_id: ArticleId
    address: str
    etag: str | None
    last_modified: str | None
    addresses: tuple[str, ...]
    state: ArticleState
    moved_to: str | None
    missing_since: datetime | None
    failures: int
    standing: Standing
    stood: Stood
    unread: SnapshotId | None
    canonical_url: str
    url: str
    outlet_id: int
    published_feed: datetime | None
    first_seen: datetime
    in_baseline: bool
    leased_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a visit ends. `events`: (kind, detail). `state` None: as it was. `due` None: no further visit.

    `step`: how many steps of the schedule are behind the article then. `failures`: in a row. `error`: why, for a person.
    `validators`: etag and last-modified for the next visit; None: as they were.
    """

    step: int
    due: datetime | None
    events: tuple[tuple[ArticleEvent, str], ...] = ()
    state: ArticleState | None = None
    moved_to: str | None = None
    missing_since: datetime | None = None
    failures: int = 0
    error: str | None = None
    validators: tuple[str | None, str | None] | None = None
