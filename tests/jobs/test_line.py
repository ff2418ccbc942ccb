"""Whole lives of articles through the jobs, on both engines, with fakes for web, mail and clock only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from schedules.calls import Call, JobName
from storage import feeds, heartbeats, queries, seeds
from storage.engine import Store
from storage.records import Adds, EntryId, FeedSpec, Seed
from storage.schema import EntryRow
from tests.builders import SILO, a_claim, a_watch_list, page, rss
from tests.fakes import NOON, FakeWeb, Outbox, fetched
from tests.filling import all_articles
from tests.jobs.composing import digests_due
from worker.errors import FetchFailed, MailFailed
from worker.gateways.clock import FixedClock
from worker.handovers import NotModified
from worker.run import run
from worker.tools import Tools

Drive = Callable[[], list[JobName]]


def later(tools: Tools, by: timedelta) -> None:
    """The clock goes on."""
    assert isinstance(tools.clock, FixedClock)
    tools.clock.instant += by


def articles(store: Store) -> list[dict[str, object]]:
    with store.read() as tx:
        return all_articles(tx)


def feed(store: Store) -> dict[str, object]:
    with store.read() as tx:
        return queries.feeds(tx, 1)[0]


def test_from_feed_to_finding_and_digest(watched: Tools, drive: Drive, outbox: Outbox) -> None:
    ran = Counter(drive())
    assert ran == {
        JobName.POLL_FEEDS: 1,
        JobName.FETCH_PAGES: 1,
        JobName.READ_SNAPSHOT: 2,
        JobName.JUDGE_ARTICLE: 2,
        JobName.COMPOSE_DIGEST: 1,
    }
    with watched.store.read() as tx:
        (finding,) = queries.findings(tx)
    assert (finding["claim_id"], finding["relation"], finding["adds"]) == ("raqqa-4000", "supports", [Adds.REPEATS])
    assert outbox.mails == []  # today's slot found nothing yet
    later(watched, timedelta(days=1))
    drive()
    assert [m.to for m in outbox.mails] == ["reader@claimwatch.example"]
    assert SILO[0][:40] in outbox.mails[0].text


def test_a_second_round_changes_nothing(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    drive()
    before, asked = articles(watched.store), len(web.asked)
    later(watched, timedelta(hours=2))
    assert sorted(drive()) == [JobName.POLL_FEEDS, JobName.VISIT_ARTICLE]
    assert (articles(watched.store), len(web.asked)) == (before, asked + 2)


@pytest.mark.parametrize("job", [JobName.POLL_FEEDS, JobName.FETCH_PAGES, JobName.READ_SNAPSHOT, JobName.JUDGE_ARTICLE])
def test_every_job_run_twice_changes_nothing_the_second_time(watched: Tools, drive: Drive, job: JobName) -> None:
    drive()
    before = articles(watched.store)
    with watched.store.read() as tx:
        found = queries.findings(tx)
    for n in (1, 2):
        assert run(watched, Call(job, (n,))) == []
    assert articles(watched.store) == before
    with watched.store.read() as tx:
        assert queries.findings(tx) == found


class Killed(BaseException):
    """What a worker's death looks like from within a job: nothing catches it."""


@pytest.mark.parametrize("job", [JobName.POLL_FEEDS, JobName.FETCH_PAGES, JobName.READ_SNAPSHOT, JobName.JUDGE_ARTICLE])
@pytest.mark.parametrize("commit", [1, 2])
def test_killed_before_each_commit_the_work_is_done_again_and_once(
    watched: Tools, drive: Drive, job: JobName, commit: int
) -> None:
    doomed = replace(watched, store=DyingStore(watched.store, commit))
    killed = False
    for _ in range(8):
        calls = run(watched, Call(JobName.TICK))
        while calls:
            call = calls.pop(0)
            if call.job is job and not killed:
                killed = True
                with pytest.raises(Killed):
                    run(doomed, call)
                continue
            calls += run(watched, call)
    assert killed
    later(watched, timedelta(minutes=6))
    drive()
    assert sorted(str(a["url"]) for a in articles(watched.store)) == [
        "http://gazette.example/a",
        "http://gazette.example/b",
    ]
    with watched.store.read() as tx:
        assert len(queries.findings(tx)) == 1
        assert queries.counts(tx)["parked"] == 0


class DyingStore(Store):
    """Dies in place of the n-th commit."""

    def __init__(self, store: Store, commit: int) -> None:
        super().__init__(store.engine, store.name)
        self._left = commit

    def begin(self, *, rebuilding: bool = False):  # type: ignore[no-untyped-def]
        from contextlib import contextmanager

        @contextmanager
        def dying():  # type: ignore[no-untyped-def]
            with Store.begin(self) as tx:
                yield tx
                self._left -= 1
                if self._left <= 0:
                    raise Killed

        return dying()


