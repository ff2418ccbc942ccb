"""Trouble that one feed, page, relay or worker makes stays its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from claimwatch.polling import poll
from schedules.calls import Call, JobName
from storage import articles, entries, feeds, queries, recipients, seeds
from storage import outbox as box
from storage.records import EntryId, FeedId, FeedSpec, RevisionId, Seed
from storage.schema import RevisionRow
from tests.builders import SILO, a_watch_list, page, rss
from tests.fakes import NOON, FakeWeb, Outbox, fetched
from tests.jobs.composing import composed
from tests.jobs.test_line import articles as kept
from tests.jobs.test_line import later
from worker.errors import FetchFailed, MailFailed
from worker.run import run
from worker.tools import Tools

Drive = Callable[[], list[JobName]]
MINUTE = timedelta(minutes=1)


def add_feed(tools: Tools, url: str) -> FeedId:
    with tools.store.begin() as tx:
        return feeds.add(tx, FeedSpec(url=url), now=NOON)[0]


def test_a_feed_that_trips_the_parser_does_not_take_its_batch_along(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    add_feed(watched, "http://broken.example/f")
    web.site["http://broken.example/f"] = replace(fetched("http://broken.example/f", b""), body=None)  # type: ignore[arg-type]
    drive()
    assert len(kept(watched.store)) == 2
    with watched.store.read() as tx:
        broken = queries.feeds(tx, 2)[0]
    assert (broken["state"], broken["failures"]) == ("not-a-feed", 1)
    assert "cannot be parsed" in broken["last_error"]


def test_bytes_that_no_database_takes_do_not_stop_a_feed(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    body = rss(("http://gazette.example/a&#xD800;", "A&#0;&#xD800;"), title="G\x0b", extra="<language>e&#0;</language>")
    web.site["http://gazette.example/feed.xml"] = fetched(
        "http://gazette.example/feed.xml",
        body.replace(b"</rss>", b"</rss>"),
        headers={"cache-control": "max-age=" + "9" * 5000},
    )
    drive()
    with watched.store.read() as tx:
        assert queries.feeds(tx, 1)[0]["state"] in ("ok", "not-a-feed")


def test_a_reason_with_odd_bytes_is_kept_readable(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    url = "http://gazette.example/a"
    web.site[url] = FetchFailed(url, "403 Acc\udce8s refus\udce9\0", status=403)
    drive()
    for _ in range(3):
        later(watched, timedelta(hours=13))
        drive()
    with watched.store.read() as tx:
        (parked,) = queries.parked_entries(tx, 1)
    assert parked["last_error"] == f"{url}: 403 Acc?s refus?"


def test_a_message_that_comes_late_does_not_outrun_the_wait(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    url = "http://gazette.example/a"
    web.site[url] = FetchFailed(url, "429", status=429, retry_at=NOON + timedelta(hours=5))
    drive()
    asked = len(web.asked)
    for _ in range(9):  # as many as lay in a long queue
        assert run(watched, Call(JobName.FETCH_PAGES, (1,))) == []
    assert len(web.asked) == asked


def test_a_worker_that_stalled_past_its_lease_drops_what_it_brings(watched: Tools, drive: Drive) -> None:
    for call in run(watched, Call(JobName.TICK)):
        run(watched, call)
    with watched.store.begin() as tx:
        from storage.records import EntryState

        stalled = entries.lease(tx, EntryId(1), EntryState.NEW, now=NOON, until=NOON + MINUTE)
    later(watched, timedelta(minutes=6))
    drive()
    assert stalled is not None
    with watched.store.begin() as tx:
        assert not entries.holds(tx, stalled)
    assert len(kept(watched.store)) == 2


def test_a_host_that_is_busy_with_us_is_no_failure_of_its_pages(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    url = "http://gazette.example/a"
    body = web.site[url]
    web.site[url] = FetchFailed(url, "its host is busy with other requests of ours", busy=True)
    poll(watched, threads=2)  # comes to rest, though the page is due all the time
    later(watched, MINUTE)
    for _ in range(20):
        for call in run(watched, Call(JobName.TICK)):
            run(watched, call)
    with watched.store.read() as tx:
        assert [queries.counts(tx)[name] for name in ("waiting", "parked", "articles")] == [1, 0, 1]
    web.site[url] = body
    drive()
    assert len(kept(watched.store)) == 2


def test_a_long_backlog_of_one_host_does_not_starve_another(watched: Tools, web: FakeWeb) -> None:
    web.site["http://gazette.example/feed.xml"] = rss(*((f"http://gazette.example/{n}", str(n)) for n in range(900)))
    web.site["http://wire.example/f"] = rss(("http://wire.example/one", "one"))
    add_feed(watched, "http://wire.example/f")
    for call in run(watched, Call(JobName.TICK)):
        run(watched, call)
    pages = [i for c in run(watched, Call(JobName.TICK)) if c.job is JobName.FETCH_PAGES for i in c.ids]
    assert len(pages) == watched.options.per_host + 1


def test_feeds_of_one_host_are_asked_in_one_batch(watched: Tools) -> None:
    for n in range(3):
        add_feed(watched, f"http://gazette.example/{n}.xml")
    add_feed(watched, "http://wire.example/f")
    few = replace(watched, options=replace(watched.options, feeds_a_call=4))
    batches = [c.ids for c in run(few, Call(JobName.TICK)) if c.job is JobName.POLL_FEEDS]
    assert batches == [(1, 2, 3, 4), (5,)]


def test_what_an_older_revision_says_does_not_hold(watched: Tools, drive: Drive) -> None:
    drive()
    with watched.store.begin() as tx:
        read = articles.lease_unjudged(tx, RevisionId(1), "judge 2", now=NOON, until=NOON + MINUTE)
        assert read is not None
        assert articles.holds(tx, read)
        newer = {"article_id": 1, "number": 2, "snapshot_id": 1, "title": "", "byline": "", "lang": "", "text": "x", "text_hash": "x",
                 "substance": "x", "cause": "edit", "extractor": "", "read_at": NOON}  # fmt: skip
        from sqlalchemy import insert

        from storage.schema import ArticleRow

        tx.execute(insert(RevisionRow).values(**newer))
        tx.execute(update(ArticleRow).where(ArticleRow.id == 1).values(latest=2))
        assert not articles.holds(tx, read)
        assert (
            articles.lease_unjudged(tx, RevisionId(1), "judge 3", now=NOON + 2 * MINUTE, until=NOON + 3 * MINUTE)
            is None
        )


def test_a_copy_of_the_seed_that_is_named_later_loses_its_findings(watched: Tools, drive: Drive) -> None:
    drive()
    seed = Seed(title="S", url="http://seed.example/x", copies=("http://gazette.example/a",))
    with watched.store.begin() as tx:
        seeds.take_over(tx, a_watch_list(seed=seed), now=NOON)
    later(watched, timedelta(minutes=6))
    drive()
    with watched.store.read() as tx:
        assert queries.findings(tx) == []


def test_told_is_told_whatever_judge_says_it_again(watched: Tools, drive: Drive, outbox: Outbox) -> None:
    drive()
    later(watched, timedelta(days=1))
    drive()
    with watched.store.begin() as tx:  # as another judge would: new findings in place of the old
        from storage.schema import FindingRow

        (old,) = tx.execute(FindingRow.__table__.select()).mappings().all()
        tx.execute(update(FindingRow).values(withdrawn_at=NOON))
        again = {**old, "id": 99, "judge_version": "another"}
        tx.execute(FindingRow.__table__.insert().values(**again))  # type: ignore[attr-defined]
    later(watched, timedelta(days=1))
    drive()
    assert len(outbox.mails) == 1
    with watched.store.begin() as tx:  # but another relation is news
        tx.execute(update(FindingRow).where(FindingRow.id == 99).values(relation="disputes"))
    later(watched, timedelta(days=1))
    drive()
    assert len(outbox.mails) == 2


def test_a_finding_goes_with_one_digest_even_if_two_are_composed_at_once(watched: Tools, drive: Drive) -> None:
    drive()
    letter, envelopes = composed(watched)

    def draft(period: str) -> int:
        with watched.store.begin() as tx:
            return len(box.draft(tx, letter, period, envelopes, now=NOON, called_until=NOON))

    assert (draft("p1"), draft("p2"), draft("p1")) == (1, 0, 0)


def test_a_digest_that_was_given_up_can_be_sent_again(watched: Tools, drive: Drive, outbox: Outbox) -> None:
    drive()
    later(watched, timedelta(days=1))
    outbox.failure = MailFailed("550 no such user", permanent=True)
    drive()
    outbox.failure = None
    with watched.store.begin() as tx:
        assert len(box.retry(tx, now=watched.clock.now())) == 1
    drive()
    assert len(outbox.mails) == 1


def test_a_year_one_date_is_no_date(watched: Tools, drive: Drive, web: FakeWeb) -> None:
    body = rss(("http://gazette.example/a", "A")).replace(b"Mon, 23 Nov 2026 12:00:00 +0000", b"0001-01-01T00:00:00Z")
    web.site["http://gazette.example/feed.xml"] = body
    web.site["http://gazette.example/a"] = page(
        *SILO, head='<meta property="article:published_time" content="0001-01-01T00:00:00+14:00">'
    )
    drive()
    (article,) = kept(watched.store)
    assert (article["published"], article["published_feed"], article["findings"]) == (None, None, 1)


def test_a_feed_that_was_gone_and_pages_that_were_given_up_can_be_asked_again(
    watched: Tools, drive: Drive, web: FakeWeb
) -> None:
    good = dict(web.site)
    web.site["http://gazette.example/a"] = FetchFailed("u", "410 Gone", status=410, permanent=True)
    drive()
    web.site["http://gazette.example/feed.xml"] = FetchFailed("u", "410 Gone", status=410, permanent=True)
    later(watched, timedelta(hours=2))
    drive()
    web.site = good
    with watched.store.begin() as tx:
        assert feeds.resume(tx, FeedId(1), now=watched.clock.now())
        assert entries.retry_parked(tx, FeedId(1), now=watched.clock.now()) == 1
    drive()
    with watched.store.read() as tx:
        assert queries.feeds(tx, 1)[0]["state"] == "ok"
    assert len(kept(watched.store)) == 2


def test_who_comes_back_begins_anew_and_an_edited_since_counts(watched: Tools) -> None:
    def began() -> list[datetime]:
        with watched.store.read() as tx:
            return [r.began for r in recipients.everybody(tx)]

    def take(**told: object) -> None:
        with watched.store.begin() as tx:
            seeds.take_over(tx, a_watch_list(**told), now=watched.clock.now())

    (reader,) = a_watch_list().recipients
    assert began() == [datetime(2017, 1, 1, tzinfo=UTC)]
    take(recipients=(replace(reader, since=datetime(2018, 1, 1, tzinfo=UTC)),))
    assert began() == [datetime(2018, 1, 1, tzinfo=UTC)]
    take(recipients=(replace(reader, since=None),))
    assert began() == [datetime(2018, 1, 1, tzinfo=UTC)]
    take(recipients=())
    later(watched, timedelta(days=90))
    take(recipients=(replace(reader, since=None),))
    assert began() == [NOON + timedelta(days=90)]
