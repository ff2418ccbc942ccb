"""A recipient's news to one mail: subject, a complete text part, and HTML. Pure: the same in gives the same out."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from storage.folding import fold
from storage.records import (
    Adds,
    ArticleId,
    Bound,
    DigestItem,
    FeedHealth,
    FeedState,
    Figure,
    Heard,
    Recipient,
    Relation,
)
from worker.handovers import Message
from worker.steps.independence import voices

# Shown in one mail; the rest is named with the command that lists it. 30 stories are some 60 kB of HTML, under the
# 102 kB at which Gmail clips.
MOST_STORIES = 30
MAX_SUBJECT, MAX_QUOTE_WORDS, MAX_FEEDS_NAMED = 120, 60, 12
_TELLING = {Adds.FIGURE, Adds.DENIAL, Adds.CORRECTION, Adds.RULING}
_TROUBLE = {
    FeedState.EMPTY: "answers without entries",
    FeedState.STALE: "brought nothing new for long",
    FeedState.REFUSED: "refuses us",
    FeedState.GONE: "is gone",
    FeedState.NOT_A_FEED: "answers with something that is no feed",
    FeedState.UNREACHABLE: "does not answer",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One passage about one claim, and the outlets that carry the same text."""

    item: DigestItem
    word: str
    title: str
    quote: str
    figures: tuple[str, ...]
    also_in: tuple[str, ...]
    copies: int
    heard: str  # of the claim, over all that is kept: "14 articles, 3 independent"
    published: str
    first_seen: str
    link: str
    command: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the stories shown under it and how many more there are."""

    title: str
    stories: list[Story]
    more: int


def compose(
    recipient: Recipient,
    list_title: str,
    items: Sequence[DigestItem],
    health: Sequence[FeedHealth],
    *,
    heard: Mapping[str, Sequence[Heard]] = MappingProxyType({}),
    period: str,
    now: datetime,
    next_at: datetime,
    public_url: str | None,
    mail_from_domain: str,
) -> Message:
    """The mail of that period. What needs a reader comes first: disputes, mixed, figures, denials, corrections, rulings.

    `heard`: of each claim in it, all the articles that speak of it, told before or not.
    """
    zone = ZoneInfo(recipient.zone)
    stories = _stories(items, heard, zone)
    sections: dict[str, list[Story]] = {"first": [], "reports": [], "context": []}
    for story in stories:
        sections[_section(story.item)].append(story)
    shown: list[Section] = []
    left = MOST_STORIES
    for name, title in (("first", "Needs a reader first"), ("reports", "New reports"), ("context", "Context")):
        kept = sections[name][:left]
        left -= len(kept)
        if sections[name]:
            shown.append(Section(title, kept, len(sections[name]) - len(kept)))
    troubled = [f for f in health if f.state in _TROUBLE]
    told = {
        "list_title": _line(list_title),
        "list": recipient.list_slug,
        "sections": shown,
        "summary": _summary(stories),
        "feeds": len(health),
        "answered": sum(f.state not in _TROUBLE and f.last_success is not None for f in health),
        "troubled": [_feed_line(f, zone) for f in troubled[:MAX_FEEDS_NAMED]],
        "troubled_more": max(0, len(troubled) - MAX_FEEDS_NAMED),
        "next": f"{next_at.astimezone(zone):%a %d %b %Y %H:%M} ({recipient.zone})",
        "public_url": public_url,
    }
    templates = _templates()
    subject = _line(templates.get_template("subject.txt.j2").render(told))[:MAX_SUBJECT]
    person = hashlib.sha256(recipient.address.encode()).hexdigest()[:12]
    thread = f"<thread.{recipient.list_slug}.{now.astimezone(zone):%Y-%m}.{person}@{mail_from_domain}>"
    return Message(
        to=recipient.address,
        subject=subject,
        message_id=f"<digest.{recipient.list_slug}.{period}.{person}@{mail_from_domain}>",
        text=templates.get_template("body.txt.j2").render(told),
        html=templates.get_template("body.html.j2").render(told),
        headers={
            "In-Reply-To": thread,
            "References": thread,
            "List-ID": f"claimwatch {recipient.list_slug} <{recipient.list_slug}.{mail_from_domain}>",
            "Auto-Submitted": "auto-generated",
            "Precedence": "bulk",
            "Content-Language": "en",
        },
    )


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("worker", "templates/digest"),
        autoescape=select_autoescape(("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _section(item: DigestItem) -> str:
    if item.relation in (Relation.DISPUTES, Relation.MIXED) or (
        item.relation is not Relation.CONTEXT and _TELLING & set(item.adds)
    ):
        return "first"
    return "context" if item.relation is Relation.CONTEXT else "reports"


def _stories(items: Sequence[DigestItem], heard: Mapping[str, Sequence[Heard]], zone: ZoneInfo) -> list[Story]:
    """One a claim, wording and article that is no copy: ten outlets with one agency's text are one story."""
    stories = []
    said = {claim_id: str(voices(some)) for claim_id, some in heard.items()}
    for same in _as_one(items):
        first = same[0]
        outlets = tuple(dict.fromkeys(_line(i.outlet) for i in same[1:] if i.outlet != first.outlet))
        seen, published = first.first_seen.astimezone(zone), first.published
        apart = published is not None and abs(first.first_seen - published) >= timedelta(days=1)
        stories.append(
            Story(
                item=first,
                word=_whose_word(first),
                title=_line(first.article_title),
                quote=_quote(first.quote),
                figures=tuple(
                    _figure(f) for f in first.figures if f.verdict is not None and f.verdict != "different-thing"
                ),
                also_in=outlets,
                copies=len({i.article_id for i in same}) - 1,
                heard=said.get(first.claim_id, ""),
                published=f"{published.astimezone(zone):%d %b %Y}" if published else "no date given",
                first_seen=f"{seen:%d %b %Y}" if apart or not published else "",
                link=first.article_url if re.match(r"https?://\S+\Z", first.article_url) else "",
                command=f"claimwatch article show {first.article_id}",
            )
        )
    return stories


