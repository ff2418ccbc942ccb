"""How soon entries are seen, and for how many polls: our cadence beside two simple ones, by replay.

    .venv/bin/python bench/cadence.py [--days 60] [--seed 7] [--each] [--pivot MINUTES] [--memory NEWS]

Three sets. `series`: the snapshots of eight real news feeds in the developers' newsroom (CLAIMWATCH_NEWSROOM), with which
pivot and memory were chosen. `documents`: all single feed documents there whose entries have dates, of which the first half
is what the first poll finds and the second half appears afterwards; nothing was chosen by them. `drawn`: made-up feeds of
known habits. An entry appears at the time that its feed tells, and goes when as many newer ones are there as the feed holds.
No hints: they would bind all three alike.

The others: every hour; all feeds of a set equally often, so that it makes as many polls as ours; and a rule by the share of known entries in the manner of Media Cloud's rss-fetcher, from what its
makers say of it: under 33 % at two polls in a row 10 minutes less, over 67 % 60 minutes more, between 10 minutes and a day.
"""

from __future__ import annotations

import argparse
import gzip
import io
import os
import random
import statistics
import sys
from bisect import bisect_left, bisect_right
from calendar import timegm
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import feedparser  # noqa: E402

from schedules.cadence import CadencePolicy, Outcome, after_poll  # noqa: E402
from storage.records import Feed, FeedId, FeedState  # noqa: E402

