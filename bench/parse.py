"""What reading a feed costs: feedparser on the whole document beside the feed room, by how much of it was seen before.

    .venv/bin/python bench/parse.py [--runs 7] [--series]

The feeds are those of the developers' newsroom (CLAIMWATCH_NEWSROOM), of 20 entries or more, else one that is made here. CPU
time in one process, medians over the runs of each feed, then over the feeds; both are measured in turn in every run.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import io
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import feedparser  # noqa: E402

from tests.live.conftest import NEWSROOM  # noqa: E402
from worker.errors import Unreadable  # noqa: E402
from worker.handovers import ParsedFeed  # noqa: E402
from worker.steps.feeds.marks import SIZE  # noqa: E402
from worker.steps.feeds.parse import parse_feed  # noqa: E402

URL = "http://bench.example/feed.xml"
ATLEAST = 20
# The feed of 69 entries that the goal of 3 ms speaks of.
NAMED = "gesab001__bbc.xml"


def ours(body: bytes, seen: bytes = b"") -> ParsedFeed:
    """The feed room, with what was seen."""
    return parse_feed(body, url=URL, content_type="application/xml", seen=seen)


def theirs(body: bytes) -> int:
    """What feedparser makes of the whole document."""
    headers = {"content-location": URL, "content-type": "application/xml"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return len(feedparser.parse(io.BytesIO(body), response_headers=headers).entries)


def milliseconds(what: Callable[[], object]) -> float:
    """CPU time of one call."""
    gc.collect()  # what the other way left behind is not to be swept at our cost
    began = time.process_time()
    what()
    return (time.process_time() - began) * 1000


def bodies() -> Iterable[tuple[str, bytes]]:
    """Feeds by their names."""
    folder = NEWSROOM.parent / "feeds"
    if folder.exists():
        for path in sorted(folder.glob("*.xml")):
            yield path.name, path.read_bytes()
        return
    items = "".join(
        f"<item><title>Piece {n} of the day</title><link>http://bench.example/{n}</link><guid>http://bench.example/{n}</guid>"
        f"<pubDate>Mon, 23 Nov 2026 12:{n % 60:02}:00 GMT</pubDate><description>&lt;p&gt;{'words ' * 40}&lt;/p&gt;</description></item>"
        for n in range(69)
    )
    yield "made here", f'<rss version="2.0"><channel><title>Made</title>{items}</channel></rss>'.encode()


def measured(body: bytes, runs: int) -> tuple[int, list[float]] | None:
    """Entries, and medians of: feedparser, nothing seen, two not seen, all seen. None if it is too short or no feed."""
    try:
        whole = ours(body)
    except Unreadable:
        return None
    if whole.total < ATLEAST:
        return None
    ways: list[Callable[[], object]] = [
        lambda: theirs(body),
        lambda: ours(body),
        lambda: ours(body, whole.marks[2 * SIZE :]),
        lambda: ours(body, whole.marks),
    ]
    took: list[list[float]] = [[] for _ in ways]
    for _ in range(runs):
        for way, times in zip(ways, took, strict=True):
            times.append(milliseconds(way))
    return whole.total, [statistics.median(times) for times in took]


def report(title: str, rows: list[list[float]]) -> None:
    """A row of medians, and of how many times feedparser's time is ours."""
    medians = [statistics.median(row[n] for row in rows) for n in range(4)]
    ratios = [statistics.median(row[0] / row[n] for row in rows) for n in range(4)]
    print(
        f"| {title} | "
        + " | ".join(f"{m:.2f}" for m in medians)
        + " | "
        + " | ".join(f"{r:.1f}" for r in ratios[1:])
        + " |"
    )


def series(runs: int) -> None:
    """A month of polls, each given the marks of the one before."""
    print(
        "\n| a month of polls | polls | entries | not seen | feedparser, ms a poll | ours | times |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    for folder in sorted((NEWSROOM.parent / "feeds" / "series").iterdir()):
        told: list[tuple[float, float]] = []
        for _ in range(runs):
            seen, first, peer, own, polls, entries, new = b"", True, 0.0, 0.0, 0, 0, 0
            for path in sorted(folder.glob("*.xml.gz")):
                body = gzip.decompress(path.read_bytes())
                try:
                    poll = ours(body, seen)
                except Unreadable:
                    continue
                if not first:
                    own += milliseconds(lambda body=body, seen=seen: ours(body, seen))  # type: ignore[misc]
                    peer += milliseconds(lambda body=body: theirs(body))  # type: ignore[misc]
                    polls, entries, new = polls + 1, entries + poll.total, new + len(poll.items)
                seen, first = poll.marks, False
            told.append((peer / polls, own / polls))
        peer, own = (statistics.median(row[n] for row in told) for n in range(2))
        print(f"| {folder.name} | {polls} | {entries} | {new} | {peer:.1f} | {own:.2f} | {peer / own:.1f} |")


def main() -> None:
    """Measure, and print tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=7)
    options.add_argument("--series", action="store_true", help="a month of polls too")
    asked = options.parse_args()
    rows: list[list[float]] = []
    named: list[list[float]] = []
    for name, body in bodies():
        found = measured(body, asked.runs)
        if found:
            rows.append(found[1])
            if name in (NAMED, "made here"):
                named.append(found[1])
    print(
        "| ms of CPU | feedparser | nothing seen | two new | all seen | times | times | times |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    report("a feed of 69 entries", named)
    report(f"{len(rows)} feeds of {ATLEAST} entries and more", rows)
    if asked.series:
        series(asked.runs)


if __name__ == "__main__":
    main()
