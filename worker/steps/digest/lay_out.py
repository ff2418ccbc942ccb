"""A reader's news to sections: what needs a reader, reports, context; capped, counted, and summed up in a line. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from schedules.sources import Deafness
from storage.records import ArticleEvent, ArticleId, ClaimId, DigestItem, Relation, Source
from worker.steps.digest.chart import Chart, chart, new_figures
from worker.steps.digest.marks import line
from worker.steps.digest.news import Followed
from worker.steps.digest.stories import Story, http_only, stories
from worker.steps.ledger import Series

# Stories shown in one mail, some twenty screens of a phone; write.py takes fewer where they would be too large.
MOST_STORIES = 20
# Of one claim in each section: a flood on one claim hides none of the others.
_OF_A_CLAIM = {"first": 4, "reports": 2, "context": 1}
# So much of all may have been given to stories at the end of each section: a flood of one hides none of the others.
_SHARE = {"first": 0.7, "reports": 0.9, "context": 1.0}
_TITLES = {"first": "Needs a reader first", "reports": "New reports", "context": "Context"}
_MOST_LINES = 12  # of claims of which nothing is shown, and of articles that changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that a letter is made of.

    `claims`: id and text, in the order of the list. `series`: the figures of claims that have news with one.
    `only_first`: nothing but what needs a reader. `quiet_since`: nothing was new since then, and the reader wishes to hear it.
    """

    list_slug: str
    list_title: str
    claims: Mapping[ClaimId, str]
    zone: ZoneInfo
    now: datetime
    next_at: datetime
    sources: Sequence[Source]
    items: Sequence[DigestItem] = ()
    series: Mapping[ClaimId, Sequence[Series]] = field(default_factory=dict)
    followed: Sequence[Followed] = ()
    deafness: Sequence[Deafness] = ()
    only_first: bool = False
    quiet_since: datetime | None = None
    public_url: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that is told in a line or two: an article that changed, sources that are silent."""

    says: str
    title: str = ""
    link: str = ""
    lang: str = ""
    article_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A claim with its stories. `more`: how many are not shown; `query` finds all of them.

    The claim's text stands beside the first passage, and beside others where something in it is marked.
    """

    claim_id: ClaimId
    text: str
    chart: Chart | None
    stories: tuple[Story, ...]
    more: int
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading, lines, claims with stories and those of which none is shown. `more_...`: how many are not even named."""

    title: str
    lines: tuple[Line, ...] = ()
    blocks: tuple[Block, ...] = ()
    bare: tuple[Block, ...] = ()
    more_lines: int = 0
    more_claims: int = 0
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a letter shows, and which of the findings it thereby tells. `summary`: what it holds, in a line."""

    sections: tuple[Section, ...]
    summary: str
    told: tuple[DigestItem, ...]
    only_story: Story | None = field(default=None)


def claims_shown(layout: Layout) -> set[ClaimId]:
    """The claims of which a story is shown."""
    return {block.claim_id for section in layout.sections for block in section.blocks if block.stories}


