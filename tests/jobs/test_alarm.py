"""The house falls silent: who is told, how often, and who tells."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from schedules.calls import Call, JobName
from storage import feeds
from storage.engine import Store
from storage.records import FeedId, FeedSpec
from storage.schema import FeedRow
from tests.fakes import NOON, FakeWeb, Outbox
from tests.jobs.conftest import Drive
from worker.errors import FetchFailed, MailFailed
from worker.gateways.clock import FixedClock
from worker.jobs.alarm import look, tell
from worker.run import run
from worker.tools import Tools

HOUR = timedelta(hours=1)
OPERATOR = "operator@newsroom.example"


def later(tools: Tools, hours: int) -> Tools:
    return replace(tools, clock=FixedClock(NOON + hours * HOUR))


def test_a_house_that_ticks_and_polls_is_not_silent(watched: Tools, drive: Drive) -> None:
    assert look(watched, 6 * HOUR) == []
    drive()
    assert look(watched, 6 * HOUR) == []


def test_the_operator_is_told_once_a_day_by_whoever_looks(watched: Tools, drive: Drive, outbox: Outbox) -> None:
    drive()
    silent = later(watched, 8)
    found = look(silent, 6 * HOUR)
    assert [s.name for s in found] == ["tick", "feeds"]
    assert [tell(silent, OPERATOR, found) for _ in range(3)] == [True, False, False]
    assert tell(later(watched, 31), OPERATOR, found) is False
    assert tell(later(watched, 32), OPERATOR, found) is True
    first, second = outbox.mails
    assert first.message_id != second.message_id
    assert first.to == OPERATOR
    assert "beat, the broker or worker-fetch is down" in first.text
    assert "no feed answers" in first.text
    assert "no feed answers" in first.html
    assert "Since 2026-11-23 12:00 UTC (8.0 hours)" in first.text


def test_who_cannot_reach_the_relay_leaves_it_to_another(watched: Tools, drive: Drive, outbox: Outbox) -> None:
    drive()
    silent = later(watched, 8)
    found = look(silent, 6 * HOUR)
    outbox.failure = MailFailed("no way out")
    with pytest.raises(MailFailed):
        tell(silent, OPERATOR, found)
    outbox.failure = None
    assert tell(silent, OPERATOR, found) is True
    assert len(outbox.mails) == 1


def test_a_trouble_that_is_over_is_told_again_when_it_comes_again(watched: Tools, drive: Drive, outbox: Outbox) -> None:
    drive()
    silent = later(watched, 8)
    assert tell(silent, OPERATOR, look(silent, 6 * HOUR)) is True
    run(later(watched, 9), Call(JobName.TICK))
    with watched.store.begin() as tx:
        tx.execute(update(FeedRow).values(last_success_at=NOON + 9 * HOUR))
    assert look(later(watched, 10), 6 * HOUR) == []
    again = later(watched, 18)
    assert tell(again, OPERATOR, look(again, 6 * HOUR)) is True
    assert len(outbox.mails) == 2


def test_one_feed_that_answers_is_enough_and_one_that_is_asked_daily_hides_no_silence(store: Store) -> None:
    with store.begin() as tx:
        assert feeds.last_answer(tx) is None
        for name in ("a", "b", "c"):
            feeds.add(tx, FeedSpec(url=f"http://{name}.example/f"), now=NOON)
        assert feeds.last_answer(tx) == (NOON, HOUR)
        daily = FeedRow.url == "http://a.example/f"
        tx.execute(update(FeedRow).where(daily).values(last_success_at=NOON + HOUR, interval_s=86_400))
        assert feeds.last_answer(tx) == (NOON + HOUR, HOUR)


def test_paused_feeds_and_those_that_are_gone_are_not_missed(watched: Tools, drive: Drive) -> None:
    drive()
    with watched.store.begin() as tx:
        feeds.pause(tx, FeedId(1), now=NOON)
    assert [s.name for s in look(later(watched, 80), 6 * HOUR)] == ["tick"]


def with_heartbeat(tools: Tools, url: str) -> Tools:
    return replace(tools, options=replace(tools.options, heartbeat_url=url))


def test_every_tick_calls_the_heartbeat_address(watched: Tools, web: FakeWeb, caplog: pytest.LogCaptureFixture) -> None:
    url = "http://beats.example/ping/s3cret"
    tools = with_heartbeat(watched, url)
    for _ in range(2):
        assert run(tools, Call(JobName.TICK))[0] == Call(JobName.CALL_HEARTBEAT)
    web.site[url] = b"OK"
    assert run(tools, Call(JobName.CALL_HEARTBEAT)) == []
    assert [(r.url, r.own) for r in web.asked] == [(url, True)]

    web.site[url] = FetchFailed(url, "503 down", status=503)
    with caplog.at_level(logging.WARNING):
        assert run(tools, Call(JobName.CALL_HEARTBEAT)) == []
    assert "heartbeat to beats.example: 503" in caplog.text
    assert "s3cret" not in caplog.text


def test_without_an_address_there_is_no_call(watched: Tools, web: FakeWeb) -> None:
    assert JobName.CALL_HEARTBEAT not in [call.job for call in run(watched, Call(JobName.TICK))]
    assert run(watched, Call(JobName.CALL_HEARTBEAT)) == []
    assert web.asked == []
