"""The fields of the query language: one table of what each is called, what it takes and what it is asked of. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from storage.records import Adds, ClaimKind, Relation
from storage.search.errors import BadQuery, did_you_mean
from storage.search.query import Sort
from storage.search.values import number_range, span, until, whole_range

# Far enough, and days can be added to it.
_LAST = datetime(9000, 1, 1, tzinfo=UTC)

Reader = Callable[[str, str, datetime], Any]


class Of(StrEnum):
    """What a field is asked of. CLAIM: of all that answers on a claim together. CONTROL: of the answer, not of what is in it."""

    ARTICLE = "article"
    FINDING = "finding"
    CLAIM = "claim"
    CONTROL = "control"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldKind:
    """A field: what it is asked of, how a value is read, and what it means in a line of help."""

    of: Of
    read: Reader
    help: str


def _word(told: str, name: str, _now: datetime) -> str:
    if not told.strip():
        raise BadQuery(f"{name}: nothing stands behind the colon")
    return told


def _low(told: str, name: str, now: datetime) -> str:
    return _word(told, name, now).lower()


def _one_of(known: tuple[str, ...]) -> Reader:
    def read(told: str, name: str, _now: datetime) -> str:
        if told.lower() not in known:
            raise BadQuery(f"{name}:{told} is none of them{did_you_mean(told, known)}")
        return told.lower()

    return read


def _pattern(told: str, name: str, now: datetime) -> str:
    """A claim's id, or the beginning of some with a * at its end."""
    low = _low(told, name, now)
    if not re.fullmatch(r"[^*%]+\*?|\*", low):
        raise BadQuery(f"{name}:{told}: expected an id, or its beginning and a *")
    return low


def _url(told: str, name: str, now: datetime) -> str:
    return _word(told, name, now)


def _domain(told: str, name: str, now: datetime) -> str:
    low = _low(told, name, now).strip(".")
    if not re.fullmatch(r"[^\s/:*]+", low):
        raise BadQuery(f"{name}:{told}: expected a domain such as bbc.com")
    try:
        return low.encode("idna").decode()
    except UnicodeError:
        raise BadQuery(f"{name}:{told}: expected a domain such as bbc.com") from None


def _span(told: str, name: str, now: datetime) -> Any:
    return span(told, name, now)


def _instant(told: str, name: str, now: datetime) -> datetime:
    """The end of a day, or the instant so long ago."""
    instant = until(told, name, now).end
    assert instant is not None  # noqa: S101 - one day has both ends
    return min(instant, _LAST)


def _range(told: str, name: str, _now: datetime) -> Any:
    return number_range(told, name)


def _voices(told: str, name: str, _now: datetime) -> Any:
    return whole_range(told, name)


def _limit(told: str, name: str, _now: datetime) -> int:
    if not re.fullmatch(r"\d{1,4}", told) or not 1 <= int(told) <= 1000:
        raise BadQuery(f"{name}:{told}: expected a number from 1 to 1000")
    return int(told)


HAS = ("correction", "fulltext", "archive", "figure", "ruling", "finding", "edit")
IS = ("copy", "seed", "baseline", "gone", "moved", "confirmed", "wire")
BY = ("person", "model", "rules")

FIELDS: dict[str, FieldKind] = {
    "claim": FieldKind(of=Of.FINDING, read=_pattern, help="a claim's id, or its beginning: claim:raqqa-*"),
    "topic": FieldKind(of=Of.FINDING, read=_low, help="a topic of the watch list"),
    "claim-kind": FieldKind(
        of=Of.FINDING,
        read=_one_of(tuple(k.value for k in ClaimKind)),
        help="reported, figure, allegation, opinion, legal",
    ),
    "relation": FieldKind(
        of=Of.FINDING,
        read=_one_of(tuple(r.value for r in Relation if r is not Relation.UNRELATED)),
        help="supports, disputes, mixed, context, unclear",
    ),
    "adds": FieldKind(
        of=Of.FINDING, read=_one_of(tuple(a.value for a in Adds)), help="figure, denial, correction, ..."
    ),
    "by": FieldKind(of=Of.FINDING, read=_one_of(BY), help="whose word it is: person, model or rules"),
    "score": FieldKind(of=Of.FINDING, read=_range, help="score:>0.8"),
    "event": FieldKind(of=Of.FINDING, read=_span, help="when what the claim speaks of took place: event:2017-10"),
    "found": FieldKind(of=Of.FINDING, read=_span, help="when it was found: relation:disputes found:7d"),
    "figure": FieldKind(of=Of.FINDING, read=_range, help="a figure in the passage: figure:>1000, figure:1000..2000"),
    "counts": FieldKind(of=Of.FINDING, read=_low, help="what a figure counts: counts:civilians"),
    "entity": FieldKind(of=Of.ARTICLE, read=_low, help="every name of an entity of the watch list, in all scripts"),
    "source": FieldKind(of=Of.ARTICLE, read=_word, help="an outlet's name or its beginning: source:bbc,reuters"),
    "domain": FieldKind(of=Of.ARTICLE, read=_domain, help="domain:bbc.com, with all below it"),
    "country": FieldKind(of=Of.ARTICLE, read=_low, help="where the outlet sits: country:TR"),
    "lang": FieldKind(of=Of.ARTICLE, read=_low, help="lang:ar"),
    "kind": FieldKind(of=Of.ARTICLE, read=_low, help="a word of what the outlet is: kind:ngo"),
    "published": FieldKind(of=Of.ARTICLE, read=_span, help="published:2017-12..2018-03, both ends included, UTC"),
    "since": FieldKind(of=Of.ARTICLE, read=_span, help="published on that day or later: since:30d"),
    "until": FieldKind(of=Of.ARTICLE, read=until, help="published on that day or earlier: until:2019-01-01"),
    "seen": FieldKind(of=Of.ARTICLE, read=_span, help="first seen by us: seen:today"),
    "has": FieldKind(of=Of.ARTICLE, read=_one_of(HAS), help=", ".join(HAS)),
    "is": FieldKind(of=Of.ARTICLE, read=_one_of(IS), help=", ".join(IS)),
    "url": FieldKind(of=Of.ARTICLE, read=_url, help="an article's address"),
    "voices": FieldKind(
        of=Of.CLAIM, read=_voices, help="of how many independent voices, in a search of claims: voices:>=2"
    ),
    "sort": FieldKind(
        of=Of.CONTROL, read=_one_of(tuple(s.value for s in Sort)), help="published, oldest, seen, relevance"
    ),
    "limit": FieldKind(of=Of.CONTROL, read=_limit, help="at most so many, up to 1000"),
    "as-of": FieldKind(of=Of.CONTROL, read=_instant, help="as the store would have answered at the end of that day"),
}
