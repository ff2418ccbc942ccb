"""Whether a passage speaks of a claim's event or of a look-alike: asked before any stance.

Checked in this order: the time, the place, who acts and who is moved or killed, the scope. What nothing speaks against
is "same" or "unknown", for follow-up of years later often names no date in the passage itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache

from storage.folding import fold
from storage.records import Claim, ClaimKind, Passage
from worker.steps import cues
from worker.steps.match import Matcher, Names
from worker.steps.parties import Deeds, deeds_of
from worker.steps.places import COUNTRIES, LIES_IN, METONYMS, ONE_WAR, Place, country_of, lies_in, spot_places
from worker.steps.times import Time, spot_times

# An event of up to six weeks (one strike, one convoy) is soon not the only one of its kind.
SHORT_EVENT = timedelta(days=45)
# A report of a short event is still its news for two months, of a long one for a year and a month.
STILL_NEWS, FRESH = timedelta(days=60), timedelta(days=400)
# Claims of policy run over years and are told without dates: only what speaks plainly of another time is kept out.
LONG_EVENT = timedelta(days=360)
# Days around a short event that are told with it: "last week", the day of the fall, the day it was made known.
_AROUND = timedelta(days=10)
# Days beyond the ends of a long event on which it is still the same.
_ON_THE_EDGE = timedelta(days=3)


class EventVerdict(StrEnum):
    """A passage's event beside the claim's. ELSEWHERE: the claim's event is named in another part of the article.

    WIDER: a count of a whole war or operation beside one city's. PART: one blow beside a total. OTHER: a look-alike.
    UNDATED: long after the event and without a time of its own: later follow-up or another event, nothing here tells which.
    """

    SAME = "same"
    ELSEWHERE = "elsewhere"
    WIDER = "wider"
    PART = "part"
    OTHER = "other"
    UNKNOWN = "unknown"
    UNDATED = "undated"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCheck:
    """The verdict, and why in one line that a person can check."""

    verdict: EventVerdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEvent:
    """What there is to know of a claim's event, prepared once.

    `area`: the places it happened in, or whole countries; `known`: these and all places its searches name.
    `theatre`: the countries of all claims of the list. `anchors`: slugs of people and bodies that few claims name.
    """

    first: date | None
    last: date | None
    when: str
    area: frozenset[str]
    known: frozenset[str]
    theatre: frozenset[str]
    anchors: frozenset[str]
    deeds: Deeds
    counts_a_total: bool
    lenient: bool


def event_of(claim: Claim, matcher: Matcher, theatre: frozenset[str] = frozenset()) -> ClaimEvent:
    """The claim's event. The places of its text come first, then those of its field; a country named alone is its area."""
    told = [place for place in spot_places(fold(claim.text)) if place.slug in LIES_IN]
    in_text = {p.slug for p in told}
    towns = {slug for slug in in_text if slug not in COUNTRIES and slug not in METONYMS}
    searched = {p.slug for q in (*claim.queries, *claim.sub_claims) for p in spot_places(fold(q))}
    area = towns or (in_text & COUNTRIES) or {*claim.places}
    if not towns and not in_text & COUNTRIES and len({country_of(p) for p in claim.places}) > 1:
        area = set()
    if not claim.places and area and area <= ONE_WAR:
        area = set(ONE_WAR)
    deeds = deeds_of(". ".join((claim.text, *(f.counts for f in claim.figures))))
    if not (deeds.moves or deeds.strikes or deeds.kills):
        deeds = deeds_of(". ".join(claim.queries))
    first, last = claim.event_from, claim.event_to
    if last is not None and re.search(r"\b(?:since|now)\b", claim.text, re.IGNORECASE):
        last = date(2100, 1, 1)  # what a claim tells "since" a day goes on
    span = last - first if first and last else timedelta(0)
    of_total = any(re.search(r"kill|dead|death|civilian|casualt", f.counts, re.IGNORECASE) for f in claim.figures)
    return ClaimEvent(
        first=first,
        last=last,
        when=_when(first, last),
        area=frozenset(area),
        known=frozenset({*area, *searched, *claim.places, *in_text}),
        theatre=theatre,
        anchors=frozenset(claim.actors) & matcher.telling_names,
        deeds=deeds,
        counts_a_total=of_total and span > SHORT_EVENT,
        lenient=span >= LONG_EVENT or claim.kind in (ClaimKind.OPINION, ClaimKind.LEGAL),
    )


