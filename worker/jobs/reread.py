"""Read kept pages again by the present extractor, without asking any outlet. Called by a person, not by the tick."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from storage import articles, gone, rejudgings, rereading, snapshots, stories
from storage.articles import ToRead
from storage.errors import Dropped, Refused
from storage.records import ArticleId, EntryId, RevisionId, Snapshot
from storage.rereading import GivenUp, Kept
from worker.errors import Unreadable
from worker.handovers import Extract
from worker.jobs.read_snapshot import read_snapshot
from worker.jobs.reading import page_of, reading_of
from worker.steps.extract import EXTRACTOR
from worker.steps.same_text import same_text
from worker.steps.sketch import bands
from worker.tools import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One going over the store: what is left of it. `article_id`: only that one, and how far it came is not noted."""

    article_id: ArticleId | None
    ids: tuple[RevisionId, ...]
    given_up: tuple[GivenUp, ...]


class Outcome(StrEnum):
    """NO_TEXT: this extractor finds none, what stood stays. NOT_KEPT: the bytes were pruned. LEFT: in other hands."""

    SAME = "same"
    DIFFERS = "differs"
    NO_TEXT = "no-text"
    NOT_KEPT = "not-kept"
    DAMAGED = "damaged"
    LEFT = "left"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """What became of one revision. `differs`: in what, of title, text, byline, lang and date; `why` it was not read."""

    outcome: Outcome
    read: ToRead | None = None
    differs: tuple[str, ...] = ()
    was: Kept | None = None
    now: Extract | None = None
    why: str = ""


def begin(tools: Tools, article_id: ArticleId | None) -> Run:
    """A run over every newest revision, or the rest of one that was interrupted under the same extractor."""
    with tools.store.begin() as tx:
        after = 0
        if article_id is None:
            after = rejudgings.begin(tx, rejudgings.REREAD, EXTRACTOR, now=tools.clock.now())
        ids = articles.newest(tx, after=after, article_id=article_id)
        given_up = rereading.given_up(tx) if article_id is None else []
    return Run(article_id=article_id, ids=tuple(ids), given_up=tuple(given_up))


def only_looking(tools: Tools, article_id: ArticleId | None) -> Run:
    """A run over every newest revision, for `look`. Writes nothing."""
    with tools.store.read() as tx:
        ids = articles.newest(tx, article_id=article_id)
        given_up = rereading.given_up(tx) if article_id is None else []
    return Run(article_id=article_id, ids=tuple(ids), given_up=tuple(given_up))


def end(tools: Tools) -> None:
    """The run has come to its end: the next begins anew."""
    with tools.store.begin() as tx:
        rejudgings.end(tx, rejudgings.REREAD, EXTRACTOR)


def reread(tools: Tools, run: Run, revision_id: RevisionId, *, all_before_done: bool) -> Reread:
    """Keep what the present extractor reads as a new revision if it is another; the workers judge it.

    It takes turns with the workers by the same leases. Interrupted, it gives the revision back.
    """
    now = tools.clock.now()
    with tools.store.begin() as tx:
        read = articles.lease_newest(tx, revision_id, now=now, until=now + tools.options.times.lease)
        there = read is not None or articles.read_newest(tx, revision_id) is not None
    if read is None:
        return Reread(outcome=Outcome.LEFT if there else Outcome.GONE)
    try:
        done = _compare(tools, read)
        sketched = bands(done.now.text) if done.now is not None else ()
        with tools.store.begin() as tx:
            gone.hold_off(tx)
            alone = stories.wait_turn(tx, done.was.where.canonical_url, sketched) if done.was is not None else True
            if not articles.holds(tx, read):
                return Reread(outcome=Outcome.LEFT)
            if done.was is None or done.now is None:
                articles.give_back(tx, read)
            else:
                reading = reading_of(done.now, done.was.where, done.was.snapshot_id, now=tools.clock.now())
                if done.outcome is Outcome.SAME:
                    rereading.reads_the_same(tx, read, reading)
                else:
                    articles.give_back(tx, read)
                    articles.save(tx, reading, now=now, called_until=now, reread=True)
                stories.join(tx, read.article_id, sketched, alone=alone, same=same_text)
            if all_before_done and run.article_id is None:
                rejudgings.went_to(tx, rejudgings.REREAD, EXTRACTOR, revision_id)
    except KeyboardInterrupt:
        with tools.store.begin() as tx:
            articles.give_back(tx, read)
        raise
    return done


def look(tools: Tools, revision_id: RevisionId) -> Reread:
    """What `reread` would do now. Takes no lease and writes nothing."""
    with tools.store.read() as tx:
        read = articles.read_newest(tx, revision_id)
    return _compare(tools, read) if read is not None else Reread(outcome=Outcome.GONE)


def _compare(tools: Tools, read: ToRead) -> Reread:
    """The page read again, beside what stands. Dates are bounded by the day of the fetch, as when it was first read."""
    try:
        with tools.store.read() as tx:
            was = rereading.kept(tx, read.id)
            snapshot = snapshots.load(tx, was.snapshot_id) if was is not None else None
    except Dropped as dropped:
        return Reread(outcome=Outcome.NOT_KEPT, read=read, why=str(dropped))
    except Refused as damage:
        return Reread(outcome=Outcome.DAMAGED, read=read, why=str(damage))
    if was is None or snapshot is None:
        return Reread(outcome=Outcome.GONE)
    try:
        page = page_of(snapshot, today=snapshot.fetched_at.date(), title=was.title, lang=was.lang)
    except Unreadable as reason:
        return Reread(outcome=Outcome.NO_TEXT, read=read, why=f"{was.where.url}: {reason.detail}")
    beside = {
        "text": was.text != page.text,
        "title": was.title != page.title,
        "byline": was.byline != page.byline,
        "lang": was.lang != page.lang,
        "date": was.published_page != page.published,
    }
    differs = tuple(name for name, other in beside.items() if other)
    outcome = Outcome.DIFFERS if differs else Outcome.SAME
    return Reread(outcome=outcome, read=read, differs=differs, was=was, now=page)


def read_given_up(tools: Tools, entry: GivenUp) -> bool:
    """Read the page of an entry that was given up once more: whether it became an article. Else its reason is told anew."""
    with tools.store.begin() as tx:
        rereading.read_again(tx, entry.id, now=tools.clock.now())
    read_snapshot(tools, EntryId(entry.id))
    with tools.store.read() as tx:
        return rereading.is_read(tx, entry.id)


def look_at_given_up(tools: Tools, entry: GivenUp) -> bool:
    """Whether it would become one. Writes nothing."""
    try:
        with tools.store.read() as tx:
            snapshot: Snapshot | None = snapshots.load(tx, entry.snapshot_id)
        if snapshot is not None:
            page_of(snapshot, today=snapshot.fetched_at.date(), title=entry.title, lang=entry.lang)
    except (Dropped, Refused, Unreadable):
        return False
    return snapshot is not None
