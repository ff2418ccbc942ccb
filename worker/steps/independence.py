"""How many voices there are among articles that speak of one claim: reprints, one owner's outlets, one agency's report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from storage.records import ArticleId, Heard
from worker.steps.outlets import same_name


class Tie(StrEnum):
    """What makes two articles one voice, as it is told."""

    TEXT = "same text"
    OUTLET = "same outlet"
    OWNER = "same owner"
    WIRE = "same wire text"
    SOURCE = "taken from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Why these articles are one voice: "same wire text: Reuters"."""

    tie: Tie
    name: str
    articles: tuple[ArticleId, ...]

    def __str__(self) -> str:
        return f"{self.tie.value}: {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Articles that count as one voice, and all that makes them one; one alone has no reason."""

    articles: tuple[ArticleId, ...]
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """How many articles, and of how many voices. `copies`: articles that repeat the text of another of them."""

    articles: int
    independent: int
    copies: int
    groups: tuple[Group, ...]

    def __str__(self) -> str:
        """ "14 articles, 3 independent"; of one article alone there is nothing to tell."""
        many = "1 article" if self.articles == 1 else f"{self.articles} articles"
        return many if self.articles < 2 else f"{many}, {self.independent} independent"


def voices(heard: Iterable[Heard]) -> Voices:
    """The independent voices among articles on one claim, the largest group first.

    Whatever ties two articles makes them one, and so do chains of ties. So the number is the least there are: an outlet
    that reprints an agency and reports for itself counts with that agency, once.
    """
    by_id = {one.article_id: one for one in heard}
    ties = _ties(sorted(by_id.values(), key=lambda one: one.article_id))
    root = {article: article for article in by_id}

    def of(article: ArticleId) -> ArticleId:
        while root[article] != article:
            root[article] = root[root[article]]
            article = root[article]
        return article

    for join in ties:
        for other in join.articles[1:]:
            first, second = sorted((of(join.articles[0]), of(other)))
            root[second] = first
    members: dict[ArticleId, list[ArticleId]] = {}
    for article in sorted(by_id):
        members.setdefault(of(article), []).append(article)
    reasons: dict[ArticleId, list[Join]] = {}
    for join in ties:
        reasons.setdefault(of(join.articles[0]), []).append(join)
    groups = [Group(articles=tuple(told), joins=tuple(reasons.get(first, ()))) for first, told in members.items()]
    groups.sort(key=lambda group: (-len(group.articles), group.articles[0]))
    stories = len({one.story for one in by_id.values()})
    return Voices(articles=len(by_id), independent=len(groups), copies=len(by_id) - stories, groups=tuple(groups))


def _ties(heard: Sequence[Heard]) -> list[Join]:
    """Every reason for which two or more of the articles are one voice; of two that join the same, the plainer."""
    texts: dict[ArticleId, list[ArticleId]] = {}
    named: dict[str, dict[ArticleId, Tie]] = {}
    called: dict[str, str] = {}
    for one in heard:
        texts.setdefault(one.story, []).append(one.article_id)
        # the strongest word last: an agency's own piece is its outlet's, a reprint is the agency's
        for tie, name in (
            (Tie.SOURCE, _source(one)),
            (Tie.OUTLET, one.outlet),
            (Tie.OWNER, one.owner),
            (Tie.WIRE, one.wire),
        ):
            if key := same_name(name):
                named.setdefault(key, {})[one.article_id] = tie
                called[key] = min(called.get(key, name), name, key=lambda name: (len(name), name))
    joins = [
        Join(tie=Tie.TEXT, name=f"story {story}", articles=tuple(told)) for story, told in texts.items() if told[1:]
    ]
    for key, told in named.items():
        ties = set(told.values())
        if len(told) > 1 and tuple(told) not in {join.articles for join in joins}:
            tie = next(tie for tie in (Tie.SOURCE, Tie.WIRE, Tie.OWNER, Tie.OUTLET) if tie in ties)
            joins.append(Join(tie=tie, name=called[key], articles=tuple(told)))
    return joins


def _source(one: Heard) -> str:
    """From whom the article has what it says of the claim, if all of that is from one."""
    sources = {same_name(name): name for name in sorted(one.relayed)}
    return next(iter(sources.values())) if len(sources) == 1 else ""
