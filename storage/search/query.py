"""A query as it is understood: a tree of terms, and how the answer is wanted. Pure records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage.search.values import Range


class Sort(StrEnum):
    """PUBLISHED: newest first by the date an article goes by. SEEN: by when we first saw it. RELEVANCE: by its words."""

    PUBLISHED = "published"
    OLDEST = "oldest"
    SEEN = "seen"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True)
class Text:
    """A word or phrase that stands in title or text."""

    told: str
    phrase: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """`name:value,value`: one of the values holds. `values` are what storage/search/fields.py read out of them."""

    name: str
    told: tuple[str, ...]
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """The term does not hold."""

    term: Term


@dataclass(frozen=True, slots=True)
class All:
    """Every term holds."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Some term holds."""

    terms: tuple[Term, ...]


Term = Text | Field | Not | All | AnyOf


def leaves(term: Term) -> Iterator[Text | Field]:
    """All words, phrases and fields in the term, whether they are asked for or to be left out."""
    match term:
        case Text() | Field():
            yield term
        case Not():
            yield from leaves(term.term)
        case All() | AnyOf():
            for part in term.terms:
                yield from leaves(part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked. `as_of`: as the store would have answered at that instant. `asked`: the query as it was understood.

    `voices`: of claims alone, from how many independent voices the findings on one come that answer.
    """

    where: All = field(default_factory=lambda: All(()))
    sort: Sort = Sort.PUBLISHED
    limit: int | None = None
    as_of: datetime | None = None
    with_copies: bool = False
    voices: Range | None = None
    asked: str = ""

    @property
    def hides_copies(self) -> bool:
        """Copies and re-posts of the seed are left out."""
        return bool(self.where.terms) and not self.with_copies
