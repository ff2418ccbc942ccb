from __future__ import annotations

from dataclasses import replace

import pytest

from storage import queries, seeds
from storage.engine import Store
from storage.errors import Refused
from storage.records import ClaimId, Entity, FeedSpec, RecipientSpec, WatchList
from storage.seeds import Taken
from tests.builders import RAQQA, a_claim, a_watch_list
from tests.fakes import LATER, NOON

NOTHING = Taken(new=(), changed=(), retired=(), new_feeds=0, new_recipients=0)


def take(store: Store, watch_list: WatchList, now: object = NOON) -> Taken:
    with store.begin() as tx:
        return seeds.take_over(tx, watch_list, now=now)  # type: ignore[arg-type]


def test_a_list_taken_twice_changes_nothing(store: Store) -> None:
    assert take(store, a_watch_list()) == Taken(
        new=("raqqa-4000",), changed=(), retired=(), new_feeds=1, new_recipients=1
    )
    assert take(store, a_watch_list(), LATER) == NOTHING


def test_what_is_stored_is_what_was_given(store: Store, watch_list: WatchList) -> None:
    take(store, watch_list)
    with store.read() as tx:
        got = seeds.to_judge(tx)
    assert {c.id: c for c in got.claims} == {c.id: c for c in watch_list.claims}
    assert {e.slug: e for e in got.entities} == {e.slug: e for e in watch_list.entities}
    assert got.seeds == (watch_list.seed,)


def test_an_edit_is_taken_over_and_changes_the_stamp(store: Store) -> None:
    take(store, a_watch_list())
    with store.read() as tx:
        before = seeds.to_judge(tx).stamp
    edited = a_watch_list(claims=(a_claim("About 3,500 fighters left Raqqa."),))
    assert take(store, edited, LATER).changed == ("raqqa-4000",)
    with store.read() as tx:
        after = seeds.to_judge(tx)
    assert (after.claims[0].text, after.stamp != before) == ("About 3,500 fighters left Raqqa.", True)


def test_a_claim_gone_from_the_file_is_retired_and_comes_back_when_it_does(store: Store) -> None:
    two = a_watch_list(claims=(a_claim(), a_claim(id=ClaimId("other"))))
    take(store, two)
    assert take(store, a_watch_list(), LATER).retired == ("other",)
    with store.read() as tx:
        assert [c["id"] for c in queries.claims(tx)] == ["raqqa-4000"]
        assert [c["id"] for c in queries.claims(tx, with_retired=True)] == ["raqqa-4000", "other"]
    assert take(store, two, LATER).changed == ("other",)


def test_a_claim_id_belongs_to_one_list(store: Store) -> None:
    take(store, a_watch_list())
    with pytest.raises(Refused, match="raqqa-4000"):
        take(store, a_watch_list(slug="another"))
    with store.read() as tx:
        assert queries.list_slugs(tx) == ["sample"]


def test_recipients_and_entities_follow_the_file(store: Store) -> None:
    take(store, a_watch_list())
    other = Entity(slug="mosul", names={"en": ("Mosul",)})
    edited = a_watch_list(recipients=(RecipientSpec(address="desk@claimwatch.example"),), entities=(RAQQA, other))
    assert take(store, edited, LATER).new_recipients == 1
    with store.read() as tx:
        row = queries.seed(tx, "sample")
        assert row is not None
        assert [r["address"] for r in row["recipients"]] == ["desk@claimwatch.example"]
        assert {e.slug for e in seeds.to_judge(tx).entities} == {"raqqa", "mosul"}


def test_a_feed_keeps_what_only_one_of_two_lists_says_of_it(store: Store) -> None:
    take(store, a_watch_list())
    bare = replace(
        a_watch_list(),
        slug="two",
        claims=(a_claim(id=ClaimId("two")),),
        feeds=(FeedSpec(url="http://gazette.example/feed.xml"),),
    )
    assert take(store, bare).new_feeds == 0
    with store.read() as tx:
        (feed,) = queries.feeds(tx)
    assert (feed["outlet"], feed["country"], feed["lang"]) == ("Gazette", "GB", "en")
