"""Builders with defaults: a test shows only what matters to it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from storage.records import (
    Adds,
    ArticleId,
    Cadence,
    Claim,
    ClaimId,
    ClaimKind,
    DigestItem,
    Entity,
    Feed,
    FeedId,
    FeedSpec,
    FeedState,
    Figure,
    FindingId,
    ListId,
    Recipient,
    RecipientId,
    RecipientSpec,
    Relation,
    Seed,
    Source,
    Topic,
    WatchList,
)
from tests.fakes import NOON
from worker.steps.digest.lay_out import Material


def a_feed(**told: Any) -> Feed:
    plain: dict[str, Any] = {
        "id": FeedId(1),
        "url": "http://gazette.example/feed.xml",
        "lang": "en",
        "state": FeedState.OK,
        "etag": None,
        "last_modified": None,
        "failures": 0,
        "empty_runs": 0,
        "interval": timedelta(hours=1),
        "baseline_at": NOON,
        "last_success_at": NOON,
    }
    return Feed(**plain | told)


def a_claim(text: str = "About 4,000 people left Raqqa under a secret deal.", **told: Any) -> Claim:
    plain: dict[str, Any] = {
        "id": ClaimId("raqqa-4000"),
        "topic": "raqqa",
        "text": text,
        "kind": ClaimKind.REPORTED,
        "event_from": date(2017, 10, 12),
        "event_to": date(2017, 10, 15),
        "places": ("raqqa",),
        "figures": (Figure(low=4000, high=4000, approx=True, counts="people"),),
    }
    return Claim(**plain | told)


RAQQA = Entity(slug="raqqa", names={"en": ("Raqqa", "Ar-Raqqah"), "ar": ("الرقة",), "tr": ("Rakka",)})


def a_watch_list(**told: Any) -> WatchList:
    plain: dict[str, Any] = {
        "slug": "sample",
        "title": "A sample list",
        "seed": Seed(title="A sample seed", url="http://seed.example/piece"),
        "topics": (Topic(slug="raqqa", title="Raqqa"),),
        "entities": (RAQQA,),
        "claims": (a_claim(),),
        "feeds": (FeedSpec(url="http://gazette.example/feed.xml", outlet="Gazette", country="GB", lang="en"),),
        "recipients": (RecipientSpec(address="reader@claimwatch.example", since=datetime(2017, 1, 1, tzinfo=UTC)),),
    }
    return WatchList(**plain | told)


def a_recipient(**told: Any) -> Recipient:
    plain: dict[str, Any] = {
        "id": RecipientId(1),
        "list_id": ListId(1),
        "list_slug": "sample",
        "address": "reader@claimwatch.example",
        "zone": "UTC",
        "cadence": Cadence.DAILY,
        "at": time(7, 0),
        "began": datetime(2026, 1, 1, tzinfo=UTC),
        "leave_token": "t" * 32,
    }
    return Recipient(**plain | told)


def an_item(**told: Any) -> DigestItem:
    plain: dict[str, Any] = {
        "finding_id": FindingId(1),
        "claim_id": ClaimId("raqqa-4000"),
        "claim_text": "About 4,000 people left Raqqa.",
        "topic": "raqqa",
        "relation": Relation.SUPPORTS,
        "adds": (Adds.REPEATS,),
        "score": 0.7,
        "reason": "the same figure",
        "quote": "About 4,000 people left Raqqa, he said.",
        "figures": (),
        "article_id": ArticleId(1),
        "article_title": "Thousands left Raqqa",
        "article_url": "http://gazette.example/a",
        "outlet": "Gazette",
        "country": "GB",
        "outlet_kind": "sample daily",
        "lang": "en",
        "published": NOON,
        "first_seen": NOON,
        "found_at": NOON,
    }
    plain["story"] = told.get("article_id", plain["article_id"])
    return DigestItem(**plain | told)


def a_source(**told: Any) -> Source:
    plain: dict[str, Any] = {
        "id": FeedId(1),
        "url": "http://gazette.example/feed.xml",
        "outlet": "Gazette",
        "state": FeedState.OK,
        "state_since": NOON,
        "added_at": NOON - timedelta(days=60),
        "paused_at": None,
        "answered_at": NOON,
        "interval": timedelta(hours=1),
        "next_poll": NOON + timedelta(hours=1),
        "failures": 0,
        "last_error": None,
    }
    return Source(**plain | told)


def a_material(*items: DigestItem, **told: Any) -> Material:
    plain: dict[str, Any] = {
        "list_slug": "sample",
        "list_title": "The Raqqa deal",
        "claims": {ClaimId("raqqa-4000"): "About 4,000 people left Raqqa."},
        "zone": ZoneInfo("UTC"),
        "now": NOON,
        "next_at": NOON + timedelta(hours=19),
        "sources": [a_source()],
        "items": items,
        "contact": "desk@claimwatch.example",
    }
    return Material(**plain | told)


def rss(*items: tuple[str, str], title: str = "Gazette", published: datetime = NOON, extra: str = "") -> bytes:
    """A feed of (address, title) items."""
    told = "".join(
        f"<item><title>{escape(name)}</title><link>{escape(url)}</link><guid>{escape(url)}</guid>"
        f"<pubDate>{format_datetime(published)}</pubDate></item>"
        for url, name in items
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{extra}{told}</channel></rss>'.encode()
    )


def page(*paragraphs: str, title: str = "Thousands left Raqqa", head: str = "", lang: str = "en") -> bytes:
    """A page with an article in it."""
    told = "".join(f"<p>{escape(p)}</p>" for p in paragraphs)
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head>'
        f"<body><nav><a href='/'>Home</a></nav><article><h1>{escape(title)}</h1>{told}</article></body></html>"
    ).encode()


SILO = (
    "A former spokesman told Reuters in December 2017 that about 4,000 people were allowed to leave Raqqa under a "
    "secret deal with the coalition, most of them fighters.",
    "He said that the convoy of lorries and buses had been on the road for some days before the end of the battle.",
)


def json_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