def test_what_a_job_calls_is_not_called_again_by_the_tick_until_its_stamp_runs_out(watched: Tools) -> None:
    for _ in range(2):
        for call in run(watched, Call(JobName.TICK)):
            follow = run(watched, call)
    assert [c.job for c in follow] == [JobName.READ_SNAPSHOT] * 2  # and they are lost on the way
    assert JobName.READ_SNAPSHOT not in {c.job for c in run(watched, Call(JobName.TICK))}
    later(watched, timedelta(minutes=6))
    assert {c.job for c in run(watched, Call(JobName.TICK))} >= {JobName.READ_SNAPSHOT}


def test_a_304_is_an_answer_and_sends_the_validators_back(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    url = "http://gazette.example/feed.xml"
    body = web.site[url]
    assert isinstance(body, bytes)
    web.site[url] = fetched(url, body, headers={"etag": 'W/"x"', "last-modified": "Mon, 01 Jan 2026 00:00:00 GMT"})
    drive()
    web.site[url] = NotModified(url=url)
    later(watched, timedelta(hours=2))
    drive()
    again = [request for request in web.asked if request.url == url][-1]
    assert (again.etag, again.last_modified) == ('W/"x"', "Mon, 01 Jan 2026 00:00:00 GMT")
    assert (feed(watched.store)["state"], feed(watched.store)["failures"]) == ("ok", 0)


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        (b"<!doctype html><html><body>Sign in</body></html>", "not-a-feed", "not a feed: a web page"),
        (b"", "not-a-feed", "the answer is empty"),
        (b"/etc/passwd", "not-a-feed", "not a feed"),
        (FetchFailed("u", "429 Too Many Requests", status=429, retry_at=NOON + timedelta(hours=9)), "refused", "429"),
        (FetchFailed("u", "410 Gone", status=410, permanent=True), "gone", "410"),
        (FetchFailed("u", "the name cannot be resolved"), "unreachable", "cannot be resolved"),
    ],
)
def test_a_feed_that_fails_says_so_and_keeps_what_it_had(
    watched: Tools, drive: Drive, web: FakeWeb, answer: bytes | FetchFailed, state: str, said: str
) -> None:
    drive()
    later(watched, timedelta(hours=2))
    web.site["http://gazette.example/feed.xml"] = answer
    drive()
    row = feed(watched.store)
    assert (row["state"], row["failures"], row["entries"]) == (state, 1, 2)
    assert said in str(row["last_error"])
    assert (row["next_poll"] is None) == (state == "gone")
    if isinstance(answer, FetchFailed) and answer.retry_at:
        assert str(row["next_poll"]) >= "2026-11-23T21:00:00Z"


def test_a_page_that_fails_is_tried_again_and_given_up_with_its_reason(
    watched: Tools, drive: Drive, web: FakeWeb
) -> None:
    page_a = web.site.pop("http://gazette.example/a")
    drive()
    assert [a["url"] for a in articles(watched.store)] == ["http://gazette.example/b"]
    for _ in range(4):
        later(watched, timedelta(hours=13))
        drive()
    with watched.store.read() as tx:
        (parked,) = queries.parked_entries(tx, 1)
    assert (parked["url"], parked["last_error"]) == (
        "http://gazette.example/a",
        "http://gazette.example/a: 404 Not Found",
    )
    web.site["http://gazette.example/a"] = page_a