@lru_cache(maxsize=4)
def events_of(matcher: Matcher) -> dict[str, ClaimEvent]:
    """Every claim's event, by the claim's id."""
    texts = [
        (*c.places, *(p.slug for p in spot_places(fold(f"{c.text}. {'. '.join(c.queries)}"))))
        for c in matcher.claims.values()
    ]
    theatre = frozenset(country for places in texts for place in places if (country := country_of(place)))
    return {claim.id: event_of(claim, matcher, theatre) for claim in matcher.claims.values()}


class Stretch:
    """A stretch of text: its times, places and deeds, each read when first asked for."""

    def __init__(self, text: str, published: date | None) -> None:
        self.text = text
        self.published = published

    @cached_property
    def folded(self) -> str:
        """The text as `fold` gives it; times and places are told in its characters."""
        return fold(self.text)

    @cached_property
    def times(self) -> tuple[Time, ...]:
        """All times named."""
        return spot_times(self.folded, self.published)

    @cached_property
    def told_times(self) -> tuple[Time, ...]:
        """The times of what is told: not of a statement or report, not of a clause that only tells how things came to be."""
        return tuple(
            t for t in self.times if not t.back and not t.since and not _is_aside(self.folded, t, self.published)
        )

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """All places named, with their roles."""
        return spot_places(self.folded)

    @cached_property
    def deeds(self) -> Deeds:
        """Who strikes, who is killed, who is moved."""
        return deeds_of(self.text)

    @cached_property
    def looks_back(self) -> bool:
        """Somebody looks back here."""
        return bool(cues.LOOKS_BACK.search(self.folded)) or any(t.back for t in self.times)


