"""What is said between a subscriber and a hub, without a hub."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

import pytest

from storage.records import FeedHints
from worker.steps.websub import (
    is_challenge,
    is_signed,
    lease_of,
    reason_of,
    renewed_after,
    subscribing,
    where_to_ask,
    with_link_headers,
)

BASE = "https://paper.example/feeds/all.xml"
TOLD = FeedHints(hub="https://hub.example/doc", topic="https://paper.example/doc.xml", skip_hours=frozenset({3}))


@pytest.mark.parametrize(
    ("link", "hub", "topic"),
    [
        ("", TOLD.hub, TOLD.topic),
        ('<https://hub.example/>; rel="hub", <https://paper.example/a>; rel="self"', "https://hub.example/", "https://paper.example/a"),
        ("<https://hub.example/>;rel=hub,<a.xml>;rel=self", "https://hub.example/", "https://paper.example/feeds/a.xml"),
        ('<https://hub.example/?a,b;c>; title="x, <y>; rel=self"; REL="Hub"', "https://hub.example/?a,b;c", TOLD.topic),
        ('<https://a.example/>; rel="alternate hub"; rel="self"', "https://a.example/", TOLD.topic),
        ("<http://one.example/>; rel=hub, <https://two.example/>; rel=hub", "https://two.example/", TOLD.topic),
        ('<https://else.example/>; rel=hub; anchor="https://else.example/x"', TOLD.hub, TOLD.topic),
        ("<javascript:alert(1)>; rel=hub, <file:///etc/passwd>; rel=self", TOLD.hub, TOLD.topic),
        ("<https://paper.example/style.css>; rel=preload", TOLD.hub, TOLD.topic),
        ("rel=hub; <<<, >;;==\"", TOLD.hub, TOLD.topic),
    ],
)  # fmt: skip
def test_link_headers_go_before_the_document(link: str, hub: str, topic: str) -> None:
    got = with_link_headers(TOLD, {"link": link} if link else {}, BASE)
    assert (got.hub, got.topic, got.skip_hours) == (hub, topic, TOLD.skip_hours)


def test_a_broken_link_header_says_nothing() -> None:
    assert with_link_headers(TOLD, {"link": "<" * 8000 + "hub" + ";" * 8000 + '"\\' * 4000}, BASE) == TOLD


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signature_is_the_bodys_under_the_secret(method: str) -> None:
    body, secret = b"<rss/>\x00\xff", "of this one hub"
    good = hmac.new(secret.encode(), body, method).hexdigest()
    assert is_signed(body, f"{method}={good}", secret)
    assert is_signed(body, f" {method.upper()}={good.upper()} ", secret)
    assert not is_signed(body + b" ", f"{method}={good}", secret)
    assert not is_signed(body, f"{method}={good}", "of another")
    assert not is_signed(body, f"{method}={good[:-1]}", secret)
    assert not is_signed(body, f"sha256={hashlib.sha256(body).hexdigest()}", secret)


@pytest.mark.parametrize(
    "told", ["", "sha256", "sha256=", "=", "md5=d41d8cd98f00b204e9800998ecf8427e", "sha256=ü", "none=x"]
)
def test_what_is_no_signature_is_none(told: str) -> None:
    assert not is_signed(b"", told, "secret")


def test_a_lease_is_believed_within_bounds_and_renewed_before_it_ends() -> None:
    assert lease_of("864000") == timedelta(days=10)
    assert [lease_of(told) for told in ("", "0", "-5", "ten", "1e9", "٣")] == [timedelta(days=1)] * 6
    assert lease_of("999999999999") == timedelta(days=30)
    assert renewed_after(timedelta(days=10)) == timedelta(days=8)
    assert renewed_after(timedelta(seconds=1)) == timedelta(minutes=15)  # or the hub would be asked every second


def test_a_hub_is_asked_by_https_first() -> None:
    assert [where_to_ask("http://hub.example:80/a?b=http://c/", n) for n in (0, 1, 2)] == [
        "https://hub.example/a?b=http://c/",
        "http://hub.example:80/a?b=http://c/",
        "https://hub.example/a?b=http://c/",
    ]
    for as_told in ("https://hub.example/", "http://hub.example:8080/", "http://hub.example:x/"):
        assert where_to_ask(as_told, 0) == as_told


def test_what_is_given_back_is_short_and_plain() -> None:
    assert is_challenge("a" * 512)
    assert not any(is_challenge(told) for told in ("", "a" * 513, "a b", "a\r\nb", "ä", "\x7f", "a\n"))
    assert reason_of("no\r\n\x00<b>" + "x" * 999) == "no <b>" + "x" * 194


def test_the_secret_is_below_what_hubs_take() -> None:
    form = subscribing(topic="t", callback="c", secret="s" * 43)
    assert len(form["hub.secret"].encode()) < 200
    assert form["hub.lease_seconds"] == "864000"
