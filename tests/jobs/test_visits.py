"""What becomes of articles after their first reading: visits, edits, corrections, deletions and moves, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from claimwatch.polling import poll
from schedules.calls import Call, JobName
from schedules.visits import STEPS
from storage import feeds, gone, histories, queries, removal, seeds
from storage.engine import Store
from storage.records import ArticleId, FeedSpec
from storage.schema import ArticleRow, FindingRow, RevisionRow, SnapshotRow
from tests.builders import SILO, a_claim, a_watch_list, page, rss
from tests.fakes import NOON, FakeWeb, fetched
from tests.filling import all_articles
from tests.jobs.test_line import DyingStore, Killed, later
from worker.errors import FetchFailed
from worker.handovers import Fetched, NotModified
from worker.run import run
from worker.steps.addresses import keys_of
from worker.tools import Tools

Drive = Callable[[], list[JobName]]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED, A = "http://gazette.example/feed.xml", "http://gazette.example/2017/12/a-secret-deal"
ROBOTS = "http://gazette.example/robots.txt"
MOVED = "http://gazette.example/world/2017/12/a-secret-deal-in-raqqa"
MORE = "The ministry said on Tuesday that it would look into the report and answer questions later in the week."
FEWER = SILO[0].replace("about 4,000", "about 3,000")
NOTICE = "Correction: An earlier version of this article gave a wrong number of people."


def at(url: str, body: bytes, *, asked: str = A, permanent: bool = True, **headers: str) -> Fetched:
    """What a request for `asked` gets that was led to `url`."""
    return replace(
        fetched(url, body, headers=headers), url=asked, final_url=url, permanent_url=url if permanent else asked
    )


@pytest.fixture
def read(watched: Tools, web: FakeWeb, drive: Drive) -> Tools:
    """One article that carries a finding, read at noon."""
    web.site[FEED] = rss((A, "A"))
    web.site[A] = fetched(
        A, page(*SILO, MORE), headers={"etag": '"1"', "last-modified": "Mon, 23 Nov 2026 11:00:00 GMT"}
    )
    drive()
    web.asked.clear()
    return watched


@pytest.fixture
def visit(read: Tools, drive: Drive) -> Callable[..., list[JobName]]:
    """The jobs that a visit takes, so long after the last one."""

    def after(by: timedelta = HOUR) -> list[JobName]:
        later(read, by)
        ours = (JobName.VISIT_ARTICLE, JobName.READ_VISIT, JobName.JUDGE_ARTICLE)
        return [job for job in drive() if job in ours]

    return after


Visit = Callable[..., list[JobName]]


def told(tools: Tools) -> list[tuple[str, str]]:
    """(kind, detail) of all events, oldest first."""
    with tools.store.read() as tx:
        return [(row["kind"], row["detail"]) for row in reversed(histories.events(tx))]


def kinds(tools: Tools) -> list[str]:
    return [kind for kind, _detail in told(tools)]


def state(tools: Tools) -> dict[str, Any]:
    with tools.store.read() as tx:
        found = histories.state(tx, 1)
    assert found is not None
    return found


def due(tools: Tools) -> datetime | None:
    with tools.store.read() as tx:
        return tx.scalars(select(ArticleRow.next_try_at).where(ArticleRow.id == 1)).one()


def asked(web: FakeWeb) -> list[str]:
    """The pages that were asked, without the feed and robots.txt, in order."""
    return [request.url for request in web.asked if request.url not in (FEED, ROBOTS)]


def how_many(store: Store, row: Any) -> int:
    with store.read() as tx:
        return tx.scalars(select(func.count()).select_from(row)).one()


class TestSchedule:
    def test_an_article_with_a_finding_is_visited_further_and_further_apart_and_then_no_more(
        self, read: Tools, visit: Visit, web: FakeWeb
    ) -> None:
        dues = []
        while (at := due(read)) is not None:
            dues.append(at - NOON)
            assert visit(at - read.clock.now()) == [JobName.VISIT_ARTICLE]
        assert tuple(dues) == STEPS
        assert asked(web) == [A] * 6
        assert told(read) == []

    def test_one_without_a_finding_is_not_visited(self, watched: Tools, drive: Drive, web: FakeWeb) -> None:
        web.site[FEED] = rss(("http://gazette.example/b", "B"))
        drive()
        later(watched, 40 * DAY)
        drive()
        assert [request.url for request in web.asked].count("http://gazette.example/b") == 1

    def test_a_house_that_was_down_for_a_week_makes_one_visit(self, read: Tools, visit: Visit, web: FakeWeb) -> None:
        assert visit(7 * DAY) == [JobName.VISIT_ARTICLE]
        assert (asked(web), due(read)) == ([A], NOON + 10 * DAY)

    def test_it_is_asked_with_the_validators_that_its_page_gave(self, read: Tools, visit: Visit, web: FakeWeb) -> None:
        web.site[A] = NotModified(url=A)
        visit()
        (request,) = [r for r in web.asked if r.url == A]
        assert (request.etag, request.last_modified) == ('"1"', "Mon, 23 Nov 2026 11:00:00 GMT")
        assert (told(read), due(read)) == ([], NOON + 6 * HOUR)

    def test_a_page_in_another_dress_is_asked_with_the_validators_of_that_dress(
        self, read: Tools, visit: Visit, web: FakeWeb
    ) -> None:
        web.site[A] = fetched(A, page(*SILO, MORE, "5 comments"), headers={"etag": '"2"'})
        visit()
        visit(5 * HOUR)
        again = [(r.etag, r.last_modified) for r in web.asked if r.url == A]
        assert again == [('"1"', "Mon, 23 Nov 2026 11:00:00 GMT"), ('"2"', None)]

    def test_an_article_that_comes_to_carry_a_finding_later_is_visited_at_once(
        self, watched: Tools, drive: Drive, web: FakeWeb
    ) -> None:
        with watched.store.begin() as tx:
            seeds.take_over(tx, a_watch_list(claims=(a_claim("A mayor sold a bridge.", figures=()),)), now=NOON)
        drive()
        later(watched, 40 * DAY)
        with watched.store.begin() as tx:
            seeds.take_over(tx, a_watch_list(), now=NOON)
        assert JobName.VISIT_ARTICLE in drive()
        later(watched, 40 * DAY)
        assert JobName.VISIT_ARTICLE not in drive()

    def test_few_pages_of_one_host_a_tick(self, read: Tools, web: FakeWeb, drive: Drive) -> None:
        many = [f"http://gazette.example/2017/12/{n}" for n in range(4)]
        web.site |= {
            url: page(*SILO, f"It was number {n} of the papers to say so that day.") for n, url in enumerate(many)
        }
        web.site[FEED] = rss(*((url, "x") for url in many))
        poll(read, threads=1, force=True)
        later(read, 2 * DAY)
        few = replace(read, options=replace(read.options, per_host=3))
        assert sum(call.job is JobName.VISIT_ARTICLE for call in run(few, Call(JobName.TICK))) == 3

    def test_switched_off_nothing_is_visited(self, read: Tools) -> None:
        later(read, DAY)
        off = replace(read, options=replace(read.options, visits=False))
        assert JobName.VISIT_ARTICLE not in {call.job for call in run(off, Call(JobName.TICK))}


class TestEdits:
    def test_an_edited_article_is_judged_again_and_the_edit_told(self, read: Tools, visit: Visit, web: FakeWeb) -> None:
        web.site[A] = page(*SILO, MORE, "It did not say who would be asked, nor by when the answers are to be given.")
        assert visit() == [JobName.VISIT_ARTICLE, JobName.READ_VISIT, JobName.JUDGE_ARTICLE]
        assert told(read) == [("edited", "1 paragraph changed, 17 words added, 0 removed")]
        with read.store.read() as tx:
            (finding,) = queries.findings(tx)
            first, second = histories.revisions(tx, 1)
        assert (finding["revision"], second["cause"], first["superseded_at"]) == (2, "edit", second["read_at"])
        assert due(read) == NOON + HOUR + 6 * HOUR

    def test_a_new_headline_is_an_edit(self, read: Tools, visit: Visit, web: FakeWeb) -> None:
        web.site[A] = page(*SILO, MORE, title="Hundreds left Raqqa")
        visit()
        assert told(read) == [("edited", "new headline")]

    def test_a_correction_is_told_by_its_own_words_and_the_passage_that_vanished_under_the_finding_too(
        self, read: Tools, visit: Visit, web: FakeWeb
    ) -> None:
        web.site[A] = page(FEWER, SILO[1], MORE, NOTICE)
        visit()
        assert told(read) == [("corrected", NOTICE), ("vanished", SILO[0])]
        with read.store.read() as tx:
            (event, *_rest) = histories.events(tx)
            (finding,) = queries.findings(tx)
            notices = list(tx.scalars(select(RevisionRow.notice).order_by(RevisionRow.number)))
        assert (event["claim_id"], event["revision"]) == ("raqqa-4000", 2)
        assert (notices, finding["revision"]) == (["", NOTICE], 2)
        assert state(read)["corrected"] == 1

    def test_a_first_reading_keeps_its_notice_and_is_no_event(self, watched: Tools, drive: Drive, web: FakeWeb) -> None:
        web.site[FEED], web.site[A] = rss((A, "A")), page(*SILO, NOTICE)
        drive()
        with watched.store.read() as tx:
            assert tx.scalars(select(RevisionRow.notice)).one() == NOTICE
        assert told(watched) == []

    def test_a_passage_in_another_dress_or_beside_others_has_not_vanished(
        self, read: Tools, visit: Visit, web: FakeWeb
    ) -> None:
        web.site[A] = page(f"So it went. {SILO[0].replace('secret deal', 'Secret-Deal')} And so on, they said.", MORE)
        visit()
        assert kinds(read) == ["edited"]

    def test_a_finding_that_the_judge_takes_back_has_not_vanished(self, read: Tools, drive: Drive) -> None:
        with read.store.begin() as tx:
            seeds.take_over(tx, a_watch_list(claims=(a_claim("A mayor sold a bridge.", figures=()),)), now=NOON)
        later(read, timedelta(minutes=6))
        drive()
        with read.store.read() as tx:
            assert queries.findings(tx) == []
        assert told(read) == []

    @pytest.mark.parametrize(
        "dress",
        [
            page(*SILO, MORE, "Updated 3 minutes ago"),
            page(*SILO, MORE).replace(b"<nav>", b"<nav>Hot today"),
            page(*(p.replace("'", "’").replace(" deal", "  deal") for p in SILO), MORE),
            page(
                *SILO, MORE, "Five things to know about the river", "Why a bridge was sold in the west", "Beet is late"
            ),
        ],
    )
    def test_a_cosmetic_edit_is_nothing_and_leaves_nothing(
        self, read: Tools, visit: Visit, web: FakeWeb, dress: bytes
    ) -> None:
        web.site[A] = dress
        assert visit() == [JobName.VISIT_ARTICLE, JobName.READ_VISIT]
        assert told(read) == []
        assert [how_many(read.store, row) for row in (RevisionRow, SnapshotRow)] == [1, 1]
        assert due(read) == NOON + 6 * HOUR

    def test_a_page_that_changes_all_the_time_is_visited_less_and_less(
        self, read: Tools, visit: Visit, web: FakeWeb
    ) -> None:
        waits = []
        for n in range(8):
            web.site[A] = page(*SILO, MORE, f"In round {n} of the count {n * 7} more names were put on the list.")
            at = due(read)
            assert at is not None
            waits.append(at - read.clock.now())
            visit(waits[-1])
        assert waits == [HOUR, 6 * HOUR, DAY, 3 * DAY, 10 * DAY, 30 * DAY, 30 * DAY, 30 * DAY]
        assert kinds(read) == ["edited"] * 8

    def test_what_a_newer_extractor_reads_otherwise_is_no_edit(self, read: Tools, visit: Visit, web: FakeWeb) -> None:
        with read.store.begin() as tx:
            tx.execute(update(RevisionRow).values(extractor="older", text=f"{SILO[0]}\n{SILO[1]}"))
        web.site[A] = page(*SILO, MORE) + b"<!-- another byte -->"
        assert JobName.JUDGE_ARTICLE not in visit()
        assert told(read) == []


class TestGone:
    def not_found(self, web: FakeWeb) -> None:
        del web.site[A]

    def test_404_a_day_apart_is_gone_and_comes_back(self, read: Tools, visit: Visit, web: FakeWeb) -> None:
        body = web.site[A]
        self.not_found(web)
        visit()
        assert (told(read), state(read)["state"], due(read)) == ([], "live", NOON + HOUR + DAY)
        visit(DAY)
        assert (kinds(read), state(read)["state"]) == (["gone"], "gone")
        visit(2 * DAY)
        assert kinds(read) == ["gone"]
        web.site[A] = body
        visit(8 * DAY)
        assert (kinds(read), state(read)["state"]) == (["gone", "back"], "live")

    def test_one_404_is_a_slip(self, read: Tools, visit: Visit, web: FakeWeb) -> None:
        body = web.site[A]
        self.not_found(web)
        visit()
        web.site[A] = body
        visit(DAY)
        self.not_found(web)
        visit(3 * DAY)
        assert told(read) == []

    def test_410_is_gone_at_once_and_not_asked_again(self, read: Tools, visit: Visit, web: FakeWeb) -> None:
        web.site[A] = FetchFailed(A, "410 Gone", status=410, permanent=True)
        visit()
        assert told(read) == [("gone", f"{A}: 410 Gone")]
        assert due(read) is None
        visit(60 * DAY)
        assert asked(web) == [A]
        with read.store.read() as tx:
            assert len(queries.findings(tx)) == 1  # what it said it said

    @pytest.mark.parametrize("front", ["http://gazette.example/", "http://gazette.example/middle-east/"])
    @pytest.mark.parametrize("permanent", [True, False])
    def test_led_to_a_front_page_twice_it_is_gone(
        self, read: Tools, visit: Visit, web: FakeWeb, front: str, permanent: bool
    ) -> None:
        web.site[A] = at(
            front, page("News of the day, and of the days before that, in short and in full."), permanent=permanent
        )
        visit()
        assert told(read) == []
        visit(DAY)
        assert told(read) == [("gone", f"{A}: leads to the front page {front}")]

    def test_led_for_good_to_a_section_that_tells_of_the_same_matter_it_is_gone(
        self, read: Tools, visit: Visit, web: FakeWeb
    ) -> None:
        front = "http://gazette.example/raqqa"
        others = [f"{SILO[0][:80]} said report {n} of {40 + n} on the roads to the east of it." for n in range(12)]
        web.site[A] = at(front, page(*others, SILO[1]))
        visit()
        visit(DAY)
        assert told(read) == [("gone", f"{A}: leads to the front page {front}")]
        assert [how_many(read.store, row) for row in (RevisionRow, SnapshotRow)] == [1, 1]

    def test_an_error_page_with_a_good_status_is_no_edit_and_twice_gone(
        self, read: Tools, visit: Visit, web: FakeWeb
    ) -> None:
        web.site[A] = page(
            "Sorry, we cannot find anything here. Perhaps you followed an outdated link.",
            "Please return to our homepage or try searching again with other terms.",
            title="Nothing found",
        )
        visit()
        visit(DAY)
        assert told(read) == [("gone", f"{A}: another page stands there: Nothing found")]
        assert [how_many(read.store, row) for row in (RevisionRow, SnapshotRow)] == [1, 1]

    def test_an_article_that_was_withdrawn_with_a_notice_is_corrected(
        self, read: Tools, visit: Visit, web: FakeWeb
    ) -> None:
        notice = "This article has been withdrawn because its sourcing fell short of our standards."
        web.site[A] = page(notice, "Readers who shared it were told by mail.", title="Withdrawn")
        visit()
        assert told(read) == [("corrected", notice), ("vanished", SILO[0])]


def test_another_feed_that_links_the_page_later_brings_no_old_text_back(
    read: Tools, visit: Visit, web: FakeWeb, drive: Drive
) -> None:
    web.site[A] = page(*SILO, MORE, "It did not say who would be asked.")
    visit()
    assert kinds(read) == ["edited"]
    web.site["http://wire.example/feed.xml"] = rss((A, "A"))
    with read.store.begin() as tx:
        feeds.add(tx, FeedSpec(url="http://wire.example/feed.xml", outlet="Wire"), now=read.clock.now())
    drive()
    assert (kinds(read), how_many(read.store, RevisionRow)) == (["edited"], 2)


class TestMoved:
    def test_a_permanent_move_is_told_and_the_new_address_asked_from_then_on(
        self, read: Tools, visit: Visit, web: FakeWeb
    ) -> None:
        body = page(*SILO, MORE)
        web.site[A] = at(MOVED, body)
        web.site[MOVED] = body
        visit()
        assert told(read) == [("moved", MOVED)]
        visit(6 * HOUR)
        assert asked(web) == [A, MOVED]
        assert [r.etag for r in web.asked if r.url == MOVED] == [None]  # the validators are the old address's
        assert (kinds(read), state(read)["state"], state(read)["moved_to"]) == (["moved"], "moved", MOVED)
        with read.store.read() as tx:
            assert [row["canonical_url"] for row in all_articles(tx)] == [A]

    def test_moved_and_edited_at_once_it_stays_one_article(self, read: Tools, visit: Visit, web: FakeWeb) -> None:
        web.site[A] = at(
            MOVED,
            page(*SILO, MORE, "It did not say who would be asked.", head=f'<link rel="canonical" href="{MOVED}">'),
        )
        visit()
        assert kinds(read) == ["edited", "moved"]
        with read.store.read() as tx:
            assert [(row["id"], row["revision"]) for row in all_articles(tx)] == [(1, 2)]

    @pytest.mark.parametrize("short", ["http://gazette.example/silo", "http://gazette.example/raqqa-deal"])
    def test_moved_to_a_short_name_it_is_there(self, read: Tools, visit: Visit, web: FakeWeb, short: str) -> None:
        web.site[A] = at(short, page(*SILO, MORE, "It did not say who would be asked."))
        visit()
        assert kinds(read) == ["edited", "moved"]
        assert (state(read)["state"], state(read)["moved_to"]) == ("moved", short)

    def test_https_in_the_place_of_http_is_no_move(self, read: Tools, visit: Visit, web: FakeWeb) -> None:
        web.site[A] = at(A.replace("http:", "https:") + "/", page(*SILO, MORE))
        visit()
        assert told(read) == []

    @pytest.mark.parametrize(
        ("url", "permanent"), [(MOVED, False), ("http://consent.example/2017/12/a-secret-deal", True)]
    )
    def test_a_detour_is_no_event(self, read: Tools, visit: Visit, web: FakeWeb, url: str, permanent: bool) -> None:
        web.site[A] = at(url, page("Before you go on, choose which cookies you like."), permanent=permanent)
        for _ in range(3):
            visit(DAY)
        assert told(read) == []
        assert "leads elsewhere" in state(read)["visit_error"]

    def test_one_that_is_led_to_another_stored_article_is_visited_no_more(
        self, read: Tools, visit: Visit, web: FakeWeb, drive: Drive
    ) -> None:
        web.site[FEED], web.site[MOVED] = rss((MOVED, "M")), page(*SILO, "Another account of the same days.")
        poll(read, threads=1, force=True)
        web.site[A] = at(MOVED, page(*SILO, "Another account of the same days."))
        visit(2 * HOUR)
        assert told(read) == [("moved", MOVED)]
        assert due(read) is None
        assert how_many(read.store, RevisionRow) == 2

    def test_one_that_is_led_to_a_removed_page_keeps_nothing_of_it(
        self, read: Tools, visit: Visit, web: FakeWeb
    ) -> None:
        with read.store.begin() as tx:
            gone.remember(tx, keys_of(MOVED))
        web.site[A] = at(MOVED, page(*SILO, "What a court forbade to print."))
        visit()
        assert (told(read), due(read), how_many(read.store, SnapshotRow)) == ([], None, 1)


class TestTrouble:
    @pytest.mark.parametrize(
        "answer",
        [
            FetchFailed(A, "403 Forbidden", status=403),
            FetchFailed(A, "503 Service Unavailable", status=503),
            FetchFailed(A, "no whole answer within 30 s"),
            b"\x00\x01junk",
            b"<html><body><script>app()</script></body></html>",
        ],
    )
    def test_refused_it_says_why_and_is_tried_less_and_less_and_given_up(
        self, read: Tools, visit: Visit, web: FakeWeb, answer: bytes | FetchFailed
    ) -> None:
        web.site[A] = answer
        waits = []
        for _ in range(15):
            at = due(read)
            if at is None:
                break
            waits.append(at - read.clock.now())
            visit(waits[-1])
        assert waits[:4] == [HOUR, HOUR, 2 * HOUR, 4 * HOUR]
        assert len(waits) == 10
        assert (told(read), state(read)["state"]) == ([], "live")
        assert A in state(read)["visit_error"]
        assert how_many(read.store, SnapshotRow) == 1

    def test_retry_after_is_waited_for(self, read: Tools, visit: Visit, web: FakeWeb) -> None:
        web.site[A] = FetchFailed(A, "429", status=429, retry_at=NOON + 9 * HOUR)
        visit()
        assert due(read) == NOON + 9 * HOUR

    def test_a_busy_host_is_no_failure(self, read: Tools, visit: Visit, web: FakeWeb) -> None:
        web.site[A] = FetchFailed(A, "its host is busy with other requests of ours", busy=True)
        for _ in range(20):
            visit(timedelta(minutes=2) if due(read) != NOON + HOUR else HOUR)
        assert due(read) is not None
        assert "visit_error" not in {k for k, v in state(read).items() if v}

    @pytest.mark.parametrize("job", [JobName.VISIT_ARTICLE, JobName.READ_VISIT])
    def test_run_twice_it_changes_nothing_the_second_time(
        self, read: Tools, visit: Visit, web: FakeWeb, job: JobName
    ) -> None:
        web.site[A] = page(FEWER, SILO[1], MORE, NOTICE)
        visit()
        before, n = told(read), len(web.asked)
        assert run(read, Call(job, (1,))) == []
        assert (told(read), len(web.asked)) == (before, n)

    @pytest.mark.parametrize("job", [JobName.VISIT_ARTICLE, JobName.READ_VISIT, JobName.JUDGE_ARTICLE])
    @pytest.mark.parametrize("commit", [1, 2])
    def test_killed_before_each_commit_the_work_is_done_again_and_told_once(
        self, read: Tools, drive: Drive, web: FakeWeb, job: JobName, commit: int
    ) -> None:
        web.site[A] = page(FEWER, SILO[1], MORE, NOTICE)
        later(read, HOUR)
        doomed, killed = replace(read, store=DyingStore(read.store, commit)), False
        calls = run(read, Call(JobName.TICK))
        while calls:
            call = calls.pop(0)
            if call.job is job and not killed:
                killed = True
                with pytest.raises(Killed):
                    run(doomed, call)
                continue
            calls += run(read, call)
        assert killed
        later(read, timedelta(minutes=12))
        drive()
        assert told(read) == [("corrected", NOTICE), ("vanished", SILO[0])]
        assert [how_many(read.store, row) for row in (RevisionRow, SnapshotRow)] == [2, 2]
        assert due(read) is not None

    def test_a_worker_that_stalled_past_its_lease_drops_what_it_brings(
        self, read: Tools, drive: Drive, web: FakeWeb
    ) -> None:
        class Slow(FakeWeb):
            def get_many(self, requests: Any, **more: Any) -> Any:
                answers = web.get_many(requests)
                later(read, timedelta(minutes=10))
                drive()  # another takes over and is done
                return answers

        later(read, HOUR)
        web.site[A] = page(*SILO, MORE, "It did not say who would be asked, nor when.")
        assert run(replace(read, web=Slow()), Call(JobName.VISIT_ARTICLE, (1,))) == []
        assert kinds(read) == ["edited"]

    def test_a_page_that_kills_its_reader_seven_times_is_visited_no_more(self, read: Tools, web: FakeWeb) -> None:
        web.site[A] = page(*SILO, MORE, "It did not say who would be asked, nor when.")
        later(read, HOUR)
        (visit_,) = [call for call in run(read, Call(JobName.TICK)) if call.job is JobName.VISIT_ARTICLE]
        run(read, visit_)
        for _ in range(40):
            for call in run(read, Call(JobName.TICK)):
                if call.job is JobName.READ_VISIT:
                    with pytest.raises(Killed):
                        run(replace(read, store=DyingStore(read.store, 2)), call)
            later(read, 2 * HOUR)
        assert (due(read), how_many(read.store, SnapshotRow)) == (None, 1)
        assert "7 workers died" in state(read)["visit_error"]

    def test_what_was_brought_is_read_though_its_findings_were_withdrawn_meanwhile(
        self, read: Tools, drive: Drive, web: FakeWeb
    ) -> None:
        web.site[A] = page(*SILO, MORE, "It did not say who would be asked, nor when.")
        later(read, HOUR)
        (visit_,) = [call for call in run(read, Call(JobName.TICK)) if call.job is JobName.VISIT_ARTICLE]
        run(read, visit_)  # and its reading is lost on the way
        with read.store.begin() as tx:
            seeds.take_over(tx, a_watch_list(claims=(a_claim("A mayor sold a bridge.", figures=()),)), now=NOON)
        run(read, Call(JobName.JUDGE_ARTICLE, (1,)))
        later(read, timedelta(minutes=6))
        drive()
        assert (kinds(read), how_many(read.store, SnapshotRow), due(read)) == (["edited"], 2, None)

    def test_removed_while_its_bytes_wait_to_be_read_nothing_stays(self, read: Tools, web: FakeWeb) -> None:
        web.site[A] = at(MOVED, page(*SILO, MORE, "It did not say who would be asked, nor when."))
        later(read, HOUR)
        (visit_,) = [call for call in run(read, Call(JobName.TICK)) if call.job is JobName.VISIT_ARTICLE]
        (reading,) = run(read, visit_)
        with read.store.begin() as tx:
            removed = removal.remove(tx, ArticleId(1), reason="court order", keys_of=keys_of, now=NOON)
        assert removed is not None
        assert MOVED in removed.addresses
        assert run(read, reading) == []
        assert [how_many(read.store, row) for row in (ArticleRow, SnapshotRow, FindingRow)] == [0, 0, 0]
