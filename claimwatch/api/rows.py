"""What rows hold, for the OpenAPI document. Rows go out as the store gives them; tests hold one against the other."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from schedules.sources import CoverageVerdict, Hearing
from storage.records import (
    Act,
    Adds,
    ArticleEvent,
    ArticleState,
    Bound,
    Cause,
    Certainty,
    ClaimKind,
    FeedState,
    Relation,
    Role,
    Verdict,
)
from worker.steps.text_diff import Kind as SegmentKind
from worker.steps.why_unread import Why

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-23T07:00:00Z"])]
Day = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2017-10-12"])]
Score = Annotated[float, Field(ge=0, le=1)]
R = TypeVar("R")


class Rows(BaseModel, Generic[R]):
    """A list, or a page of one. `next` is the `after` of the next page; null: there is none."""

    rows: list[R]
    next: str | None


class Facet(BaseModel):
    """How many of all that was found have this value."""

    value: str | int | float | bool | None
    count: int


class Found(Rows[R], Generic[R]):
    """A page of what a query finds. `asked` is the query as it was understood; days are those of `zone`."""

    asked: str
    zone: str
    total: int
    more_than_total: bool = Field(description="There are more than `total`: counting stopped there.")
    notes: list[str]
    facets: dict[str, list[Facet]]


class Findings(Rows["FindingRow"]):
    """A page of findings. Where a query asked, also what is known of all that it found."""

    asked: str = ""
    zone: str = ""
    total: int = 0
    more_than_total: bool = False
    notes: list[str] = []


class FigureRow(BaseModel):
    """A number that a claim or a passage states, and its verdict beside the claim's."""

    low: float
    high: float
    bound: Bound
    approx: bool
    unit: str
    counts: str
    scope: str
    quote: str
    said_by: str
    verdict: Verdict | None


class VoiceRow(BaseModel):
    """Who says it, and how. `denied`: from and to, in characters of the passage."""

    speaker: str
    role: Role
    entity: str
    relayed_from: str
    firsthand: bool
    certainty: Certainty
    act: Act
    denied: list[int] | None


class By(StrEnum):
    """Whose word a relation is."""

    PERSON = "person"
    MODEL = "model"
    RULES = "rules"


class RulingOfFinding(BaseModel):
    """A person's last word on a passage: who, when and why."""

    who: str
    at: Instant
    why: str
    relation: Relation
    adds: list[Adds]


class MachineWord(BaseModel):
    """What the judge says of the passage. `stands` false: it finds nothing there any more; the person's word holds it."""

    relation: Relation
    adds: list[Adds]
    score: Score
    reason: str
    judge_version: str
    model: str
    stands: bool


