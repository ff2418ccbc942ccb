"""A text known by a sample of its hashes, so that its re-posts are recognised wherever they stand, and it stands nowhere.

The sample is the smallest hashes of its sequences of words: which share of them another text holds is the share of all,
and of the other text's own sequences those below the largest sampled one are a sample too, so both ways can be asked.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from worker.steps.sketch import shingles

# 128 of some thousand tell a share within 4 % (one standard deviation), and are 700 letters in a watch list.
_SAMPLED = 128
# Before the letters: another way of hashing is another number, and a fingerprint of the old is refused, not mistaken.
_VERSION = "1:"
# From six tenths of the original on it is a re-post, whatever stands before, after or between: one with an introduction,
# or with a paragraph left out. An article that quotes two sentences holds a twentieth.
_OF_THE_ORIGINAL = 0.6
# And so is one of which most is the original's, however little of that: cut short, or a teaser with "read more".
_OF_THE_OTHER = 0.75
# Sampled sequences of the other text below which its share says nothing.
_FEWEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """The sampled hashes of a text, and up to which hash all of its are among them."""

    sample: frozenset[int]
    up_to: int

    def is_of(self, told: AbstractSet[int]) -> bool:
        """Whether a text with these shingles is a copy, or the most of one."""
        shared = len(self.sample & told)
        others = sum(one <= self.up_to for one in told)
        return shared >= _OF_THE_ORIGINAL * len(self.sample) or (others >= _FEWEST and shared >= _OF_THE_OTHER * others)


def fingerprint(text: str) -> str:
    """The text's fingerprint as it stands in a watch list. Raises ValueError for a text too short to be known by it."""
    sample = sorted(shingles(text))[:_SAMPLED]
    if len(sample) < _SAMPLED // 4:
        raise ValueError(f"too short to be recognised: expected some {_SAMPLED // 4 + 4} words or more")
    return _VERSION + base64.b64encode(struct.pack(f">{len(sample)}I", *sample)).decode()


def read_fingerprint(told: str) -> Fingerprint:
    """The fingerprint that `fingerprint` wrote. Raises ValueError, with what is expected, for any other text."""
    try:
        if not told.startswith(_VERSION):
            raise ValueError
        packed = base64.b64decode(told.removeprefix(_VERSION), validate=True)
        sample = struct.unpack(f">{len(packed) // 4}I", packed)
        if not sample or list(sample) != sorted(set(sample)):
            raise ValueError
    except (ValueError, binascii.Error, struct.error):
        raise ValueError("what `claimwatch seed fingerprint FILE` prints") from None
    # a text with fewer sequences than are sampled is there whole
    up_to = sample[-1] if len(sample) == _SAMPLED else 2**32
    return Fingerprint(sample=frozenset(sample), up_to=up_to)
