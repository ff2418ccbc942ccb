"""Where hubs call us: what they may ask, what they may bring, and what a stranger comes to know of it."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from claimwatch.api import hub
from claimwatch.api.hub import LARGEST_PUSH
from claimwatch.api.pace import Pace
from storage import feeds, pushes, seeds, subscriptions
from storage.engine import Store
from storage.records import FeedId, SubscriptionState
from storage.schema import PushRow, SubscriptionRow
from storage.snapshots import unpack
from tests.builders import a_watch_list, rss
from tests.fakes import NOON
from tests.front.serving import a_site

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Using .httpx.:UserWarning")

TOPIC, HUB = "http://gazette.example/feed.xml?a=1&b=2", "https://hub.example/"
BODY = rss(("http://gazette.example/c", "C"))
NOBODYS = "A" * 43
ASKS = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "abc-123", "hub.lease_seconds": "864000"}


@pytest.fixture(autouse=True)
def _rested(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests pushed does not count."""
    monkeypatch.setattr(hub, "_PACE", Pace(30, 60.0))


@pytest.fixture(params=[True, False], ids=["open", "shut"])
def site(request: pytest.FixtureRequest, store: Store) -> TestClient:
    """A house of which a feed's hub was asked to push; reading is open, or needs a token."""
    with store.begin() as tx:
        seeds.take_over(tx, a_watch_list(), now=NOON)
        subscriptions.reconcile(tx, {FeedId(1): (HUB, TOPIC)}, now=NOON)
    return a_site(
        store, open_reads=request.param, public_url="https://watch.example", hosts=frozenset({"watch.example"})
    )


def row(store: Store) -> Any:
    with store.read() as tx:
        return tx.execute(select(SubscriptionRow.__table__)).one()


def set_row(store: Store, **told: Any) -> None:
    with store.begin() as tx:
        tx.execute(update(SubscriptionRow).values(**told))


def made_live(store: Store) -> str:
    """The path at which its hub calls."""
    set_row(store, state=SubscriptionState.LIVE, lease_until=NOON + timedelta(days=10))
    return path(store)


def path(store: Store) -> str:
    return f"/hub/{row(store).token}"


def kept(store: Store) -> list[bytes | None]:
    with store.read() as tx:
        found = tx.execute(select(PushRow.__table__).order_by(PushRow.id))
        return [unpack(one.zstd, sha256=one.sha256, size_bytes=one.size_bytes) for one in found]


def signed(store: Store, body: bytes = BODY, method: str = "sha256") -> dict[str, str]:
    digest = hmac.new(row(store).secret.encode(), body, method).hexdigest()
    return {"X-Hub-Signature": f"{method}={digest}", "Content-Type": "application/rss+xml"}


# --- what a hub asks ---------------------------------------------------------------------------------------------------


def test_the_challenge_comes_back_as_plain_text_and_the_lease_is_kept(site: TestClient, store: Store) -> None:
    answer = site.get(path(store), params=ASKS)
    assert (answer.status_code, answer.text) == (200, "abc-123")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    told = row(store)
    assert (told.state, told.lease_until) == (SubscriptionState.LIVE, NOON + timedelta(days=10))
    assert told.next_try_at == NOON + timedelta(days=8)
    assert site.get(path(store), params=ASKS).text == "abc-123"  # its first question, or our answer, was lost


