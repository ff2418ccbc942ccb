"""reader's search over the same texts, for bench/store.py, which starts it: `python bench/store_peer.py TEXTS.jsonl`.

Stands alone: it runs in an environment that has `reader` and nothing of ours. A line a text: id, title, text, published.
The first line holds the queries: {name: [query, ...]}. Prints {name: {"p50", "p95", "max"}} in ms, newest fifty and ranked fifty.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import datetime
from itertools import islice
from pathlib import Path

from reader import Content, make_reader

FEED = "http://bench.example/feed"


def main() -> None:
    """Fill, index, ask, tell."""
    with Path(sys.argv[1]).open(encoding="utf-8") as lines, tempfile.TemporaryDirectory() as folder:
        queries = json.loads(next(lines))
        reader = make_reader(f"{folder}/reader.db")
        reader.add_feed(FEED, allow_invalid_url=True)
        started = time.monotonic()
        n = 0
        for line in lines:
            told = json.loads(line)
            entry = {
                "feed_url": FEED,
                "id": str(told["id"]),
                "title": told["title"],
                "link": f"http://bench.example/{told['id']}",
            }
            entry["published"] = datetime.fromisoformat(told["published"])
            entry["content"] = [Content(told["text"], "text/plain")]
            reader.add_entry(entry)
            n += 1
        kept = time.monotonic() - started
        reader.enable_search()
        started = time.monotonic()
        reader.update_search()
        indexed = time.monotonic() - started
        found: dict[str, object] = {"articles": n, "kept_s": kept, "indexed_s": indexed}
        for sort in ("recent", "relevant"):
            for name, asked in queries.items():
                took = []
                for at, query in enumerate(asked):
                    started = time.perf_counter()
                    list(islice(reader.search_entries(query, sort=sort, limit=50), 50))
                    if at >= 3:
                        took.append((time.perf_counter() - started) * 1000)
                took.sort()
                found[f"{name}, {sort}"] = {
                    "p50": took[len(took) // 2],
                    "p95": took[int(len(took) * 0.95)],
                    "max": took[-1],
                }
        print(json.dumps(found))


if __name__ == "__main__":
    main()
