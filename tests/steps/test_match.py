from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from storage.records import Claim, ClaimId, ClaimKind, Entity, Verdict, WatchList
from tests.live.conftest import NEWSROOM
from worker.handovers import Candidate
from worker.steps.compare_figures import beside, kinds_of, may_count
from worker.steps.match import Matcher, Names, build_matcher, candidates
from worker.steps.passages import cut, sentences
from worker.steps.read_figures import spot_figures

TEXTS = (
    "About 4,000 people left Raqqa under a secret deal in October 2017, Talal Silo said. Some 3,500 of them were fighters. "
    "The lorry drivers were promised money.\nThe coalition denied that it was a party to the agreement in Raqqa. It watched "
    "the convoy of buses from the air.\nThe council spoke of 300 fighters who surrendered with their families.",
    "Coalition air strikes killed more than 1,600 civilians in Raqqa, a study found.\nThe strike near Deir ez-Zor on 17 "
    "September 2016 killed 62 Syrian soldiers. The Pentagon called it an accident of intelligence.\nWeapons bought by the "
    "United States in eastern Europe reached Islamic State fighters within months, investigators said.",
    "Растущее число боевиков покинуло Ракку по секретному соглашению с коалицией, сообщил Талал Силу.",
    "It rained on the sugar beet all week.",
)
TITLE = "Raqqa's dirty secret"


def met(matcher: Matcher, text: str) -> tuple[Candidate, ...]:
    return candidates(matcher, text, cut(text), title=TITLE)


def stories() -> list[str]:
    if not NEWSROOM.exists():
        pytest.skip("CLAIMWATCH_NEWSROOM is not set: no real stories")
    return [story["text"] for story in json.loads(gzip.decompress(NEWSROOM.with_name("stories.json.gz").read_bytes()))]


def unrelated(n: int) -> list[Claim]:
    """Claims of another place, in words that no text here has."""
    dice = random.Random(4)
    said = [" ".join("".join(dice.choices("bcdfglmnpr", k=6)) for _ in range(12)) for _ in range(n)]
    return [
        Claim(id=ClaimId(f"a{i}"), topic="", text=text, kind=ClaimKind.REPORTED, places=("elsewhere",))
        for i, text in enumerate(said)
    ]


def test_the_order_of_claims_changes_nothing(watch_list: WatchList, matcher: Matcher) -> None:
    mixed = list(watch_list.claims)
    random.Random(1).shuffle(mixed)
    other = build_matcher(mixed, watch_list.entities)
    assert sum(len(met(matcher, text)) for text in TEXTS) > 5
    assert [met(other, text) for text in TEXTS] == [met(matcher, text) for text in TEXTS]


@pytest.mark.parametrize("n", [1, 400])
def test_claims_of_another_matter_change_nothing_for_a_claim_with_names(
    watch_list: WatchList, matcher: Matcher, n: int
) -> None:
    more = build_matcher([*watch_list.claims, *unrelated(n)], watch_list.entities)
    named = {claim.id for claim in watch_list.claims if claim.places or claim.actors}
    for text in TEXTS:
        assert [c for c in met(more, text) if c.claim_id in named] == [
            c for c in met(matcher, text) if c.claim_id in named
        ]


def test_a_claim_alone_meets_what_it_meets_among_few(watch_list: WatchList) -> None:
    few = [c for c in watch_list.claims if c.id.startswith("raqqa")][:5]
    assert len(few) == 5
    among = build_matcher(few, watch_list.entities)
    for text in TEXTS[:3]:
        together = met(among, text)
        alone = [c for claim in few for c in met(build_matcher([claim], watch_list.entities), text)]
        assert together == tuple(sorted(alone, key=lambda c: (c.claim_id, c.position)))
        assert together


def _left_out_nothing(matcher: Matcher, texts: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> int:
    quick = [met(matcher, text) for text in texts]
    with monkeypatch.context() as patched:
        patched.setattr(matcher, "asked_by", lambda *_asked: list(matcher.ordered))
        assert [met(matcher, text) for text in texts] == quick
    return sum(map(len, quick))


def test_the_index_leaves_out_no_claim_that_a_text_speaks_of(matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _left_out_nothing(matcher, TEXTS, monkeypatch) > 5


@pytest.mark.newsroom
def test_the_index_leaves_out_nothing_on_real_stories(matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _left_out_nothing(matcher, stories(), monkeypatch) > 300


def test_the_index_asks_only_claims_that_a_text_names(matcher: Matcher) -> None:
    said = frozenset({"strike", "kill", "civilian", "agreement", "weapon"})
    asked = matcher.asked_by(said, frozenset({"deir-ez-zor"}), "en")
    assert asked
    assert all("deir-ez-zor" in (*c.places, *c.actors) or not (c.places or c.actors) for c in asked)
    assert matcher.asked_by(frozenset(), frozenset({"deir-ez-zor"}), "en") == []


def test_the_best_passages_of_a_claim_and_the_best_claims_of_a_passage_are_kept(watch_list: WatchList) -> None:
    base = next(c for c in watch_list.claims if c.id == "raqqa-silo-4000")
    copies = [replace(base, id=ClaimId(f"copy-{n}")) for n in range(8)]
    text = "\n".join(
        f"Thousands of fighters and families left Raqqa, the defector Talal Silo said on day {n}." for n in range(9)
    )
    assert len(met(build_matcher(copies[:1], watch_list.entities), text)) == 8
    got = met(build_matcher(copies, watch_list.entities), text)
    assert set(Counter(c.position for c in got).values()) == {6}
    assert len(got) == 24


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("They fled Raqqa.", {"raqqa"}),
        ("Rakka'dan ayrıldılar", {"raqqa"}),
        ("из Ракки вывезли", {"raqqa"}),
        ("خرجوا من الرقة وبالرقة", {"raqqa"}),
        ("Raqqaland and Araqqa", set()),
        ("the towns of Ras Al Ayn", {"ras"}),
        ("a ras, an ayn", set()),
        ("CAR said so", {"car"}),
        ("a car", set()),
    ],
)
def test_names_are_found_with_their_endings_and_not_inside_other_words(text: str, slugs: set[str]) -> None:
    names = Names(
        [
            Entity(slug="raqqa", names={"en": ("Raqqa",), "tr": ("Rakka",), "ru": ("Ракка",), "ar": ("الرقة",)}),
            Entity(slug="ras", names={"en": ("Ras al-Ayn",)}),
            Entity(slug="car", names={"en": ("CAR",)}),
        ]
    )
    assert names.within(text) == slugs


def test_a_passage_that_may_not_count_holds_no_figure_of_the_same_thing(watch_list: WatchList) -> None:
    texts = [*TEXTS, *(claim.text for claim in watch_list.claims), "In 2017 fighters left.", "Dozens of people left."]
    same = 0
    for claim in (c for c in watch_list.claims if c.figures):
        for text in texts:
            parts = [text[a:b] for a, b in sentences(text)]
            pairs = [pair for part in parts for s in spot_figures(part) if (pair := beside(part, s, claim.figures))]
            if any(theirs.verdict is not Verdict.DIFFERENT_THING for theirs, _ours in pairs):
                same += 1
                assert may_count(text, kinds_of(claim.figures)), (claim.id, text)
    assert same > 10
    assert not may_count("In October 2017 the fighters left.", frozenset({"fighters"}))
