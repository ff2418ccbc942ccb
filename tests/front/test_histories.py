"""`claimwatch article history`, `diff` and `events`, as a person and as a script run them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schedules.calls import Call, JobName
from storage.engine import Store
from tests.builders import SILO, page
from tests.fakes import NOON, FakeWeb, Outbox
from tests.filling import with_one_article
from tests.front.conftest import Command
from tests.front.serving import a_site
from worker.gateways.clock import FixedClock
from worker.run import run
from worker.steps.judge import Method
from worker.tools import Options, Tools

NOTICE = "Correction: An earlier version of this article gave a wrong number of people."


@pytest.fixture
def corrected(commands_store: Store, method: Method) -> Store:
    """The command's own database, with one article that was corrected an hour after it was read."""
    store = with_one_article(commands_store)
    clock = FixedClock(NOON + timedelta(hours=1))
    web = FakeWeb(clock)
    web.site["http://gazette.example/a"] = page(SILO[0].replace("4,000", "3,000"), SILO[1], NOTICE)
    tools = Tools(store=store, web=web, mailer=Outbox(), clock=clock, method=lambda: method, options=Options())
    calls = run(tools, Call(JobName.TICK))
    while calls:
        calls += run(tools, calls.pop(0))
    return store


def test_the_history_of_a_corrected_article(claimwatch: Command, corrected: Store) -> None:
    told = claimwatch("article", "history", "1", "--json").json()
    assert [(r["number"], r["cause"], r["notice"]) for r in told["revisions_listed"]] == [
        (1, "first", ""),
        (2, "edit", NOTICE),
    ]
    assert [(e["kind"], e["claim_id"], e["revision"]) for e in told["events_listed"]] == [
        ("vanished", "raqqa-4000", 2),
        ("corrected", None, 2),
    ]
    assert (told["state"], told["edited"], told["corrected"]) == ("live", 0, 1)
    shown = claimwatch("article", "history", "1").out
    assert NOTICE in shown
    assert told["revisions_listed"][1]["text_hash"][:12] in shown
    assert (
        "edited 0 times, corrected 1 time; see: claimwatch article history 1" in claimwatch("article", "show", "1").out
    )
    assert claimwatch("article", "show", "1", "--json").json() == a_site(corrected).get("/api/v1/articles/1").json()


def test_the_difference_of_two_readings(claimwatch: Command, corrected: Store) -> None:
    ran = claimwatch("article", "diff", "1")
    assert "that about [-4,000-]{+3,000+} people were allowed" in ran.out
    assert NOTICE in ran.out
    assert ran.err.startswith("article 1: revision 1 of 2026-11-23T12:00:00Z, 2 of 2026-11-23T13:00:00Z")
    told = claimwatch("article", "diff", "1", "--from", "2", "--to", "1", "--json").json()
    went = "".join(s["text"] for s in told["text"] if s["kind"] != "added")
    assert (told["from"]["number"], SILO[0].replace("4,000", "3,000") in went) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["diff", "1", "--to", "9"], "article 1 has no revision 8; see: claimwatch article history 1"),
        (["diff", "1", "--to", "1"], "article 1 has no reading before revision 1: there is nothing to compare"),
        (["diff", "1", "--from", "2"], "--from and --to are one revision, 2: there is nothing to compare"),
        (["diff", "9"], "no article 9; see: claimwatch article search"),
        (["history", "9"], "no article 9; see: claimwatch article search"),
    ],
)
def test_what_is_not_there_is_said(claimwatch: Command, corrected: Store, arguments: list[str], said: str) -> None:
    ran = claimwatch("article", *arguments)
    assert (ran.code, ran.out) == (1, "")
    assert said in ran.err


def test_events_of_all_articles_newest_first_since_an_instant(claimwatch: Command, corrected: Store) -> None:
    rows = claimwatch("article", "events", "--json").json()
    assert [(row["kind"], row["article_id"]) for row in rows] == [("vanished", 1), ("corrected", 1)]
    assert rows[1]["detail"] == NOTICE
    assert "vanished" in claimwatch("article", "events").out
    assert len(claimwatch("article", "events", "--since", "2026-11", "--json").json()) == 2
    assert claimwatch("article", "events", "--since", "1d", "--json").code == 0
    soon = claimwatch("article", "events", "--since", "soon")
    assert (soon.code, "--since:soon: expected a day such as" in soon.err) == (2, True)
    later = claimwatch("article", "events", "--since", "2026-11-23T14:00:00Z")
    assert (later.code, later.out) == (0, "")
    assert "Nothing happened to any article since" in later.err


def test_an_article_that_was_read_once_has_no_difference(claimwatch: Command, commands_store: Store) -> None:
    with_one_article(commands_store)
    ran = claimwatch("article", "diff", "1")
    assert (ran.code, ran.err) == (1, "claimwatch: article 1 was read once: there is nothing to compare\n")
