"""`claimwatch reread` through a real store: another extractor over what is kept, and no outlet is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from claimwatch.rereading import Report, reread_store
from schedules.calls import Call, JobName
from storage import articles, queries
from storage.records import EntryState, RevisionId
from storage.schema import ArticleRow, BlobRow, EntryRow, RejudgingRow, RevisionRow, SnapshotRow, StoryBandRow
from tests.builders import SILO, page, rss
from tests.fakes import NOON, FakeWeb
from tests.filling import everything
from tests.storage.test_soundness import flipped, told
from worker.errors import Unreadable
from worker.handovers import Extract
from worker.run import run
from worker.steps.extract import EXTRACTOR, extract
from worker.tools import Tools

Drive = Callable[[], list[JobName]]
URLS = ("http://gazette.example/a", "http://gazette.example/b", "http://gazette.example/c")


@pytest.fixture
def read(watched: Tools, web: FakeWeb, drive: Drive) -> Tools:
    """Three articles, read and judged; a claim is spoken of in each."""
    web.site["http://gazette.example/feed.xml"] = rss(*[(url, url[-1]) for url in URLS])
    for url in URLS:
        web.site[url] = page(*SILO, f"The page {url[-1]} ended with a word on the weather in the valley.")
    drive()
    web.asked.clear()
    return watched


@pytest.fixture
def newer(read: Tools, monkeypatch: pytest.MonkeyPatch) -> Tools:
    """The same, and an extractor that leaves out what pages b and c say of the weather."""

    def other(body: bytes, **told: Any) -> Extract:
        found = extract(body, **told)
        lines = [line for line in found.text.split("\n") if "page b" not in line and "page c" not in line]
        return replace(found, text="\n".join(lines), extractor="newer 2")

    monkeypatch.setattr("worker.jobs.reading.extract", other)
    monkeypatch.setattr("worker.jobs.reread.EXTRACTOR", "newer 2")
    return read


def reread(tools: Tools, *, dry_run: bool = False, article: int | None = None, stop_after: int = 99) -> Report:
    report = Report(dry_run=dry_run, article=article)
    reread_store(tools, report, lambda _total: lambda _n: None, lambda: report.read >= stop_after)
    return report


def revisions(tools: Tools) -> list[tuple[int, int, str, str, bool]]:
    """Article, number, cause, extractor, and whether another took its place."""
    columns = (RevisionRow.article_id, RevisionRow.number, RevisionRow.cause, RevisionRow.extractor)
    query = select(*columns, RevisionRow.superseded_at.is_not(None))
    with tools.store.read() as tx:
        rows = tx.execute(query.order_by(RevisionRow.article_id, RevisionRow.number))
        return [(a, n, cause, extractor, bool(over)) for a, n, cause, extractor, over in rows]


def test_what_reads_otherwise_becomes_a_revision_of_the_same_bytes_and_the_rest_takes_the_name(
    newer: Tools, web: FakeWeb, drive: Drive
) -> None:
    report = reread(newer)
    assert (report.articles, report.read, report.finished) == (3, 3, True)
    assert [(c["article_id"], c["differs"], c["was"]["words"] > c["now"]["words"]) for c in report.changes] == [
        (2, ["text"], True),
        (3, ["text"], True),
    ]
    assert revisions(newer) == [
        (1, 1, "first", "newer 2", False),
        (2, 1, "first", EXTRACTOR, True),
        (2, 2, "reread", "newer 2", False),
        (3, 1, "first", EXTRACTOR, True),
        (3, 2, "reread", "newer 2", False),
    ]
    with newer.store.read() as tx:
        same = tx.execute(select(RevisionRow.article_id, RevisionRow.snapshot_id).distinct()).all()
    assert len(same) == 3
    assert web.asked == []
    assert drive().count(JobName.JUDGE_ARTICLE) == 2
    with newer.store.read() as tx:
        assert {(f["article_id"], f["revision"]) for f in queries.findings(tx)} == {(1, 1), (2, 2), (3, 2)}
    assert told(newer.store) == []


def test_a_second_run_reads_all_and_changes_nothing(newer: Tools) -> None:
    reread(newer)
    before = everything(newer.store)
    again = reread(newer)
    assert (again.read, again.changes) == (3, [])
    assert everything(newer.store) == before


def test_a_dry_run_tells_the_same_and_writes_nothing(newer: Tools) -> None:
    before = everything(newer.store)
    dry = reread(newer, dry_run=True)
    assert everything(newer.store) == before
    assert dry.changes == reread(newer).changes


def test_the_present_extractor_reads_what_it_read(read: Tools) -> None:
    before = everything(read.store)
    assert (reread(read).read, reread(read).changes) == (3, [])
    assert everything(read.store) == before


def test_one_article_alone(newer: Tools) -> None:
    assert [c["article_id"] for c in reread(newer, article=3).changes] == [3]
    assert len(revisions(newer)) == 4


def test_interrupted_what_was_read_stays_and_the_next_run_goes_on(newer: Tools) -> None:
    first = reread(newer, stop_after=1)
    assert (first.read, first.finished) == (1, False)
    second = reread(newer)
    assert (second.articles, second.read, second.finished) == (2, 2, True)
    with newer.store.read() as tx:
        assert tx.execute(select(RejudgingRow)).all() == []


def test_what_a_worker_has_in_hand_is_left_and_the_next_run_goes_on_there(newer: Tools) -> None:
    until = NOON + timedelta(minutes=4)
    with newer.store.begin() as tx:
        held = articles.lease_unjudged(tx, RevisionId(2), "a worker's", now=NOON, until=until)
    assert held is not None
    report = reread(newer)
    assert (report.read, report.left) == (2, 1)
    with newer.store.begin() as tx:
        articles.give_back(tx, held)
    again = reread(newer)
    assert (again.left, [c["article_id"] for c in again.changes]) == (0, [2])
    with newer.store.read() as tx:
        assert set(tx.scalars(select(RevisionRow.leased_until))) == {None}


def test_pruned_damaged_and_unreadable_pages_are_told_and_what_stood_stays(
    newer: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = revisions(newer)

    def none(_body: bytes, **_told: Any) -> Extract:
        raise Unreadable("no article text: 0 words")

    monkeypatch.setattr("worker.jobs.reading.extract", none)
    with newer.store.begin() as tx:
        hashes = {row.id: row.sha256 for row in tx.execute(select(SnapshotRow.id, SnapshotRow.sha256))}
        tx.execute(update(BlobRow).where(BlobRow.sha256 == hashes[1]).values(zstd=b""))
        tx.execute(update(SnapshotRow).where(SnapshotRow.id == 1).values(dropped_at=NOON))
        zstd = tx.scalars(select(BlobRow.zstd).where(BlobRow.sha256 == hashes[2])).one()
        tx.execute(update(BlobRow).where(BlobRow.sha256 == hashes[2]).values(zstd=flipped(zstd, 99)))
    report = reread(newer)
    assert (report.read, report.not_kept, report.finished) == (0, 1, True)
    assert [why[:36] for why in report.unread] == [
        "snapshot 2: the stored bytes do not ",
        "http://gazette.example/c: no article",
    ]
    assert revisions(newer) == before


def test_a_page_given_up_for_want_of_text_is_tried_again(
    watched: Tools, web: FakeWeb, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.site["http://gazette.example/b"] = page("Too short.")
    drive()
    assert (reread(watched, dry_run=True).given_up, reread(watched).given_up_read) == (1, 0)
    with watched.store.read() as tx:
        assert tx.scalars(select(EntryRow.state).where(EntryRow.id == 2)).one() == EntryState.PARKED

    def better(body: bytes, **told: Any) -> Extract:
        return extract(body.replace(b"Too short.", b"Eleven words and more stand here, for it is a new one. "), **told)

    monkeypatch.setattr("worker.jobs.reading.extract", better)
    assert reread(watched, dry_run=True).given_up_read == 1
    report = reread(watched)
    assert (report.given_up, report.given_up_read) == (1, 1)
    with watched.store.read() as tx:
        assert queries.article(tx, 2) is not None
    assert run(watched, Call(JobName.READ_SNAPSHOT, (2,))) == []


def test_what_was_read_before_there_were_stories_gets_its_sketch_and_its_story(newer: Tools) -> None:
    with newer.store.begin() as tx:
        before = tx.execute(select(ArticleRow.id, ArticleRow.copy_of).order_by(ArticleRow.id)).all()
        tx.execute(update(ArticleRow).values(copy_of=None))
        tx.execute(delete(StoryBandRow))
    reread(newer)
    with newer.store.read() as tx:
        assert tx.execute(select(ArticleRow.id, ArticleRow.copy_of).order_by(ArticleRow.id)).all() == before
    assert [copy_of for _id, copy_of in before] == [None, 1, 1]