def test_a_page_that_comes_back_is_read(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    page_a = web.site["http://gazette.example/a"]
    web.site["http://gazette.example/a"] = FetchFailed(
        "http://gazette.example/a", "503 Service Unavailable", status=503
    )
    drive()
    web.site["http://gazette.example/a"] = page_a
    later(watched, timedelta(minutes=6))
    drive()
    assert len(articles(watched.store)) == 2


def test_a_page_without_text_is_parked_with_the_reason(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    web.site["http://gazette.example/a"] = b"<html><body><script>app()</script></body></html>"
    drive()
    with watched.store.read() as tx:
        (parked,) = queries.parked_entries(tx, 1)
    assert "no article text" in str(parked["last_error"])


def test_two_feeds_that_link_one_page_fetch_it_once(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    web.site["http://wire.example/f"] = rss(("http://gazette.example/a?utm_source=wire", "A"))
    with watched.store.begin() as tx:
        feeds.add(tx, FeedSpec(url="http://wire.example/f"), now=NOON)
    drive()
    assert [r.url for r in web.asked if "gazette.example/a" in r.url] == ["http://gazette.example/a"]
    assert len(articles(watched.store)) == 2


def test_a_changed_page_is_a_new_revision_only_if_its_text_changed(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    drive()
    for n, body in ((2, page(*SILO)), (3, page(*SILO, "A correction was added to this piece on the following day."))):
        web.site[f"http://gazette.example/a?at_medium={n}"] = body
        web.site["http://gazette.example/feed.xml"] = rss((f"http://gazette.example/a?at_medium={n}", f"A{n}"))
        with watched.store.begin() as tx:  # the page is asked again, not taken from its sibling
            tx.execute(EntryRow.__table__.update().values(url_key="other"))  # type: ignore[attr-defined]
            feeds.make_all_due(tx, now=watched.clock.now())
        later(watched, timedelta(hours=2))
        drive()
    whole = next(a for a in articles(watched.store) if a["canonical_url"] == "http://gazette.example/a")
    assert (len(articles(watched.store)), whole["revision"]) == (2, 2)


def test_an_edited_claim_is_judged_again_and_no_other_work_is_done(watched: Tools, drive: Drive) -> None:
    drive()
    edited = a_watch_list(claims=(a_claim("The mayor of Paris sold a bridge.", figures=()),))
    with watched.store.begin() as tx:
        seeds.take_over(tx, edited, now=NOON)
    later(watched, timedelta(minutes=6))
    assert set(drive()) == {JobName.JUDGE_ARTICLE}
    with watched.store.read() as tx:
        assert queries.findings(tx) == []


def test_the_seed_and_its_copies_get_no_finding(watched: Tools, drive: Drive) -> None:
    with watched.store.begin() as tx:
        seed = Seed(
            title="S",
            url="http://seed.example/x",
            copies=("http://gazette.example/a/?utm_source=x", "http://gazette.example/a"),
        )
        seeds.take_over(tx, a_watch_list(seed=seed), now=NOON)
    drive()
    with watched.store.read() as tx:
        assert queries.findings(tx) == []
    assert [a["is_seed_copy"] for a in articles(watched.store) if a["url"] == "http://gazette.example/a"] == [True]


def test_a_paused_feed_is_not_polled(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    with watched.store.begin() as tx:
        feeds.pause(tx, queries.feeds(tx)[0]["id"], now=NOON)
    assert drive() == [JobName.COMPOSE_DIGEST]
    assert web.asked == []


def test_few_pages_of_one_host_a_tick(watched: Tools, web: FakeWeb) -> None:
    many = [(f"http://gazette.example/{n}", str(n)) for n in range(50)]
    web.site["http://gazette.example/feed.xml"] = rss(*many)
    for call in run(watched, Call(JobName.TICK)):
        run(watched, call)
    pages = [c for c in run(watched, Call(JobName.TICK)) if c.job is JobName.FETCH_PAGES]
    assert sum(len(call.ids) for call in pages) == watched.options.per_host


class TestDigests:
    @pytest.fixture(autouse=True)
    def next_day(self, watched: Tools, drive: Drive) -> None:
        drive()
        later(watched, timedelta(days=1))

    def test_the_same_finding_never_goes_twice(self, watched: Tools, drive: Drive, outbox: Outbox) -> None:
        drive()
        later(watched, timedelta(days=1))
        drive()
        assert len(outbox.mails) == 1

    def test_a_relay_that_is_away_is_waited_for(self, watched: Tools, drive: Drive, outbox: Outbox) -> None:
        outbox.failure = MailFailed("mail relay r:25: is it running")
        drive()
        outbox.failure = None
        later(watched, timedelta(minutes=10))
        drive()
        assert len(outbox.mails) == 1

    def test_what_a_relay_refuses_for_good_is_not_sent_again(
        self, watched: Tools, drive: Drive, outbox: Outbox
    ) -> None:
        outbox.failure = MailFailed("550 no such user", permanent=True)
        drive()
        outbox.failure = None
        later(watched, timedelta(hours=12))
        drive()
        assert outbox.mails == []

    def test_lost_after_the_data_it_goes_once_more_with_the_same_id_and_then_waits_for_a_person(
        self, watched: Tools, drive: Drive, outbox: Outbox
    ) -> None:
        outbox.failure = MailFailed("the connection was lost after the data", unknown=True)
        drive()
        later(watched, timedelta(minutes=30))
        drive()
        outbox.failure = None
        later(watched, timedelta(hours=12))
        drive()
        assert outbox.mails == []

    def test_killed_between_the_relay_and_the_mark_it_goes_twice_with_one_message_id(
        self, watched: Tools, drive: Drive, outbox: Outbox
    ) -> None:
        doomed = replace(watched, store=DyingStore(watched.store, 3))
        (call,) = digests_due(watched)
        (send,) = run(watched, call)
        with pytest.raises(Killed):
            run(doomed, send)
        later(watched, timedelta(minutes=6))
        drive()
        assert len(outbox.mails) == 2
        assert len({m.message_id for m in outbox.mails}) == 1


def test_a_job_that_fails_in_a_way_nobody_thought_of_keeps_the_rest_going(
    watched: Tools, drive: Drive, web: FakeWeb, caplog: pytest.LogCaptureFixture
) -> None:
    web.site["http://gazette.example/a"] = "not bytes at all"  # type: ignore[assignment]
    drive()
    assert [a["url"] for a in articles(watched.store)] == ["http://gazette.example/b"]
    assert "http://gazette.example/a cannot be kept" in caplog.text


def test_nothing_waits_for_an_entry_that_is_not_there(watched: Tools) -> None:
    assert run(watched, Call(JobName.FETCH_PAGES, (EntryId(999),))) == []


def test_the_clock_is_the_injected_one(watched: Tools, clock: FixedClock) -> None:
    run(watched, Call(JobName.TICK))
    with watched.store.read() as tx:
        assert heartbeats.last(tx, "tick") == NOON
    assert clock.now() == NOON
