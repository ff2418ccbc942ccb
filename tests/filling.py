"""A store filled through the line itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from claimwatch.judging import load_method
from schedules.calls import Call, JobName
from storage import seeds
from storage.engine import Store
from storage.schema import Base
from storage.search.query import Query
from storage.search.run import every_article
from tests.builders import SILO, a_watch_list, page, rss
from tests.fakes import NOON, FakeWeb, Outbox
from worker.gateways.clock import FixedClock
from worker.run import run
from worker.steps.judge import Method
from worker.tools import Options, Tools


def _method() -> Method:
    return load_method("built-in")


def with_one_article(store: Store) -> Store:
    """The store with the sample list and one article in it, read and judged."""
    return with_pages(store, {"http://gazette.example/a": page(*SILO)})


def with_pages(store: Store, pages: dict[str, bytes]) -> Store:
    """The store with the sample list and these pages, by their addresses, as its feed brought them."""
    web = FakeWeb()
    web.site = {"http://gazette.example/feed.xml": rss(*((url, url) for url in pages)), **pages}
    with store.begin() as tx:
        seeds.take_over(tx, a_watch_list(), now=NOON)
    _tick(Tools(store=store, web=web, mailer=Outbox(), clock=FixedClock(NOON), method=_method, options=Options()))
    return store


def with_a_digest(store: Store) -> Store:
    """The same, and the digest of the day after, sent."""
    with_one_article(store)
    next_day = FixedClock(NOON + timedelta(days=1))
    options = Options(visits=False)  # there is nothing at all to be found on the web of that day
    _tick(Tools(store=store, web=FakeWeb(), mailer=Outbox(), clock=next_day, method=_method, options=options))
    return store


def _tick(tools: Tools) -> None:
    for _ in range(2):
        calls = run(tools, Call(JobName.TICK))
        while calls:
            calls += run(tools, calls.pop(0))


def all_articles(tx: Connection) -> list[dict[str, Any]]:
    """Rows of all articles, as an empty query gives them."""
    return list(every_article(tx, Query()))


def everything(store: Store) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, in the order of their keys. The store is left closed: nobody holds its file open."""
    with store.read() as tx:
        rows = {
            table.name: [dict(row) for row in tx.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in Base.metadata.sorted_tables
        }
    store.close()
    return rows
