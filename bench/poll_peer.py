"""reader polls the same feeds, for bench/poll.py, which starts it: `python bench/poll_peer.py DATABASE fill|all|due FEEDS.txt`.

Stands alone: it runs in an environment that has `reader` and nothing of ours. `fill` adds the feeds (an address a line),
`all` polls every one, `due` those that are due, which is none right after: what a start costs. Prints
{"seconds", "cpu_s"} of the polling alone, then {"entries"}.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from reader import make_reader


def main() -> None:
    """Do it and tell."""
    database, what, addresses = sys.argv[1:]
    reader = make_reader(database)
    if what == "fill":
        for url in Path(addresses).read_text().split():
            reader.add_feed(url)
        print(json.dumps({}))
        return
    began, cpu = time.monotonic(), time.process_time()
    reader.update_feeds(workers=16, scheduled=what == "due")
    told = {"seconds": time.monotonic() - began, "cpu_s": time.process_time() - cpu}
    print(json.dumps(told | ({} if what == "due" else {"entries": reader.get_entry_counts().total})))


if __name__ == "__main__":
    main()
