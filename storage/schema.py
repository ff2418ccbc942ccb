"""The only tables. Natural keys are unique constraints; every state column has a CHECK; instants are aware UTC.

The rows never leave `storage/`: the other files here turn them into records.

A foreign key is checked when the row it points to is deleted: each has an index that begins with it, or every deleted
row would scan the other table whole. Ids that people and programs hold (articles, findings, digests) are never given
out again after a deletion, which SQLite promises only with AUTOINCREMENT.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from storage.records import (
    ArticleEvent,
    ArticleState,
    Cadence,
    Cause,
    ClaimKind,
    DigestState,
    EntryState,
    FeedState,
    Origin,
    Relation,
    SubscriptionState,
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant on both engines: SQLite forgets zones, so it is stored there as naive UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, refused without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can speak of it on both engines."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant(), date: Date(), str: Text(), dict[str, Any]: JSON(), list[Any]: JSON()}  # noqa: RUF012 - SQLAlchemy's own form


def _one_of(column: str, words: type[StrEnum], *, without: tuple[str, ...] = ()) -> CheckConstraint:
    listed = ", ".join(f"'{word.value}'" for word in words if word.value not in without)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Work:
    """What every row carries that jobs take turns on. See storage/leases.py."""

    called_until: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    lost_leases: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    next_try_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    last_error: Mapped[str | None]


class WatchListRow(Base):
    """One file of claims with its seed."""

    __tablename__ = "watch_lists"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    seed: Mapped[dict[str, Any]]
    added_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class TopicRow(Base):
    """A heading over claims."""

    __tablename__ = "topics"
    __table_args__ = (UniqueConstraint("list_id", "slug"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("watch_lists.id"))
    slug: Mapped[str]
    title: Mapped[str]
    position: Mapped[int]
    retired_at: Mapped[datetime | None]


class EntityRow(Base):
    """A name-bearer of a watch list; `names` is {language: [name, ...]}."""

    __tablename__ = "entities"
    __table_args__ = (UniqueConstraint("list_id", "slug"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("watch_lists.id"))
    slug: Mapped[str]
    names: Mapped[dict[str, Any]]
    retired_at: Mapped[datetime | None]


class ClaimRow(Base):
    """A claim; its slug is its key for good. What a watch list says of it stands in `body`."""

    __tablename__ = "claims"
    __table_args__ = (_one_of("kind", ClaimKind), Index(None, "list_id"))
    id: Mapped[str] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("watch_lists.id"))
    topic: Mapped[str]
    text: Mapped[str]
    kind: Mapped[str]
    event_from: Mapped[date | None]
    event_to: Mapped[date | None]
    body: Mapped[dict[str, Any]]
    position: Mapped[int]
    added_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class OutletRow(Base):
    """Who publishes."""

    __tablename__ = "outlets"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    country: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(default="", server_default="")  # whose voice it is; "": not known, its own


class FeedRow(Work, Base):
    """What is polled. `next_try_at` NULL: no next poll (gone). `paused_at`: by a person."""

    __tablename__ = "feeds"
    __table_args__ = (_one_of("state", FeedState), Index(None, "next_try_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(unique=True)
    poll_url: Mapped[str]  # where a permanent move led; the key stays the address a person gave
    title: Mapped[str] = mapped_column(default="")
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlets.id"))
    lang: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default=FeedState.NEW)
    state_since: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    validators_url: Mapped[str] = mapped_column(default="")  # the address that gave them; "": poll_url
    page_instead: Mapped[bool] = mapped_column(default=False)  # they are a web page's that stands where the feed was
    interval_s: Mapped[int] = mapped_column(default=3600)
    empty_runs: Mapped[int] = mapped_column(default=0)
    baseline_at: Mapped[datetime | None]
    last_polled_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    added_at: Mapped[datetime]
    failing_since: Mapped[datetime | None]
    hints: Mapped[dict[str, Any]] = mapped_column(default=dict)  # records.FeedHints, as storage/feeds.py writes it
    gap_s: Mapped[int | None]
    newest: Mapped[datetime | None]
    whole_at: Mapped[datetime | None]
    body_hash: Mapped[str] = mapped_column(default="")
    item_marks: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    distrusted: Mapped[bool] = mapped_column(default=False)
    suspected_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(default="")  # this and the next: set by a person for this feed alone
    every_s: Mapped[int | None]


class PollRow(Base):
    """What came of one poll; the last weeks are kept. `status`: of HTTP, NULL where nothing answered."""

    __tablename__ = "polls"
    __table_args__ = (Index(None, "feed_id", "at"), Index(None, "at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feeds.id"))
    at: Mapped[datetime]
    state: Mapped[str]
    status: Mapped[int | None]
    new: Mapped[int | None]
    items: Mapped[int | None]
    note: Mapped[str | None]  # why it failed, or what was left out


class HostRow(Base):
    """A host that is asked. `busy_until`, `free_at`: real time, whose turn it is. `bound_until`: Retry-After, by the house's clock.

    `robots`: its robots.txt, good until `robots_until`; `crawl_delay_s`: what that asks between two pages.
    """

    __tablename__ = "hosts"
    __table_args__ = (Index(None, "free_at"),)
    host: Mapped[str] = mapped_column(primary_key=True)
    busy_until: Mapped[datetime | None]
    free_at: Mapped[datetime | None]
    bound_until: Mapped[datetime | None]
    crawl_delay_s: Mapped[int | None]
    robots: Mapped[str | None]
    robots_until: Mapped[datetime | None]
    robots_etag: Mapped[str | None]
    robots_last_modified: Mapped[str | None]


class SubscriptionRow(Work, Base):
    """One subscription at a hub (WebSub), for one address of ours: its token and secret never change, a renewal is a new row.

    `lease_until`: the hub holds it until then, ENDED or DENIED ones too, until it confirms that it dropped them.
    `next_try_at`: ask the hub (again) then. `pushed_at`: the last feed that came. `missed`: polls in a row that found news
    which were not pushed.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (_one_of("state", SubscriptionState), Index(None, "feed_id"), Index(None, "next_try_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feeds.id"))
    hub: Mapped[str]
    topic: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)
    secret: Mapped[str]
    state: Mapped[str]
    state_since: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    pushed_at: Mapped[datetime | None]
    missed: Mapped[int] = mapped_column(default=0)


