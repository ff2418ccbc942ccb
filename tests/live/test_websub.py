"""Manner M39 with the newsroom's hub and a web process of ours behind a real port: nine days of a feed that is pushed."""

from __future__ import annotations

import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from claimwatch.api import hub
from claimwatch.api.pace import Pace
from schedules.calls import JobName
from storage.schema import SubscriptionRow
from tests.front.serving import a_house, listening
from tests.live.conftest import wait_until
from tests.live.manners import DAY, HOUR, Desk, Row, desk_at, news, newsroom, site
from worker.steps.judge import Method

pytestmark = [pytest.mark.live, pytest.mark.newsroom]

A = "gazette.test/feed.xml"
STEP = 2 * HOUR


@pytest.fixture
def desk(tmp_path: Path, migrated_file: Path, method: Method, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A poller that the newsroom's hub reaches, and which may reach the hub, on the loopback."""
    monkeypatch.setattr(hub, "_PACE", Pace(10_000, 60.0))  # days go by within seconds here
    with newsroom() as room:
        made = desk_at(room, tmp_path, migrated_file, method, FETCH_ALLOW_PRIVATE="true")
        with listening(a_house(made.tools.store, clock=made.clock)) as url:
            made.tools = replace(made.tools, options=replace(made.tools.options, public_url=url, callbacks=url))
            yield made
        made.tools.store.close()


def states(desk: Desk) -> Counter[str]:
    with desk.tools.store.read() as tx:
        return Counter(tx.scalars(select(SubscriptionRow.state)))


def hub_notes(desk: Desk) -> list[Row]:
    return [row for row in desk.room.ask("/_log") if row["kind"] == "hub"]


def goes_on(desk: Desk, span: timedelta) -> None:
    """Time goes by in steps; after each what is due is done, and the hub's questions are waited for."""
    for _ in range(round(span / STEP)):
        desk.advance(STEP)
        desk.work(JobName.POLL_FEEDS, JobName.SUBSCRIBE, JobName.READ_PUSH)
        wait_until(lambda: states(desk)["asked"] == 0, timeout=20, said=lambda: str(hub_notes(desk)))


def test_m39_a_feed_with_a_hub_is_pushed_and_polled_seldom(desk: Desk) -> None:
    days = 9
    desk.play({"gazette.test": site({"items": news(days * 4 + 1, every=6 * HOUR), "hub": True})})
    goes_on(desk, 2 * STEP)
    assert states(desk) == {"live": 1}
    first = desk.log(A)
    goes_on(desk, days * DAY - 2 * STEP)
    # every item, the hour it came out: what a poll a day cannot do
    assert desk.titles(A) == [f"Item {n:04}" for n in range(days * 4 + 1)]
    polls = desk.log(A)[len(first) :]
    assert days - 3 <= len(polls) <= days + 2
    assert all(row["method"] == "GET" for row in desk.log(A))
    notes = hub_notes(desk)
    pushes = [row for row in notes if "pushed" in row]
    assert {row["status"] for row in pushes} == {202}
    assert len(pushes) >= days * 4 - 2
    # after eight days the lease was renewed at another address of ours, and the old one was let go
    asked = [(row["mode"], row["verified"]) for row in notes if "mode" in row]
    assert asked == [("subscribe", True), ("subscribe", True), ("unsubscribe", True)]
    assert len({row["path"] for row in notes if row.get("mode") == "subscribe"}) == 2
    assert states(desk) == {"live": 1, "ended": 1}


def test_m39_what_was_not_asked_for_is_not_confirmed_and_what_is_not_signed_brings_nothing(desk: Desk) -> None:
    desk.play({"gazette.test": site({"items": news(3, every=HOUR), "hub": True})})
    goes_on(desk, STEP)
    with desk.tools.store.read() as tx:
        row = tx.execute(select(SubscriptionRow.__table__)).one()
    callback = f"{desk.tools.options.callbacks}/hub/{row.token}"
    before = len(hub_notes(desk))
    for form in (
        {"hub.mode": "subscribe", "hub.topic": "http://other.test/feed.xml", "hub.callback": callback},
        {"hub.mode": "unsubscribe", "hub.topic": row.topic, "hub.callback": callback},
        {"hub.mode": "subscribe", "hub.topic": row.topic, "hub.callback": callback[:-1] + "!"},
    ):
        urllib.request.urlopen(desk.room.url + "/_hub", data=urlencode(form).encode(), timeout=20).close()
    wait_until(lambda: len(hub_notes(desk)) == before + 3, timeout=20)
    assert [(row["status"], row["verified"]) for row in hub_notes(desk)[before:]] == [(404, False)] * 3
    assert states(desk) == {"live": 1}