def lay_out(told: Material, *, most: int = MOST_STORIES) -> Layout:
    """The sections with at most so many stories in all."""
    by_claim: dict[ClaimId, list[DigestItem]] = {}
    echoes = [item for item in told.items if item.echo and not told.only_first]
    for item in told.items:
        if not item.echo:
            by_claim.setdefault(item.claim_id, []).append(item)
    news = {item.finding_id for item in told.items if not item.echo}
    parted: dict[str, dict[ClaimId, list[Story]]] = {name: {} for name in _TITLES}
    charts: dict[ClaimId, Chart] = {}
    for claim_id, items in by_claim.items():
        series = told.series.get(claim_id, ())
        if drawn := chart(series, news):
            charts[claim_id] = drawn
        for story in stories(items, new_figures(series, news), told.zone):
            parted[_section(story)].setdefault(claim_id, []).append(story)
    if told.only_first:
        parted = {"first": parted["first"]}
    lines = [*map(_silence(told), told.deafness), *(_changed(one, told) for one in told.followed)]
    for some in parted["first"].values():
        some.sort(key=lambda story: _ORDER.index(story.why_first))
    given, sections = 0, []
    for name, of_claims in parted.items():
        blocks = _blocks(name, of_claims, int(most * _SHARE[name]) - given, charts)
        given += sum(len(block.stories) for block in blocks)
        own = lines if name == "first" else _echoes(echoes) if name == "reports" else []
        bare = [block for block in blocks if not block.stories]
        if blocks or own:
            sections.append(
                Section(
                    title=_TITLES[name],
                    lines=tuple(own[:_MOST_LINES]),
                    blocks=tuple(block for block in blocks if block.stories),
                    bare=tuple(bare[:_MOST_LINES]),
                    more_lines=max(0, len(own) - _MOST_LINES),
                    more_claims=max(0, len(bare) - _MOST_LINES),
                    query=_found(item for some in of_claims.values() for story in some for item in story.items),
                )
            )
    all_stories = [story for of_claims in parted.values() for some in of_claims.values() for story in some]
    alone = all_stories[0] if len(all_stories) == 1 and not lines else None
    return Layout(
        sections=tuple(sections),
        summary=_summary(parted, told),
        told=(*(item for story in all_stories for item in story.items), *echoes),
        only_story=alone,
    )


def _section(story: Story) -> str:
    if story.why_first:
        return "first"
    return "context" if story.item.relation is Relation.CONTEXT else "reports"


def _blocks(
    name: str, of_claims: Mapping[ClaimId, Sequence[Story]], room: int, charts: dict[ClaimId, Chart]
) -> list[Block]:
    """A block a claim, with `room` for so many stories: each claim's first, then each one's second, and so on.

    A claim's chart stands where it is first spoken of.
    """
    ranks = sorted(rank for some in of_claims.values() for rank in range(min(len(some), _OF_A_CLAIM[name])))[:room]
    left = Counter(ranks)
    blocks = []
    for claim_id, some in of_claims.items():
        shown = []
        for rank, story in enumerate(some[: _OF_A_CLAIM[name]]):
            if left[rank]:
                left[rank] -= 1
                shown.append(_beside(story, first=rank == 0))
        items = [item for story in some for item in story.items]
        said = ",".join(sorted({item.relation.value for item in items}))
        blocks.append(
            Block(
                claim_id=claim_id,
                text=line(items[0].claim_text),
                chart=charts.pop(claim_id, None) if shown and name != "context" else None,
                stories=tuple(shown),
                more=len(some) - len(shown),
                query=f"claim:{claim_id} relation:{said} {_found(items)}",
            )
        )
    return blocks


def _beside(story: Story, *, first: bool) -> Story:
    """With the claim beside it, or without: seven passages need not repeat it seven times."""
    return story if first or any(run.differs for run in story.claim) else replace(story, claim=())


def _found(items: Iterable[DigestItem]) -> str:
    """The term of a query for what was found in the days of these; days are UTC."""
    days = sorted(f"{item.found_at:%Y-%m-%d}" for item in items)
    return f"found:{days[0]}..{days[-1]}" if days else ""


# What is said of an article, by the weightiest of what happened to it.
_CHANGES = {
    ArticleEvent.GONE: "taken down",
    ArticleEvent.CORRECTED: "corrected by its outlet",
    ArticleEvent.VANISHED: "edited: the passage under a finding is gone from it",
    ArticleEvent.EDITED: "edited by its outlet",
    ArticleEvent.BACK: "there again",
}


def _echoes(items: Sequence[DigestItem]) -> list[Line]:
    """A line a text that the reader knows and that more outlets carry now."""
    by_story: dict[ArticleId, list[DigestItem]] = {}
    for item in items:
        by_story.setdefault(item.story, []).append(item)
    found = []
    for same in by_story.values():
        outlets = ", ".join(dict.fromkeys(line(item.outlet) for item in same))
        claims = ", ".join(dict.fromkeys(item.claim_id for item in same))
        says = f"A text that you were told of stands now also in: {outlets} (it speaks of {claims})"
        first = same[0]
        found.append(
            Line(says=says, title=line(first.article_title)[:300], link=http_only(first.article_url), lang=first.lang)
        )
    return found


