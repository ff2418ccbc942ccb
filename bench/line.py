"""Pages a second through the whole line: `claimwatch up` from the first tick until the last article is compared.

    .venv/bin/python bench/line.py [--pages 200] [--runs 3]

Real pages where the developers' newsroom is at hand (CLAIMWATCH_NEWSROOM), else generated ones of 600 words. The peer in
the same run is trafilatura alone, one process over the same bytes: what extraction costs whatever is built around it.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import trafilatura  # noqa: E402
from sqlalchemy import text  # noqa: E402

from claimwatch.samples.newsroom import Samples, serving  # noqa: E402
from claimwatch.up import free_port  # noqa: E402
from claimwatch.watchlist import DEFAULT_WATCH_LIST, read_watch_list  # noqa: E402
from storage import migrate, queries, seeds, snapshots  # noqa: E402
from storage.engine import Store, make_store  # noqa: E402
from storage.records import FeedSpec, SnapshotId  # noqa: E402
from tests.live.conftest import NEWSROOM, Newsroom, newsroom  # noqa: E402
from tests.live.test_newsroom import corpus  # noqa: E402
from worker.gateways.clock import SystemClock  # noqa: E402


def generated(pages: int) -> Samples:
    """Pages of 600 words on 40 hosts, some with words of the claims."""
    dice = random.Random(7)
    words = "the coalition said that fighters left Raqqa under an agreement in October 2017 with lorries buses weapons people".split()
    filler = "market weather council school river harvest season minister village energy price railway".split()
    documents: dict[str, tuple[str, bytes]] = {}
    items: dict[str, list[str]] = {}
    for n in range(pages):
        url = f"http://h{n % 40}.example/{n}"
        told = "".join(f"<p>{' '.join(dice.choices(words + filler * 3, k=60))}.</p>" for _ in range(10))
        documents[url] = (
            "text/html",
            f"<html><head><title>Piece {n}</title></head><body><article>{told}</article></body></html>".encode(),
        )
        items.setdefault(f"http://h{n % 40}.example/feed.xml", []).append(
            f"<item><title>Piece {n}</title><link>{url}</link></item>"
        )
    for feed, of in items.items():
        documents[feed] = (
            "application/rss+xml",
            f'<?xml version="1.0"?><rss version="2.0"><channel>{"".join(of)}</channel></rss>'.encode(),
        )
    return Samples(documents, tuple(FeedSpec(url=feed) for feed in items), pages)


@contextmanager
def source(pages: int) -> Iterator[tuple[str, tuple[FeedSpec, ...], str]]:
    """(proxy address, feeds, what they are)."""
    if NEWSROOM.exists():
        with newsroom() as room:
            feeds = corpus(Newsroom(room.url), pages)
            yield room.url, tuple(FeedSpec(url=url) for url in feeds), "real pages of the newsroom"
    else:
        samples = generated(pages)
        with serving(samples) as proxy:
            yield proxy, samples.feeds, "generated pages"


def once(pages: int) -> tuple[int, float, float, str]:
    """(pages, seconds through the line, seconds of the peer, what they are)."""
    with source(pages) as (proxy, feeds, what), tempfile.TemporaryDirectory() as folder:
        store = make_store(f"sqlite:///{folder}/claimwatch.db")
        migrate.upgrade(store)
        with store.begin() as tx:
            seeds.take_over(tx, replace(read_watch_list(DEFAULT_WATCH_LIST), feeds=feeds), now=SystemClock().now())
        environ = {
            **os.environ,
            "CLAIMWATCH_DATA_DIR": folder, "CLAIMWATCH_FETCH_PROXY_URL": proxy, "CLAIMWATCH_FETCH_SPACING_S": "0",
            "CLAIMWATCH_TICK_S": "1", "CLAIMWATCH_WEB_BIND": f"127.0.0.1:{free_port()}", "CLAIMWATCH_LOG_LEVEL": "WARNING",
        }  # fmt: skip
        up = subprocess.Popen(
            [sys.executable, "-m", "claimwatch", "up"], env=environ, cwd=folder, stderr=subprocess.DEVNULL
        )
        try:
            began = ended = 0.0
            while True:
                with store.read() as tx:
                    n = queries.counts(tx)
                    polled = any(row["last_polled_at"] for row in queries.feeds(tx)) if not began else True
                if polled and not began:
                    began = time.monotonic()
                if n["articles"] and not n["waiting"] and not n["unjudged"]:
                    ended = ended or time.monotonic()
                    if time.monotonic() - ended > 2:
                        break
                else:
                    ended = 0.0
                time.sleep(0.1)
        finally:
            up.send_signal(signal.SIGINT)
            up.wait()
        return n["articles"], ended - began, peer(store), what


def peer(store: Store) -> float:
    """Seconds that trafilatura takes for the same bytes, one process."""
    with store.read() as tx:
        ids = list(tx.scalars(text("SELECT DISTINCT snapshot_id FROM revisions")))
        bodies = [kept.body for i in ids if (kept := snapshots.load(tx, SnapshotId(i))) is not None]
    started = time.monotonic()
    for body in bodies:
        trafilatura.extract(body)
    return time.monotonic() - started


def main() -> None:
    """Run it and print what came."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--pages", type=int, default=200)
    ask.add_argument("--runs", type=int, default=3)
    told = ask.parse_args()
    rates, ratios = [], []
    for run in range(told.runs):
        pages, line_s, peer_s, what = once(told.pages)
        rates.append(pages / line_s)
        ratios.append(line_s / peer_s)
        print(
            f"run {run + 1}: {pages} {what}: {line_s:.1f} s, {rates[-1]:.1f} pages/s; trafilatura alone {peer_s:.1f} s"
        )
    print(
        f"median of {told.runs}: {statistics.median(ratios):.2f} times trafilatura's time; {statistics.median(rates):.1f} pages/s on {os.cpu_count()} cores"
    )


if __name__ == "__main__":
    main()
