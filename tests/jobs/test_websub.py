"""Feeds that their hubs push: asked for, renewed, left, read and relied on. The hub's side of the talk is said by the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from schedules.calls import Call, JobName
from storage import feeds, pushes, subscriptions
from storage.records import FeedId, SubscriptionState
from storage.schema import EntryRow, FeedRow, PushRow, SubscriptionRow
from storage.snapshots import pack
from tests.builders import page, rss
from tests.fakes import NOON, FakeWeb, fetched
from worker.errors import FetchFailed
from worker.gateways.clock import FixedClock
from worker.handovers import Request
from worker.run import run
from worker.tools import Tools

FEED, HUB = "http://gazette.example/feed.xml", "https://hub.example/"
LINKS = {"link": f'<{HUB}>; rel="hub", <{FEED}>; rel="self"'}
TAKEN = replace(fetched(HUB, b""), status=202)
DAY = timedelta(days=1)


def document(*names: str, links: dict[str, str] | None = None) -> Any:
    items = [(f"http://gazette.example/{name}", name.upper()) for name in names]
    return fetched(FEED, rss(*items), headers=LINKS if links is None else links)


@pytest.fixture
def reached(watched: Tools, web: FakeWeb) -> Tools:
    """A house that the world reaches, with a feed that names a hub."""
    web.site |= {FEED: document("a", "b"), HUB: TAKEN}
    web.site |= {f"http://gazette.example/{name}": page("Nothing on it. " * 9, title=name) for name in "abcdef"}
    callbacks = "https://watch.example"
    return replace(watched, options=replace(watched.options, public_url=callbacks, callbacks=callbacks))


@pytest.fixture
def work(reached: Tools) -> Callable[..., list[JobName]]:
    """Ticks until nothing is due, some time later; the jobs of ours that ran."""

    def until_quiet(after: timedelta = timedelta(0)) -> list[JobName]:
        later(reached, after)
        ran: list[JobName] = []
        for _ in range(40):
            calls = run(reached, Call(JobName.TICK))
            if not calls:
                return [job for job in ran if job in (JobName.SUBSCRIBE, JobName.READ_PUSH)]
            while calls:
                call = calls.pop(0)
                ran.append(call.job)
                calls += run(reached, call)
        raise AssertionError("the line does not come to rest")

    return until_quiet


def later(tools: Tools, by: timedelta) -> None:
    assert isinstance(tools.clock, FixedClock)
    tools.clock.instant += by


def now(tools: Tools) -> datetime:
    return tools.clock.now()


def poll(tools: Tools, *, due: bool = True) -> None:
    """One poll of the feed, whenever it would be due."""
    if due:
        with tools.store.begin() as tx:
            tx.execute(update(FeedRow).values(next_try_at=now(tools)))
    run(tools, Call(JobName.POLL_FEEDS, (1,)))


def rows(tools: Tools) -> list[Any]:
    with tools.store.read() as tx:
        return list(tx.execute(select(SubscriptionRow.__table__).order_by(SubscriptionRow.id)))


def hub(tools: Tools) -> dict[str, Any]:
    with tools.store.read() as tx:
        told = subscriptions.of(tx, 1)
    assert told is not None
    return told


def asked(web: FakeWeb) -> list[Request]:
    return [request for request in web.asked if request.form is not None]


def modes(web: FakeWeb) -> list[str]:
    """What hubs were asked for, in order."""
    return [request.form["hub.mode"] for request in web.asked if request.form is not None]


def confirm(tools: Tools, row: Any, *, days: float = 10, renew: float = 8) -> None:
    """What claimwatch/api/hub.py does when the hub asks back."""
    with tools.store.begin() as tx:
        assert subscriptions.confirm(tx, row.token, FEED, lease=days * DAY, renew_after=renew * DAY, now=now(tools))


def push(tools: Tools, body: bytes, subscription_id: int = 1) -> bool:
    with tools.store.begin() as tx:
        return pushes.keep(
            tx, subscription_id, pack(body), size_bytes=len(body), content_type="application/rss+xml", now=now(tools)
        )


def entries_of(tools: Tools) -> dict[str, bool]:
    """Title of each entry, and whether it stood there at the first poll."""
    with tools.store.read() as tx:
        return {row.title: row.in_baseline for row in tx.execute(select(EntryRow.title, EntryRow.in_baseline))}


def feed_row(tools: Tools) -> Any:
    with tools.store.read() as tx:
        return tx.execute(select(FeedRow.__table__)).one()


def subscribed(tools: Tools, work: Callable[..., Any]) -> Any:
    """The row of a subscription that is live."""
    work()
    confirm(tools, rows(tools)[0])
    return rows(tools)[0]


def relied_on(tools: Tools, work: Callable[..., Any]) -> None:
    """The hub has pushed entry C, and the poll after it found nothing else."""
    subscribed(tools, work)
    push(tools, rss(("http://gazette.example/c", "C")))
    work()
    tools.web.site[FEED] = document("a", "b", "c")  # type: ignore[attr-defined]
    later(tools, timedelta(hours=2))
    poll(tools)


def test_a_feed_that_names_a_hub_is_asked_for_once(reached: Tools, web: FakeWeb, work: Any) -> None:
    assert work() == [JobName.SUBSCRIBE]
    (request,), (row,) = asked(web), rows(reached)
    assert request.url == HUB
    assert request.form == {
        "hub.mode": "subscribe",
        "hub.topic": FEED,
        "hub.callback": f"https://watch.example/hub/{row.token}",
        "hub.secret": row.secret,
        "hub.lease_seconds": "864000",
    }
    assert (len(row.token), len(row.secret) >= 32, row.token != row.secret) == (43, True, True)
    assert (row.state, row.lease_until) == (SubscriptionState.ASKED, None)
    poll(reached)
    assert work() == []
    assert len(rows(reached)) == 1


def test_a_house_that_the_world_does_not_reach_asks_no_hub(watched: Tools, reached: Tools, web: FakeWeb) -> None:
    run(watched, Call(JobName.TICK))
    run(watched, Call(JobName.POLL_FEEDS, (1,)))
    assert feed_row(watched).hints["hub"] == HUB  # known, for the day on which it is reached
    assert all(call.job is not JobName.SUBSCRIBE for call in run(watched, Call(JobName.TICK)))
    assert (rows(watched), asked(web)) == ([], [])
    web.site[FEED] = replace(document(), body=document("a", "b").body, headers={})
    poll(reached)  # the same bytes: the hints of the last document hold
    assert [row.hub for row in rows(reached)] == [HUB]


def test_it_renews_under_another_address_and_lets_the_old_one_go(reached: Tools, web: FakeWeb, work: Any) -> None:
    first = subscribed(reached, work)
    assert first.lease_until == NOON + 10 * DAY
    assert work(7 * DAY) == []
    assert work(1.01 * DAY) == [JobName.SUBSCRIBE, JobName.SUBSCRIBE]  # due, and its successor asked for
    old, new = rows(reached)
    assert (old.state, new.state) == (SubscriptionState.LIVE, SubscriptionState.ASKED)
    assert {old.token, old.secret}.isdisjoint({new.token, new.secret})
    confirm(reached, new)
    work()
    assert modes(web) == [
        "subscribe", "subscribe", "unsubscribe",
    ]  # fmt: skip
    assert asked(web)[-1].form == {
        "hub.mode": "unsubscribe",
        "hub.topic": FEED,
        "hub.callback": f"https://watch.example/hub/{old.token}",
    }
    with reached.store.begin() as tx:
        assert subscriptions.confirm_end(tx, old.token, FEED)
        assert not subscriptions.confirm_end(tx, old.token, FEED)
        assert not subscriptions.confirm_end(tx, new.token, FEED)
    assert hub(reached)["state"] == "live"


def test_a_hub_that_never_confirms_is_given_up_and_says_so(reached: Tools, web: FakeWeb, work: Any) -> None:
    for _ in range(6):
        work(timedelta(hours=5))
    assert len(asked(web)) == 5
    assert (hub(reached)["state"], hub(reached)["why"]) == ("denied", "the hub was asked 5 times and never confirmed")
    poll(reached)
    assert work() == []  # not again within a month
    later(reached, 30 * DAY)
    poll(reached)
    assert work() == [JobName.SUBSCRIBE]
    assert [row.state for row in rows(reached)] == [SubscriptionState.ASKED]


@pytest.mark.parametrize(
    ("failure", "state", "tries"),
    [
        (FetchFailed(HUB, "400 Bad Request", status=400), "denied", 1),
        (FetchFailed(HUB, "429 Too Many Requests", status=429), "asked", 2),
        (FetchFailed(HUB, "500 Internal Server Error", status=500), "asked", 2),
        (FetchFailed(HUB, "the connection was refused"), "asked", 2),
    ],
)
def test_a_hub_that_fails_is_asked_again_unless_it_is_in_vain(
    reached: Tools, web: FakeWeb, work: Any, failure: FetchFailed, state: str, tries: int
) -> None:
    web.site[HUB] = failure
    work()
    assert work(timedelta(minutes=14)) == []
    work(timedelta(minutes=5))
    assert (hub(reached)["state"], len(asked(web))) == (state, tries)
    assert failure.detail in hub(reached)["why"]
    assert feed_row(reached).state == "ok"  # a hub's trouble is not its feed's


def test_a_busy_host_is_no_failure_of_the_hubs(reached: Tools, web: FakeWeb, work: Any) -> None:
    web.site[HUB] = FetchFailed(HUB, "busy", busy=True, retry_at=NOON + timedelta(minutes=3))
    work()
    assert (hub(reached)["failures"], hub(reached)["next_try"]) == (0, "2026-11-23T12:03:00Z")


def test_a_confirmation_that_comes_before_the_hubs_answer_stands(reached: Tools, web: FakeWeb, work: Any) -> None:
    """Some hubs ask back while we still wait for their 202."""
    ask = web.get_many

    def hub_asks_back(requests: Any, **_more: Any) -> Any:
        if requests[0].form:
            confirm(reached, rows(reached)[0])
        return ask(requests)

    web.get_many = hub_asks_back  # type: ignore[method-assign]
    work()
    (row,) = rows(reached)
    assert (row.state, row.failures, row.next_try_at) == (SubscriptionState.LIVE, 0, NOON + 8 * DAY)
    assert row.leased_until is None


def test_a_feed_that_leaves_its_hub_is_unsubscribed(reached: Tools, web: FakeWeb, work: Any) -> None:
    subscribed(reached, work)
    web.site[FEED] = document("a", "b", "c", links={})
    poll(reached)
    work()
    assert (hub(reached)["state"], hub(reached)["why"]) == ("ended", "the feed names another hub, or none")
    assert modes(web) == ["subscribe", "unsubscribe"]


def test_a_feed_that_moves_to_another_hub_is_asked_for_there(reached: Tools, web: FakeWeb, work: Any) -> None:
    subscribed(reached, work)
    other = "https://other.example/"
    web.site |= {
        other: TAKEN,
        FEED: document("a", "b", "c", links={"link": f"<{other}>; rel=hub, <{FEED}>; rel=self"}),
    }
    poll(reached)
    work()
    assert [(row.hub, row.state) for row in rows(reached)] == [(HUB, "ended"), (other, "asked")]
    assert {(r.url, r.form["hub.mode"]) for r in asked(web)[1:] if r.form} == {
        (HUB, "unsubscribe"),
        (other, "subscribe"),
    }


def test_a_paused_feed_is_given_up_at_its_next_turn(reached: Tools, web: FakeWeb, work: Any) -> None:
    subscribed(reached, work)
    with reached.store.begin() as tx:
        feeds.pause(tx, FeedId(1), now=now(reached))
    work(8.1 * DAY)
    assert (hub(reached)["state"], hub(reached)["why"]) == ("ended", "the feed is paused")
    assert modes(web)[-1] == "unsubscribe"


def test_a_push_brings_new_entries_and_takes_none_away(reached: Tools, work: Any) -> None:
    subscribed(reached, work)
    before = feed_row(reached)
    later(reached, timedelta(minutes=20))
    push(reached, rss(("http://gazette.example/c", "C"), ("http://gazette.example/a", "A, corrected")))
    assert work() == [JobName.READ_PUSH]
    assert entries_of(reached) == {"A, corrected": True, "B": True, "C": False}
    after = feed_row(reached)
    for name in (
        "etag",
        "last_modified",
        "body_hash",
        "item_marks",
        "baseline_at",
        "next_try_at",
        "hints",
        "last_polled_at",
    ):
        assert getattr(after, name) == getattr(before, name), name
    assert after.last_success_at == now(reached)  # its publisher was heard
    assert hub(reached)["relied_on"]
    with reached.store.read() as tx:
        assert tx.scalars(select(PushRow.id)).all() == []


def test_the_same_push_twice_is_one(reached: Tools, work: Any) -> None:
    subscribed(reached, work)
    body = rss(("http://gazette.example/c", "C"))
    assert push(reached, body)
    assert push(reached, body)
    assert work() == [JobName.READ_PUSH]
    push(reached, body)
    work()
    assert sorted(entries_of(reached)) == ["A", "B", "C"]
    assert run(reached, Call(JobName.READ_PUSH, (1,))) == []


def test_no_more_than_twenty_pushes_wait(reached: Tools, work: Any) -> None:
    subscribed(reached, work)
    taken = [push(reached, rss((f"http://gazette.example/{n}", str(n)))) for n in range(21)]
    assert taken == [True] * 20 + [False]


@pytest.mark.parametrize(
    "body", [b"", b"<html>Sign in</html>", b"/etc/passwd", rss(("x", "y"))[:-20], b"\x00\xff" * 99]
)
def test_a_push_that_is_no_feed_is_dropped_and_proves_nothing(reached: Tools, work: Any, body: bytes) -> None:
    subscribed(reached, work)
    push(reached, body)
    assert work() == [JobName.READ_PUSH]
    assert work(timedelta(minutes=10)) == []
    assert (sorted(entries_of(reached)), hub(reached)["relied_on"]) == (["A", "B"], False)


def test_a_push_before_the_first_poll_waits_for_it(reached: Tools, work: Any) -> None:
    subscribed(reached, work)
    with reached.store.begin() as tx:
        tx.execute(update(FeedRow).values(baseline_at=None))
    push(reached, rss(("http://gazette.example/c", "C")))
    assert work() == [JobName.READ_PUSH]
    assert sorted(entries_of(reached)) == ["A", "B"]
    with reached.store.begin() as tx:
        tx.execute(update(FeedRow).values(baseline_at=NOON))
    assert work(timedelta(minutes=16)) == [JobName.READ_PUSH]
    assert entries_of(reached)["C"] is False


def test_a_push_on_which_workers_die_is_dropped(reached: Tools, work: Any) -> None:
    subscribed(reached, work)
    push(reached, rss(("http://gazette.example/c", "C")))
    with reached.store.begin() as tx:
        tx.execute(update(PushRow).values(lost_leases=7))
    assert work() == []
    with reached.store.read() as tx:
        assert tx.scalars(select(PushRow.id)).all() == []


def test_a_feed_whose_hub_works_is_polled_once_a_day(reached: Tools, work: Any) -> None:
    subscribed(reached, work)
    later(reached, timedelta(hours=2))
    poll(reached)
    assert feed_row(reached).next_try_at - now(reached) < timedelta(
        hours=8
    )  # it said that it would push, and has not yet
    relied_on(reached, work)
    row = feed_row(reached)
    assert DAY <= row.next_try_at - now(reached) <= 1.3 * DAY
    assert (row.interval_s, row.every_s) == (86_400, None)


def test_what_a_person_set_goes_before_the_hub(reached: Tools, work: Any) -> None:
    work()
    with reached.store.begin() as tx:
        tx.execute(update(FeedRow).values(every_s=3600))
    relied_on(reached, work)
    assert feed_row(reached).next_try_at - now(reached) < timedelta(hours=2)


def test_a_lease_that_ends_before_the_next_poll_is_not_relied_on(reached: Tools, work: Any) -> None:
    work()
    confirm(reached, rows(reached)[0], days=0.9, renew=0.7)
    push(reached, rss(("http://gazette.example/c", "C")))
    work()
    poll(reached)
    assert feed_row(reached).next_try_at - now(reached) < timedelta(hours=8)


def test_a_hub_that_falls_silent_is_noticed_and_left(reached: Tools, web: FakeWeb, work: Any) -> None:
    relied_on(reached, work)
    for n, new in enumerate("def"):
        web.site[FEED] = document("a", "b", "c", *"def"[: n + 1])
        later(reached, 1.2 * DAY)
        poll(reached)
        assert feed_row(reached).next_try_at - now(reached) < timedelta(hours=20), new
    assert (hub(reached)["state"], hub(reached)["relied_on"]) == ("denied", False)
    assert hub(reached)["why"] == "left: 3 polls in a row found what the hub did not push"
    work()
    assert modes(web)[-1] == "unsubscribe"


def test_a_hub_that_missed_one_is_relied_on_again_when_it_pushes(reached: Tools, web: FakeWeb, work: Any) -> None:
    relied_on(reached, work)
    web.site[FEED] = document("a", "b", "c", "d")
    later(reached, 1.2 * DAY)
    poll(reached)
    assert not hub(reached)["relied_on"]
    push(reached, rss(("http://gazette.example/e", "E")))
    work()
    assert hub(reached)["relied_on"]


def test_news_that_wait_to_be_read_are_not_held_against_the_hub(reached: Tools, web: FakeWeb, work: Any) -> None:
    relied_on(reached, work)
    later(reached, 1.2 * DAY)
    push(reached, rss(("http://gazette.example/d", "D")))
    web.site[FEED] = document("a", "b", "c", "d")
    poll(reached)
    assert hub(reached)["relied_on"]


def test_the_state_tells_no_token_and_no_secret(reached: Tools, work: Any) -> None:
    row = subscribed(reached, work)
    told = str(hub(reached))
    assert row.token not in told
    assert row.secret not in told
    with reached.store.read() as tx:
        assert subscriptions.of(tx, 2) is None