class RuledWord(StrEnum):
    """What a ruling did beside the machine's word of then."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    RETRACTED = "retracted"


class OverruledWord(BaseModel):
    """What the judge said of the passage when it was ruled on."""

    relation: Relation
    adds: list[Adds]
    score: Score
    reason: str
    judge_version: str
    model: str


class RulingRow(BaseModel):
    """What a person said of a passage. `counts`: it is the newest on it, and no retraction.

    `passage_stands`: the words stand in the newest text. `claim_edited`: since then.
    """

    id: int
    what: RuledWord
    counts: bool
    claim_id: str
    article_id: int
    finding_id: int | None = Field(description="The finding that it speaks of now.")
    relation: Relation | None
    adds: list[Adds]
    who: str
    at: Instant
    why: str
    machine: OverruledWord
    passage: str
    passage_stands: bool
    claim_edited: bool
    outlet: str
    title: str
    url: str


class FindingRow(BaseModel):
    """What a passage says about a claim. `relation`, `adds`, `score` and `reason` are a person's where `by` says so.

    Else they are a machine's suggestion. `machine` is its word in any case.

    `passage` stands at `start` to `end` (characters) of the text of revision `revision`, whose sha256 is `text_hash`.
    """

    id: int
    claim_id: str
    article_id: int
    relation: Relation
    adds: list[Adds]
    score: Score
    passage: str
    start: int
    end: int
    reason: str
    figures: list[FigureRow]
    text_hash: str
    voice: VoiceRow | None
    judge_version: str
    model: str
    found_at: Instant
    withdrawn_at: Instant | None = Field(description="When it no longer held; null in every list.")
    revision: int
    title: str
    url: str
    outlet: str
    published: Instant | None
    first_seen: Instant
    copy_of: int | None = Field(description="The article that this one is a copy of.")
    by: By
    ruling: RulingOfFinding | None
    machine: MachineWord


class ArticleRow(BaseModel):
    """An article as its newest revision has it. `published` is the earlier of page's and feed's word."""

    id: int
    url: str = Field(description="As fetched.")
    canonical_url: str
    title: str
    outlet: str
    country: str
    lang: str
    published: Instant | None
    published_page: Instant | None = None
    published_feed: Instant | None = None
    first_seen: Instant
    revision: int
    state: ArticleState
    is_seed_copy: bool
    story: int = Field(description="The article whose text it is; its own id if it copies none.")
    copies: int = Field(description="How many others of that story are kept.")
    wire: str = Field(description="The agency that the text is credited to.")
    findings: int = Field(description="How many.")


class Snippet(BaseModel):
    """A stretch of the text. `marks`: from and to of what answers the query, in characters of `text`."""

    text: str
    marks: list[list[int]]


class FoundArticleRow(ArticleRow):
    """The same, with the place in its text that answers the query."""

    snippet: Snippet


class Part(BaseModel):
    """One relation that passages bear, with the ids of its findings, the surest first."""

    relation: Relation
    score: Score
    findings: list[int]


class WholeRelation(BaseModel):
    """What an article as a whole does to a claim. `dissent`: some passage takes another side than the one that leads."""

    relation: Relation
    score: Score
    dissent: bool
    says: str = Field(description="Both sides in words.")
    parts: list[Part]


class OfClaim(WholeRelation):
    """Towards which claim."""

    claim_id: str


class OfArticle(WholeRelation):
    """Of which article."""

    article_id: int
    outlet: str
    title: str
    url: str


class RevisionRow(BaseModel):
    """One reading of an article. `snapshot` is the sha256 of the bytes it was read from."""

    number: int
    read_at: Instant
    text_hash: str
    extractor: str
    snapshot: str
    fetched_at: Instant


class EventRow(BaseModel):
    """What happened to an article after its first reading. Of a vanished passage: the finding, its claim, and what it said."""

    id: int
    at: Instant
    kind: ArticleEvent
    article_id: int
    revision: int | None = Field(description="The reading that it brought.")
    finding_id: int | None
    claim_id: str | None
    detail: str
    outlet: str
    title: str
    url: str


class ReadingRow(RevisionRow):
    """One reading with what came of it. `notice`: its own words on a correction."""

    superseded_at: Instant | None
    cause: Cause
    title: str
    notice: str
    final_url: str


class History(BaseModel):
    """What became of an article: its state and visits, its readings, oldest first, its events, newest first."""

    article_id: int
    state: ArticleState
    state_since: Instant | None
    moved_to: str | None
    visited_at: Instant | None
    next_visit: Instant | None
    visit_error: str | None
    edited: int
    corrected: int
    revisions_listed: list[ReadingRow]
    events_listed: list[EventRow]


class Reading(BaseModel):
    """Which reading, and of what text."""

    number: int
    read_at: Instant
    text_hash: str


class Segment(BaseModel):
    """A stretch of text. Those that stayed and went, joined, give the older text; those that stayed and came the newer."""

    kind: SegmentKind
    text: str


class Difference(BaseModel):
    """What differs between two readings of an article, word by word."""

    model_config = ConfigDict(populate_by_name=True)

    article_id: int
    from_: Reading = Field(alias="from")
    to: Reading
    title: list[Segment]
    text: list[Segment]


class WholeArticle(ArticleRow):
    """One article with its newest text, revisions and findings, and its relation to each claim that it speaks of."""

    state_since: Instant | None
    moved_to: str | None
    visited_at: Instant | None
    next_visit: Instant | None
    visit_error: str | None
    edited: int = Field(description="How many times.")
    corrected: int = Field(description="How many times.")
    text: str
    revisions: list[RevisionRow]
    findings_listed: list[FindingRow]
    claims_listed: list[OfClaim]


class ClaimRow(BaseModel):
    """A claim with the number of live findings by relation."""

    id: str
    list: str
    topic: str
    kind: ClaimKind
    text: str
    event_from: Day | None
    event_to: Day | None
    retired_at: Instant | None
    findings: dict[str, int]
    articles: int = Field(description="How many speak of it.")
    independent: int = Field(description="How many voices they are: copies, one owner's and one agency's are one.")
    copies: int = Field(description="How many of them repeat the text of another.")
    heard: str = Field(description="The same in words.", examples=["14 articles, 3 independent"])


class FoundClaimRow(ClaimRow):
    """In what a query finds, `findings` and the counts of articles are of the findings that answer it."""

    since: Instant | None = Field(
        default=None, description="When as many independent voices as were asked for had spoken: of one, the first."
    )
    first_found: Instant | None = None
    last_found: Instant | None = Field(
        default=None, description="When an article last took a relation that it had not."
    )


class Claims(Rows["FoundClaimRow"]):
    """Claims. Where a query asked, a page of them, and the query as it was understood; days are those of `zone`."""

    asked: str = ""
    zone: str = ""
    notes: list[str] = []


class SideState(BaseModel):
    """One side that voices take. `since`: when the first came, the second, and so on."""

    relation: Relation
    voices: int
    since: Sequence[Instant]


class VoiceGroup(BaseModel):
    """Articles that are one voice, and why."""

    articles: Sequence[int]
    why: Sequence[str]


class HeardClaim(BaseModel):
    """Of a claim: how many articles, and how many voices they are."""

    id: str
    articles: int
    independent: int
    copies: int
    heard: str


class LargestVoice(BaseModel):
    """The voice behind which the most articles stand, and why they are one."""

    claim: str
    articles: int
    why: Sequence[str]


class OurOwnFigure(BaseModel):
    """Of the claims that two or more articles take a side on: how many rest on one voice. An article counts for each claim."""

    claims: int
    one_voice: int
    one_voice_share: Score
    articles: int
    independent: int
    copies: int
    copies_share: Score
    largest: LargestVoice | None
    claims_listed: Sequence[HeardClaim]
    says: str


class FigureLine(BaseModel):
    """One figure in a series. Without `date` it is the claim's own; `dated` false: the day we first saw the article."""

    date: Day | None
    dated: bool | None
    says: str
    who: str = Field(description="Who counts; empty if the text does not say.")
    verdict: Verdict | None
    outlet: str | None
    article_id: int | None
    finding_id: int | None
    scope: str = Field(description="As this figure tells it, where that differs from the series.")
    repeats: int = Field(description="In how many more articles of its story.")
    also_in: Sequence[str]
    passage: str | None
    figure: FigureRow


