"""The nouns of the house: frozen records that every wing may hold.

Ids are plain ints typed by `NewType`; a claim's id is its slug. Every instant is an aware UTC
`datetime`. Dates of events are `date`. Standard library only, so that the pure rooms may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NewType

ListId = NewType("ListId", int)
ClaimId = NewType("ClaimId", str)
FeedId = NewType("FeedId", int)
EntryId = NewType("EntryId", int)
SnapshotId = NewType("SnapshotId", int)
ArticleId = NewType("ArticleId", int)
RevisionId = NewType("RevisionId", int)
FindingId = NewType("FindingId", int)
RulingId = NewType("RulingId", int)
RecipientId = NewType("RecipientId", int)
LetterId = NewType("LetterId", int)
DigestId = NewType("DigestId", int)


class ClaimKind(StrEnum):
    """What sort of statement a claim is; an opinion gets only context."""

    REPORTED = "reported"
    FIGURE = "figure"
    ALLEGATION = "allegation"
    OPINION = "opinion"
    LEGAL = "legal"


class Relation(StrEnum):
    """What a passage does to a claim. The product takes no side: disputes, never refutes."""

    SUPPORTS = "supports"
    DISPUTES = "disputes"
    MIXED = "mixed"
    CONTEXT = "context"
    UNCLEAR = "unclear"
    UNRELATED = "unrelated"  # in the answers of `compare`, and a person's word on a finding; no judge's finding says so


class Adds(StrEnum):
    """What a passage adds to what was known; any number of them."""

    FIGURE = "figure"
    DENIAL = "denial"
    CORRECTION = "correction"
    RULING = "ruling"
    DOCUMENT = "document"
    NEW_WITNESS = "new-witness"
    REPEATS = "repeats"


class FeedState(StrEnum):
    """The last word on a feed. NEW: never polled. Nothing here stops a feed silently."""

    NEW = "new"
    OK = "ok"
    EMPTY = "empty"
    STALE = "stale"
    REFUSED = "refused"
    MOVED = "moved"
    GONE = "gone"
    NOT_A_FEED = "not-a-feed"
    UNREACHABLE = "unreachable"


class SubscriptionState(StrEnum):
    """ASKED: the hub has not confirmed yet. LIVE: it pushes. DENIED: it refused, or never confirmed. ENDED: the feed left it."""

    ASKED = "asked"
    LIVE = "live"
    DENIED = "denied"
    ENDED = "ended"


class EntryState(StrEnum):
    """NEW: page not fetched. FETCHED: snapshot kept, not read. READ: article kept, until it is pruned by its age.

    PARKED: given up, with the reason. REMOVED: the article was removed for good and never comes back.
    """

    NEW = "new"
    FETCHED = "fetched"
    READ = "read"
    PARKED = "parked"
    REMOVED = "removed"


class ArticleState(StrEnum):
    """LIVE: it was there when we last looked. GONE: the outlet took it away. MOVED: it stands at another address."""

    LIVE = "live"
    GONE = "gone"
    MOVED = "moved"


class Cause(StrEnum):
    """Why there is a revision: the article was new, its outlet edited it, or we read kept bytes with another extractor."""

    FIRST = "first"
    EDIT = "edit"
    REREAD = "reread"


class ArticleEvent(StrEnum):
    """What happened to a stored article after its first reading.

    CORRECTED: an edit that says that it is one. VANISHED: the passage under a finding no longer stands in the text.
    """

    EDITED = "edited"
    CORRECTED = "corrected"
    GONE = "gone"
    BACK = "back"
    MOVED = "moved"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What its outlet did to an article between two readings: EDITED or CORRECTED, and one line on it for a person."""

    kind: ArticleEvent
    detail: str


class DigestState(StrEnum):
    """What became of a recipient's digest of one period.

    QUIET: nothing was new, nothing goes. DRAFTED: it waits for its turn, or for its next try. SENDING: somebody hands it
    over. UNKNOWN: it was given up and may have gone, for no word came back of a try; a person decides. FAILED: refused for
    good, or given up, and it has not gone.
    """

    QUIET = "quiet"
    DRAFTED = "drafted"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"


class Channel(StrEnum):
    """How a digest reaches its recipient. PAGE: it is kept to be read on the page and by Atom, and goes nowhere."""

    MAIL = "mail"
    PAGE = "page"
    CHAT = "chat"


class Origin(StrEnum):
    """Who put a recipient on a watch list, or took them off it."""

    FILE = "file"
    COMMAND = "command"
    READER = "reader"  # left by the link in a mail: no file brings them back


