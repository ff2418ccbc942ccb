"""What is old goes, what is found stays, and nothing old comes back as new."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from schedules.calls import Call, JobName
from storage import articles, entries, feeds, queries, seeds, snapshots
from storage.engine import Store
from storage.errors import Dropped
from storage.records import EntryState, FeedId, FeedSpec, RevisionId, SnapshotId
from storage.schema import (
    ArticleRow,
    BlobRow,
    EntryRow,
    FindingRow,
    HostRow,
    LetterItemRow,
    PassageRow,
    PollRow,
    RevisionRow,
    RulingRow,
    SnapshotRow,
)
from tests.builders import SILO, a_claim, a_watch_list, page, rss
from tests.fakes import NOON, FakeWeb, Outbox, fetched
from tests.filling import everything
from tests.jobs.test_line import DyingStore, Killed, feed, later
from tests.jobs.test_line import articles as kept
from tests.storage.test_soundness import told
from worker.gateways.clock import SystemClock
from worker.jobs.prune import would_prune
from worker.run import run
from worker.tools import Tools

Drive = Callable[[], list[JobName]]
DAY = timedelta(days=1)
FEED = "http://gazette.example/feed.xml"


@pytest.fixture
def read(watched: Tools, drive: Drive) -> Tools:
    """Article a with a finding and b without, read and judged."""
    drive()
    return watched


def prune(tools: Tools, **told: object) -> list[Call]:
    return run(replace(tools, options=replace(tools.options, **told)), Call(JobName.PRUNE))  # type: ignore[arg-type]


def urls(store: Store) -> list[str]:
    return sorted(str(row["url"]).removeprefix("http://gazette.example/") for row in kept(store))


def how_many(store: Store, *tables: type) -> list[int]:
    with store.read() as tx:
        return [tx.scalars(select(func.count()).select_from(table)).one() for table in tables]


def entry(store: Store, url: str) -> tuple[str, int | None, int | None]:
    """State, article and snapshot of the newest entry of that address."""
    with store.read() as tx:
        columns = (EntryRow.state, EntryRow.article_id, EntryRow.snapshot_id)
        row = tx.execute(select(*columns).where(EntryRow.url == url).order_by(EntryRow.id.desc()).limit(1)).one()
    return row.state, row.article_id, row.snapshot_id


def add_feed(tools: Tools, url: str, body: bytes) -> None:
    assert isinstance(tools.web, FakeWeb)
    tools.web.site[url] = body
    with tools.store.begin() as tx:
        feeds.add(tx, FeedSpec(url=url), now=tools.clock.now())


def test_what_is_old_and_found_nothing_goes_with_all_that_hangs_on_it(read: Tools) -> None:
    later(read, 91 * DAY)
    assert prune(read) == []
    assert urls(read.store) == ["a"]
    assert how_many(read.store, ArticleRow, RevisionRow, SnapshotRow, BlobRow, FindingRow) == [1, 1, 1, 1, 1]
    assert entry(read.store, "http://gazette.example/b") == ("read", None, None)
    assert entry(read.store, "http://gazette.example/a") == ("read", 1, 1)


def test_age_counts_from_when_it_was_first_seen(read: Tools) -> None:
    later(read, 90 * DAY)
    prune(read)
    assert urls(read.store) == ["a", "b"]


def test_none_is_for_ever(read: Tools) -> None:
    later(read, 9000 * DAY)
    prune(read, keep=None)
    assert urls(read.store) == ["a", "b"]


def test_what_was_found_goes_after_a_time_of_its_own_with_its_place_in_digests(
    read: Tools, drive: Drive, outbox: Outbox
) -> None:
    later(read, DAY)
    drive()
    assert (len(outbox.mails), how_many(read.store, LetterItemRow)) == (1, [1])
    later(read, 30 * DAY)
    prune(read, keep=None, keep_found=30 * DAY)
    assert urls(read.store) == ["b"]
    assert how_many(read.store, FindingRow, LetterItemRow) == [0, 0]
    later(read, DAY)
    drive()
    assert len(outbox.mails) == 1


def test_a_withdrawn_finding_keeps_its_article_too(read: Tools) -> None:
    with read.store.begin() as tx:
        tx.execute(update(FindingRow).values(withdrawn_at=read.clock.now()))
    later(read, 91 * DAY)
    prune(read)
    assert urls(read.store) == ["a"]


def test_what_waits_for_its_judge_is_not_pruned_until_it_is_judged(read: Tools, drive: Drive) -> None:
    with read.store.begin() as tx:
        seeds.take_over(tx, a_watch_list(claims=(a_claim(note="edited"),)), now=read.clock.now())
    later(read, 91 * DAY)
    prune(read)
    assert urls(read.store) == ["a", "b"]
    drive()
    prune(read)
    assert urls(read.store) == ["a"]


def test_what_a_judge_is_at_work_on_is_not_pruned(read: Tools) -> None:
    later(read, 91 * DAY)
    now = read.clock.now()
    with read.store.begin() as tx:
        for n in (1, 2):
            assert articles.lease_unjudged(tx, RevisionId(n), "another", now=now, until=now + DAY)
    prune(read)
    assert urls(read.store) == ["a", "b"]


@pytest.mark.parametrize("state", [EntryState.NEW, EntryState.FETCHED])
def test_what_another_entry_of_the_page_waits_for_is_not_pruned(read: Tools, drive: Drive, state: EntryState) -> None:
    later(read, 91 * DAY)
    add_feed(read, "http://wire.example/f", rss(("http://gazette.example/b?utm_source=wire", "B")))
    for call in run(read, Call(JobName.TICK)):
        run(read, call)
    if state is EntryState.FETCHED:
        assert run(read, Call(JobName.FETCH_PAGES, (3,))) == [Call(JobName.READ_SNAPSHOT, (3,))]
    assert entry(read.store, "http://gazette.example/b?utm_source=wire")[0] == state
    prune(read)
    assert urls(read.store) == ["a", "b"]
    later(read, timedelta(minutes=6))  # until the stamp of the call for its reading runs out
    drive()
    prune(read)
    assert urls(read.store) == ["a"]


class TestAfterPruning:
    @pytest.fixture(autouse=True)
    def pruned(self, read: Tools, drive: Drive, outbox: Outbox) -> None:
        """Both are told, and gone."""
        later(read, DAY)
        drive()
        later(read, 91 * DAY)
        prune(read, keep_found=90 * DAY)
        assert (urls(read.store), len(outbox.mails)) == ([], 1)

    def test_their_feed_does_not_bring_them_again(self, read: Tools, drive: Drive, web: FakeWeb) -> None:
        asked = len(web.asked)
        drive()
        assert feed(read.store)["entries"] == 2
        assert [r.url for r in web.asked[asked:]] == [FEED]

    def test_another_feed_that_links_them_does_not_fetch_them(
        self, read: Tools, drive: Drive, web: FakeWeb, outbox: Outbox
    ) -> None:
        add_feed(read, "http://wire.example/f", rss(("http://gazette.example/a?utm_source=wire", "A")))
        asked = len(web.asked)
        drive()
        assert not [r.url for r in web.asked[asked:] if "/a" in r.url]
        assert entry(read.store, "http://gazette.example/a?utm_source=wire") == ("read", None, None)
        later(read, DAY)
        drive()
        assert (urls(read.store), len(outbox.mails)) == ([], 1)

    def test_an_address_that_turns_out_to_be_theirs_is_not_kept(
        self, read: Tools, drive: Drive, web: FakeWeb, outbox: Outbox
    ) -> None:
        web.site["http://short.example/1"] = replace(
            fetched("http://short.example/1", page(*SILO)), final_url="http://gazette.example/a"
        )
        canonical = '<link rel="canonical" href="http://gazette.example/a">'
        web.site["http://gazette.example/amp/a"] = page(*SILO, head=canonical)
        links = ("http://short.example/1", "http://gazette.example/amp/a")
        add_feed(read, "http://wire.example/f", rss(*((link, "A") for link in links)))
        drive()
        later(read, DAY)
        drive()
        assert [entry(read.store, link) for link in links] == [("read", None, None)] * 2
        assert how_many(read.store, ArticleRow, SnapshotRow, BlobRow) == [0, 0, 0]
        assert len(outbox.mails) == 1

    def test_an_id_is_never_given_to_another(self, read: Tools, drive: Drive, web: FakeWeb) -> None:
        web.site[FEED] = rss(("http://gazette.example/c", "C"))
        web.site["http://gazette.example/c"] = page(*SILO)
        drive()
        (row,) = kept(read.store)
        with read.store.read() as tx:
            (finding,) = queries.findings(tx)
        assert (row["id"], finding["id"]) == (3, 2)


def test_the_page_of_an_entry_that_was_given_up_goes_too_and_can_be_fetched_again(
    watched: Tools, drive: Drive, web: FakeWeb
) -> None:
    good, url = web.site["http://gazette.example/a"], "http://gazette.example/a"
    web.site[url] = b"<html><body><script>app()</script></body></html>"
    drive()
    assert entry(watched.store, url)[0] == "parked"
    later(watched, 91 * DAY)
    prune(watched, keep=None)
    assert how_many(watched.store, SnapshotRow) == [2]
    prune(watched)
    assert entry(watched.store, url) == ("parked", None, None)
    assert how_many(watched.store, SnapshotRow, BlobRow) == [0, 0]
    web.site[url] = good
    with watched.store.begin() as tx:
        assert entries.retry_parked(tx, FeedId(1), now=watched.clock.now()) == 1
    drive()
    assert urls(watched.store) == ["a"]


def test_bytes_that_another_article_was_read_from_stay(read: Tools) -> None:
    with read.store.begin() as tx:  # both pages gave the same bytes
        tx.execute(
            update(SnapshotRow).values(sha256=select(SnapshotRow.sha256).where(SnapshotRow.id == 1).scalar_subquery())
        )
    later(read, 91 * DAY)
    prune(read)
    assert how_many(read.store, SnapshotRow, BlobRow) == [1, 2]


@pytest.fixture
def many(watched: Tools, drive: Drive, web: FakeWeb) -> Tools:
    """Seven articles without a finding, old enough."""
    links = [f"http://gazette.example/{n}" for n in range(7)]
    web.site = {FEED: rss(*((link, link) for link in links))}
    web.site |= {link: page(f"Growers of {link} lifted beet number {n}. " * 9) for n, link in enumerate(links)}
    drive()
    later(watched, 91 * DAY)
    assert len(kept(watched.store)) == 7
    return watched


def test_it_goes_in_batches_and_calls_itself_while_there_is_more(many: Tools, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "claimwatch.prune")
    small = {"prune_batch": 2, "prune_batches": 2}
    assert prune(many, **small) == [Call(JobName.PRUNE)]
    assert len(kept(many.store)) == 3
    assert prune(many, **small) == []
    assert how_many(many.store, ArticleRow, RevisionRow, PassageRow, SnapshotRow, BlobRow) == [0, 0, 0, 0, 0]
    lines = [record.getMessage() for record in caplog.records if record.name == "claimwatch.prune"]
    assert [line.split(",")[0] for line in lines] == [
        "4 articles and 4 snapshots pruned",
        "3 articles and 3 snapshots pruned",
    ]
    assert all(line.endswith("bytes of blobs") and " 0 bytes" not in line for line in lines)


def test_run_twice_the_second_changes_nothing(many: Tools) -> None:
    prune(many)
    before = everything(many.store)
    assert prune(many) == []
    assert everything(many.store) == before


def test_run_at_once_by_two_workers_it_does_no_harm(many: Tools) -> None:
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(prune, many, prune_batch=2) for _ in range(2)]
    assert [job.result() for job in done] == [[], []]
    assert how_many(many.store, ArticleRow, SnapshotRow, BlobRow) == [0, 0, 0]
    with many.store.read() as tx:
        assert queries.counts(tx)["entries"] == 7


@pytest.mark.parametrize("commit", [1, 2, 3])
def test_killed_at_any_commit_the_next_finishes_it(many: Tools, commit: int) -> None:
    doomed = replace(many, store=DyingStore(many.store, commit))
    with pytest.raises(Killed):
        prune(doomed, prune_batch=2)
    assert how_many(many.store, ArticleRow) == [7 - 2 * (commit - 1)]
    prune(many, prune_batch=2)
    assert how_many(many.store, ArticleRow, SnapshotRow, BlobRow) == [0, 0, 0]


def test_the_tick_calls_it_once_a_day_whoever_ticks_however_often_beat_began_anew(watched: Tools) -> None:
    def due_after(pause: timedelta) -> bool:
        later(watched, pause)
        return Call(JobName.PRUNE) in run(watched, Call(JobName.TICK))

    minute = timedelta(minutes=1)
    assert [due_after(pause) for pause in (0 * DAY, minute, DAY, minute, DAY)] == [False, False, True, False, True]


def bytes_of(store: Store) -> list[tuple[bool, bool]]:
    """Of each snapshot: whether its bytes are there, and whether its record says that they went."""
    with store.read() as tx:
        query = select(SnapshotRow.dropped_at, func.length(BlobRow.zstd).label("n")).join(BlobRow)
        return [(row.n > 0, row.dropped_at is not None) for row in tx.execute(query.order_by(SnapshotRow.id))]


def test_the_bytes_of_pages_go_by_what_hangs_on_their_articles_and_texts_stay(read: Tools) -> None:
    later(read, 31 * DAY)
    prune(read, keep_pages=30 * DAY)
    assert bytes_of(read.store) == [(True, False), (False, True)]
    assert urls(read.store) == ["a", "b"]
    prune(read, keep_found_pages=30 * DAY)
    assert bytes_of(read.store) == [(False, True), (False, True)]
    with read.store.read() as tx:
        assert [len(queries.article(tx, n)["text"]) > 99 for n in (1, 2)] == [True, True]  # type: ignore[index]
        with pytest.raises(
            Dropped, match=r"snapshot 2 \(http://gazette.example/b\): its bytes were pruned on 2026-12-24"
        ):
            snapshots.load(tx, SnapshotId(2))
    assert told(read.store) == []


def ruled(tools: Tools) -> None:
    with tools.store.begin() as tx:
        said = {
            "relation": "mixed",
            "adds": [],
            "who": "desk",
            "why": "read it",
            "at": tools.clock.now(),
            "machine": {},
        }
        tx.execute(insert(RulingRow).values(claim_id="raqqa-4000", article_id=1, passage_hash="", **said))


def test_what_a_person_ruled_on_goes_by_its_own_time_alone_and_so_do_its_bytes(read: Tools) -> None:
    ruled(read)
    later(read, 900 * DAY)
    prune(read, keep=None, keep_found=DAY, keep_found_pages=DAY, keep_pages=DAY)
    assert urls(read.store) == ["a", "b"]
    assert bytes_of(read.store) == [(True, False), (False, True)]
    prune(read, keep=None, keep_ruled=DAY)
    assert urls(read.store) == ["b"]


def test_bytes_that_an_entry_waits_to_be_read_from_or_a_found_article_shares_stay(read: Tools) -> None:
    with read.store.begin() as tx:
        tx.execute(update(EntryRow).where(EntryRow.id == 2).values(state=EntryState.FETCHED))
    later(read, 31 * DAY)
    prune(read, keep_pages=30 * DAY)
    assert bytes_of(read.store) == [(True, False)] * 2
    with read.store.begin() as tx:
        tx.execute(update(EntryRow).values(state=EntryState.READ))
        tx.execute(
            update(SnapshotRow).values(sha256=select(SnapshotRow.sha256).where(SnapshotRow.id == 1).scalar_subquery())
        )
    prune(read, keep_pages=30 * DAY)
    assert bytes_of(read.store) == [(True, False)] * 2


def test_a_page_whose_bytes_went_is_fetched_anew_for_another_entry_and_read(read: Tools, drive: Drive) -> None:
    later(read, 31 * DAY)
    prune(read, keep_pages=30 * DAY)
    add_feed(read, "http://wire.example/f", rss(("http://gazette.example/b?utm_source=wire", "B")))
    assert isinstance(read.web, FakeWeb)
    read.web.site["http://gazette.example/b?utm_source=wire"] = read.web.site["http://gazette.example/b"]
    drive()
    assert entry(read.store, "http://gazette.example/b?utm_source=wire") == ("read", 2, 3)
    assert bytes_of(read.store) == [(True, False)] * 3


def test_what_would_go_is_told_by_class_and_nothing_is_written(read: Tools) -> None:
    ruled(read)
    later(read, 91 * DAY)
    before = everything(read.store)
    options = replace(read.options, keep_found=DAY, keep_ruled=DAY, keep_pages=DAY)
    going = would_prune(replace(read, options=options))
    assert (going.nothing_found, going.found, going.ruled, going.pages, going.given_up) == (1, 0, 1, 1, 0)
    assert going.page_bytes > 100
    assert everything(read.store) == before


def test_damaged_bytes_end_on_their_entry_and_no_run_ends_on_them(watched: Tools) -> None:
    for call in run(watched, Call(JobName.TICK)):
        run(watched, call)
    run(watched, Call(JobName.FETCH_PAGES, (1,)))
    with watched.store.begin() as tx:
        tx.execute(update(BlobRow).values(zstd=b"no zstd"))
    assert run(watched, Call(JobName.READ_SNAPSHOT, (1,))) == []
    assert entry(watched.store, "http://gazette.example/a") == ("parked", None, 1)
    with watched.store.read() as tx:
        told = tx.scalars(select(EntryRow.last_error).where(EntryRow.id == 1)).one()
    assert (
        told == "http://gazette.example/a: snapshot 1: the stored bytes do not match their hash; restore from a backup"
    )


def test_polls_are_kept_for_a_month_and_idle_hosts_for_a_day(read: Tools) -> None:
    with read.store.begin() as tx:
        hosts: dict[str, dict[str, Any]] = {
            "idle.example": {"free_at": SystemClock().now() - 2 * DAY},
            "busy.example": {"free_at": SystemClock().now()},
            "bound.example": {"bound_until": NOON + 40 * DAY},
            "robots.example": {"robots": "", "robots_until": NOON + 40 * DAY},
        }
        blank = {"free_at": None, "bound_until": None, "robots": None, "robots_until": None}
        tx.execute(insert(HostRow), [blank | {"host": host, **told} for host, told in hosts.items()])
    assert how_many(read.store, PollRow) == [1]
    later(read, 29 * DAY)
    run(read, Call(JobName.PRUNE))
    assert how_many(read.store, PollRow) == [1]
    later(read, 2 * DAY)
    run(read, Call(JobName.PRUNE))
    assert how_many(read.store, PollRow) == [0]
    with read.store.read() as tx:
        left = set(tx.scalars(select(HostRow.host)))
    assert left & hosts.keys() == hosts.keys() - {"idle.example"}
