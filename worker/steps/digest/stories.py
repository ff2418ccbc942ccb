"""Findings to stories: one a claim, wording and article that is no copy, with all that is told of it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from storage.folding import fold
from storage.records import Adds, ArticleId, DigestItem, Figure, Relation, Verdict
from worker.steps.digest import marks
from worker.steps.digest.chart import New
from worker.steps.digest.marks import Run, line
from worker.steps.figure_words import in_words

# What a finding adds that no reader wants to miss.
_TELLING = (Adds.CORRECTION, Adds.DENIAL, Adds.RULING)
# What the judge is less sure of, and nothing else speaks for, is a report: of its words with such scores every second was
# wrong (docs/method.md), and who is called for nothing three times does not come again.
_SURE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One passage beside its claim, and the outlets that carry the same text.

    `whose`: whose word the relation is. `why_first`: what makes it need a reader, in a word ("denial", "new figure",
    "disputes"), "" if nothing does. `items`: all findings that are told by it. `copies`: articles with the same text.
    `passages`: of the article that say so.
    """

    item: DigestItem
    items: tuple[DigestItem, ...]
    whose: str
    why_first: str
    title: str
    claim: tuple[Run, ...]
    passage: tuple[Run, ...]
    figures: tuple[str, ...]
    by: str
    reason: str
    also_in: tuple[str, ...]
    copies: int
    link: str
    passages: int = 1

    @property
    def turned(self) -> str:
        """ "told before as supports", or nothing."""
        return f"told before as {self.item.was}" if self.item.was else ""


def stories(items: Sequence[DigestItem], new: New, zone: ZoneInfo) -> list[Story]:
    """The stories of one claim's items, in their order. `new`: figures of what the claim counts that nobody told before.

    Of one article that says the same of the claim again and again, what comes first is shown; a denial or a figure always.
    """
    found: list[Story] = []
    said: dict[tuple[ArticleId, Relation], int] = {}
    for same in _as_one(items):
        story = _story(same, new, zone)
        key = (story.item.article_id, story.item.relation)
        if key in said and story.why_first in ("", story.item.relation.value):
            first = found[said[key]]
            found[said[key]] = replace(first, items=first.items + story.items, passages=first.passages + 1)
            continue
        said.setdefault(key, len(found))
        found.append(story)
    return found


def _story(same: Sequence[DigestItem], new: New, zone: ZoneInfo) -> Story:
    """Ten outlets with one agency's text are one story."""
    first = same[0]
    outlets = tuple(dict.fromkeys(line(i.outlet) for i in same[1:] if i.outlet != first.outlet))
    compared = [f for f in first.figures if f.verdict is not None and f.verdict is not Verdict.DIFFERENT_THING]
    return Story(
        item=first,
        items=tuple(same),
        whose=_whose_word(first),
        why_first=_why_first(first, compared, new),
        title=line(first.article_title)[:300] or "(without a title)",
        claim=marks.claim(first.claim_text, compared),
        passage=marks.passage(first.quote, compared, first.voice),
        figures=tuple(
            _figure(f, new=(first.finding_id, f.low, f.high) in new and f.verdict is not Verdict.SAME) for f in compared
        ),
        by=_by(first, zone),
        reason=line(first.reason),
        also_in=outlets,
        copies=len({i.article_id for i in same}) - 1,
        link=http_only(first.article_url),
    )


def http_only(url: str) -> str:
    """The address if a reader may go there, else nothing. What is beyond ASCII in it is encoded: some of it turns lines
    around, or is ours (write.py).
    """
    return quote(url, safe="!#$%&'()*+,/:;=?@[]~") if re.fullmatch(r"https?://[^\s\"<>]+", url) else ""


def _whose_word(item: DigestItem) -> str:
    """The machine's with its score, until a person has ruled."""
    if item.machine is None:
        return f"machine's word, score {item.score:.2f}"
    if item.machine is item.relation:
        return "confirmed by a person"
    return f"a person's word; the machine said {item.machine}"


def _why_first(item: DigestItem, compared: Sequence[Figure], new: New) -> str:
    if item.relation is not Relation.CONTEXT:
        for adds in _TELLING:
            if adds in item.adds:
                return adds.value
    if any((item.finding_id, f.low, f.high) in new and f.verdict is not Verdict.SAME for f in compared):
        return "new figure"
    sure = item.score >= _SURE or item.machine is not None
    return item.relation.value if sure and item.relation in (Relation.DISPUTES, Relation.MIXED) else ""


def _figure(figure: Figure, *, new: bool) -> str:
    """ "“1,600 civilians” (more than 1,600): lower, new"."""
    return line(f"“{figure.quote}” ({in_words(figure)}): {figure.verdict}{', new' if new else ''}")


def _by(item: DigestItem, zone: ZoneInfo) -> str:
    """ "Sample Monitor (NGO), GB, 25 Apr 2019, first seen 23 Nov 2026"."""
    published, seen = item.published, item.first_seen
    apart = published is None or abs(seen - published) >= timedelta(days=1)
    kind = f" ({item.outlet_kind})" if item.outlet_kind else ""
    parts = [f"{item.outlet}{kind}", item.country]
    parts.append(f"{published.astimezone(zone):%d %b %Y}" if published else "no date given")
    parts.append(f"first seen {seen.astimezone(zone):%d %b %Y}" if apart else "")
    return line(", ".join(filter(None, parts)))


def _as_one(items: Sequence[DigestItem]) -> list[list[DigestItem]]:
    """The items that are shown as one, each with the one that is shown first.

    An article's passages are shown each for itself. What a copy of it says to the same effect goes with the passage of
    the same words, else with the first; so do the same words in a text too short to be known as a copy.
    """
    by_words: dict[str, list[DigestItem]] = {}
    by_side: dict[tuple[ArticleId, Relation], list[DigestItem]] = {}
    for item in sorted(items, key=lambda item: item.article_id != item.story):  # the original's first
        words, side = fold(item.quote), (item.story, item.relation)
        told = by_words.get(words) or by_side.get(side)
        if told is None or (words not in by_words and told[0].article_id == item.article_id):
            told = []
        told.append(item)
        by_words.setdefault(words, told)
        by_side.setdefault(side, told)
    order = {item.finding_id: at for at, item in enumerate(items)}
    found = {id(told): told for told in by_words.values()}
    return sorted(found.values(), key=lambda told: min(order[item.finding_id] for item in told))


def isolated(text: str) -> str:
    """The text, set apart from the direction of what is around it if it runs from the right."""
    if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text):
        return f"\u2068{text}\u2069"
    return text
