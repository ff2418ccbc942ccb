"""An article that is removed on request: all of it goes at once, and it never comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from sqlalchemy import select, update

from schedules.calls import Call, JobName
from storage import entries, feeds, gone, queries, removal, snapshots
from storage import outbox as box
from storage.engine import Store
from storage.records import ArticleId, EntryId, EntryState, FeedId, FeedSpec
from storage.removal import Removed
from storage.schema import ArticleRow, BlobRow, DigestRow, EntryRow, FindingRow, LetterRow, RevisionRow, SnapshotRow
from tests.builders import SILO, page, rss
from tests.fakes import NOON, FakeWeb, Outbox, fetched
from tests.filling import all_articles, everything
from tests.jobs.composing import digests_due
from tests.jobs.test_line import DyingStore, Killed, later
from tests.jobs.test_prune import DAY, FEED, add_feed, entry, how_many, prune, urls
from worker.errors import FetchFailed, MailFailed
from worker.handovers import Fetched, Message, NotModified, Request
from worker.run import run
from worker.steps.addresses import keys_of
from worker.steps.digest.write import Written, write
from worker.steps.extract import extract
from worker.steps.judge import judge
from worker.tools import Tools

Drive = Callable[[], list[JobName]]
A = "http://gazette.example/a"
OTHER = (
    "Officials of the coalition said in December 2017 that some 4,000 people left Raqqa in a convoy after a secret "
    "deal had been made with local elders.",
    "They did not say who had been on the buses, nor where the lorries went after they had left the city.",
)
C = "http://gazette.example/c"


def remove(tools: Tools, article_id: int = 1) -> Removed | None:
    with tools.store.begin() as tx:
        return removal.remove(tx, ArticleId(article_id), reason="court order", keys_of=keys_of, now=tools.clock.now())


@pytest.fixture
def two_found(watched: Tools, web: FakeWeb) -> Tools:
    """Pages a and c both speak of the claim, in words of their own."""
    web.site[FEED] = rss((A, "The title of a"), (C, "The title of c"))
    web.site |= {A: page(*SILO, title="The title of a"), C: page(*OTHER, title="The title of c")}
    return watched


@pytest.fixture
def read(two_found: Tools, drive: Drive) -> Tools:
    drive()
    with two_found.store.read() as tx:
        assert len(queries.findings(tx)) == 2
    assert [a["id"] for a in kept(two_found.store) if a["url"] == A] == [1]
    return two_found


def kept(store: Store) -> list[dict[str, Any]]:
    with store.read() as tx:
        return all_articles(tx)


def told(store: Store) -> str:
    """All that stands in the database, pages unpacked."""
    rows = everything(store)
    pages = [zstandard.decompress(row["zstd"]) for row in rows["blobs"]]
    return repr(rows) + repr(pages)


def outboxed(store: Store) -> list[tuple[str, bool]]:
    """(state, blank) of every digest that is no quiet mark."""
    with store.read() as tx:
        rows = tx.execute(select(DigestRow.state, LetterRow.text).join(LetterRow).order_by(DigestRow.id))
        return [(row.state, not row.text) for row in rows]


def test_everything_of_it_goes_at_once_and_nothing_of_the_others(read: Tools, drive: Drive, outbox: Outbox) -> None:
    later(read, DAY)
    drive()
    words = ("A former spokesman told Reuters", "The title of a")
    assert all(word in told(read.store) for word in words)
    removed = remove(read)
    assert removed is not None
    went = removed.deleted
    assert (went.articles, went.revisions, went.findings, went.snapshots, went.shared_blobs) == (1, 1, 1, 1, 0)
    assert (removed.entries, removed.blanked, removed.withdrawn, went.blob_bytes > 0) == (1, 1, 0, True)
    assert not any(word in told(read.store) for word in words)
    assert "Officials of the coalition" in told(read.store)
    assert urls(read.store) == ["c"]
    assert how_many(read.store, ArticleRow, RevisionRow, SnapshotRow, BlobRow) == [1, 1, 1, 1]


def test_it_is_no_longer_legible_in_the_file(read: Tools) -> None:
    url = read.store.engine.url
    if url.get_backend_name() != "sqlite":
        pytest.skip("of SQLite's file")
    file = Path(str(url.database))
    legible = b"A former spokesman told Reuters"
    read.store.settle()
    assert legible in file.read_bytes()
    remove(read)
    read.store.settle()
    assert legible not in file.read_bytes()
    assert legible not in file.with_name(file.name + "-wal").read_bytes()
    assert b"spokesman" not in file.read_bytes()  # nor word by word, in the index


def test_a_tombstone_says_when_and_why_and_holds_every_address(two_found: Tools, drive: Drive, web: FakeWeb) -> None:
    canonical = '<link rel="canonical" href="http://gazette.example/news/a">'
    web.site[A] = replace(
        fetched(A, page(*SILO, head=canonical)), final_url="http://gazette.example/final?utm_source=x"
    )
    web.site["http://wire.example/f"] = b""
    drive()
    remove(two_found)
    with two_found.store.read() as tx:
        (row,) = queries.tombstones(tx)
        assert queries.tombstones(tx, 1) == [row]
        assert queries.tombstones(tx, 2) == []
    assert (row["article_id"], row["outlet"], row["reason"]) == (1, "Gazette", "court order")
    assert row["removed_at"] == "2026-11-23T12:00:00Z"
    places = ("a", "final", "news/a")
    assert row["addresses"] == [f"{s}://gazette.example/{at}" for s in ("http", "https") for at in places]


def test_an_unknown_id_and_a_second_time_remove_nothing(read: Tools) -> None:
    assert remove(read, 99) is None
    remove(read)
    before = everything(read.store)
    assert remove(read) is None
    assert everything(read.store) == before


def test_killed_at_the_commit_nothing_is_removed_and_the_next_does_all(read: Tools) -> None:
    before = everything(read.store)
    with pytest.raises(Killed):
        remove(replace(read, store=DyingStore(read.store, 1)))
    assert everything(read.store) == before
    assert remove(read) is not None


def test_bytes_that_another_article_was_read_from_stay_and_it_is_said(read: Tools) -> None:
    with read.store.begin() as tx:
        first = select(SnapshotRow.sha256).where(SnapshotRow.id == 1).scalar_subquery()
        tx.execute(update(SnapshotRow).values(sha256=first))
    removed = remove(read)
    assert removed is not None
    assert (removed.deleted.snapshots, removed.deleted.shared_blobs, removed.deleted.blob_bytes) == (1, 1, 0)
    assert prune(read) == []


class TestDigests:
    def test_a_sent_one_is_blanked_and_never_sent_again(self, read: Tools, drive: Drive, outbox: Outbox) -> None:
        later(read, DAY)
        drive()
        removed = remove(read)
        assert removed is not None
        assert (removed.blanked, removed.withdrawn) == (1, 0)
        assert outboxed(read.store) == [("sent", True)]
        for _ in range(2):
            with read.store.begin() as tx:
                assert box.retry(tx, now=read.clock.now()) == []
            later(read, DAY)
            drive()
        assert len(outbox.mails) == 1

    def test_one_that_waits_is_composed_anew_without_it_and_goes_once(
        self, read: Tools, drive: Drive, outbox: Outbox
    ) -> None:
        outbox.failure = MailFailed("mail relay r:25: is it running")
        later(read, DAY)
        drive()
        assert outboxed(read.store) == [("drafted", False)]
        removed = remove(read)
        assert removed is not None
        assert (removed.blanked, removed.withdrawn) == (0, 1)
        outbox.failure = None
        assert JobName.COMPOSE_DIGEST in {call.job for call in run(read, Call(JobName.TICK))}
        drive()
        later(read, DAY)
        drive()
        (mail,) = outbox.mails
        assert OTHER[0][:40] in mail.text
        assert "spokesman" not in mail.text
        assert "The title of a" not in mail.text + mail.html
        assert f".{NOON + DAY:%Y-%m-%d}." in mail.message_id

    def test_one_without_a_finding_of_it_is_left_alone(self, read: Tools, drive: Drive, outbox: Outbox) -> None:
        later(read, DAY)
        with read.store.begin() as tx:
            tx.execute(update(FindingRow).where(FindingRow.article_id == 1).values(withdrawn_at=NOON))
        drive()
        removed = remove(read)
        assert removed is not None
        assert (removed.blanked, removed.withdrawn) == (0, 0)
        assert outboxed(read.store) == [("sent", False)]

    @pytest.mark.parametrize(
        ("failure", "then"),
        [
            (None, "sent"),
            (MailFailed("is it running"), "drafted"),
            (MailFailed("lost after the data", unknown=True), "drafted"),
            (MailFailed("550 no such user", permanent=True), "failed"),
        ],
    )
    def test_one_that_is_being_sent_is_blanked_and_goes_again_only_if_it_did_not_go(
        self, read: Tools, drive: Drive, outbox: Outbox, failure: MailFailed | None, then: str
    ) -> None:
        class Removing(Outbox):
            def send(self, message: Message, handing_over: Callable[[], None] = lambda: None) -> str:
                removed = remove(read)
                assert removed is not None
                assert (removed.blanked, removed.withdrawn) == (1, 0)
                self.failure = failure
                return super().send(message, handing_over)

        removing = Removing()
        later(read, DAY)
        for call in digests_due(read):
            for follow in run(read, call):
                run(replace(read, mailer=removing), follow)
        assert outboxed(read.store) == [(then, True)]
        if failure is not None and failure.unknown:  # it may have gone: what would be composed anew would bear its id
            later(read, timedelta(hours=1))
            drive()
            assert (outboxed(read.store), outbox.mails) == ([("unknown", True)], [])
            return
        if then == "failed":
            later(read, timedelta(hours=1))
            drive()
            assert outbox.mails == []
            with read.store.begin() as tx:
                assert len(box.retry(tx, now=read.clock.now())) == 1
        later(read, timedelta(hours=1))
        drive()
        drive()
        assert len(removing.mails) + len(outbox.mails) == 1
        assert all("spokesman" not in mail.text for mail in outbox.mails)
        assert outboxed(read.store)[-1] == ("sent", failure is None)

    def test_one_that_is_being_composed_is_not_kept(
        self, read: Tools, drive: Drive, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:

        def removing(*told: Any) -> Written:
            remove(read)
            return write(*told)

        later(read, DAY)
        monkeypatch.setattr("worker.jobs.compose_digest.write", removing)
        (call,) = digests_due(read)
        assert run(read, call) == []
        assert outboxed(read.store) == []
        monkeypatch.undo()
        drive()
        assert ["spokesman" in mail.text for mail in outbox.mails] == [False]


class TestItNeverComesBack:
    @pytest.mark.parametrize("link", [A, f"{A}?utm_source=x", A.replace("http:", "https:")])
    def test_linked_later_by_any_feed_it_is_not_fetched(
        self, read: Tools, drive: Drive, web: FakeWeb, link: str
    ) -> None:
        remove(read)
        add_feed(read, "http://wire.example/f", rss((link, "The title of a")))
        asked = len(web.asked)
        drive()
        assert [r.url for r in web.asked[asked:]] == ["http://wire.example/f"]
        assert entry(read.store, link) == ("removed", None, None)
        assert urls(read.store) == ["c"]
        assert "The title of a" not in told(read.store)

    def test_its_own_feed_does_not_bring_it_again(self, read: Tools, drive: Drive, web: FakeWeb) -> None:
        remove(read)
        body = web.site[FEED]
        assert isinstance(body, bytes)
        web.site[FEED] = body.replace(b"<guid>", b"<guid>new-")
        later(read, timedelta(hours=2))
        asked = len(web.asked)
        drive()
        assert A not in {r.url for r in web.asked[asked:]}
        assert urls(read.store) == ["c"]

    def test_entries_that_link_to_it_already_end_with_it(self, read: Tools, drive: Drive, web: FakeWeb) -> None:
        add_feed(read, "http://wire.example/f", rss((f"{A}?utm_source=wire", "The title of a")))
        for call in run(read, Call(JobName.TICK)):
            run(read, call)
        assert entry(read.store, f"{A}?utm_source=wire")[0] == "new"
        removed = remove(read)
        assert removed is not None
        assert removed.entries == 2
        assert entry(read.store, f"{A}?utm_source=wire") == ("removed", None, None)
        assert run(read, Call(JobName.FETCH_PAGES, (3,))) == []

    def test_fetched_under_a_new_address_it_is_not_kept(self, read: Tools, drive: Drive, web: FakeWeb) -> None:
        remove(read)
        web.site["http://short.example/1"] = replace(fetched("http://short.example/1", page(*SILO)), final_url=A)
        canonical = f'<link rel="canonical" href="{A}">'
        web.site["http://gazette.example/amp/a"] = page(*SILO, head=canonical)
        links = ("http://short.example/1", "http://gazette.example/amp/a")
        add_feed(read, "http://wire.example/f", rss(*((link, "The title of a") for link in links)))
        ran = drive()
        assert (ran.count(JobName.FETCH_PAGES), ran.count(JobName.READ_SNAPSHOT)) == (1, 1)
        assert [entry(read.store, link) for link in links] == [("removed", None, None)] * 2
        assert how_many(read.store, ArticleRow, SnapshotRow, BlobRow) == [1, 1, 1]
        assert "spokesman" not in told(read.store)

    def test_feed_retry_does_not_revive_it(self, read: Tools, drive: Drive, web: FakeWeb) -> None:
        add_feed(read, "http://wire.example/f", rss((f"{A}?utm_source=wire", "A")))
        drive()
        with read.store.begin() as tx:
            tx.execute(update(EntryRow).where(EntryRow.id == 3).values(state=EntryState.PARKED, article_id=None))
        remove(read)
        with read.store.begin() as tx:
            assert [entries.retry_parked(tx, FeedId(n), now=NOON) for n in (1, 2)] == [0, 0]
        assert entry(read.store, f"{A}?utm_source=wire")[0] == "removed"

    def test_of_two_that_know_an_address_each_keeps_its_tombstone(self, read: Tools) -> None:
        remove(read, 1)
        remove(read, 2)
        with read.store.read() as tx:
            assert [row["article_id"] for row in queries.tombstones(tx)] == [2, 1]
            assert gone.state_of(tx, [A, "http://elsewhere.example/"]) is EntryState.REMOVED
            assert gone.state_of(tx, ["http://elsewhere.example/"]) is None

    def test_a_tombstone_takes_over_what_was_only_pruned(self, read: Tools) -> None:
        with read.store.begin() as tx:
            gone.remember(tx, [A])
            assert gone.state_of(tx, [A]) is EntryState.READ
        remove(read)
        with read.store.begin() as tx:
            gone.remember(tx, [A])
            assert gone.state_of(tx, [A]) is EntryState.REMOVED


class TestWhileAJobIsAtWork:
    """The entry is leased, the world is looked at, and the article is removed in that moment."""

    @pytest.fixture
    def also_linked(self, read: Tools, web: FakeWeb) -> Tools:
        """A new address of the page: what its entry comes to is known only when it was fetched or read."""
        web.site["http://gazette.example/amp/a"] = page(*SILO, head=f'<link rel="canonical" href="{A}">')
        add_feed(read, "http://wire.example/f", rss(("http://gazette.example/amp/a", "The title of a")))
        for call in run(read, Call(JobName.TICK)):
            run(read, call)
        return read

    def check(self, tools: Tools, drive: Drive) -> None:
        later(tools, timedelta(minutes=6))
        drive()
        assert urls(tools.store) == ["c"]
        assert how_many(tools.store, ArticleRow, RevisionRow, SnapshotRow, BlobRow) == [1, 1, 1, 1]
        assert "spokesman" not in told(tools.store)
        assert "The title of a" not in told(tools.store)

    def test_fetching_it_again(self, read: Tools, drive: Drive, web: FakeWeb) -> None:
        class Removing(FakeWeb):
            def _answer(self, request: Request) -> Fetched | NotModified | FetchFailed:
                assert remove(read) is not None
                return fetched(request.url, page(*SILO))

        with read.store.begin() as tx:  # as after `feed retry`
            again = {"state": EntryState.NEW, "snapshot_id": None, "article_id": None, "next_try_at": NOON}
            tx.execute(update(EntryRow).where(EntryRow.id == 1).values(**again))
        assert run(replace(read, web=Removing()), Call(JobName.FETCH_PAGES, (1,))) == []
        assert entry(read.store, A) == ("removed", None, None)
        self.check(read, drive)

    def test_fetching_it_under_a_new_address(self, also_linked: Tools, drive: Drive) -> None:
        class Removing(FakeWeb):
            def _answer(self, request: Request) -> Fetched | NotModified | FetchFailed:
                assert remove(also_linked) is not None
                return replace(fetched(request.url, page(*SILO)), final_url=A)

        assert run(replace(also_linked, web=Removing()), Call(JobName.FETCH_PAGES, (3,))) == []
        assert entry(also_linked.store, "http://gazette.example/amp/a") == ("removed", None, None)
        self.check(also_linked, drive)

    def test_reading_it_under_a_new_address(
        self, also_linked: Tools, drive: Drive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def removing(*told: Any, **more: Any) -> Any:
            assert remove(also_linked) is not None
            return extract(*told, **more)

        (call,) = run(also_linked, Call(JobName.FETCH_PAGES, (3,)))
        monkeypatch.setattr("worker.jobs.reading.extract", removing)
        assert run(also_linked, call) == []
        monkeypatch.undo()
        assert entry(also_linked.store, "http://gazette.example/amp/a") == ("removed", None, None)
        self.check(also_linked, drive)

    @pytest.mark.parametrize("moment", ["load", "extract"])
    def test_reading_it_again(self, read: Tools, drive: Drive, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
        with read.store.begin() as tx:
            again = {"state": EntryState.FETCHED, "next_try_at": NOON}
            tx.execute(update(EntryRow).where(EntryRow.id == 1).values(**again))
        real: Callable[..., Any] = snapshots.load if moment == "load" else extract
        where = "storage.snapshots.load" if moment == "load" else "worker.jobs.reading.extract"
        done: list[Removed | None] = []

        def removing(*told: Any, **more: Any) -> Any:
            if moment == "load" and read.store.name.startswith("sqlite"):
                told[0].rollback()  # SQLite reads what was there when the transaction began: let it begin after this
            done.append(remove(read))
            return real(*told, **more)

        monkeypatch.setattr(where, removing)
        assert run(read, Call(JobName.READ_SNAPSHOT, (1,))) == []
        monkeypatch.undo()
        assert done != [None]
        self.check(read, drive)

    def test_judging_it(self, read: Tools, drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
        with read.store.begin() as tx:
            tx.execute(update(RevisionRow).where(RevisionRow.article_id == 1).values(judged_as="another"))

        def removing(*told: Any, **more: Any) -> Any:
            assert remove(read) is not None
            return judge(*told, **more)

        monkeypatch.setattr("worker.jobs.judge_article.judge", removing)
        assert run(read, Call(JobName.JUDGE_ARTICLE, (1,))) == []
        monkeypatch.undo()
        self.check(read, drive)

    def test_in_the_very_transaction_that_keeps_it_the_removal_waits_and_takes_that_along(
        self, also_linked: Tools, drive: Drive
    ) -> None:
        done: list[Removed | None] = []
        removing = threading.Thread(target=lambda: done.append(remove(also_linked)))
        with also_linked.store.begin() as tx:
            gone.hold_off(tx)
            assert gone.state_of(tx, [A]) is None
            removing.start()
            time.sleep(0.3)
            assert done == []
            # what `read_snapshot` does when the page is an address of the article
            tx.execute(update(EntryRow).where(EntryRow.id == 3).values(state=EntryState.READ, article_id=1))
            again = {"article_id": 1, "number": 2, "snapshot_id": 1, "title": "The title of a", "byline": "", "lang": "", "text": SILO[0],
                     "text_hash": "x", "substance": "x", "cause": "edit", "extractor": "", "read_at": NOON}  # fmt: skip
            tx.execute(RevisionRow.__table__.insert().values(**again))  # type: ignore[attr-defined]
            tx.execute(update(ArticleRow).where(ArticleRow.id == 1).values(latest=2))
        removing.join(30)
        (removed,) = done
        assert removed is not None
        assert (removed.deleted.revisions, removed.entries) == (2, 2)
        self.check(also_linked, drive)


def test_a_feed_polled_at_that_moment_brings_no_word_of_it(read: Tools, drive: Drive) -> None:
    """The poll read the feed before the removal, and writes after it."""

    class Removing(FakeWeb):
        def _answer(self, request: Request) -> Fetched | NotModified | FetchFailed:
            remove(read)
            return fetched(request.url, rss((f"{A}?utm_source=wire", "The title of a")))

    with read.store.begin() as tx:
        feed_id, _new = feeds.add(tx, FeedSpec(url="http://wire.example/f"), now=NOON)
    run(replace(read, web=Removing()), Call(JobName.POLL_FEEDS, (feed_id,)))
    assert entry(read.store, f"{A}?utm_source=wire") == ("removed", None, None)
    assert "The title of a" not in told(read.store)
    assert run(read, Call(JobName.FETCH_PAGES, (EntryId(3),))) == []
