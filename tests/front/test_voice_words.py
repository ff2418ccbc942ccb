"""Who says it, as a person reads it."""

from __future__ import annotations

from typing import Any

import pytest

from claimwatch.voice_words import voice_words
from storage.records import Act, Certainty, Role, Voice
from storage.shapes import voice_to_json

PASSAGE = "The coalition denied that it was a party, Reuters reported. It was said so."


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "nobody is named"),
        ({"act": Act.CONFIRMS}, "nobody is named; the text confirms it"),
        (
            {"speaker": "The coalition", "role": Role.OFFICIAL, "entity": "coalition", "act": Act.DENIES, "denied": (21, 40),
             "relayed_from": "Reuters"},
            "“The coalition” (official, coalition) denies “that it was a party”; taken from Reuters",
        ),
        (
            {"speaker": "a driver", "role": Role.ARMED_GROUP, "firsthand": True, "certainty": Certainty.HEDGED},
            "“a driver” (armed group) says so; at first hand; with a reservation",
        ),
        ({"speaker": "Reuters", "role": Role.OUTLET, "relayed_from": "Reuters"}, "“Reuters” (outlet) says so"),
        ({"speaker": "a clerk", "denied": (21, 40)}, "“a clerk” says so, and “that it was a party” is denied"),
    ],
)  # fmt: skip
def test_a_voice_is_words_not_fields(told: dict[str, Any], words: str) -> None:
    kept = voice_to_json(Voice(**told))
    assert kept is not None
    assert voice_words(kept, PASSAGE) == words