class PushRow(Work, Base):
    """What a hub sent, signed, and nobody has read yet. `sha256` (hex) and `size_bytes`: of the body before compression."""

    __tablename__ = "pushes"
    __table_args__ = (UniqueConstraint("subscription_id", "sha256"), Index(None, "next_try_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscriptions.id"))
    received_at: Mapped[datetime]
    content_type: Mapped[str]
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    zstd: Mapped[bytes] = mapped_column(LargeBinary)


class EntryRow(Work, Base):
    """One item of a feed. `in_baseline`: it stood there at the feed's first poll."""

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("feed_id", "entry_key"),
        _one_of("state", EntryState),
        Index(None, "state", "next_try_at"),
        Index(None, "url_key"),
        Index(None, "article_id"),
        Index(None, "snapshot_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feeds.id"))
    entry_key: Mapped[str]
    url: Mapped[str]
    url_key: Mapped[str]  # canonical form: two feeds that link one page fetch it once
    host: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    published: Mapped[datetime | None]
    first_seen: Mapped[datetime]
    in_baseline: Mapped[bool]
    state: Mapped[str] = mapped_column(default=EntryState.NEW)
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshots.id"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))


class BlobRow(Base):
    """Raw bytes, zstd, by the sha256 (hex) of the bytes before compression. Empty: pruned, hash and size stay."""

    __tablename__ = "blobs"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    zstd: Mapped[bytes] = mapped_column(LargeBinary)
    size_bytes: Mapped[int]


