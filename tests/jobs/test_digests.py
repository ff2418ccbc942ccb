"""When digests come, what makes them come, and who shares them: through the jobs, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from schedules.calls import Call, JobName
from storage import digest_rows, feeds, recipients, seeds
from storage import outbox as box
from storage.records import (
    DigestId,
    FeedSpec,
    Origin,
    RecipientId,
    RecipientSpec,
    Relation,
)
from storage.schema import ArticleRow, DigestRow, FindingRow, LetterItemRow, LetterRow
from tests.builders import SILO, a_watch_list, page, rss
from tests.fakes import NOON, FakeWeb, Outbox
from tests.jobs.composing import composed, digests_due
from worker.errors import FetchFailed, MailFailed
from worker.gateways.clock import FixedClock
from worker.run import run
from worker.tools import Tools

Drive = Callable[[], list[JobName]]
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
FEED, A = "http://gazette.example/feed.xml", "http://gazette.example/a"


def later(tools: Tools, span: timedelta) -> None:
    assert isinstance(tools.clock, FixedClock)
    tools.clock.instant += span


def reader(address: str = "reader@claimwatch.example", **told: Any) -> RecipientSpec:
    return RecipientSpec(address=address, **{"since": datetime(2017, 1, 1, tzinfo=UTC), **told})


def readers(tools: Tools, *specs: RecipientSpec) -> None:
    with tools.store.begin() as tx:
        seeds.take_over(tx, a_watch_list(recipients=specs), now=tools.clock.now())


def how_many(tools: Tools, row: Any) -> int:
    with tools.store.read() as tx:
        return tx.scalars(select(func.count()).select_from(row)).one()


def dispute(tools: Tools) -> None:
    """The finding becomes one that needs a reader, as another judge would say."""
    with tools.store.begin() as tx:
        tx.execute(update(FindingRow).values(relation=Relation.DISPUTES.value))


class TestWhen:
    def test_what_needs_a_reader_comes_at_once_and_the_rest_by_the_slot(
        self, watched: Tools, drive: Drive, outbox: Outbox
    ) -> None:
        readers(watched, reader(at_once=True, at=time(7, 0)))
        drive()  # the slot of the day has passed, and was quiet
        assert outbox.mails == []
        later(watched, 6 * MINUTE)
        drive()
        assert outbox.mails == []  # a report waits for the slot
        dispute(watched)
        later(watched, 6 * MINUTE)
        drive()
        (mail,) = outbox.mails
        assert mail.subject == "[claimwatch sample] disputes: Thousands left Raqqa (Gazette)"
        assert "digest.sample.at-once-20261123T1210Z.0." in mail.message_id
        later(watched, DAY)
        drive()
        assert len(outbox.mails) == 1  # told is told

    def test_who_did_not_ask_for_it_gets_nothing_at_once(self, watched: Tools, drive: Drive, outbox: Outbox) -> None:
        drive()
        dispute(watched)
        later(watched, 6 * MINUTE)
        drive()
        assert outbox.mails == []

    def test_a_slot_that_was_missed_gives_one_digest_for_the_whole_gap(
        self, watched: Tools, drive: Drive, outbox: Outbox
    ) -> None:
        drive()
        later(watched, 6 * DAY)
        drive()
        assert [mail.message_id.split(".")[2] for mail in outbox.mails] == ["2026-11-29"]

    def test_a_weekly_line_only_for_those_who_wished_it(self, watched: Tools, drive: Drive, outbox: Outbox) -> None:
        watched.web.site[A] = page("Nothing of it.")  # type: ignore[attr-defined]
        readers(watched, reader("wants@claimwatch.example", still_watching=True, since=NOON), reader(since=NOON))
        for _ in range(16):
            drive()
            later(watched, DAY)
        assert [(mail.to, mail.subject) for mail in outbox.mails] == 2 * [
            ("wants@claimwatch.example", "[claimwatch sample] nothing new, still watching")
        ]
        assert "Still watching: nothing new on 1 claim since" in outbox.mails[0].text

    def test_silence_of_all_sources_always_gives_a_word_and_once_a_week(
        self, watched: Tools, drive: Drive, outbox: Outbox
    ) -> None:
        readers(watched, reader(since=NOON + DAY))
        drive()
        watched.web.site[FEED] = FetchFailed(FEED, "503")  # type: ignore[attr-defined]
        for _ in range(11):
            later(watched, DAY)
            drive()
        assert [mail.subject for mail in outbox.mails] == 2 * ["[claimwatch sample] no source answers"]
        assert "No source has answered since 23 Nov 2026" in outbox.mails[0].text

    def test_a_claim_whose_only_outlet_fell_silent_is_told_once(
        self, watched: Tools, drive: Drive, web: FakeWeb, outbox: Outbox
    ) -> None:
        with watched.store.begin() as tx:
            feeds.add(tx, FeedSpec(url="http://herald.example/f", outlet="Herald"), now=NOON)
        web.site["http://herald.example/f"] = rss(("http://herald.example/x", "X"), title="Herald")
        web.site["http://herald.example/x"] = page("Sugar beet is lifted late in the east because of rain. " * 5)
        drive()
        web.site[FEED] = FetchFailed(FEED, "503")
        for _ in range(9):
            later(watched, DAY)
            drive()
        assert [mail.subject for mail in outbox.mails][1:] == ["[claimwatch sample] 1 claim's sources silent"]
        told = " ".join(outbox.mails[1].text.split())
        assert "Gazette: not heard since 23 Nov 2026; the only outlet that spoke of raqqa-4000" in told


class TestWhat:
    def test_an_article_that_was_edited_under_a_finding_is_told_of_once(
        self, watched: Tools, drive: Drive, web: FakeWeb, outbox: Outbox
    ) -> None:
        drive()
        later(watched, DAY)
        drive()
        assert len(outbox.mails) == 1
        web.site[A] = page(
            "The convoy left the town in the night, and nobody would say who had been in it or where it went.",
            "Correction: an earlier version of this article said that about 4,000 people left.",
        )
        for _ in range(3):
            later(watched, DAY)
            drive()
        assert [mail.subject for mail in outbox.mails][1:] == ["[claimwatch sample] 1 article corrected"]
        assert "claimwatch article history" in outbox.mails[1].text

    def test_what_was_edited_before_a_reader_knew_of_it_is_none_of_theirs(
        self, watched: Tools, drive: Drive, web: FakeWeb, outbox: Outbox
    ) -> None:
        drive()
        web.site[A] = page(
            "About 4,000 people left Raqqa in October 2017 under a secret deal with the coalition, a man told Reuters.",
            "Correction: an earlier version of this article named another month.",
        )
        later(watched, timedelta(hours=2))
        drive()
        later(watched, DAY)
        drive()
        assert len(outbox.mails) == 1
        assert "corrected by its outlet" not in outbox.mails[0].text


class TestWho:
    def test_a_thousand_readers_of_one_list_share_one_letter(
        self, watched: Tools, outbox: Outbox, drive: Drive
    ) -> None:
        many = [reader(f"r{n}@claimwatch.example", zone="Europe/London") for n in range(1_000)]
        readers(watched, *many, reader("late@claimwatch.example", since=NOON + 9 * DAY))
        drive()
        later(watched, DAY)
        calls = digests_due(watched)
        assert [len(call.ids) for call in calls] == [1_001]
        sending = run(watched, calls[0])
        assert (len(sending), how_many(watched, LetterRow), how_many(watched, LetterItemRow)) == (1_000, 1, 1)
        assert run(watched, calls[0]) == []  # again: nothing twice
        for call in sending[:3]:
            run(watched, call)
        assert [mail.to for mail in outbox.mails] == [f"r{n}@claimwatch.example" for n in range(3)]
        assert len({mail.message_id for mail in outbox.mails}) == 3

    def test_who_was_told_some_gets_only_the_rest(
        self, watched: Tools, drive: Drive, outbox: Outbox, web: FakeWeb
    ) -> None:
        drive()
        later(watched, DAY)
        drive()
        readers(watched, reader(), reader("new@claimwatch.example", zone="Europe/London"))
        later(watched, DAY)
        drive()
        assert [mail.to for mail in outbox.mails] == ["reader@claimwatch.example", "new@claimwatch.example"]

    def test_who_is_paused_misses_nothing(self, watched: Tools, drive: Drive, outbox: Outbox) -> None:
        drive()
        with watched.store.begin() as tx:
            recipients.pause(tx, [RecipientId(1)], "by hand", now=watched.clock.now())
        later(watched, 3 * DAY)
        drive()
        assert outbox.mails == []
        with watched.store.begin() as tx:
            recipients.resume(tx, [RecipientId(1)], now=watched.clock.now())
        drive()
        assert len(outbox.mails) == 1

    def test_one_who_left_by_themselves_is_brought_back_by_no_file(self, watched: Tools) -> None:
        def here() -> list[str]:
            with watched.store.read() as tx:
                return [one.address for one in recipients.everybody(tx)]

        with watched.store.begin() as tx:
            recipients.add(tx, "sample", reader("by-hand@claimwatch.example"), now=NOON)
            recipients.remove(tx, [RecipientId(1)], by=Origin.READER, now=NOON)
            taken = seeds.take_over(tx, a_watch_list(), now=NOON)
        assert (taken.stayed_away, here()) == (("reader@claimwatch.example",), ["by-hand@claimwatch.example"])
        with watched.store.begin() as tx:
            assert recipients.add(tx, "sample", reader(), now=NOON)
        assert here() == ["reader@claimwatch.example", "by-hand@claimwatch.example"]

    def test_a_file_takes_off_only_whom_a_file_put_on(self, watched: Tools) -> None:
        with watched.store.begin() as tx:
            recipients.add(tx, "sample", reader("by-hand@claimwatch.example"), now=NOON)
            seeds.take_over(tx, a_watch_list(recipients=()), now=NOON)
            rows = recipients.rows(tx, gone=True)
        assert [(row["address"], row["state"], row["left_by"]) for row in rows] == [
            ("reader@claimwatch.example", "left", "file"),
            ("by-hand@claimwatch.example", "on", None),
        ]

    def test_one_who_reads_here_is_sent_nothing(self, watched: Tools, drive: Drive, outbox: Outbox) -> None:
        readers(watched, reader("page"))
        drive()
        later(watched, DAY)
        drive()
        assert outbox.mails == []
        with watched.store.read() as tx:
            assert [row["state"] for row in digest_rows.rows(tx)] == ["sent"]
            assert [row["period"] for row in digest_rows.letters(tx, read_here=True)] == ["2026-11-24"]


class TestThreads:
    def test_the_digests_of_one_month_answer_its_first(self, watched: Tools, drive: Drive, outbox: Outbox) -> None:
        drive()
        later(watched, DAY)
        drive()
        for relation in (Relation.DISPUTES, Relation.MIXED):
            with watched.store.begin() as tx:
                tx.execute(update(FindingRow).values(relation=relation.value))
            later(watched, 3 * DAY)
            drive()
        first, second, third = outbox.mails
        assert "In-Reply-To" not in first.headers
        assert second.headers["In-Reply-To"] == second.headers["References"] == first.message_id
        assert third.message_id.split(".")[2] == "2026-11-30"
        assert third.headers["References"] == first.message_id
        with watched.store.begin() as tx:
            tx.execute(update(FindingRow).values(relation=Relation.SUPPORTS.value))
        later(watched, 4 * DAY)
        drive()
        assert "References" not in outbox.mails[3].headers  # December


def again(tx: Any, row: dict[str, Any], *, rev: int) -> bool:
    return box.resend(tx, DigestId(row["id"]), f"<again.{rev}@claimwatch.example>", rev=rev, now=NOON)


class TestResending:
    def test_a_person_has_it_sent_again_as_another_mail(self, watched: Tools, drive: Drive, outbox: Outbox) -> None:
        drive()
        later(watched, DAY)
        drive()
        with watched.store.begin() as tx:
            (row,) = digest_rows.rows(tx)
            assert not again(tx, row, rev=2)
            assert again(tx, row, rev=1)
        drive()
        assert len(outbox.mails) == 2
        assert outbox.mails[0].text == outbox.mails[1].text

    def test_to_who_is_paused_or_left_or_reads_the_page_nothing_is_sent_again(
        self, watched: Tools, drive: Drive, outbox: Outbox
    ) -> None:
        readers(watched, reader(), reader("page"))
        drive()
        later(watched, DAY)
        drive()
        with watched.store.begin() as tx:
            rows = digest_rows.rows(tx)
            recipients.pause(tx, [RecipientId(1)], "by hand", now=NOON)
            assert [again(tx, row, rev=1) for row in rows] == [False, False]
            tx.execute(update(DigestRow).where(DigestRow.state == "sent").values(state="unknown"))
            assert box.retry(tx, now=NOON) == []
            tx.execute(update(DigestRow).where(DigestRow.state == "unknown").values(state="sent"))
            recipients.resume(tx, [RecipientId(1)], now=NOON)
        later(watched, DAY)
        drive()
        assert len(outbox.mails) == 1
        with watched.store.read() as tx:
            assert sorted(row["state"] for row in digest_rows.rows(tx)) == ["sent", "sent"]


class TestRefusals:
    def test_what_three_digests_were_refused_with_comes_in_one_when_a_person_has_mended_it(
        self, watched: Tools, drive: Drive, outbox: Outbox
    ) -> None:
        drive()
        outbox.failure = MailFailed("550 no such user", permanent=True, refused=True)
        for relation in (Relation.SUPPORTS, Relation.DISPUTES, Relation.MIXED):
            with watched.store.begin() as tx:
                tx.execute(update(FindingRow).values(relation=relation.value))
            later(watched, DAY)
            drive()
        outbox.failure = None
        later(watched, DAY)
        drive()
        with watched.store.begin() as tx:
            (row,) = recipients.rows(tx)
            assert (row["state"], row["paused_why"]) == ("paused", "refused 3 times in a row: 550 no such user")
            recipients.resume(tx, [RecipientId(1)], now=watched.clock.now())
        later(watched, DAY)
        drive()
        (mail,) = outbox.mails
        assert "MIXED" in mail.text
        outbox.failure = MailFailed("550 no such user", permanent=True, refused=True)
        dispute(watched)
        later(watched, DAY)
        drive()
        with watched.store.read() as tx:
            assert recipients.rows(tx)[0]["state"] == "on"  # refusals before they were resumed count no more


def test_of_two_composers_at_once_one_tells_of_a_silence(watched: Tools, drive: Drive) -> None:
    readers(watched, reader(since=NOON + DAY))
    drive()
    watched.web.site[FEED] = FetchFailed(FEED, "503")  # type: ignore[attr-defined]
    later(watched, timedelta(hours=18))
    for _ in range(4):
        drive()
        later(watched, timedelta(hours=18))
    with watched.store.begin() as tx:
        tx.execute(delete(DigestRow))  # what told of it
    (letter, envelopes), (second, _envelopes) = composed(watched), composed(watched)
    assert letter.notices
    with watched.store.begin() as tx:
        assert len(box.draft(tx, letter, "a", envelopes, now=NOON, called_until=NOON)) == 1
        assert box.draft(tx, second, "b", envelopes, now=NOON, called_until=NOON) == []


def test_an_edit_that_turns_an_article_of_the_baseline_is_news_and_the_article_as_it_was_is_none(
    watched: Tools, drive: Drive, web: FakeWeb, outbox: Outbox
) -> None:
    old = rss((A, "A"), published=NOON - 30 * DAY)
    web.site[FEED] = old
    readers(watched, reader(since=NOON - DAY))
    drive()
    later(watched, DAY)
    drive()
    assert outbox.mails == []
    web.site[A] = page(
        "The coalition denied that about 4,000 people were allowed to leave Raqqa under a secret deal, and said that no such deal existed.",
        "Correction: an earlier version of this article said that they were.",
    )
    later(watched, 2 * DAY)
    drive()
    later(watched, DAY)
    drive()
    (mail,) = outbox.mails
    assert "denied that" in mail.text


def test_a_copy_that_comes_later_makes_no_mail_and_is_told_with_the_next(
    watched: Tools, drive: Drive, web: FakeWeb, outbox: Outbox
) -> None:
    long = [
        *SILO,
        *(f"The convoy was seen at the village number {n} on its way to the east of the country." for n in range(12)),
    ]
    web.site[A] = page(*long)
    drive()
    later(watched, DAY)
    drive()
    assert len(outbox.mails) == 1
    with watched.store.begin() as tx:
        feeds.add(tx, FeedSpec(url="http://herald.example/f", outlet="Herald"), now=watched.clock.now())
    web.site["http://herald.example/f"] = rss(("http://herald.example/a", "A"), title="Herald", published=NOON + DAY)
    web.site["http://herald.example/a"] = page(*long)
    later(watched, DAY)
    drive()
    later(watched, DAY)
    drive()
    with watched.store.read() as tx:
        assert tx.scalars(select(ArticleRow.copy_of).where(ArticleRow.copy_of.is_not(None))).all() == [1]
    assert len(outbox.mails) == 1
    dispute(watched)
    later(watched, DAY)
    drive()
    assert len(outbox.mails) == 2


def test_after_a_long_sleep_the_gap_comes_in_one_digest_with_what_it_brought(
    watched: Tools, web: FakeWeb, outbox: Outbox
) -> None:
    def one_tick() -> set[JobName]:
        calls = run(watched, Call(JobName.TICK))
        jobs = {call.job for call in calls}
        for call in sorted(calls, key=lambda call: call.job is not JobName.COMPOSE_DIGEST):  # composed first, if at all
            calls_after = run(watched, call)
            while calls_after:
                calls_after += run(watched, calls_after.pop(0))
        return jobs

    good, web.site[FEED] = web.site[FEED], rss(("http://gazette.example/b", "B"))
    for _ in range(3):
        one_tick()
    later(watched, 9 * DAY)
    web.site[FEED] = good
    assert JobName.COMPOSE_DIGEST not in one_tick()
    for _ in range(3):
        one_tick()
    assert [mail.subject for mail in outbox.mails] == ["[claimwatch sample] supports: Thousands left Raqqa (Gazette)"]


def test_nothing_waits_for_ever_for_feeds_that_nobody_asks(watched: Tools, drive: Drive, outbox: Outbox) -> None:
    drive()
    later(watched, 9 * DAY)

    def composes() -> bool:
        return JobName.COMPOSE_DIGEST in {call.job for call in run(watched, Call(JobName.TICK))}

    assert not composes()
    later(watched, 14 * MINUTE)
    assert not composes()
    later(watched, 2 * MINUTE)
    assert composes()
