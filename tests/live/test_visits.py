"""Visits of articles at the developers' newsroom: real requests, its own clock, edits and deletions on purpose."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from claimwatch.polling import poll
from claimwatch.settings import read_settings
from claimwatch.wiring import make_tools
from storage import histories, seeds
from storage.records import FeedSpec, WatchList
from tests.builders import SILO
from tests.filling import all_articles
from tests.live.conftest import newsroom
from worker.gateways.clock import FixedClock

pytestmark = [pytest.mark.live, pytest.mark.newsroom]

START = datetime(2017, 12, 10, 6, tzinfo=UTC)
HOST, FEED = "gazette.test", "http://gazette.test/feed.xml"
MOVED = "/world/2017/12/10/moved-to-the-archive-1"
NOTE = "an earlier version of this article gave a wrong number of people."


def test_edits_corrections_moves_and_deletions_of_real_pages_are_told_and_asked_for_politely(
    tmp_path: Path, watch_list: WatchList
) -> None:
    paths = {name: f"/2017/12/10/{name}" for name in ("kept", "corrected", "lost", "moved")}
    feeds = {
        "/feed.xml": {"items": [_item(name, path) for name, path in paths.items()]},
        "/nobody-polls.xml": {"items": [_item("moved", MOVED)]},
    }
    scenario = tmp_path / "scenario.json"
    scenario.write_text(json.dumps({"start": START.isoformat(), "hosts": {HOST: {"title": "Gazette", "feeds": feeds}}}))
    with newsroom("--scenario", str(scenario)) as room:
        environ = {"DATA_DIR": str(tmp_path), "FETCH_PROXY_URL": room.url, "FETCH_SPACING_S": "0"}
        settings = read_settings({f"CLAIMWATCH_{name}": value for name, value in environ.items()})
        clock = FixedClock(START)
        tools = make_tools(settings, clock)
        with tools.store.begin() as tx:
            seeds.take_over(tx, replace(watch_list, feeds=(FeedSpec(url=FEED),)), now=START)
        poll(tools, threads=4)

        def later(by: timedelta) -> None:
            clock.instant += by
            room.ask("/_control/advance", {"by": f"{by.total_seconds() / 3600:g}h"})
            poll(tools, threads=4)

        room.ask("/_control/revise", {"host": HOST, "path": paths["corrected"], "text": NOTE})
        room.ask("/_control/rule", {"match": HOST + paths["lost"], "do": "404"})
        room.ask("/_control/rule", {"match": HOST + paths["moved"], "do": "301", "to": f"http://{HOST}{MOVED}"})
        later(timedelta(hours=1))
        later(timedelta(days=1))
        later(timedelta(days=2))
        with tools.store.read() as tx:
            happened = {(e["title"].split()[1], e["kind"], e["detail"]) for e in histories.events(tx)}
            states = {row["title"].split()[1]: histories.state(tx, row["id"]) for row in all_articles(tx)}
        manners, log = room.ask("/_manners"), room.ask("/_log")
        tools.store.close()
    assert happened == {
        ("corrected", "corrected", f"Update, 10 December 2017: {NOTE}"),
        ("lost", "gone", f"http://{HOST}{paths['lost']}: 404 Not Found"),
        ("moved", "moved", f"http://{HOST}{MOVED}"),
    }
    assert {name: state and state["state"] for name, state in states.items()} == {
        "kept": "live", "corrected": "live", "lost": "gone", "moved": "moved",
    }  # fmt: skip
    rows = log if isinstance(log, list) else log["rows"]
    assert [row["status"] for row in rows if row.get("path") == paths["kept"]] == [200, 304, 304, 304]
    rules = {row["rule"]: row for row in (manners if isinstance(manners, list) else manners["rules"])}
    for rule in ("M01", "M02", "M03", "M04", "M24"):
        assert rules[rule]["ok"] in (True, None), rules[rule]


def _item(name: str, path: str) -> dict[str, str]:
    text = "\n\n".join((*SILO, f"So much for the {name} account, as papers go."))
    return {"title": f"The {name} account of the convoy", "text": text, "at": "-1h", "path": path}