class SnapshotRow(Base):
    """One fetch: which bytes, from where, when. `dropped_at`: when the bytes were pruned; the record of it stays."""

    __tablename__ = "snapshots"
    __table_args__ = (UniqueConstraint("sha256", "url", "fetched_at"), Index(None, "url"))
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    url: Mapped[str]
    final_url: Mapped[str]
    fetched_at: Mapped[datetime]
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    dropped_at: Mapped[datetime | None]


class ArticleRow(Work, Base):
    """One canonical address. Four dates are kept apart: event (claims), page, feed, first seen.

    `next_try_at`: the next visit, to see whether it still says the same; NULL: none. `visits`: the steps of the schedule
    that are behind it (schedules/visits.py).
    """

    __tablename__ = "articles"
    __table_args__ = (
        _one_of("state", ArticleState),
        Index(None, "first_seen"),
        Index(None, "next_try_at"),
        Index(None, "copy_of"),
        Index(None, "host_key"),
        Index(None, "url"),
        Index(None, "outlet_id"),
        Index(None, "snapshot_id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    canonical_url: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]  # as fetched
    host_key: Mapped[str]  # labels of the canonical address's host, last first: "com.bbc.news"
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlets.id"))
    published_feed: Mapped[datetime | None]
    first_seen: Mapped[datetime]
    in_baseline: Mapped[bool]
    latest: Mapped[int]  # number of the newest revision
    is_seed_copy: Mapped[bool]
    copy_of: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))  # the original of its story; NULL: itself
    wire: Mapped[str] = mapped_column(default="", server_default="")  # the agency that the text is credited to
    state: Mapped[str] = mapped_column(default=ArticleState.LIVE, server_default=ArticleState.LIVE)
    state_since: Mapped[datetime | None]
    moved_to: Mapped[str | None]
    etag: Mapped[str | None]  # what the last visit's answer gave, if there was one since the newest revision
    last_modified: Mapped[str | None]
    missing_since: Mapped[datetime | None]  # not found there, but not for long enough to be called gone
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("snapshots.id"))  # what a visit brought, not read yet
    visits: Mapped[int] = mapped_column(default=0, server_default="0")
    visited_at: Mapped[datetime | None]


class RevisionRow(Work, Base):
    """One reading of an article that differs in substance. `judged_as` names the judge and the claims it was judged by.

    `order_key` sorts revisions by the date they go by (storage/articles.py); under it their words are indexed.
    """

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("article_id", "number"),
        UniqueConstraint("order_key"),
        # all that a walk over the newest asks of a revision: its row, with the text, is not read
        Index("ix_revisions_in_order", "order_key", "superseded_at", "article_id"),
        Index("ix_revisions_of_article", "article_id", "superseded_at", "order_key"),
        _one_of("cause", Cause),
        Index(None, "superseded_at", "judged_as"),
        Index(None, "text_hash"),
        Index(None, "snapshot_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    number: Mapped[int]
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"))
    title: Mapped[str]
    byline: Mapped[str]
    lang: Mapped[str]
    published_page: Mapped[datetime | None]
    published: Mapped[datetime | None]  # the one of page's and feed's that the article goes by
    text_hash: Mapped[str]
    substance: Mapped[str]  # hash of its letters and digits alone: equal where only the dress differs
    notice: Mapped[str] = mapped_column(default="", server_default="")  # its own words on a correction
    extractor: Mapped[str]
    cause: Mapped[str]
    read_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]  # when the next revision took its place
    order_key: Mapped[int | None] = mapped_column(BigInteger)
    judged_as: Mapped[str] = mapped_column(default="")
    text: Mapped[str]  # the last: SQLite reads through it to come to what stands behind


class PassageRow(Base):
    """A stretch of a revision's text, in characters."""

    __tablename__ = "passages"
    __table_args__ = (UniqueConstraint("revision_id", "position"), CheckConstraint("start_at < end_at", name="order"))
    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    position: Mapped[int]
    start_at: Mapped[int]
    end_at: Mapped[int]


