"""A store filled through the line itself."""

from __future__ import annotations

from schedules.calls import Call, JobName
from storage import seeds
from storage.engine import Store
from tests.builders import SILO, a_watch_list, page, rss
from tests.fakes import NOON, FakeWeb, Outbox
from worker.gateways.clock import FixedClock
from worker.run import run
from worker.tools import Options, Tools


def with_one_article(store: Store) -> Store:
    """The store with the sample list and one article in it, read and judged."""
    web = FakeWeb()
    web.site = {
        "http://gazette.example/feed.xml": rss(("http://gazette.example/a", "A")),
        "http://gazette.example/a": page(*SILO),
    }
    with store.begin() as tx:
        seeds.take_over(tx, a_watch_list(), now=NOON)
    tools = Tools(store=store, web=web, mailer=Outbox(), clock=FixedClock(NOON), options=Options())
    for _ in range(2):
        calls = run(tools, Call(JobName.TICK))
        while calls:
            calls += run(tools, calls.pop(0))
    return store
