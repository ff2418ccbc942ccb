"""A person's word through the line: digests tell it, a rejudge leaves it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from claimwatch import ruling
from claimwatch.rejudging import Report, rejudge_store
from schedules.calls import JobName
from storage import outbox, queries
from storage.schema import DigestRow, FindingRow, LetterItemRow, RevisionRow
from tests.fakes import NOON, Outbox
from tests.jobs.composing import composed
from worker.gateways.clock import FixedClock
from worker.tools import Tools

Drive = Callable[[], list[JobName]]


def next_day(tools: Tools) -> None:
    assert isinstance(tools.clock, FixedClock)
    tools.clock.instant += timedelta(days=1)


def the_row(tools: Tools) -> dict[str, Any]:
    with tools.store.read() as tx:
        (row,) = queries.findings(tx)
    return row


def correct(tools: Tools, relation: str) -> None:
    ruling.correct(tools.store, the_row(tools)["id"], relation, None, "Desk", "read it", tools.clock.now())


@pytest.fixture
def told(watched: Tools, drive: Drive, outbox: Outbox) -> Tools:
    """One finding that supports, in the digest of yesterday."""
    drive()
    next_day(watched)
    drive()
    assert "SUPPORTS" in outbox.mails[-1].text
    assert "machine's word, score" in outbox.mails[-1].text
    next_day(watched)
    return watched


def test_a_digest_tells_a_correction_anew_and_whose_word_it_is(told: Tools, drive: Drive, outbox: Outbox) -> None:
    correct(told, "disputes")
    drive()
    assert len(outbox.mails) == 2
    mail = outbox.mails[-1]
    assert "DISPUTES | a person's word; the machine said supports | told before as" in mail.text
    assert "Why:     read it" in mail.text
    assert "a person's word; the machine said supports" in mail.html
    next_day(told)
    drive()
    assert len(outbox.mails) == 2  # and once


def test_a_word_that_is_changed_back_is_told_again(told: Tools, drive: Drive, outbox: Outbox) -> None:
    for relation in ("disputes", "supports"):
        correct(told, relation)
        drive()
        next_day(told)
        drive()
    assert ["SUPPORTS" in m.text for m in outbox.mails] == [True, False, True]
    assert "confirmed by a person" in outbox.mails[-1].text
    with told.store.read() as tx:
        items = tx.execute(select(LetterItemRow.finding_id, LetterItemRow.relation).order_by(LetterItemRow.letter_id))
        assert [tuple(row) for row in items] == [(1, "supports"), (1, "disputes"), (1, "supports")]


def test_a_confirmation_is_no_news_nor_is_another_judge_under_a_persons_word(
    told: Tools, drive: Drive, outbox: Outbox
) -> None:
    ruling.confirm(told.store, 1, "Desk", "", told.clock.now())
    drive()
    with told.store.begin() as tx:  # as an older judge had left it, under another id
        tx.execute(update(FindingRow).values(judge_version="rules-0", relation="disputes"))
        tx.execute(update(RevisionRow).values(judged_as="rules-0/old"))
    next_day(told)
    assert JobName.JUDGE_ARTICLE in drive()
    next_day(told)
    drive()
    assert (the_row(told)["id"], the_row(told)["by"], len(outbox.mails)) == (2, "person", 1)


def test_what_a_person_calls_unrelated_is_in_no_digest(watched: Tools, drive: Drive, outbox: Outbox) -> None:
    drive()
    correct(watched, "unrelated")
    next_day(watched)
    drive()
    assert outbox.mails == []


def test_a_digest_that_was_composed_before_a_person_ruled_is_not_kept(watched: Tools, drive: Drive) -> None:
    drive()
    letter, envelopes = composed(watched)
    correct(watched, "mixed")
    with watched.store.begin() as tx:
        assert outbox.draft(tx, letter, "p", envelopes, now=NOON, called_until=NOON) == []
        assert tx.execute(select(DigestRow.id).where(DigestRow.period == "p")).all() == []


def rejudged(tools: Tools, *, dry_run: bool) -> Report:
    report = Report(dry_run=dry_run, claim=None)
    rejudge_store(tools, report, lambda _total: lambda _n: None)
    return report


def test_a_rejudge_keeps_rulings_and_tells_no_change_where_a_person_ruled(watched: Tools, drive: Drive) -> None:
    drive()
    with watched.store.begin() as tx:
        tx.execute(update(FindingRow).values(judge_version="rules-0", relation="disputes"))
    assert rejudged(watched, dry_run=True).changes != []
    correct(watched, "mixed")
    assert rejudged(watched, dry_run=True).changes == []
    assert rejudged(watched, dry_run=False).changes == []
    row = the_row(watched)
    assert (row["relation"], row["machine"]["relation"], row["id"]) == ("mixed", "supports", 2)


def test_a_rejudge_tells_the_persons_word_where_other_passages_changed(watched: Tools, drive: Drive) -> None:
    drive()
    correct(watched, "mixed")
    with watched.store.begin() as tx:  # another passage, that an older judge had found too
        (row,) = tx.execute(select(FindingRow.__table__)).mappings()
        more = {**row, "id": 9, "passage_id": row["passage_id"] + 1, "passage_hash": "h", "ruling_id": None}
        tx.execute(insert(FindingRow).values(**more))
    (change,) = rejudged(watched, dry_run=False).changes
    assert (change["what"], change["now"]["says"], change["now"]["by"]) == (
        "passages",
        "mixed (a person's word)",
        "person",
    )
