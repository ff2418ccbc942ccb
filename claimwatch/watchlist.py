"""A watch-list file to a WatchList: YAML by a schema; a mistake names file, line, field and what was expected."""

from __future__ import annotations

import difflib
import re
import sys
from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

import schedules
from claimwatch.errors import BadInput
from storage.records import (
    Bound,
    Cadence,
    Channel,
    Claim,
    ClaimId,
    ClaimKind,
    Entity,
    FeedSpec,
    Figure,
    RecipientSpec,
    Seed,
    Topic,
    WatchList,
)
from storage.slugs import EXPECTED, is_slug
from worker.steps.fingerprint import read_fingerprint
from worker.steps.read_figures import WORDS

DEFAULT_WATCH_LIST = Path(schedules.__file__ or "").parent / "watchlists" / "raqqa.yaml"


class WatchListError(BadInput):
    """The file cannot be taken over. The message has a line for each mistake: FILE:LINE: field: expected ..."""


def _slug(value: str) -> str:
    if not is_slug(value):
        raise ValueError(EXPECTED)
    return value


def _http(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in value):
        raise ValueError("an address with http:// or https:// and a host")
    return value


def _span(value: object) -> tuple[date | None, date | None]:
    """YYYY, YYYY-MM or YYYY-MM-DD, or two of them as FROM/TO; both days are inside."""
    if value in (None, ""):
        return None, None
    first, _, last = str(value).partition("/")
    begin, end = _days(first)[0], _days(last or first)[1]
    if end < begin:
        raise ValueError("a span whose end is not before its beginning")
    return begin, end


def _days(value: str) -> tuple[date, date]:
    found = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", value.strip())
    try:
        if not found:
            raise ValueError
        year, month, day = (int(part) if part else None for part in found.groups())
        first = date(year or 0, month or 1, day or 1)
        last_month = month or 12
        return first, date(first.year, last_month, day or monthrange(first.year, last_month)[1])
    except ValueError:
        raise ValueError("a day as YYYY, YYYY-MM or YYYY-MM-DD, or a span FROM/TO") from None


def _clock(value: object) -> time:
    # YAML 1.1 reads an unquoted 7:30 as 450, minutes counted in sixties; a bare 7 is no time of day
    if isinstance(value, int) and not isinstance(value, bool) and 60 <= value < 1440:
        return time(value // 60, value % 60)
    found = re.fullmatch(r"(\d{1,2}):(\d\d)", str(value))
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError("a time of day such as 07:30")
    return time(int(found[1]), int(found[2]))


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("a time zone of the IANA list, such as Europe/London") from None
    return value


def _address(value: str) -> str:
    if not value.isascii() or not re.fullmatch(r"[^@\s<>,;\"()]+@[^@\s<>,;\"()]+\.[^@\s<>,;\"()]+", value):
        raise ValueError("one mail address such as desk@newsroom.example, page, or chat:NAME")
    return value


def _reader(value: str) -> str:
    """A mail address, `page`, or `chat:NAME`."""
    if value == Channel.PAGE or re.fullmatch(rf"{Channel.CHAT}:[a-z0-9-]+", value):
        return value
    return _address(value)


def _fingerprint(value: str) -> str:
    if value:
        read_fingerprint(value)
    return value


def _text(value: object) -> str:
    return str(value)


Slug = Annotated[str, AfterValidator(_slug)]
Url = Annotated[str, AfterValidator(_http)]
Words = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Seed(_Part):
    title: Words
    author: str = ""
    outlet: str = ""
    published: Annotated[str, BeforeValidator(_text)] = ""
    url: Url | None = None
    copies: list[Url] = []
    fingerprint: Annotated[str, AfterValidator(_fingerprint)] = ""


class _Figure(_Part):
    value: float | str | None = None
    low: float | None = None
    high: float | None = None
    bound: Bound = Bound.EXACT
    approx: bool = False
    unit: str = ""
    counts: Words
    scope: str = ""
    said_by: str = ""

    @model_validator(mode="after")
    def _has_number(self) -> _Figure:
        self.range()
        return self

    def range(self) -> tuple[float, float]:
        """(low, high)."""
        if self.value is None:
            if self.low is None or self.high is None or self.low > self.high:
                raise ValueError("`value`, or `low` and `high` with low not above high")
            return self.low, self.high
        if self.low is not None or self.high is not None:
            raise ValueError("either `value`, or `low` and `high`")
        if isinstance(self.value, str):
            if self.value not in WORDS:
                raise ValueError(f"a number or one of {', '.join(WORDS)}")
            return WORDS[self.value]
        return self.value, self.value


class _Source(_Part):
    outlet: Words
    date: Annotated[str, BeforeValidator(_text)] = ""


class _Claim(_Part):
    id: Slug
    topic: Slug
    claim: Words
    kind: ClaimKind
    attributed_to: str = ""
    event: Annotated[tuple[date | None, date | None], BeforeValidator(_span)] = (None, None)
    source: _Source | None = None
    places: list[Slug] = []
    actors: list[Slug] = []
    figures: list[_Figure] = []
    sub_claims: list[Words] = []
    queries: list[Words] = []
    note: str = ""


class _Feed(_Part):
    url: Url
    outlet: str = ""
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    lang: Annotated[str, Field(pattern=r"^([a-z]{2,3})?$")] = ""
    kind: str = ""
    owner: str = ""
    title: str = ""


class _Recipient(_Part):
    address: Annotated[str, AfterValidator(_reader)]
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    cadence: Cadence = Cadence.DAILY
    at: Annotated[time, BeforeValidator(_clock)] = time(7, 0)
    since: datetime | None = None
    at_once: bool = False
    still_watching: bool = False

    def spec(self) -> RecipientSpec:
        """As the store takes it."""
        return RecipientSpec(
            address=self.address,
            zone=self.zone,
            cadence=self.cadence,
            at=self.at,
            since=self.since.astimezone(UTC) if self.since else None,
            at_once=self.at_once,
            still_watching=self.still_watching,
        )


class _File(_Part):
    slug: Annotated[Slug, Field(alias="list")]
    title: Words
    seed: _Seed
    topics: dict[Slug, Words]
    entities: dict[Slug, dict[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], list[Words]]] = {}
    claims: Annotated[list[_Claim], Field(min_length=1)]
    feeds: list[_Feed] = []
    recipients: list[_Recipient] = []