class FigureSeries(BaseModel):
    """The figures on one thing counted in one scope, by date. `own`: the claim's."""

    counts: str
    place: str
    period: str
    own: bool
    same_thing: bool
    lines: Sequence[FigureLine]


class WholeClaim(ClaimRow):
    """One claim with all its watch list says of it, its findings, and the relation of each article to it."""

    attributed_to: str
    source_outlet: str
    source_date: str
    places: Sequence[str]
    actors: Sequence[str]
    figures: Sequence[FigureRow]
    sub_claims: Sequence[str]
    queries: Sequence[str]
    note: str
    findings_listed: Sequence[FindingRow]
    articles_listed: Sequence[OfArticle]
    figure_series: Sequence[FigureSeries]
    figures_line: str = Field(description="The same in a line.")
    voices: Sequence[VoiceGroup]
    state: Sequence[SideState] = Field(description="Supports, disputes and mixed, those that some article says.")
    state_line: str = Field(
        description="The same in a line.", examples=["disputed by 1 voice since 2019-04-25, by 2 since 2019-05-02"]
    )


class SeedPiece(BaseModel):
    """The article whose claims are watched. `published`: a day, a month or a year, as exactly as it is known."""

    title: str
    author: str
    outlet: str
    published: str
    url: str
    copies: list[str]


class SeedRow(BaseModel):
    """A watch list, with counts."""

    slug: str
    title: str
    seed: SeedPiece
    claims: int
    retired: int
    findings: int
    added_at: Instant
    changed_at: Instant


class TopicRow(BaseModel):
    """A heading over claims."""

    slug: str
    title: str


class WholeSeed(SeedRow):
    """One watch list with its topics and claims. Who reads its digests is nobody else's business."""

    topics: list[TopicRow]
    claims_listed: list[ClaimRow]


class FeedRow(BaseModel):
    """A feed with its state and next poll, null if it is gone. A paused one is not polled."""

    id: int
    url: str
    poll_url: str
    outlet: str
    country: str
    owner: str = Field(description="Whose voice the outlet is; empty: its own.")
    lang: str
    kind: str
    title: str
    state: FeedState
    state_since: Instant
    paused_at: Instant | None
    next_poll: Instant | None
    interval_s: int = Field(description="Seconds between two polls while all is well.")
    newest: Instant | None = Field(description="When its newest entry came out, as far as it is known.")
    last_polled_at: Instant | None
    last_success_at: Instant | None
    failures: int
    last_error: str | None
    entries: int
    parked: int


class SearchRow(BaseModel):
    """A query with a name. `saved_at`: when it last got another text or title."""

    slug: str
    title: str
    query: str
    saved_at: Instant


class NotSeen(BaseModel):
    """Since when the outlet, or its article, is not seen: it may carry anything by now."""

    since: Day
    why: str


class Telling(BaseModel):
    """Where something was told. `dated` false: the day on which the article was first seen."""

    outlet: str
    date: Day
    dated: bool
    article_id: int
    finding_id: int
    passage: str


class FigureTelling(Telling):
    """A figure that was told."""

    says: str