def _weightiest(one: Followed) -> ArticleEvent:
    there = (ArticleEvent.GONE, ArticleEvent.BACK)
    kinds = [event.kind for event in one.events]
    last = next((kind for kind in reversed(kinds) if kind in there), None)
    return next(kind for kind in _CHANGES if kind in kinds and (kind is last or kind not in there))


def _changed(one: Followed, told: Material) -> Line:
    kind = _weightiest(one)
    event = next(event for event in reversed(one.events) if event.kind is kind)
    edits = sum(event.kind in (ArticleEvent.EDITED, ArticleEvent.CORRECTED) for event in one.events)
    times = f", {edits} times" if edits > 1 else ""
    detail = f": {event.detail}" if event.detail and kind is not ArticleEvent.GONE else ""
    of = ", ".join(one.claims)
    says = f"{event.outlet}, {event.at.astimezone(told.zone):%d %b %Y}: {_CHANGES[kind]}{times}{detail} (it speaks of {of})"
    return Line(
        says=line(says),
        title=line(event.title)[:300],
        link=http_only(event.url),
        lang=event.lang,
        article_id=event.article_id,
    )


def _silence(told: Material) -> Any:
    def says(one: Deafness) -> Line:
        since = f"{one.since.astimezone(told.zone):%d %b %Y}"
        if not one.outlets:
            return Line(
                says=f"No source has answered since {since}: that nothing comes tells nothing. See: claimwatch doctor"
            )
        names = line(", ".join(one.outlets))
        only = "the only outlet that spoke" if len(one.outlets) == 1 else "the only outlets that spoke"
        return Line(says=f"{names}: not heard since {since}; {only} of {', '.join(one.claims)}")

    return says


_COUNTED = {
    "correction": ("correction", "corrections"),
    "denial": ("denial", "denials"),
    "ruling": ("ruling", "rulings"),
    "new figure": ("new figure", "new figures"),
    "disputes": ("disputing", "disputing"),
    "mixed": ("mixed", "mixed"),
}
_ORDER = tuple(_COUNTED)
_EVENTS = {
    ArticleEvent.GONE: ("article taken down", "articles taken down"),
    ArticleEvent.CORRECTED: ("article corrected", "articles corrected"),
    ArticleEvent.VANISHED: ("passage gone", "passages gone"),
    ArticleEvent.EDITED: ("article edited", "articles edited"),
    ArticleEvent.BACK: ("article back", "articles back"),
}


def _summary(parted: Mapping[str, Mapping[ClaimId, Sequence[Story]]], told: Material) -> str:
    """ "1 denial, 2 new figures, 1 article corrected; 5 reports; 3 for context": every story once."""
    first = [story.why_first for some in parted["first"].values() for story in some]
    kinds = [_weightiest(one) for one in told.followed]
    parts = [many(first.count(name), *words) for name, words in _COUNTED.items() if name in first]
    parts += [many(kinds.count(kind), *words) for kind, words in _EVENTS.items() if kind in kinds]
    if told.deafness and not told.deafness[0].outlets:
        parts.append("no source answers")
    elif told.deafness:
        parts.append(
            many(len({c for one in told.deafness for c in one.claims}), "claim's sources", "claims' sources")
            + " silent"
        )
    rest = [
        many(sum(map(len, of_claims.values())), *words)
        for name, words in (("reports", ("report", "reports")), ("context", ("for context", "for context")))
        if (of_claims := parted.get(name))
    ]
    return "; ".join(filter(None, [", ".join(parts), *rest])) or "nothing new"


def many(n: int, one: str, several: str = "") -> str:
    """ "1 source", "5 sources"; `several` where that is no mere s."""
    return f"{n} {one if n == 1 else several or one + 's'}"
