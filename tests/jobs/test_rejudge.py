"""`claimwatch rejudge` through a real store: the present judge takes the place of an older one, and says what changed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from claimwatch.judging import load_method
from claimwatch.rejudging import Report, rejudge_store
from schedules.calls import Call, JobName
from storage import articles, queries, seeds
from storage.engine import Store
from storage.records import ClaimId, RevisionId
from storage.schema import FindingFigureRow, FindingRow, LetterItemRow, RejudgingRow, RevisionRow
from tests.builders import SILO, a_claim, a_watch_list, page, rss
from tests.fakes import NOON, FakeWeb
from tests.filling import everything
from worker.gateways.clock import FixedClock
from worker.run import run
from worker.tools import Tools

Drive = Callable[[], list[JobName]]
NOW = load_method("built-in").version
URLS = ("http://gazette.example/a", "http://gazette.example/b", "http://gazette.example/c")
TWO = a_watch_list(claims=(a_claim(), a_claim(id=ClaimId("other"))))


@pytest.fixture
def judged(tools: Tools, web: FakeWeb, watched: Tools, drive: Drive) -> Tools:
    """Three articles that support two claims of the same words, by the present judge: six findings."""
    with tools.store.begin() as tx:
        seeds.take_over(tx, TWO, now=NOON)
    web.site["http://gazette.example/feed.xml"] = rss(*[(url, url[-1]) for url in URLS])
    for url in URLS:
        web.site[url] = page(*SILO, f"The page {url[-1]} ended with a word on the weather in the valley.")
    drive()
    with tools.store.read() as tx:
        assert [(f["article_id"], f["claim_id"], f["relation"]) for f in queries.findings(tx)] == [
            (n, claim, "supports") for n in (1, 2, 3) for claim in ("other", "raqqa-4000")
        ]
    return tools


@pytest.fixture
def old(judged: Tools) -> Tools:
    """The same store as an older judge had left it: it disputed in article 1 and found nothing in article 2."""
    with judged.store.begin() as tx:
        tx.execute(update(FindingRow).values(judge_version="rules-0", model="rules-0", reason="as of old"))
        tx.execute(update(FindingRow).where(FindingRow.article_id == 1).values(relation="disputes", score=0.6))
        tx.execute(delete(LetterItemRow))
        tx.execute(
            delete(FindingFigureRow).where(
                FindingFigureRow.finding_id.in_(select(FindingRow.id).where(FindingRow.article_id == 2))
            )
        )
        tx.execute(delete(FindingRow).where(FindingRow.article_id == 2))
        tx.execute(update(RevisionRow).values(judged_as="rules-0/old"))
    return judged


def rejudged(tools: Tools, claim: str | None = None, *, dry_run: bool = False, stop_after: int = 99) -> Report:
    """A run, asked to stop after so many articles."""
    report = Report(dry_run=dry_run, claim=claim)
    rejudge_store(tools, report, lambda _total: lambda _n: None, lambda: report.judged == stop_after)
    return report


def told(report: Report) -> list[tuple[int, str, str]]:
    return [(c["article_id"], c["claim_id"], c["what"]) for c in report.changes]


def rows(store: Store, *columns: Any) -> list[tuple[Any, ...]]:
    with store.read() as tx:
        return [tuple(row) for row in tx.execute(select(*columns).order_by(FindingRow.article_id, FindingRow.id))]


def test_what_the_older_judge_said_is_withdrawn_and_kept_and_the_difference_told(old: Tools) -> None:
    report = rejudged(old)
    assert (report.articles, report.judged, report.findings, report.finished) == (3, 3, 6, True)
    assert told(report) == [
        (1, "other", "relation"),
        (1, "raqqa-4000", "relation"),
        (2, "other", "new"),
        (2, "raqqa-4000", "new"),
    ]
    first, _, new, _ = report.changes
    assert (first["outlet"], first["title"], first["url"]) == ("Gazette", "Thousands left Raqqa", URLS[0])
    assert (first["was"]["says"], first["was"]["judge_version"], first["was"]["model"], first["was"]["reason"]) == (
        "disputes (0.60)", "rules-0", "rules-0", "as of old",
    )  # fmt: skip
    assert (first["now"]["relation"], first["now"]["judge_version"], first["now"]["model"]) == (
        "supports", NOW, load_method("built-in").model.name,
    )  # fmt: skip
    ((passage,),) = [first["findings"]]
    assert (passage["was"]["relation"], passage["now"]["relation"]) == ("disputes", "supports")
    assert passage["was"]["passage"] == passage["now"]["passage"]
    assert (new["was"], new["findings"][0]["what"], new["findings"][0]["now"]["relation"]) == (None, "new", "supports")
    kept = rows(
        old.store, FindingRow.article_id, FindingRow.judge_version, FindingRow.relation, FindingRow.withdrawn_at
    )
    assert [(*row[:3], row[3] is None) for row in kept if row[1] == "rules-0"] == [
        (1, "rules-0", "disputes", False)] * 2 + [(3, "rules-0", "supports", False)] * 2  # fmt: skip
    assert len([row for row in kept if row[1] == NOW and row[3] is None]) == 6


def test_afterwards_nothing_is_due_and_a_second_run_finds_nothing_to_change(old: Tools, drive: Drive) -> None:
    rejudged(old)
    assert JobName.JUDGE_ARTICLE not in drive()
    before = everything(old.store)
    again = rejudged(old)
    assert (again.judged, again.changes) == (3, [])
    assert everything(old.store) == before


def test_what_is_found_no_more_is_told_as_gone(judged: Tools) -> None:
    elsewhere = a_claim(places=("mosul",), figures=(), text="A bridge over the Tigris was sold to a bank.")
    with judged.store.begin() as tx:
        seeds.take_over(tx, a_watch_list(claims=(elsewhere, a_claim(id=ClaimId("other")))), now=NOON)
    report = rejudged(judged)
    assert told(report) == [(n, "raqqa-4000", "gone") for n in (1, 2, 3)]
    assert (report.changes[0]["now"], report.changes[0]["was"]["relation"]) == (None, "supports")


def test_a_dry_run_tells_the_same_and_writes_nothing(old: Tools) -> None:
    before = everything(old.store)
    dry = rejudged(old, dry_run=True)
    assert everything(old.store) == before
    assert dry.changes == rejudged(old).changes
    assert dry.changes


def test_with_a_claim_only_what_stands_on_it_is_replaced(old: Tools, drive: Drive) -> None:
    report = rejudged(old, "other")
    assert told(report) == [(1, "other", "relation"), (2, "other", "new")]
    live = {(f["article_id"], f["claim_id"]): f["judge_version"] for f in findings_of(old)}
    assert live == {
        (1, "other"): NOW, (2, "other"): NOW, (3, "other"): NOW,
        (1, "raqqa-4000"): "rules-0", (3, "raqqa-4000"): "rules-0",
    }  # fmt: skip
    assert drive().count(JobName.JUDGE_ARTICLE) == 3  # the other claims still wait for this judge
    assert {f["judge_version"] for f in findings_of(old)} == {NOW}


def findings_of(tools: Tools) -> list[dict[str, Any]]:
    with tools.store.read() as tx:
        return queries.findings(tx)


@pytest.mark.parametrize("claim", [None, "other"])
def test_interrupted_what_was_done_stays_done_and_the_next_run_goes_on(old: Tools, claim: str | None) -> None:
    first = rejudged(old, claim, stop_after=1)
    assert (first.judged, first.finished) == (1, False)
    assert {
        f["judge_version"] for f in findings_of(old) if f["article_id"] == 1 and claim in (None, f["claim_id"])
    } == {NOW}
    second = rejudged(old, claim)
    assert (second.articles, second.judged, second.finished) == (2, 2, True)
    assert {c["article_id"] for c in first.changes} | {c["article_id"] for c in second.changes} == {1, 2}
    assert rejudged(old, claim).articles == 3  # all was done: the next is a new run


class Interrupting(FixedClock):
    """Ctrl-C at the n-th look at the clock."""

    left = 0

    def now(self) -> datetime:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return super().now()


def test_interrupted_at_work_the_article_is_given_back_at_once(old: Tools) -> None:
    clock = Interrupting(NOON)
    clock.left = 5  # begun, leased and kept the first, leased the second, and about to keep it
    report = Report(dry_run=False, claim=None)
    with pytest.raises(KeyboardInterrupt):
        rejudge_store(replace(old, clock=clock), report, lambda _total: lambda _n: None)
    assert report.judged == 1
    with old.store.read() as tx:
        assert tx.execute(select(RevisionRow.leased_until, RevisionRow.lost_leases)).all() == [(None, 0)] * 3
    assert rejudged(old).judged == 2


def test_an_interrupted_run_of_another_judge_or_other_claims_is_not_gone_on_with(old: Tools) -> None:
    rejudged(old, stop_after=2)
    with old.store.begin() as tx:
        edited = a_watch_list(claims=(a_claim(note="edited"), a_claim(id=ClaimId("other"))))
        seeds.take_over(tx, edited, now=NOON)
    assert rejudged(old).articles == 3


def test_what_a_worker_has_in_hand_is_left_to_it_and_the_next_run_goes_on_there(old: Tools) -> None:
    until = NOON + timedelta(minutes=4)
    with old.store.begin() as tx:
        read = articles.lease_unjudged(tx, RevisionId(2), "a worker's", now=NOON, until=until)
    assert read is not None
    report = rejudged(old)
    assert (report.judged, report.left, {c["article_id"] for c in report.changes}) == (2, 1, {1})
    with old.store.begin() as tx:
        assert articles.holds(tx, read)
        articles.give_back(tx, read)
    again = rejudged(old)
    assert (again.articles, again.left, {c["article_id"] for c in again.changes}) == (2, 0, {2})
    with old.store.read() as tx:
        assert tx.execute(select(RejudgingRow)).all() == []


def test_a_worker_that_had_it_in_hand_drops_what_it_brings_when_its_lease_ran_out(old: Tools) -> None:
    with old.store.begin() as tx:
        stalled = articles.lease_unjudged(tx, RevisionId(1), "w", now=NOON, until=NOON + timedelta(minutes=4))
    assert stalled is not None
    assert isinstance(old.clock, FixedClock)
    old.clock.instant += timedelta(minutes=9)
    assert rejudged(old).judged == 3
    with old.store.begin() as tx:
        assert not articles.holds(tx, stalled)


def test_two_runs_and_a_worker_at_once_leave_each_finding_once(old: Tools) -> None:
    def work() -> None:
        for n in (3, 2, 1):
            run(old, Call(JobName.JUDGE_ARTICLE, (n,)))

    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(rejudged, old) for _ in range(2)]
        worker = pool.submit(work)
        reports = [future.result() for future in runs]
        worker.result()
    again = rejudged(old)  # what one left in the hands of another is done, or goes on here
    assert (again.changes, all(report.finished for report in reports)) == ([], True)
    live = sorted((f["article_id"], f["claim_id"], f["judge_version"]) for f in findings_of(old))
    assert live == [(n, claim, NOW) for n in (1, 2, 3) for claim in ("other", "raqqa-4000")]
    with old.store.read() as tx:
        assert tx.execute(select(RevisionRow.leased_until, RevisionRow.lost_leases)).all() == [(None, 0)] * 3


def test_an_article_whose_stored_text_was_changed_is_refused_and_told_and_the_others_go_on(
    old: Tools, drive: Drive
) -> None:
    with old.store.begin() as tx:
        tx.execute(update(RevisionRow).where(RevisionRow.id == 2).values(text=RevisionRow.text + " Not so."))
    report = rejudged(old)
    assert (report.judged, report.finished) == (2, True)
    assert [why[:49] for why in report.refused] == ["article 2: the stored text of revision 2 is anoth"]
    assert last_errors(old) == [None, report.refused[0], None]
    assert JobName.JUDGE_ARTICLE not in drive()


def test_a_job_whose_findings_the_store_refuses_says_so_on_the_row_and_is_not_called_for_ever(
    old: Tools, drive: Drive
) -> None:
    with old.store.begin() as tx:
        tx.execute(update(RevisionRow).where(RevisionRow.id == 1).values(text=RevisionRow.text + " Not so."))
    before = [f for f in findings_of(old) if f["article_id"] == 1]
    assert run(old, Call(JobName.JUDGE_ARTICLE, (1,))) == []
    assert "its hash differs" in str(last_errors(old)[0])
    assert drive().count(JobName.JUDGE_ARTICLE) == 2
    after = [f for f in findings_of(old) if f["article_id"] == 1]
    assert [f["id"] for f in after] == [f["id"] for f in before]


def last_errors(tools: Tools) -> list[str | None]:
    with tools.store.read() as tx:
        return list(tx.scalars(select(RevisionRow.last_error).order_by(RevisionRow.id)))