class Cadence(StrEnum):
    """How often a recipient wants a digest, in the recipient's own time zone."""

    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"


class Bound(StrEnum):
    """How a stated figure limits the true one."""

    EXACT = "exact"
    AT_LEAST = "at least"
    MORE_THAN = "more than"
    UP_TO = "up to"
    FEWER_THAN = "fewer than"


class Verdict(StrEnum):
    """A text's figure beside the claim's, what is counted being compared first."""

    SAME = "same"
    HIGHER = "higher"
    LOWER = "lower"
    OVERLAPS = "overlaps"
    DIFFERENT_THING = "different-thing"


class Role(StrEnum):
    """What a speaker is. OFFICIAL: of a state, court or international body. UNNAMED: a source that will not be named."""

    OFFICIAL = "official"
    WITNESS = "witness"
    MONITOR = "monitor"
    ARMED_GROUP = "armed-group"
    OUTLET = "outlet"
    UNNAMED = "unnamed"
    UNKNOWN = ""


class Certainty(StrEnum):
    """How surely a thing is said. HEDGED: with a reservation, such as "allegedly"."""

    FLAT = "flat"
    HEDGED = "hedged"
    QUESTION = "question"


class Act(StrEnum):
    """What a speaker does with what is said."""

    STATES = "states"
    DENIES = "denies"
    CORRECTS = "corrects"
    CONFIRMS = "confirms"
    ACCUSES = "accuses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who says it in a passage, and how.

    `speaker`: words of the text, "" if nobody is named. `entity`: the speaker's slug, if the watch list knows them.
    `relayed_from`: the outlet or wire it is taken from. `firsthand`: the speaker tells what they saw or did themselves.
    `denied`: characters of the passage that a denial governs, if they can be told.
    """

    speaker: str = ""
    role: Role = Role.UNKNOWN
    entity: str = ""
    relayed_from: str = ""
    firsthand: bool = False
    certainty: Certainty = Certainty.FLAT
    act: Act = Act.STATES
    denied: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number a claim or a text states. `low == high` for a point; `counts` says what is counted.

    `scope` is the place, period or party the count covers ("raqqa", "whole operation").
    `quote` is the wording in the text (empty for a claim's own figure); `verdict` only beside a claim.
    """

    low: float
    high: float
    bound: Bound = Bound.EXACT
    approx: bool = False
    unit: str = ""
    counts: str = ""
    scope: str = ""
    quote: str = ""
    said_by: str = ""
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A person, place or body and its names by language code ("en" -> ("Raqqa", "Ar-Raqqah"))."""

    slug: str
    names: dict[str, tuple[str, ...]]

    def all_names(self) -> tuple[str, ...]:
        """Every name in every language, without repeats, in a steady order."""
        return tuple(dict.fromkeys(name for names in self.names.values() for name in names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A heading over claims."""

    slug: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement of the seed, to be checked. `event_from`/`event_to`: days, inclusive, or None if undated.

    `places` and `actors` are entity slugs. `counts` of each figure says what is counted.
    """

    id: ClaimId
    topic: str
    text: str
    kind: ClaimKind
    attributed_to: str = ""
    event_from: date | None = None
    event_to: date | None = None
    source_outlet: str = ""
    source_date: str = ""
    places: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    sub_claims: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """The article whose claims are watched. `copies` are addresses known to re-post it."""

    title: str
    author: str = ""
    outlet: str = ""
    published: str = ""  # ISO date, month or year: as exactly as it is known
    url: str = ""
    copies: tuple[str, ...] = ()
    fingerprint: str = ""  # its text as worker/steps/fingerprint.py keeps it: a re-post is known by it


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec:
    """A feed as a person names it: what `feed add` and a watch list give."""

    url: str
    outlet: str = ""
    country: str = ""  # ISO 3166 alpha-2, or "" if unknown
    lang: str = ""  # ISO 639-1
    kind: str = ""  # three words on who publishes: "UK public broadcaster"
    owner: str = ""  # whose voice the outlet is: outlets of one owner count as one; "": its own
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientSpec:
    """Who gets the digest: a mail address, `page`, or `chat:NAME`. `at` is local time in `zone` (IANA name).

    `since`: news from this instant on. `at_once`: what needs a reader comes at once, the rest by the cadence.
    `still_watching`: a line in a week without news.
    """

    address: str
    zone: str = "UTC"
    cadence: Cadence = Cadence.DAILY
    at: time = time(7, 0)
    since: datetime | None = None
    at_once: bool = False
    still_watching: bool = False

    @property
    def channel(self) -> Channel:
        """By the form of the address."""
        return channel_of(self.address)


def channel_of(address: str) -> Channel:
    """How who has that address is reached."""
    if address == Channel.PAGE:
        return Channel.PAGE
    return Channel.CHAT if address.startswith(f"{Channel.CHAT}:") else Channel.MAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchList:
    """A seed, its topics, entities and claims, the feeds to poll and the recipients: one file."""

    slug: str
    title: str
    seed: Seed
    topics: tuple[Topic, ...]
    entities: tuple[Entity, ...]
    claims: tuple[Claim, ...]
    feeds: tuple[FeedSpec, ...] = ()
    recipients: tuple[RecipientSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHints:
    """What a feed's last whole document asks of who polls it; it holds until the next one, over every 304.

    `min_interval`: the longest wait of ttl and sy:update*. `skip_hours`: 0 to 23, GMT; `skip_days`: 0 is Monday.
    `hub`, `topic`: WebSub's hub and the feed's own address there. `site`: the page that the feed belongs to.
    """

    min_interval: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    hub: str = ""
    topic: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as stored. `poll_url`: where a permanent move led. `failures` counts polls failed in a row, `failing_since`
    when the first of them was; `empty_runs` polls without an entry in a row.

    `interval`: the wait that was learned; `gap`: the usual time between two entries, None before it is known; `newest`:
    when the newest entry was published (or first seen, where the feed has no dates).
    `body_hash`: sha256 (hex) of the last whole document; `item_marks`: 8 bytes of hash for each of its items, one after the other.
    `validators_url`: the address that gave ETag and Last-Modified, if it is not `poll_url`; `page_instead`: they are those of a
    web page that stands where the feed was.
    `distrusted`: its validators were caught in a lie and are not sent any more. `whole_at`: the last answer with a body;
    `suspected_at`: when they were last suspected of one.
    `user_agent`, `every`: what a person set for this feed alone; "" and None: as for all.
    """

    id: FeedId
    url: str
    lang: str
    state: FeedState
    etag: str | None
    last_modified: str | None
    failures: int
    empty_runs: int
    interval: timedelta
    baseline_at: datetime | None
    last_success_at: datetime | None
    leased_until: datetime | None = None
    poll_url: str = ""
    state_since: datetime | None = None
    failing_since: datetime | None = None
    last_polled_at: datetime | None = None
    hints: FeedHints = FeedHints()
    gap: timedelta | None = None
    newest: datetime | None = None
    body_hash: str = ""
    item_marks: bytes = b""
    validators_url: str = ""
    page_instead: bool = False
    distrusted: bool = False
    whole_at: datetime | None = None
    suspected_at: datetime | None = None
    user_agent: str = ""
    every: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed. `published` is the feed's word; `title` and `summary` are plain text. `leased_until`: by whoever
    holds this. `user_agent`: what a person set for its feed alone.
    """

    id: EntryId
    feed_id: FeedId
    url: str
    url_key: str
    title: str
    summary: str
    published: datetime | None
    first_seen: datetime
    in_baseline: bool
    lang: str
    outlet: str
    failures: int
    snapshot_id: SnapshotId | None
    user_agent: str
    leased_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """The record of one fetch: `url` was asked, `final_url` answered; header names are lower case.

    `sha256` (hex) and `size_bytes` are those of the body after decompression. `dropped_at`: when it was pruned.
    """

    id: SnapshotId
    url: str
    final_url: str
    fetched_at: datetime
    status: int
    headers: dict[str, str]
    sha256: str
    size_bytes: int
    dropped_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The raw bytes of one fetch; header names are lower case."""

    id: SnapshotId
    url: str
    final_url: str
    fetched_at: datetime
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of a revision's text: `text[start:end]`, in characters. Passages are in order and do not overlap."""

    position: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one passage says about one claim. `start`, `end` are characters in the revision's text.

    `quote == text[start:end]`, lying within the passage at `position`. `score` in [0, 1] is the
    confidence in `relation`. `reason` is one line a person can check. `judge_version` is that of the program's rules,
    `model` the name and version of what gave the stance. `voice`: who says it, or None. `by_person`: relation, adds,
    score and reason are a person's word, which counts in the place of the judge's.
    """

    claim_id: ClaimId
    position: int
    relation: Relation
    adds: tuple[Adds, ...]
    score: float
    reason: str
    start: int
    end: int
    quote: str
    figures: tuple[Figure, ...]
    judge_version: str
    model: str = "rules"
    voice: Voice | None = None
    by_person: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineWord:
    """What a judge said of a passage, for good: beside what a person says of it."""

    relation: Relation
    adds: tuple[Adds, ...]
    score: float
    reason: str
    judge_version: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A person's word on what a passage of an article says of a claim. It follows the passage's text into other revisions.

    `relation` UNRELATED: the passage does not speak of the claim; None: what was ruled before is retracted. `at` is UTC.
    `machine`: what it confirmed or corrected. `passage_hash`: sha256 of the passage's text.
    """

    id: RulingId
    claim_id: ClaimId
    article_id: ArticleId
    passage_hash: str
    relation: Relation | None
    adds: tuple[Adds, ...]
    who: str
    why: str
    at: datetime
    machine: MachineWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A recipient as stored. `began`: findings first seen before it are old news to this reader.

    `leave_token`: who shows it may take this recipient off this list, and nothing else.
    """

    id: RecipientId
    list_id: ListId
    list_slug: str
    address: str
    zone: str
    cadence: Cadence
    at: time
    began: datetime
    at_once: bool = False
    still_watching: bool = False
    leave_token: str = ""

    @property
    def channel(self) -> Channel:
        """By the form of the address."""
        return channel_of(self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A finding that counts, as one that may be news: what it is asked for, and no more. `figures`: (low, high) of each.

    `story`: of its article. `edited_at`: when the revision was read that an edit by its outlet brought; None: it is no edit.
    """

    finding_id: FindingId
    claim_id: ClaimId
    article_id: ArticleId
    revision_id: RevisionId
    relation: Relation
    first_seen: datetime
    published: datetime | None
    in_baseline: bool
    story: ArticleId
    edited_at: datetime | None = None
    figures: frozenset[tuple[float, float]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finding that a letter told, with the relation and the figures that it had then. `story`: of its article, as of now."""

    letter_id: LetterId
    composed_at: datetime
    finding_id: FindingId
    claim_id: ClaimId
    article_id: ArticleId
    revision_id: RevisionId
    story: ArticleId
    relation: Relation
    figures: frozenset[tuple[float, float]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """One finding as a digest shows it, with the article around it. Instants are UTC.

    `machine`: what the judge said where a person has ruled, and relation, adds and reason are theirs; None: nobody has.
    `was`: the relation by which the reader was told of the article and the claim before, if it was another. `echo`: a copy of
    a text that the reader was told of, to the same effect.
    """

    finding_id: FindingId
    claim_id: ClaimId
    claim_text: str
    topic: str
    relation: Relation
    adds: tuple[Adds, ...]
    score: float
    reason: str
    quote: str
    figures: tuple[Figure, ...]
    article_id: ArticleId
    article_title: str
    article_url: str
    outlet: str
    country: str
    outlet_kind: str
    lang: str
    published: datetime | None
    first_seen: datetime
    found_at: datetime
    story: ArticleId  # of the article: by its original
    voice: Voice | None = None
    machine: Relation | None = None
    was: Relation | None = None
    echo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event of an article. `claims`: of the finding whose passage vanished; of other events none. `at` is UTC."""

    event_id: int
    kind: ArticleEvent
    at: datetime
    detail: str
    article_id: ArticleId
    title: str
    url: str
    outlet: str
    lang: str
    story: ArticleId
    claims: tuple[ClaimId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a letter tells beside findings, by the name under which it is told once: "event:12", "silent:...".

    `event_id`: of an article's event: the letter goes blank with the article.
    """

    name: str
    event_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An article as one that speaks of a claim. `wire`: the agency its text is credited to.

    `relayed`: of each of its findings on the claim, from whom it is taken; "" where the article speaks for itself.
    """

    article_id: ArticleId
    story: ArticleId
    outlet: str
    owner: str = ""
    wire: str = ""
    relayed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an article says of a claim by one relation. `findings`: how many; `since`: when it first took it, UTC."""

    heard: Heard
    relation: Relation
    findings: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A feed as a source of news: whether it could bring any. `answered_at`: its last answer; `failures`: missed since.

    `next_poll`: None: it is not asked any more.
    """

    id: FeedId
    url: str
    outlet: str
    state: FeedState
    state_since: datetime
    added_at: datetime
    paused_at: datetime | None
    answered_at: datetime | None
    interval: timedelta
    next_poll: datetime | None
    failures: int
    last_error: str | None