class OtherFigure(FigureTelling):
    """The latest figure of an outlet, where it is another than the latest told."""

    unseen: NotSeen | None
    words: str


class FigureCarriers(BaseModel):
    """The latest figure told of one thing in one scope (latest, and no more), and who carries it, or another."""

    counts: str
    place: str
    period: str
    own: bool
    latest: FigureTelling
    carried_by: Sequence[str]
    others: Sequence[OtherFigure]


class ReportTelling(Telling):
    """What an outlet said of the claim."""

    relation: Relation


class WithoutIt(ReportTelling):
    """The last report of an outlet that supports the claim, in part at least, and never told what was told elsewhere."""

    unseen: NotSeen | None
    words: str


class Elsewhere(BaseModel):
    """A correction, denial or ruling: who told it first, who else carries it, and who reported the claim without it."""

    adds: Adds
    first: ReportTelling
    carried_by: Sequence[str]
    never: Sequence[WithoutIt]


class Carriers(BaseModel):
    """Who carries what of a claim."""

    id: str
    list: str
    text: str
    figures: Sequence[FigureCarriers]
    told_elsewhere: Sequence[Elsewhere]


class CoverageRow(BaseModel):
    """What came on a claim from `since` until `until`, and whether anything could be heard: the rest is of all sources."""

    id: str
    list: str
    topic: str
    text: str
    verdict: CoverageVerdict
    says: str = Field(description="The verdict with what it rests on.")
    since: Instant
    until: Instant
    watched_since: Instant
    last_found: Instant | None = Field(description="When an article last took a relation to it that it had not.")
    days_silent: int | None = Field(description="Since then; null: nothing was ever found.")
    articles: int = Field(description="How many took a new relation in the period.")
    articles_read: int = Field(description="How many new ones were compared with every claim.")
    sources: int = Field(description="Feeds, without those that a person has paused.")
    answered: int = Field(description="How many of them answered once at least.")
    empty: int = Field(description="They answer, with nothing in it.")
    failing: int = Field(description="They answered, and do not any more.")
    silent: int = Field(description="They did not answer at all.")
    new: int = Field(description="They are there since yesterday and were not heard yet.")
    paused: int
    polls_missed: int = Field(description="Failed in a row by those that do not answer. Polls made are not counted.")
    pages_unread: int = Field(description="Pages that feeds named and that could not be read.")
    pages_given_up: int = Field(description="How many of these are not tried again.")
    walls: int = Field(
        description="How many of these stand behind a paywall, a consent page, a challenge or a refusal."
    )


class UnheardSource(BaseModel):
    """A feed that could not be heard, or only in part."""

    feed: int
    outlet: str
    url: str
    did: Hearing
    state: FeedState
    state_since: Instant
    last_answer: Instant | None
    failures: int
    last_error: str | None


class UnreadPages(BaseModel):
    """Pages of an outlet that could not be read, and why."""

    outlet: str
    why: Why
    wall: bool
    pages: int


class Trouble(BaseModel):
    """Something of the house itself that has fallen silent."""

    name: str
    since: Instant
    what: str


class WholeCoverage(CoverageRow):
    """The same, with the sources that could not be heard, and the pages, the most first."""

    sources_listed: Sequence[UnheardSource]
    unread_listed: Sequence[UnreadPages]
    troubles: Sequence[Trouble]


class DigestRow(BaseModel):
    """A digest that was composed: once for all to whom the same is news. Who they are is nobody else's business."""

    id: int
    list: str
    list_title: str
    subject: str
    period: str = Field(
        description="Of its recipients: a day, a week, or `at-once-` or `manual-` and an instant.",
        examples=["2026-11-23", "2026-W48", "at-once-20261123T1530Z"],
    )
    composed_at: Instant
    recipients: int = Field(description="To how many.")


class WholeDigest(DigestRow):
    """One as it went, without the address by which a reader leaves the list."""

    text: str
    html: str


class TombstoneRow(BaseModel):
    """An article that was removed for good, and the addresses that it does not come back from."""

    article_id: int
    outlet: str
    removed_at: Instant
    reason: str
    addresses: list[str]


class Counts(BaseModel):
    """How much there is of everything, and what waits."""

    feeds: int
    entries: int
    waiting: int
    parked: int
    articles: int
    unjudged: int
    findings: int
    digests: int
    failing_feeds: int


class Citation(BaseModel):
    """An item of CSL-JSON 1.0."""

    id: str
    type: str
    title: str
    URL: str
    accessed: dict[str, Any]


class Overview(BaseModel):
    """Where to look."""

    claimwatch: str = Field(description="The version.")
    openapi: str
    paths: list[str]


class Wellness(BaseModel):
    """It is well."""

    status: str