NEWSROOM = Path(os.environ.get("CLAIMWATCH_NEWSROOM", ROOT.parent / "shared" / "newsroom"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENLY = "as many polls as ours, evenly"
BEGAN = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a feed brings: `entries` are times of publication in order, `holds` how many it shows; watched from `start` to `end`."""

    name: str
    entries: tuple[datetime, ...]
    holds: int
    start: datetime
    end: datetime
    dated: bool = True


@dataclass(slots=True)
class Tally:
    """What came of a replay, as if all feeds ran side by side: an entry weighs one by the days its feed was watched.

    `a_day`: polls, of each feed. `delays`: (minutes, weight). `missed`: the weight of what was never seen.
    """

    a_day: list[float] = field(default_factory=list)
    missed: float = 0.0
    delays: list[tuple[float, float]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Put another feed's beside it."""
        self.a_day += other.a_day
        self.delays += other.delays
        self.missed += other.missed

    @property
    def polls(self) -> float:
        """A day, the mean of all feeds."""
        return statistics.mean(self.a_day)


class Rule(Protocol):
    """Says when to ask next. `new`: times of the entries not known before; `items`: how many the document has."""

    def wait(self, now: datetime, new: tuple[datetime, ...], items: int, /) -> timedelta: ...


class Steady:
    """Always the same."""

    def __init__(self, interval: timedelta) -> None:
        self.interval = interval

    def wait(self, _now: datetime, _new: tuple[datetime, ...], _items: int) -> timedelta:
        return self.interval


class ByShare:
    """Ten minutes less or an hour more, by the share of known entries at two polls in a row."""

    def __init__(self) -> None:
        self.interval, self.before = HOUR, 0.5

    def wait(self, _now: datetime, new: tuple[datetime, ...], items: int) -> timedelta:
        known = 1 - len(new) / items if items else 1.0
        if max(known, self.before) < 0.33:
            self.interval -= timedelta(minutes=10)
        elif min(known, self.before) > 0.67:
            self.interval += HOUR
        self.before = known
        self.interval = min(max(self.interval, timedelta(minutes=10)), DAY)
        return self.interval


class Ours:
    """The cadence of schedules/, with its row."""

    def __init__(self, policy: CadencePolicy, dated: bool, draw: random.Random) -> None:
        self.policy, self.dated, self.draw = policy, dated, draw
        self.feed = Feed(
            id=FeedId(1), url="http://a.example/feed", lang="", state=FeedState.NEW, etag=None, last_modified=None,
            failures=0, empty_runs=0, interval=policy.default, baseline_at=None, last_success_at=None,
        )  # fmt: skip

    def wait(self, now: datetime, new: tuple[datetime, ...], items: int) -> timedelta:
        same = not new and self.feed.baseline_at is not None
        told = Outcome(status=304) if same else Outcome(
            status=200, new=len(new), items=items, published=new if self.dated else ()
        )  # fmt: skip
        plan = after_poll(self.feed, told, now=now, policy=self.policy, jitter=self.draw.random())
        self.feed = replace(
            self.feed, state=plan.state, interval=plan.interval, gap=plan.gap, newest=plan.newest,
            empty_runs=plan.empty_runs, baseline_at=self.feed.baseline_at or now, last_success_at=now, last_polled_at=now,
        )  # fmt: skip
        assert plan.next_poll is not None
        return plan.next_poll - now


def steady(every: timedelta, _course: Course, _draw: random.Random) -> Rule:
    """The rule for any feed."""
    return Steady(every)


def replay(course: Course, rule: Rule, *, first: timedelta) -> Tally:
    """Poll the feed by the rule; the first time `first` after its start. What was there then is known to all and not counted."""
    tally, polls = Tally(), 0
    now, seen = course.start + first, 0
    days = (course.end - now) / DAY
    counted = bisect_right(course.entries, now)
    while now < course.end:
        upto = bisect_right(course.entries, now)
        oldest = max(0, upto - course.holds)
        fresh = course.entries[max(oldest, seen) : upto]
        for at in course.entries[max(oldest, seen, counted) : upto]:
            tally.delays.append(((now - at) / timedelta(minutes=1), 1 / days))
        tally.missed += max(0, oldest - max(seen, counted)) / days
        polls += 1
        seen = upto
        now += rule.wait(now, fresh, upto - oldest)
    tally.a_day.append(polls / days)
    return tally


def series() -> Iterator[Course]:
    """The eight feeds: all entries of all snapshots, from the first snapshot to the last."""
    for folder in sorted((NEWSROOM / "feeds" / "series").iterdir()):
        times: dict[str, datetime] = {}
        sizes, tops = [], []
        for file in sorted(folder.glob("*.xml.gz")):
            entries = dated(gzip.decompress(file.read_bytes()))
            for key, at in entries.items():
                times[key] = min(at, times.get(key, at))
            if entries:
                sizes.append(len(entries))
                tops.append(max(entries.values()))
        # one snapshot is a month after the others: what was between is not known
        last = max(top for top in tops if top - min(tops) < 7 * DAY)
        known = tuple(sorted(at for at in times.values() if at <= last))
        yield Course(
            name=folder.name, entries=known, holds=int(statistics.median(sizes)), start=tops[0], end=last + HOUR / 2
        )


def documents() -> Iterator[Course]:
    """Single documents with at least 20 dated entries at ten times and over a day: half is history, half appears."""
    for file in sorted((NEWSROOM / "feeds").glob("*.xml")):
        times = sorted(dated(file.read_bytes()).values())
        if len(times) < 20 or len(set(times)) < 10 or times[-1] - times[0] < DAY:
            continue
        half = len(times) // 2
        end = min(times[-1], times[half - 1] + 90 * DAY) + HOUR / 2
        yield Course(name=file.stem, entries=tuple(times), holds=half, start=times[half - 1], end=end)


def dated(body: bytes) -> dict[str, datetime]:
    """The entries that have a date, by their id."""
    found: dict[str, datetime] = {}
    parsed: Any = feedparser.parse(io.BytesIO(body))
    for entry in parsed.entries:
        told = entry.get("published_parsed") or entry.get("updated_parsed")
        key = entry.get("id") or entry.get("link")
        if told and key and told[0] > 1990:
            found[key] = datetime.fromtimestamp(timegm(told), UTC)
    return found


def drawn(days: int, seed: int) -> Iterator[Course]:
    """Feeds of known habits, `days` before the start for history and `days` to be watched."""
    every: dict[str, tuple[Callable[[random.Random, datetime], list[datetime]], int]] = {
        "ten in a burst at six each morning": (_burst, 25),
        "some on Sunday evening": (_weekly, 20),
        "hourly by day, not at night": (lambda draw, day: _poisson(draw, day, 24, 7, 22), 30),
        "every five minutes by day, hourly at night": (
            lambda draw, day: _poisson(draw, day, 288, 7, 22) + _poisson(draw, day, 24, 0, 7), 50,
        ),
        "a wire: every two minutes": (lambda draw, day: _poisson(draw, day, 720, 0, 24), 40),
        "twice a day, at any time": (lambda draw, day: _poisson(draw, day, 2, 0, 24), 20),
        "every ten days": (lambda draw, day: _poisson(draw, day, 0.1, 0, 24), 10),
        "one item only, daily": (lambda draw, day: _poisson(draw, day, 1, 8, 18), 1),
    }  # fmt: skip
    start, end = BEGAN, BEGAN + days * DAY
    for name, (brings, holds) in every.items():
        draw = random.Random(f"{seed} {name}")
        times = sorted(at for n in range(-days, days) for at in brings(draw, start + n * DAY) if at < end)
        yield Course(name=name, entries=tuple(times), holds=holds, start=start, end=end)
        if "night" in name:
            yield Course(name=f"{name}, no dates", entries=tuple(times), holds=holds, start=start, end=end, dated=False)
    dead = tuple(start - n * DAY for n in range(230, 200, -1))
    yield Course(name="dead for 200 days", entries=dead, holds=30, start=start, end=end)
    wakes = dead + tuple(start + days * DAY / 2 + n * 2 * HOUR for n in range(60))
    yield Course(name="dead, and wakes up: every two hours", entries=wakes, holds=30, start=start, end=end)


def _poisson(draw: random.Random, day: datetime, a_day: float, begin: int, end: int) -> list[datetime]:
    found, hour = [], float(begin)
    while (hour := hour + draw.expovariate(a_day / 24)) < end:
        found.append(day + hour * HOUR)
    return found


def _burst(draw: random.Random, day: datetime) -> list[datetime]:
    return [day + 6 * HOUR + draw.uniform(-20, 20) * timedelta(minutes=1) for _ in range(draw.randint(8, 12))]


def _weekly(draw: random.Random, day: datetime) -> list[datetime]:
    if day.weekday() != 6:
        return []
    return [day + 18 * HOUR + draw.uniform(-90, 90) * timedelta(minutes=1) for _ in range(draw.randint(1, 3))]


def measured(course: Course, make: Callable[[Course, random.Random], Rule], seed: int, times: int) -> Tally:
    """The replay from `times` different first minutes, so that no rule is lucky."""
    total = Tally()
    for n in range(times):
        draw = random.Random(f"{seed} {course.name} {n}")
        total.add(replay(course, make(course, draw), first=HOUR * n / times))
    return total


def told(tally: Tally) -> str:
    """The cells of a row: polls a day, mean, median and 95th percentile of the delay, missed of all."""
    if not tally.delays:
        return f"{tally.polls:.1f} | - | - | - | -"
    seen = sorted(tally.delays)
    upto = list(accumulate(weight for _minutes, weight in seen))
    mean = sum(minutes * weight for minutes, weight in seen) / upto[-1]
    half, most = (seen[min(bisect_left(upto, upto[-1] * share), len(seen) - 1)][0] for share in (0.5, 0.95))
    missed = tally.missed / (upto[-1] + tally.missed)
    return f"{tally.polls:.1f} | {mean:.0f} | {half:.0f} | {most:.0f} | {missed:.1%}"


def main() -> None:
    """Replay all and print the tables."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--days", type=int, default=60)
    ask.add_argument("--seed", type=int, default=7)
    ask.add_argument("--times", type=int, default=10, help="replays of each feed, from different minutes")
    ask.add_argument("--each", action="store_true", help="a row for each feed of the newsroom too")
    ask.add_argument("--pivot", type=float, help="minutes")
    ask.add_argument("--memory", type=float)
    ask.add_argument("--occasion", type=float, help="minutes")
    given = ask.parse_args()
    policy = CadencePolicy()
    if given.pivot:
        policy = replace(policy, pivot=timedelta(minutes=given.pivot))
    if given.occasion:
        policy = replace(policy, occasion=timedelta(minutes=given.occasion))
    if given.memory:
        policy = replace(policy, memory=given.memory)
    rules: dict[str, Callable[[Course, random.Random], Rule]] = {
        "ours": lambda course, draw: Ours(policy, course.dated, draw),
        "hourly": partial(steady, HOUR),
        "by share": lambda course, draw: ByShare(),
    }
    sets = {"drawn": list(drawn(given.days, given.seed))}
    if NEWSROOM.is_dir():
        sets = {"series": list(series()), "documents": list(documents())} | sets
    print("| feeds | rule | polls a day | mean delay, min | median | 95 % | missed |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for name, courses in sets.items():
        totals = {rule: Tally() for rule in rules}
        for course in courses:
            for rule, make in rules.items():
                tally = measured(course, make, given.seed, given.times)
                totals[rule].add(tally)
                if given.each or name == "drawn":
                    print(f"| {course.name} | {rule} | {told(tally)} |")
        every = DAY / totals["ours"].polls
        totals[EVENLY] = Tally()
        for course in courses:
            totals[EVENLY].add(measured(course, partial(steady, every), given.seed, given.times))
        for rule, tally in totals.items():
            print(f"| all of {name} ({len(courses)}) | {rule} | {told(tally)} |", flush=True)


if __name__ == "__main__":
    main()