class FindingRow(Base):
    """What one passage says about one claim, by one judge with one model. `withdrawn_at` when it no longer holds.

    It goes only with its article.
    """

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("claim_id", "passage_id", "judge_version", "model"),
        _one_of("relation", Relation, without=(Relation.UNRELATED.value,)),
        CheckConstraint("score >= 0 AND score <= 1", name="score"),
        CheckConstraint("start_at < end_at", name="order"),
        # what a search asks of an article's findings, and of a claim's, without reading them
        Index("ix_findings_of_article", "article_id", "withdrawn_at", "claim_id", "relation", "ruling_id", "score"),
        Index("ix_findings_of_claim", "claim_id", "withdrawn_at", "relation", "article_id", "ruling_id"),
        Index(None, "revision_id"),
        Index(None, "passage_id"),
        Index(None, "ruling_id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[str] = mapped_column(ForeignKey("claims.id"))
    passage_id: Mapped[int] = mapped_column(ForeignKey("passages.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    judge_version: Mapped[str]
    model: Mapped[str]
    relation: Mapped[str]
    adds: Mapped[list[Any]]
    score: Mapped[float]
    reason: Mapped[str]
    start_at: Mapped[int]
    end_at: Mapped[int]
    text_hash: Mapped[str]
    figures: Mapped[list[Any]]
    voice: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    passage_hash: Mapped[str]  # sha256 of the passage's text: a ruling follows it into later revisions
    ruling_id: Mapped[int | None] = mapped_column(ForeignKey("rulings.id"))  # a person's last word, if there is one
    held: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # the judge says it no more: a person does
    found_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class RulingRow(Base):
    """A person's word on a finding: who, when, why. The newest of a claim, article and passage counts; none is edited.

    `relation` may be `unrelated`: the passage does not speak of the claim; NULL: what was ruled before is retracted.
    `machine` is what it overruled or confirmed.
    """

    __tablename__ = "rulings"
    __table_args__ = (_one_of("relation", Relation), Index(None, "article_id", "claim_id", "passage_hash"))
    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[str] = mapped_column(ForeignKey("claims.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    passage_hash: Mapped[str]
    relation: Mapped[str | None]
    adds: Mapped[list[Any]]
    who: Mapped[str]
    why: Mapped[str]
    at: Mapped[datetime]
    machine: Mapped[dict[str, Any]]


_RANGE = text("low < high")


class FindingFigureRow(Base):
    """The figures of findings, as rows that can be searched and sorted. What a finding says of them stands in it."""

    __tablename__ = "finding_figures"
    __table_args__ = (
        Index(None, "low"),
        Index(None, "counts", "low"),
        # most figures are points: the few ranges that reach over one are found apart
        Index("ix_finding_figures_ranges", "low", "high", sqlite_where=_RANGE, postgresql_where=_RANGE),
    )
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    low: Mapped[float]
    high: Mapped[float]
    counts: Mapped[str]  # folded
    verdict: Mapped[str]


class ArticleEventRow(Base):
    """What happened to a stored article after its first reading. Told once, in the order of ids."""

    __tablename__ = "article_events"
    __table_args__ = (
        _one_of("kind", ArticleEvent),
        Index(None, "article_id"),
        Index(None, "revision_id"),
        Index(None, "finding_id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    kind: Mapped[str]
    at: Mapped[datetime]
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))  # the one that it brought
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("findings.id"))  # whose passage vanished
    detail: Mapped[str]


class StoryBandRow(Base):
    """Bands of an article's MinHash sketch: two articles that share one may tell one story (worker/steps/sketch.py)."""

    __tablename__ = "story_bands"
    __table_args__ = (Index(None, "article_id"),)
    band: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)


class SavedSearchRow(Base):
    """A query with a name."""

    __tablename__ = "saved_searches"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    query: Mapped[str]
    saved_at: Mapped[datetime]


class TokenRow(Base):
    """A key to API and Atom: only its hash is kept. `person` is who rules with it; `may_write`: it may rule at all."""

    __tablename__ = "tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    person: Mapped[str]
    may_write: Mapped[bool]
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class RejudgingRow(Base):
    """A `claimwatch rejudge` or `reread` that was begun and has not come to its end: how far it is, so that the next goes on.

    `scope`: storage/rejudgings.py. Revisions up to `last_revision_id` were judged, or read again, under `mark`.
    """

    __tablename__ = "rejudgings"
    scope: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[str]
    last_revision_id: Mapped[int]
    begun_at: Mapped[datetime]


class RecipientRow(Base):
    """Who gets the digest of a watch list. `left_by`: who took them off it; a file brings back whom no reader did."""

    __tablename__ = "recipients"
    __table_args__ = (
        UniqueConstraint("list_id", "address"),
        _one_of("cadence", Cadence),
        _one_of("origin", Origin),
        _one_of("left_by", Origin),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("watch_lists.id"))
    address: Mapped[str]
    zone: Mapped[str]
    cadence: Mapped[str]
    at_minute: Mapped[int]  # minutes after local midnight
    at_once: Mapped[bool]
    still_watching: Mapped[bool]
    began: Mapped[datetime]
    origin: Mapped[str]
    leave_token: Mapped[str] = mapped_column(unique=True)
    left_at: Mapped[datetime | None]
    left_by: Mapped[str | None]
    paused_at: Mapped[datetime | None]
    paused_why: Mapped[str | None]
    resumed_at: Mapped[datetime | None]  # refusals before it count no more


class LetterRow(Base):
    """What a digest says, rendered once for all recipients to whom the same is news. Blank: what it quoted was removed."""

    __tablename__ = "letters"
    __table_args__ = (Index(None, "list_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("watch_lists.id"))
    composed_at: Mapped[datetime]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]


class LetterItemRow(Base):
    """A finding that a letter told, with the relation and the figures ([low, high]) that it had then."""

    __tablename__ = "letter_items"
    __table_args__ = (Index(None, "finding_id"),)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"), primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("findings.id"), primary_key=True)
    relation: Mapped[str]
    figures: Mapped[list[Any]]


class LetterNoticeRow(Base):
    """What else a letter told: an event of an article, a silence. Told once by its name."""

    __tablename__ = "letter_notices"
    __table_args__ = (Index(None, "event_id"),)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"), primary_key=True)
    notice: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("article_events.id"))


class DigestRow(Work, Base):
    """The outbox: what goes to whom, frozen when it is made, one a list, recipient and period.

    `rev` counts how often a person had it sent again. `handed`: how often it was handed over and no word came back.
    `refused_at`: its recipient was refused, by the relay or by a bounce.
    """

    __tablename__ = "digests"
    __table_args__ = (
        UniqueConstraint("list_id", "recipient_id", "period"),
        _one_of("state", DigestState),
        Index(None, "state", "next_try_at"),
        Index(None, "recipient_id"),
        Index(None, "letter_id"),
        Index(None, "message_id"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("watch_lists.id"))
    recipient_id: Mapped[int] = mapped_column(ForeignKey("recipients.id"))
    period: Mapped[str]
    state: Mapped[str]
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))
    rev: Mapped[int] = mapped_column(default=0, server_default="0")
    message_id: Mapped[str | None]
    headers: Mapped[dict[str, Any]]
    composed_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    server_reply: Mapped[str | None]
    handed: Mapped[int] = mapped_column(default=0, server_default="0")
    refused_at: Mapped[datetime | None]


class TombstoneRow(Base):
    """An article that was removed on request: what is said of it, and nothing of what stood in it."""

    __tablename__ = "tombstones"
    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(unique=True)  # the former id: no row has it any more
    outlet: Mapped[str]
    removed_at: Mapped[datetime]
    reason: Mapped[str]


class GoneAddressRow(Base):
    """An address, in canonical form, whose page does not come back: removed (with a tombstone), or pruned (without)."""

    __tablename__ = "gone_addresses"
    __table_args__ = (Index(None, "tombstone_id"),)
    url_key: Mapped[str] = mapped_column(primary_key=True)
    tombstone_id: Mapped[int | None] = mapped_column(ForeignKey("tombstones.id"))


class HeartbeatRow(Base):
    """When a part of the house was last alive."""

    __tablename__ = "heartbeats"
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
