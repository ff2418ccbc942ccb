"""Whether the sources could be heard in a period, so that a claim's silence is told apart from ours. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from schedules.silence import Silence, answers_no_more
from storage.records import ClaimId, FeedState, Source

# A feed that missed polls of one day may have had a bad night. The slowest is asked once a day.
PATIENCE = timedelta(days=1)


class Hearing(StrEnum):
    """What a source did in the period.

    EMPTY: it answers, with nothing in it. FAILING: it answered, and does not any more. SILENT: it did not answer at all.
    NEW: it is there since yesterday and was not asked yet. PAUSED: a person has stopped it.
    """

    ANSWERS = "answers"
    EMPTY = "empty"
    FAILING = "failing"
    SILENT = "silent"
    NEW = "new"
    PAUSED = "paused"


class CoverageVerdict(StrEnum):
    """HEARD: something came on the claim. QUIET: the sources answered, nothing came.

    THIN: nothing came, and some sources failed, or most of what they named could not be read. BLIND: no source answered,
    or nothing of theirs could be read, so that nothing coming tells nothing.
    """

    HEARD = "heard"
    QUIET = "quiet"
    THIN = "thin"
    BLIND = "blind"


# What a source that could not be heard, or only in part, did.
_IN_TROUBLE = (Hearing.EMPTY, Hearing.FAILING, Hearing.SILENT)
_ANSWERED = (Hearing.ANSWERS, Hearing.EMPTY, Hearing.FAILING)


def hearing(source: Source, *, since: datetime, now: datetime) -> Hearing:
    """What it did from `since` until now."""
    if source.paused_at is not None:
        return Hearing.PAUSED
    last = source.answered_at
    deaf = answers_no_more(last or source.added_at, source.interval, now=now, patience=PATIENCE)
    if deaf and last is not None and not source.failures and source.next_poll is not None and source.next_poll > now:
        deaf = False  # it was not asked: it skips whole days, or a person set it so
    if last is None:
        return Hearing.SILENT if deaf or source.failures else Hearing.NEW
    if deaf:
        return Hearing.FAILING if last >= since else Hearing.SILENT
    return Hearing.EMPTY if source.state is FeedState.EMPTY else Hearing.ANSWERS


def unheard_since(feeds: Iterable[Source], *, now: datetime) -> datetime | None:
    """Since when none of an outlet's feeds was heard; None: one of them answers, or is new."""
    told = list(feeds)
    did = {hearing(source, since=now, now=now) for source in told}
    if not told or did & {Hearing.ANSWERS, Hearing.EMPTY, Hearing.NEW}:
        return None
    return max(source.answered_at or source.added_at for source in told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What could be heard from `since` until `until`: each source with what it did, and what has been silent of the house."""

    since: datetime
    until: datetime
    sources: tuple[tuple[Source, Hearing], ...]
    troubles: tuple[Silence, ...] = ()
    read: int = 0  # pages that they named
    unread: int = 0

    def number(self, *hearings: Hearing) -> int:
        """How many sources did one of these."""
        return sum(heard in hearings for _source, heard in self.sources)

    @property
    def asked(self) -> int:
        """How many sources there are without those that a person has stopped."""
        return len(self.sources) - self.number(Hearing.PAUSED)

    @property
    def answered(self) -> int:
        """How many answered once at least."""
        return self.number(*_ANSWERED)

    @property
    def in_trouble(self) -> tuple[tuple[Source, Hearing], ...]:
        """Those that could not be heard, or only in part."""
        return tuple((source, heard) for source, heard in self.sources if heard in _IN_TROUBLE)

    @property
    def missed(self) -> int:
        """Polls in a row that failed of those that do not answer. How many were made is kept nowhere."""
        return sum(source.failures for source, heard in self.sources if heard in (Hearing.FAILING, Hearing.SILENT))


def reach(
    sources: Iterable[Source],
    *,
    since: datetime,
    now: datetime,
    troubles: Sequence[Silence] = (),
    read: int = 0,
    unread: int = 0,
) -> Reach:
    """What could be heard. `troubles`: as `silence.silences` gives them. `read`, `unread`: pages that were, and were not."""
    told = tuple((source, hearing(source, since=since, now=now)) for source in sources)
    return Reach(since=since, until=now, sources=told, troubles=tuple(troubles), read=read, unread=unread)


def verdict(could: Reach, last: datetime | None) -> CoverageVerdict:
    """One word on a claim of which something last came at `last`; None: nothing ever did."""
    if last is not None and last >= could.since:
        return CoverageVerdict.HEARD
    if not could.answered or (could.unread and not could.read):
        return CoverageVerdict.BLIND
    thin = could.in_trouble or could.unread > could.read
    return CoverageVerdict.THIN if thin else CoverageVerdict.QUIET


def in_words(could: Reach, last: datetime | None, watched_since: datetime) -> str:
    """The verdict with what it rests on: "thin: nothing in 30 days, but 2 of 50 sources could not be heard, or only in part".

    Of a claim that is watched for less than the period, or by sources that are, only so many days are told.
    """
    word = verdict(could, last)
    if word is CoverageVerdict.HEARD:
        return f"{word}: last on {last:%Y-%m-%d}"
    began = max(
        could.since, watched_since, min((source.added_at for source, _heard in could.sources), default=could.since)
    )
    days = max(1, round((could.until - began) / timedelta(days=1)))
    period = f"in {days} day{'' if days == 1 else 's'}"
    if could.unread > could.read and could.answered:
        none = "so the silence tells nothing" if word is CoverageVerdict.BLIND else "so the silence tells little"
        return f"{word}: {could.unread} pages could not be read {period}, and {could.read} were, {none}"
    if word is CoverageVerdict.BLIND:
        return f"{word}: no source answered {period}, so the silence tells nothing"
    are = "source" if could.asked == 1 else "sources"
    if word is CoverageVerdict.THIN:
        some = len(could.in_trouble)
        return f"{word}: nothing {period}, but {some} of {could.asked} {are} could not be heard, or only in part"
    return f"{word}: nothing {period}, while {could.answered} of {could.asked} {are} answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deafness:
    """Outlets that cannot be heard since then, and the claims of which no other outlet spoke. No outlets: none can be heard."""

    since: datetime
    outlets: tuple[str, ...] = ()
    claims: tuple[ClaimId, ...] = ()

    def name(self, now: datetime) -> str:
        """By which a reader is told once; of a house that hears nobody once a week."""
        if not self.outlets:
            return f"silent:all:{self.since:%Y-%m-%d}:{(now - self.since).days // 7}"
        return f"silent:{', '.join(self.outlets)}:{self.since:%Y-%m-%d}"


def deafness(
    sources: Iterable[Source], speak: Mapping[ClaimId, AbstractSet[str]], *, now: datetime, patience: timedelta
) -> tuple[Deafness, ...]:
    """What has not been heard for longer than `patience`: nobody at all, or all outlets that spoke of a claim.

    `speak`: the outlets with a feed that spoke of each claim. A feed that was not asked since it last answered is not silent:
    we were, and it is asked next.
    """
    by_outlet: dict[str, list[Source]] = {}
    for source in sources:
        if source.paused_at is None:
            by_outlet.setdefault(source.outlet, []).append(source)
    everybody = _silent_since([source for feeds in by_outlet.values() for source in feeds], now)
    if everybody is not None and now - everybody >= patience:
        return (Deafness(since=everybody),)
    last = {outlet: _silent_since(feeds, now) for outlet, feeds in by_outlet.items()}
    unheard = {outlet: since for outlet, since in last.items() if since is not None and now - since >= patience}
    found: dict[tuple[str, ...], list[ClaimId]] = {}
    for claim_id, spoke in speak.items():
        outlets = spoke & by_outlet.keys()  # one that a person has stopped is no source any more
        if outlets and outlets <= unheard.keys():
            found.setdefault(tuple(sorted(outlets)), []).append(claim_id)
    return tuple(
        Deafness(since=max(unheard[outlet] for outlet in outlets), outlets=outlets, claims=tuple(claims))
        for outlets, claims in found.items()
    )


def _silent_since(feeds: Sequence[Source], now: datetime) -> datetime | None:
    return unheard_since(feeds, now=now) if all(source.failures for source in feeds) else None
