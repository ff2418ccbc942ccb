"""What is news to whom: findings and events that no letter told a reader yet. Pure.

Told is told: another judge, or an edit of the page, says a thing again only if the relation is another, or if the edit
brought a figure that was not told. A finding that was told itself goes by what was last told of it: a person's word may
change its relation, and change it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from storage.records import (
    ArticleId,
    Change,
    ClaimId,
    FindingId,
    Happened,
    LetterId,
    Relation,
    RevisionId,
    Told,
)

Figures = frozenset[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A finding that is news to a reader. `was`: as what they were told of the article and the claim before.

    `echo`: a copy of a text that they were told of, to the same effect: it alone makes no letter.
    """

    change: Change
    was: Relation | None = None
    echo: bool = False


class Memory:
    """What one reader was told: by the letters that they got."""

    def __init__(self, told: Iterable[Told]) -> None:
        """`told`: in the order in which letters told it."""
        self.last: dict[FindingId, Relation] = {}
        self.pairs: dict[tuple[ClaimId, ArticleId], list[Told]] = {}
        self.articles: dict[ArticleId, datetime] = {}  # since when the reader knows of them
        self.claims: dict[ArticleId, dict[ClaimId, None]] = {}
        self.stories: set[tuple[ClaimId, ArticleId, Relation]] = set()
        for one in told:
            self.last[one.finding_id] = one.relation
            self.pairs.setdefault((one.claim_id, one.article_id), []).append(one)
            self.articles.setdefault(one.article_id, one.composed_at)
            self.claims.setdefault(one.article_id, {})[one.claim_id] = None
            self.stories.add((one.claim_id, one.story, one.relation))


def of_letters(told: Sequence[Told], letters: frozenset[LetterId]) -> Memory:
    """The memory of whoever got these letters."""
    return Memory(one for one in told if one.letter_id in letters)


def untold(
    changes: Sequence[Change],
    memory: Memory,
    *,
    began: datetime,
    figures: Mapping[FindingId, Figures],
    earlier: Memory | None = None,
) -> tuple[News, ...]:
    """Those of the changes that are news to a reader who began then. `figures`: of those that `edited` names.

    What was there before the reader began, or stood in a feed's baseline and is not dated since, is no news; what an edit
    makes of it since is, as if they knew what it said before (`earlier`).
    """
    found = []
    for one in changes:
        key = (one.claim_id, one.article_id)
        before = memory.pairs.get(key, [])
        if is_old(one, began):
            if one.edited_at is None or one.edited_at < began:
                continue
            before = [*(earlier.pairs.get(key, []) if earlier else []), *before]
        last = memory.last.get(one.finding_id)
        if not _is_told(one, last, before, figures):
            was = last or (before[-1].relation if before else None)
            echo = not before and (one.claim_id, one.story, one.relation) in memory.stories
            found.append(News(change=one, was=was if was is not one.relation else None, echo=echo))
    return tuple(found)


def is_old(one: Change, began: datetime) -> bool:
    """It was there before the reader began: kept by then, or in a feed's baseline and not dated since."""
    return one.first_seen < began or (one.in_baseline and (one.published is None or one.published < began))


def _is_told(one: Change, last: Relation | None, before: Sequence[Told], figures: Mapping[FindingId, Figures]) -> bool:
    if last is not None:
        return last is one.relation
    same = [told for told in before if told.relation is one.relation]
    if not same or any(told.revision_id == one.revision_id for told in same):
        return bool(same)
    known = frozenset().union(*(told.figures for told in same))
    return figures.get(one.finding_id, frozenset()) <= known


def edited(changes: Sequence[Change], told: Iterable[Told]) -> set[FindingId]:
    """Findings whose article and claim were told, of another revision: their figures decide whether they are news."""
    revisions: dict[tuple[ClaimId, ArticleId], set[RevisionId]] = {}
    for one in told:
        revisions.setdefault((one.claim_id, one.article_id), set()).add(one.revision_id)
    return {
        one.finding_id
        for one in changes
        if (known := revisions.get((one.claim_id, one.article_id))) and one.revision_id not in known
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What became of one article that a reader was told of, its events in order, and of which claims it speaks."""

    events: tuple[Happened, ...]
    claims: tuple[ClaimId, ...]


def followed(happened: Sequence[Happened], memory: Memory, noticed: frozenset[str]) -> tuple[Followed, ...]:
    """The events of articles after a reader was told of them, that no letter told the reader yet: one an article."""
    fresh = [
        one
        for one in happened
        if one.article_id in memory.articles
        and one.at > memory.articles[one.article_id]
        and notice_of(one) not in noticed
        # a passage may have stood under another list's claim
        and (not one.claims or memory.claims[one.article_id].keys() & set(one.claims))
    ]
    by_article = groupby(sorted(fresh, key=lambda one: (one.article_id, one.event_id)), key=lambda one: one.article_id)
    found = []
    for article_id, some in by_article:
        events = tuple(some)
        about = {claim: None for event in events for claim in event.claims}
        found.append(Followed(events=events, claims=tuple(about or memory.claims[article_id])))
    return tuple(found)


def notice_of(event: Happened) -> str:
    """The name under which an event is told once."""
    return f"event:{event.event_id}"
