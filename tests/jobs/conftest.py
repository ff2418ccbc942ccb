"""Drivers of the line: run calls with their follow-ups, like the workers do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from schedules.calls import Call, JobName
from storage import seeds
from tests.builders import SILO, a_watch_list, page, rss
from tests.fakes import NOON, FakeWeb
from worker.run import run
from worker.tools import Tools

Drive = Callable[[], list[JobName]]


@pytest.fixture
def watched(tools: Tools, web: FakeWeb) -> Tools:
    """A list with one feed of two pages: one on the claim, one on something else."""
    web.site = {
        "http://gazette.example/feed.xml": rss(("http://gazette.example/a", "A"), ("http://gazette.example/b", "B")),
        "http://gazette.example/a": page(*SILO),
        "http://gazette.example/b": page(
            "Growers lifted their sugar beet late because of the wet ground in the east. " * 3, title="Beet"
        ),
    }
    with tools.store.begin() as tx:
        seeds.take_over(tx, a_watch_list(), now=NOON)
    return tools


@pytest.fixture
def drive(watched: Tools) -> Drive:
    """Ticks until nothing is due; the jobs that ran."""

    def until_quiet() -> list[JobName]:
        ran: list[JobName] = []
        for _ in range(30):
            calls = run(watched, Call(JobName.TICK))
            if not calls:
                return ran
            while calls:
                call = calls.pop(0)
                ran.append(call.job)
                calls += run(watched, call)
        raise AssertionError("the line does not come to rest")

    return until_quiet