@pytest.mark.parametrize(
    "told",
    [
        {"hub.topic": "http://gazette.example/feed.xml"},
        {"hub.topic": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": "publish"},
        {"hub.mode": ""},
        {"hub.challenge": ""},
        {"hub.challenge": "<script>alert(1)</script> x"},
        {"hub.challenge": "é"},
        {"hub.challenge": "x" * 513},
    ],
)
def test_only_what_we_asked_for_is_confirmed(site: TestClient, store: Store, told: dict[str, str]) -> None:
    before = row(store)
    assert site.get(path(store), params=ASKS | told).status_code == 404
    assert row(store) == before


def test_a_subscription_that_we_want_is_not_ended_by_its_hubs_question(site: TestClient, store: Store) -> None:
    made_live(store)
    assert site.get(path(store), params=ASKS | {"hub.mode": "unsubscribe"}).status_code == 404
    assert row(store).state == SubscriptionState.LIVE


def test_an_end_that_we_asked_for_is_confirmed_once_and_no_new_beginning(site: TestClient, store: Store) -> None:
    made_live(store)
    with store.begin() as tx:
        subscriptions.reconcile(tx, {FeedId(1): ("", "")}, now=NOON)
    assert site.get(path(store), params=ASKS).status_code == 404
    end = ASKS | {"hub.mode": "unsubscribe"}
    assert (site.get(path(store), params=end).text, row(store).lease_until) == ("abc-123", None)
    assert site.get(path(store), params=end).status_code == 404


@pytest.mark.parametrize("live", [True, False])
def test_a_hub_may_say_no_at_any_time_and_why(site: TestClient, store: Store, live: bool) -> None:
    if live:
        made_live(store)
    told = {"hub.mode": "denied", "hub.topic": TOPIC, "hub.reason": "not\r\n<b>yours</b>"}
    answer = site.get(path(store), params=told)
    assert (answer.status_code, answer.text) == (200, "")
    assert (row(store).state, row(store).last_error) == ("denied", "the hub refuses: not <b>yours</b>")
    assert site.get(path(store), params=ASKS).status_code == 404


# --- what a hub brings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signed_push_is_kept_to_the_byte(site: TestClient, store: Store, method: str) -> None:
    answer = site.post(made_live(store), content=BODY, headers=signed(store, method=method))
    assert (answer.status_code, answer.content) == (202, b"")
    assert kept(store) == [BODY]
    assert site.post(path(store), content=BODY, headers=signed(store)).status_code == 202
    assert kept(store) == [BODY]


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "md5=" + "0" * 32, "sha1=ü"])
def test_what_is_not_signed_by_the_hub_is_dropped_and_thanked_for(
    site: TestClient, store: Store, signature: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {b"X-Hub-Signature": signature.encode()} if signature else {}
    answer = site.post(made_live(store), content=BODY, headers=headers)
    assert (answer.status_code, kept(store)) == (202, [])
    assert "feed 1: a push without its hub's signature is dropped" in caplog.text
    assert row(store).token not in caplog.text


def test_a_signature_of_other_bytes_is_none(site: TestClient, store: Store) -> None:
    site.post(made_live(store), content=BODY + b" ", headers=signed(store))
    assert kept(store) == []


@pytest.mark.parametrize("state", [SubscriptionState.ASKED, SubscriptionState.DENIED, SubscriptionState.ENDED])
def test_only_a_live_subscription_brings_anything(site: TestClient, store: Store, state: SubscriptionState) -> None:
    made_live(store)
    set_row(store, state=state)
    assert site.post(path(store), content=BODY, headers=signed(store)).status_code == 202
    set_row(store, state=SubscriptionState.LIVE, lease_until=NOON)
    assert site.post(path(store), content=BODY, headers=signed(store)).status_code == 202
    assert kept(store) == []


def test_a_paused_feed_takes_none(site: TestClient, store: Store) -> None:
    made_live(store)
    with store.begin() as tx:
        feeds.pause(tx, FeedId(1), now=NOON)
    assert site.post(path(store), content=BODY, headers=signed(store)).status_code == 202
    assert kept(store) == []


@pytest.mark.parametrize("token", ["ours", NOBODYS])
def test_a_body_beyond_a_feeds_size_is_not_read(site: TestClient, store: Store, token: str) -> None:
    where = made_live(store) if token == "ours" else f"/hub/{token}"
    large = b"x" * (LARGEST_PUSH + 1)
    assert site.post(where, content=large).status_code == 413

    def drip() -> Any:
        for at in range(0, len(large), 500_000):
            yield large[at : at + 500_000]

    assert site.post(where, content=drip()).status_code == 413
    assert kept(store) == []


def test_a_feed_as_large_as_a_poll_takes_is_taken(site: TestClient, store: Store) -> None:
    whole = BODY + b" " * (LARGEST_PUSH - len(BODY))
    assert site.post(made_live(store), content=whole, headers=signed(store, whole)).status_code == 202
    assert kept(store) == [whole]


def test_a_hub_that_pushes_too_much_is_told_to_come_later(site: TestClient, store: Store) -> None:
    where = made_live(store)
    with store.begin() as tx:
        for n in range(pushes.MOST_WAITING):
            pushes.keep(tx, 1, (str(n), b""), size_bytes=0, content_type="", now=NOON)
    answer = site.post(where, content=BODY, headers=signed(store))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    statuses = [site.post(where, content=b"").status_code for _ in range(30)]
    assert statuses == [202] * 29 + [429]


def test_a_pace_counts_each_for_itself_and_forgets() -> None:
    time = [0.0]
    pace = Pace(2, 10.0, clock=lambda: time[0])
    assert [pace.admits("a"), pace.admits("a"), pace.admits("a"), pace.admits("b")] == [True, True, False, True]
    time[0] = 10.0
    assert pace.admits("a")
    for n in range(2_000):
        pace.admits(str(n))
    assert len(pace._came) == 1_000


# --- strangers ---------------------------------------------------------------------------------------------------------


def test_a_stranger_does_not_learn_whether_a_token_is_known(site: TestClient, store: Store) -> None:
    ours = made_live(store)
    set_row(store, state=SubscriptionState.LIVE)
    asked = [
        site.get(where, params=ASKS | {"hub.topic": "http://other.example/"}) for where in (ours, f"/hub/{NOBODYS}")
    ]
    pushed = [site.post(where, content=BODY) for where in (ours, f"/hub/{NOBODYS}")]
    for one, other in (asked, pushed):
        assert (one.status_code, one.content, dict(one.headers)) == (
            other.status_code,
            other.content,
            dict(other.headers),
        )
    assert (asked[0].status_code, pushed[0].status_code, kept(store)) == (404, 202, [])


def test_a_stranger_cannot_subscribe_us_or_end_what_we_have(site: TestClient, store: Store) -> None:
    made_live(store)
    before = row(store)
    for mode in ("subscribe", "unsubscribe", "denied"):
        assert site.get(f"/hub/{NOBODYS}", params=ASKS | {"hub.mode": mode}).status_code == 404
    assert row(store) == before


@pytest.mark.parametrize(
    "where",
    [
        "/hub/",
        "/hub/short",
        f"/hub/{NOBODYS}/",
        f"/hub/{NOBODYS}x",
        f"/hub/{NOBODYS}%0a",
        f"//hub/{NOBODYS}",
        f"/hub/../hub/x{NOBODYS}",
    ],
)
def test_nothing_beside_the_callback_is_open(site: TestClient, where: str) -> None:
    """Writes need a token everywhere else, and a larger body is taken nowhere else."""
    assert site.post(where, content=b"x").status_code == 401
    for method in ("PUT", "DELETE", "PATCH"):
        assert site.request(method, f"/hub/{NOBODYS}").status_code == 401


def test_it_is_asked_under_our_own_name_only_where_reading_is_open(store: Store) -> None:
    site = a_site(store, open_reads=True, hosts=frozenset({"watch.example"}))
    strange = {"Host": "attacker.example"}
    assert site.get(f"/hub/{NOBODYS}", params=ASKS, headers=strange).status_code == 421
    assert site.post(f"/hub/{NOBODYS}", content=b"", headers=strange).status_code == 421
    assert site.post(f"/hub/{NOBODYS}", content=b"", headers={"Host": "watch.example"}).status_code == 202


def test_the_callback_is_in_no_document(store: Store) -> None:
    assert "/hub/" not in a_site(store).get("/openapi.json").text
