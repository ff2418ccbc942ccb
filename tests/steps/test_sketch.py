from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.reprints import prose, words
from worker.steps.same_text import same_text
from worker.steps.sketch import bands, shingles

WIRE, OWN = words(600, seed=1), words(600, seed=2)


def test_bands_are_what_they_were_when_they_were_stored() -> None:
    # Stored bands meet those of today. If this fails, something under them has changed (rensa, the folding): raise the
    # mark in worker/steps/sketch.py and put the new numbers here.
    assert bands(prose(words(100, seed=7)))[:2] == (6259488265817084646, 7095610622254795688)


def test_bands_are_the_same_in_another_process() -> None:
    code = (
        "from tests.reprints import *; from worker.steps.sketch import bands; print(bands(prose(words(300, seed=5))))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(bands(prose(words(300, seed=5))))


def test_bands_fit_the_column_and_are_few() -> None:
    told = bands(prose(WIRE))
    assert len(told) == len(set(told)) == 10
    assert all(0 <= band < 2**63 for band in told)


def test_dress_changes_nothing() -> None:
    text = prose(WIRE)
    assert bands(text) == bands(text.upper().replace(". ", "!\n\n«")) == bands(" ".join(WIRE))


def test_a_headline_with_its_caption_has_no_sketch() -> None:
    assert bands(" ".join(WIRE[:39])) == ()
    assert bands(" ".join(WIRE[:40])) != ()
    assert not same_text(" ".join(WIRE[:39]), " ".join(WIRE[:39]))


def test_a_script_without_spaces_is_told_by_its_letters() -> None:
    text = "".join(chr(0x4E00 + (n * n * 7) % 3000) for n in range(300))
    assert same_text(text, text[:200])
    assert len(shingles(text)) > 200


def edited(told: list[str], every: int) -> list[str]:
    return [f"{word}q" if n % every == 0 else word for n, word in enumerate(told)]


@pytest.mark.parametrize(
    "later",
    [
        WIRE,
        WIRE[:330],  # 900 words cut to 500
        WIRE[:120],  # cut to a brief: nothing of its own
        OWN[:50] + WIRE,
        OWN[:50] + WIRE[40:400],
        [word for n in range(0, 600, 45) if n % 4 for word in WIRE[n : n + 45]],  # paragraphs dropped
        WIRE[300:] + WIRE[:300],
        edited(WIRE, 25),
    ],
    ids=["whole", "cut", "brief", "opened", "opened-cut", "dropped", "turned", "edited"],
)
def test_a_reprint_is_the_same_text(later: list[str]) -> None:
    assert same_text(prose(WIRE), prose(later))


@pytest.mark.parametrize(
    "later",
    [OWN, OWN + WIRE[:200], OWN[:300] + WIRE[:150], OWN[:100] + WIRE[:80], edited(WIRE, 4)],
    ids=["another", "wire-inside", "half-own", "quoted", "reworded"],
)
def test_what_has_its_own_words_is_another(later: list[str]) -> None:
    assert not same_text(prose(WIRE), prose(later))


def test_a_brief_that_came_first_is_not_what_the_report_was_taken_from() -> None:
    brief = prose(WIRE[:120])
    assert same_text(prose(WIRE), brief)
    assert not same_text(brief, prose(WIRE))