def _whose_word(item: DigestItem) -> str:
    """The machine's with its score, until a person has ruled."""
    if item.machine is None:
        return f"machine's word, score {item.score:.2f}"
    if item.machine is item.relation:
        return "confirmed by a person"
    return f"a person's word; the machine said {item.machine}"


def _as_one(items: Sequence[DigestItem]) -> list[list[DigestItem]]:
    """The items that are shown as one, each with the one that is shown first.

    An article's passages are shown each for itself. What a copy of it says to the same effect goes with the passage of
    the same words, else with the first; so do the same words in a text too short to be known as a copy.
    """
    by_words: dict[tuple[str, str], list[DigestItem]] = {}
    by_side: dict[tuple[str, ArticleId, Relation], list[DigestItem]] = {}
    for item in sorted(items, key=lambda item: item.article_id != item.story):  # the original's first
        words, side = (item.claim_id, fold(item.quote)), (item.claim_id, item.story, item.relation)
        told = by_words.get(words) or by_side.get(side)
        if told is None or (words not in by_words and told[0].article_id == item.article_id):
            told = []
        told.append(item)
        by_words.setdefault(words, told)
        by_side.setdefault(side, told)
    order = {item.finding_id: at for at, item in enumerate(items)}
    found = {id(told): told for told in by_words.values()}
    return sorted(found.values(), key=lambda told: min(order[item.finding_id] for item in told))


def _quote(text: str) -> str:
    words = _line(text).split(" ")
    return " ".join(words[:MAX_QUOTE_WORDS]) + (" …" if len(words) > MAX_QUOTE_WORDS else "")


def _figure(figure: Figure) -> str:
    low, high = (f"{n:,.0f}" if n == int(n) else f"{n:,}" for n in (figure.low, figure.high))
    bound = "" if figure.bound is Bound.EXACT else f"{figure.bound.value} "
    amount = low if low == high else f"{low} to {high}"
    return _line(f"“{figure.quote}” ({bound}{'about ' if figure.approx else ''}{amount}): {figure.verdict}")


def _summary(stories: Sequence[Story]) -> str:
    """ "2 disputing, 1 mixed, 5 for context": every story once."""
    counts: dict[str, int] = {}
    for story in stories:
        item = story.item
        word = {
            Relation.DISPUTES: "disputing",
            Relation.MIXED: "mixed",
            Relation.SUPPORTS: "supporting",
            Relation.UNCLEAR: "unclear",
            Relation.CONTEXT: "for context",
        }[item.relation]
        counts[word] = counts.get(word, 0) + 1
    order = ("disputing", "mixed", "supporting", "unclear", "for context")
    return ", ".join(f"{counts[word]} {word}" for word in order if word in counts)


def _feed_line(feed: FeedHealth, zone: ZoneInfo) -> str:
    since = f" since {feed.since.astimezone(zone):%d %b %Y}" if feed.since else ""
    last = (
        f", last good answer {feed.last_success.astimezone(zone):%d %b %Y}"
        if feed.last_success
        else ", no good answer yet"
    )
    return _line(f"{feed.outlet}: {_TROUBLE[feed.state]}{since}{last} ({feed.url})")


def _line(text: str) -> str:
    """One line without control or direction marks, so that no title can break a header or turn the line around."""
    return " ".join(_CONTROL.sub(" ", unicodedata.normalize("NFC", text)).split())
