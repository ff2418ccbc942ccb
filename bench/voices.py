"""How much of what corroborates or disputes our claims is one voice: the developers' newsroom polled, then `claim voices`.

    .venv/bin/python bench/voices.py [--scenario FILE] [--polls 5] [--hours 24]

Without a scenario the whole corpus of the newsroom (CLAIMWATCH_NEWSROOM) is read.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from claimwatch.counted import our_own_figure  # noqa: E402
from claimwatch.polling import poll  # noqa: E402
from claimwatch.settings import read_settings  # noqa: E402
from claimwatch.watchlist import DEFAULT_WATCH_LIST, read_watch_list  # noqa: E402
from claimwatch.wiring import make_tools  # noqa: E402
from storage import queries  # noqa: E402
from storage.records import FeedSpec, WatchList  # noqa: E402
from storage.search.query import Query  # noqa: E402
from storage.search.run import every_article  # noqa: E402
from tests.live.conftest import Newsroom, newsroom, take_over  # noqa: E402
from tests.live.test_newsroom import corpus  # noqa: E402
from worker.steps.claim_state import SIDES  # noqa: E402


def owned(watch_list: WatchList, urls: list[str]) -> tuple[FeedSpec, ...]:
    """The newsroom's feeds, with outlet and owner where the list knows one of the same host."""
    known = {feed.url.split("/")[2].removeprefix("www."): feed for feed in watch_list.feeds}
    found = []
    for url in urls:
        host = url.split("/")[2].removeprefix("www.")
        like = known.get(host)
        found.append(FeedSpec(url=url, outlet=like.outlet if like else host, owner=like.owner if like else ""))
    return tuple(found)


def main() -> None:
    """Run it and print what came."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--scenario")
    ask.add_argument("--polls", type=int, default=5)
    ask.add_argument("--hours", type=int, default=24, help="from one poll to the next, by the scripted clock")
    told = ask.parse_args()
    watch_list = read_watch_list(DEFAULT_WATCH_LIST)
    options = ("--scenario", told.scenario) if told.scenario else ()
    with tempfile.TemporaryDirectory() as folder, newsroom(*options) as room:
        settings = read_settings(
            {"CLAIMWATCH_DATA_DIR": folder, "CLAIMWATCH_FETCH_PROXY_URL": room.url, "CLAIMWATCH_FETCH_SPACING_S": "0"}
        )
        tools = make_tools(settings)
        urls = room.feeds() if told.scenario else corpus(Newsroom(room.url), 10_000)
        take_over(tools.store, replace(watch_list, feeds=owned(watch_list, list(urls))))
        for _poll in range(told.polls):
            poll(tools, threads=4, force=True)
            room.ask("/_control/advance", {"by": f"{told.hours}h"})
        with tools.store.read() as tx:
            ids = [row["id"] for row in queries.claims(tx)]
            sides, all_ = queries.heard(tx, ids, relations=SIDES), queries.heard(tx, ids)
            rows = list(every_article(tx, Query()))
        copies = sum(row["story"] != row["id"] for row in rows)
        print(f"{len(rows)} articles, {copies} copies, {sum(bool(row['wire']) for row in rows)} credited to an agency")
        print(json.dumps(our_own_figure(sides), indent=1, ensure_ascii=False))
        print("whatever the relation:", our_own_figure(all_)["says"])
        tools.store.close()


if __name__ == "__main__":
    main()
