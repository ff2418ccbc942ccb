"""A text as the hashes of its word sequences, and as the few numbers by which its near-copies are found."""

from __future__ import annotations

import re
from array import array
from hashlib import blake2b
from zlib import crc32

from rensa import RMinHash

from storage.folding import fold

# Sequences of five words: of 2,230 news texts (see docs/method.md) no two that had been written apart shared a tenth of
# them; with three, 1,600 pairs did.
_WORDS_A_SHINGLE = 5
# Shorter texts are a headline and a caption: their few sequences are shared by chance, or not at all.
FEWEST_WORDS = 40
# Two texts are compared when they share a band, that is two minima of twenty. Ten bands of two found 96 % of the pairs
# of real reprints, and a text cut to 55 % in 98 of 100 cases; eight found 93 and 95 %; of three minima a band, 84 and 82 %.
_BANDS, _MINIMA_A_BAND = 10, 2
_SEED = 20_171_113
# Mixed into every band: those of another way of sketching never meet these. A test holds the bands of a sample text, so
# that a new rensa, or another folding, does not change them unnoticed. What changes is lost for the days in which a
# reprint may come (storage/stories.py), no longer.
_MARK = f"1.{RMinHash.ALGORITHM_VERSION}"
# A script without spaces (Thai to Khmer, Chinese, Japanese): each letter is a word.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")


def bands(text: str) -> tuple[int, ...]:
    """Ten numbers below 2 ** 63, the same in every process and on every machine; none of a text too short to compare."""
    told = shingles(text)
    if not told:
        return ()
    flat = array("Q", told), array("Q", (0, len(told)))
    (minima,) = RMinHash.digest_matrix_from_flat_token_hashes(*flat, _BANDS * _MINIMA_A_BAND, _SEED).to_rows()
    return tuple(_band(n, minima[n * _MINIMA_A_BAND : (n + 1) * _MINIMA_A_BAND]) for n in range(_BANDS))


def shingles(text: str) -> frozenset[int]:
    """32-bit hashes of the sequences of five words, case, marks and punctuation folded away; none of a text too short to compare."""
    words = _WORD.findall(fold(text))
    if len(words) < FEWEST_WORDS:
        return frozenset()
    runs = zip(*(words[n:] for n in range(_WORDS_A_SHINGLE)), strict=False)
    return frozenset(crc32(" ".join(run).encode()) for run in runs)


def _band(number: int, minima: list[int]) -> int:
    said = " ".join(map(str, (_MARK, number, *minima)))
    return int.from_bytes(blake2b(said.encode(), digest_size=8).digest()) >> 1