class ArticleEvents:
    """An article read for its events; what several claims ask of one passage is read once."""

    def __init__(self, text: str, *, names: Names, title: str = "", published: date | None = None) -> None:
        self.text = text
        self._names = names
        self.published = published
        self.title = Stretch(title, published)
        self._stretches: dict[tuple[int, int], Stretch] = {}

    def stretch(self, passage: Passage) -> Stretch:
        """The passage, read."""
        key = (passage.start, passage.end)
        if key not in self._stretches:
            self._stretches[key] = Stretch(self.text[passage.start : passage.end], self.published)
        return self._stretches[key]

    def named(self, stretch: Stretch) -> frozenset[str]:
        """Slugs of the entities that the stretch names."""
        return self._names.within(stretch.text)

    @cached_property
    def years(self) -> frozenset[int]:
        """The years that the whole text names in digits, a quick look before the careful one."""
        return frozenset(int(year) for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", self.text))

    @cached_property
    def whole(self) -> Stretch:
        """The whole text, for the times it names."""
        return Stretch(self.text, self.published)

    @cached_property
    def lead(self) -> Stretch:
        """The first paragraph, or what fits of it."""
        return Stretch(self.text.partition("\n")[0][:600], self.published)


def same_event(
    event: ClaimEvent, article: ArticleEvents, passage: Passage, before: Passage | None = None
) -> EventCheck:
    """Whether the passage speaks of the claim's event. `before`: the passage that stands before it in the article."""
    if event.first and article.published and article.published < event.first:
        return _other(f"published {article.published}, before the event ({event.when})")
    here = article.stretch(passage)
    earlier = article.stretch(before) if before else None
    dated = _dated(event, here)
    return (
        _by_time(event, article, here, dated)
        or _by_place(event, here)
        or _by_deeds(event, here, dated)
        or _by_scope(event, here)
        or _undated(event, article, here, earlier, dated)
    )


# --- time


def _dated(event: ClaimEvent, stretch: Stretch) -> str:
    """ "in" if the stretch names a time of the event, "out" if all it tells of is of another time, else ""."""
    if event.first is None or event.last is None:
        return ""
    if any(_within(event, t) for t in stretch.times if not t.since):
        return "in"
    return "out" if stretch.told_times else ""


def _within(event: ClaimEvent, time: Time) -> bool:
    if event.first is None or event.last is None:
        return False
    slack = _AROUND if event.last - event.first <= SHORT_EVENT else _ON_THE_EDGE
    if (time.last - time.first).days >= 27:
        slack = timedelta(0)
    return time.first <= event.last + slack and time.last >= event.first - slack


def _is_aside(text: str, time: Time, published: date | None) -> bool:
    before, after = text[max(0, time.start - 70) : time.start], text[time.end : time.end + 40]
    if cues.SAID_BEFORE.search(before) or cues.SAID_AFTER.match(after):
        return True
    if published is not None and (time.last - time.first).days < 15 and (published - time.last).days <= 15:
        return False  # a day of this week is news, even after "since" or "before"
    return bool(cues.BACKGROUND.search(before) or cues.LIKENESS.search(before))


def _by_time(event: ClaimEvent, article: ArticleEvents, here: Stretch, dated: str) -> EventCheck | None:
    if dated != "out":
        return None
    told = here.told_times
    spoken = _span(told[0], here.folded)
    if event.lenient and event.last and min(t.first for t in told) > event.last and here.looks_back:
        return None
    if _names_event(event, article):
        return EventCheck(
            verdict=EventVerdict.ELSEWHERE,
            reason=f"speaks of {spoken}; the claim's event ({event.when}) is named elsewhere in the article",
        )
    return _other(f"speaks of {spoken}; the claim's event is {event.when}")


def _names_event(event: ClaimEvent, article: ArticleEvents) -> bool:
    """Title or text name a time of the event; the text is only read for it if it holds such a year at all."""
    if any(_within(event, t) for t in article.title.times if not t.since):
        return True
    if (
        event.first is None
        or event.last is None
        or not any(event.first.year <= year <= event.last.year for year in article.years)
    ):
        return False
    return any(_within(event, t) for t in article.whole.times if not t.since)


def _undated(
    event: ClaimEvent, article: ArticleEvents, here: Stretch, earlier: Stretch | None, dated: str
) -> EventCheck:
    """What is left: nothing speaks against the passage but, perhaps, that it comes late and names no time."""
    if event.first is None or event.last is None:
        return EventCheck(verdict=EventVerdict.UNKNOWN, reason="the claim has no date of its event")
    if dated == "in":
        return _same(f"names the time of the event ({event.when})")
    published = article.published
    if published is None:
        told = article.whole.told_times
        if told and not event.lenient and not _names_event(event, article):
            return _other(f"names {_span(told[0], article.whole.folded)}, never {event.when}")
        return _unknown()
    short = event.last - event.first <= SHORT_EVENT
    if published <= event.last + (STILL_NEWS if short else FRESH):
        return _same(f"published {published}, when the event ({event.when}) was news")
    near = [article.title, *([earlier] if earlier else []), article.lead]
    if any(_dated(event, s) == "in" for s in near):
        return _same(f"title, lead or the passage before names {event.when}")
    anchors = article.named(here) & event.anchors if event.anchors else frozenset()
    if anchors:
        return _same(f"names {min(anchors)}, of whom few claims speak")
    if here.looks_back or article.title.looks_back:
        return _same("looks back")
    deed = event.deeds.strikers & here.deeds.strikers and event.deeds.victims & here.deeds.victims
    if deed and not here.told_times and any(p.slug in event.area for p in here.places):
        return _unknown()
    if event.lenient or (
        published <= event.last + FRESH
        and _same_deed(event.deeds, here.deeds)
        and not cues.GOING_ON.search(here.folded)
    ):
        return _unknown()
    if _names_event(event, article):
        return EventCheck(
            verdict=EventVerdict.ELSEWHERE,
            reason=f"speaks of a later time; the claim's event ({event.when}) is named elsewhere in the article",
        )
    return EventCheck(verdict=EventVerdict.UNDATED, reason=f"published {published} and never names {event.when}")


def _same_deed(ours: Deeds, theirs: Deeds) -> bool:
    """The passage says who went, struck or was killed, and it is the claim's."""
    return bool(
        (ours.movers & theirs.movers and ours.moves)
        or ours.strikers & theirs.strikers
        or (ours.victims & theirs.victims and not theirs.strikers)
    )


# --- place


def _by_place(event: ClaimEvent, here: Stretch) -> EventCheck | None:
    """Another place named as where it happened, and the claim's own not, or only as a likeness or where somebody went."""
    spoken = [p for p in here.places if p.role != "by"]
    others = [p for p in spoken if p.role != "like" and not _is_own(event, p.slug)]
    own = [p for p in spoken if _is_own(event, p.slug)]
    if not others:
        return None
    strong = [p for p in own if p.role in ("in", "from")]
    if strong and event.deeds.kills and (counting := _counting(here.folded)):
        strong = [p for p in strong if any(a <= p.start < b for a, b in counting)] or (
            [] if any(a <= p.start < b for p in others for a, b in counting) else strong
        )
    if not event.area:
        countries = {country_of(p.slug) for p in others}
        if own or not event.theatre or not countries or countries & event.theatre:
            return None
        return _other(f"happens in {others[0].slug}, where no claim of the list does")
    if strong:
        return None
    if own and not event.deeds.moves and any(p.role != "like" for p in own):
        return None
    if own and any(p.role == "to" for p in own) and not any(p.role in ("in", "from") for p in others):
        return None
    if not own and all(p.role == "to" for p in others) and event.deeds.moves:
        return None
    if not own and any(p.role == "by" and _is_own(event, p.slug) for p in here.places) and event.area & COUNTRIES:
        return None
    if (
        not own
        and all(p.slug in COUNTRIES for p in others)
        and any(lies_in(a, p.slug) for p in others for a in event.area)
    ):
        return None  # "in Syria", said of what happened in one of its cities
    where = next((p.slug for p in others if p.role in ("in", "from")), others[0].slug)
    return _other(f"happens in {where}; the claim's event is in {', '.join(sorted(event.area))}")


def _is_own(event: ClaimEvent, slug: str) -> bool:
    if slug in event.known:
        return True
    if any(lies_in(slug, area) for area in event.area if area in COUNTRIES):
        return True
    # a village of the province is the place of the event only if the claim is not of one day in one spot
    return any(lies_in(slug, area) for area in event.area) and (event.deeds.moves or not _is_short(event))


def _is_short(event: ClaimEvent) -> bool:
    return event.first is not None and event.last is not None and event.last - event.first <= SHORT_EVENT


# --- deeds


# Who may be the ones who go; states that are named beside a convoy watch it, film it or speak of it.
_GO_THEMSELVES = frozenset(
    {"sdf", "rebels", "hezbollah", "taliban", "prisoners", "government", "iraq", "civilians", "soldiers"}
)


def _by_deeds(event: ClaimEvent, here: Stretch, dated: str) -> EventCheck | None:
    ours, theirs = event.deeds, here.deeds
    if ours.moves and dated != "in" and theirs.movers:
        movers = theirs.movers & _GO_THEMSELVES
        wanted = ours.movers - {"?"} or {"isis"}
        if movers and not theirs.movers & (wanted | {"isis"}):
            late = event.last is not None and here.published is not None and here.published > event.last + STILL_NEWS
            if movers - {"civilians"} or late:
                return _other(
                    f"tells of the going of {', '.join(sorted(movers))}; the claim, of {', '.join(sorted(wanted))}"
                )
    if ours.strikes and theirs.strikers and ours.strikers and not theirs.strikers & ours.strikers:
        return _other(
            f"the blow is {', '.join(sorted(theirs.strikers))}'s; in the claim it is {', '.join(sorted(ours.strikers))}'s"
        )
    if ours.kills and ours.victims and theirs.victims and not ours.victims & theirs.victims:
        return _other(
            f"{', '.join(sorted(theirs.victims))} are killed; in the claim, {', '.join(sorted(ours.victims))}"
        )
    return None


# --- scope

_COUNTED = re.compile(r"(?<![\d.,])(?!(?:19|20)\d\d(?!\d))\d|\b(?:dozens|hundreds|thousands|scores|tens of)\b")
_DEATH = re.compile(
    r"kill|dead|death|died|casualt|civilian|victim|\blives\b|mort|tue|getotet|zivil|muert|civiles|olu|sivil|погиб|убит|жител|قتل|مدني|ضحايا"
)
_SPLIT = re.compile(
    r"[.;:؛]\s|,(?=\s)|\b(?:while|but|including|of whom|of them|and that|and has|dont|darunter|incluid\w+)\b"
)


def _by_scope(event: ClaimEvent, here: Stretch) -> EventCheck | None:
    """A count of the whole war, or of one blow, beside a claim's total of one place."""
    if not event.counts_a_total or event.area & COUNTRIES:
        return None
    text = here.folded
    wide = cues.WIDER.search(text) or next((text_since for text_since in _since_before(event, here)), None)
    own_at = [p.start for p in here.places if p.slug in event.area and p.role != "like"]
    if wide:
        clauses = _clauses(text)
        counting = [(a, b) for a, b in clauses if _COUNTED.search(text, a, b) and _DEATH.search(text, a, b)]
        narrow = [
            (a, b)
            for a, b in clauses
            if _COUNTED.search(text, a, b)
            and not any(a <= m.start() < b for m in cues.WIDER.finditer(text))
            and any(a <= at < b for at in own_at)
        ]
        if not narrow and (counting or not own_at):
            return EventCheck(
                verdict=EventVerdict.WIDER,
                reason=f"counts more than the claim's {', '.join(sorted(event.area))} ({wide[0].strip()!r})",
            )
    if here.deeds.kills or _DEATH.search(text):
        single = cues.INCIDENT.search(text)
        day = next((t for t in here.told_times if (t.last - t.first).days <= 15 and not t.since), None)
        if (single or day) and not cues.WHOLE.search(text) and not cues.LOOKS_BACK.search(text):
            shown = single[0] if single else text[day.start : day.end] if day else ""
            return EventCheck(
                verdict=EventVerdict.PART, reason=f"one blow or one time of it ({shown.strip()!r}) beside a total"
            )
    return None


def _counting(text: str) -> list[tuple[int, int]]:
    """The sentences of a folded text that count the dead."""
    ends = [m.end() for m in re.finditer(r"[.!?؟] ", text)]
    spans = zip([0, *ends], [*ends, len(text)], strict=True)
    return [(a, b) for a, b in spans if _COUNTED.search(text, a, b) and _DEATH.search(text, a, b)]


def _since_before(event: ClaimEvent, here: Stretch) -> list[re.Match[str]]:
    """ "Since 2014", said of a count beside a claim of 2017."""
    if event.first is None:
        return []
    return [
        m
        for t in here.times
        if t.since and t.last < event.first - timedelta(120) and (m := re.compile(r"\S+").match(here.folded, t.start))
    ]


def _clauses(text: str) -> list[tuple[int, int]]:
    ends = [m.end() for m in _SPLIT.finditer(text)]
    return list(zip([0, *ends], [*ends, len(text)], strict=True))


# --- words


def _other(reason: str) -> EventCheck:
    return EventCheck(verdict=EventVerdict.OTHER, reason=reason)


def _same(reason: str) -> EventCheck:
    return EventCheck(verdict=EventVerdict.SAME, reason=reason)


def _unknown() -> EventCheck:
    return EventCheck(verdict=EventVerdict.UNKNOWN, reason="names no time of its own")


def _when(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return ""
    if first == last:
        return f"{first}"
    if last.year == 2100:
        return f"since {first.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%B %Y}"
    return f"{first:%B %Y} to {last:%B %Y}" if first.year == last.year else f"{first.year} to {last.year}"


def _span(time: Time, text: str) -> str:
    """The time as a reader checks it: what is resolved, and the words it is read from."""
    words = text[time.start : time.end]
    if (time.last - time.first).days >= 360:
        return f"{time.first.year}"
    resolved = f"{time.first}" if time.first == time.last else f"{time.first:%B %Y}"
    return resolved if re.search(r"(?:19|20)\d\d", words) else f"{resolved} ({words!r})"
