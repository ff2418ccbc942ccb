"""Copies, owners and the seed's own re-posts through the line: from feeds to counts."""

from __future__ import annotations

from dataclasses import replace

from claimwatch.counted import our_own_figure, with_voices
from storage import queries, seeds
from storage.records import FeedSpec, Seed
from storage.rows import Json
from tests.builders import SILO, a_watch_list, page, rss
from tests.fakes import NOON, FakeWeb
from tests.filling import all_articles
from tests.jobs.conftest import Drive
from tests.reprints import prose, words
from worker.steps.claim_state import SIDES
from worker.steps.fingerprint import fingerprint
from worker.tools import Tools

WIRE = "ANKARA (Reuters) - " + "\n".join([*SILO, prose(words(150, seed=1))])
OWN = prose(words(150, seed=2))


def watch(
    tools: Tools, web: FakeWeb, pages: dict[str, str], owners: dict[str, str] | None = None, seed: str = ""
) -> None:
    """One feed and one piece at each of the hosts."""
    web.site = {}
    for host, text in pages.items():
        web.site[f"http://{host}.example/feed.xml"] = rss((f"http://{host}.example/p", f"Piece of {host}"))
        web.site[f"http://{host}.example/p"] = page(*text.split("\n"), title=f"Piece of {host}")
    specs = tuple(
        FeedSpec(url=f"http://{h}.example/feed.xml", outlet=h, owner=(owners or {}).get(h, "")) for h in pages
    )
    known = Seed(title="A sample seed", url="http://seed.example/piece", fingerprint=seed)
    with tools.store.begin() as tx:
        seeds.take_over(tx, replace(a_watch_list(), feeds=specs, seed=known), now=NOON)


def rows(tools: Tools) -> dict[str, Json]:
    with tools.store.read() as tx:
        return {row["outlet"]: row for row in all_articles(tx)}


def test_a_wire_text_in_three_outlets_is_one_voice_and_says_so(watched: Tools, web: FakeWeb, drive: Drive) -> None:
    cut = WIRE.rsplit("\n", 1)[0]
    own = "\n".join([SILO[0].replace("told Reuters", "said"), OWN])
    watch(watched, web, {"wire": WIRE, "herald": WIRE, "monitor": cut, "star": own})
    drive()
    told = rows(watched)
    assert {name: (row["copies"], row["wire"]) for name, row in told.items()} == {
        "wire": (2, "Reuters"), "herald": (2, "Reuters"), "monitor": (2, "Reuters"), "star": (0, ""),
    }  # fmt: skip
    assert len({told[name]["story"] for name in ("wire", "herald", "monitor")}) == 1
    with watched.store.read() as tx:
        (claim,) = with_voices(queries.claims(tx), queries.heard(tx, ["raqqa-4000"]))
        figure = our_own_figure(queries.heard(tx, ["raqqa-4000"], relations=SIDES))
    assert claim["heard"] == "4 articles, 2 independent"
    assert (claim["articles"], claim["independent"], claim["copies"]) == (4, 2, 2)
    assert figure["claims"] == 1


def test_outlets_of_one_owner_are_one_voice(watched: Tools, web: FakeWeb, drive: Drive) -> None:
    pieces = {name: "\n".join([SILO[0].replace("told Reuters", "said"), prose(words(120, seed=n))])
              for n, name in enumerate(("north", "south", "west"))}  # fmt: skip
    watch(watched, web, pieces, owners={"north": "Chain", "south": "Chain"})
    drive()
    with watched.store.read() as tx:
        heard = queries.heard(tx, ["raqqa-4000"])
    (claim,) = with_voices([{"id": "raqqa-4000"}], heard)
    assert claim["heard"] == "3 articles, 2 independent"
    figure = our_own_figure({"raqqa-4000": [one for one in heard["raqqa-4000"] if one.owner]})
    assert figure["says"] == "of 1 claim that two or more articles take a side on, 1 (100%) rest on one voice"
    assert figure["largest"] == {"claim": "raqqa-4000", "articles": 2, "why": ["same owner: Chain"]}


def test_a_repost_of_the_seed_at_an_unknown_address_is_no_follow_up(watched: Tools, web: FakeWeb, drive: Drive) -> None:
    piece = "\n".join([*SILO, prose(words(200, seed=3))])
    quoting = "\n".join([prose(words(300, seed=4)), SILO[0]])
    watch(watched, web, {"blog": f"{OWN[:200]}\n{piece}", "herald": quoting}, seed=fingerprint(piece))
    drive()
    told = rows(watched)
    assert {name: (row["is_seed_copy"], row["findings"] > 0) for name, row in told.items()} == {
        "blog": (True, False), "herald": (False, True),
    }  # fmt: skip


def test_without_claims_there_is_no_figure() -> None:
    assert our_own_figure({"a": []})["says"] == "no claim has two articles yet that take a side on it"
