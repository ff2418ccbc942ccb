"""A seed is known by its text. Its text stands in no test: the one of the list that comes with us is read where it lies."""

from __future__ import annotations

import pytest

from storage.records import WatchList
from tests.live.conftest import NEWSROOM
from tests.reprints import prose, words
from worker.steps.fingerprint import fingerprint, read_fingerprint
from worker.steps.sketch import shingles

SEED, OWN = words(1400, seed=1), words(600, seed=2)
KNOWN = fingerprint(prose(SEED))


def is_seed(told: list[str], known: str = KNOWN) -> bool:
    return read_fingerprint(known).is_of(shingles(prose(told)))


@pytest.mark.parametrize(
    "told",
    [
        SEED,
        OWN[:120] + SEED,
        OWN + SEED,
        SEED[:700],
        SEED[:300] + OWN[:20],
        SEED[200:900] + OWN[:40],
        OWN[:100] + SEED[:600],
    ],
    ids=["whole", "introduced", "with-much-around", "half", "teaser", "middle", "introduced-half"],
)
def test_a_repost_is_known_whatever_was_put_around_it_or_cut(told: list[str]) -> None:
    assert is_seed(told)


@pytest.mark.parametrize(
    "told",
    [OWN, OWN + SEED[100:160], OWN + SEED[100:300], OWN[:90] + SEED[100:160], []],
    ids=["another", "two-sentences", "a-long-quotation", "a-short-piece", "nothing"],
)
def test_an_article_that_quotes_it_is_none(told: list[str]) -> None:
    assert not is_seed(told)


def test_a_short_seed_is_known_whole_and_a_shorter_one_is_refused() -> None:
    short = fingerprint(prose(SEED[:90]))
    assert is_seed(SEED[:90], short)
    assert is_seed(OWN[:300] + SEED[:90], short)
    assert not is_seed(OWN, short)
    with pytest.raises(ValueError, match="too short"):
        fingerprint(prose(SEED[:30]))


@pytest.mark.parametrize("told", ["", "1:", "1:%%%", "0:" + KNOWN[2:], KNOWN[:-9], "1:AAAAAQAAAAE=", "words"])
def test_what_is_no_fingerprint_is_refused_with_what_is_expected(told: str) -> None:
    with pytest.raises(ValueError, match="seed fingerprint FILE"):
        read_fingerprint(told)


def test_ours_is_that_of_the_seeds_text(watch_list: WatchList) -> None:
    lies = NEWSROOM.parent.parent / "seed" / "article.txt"
    if not lies.is_file():
        pytest.skip(f"the seed's text is not at {lies}")
    # under it stand who wrote it and where it was printed first
    lines = lies.read_text(encoding="utf-8").split("\n")
    assert fingerprint("\n".join(lines[:-3])) == watch_list.seed.fingerprint
    known = read_fingerprint(watch_list.seed.fingerprint)
    told = lines[:-3]
    assert known.is_of(shingles("\n".join(lines)))
    assert known.is_of(shingles("\n".join(["An introduction of our own."] * 20 + told)))
    assert known.is_of(shingles("\n".join(told[: len(told) // 3])))
    assert not known.is_of(shingles("\n".join([prose(OWN), *told[4:6]])))