def read_recipient(**told: object) -> RecipientSpec:
    """A recipient as a person names one on the command line, by the rules of the file. Raises ValueError in one line."""
    try:
        return _Recipient.model_validate(told).spec()
    except ValidationError as error:
        first = error.errors()[0]
        expected = first.get("ctx", {}).get("error", first["msg"])
        raise ValueError(f"{first['loc'][0]}: expected {expected}, got {first['input']!r}") from None


def read_watch_list(path: Path) -> WatchList:
    """The file's watch list; `-` is stdin. Raises WatchListError, all mistakes at once."""
    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise WatchListError(f"{path}: expected UTF-8 text: {error.reason} at byte {error.start}") from None
    except OSError as error:
        raise WatchListError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        twice = _twice(node)
        plain = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise WatchListError(f"{path}:{line}: expected YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise WatchListError(f"{path}:1: expected YAML: {error}") from None
    if not isinstance(plain, dict):
        raise WatchListError(f"{path}:1: expected a watch list with the fields list, title, seed, topics, claims")
    if twice:
        raise WatchListError("\n".join(f"{path}:{line}: {key}: given twice; expected once" for line, key in twice))
    try:
        file = _File.model_validate(plain)
    except ValidationError as error:
        told = [_told(path, node, e) for e in error.errors()]
        raise WatchListError("\n".join(told)) from None
    crossed = [f"{path}:{_line(node, loc)}: {_name(loc)}: {what}" for loc, what in _crossed(file)]
    if crossed:
        raise WatchListError("\n".join(crossed))
    return _watch_list(file)


_SAID = {
    "missing": "expected, and missing",
    "string_type": "expected text",
    "bool_parsing": "expected true or false",
    "list_type": "expected a list",
    "dict_type": "expected fields with values",
    "model_type": "expected fields with values",
    "string_too_short": "expected some text, found none",
    "too_short": "expected at least one",
}
_PATTERNS = {
    "country": "two capital letters, such as GB",
    "lang": "a language code of small letters, such as en",
}


def _told(path: Path, node: Any, error: Any) -> str:
    loc = [part for part in error["loc"] if part != "[key]" and not str(part).startswith(("function-", "float", "str"))]
    got = error.get("input")
    shown = f", got {got!r}" if isinstance(got, str | int | float) and error["type"] != "missing" else ""
    match error["type"]:
        case "extra_forbidden":
            known = _fields_at(loc[:-1])
            close = difflib.get_close_matches(str(loc[-1]), known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"expected one of {', '.join(known)}"
            said, shown = f"no such field; {hint}", ""
        case "value_error":
            said = f"expected {error['ctx']['error']!s}"
        case "enum":
            said = f"expected {error['ctx']['expected']}"
        case "string_pattern_mismatch":
            said = f"expected {_PATTERNS.get(str(loc[-1]), 'a language code of small letters, such as en')}"
        case kind:
            said = _SAID.get(kind, error["msg"].replace("Input should be", "expected", 1))
    return f"{path}:{_line(node, loc)}: {_name(loc)}: {said}{shown}"


def _fields_at(loc: Sequence[object]) -> list[str]:
    models: dict[str, type[_Part]] = {
        "seed": _Seed,
        "claims": _Claim,
        "figures": _Figure,
        "source": _Source,
        "feeds": _Feed,
        "recipients": _Recipient,
    }
    named = [part for part in loc if isinstance(part, str)]
    fields = (models[named[-1]] if named else _File).model_fields
    return [field.alias or name for name, field in fields.items()]


def _name(loc: Sequence[object]) -> str:
    """claims[3].figures[0].bound."""
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in loc).lstrip(".") or "file"


def _line(node: Any, loc: Sequence[object]) -> int:
    """The line the field stands in, counted from 1; of what is missing, where it should stand."""
    line = node.start_mark.line + 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return int(line)


def _twice(node: Any) -> list[tuple[int, str]]:
    """Keys given twice in one place: YAML would silently keep the last."""
    found = []
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                found.append((key.start_mark.line + 1, str(key.value)))
            seen.add(key.value)
            found += _twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            found += _twice(value)
    return found


def _crossed(file: _File) -> list[tuple[list[object], str]]:
    """Mistakes between fields: unknown topics and entities, ids and addresses given twice."""
    found: list[tuple[list[object], str]] = []
    for kind, key in (("claims", "id"), ("feeds", "url"), ("recipients", "address")):
        seen: set[str] = set()
        for i, part in enumerate(getattr(file, kind)):
            value = str(getattr(part, key))
            if value in seen:
                found.append(([kind, i, key], f"given twice: {value}"))
            seen.add(value)
    for i, claim in enumerate(file.claims):
        if claim.topic not in file.topics:
            found.append((["claims", i, "topic"], _unknown("topic", claim.topic, file.topics)))
        for field in ("places", "actors"):
            for at, slug in enumerate(getattr(claim, field)):
                if slug not in file.entities:
                    found.append((["claims", i, field, at], _unknown("entity", slug, file.entities)))
    for i, person in enumerate(file.recipients):
        if person.since is not None and person.since.tzinfo is None:
            found.append((["recipients", i, "since"], "expected a zone, such as 2026-01-01T00:00:00Z"))
    return found


def _unknown(what: str, slug: str, known: dict[str, Any]) -> str:
    close = difflib.get_close_matches(slug, known, n=1)
    return f"no {what} {slug!r} in this file" + (f"; did you mean {close[0]!r}?" if close else "")


def _watch_list(file: _File) -> WatchList:
    seed = file.seed
    return WatchList(
        slug=file.slug,
        title=file.title,
        seed=Seed(
            title=seed.title,
            author=seed.author,
            outlet=seed.outlet,
            published=seed.published,
            url=seed.url or "",
            copies=tuple(seed.copies),
            fingerprint=seed.fingerprint,
        ),
        topics=tuple(Topic(slug=slug, title=title) for slug, title in file.topics.items()),
        entities=tuple(
            Entity(slug=slug, names={lang: tuple(forms) for lang, forms in names.items()})
            for slug, names in file.entities.items()
        ),
        claims=tuple(_claim(c) for c in file.claims),
        feeds=tuple(FeedSpec(**f.model_dump()) for f in file.feeds),
        recipients=tuple(r.spec() for r in file.recipients),
    )


def _claim(c: _Claim) -> Claim:
    return Claim(
        id=ClaimId(c.id),
        topic=c.topic,
        text=c.claim,
        kind=c.kind,
        attributed_to=c.attributed_to,
        event_from=c.event[0],
        event_to=c.event[1],
        source_outlet=c.source.outlet if c.source else "",
        source_date=c.source.date if c.source else "",
        places=tuple(c.places),
        actors=tuple(c.actors),
        figures=tuple(_figure(f) for f in c.figures),
        sub_claims=tuple(c.sub_claims),
        queries=tuple(c.queries),
        note=c.note,
    )


def _figure(f: _Figure) -> Figure:
    low, high = f.range()
    return Figure(
        low=low,
        high=high,
        bound=f.bound,
        approx=f.approx or isinstance(f.value, str),
        unit=f.unit,
        counts=f.counts,
        scope=f.scope,
        said_by=f.said_by,
    )
