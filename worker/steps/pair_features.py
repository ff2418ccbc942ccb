"""A claim and a text as numbers: how much of the claim the text says, and which words of denial, doubt and confirmation stand where.

The learned models take these numbers in the order of NAMES: a change here asks for new weights (training/README.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from worker.steps.evidence import Rarity, Sentence, read, stem_of, stems_of, weigh, words_of

# Which way a word leans. Written for English, from what denial and doubt look like in reported speech (docs/method.md);
# forms are found by their stem.
_CUES: dict[str, str] = {
    "deny": "deny denied denial reject rejected refute rebut dismiss dispute disputed contradict contradicted deride scoff slam blast",
    "fake": "hoax fake faked false falsely untrue fabricated bogus phony phoney satire satirical prank staged parody photoshop photoshopped doctored debunk "
    "debunked myth fiction fictional fictitious scam lie lies lying unfounded baseless misleading inaccurate incorrect wrong invented nonsense mistaken "
    "misreported misidentified misinterpreted exaggerated discredited fooled duped trick joke joking",
    "not": "not never no none nor neither cannot without nothing nobody unlikely",
    "doubt": "rumor rumour rumored rumoured alleged allegedly allegation reportedly purported purportedly unconfirmed unverified apparently apparent "
    "supposedly supposed speculation speculated claim claimed possible possibly may might could whether unclear suspected believed doubt doubts skeptical sceptical "
    "question questioned mystery",
    "report": "said says say according told report reported reports reporting sources source",
    "confirm": "confirm confirmed admit admitted acknowledge acknowledged verify verified announce announced official officially reveal revealed prove "
    "proved proven true indeed found shows showed identified arrested charged",
    "correct": "correction corrected retract retracted update updated apology apologize apologise clarify clarified clarification removed deleted",
    "but": "but however although though instead actually despite turns yet",
}
_GROUPS = tuple(_CUES)
_BIT = {group: 1 << i for i, group in enumerate(_GROUPS)}
_NO = _BIT["deny"] | _BIT["fake"] | _BIT["not"]
_TABLE: dict[str, int] = {}
for _group, _words in _CUES.items():
    for _word in _words.split():
        _TABLE[stem_of(_word)] = _TABLE.get(stem_of(_word), 0) | _BIT[_group]
_QUESTION = 1 << len(_GROUPS)
_NAME = re.compile(r"\b[A-ZÀ-ÞА-Я][\w'’-]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_REACH = 7  # words that a "no" governs, about a clause

_OVER_TEXT = (
    "in_claim", "in_lead", "in_best", "in_next", "near", "strongest", "often", "late",
)  # fmt: skip
NAMES: tuple[str, ...] = (
    "whole", "lead", "best", "second", "top3", "best_at", "sentences", "claim_words", "rare3", "rarest", "names",
    "bigrams_best", "bigrams_whole", "like_best", "numbers_shared", "numbers_other", "claim_numbers", "longest_run",
    "no_governs", "no_governs_most", "no_governs_claim", "parity", "shares_over_half", "shares_over_third", "quoted_claim",
    *(f"{group}_{place}" for group in (*_GROUPS, "question") for place in _OVER_TEXT),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadPair:
    """A claim and a text, read once for the features and for the encoder's excerpt."""

    claim: str
    text: str
    article: bool
    weights: dict[str, float]
    sentences: list[Sentence]


def read_pair(claim: str, text: str, rarity: Rarity, *, article: bool) -> ReadPair:
    """Cut and weigh. `text` in any length; a headline stands as its first line. `article`: it is a whole one."""
    weights = weigh(stems_of(claim), rarity)
    return ReadPair(claim, text, article, weights, read(text, weights))


def mask_of(words: Sequence[str]) -> int:
    """Which groups of cue words stand among these."""
    mask = 0
    for word in words:
        mask |= _TABLE.get(stem_of(word), 0)
        if word.endswith(("n't", "n’t")):
            mask |= _BIT["not"]
    return mask


def features(pair: ReadPair) -> list[float]:
    """The numbers, in the order of NAMES."""
    sentences = pair.sentences
    claim_words = words_of(pair.claim)
    masks = [mask_of(s.words) | (_QUESTION if "?" in pair.text[s.start : s.end] else 0) for s in sentences]
    claim_mask = mask_of(claim_words) | (_QUESTION if "?" in pair.claim else 0)
    order = sorted(range(len(sentences)), key=lambda i: (-sentences[i].share, i))
    best = order[0] if order else 0
    told = _overlap(pair, claim_words, order) + _negation(pair, claim_words, masks, claim_mask, order)
    shares = [s.share for s in sentences]
    told += [
        float(sum(share > 0.5 for share in shares)),
        float(sum(share > 0.33 for share in shares)),
        float(bool(re.search(r"['‘\"“]", pair.claim))),
    ]
    whole = sum(shares) or 1.0
    n = len(sentences) or 1
    for bit in (*_BIT.values(), _QUESTION):
        has = [bool(mask & bit) for mask in masks]
        late = [h for i, h in enumerate(has) if i >= n * 2 / 3]
        told += [
            float(bool(claim_mask & bit)),
            float(sum(has[:2])),
            float(bool(has and has[best])),
            float(best + 1 < len(has) and has[best + 1]),
            sum(share for share, h in zip(shares, has, strict=True) if h) / whole,
            max((share for share, h in zip(shares, has, strict=True) if h), default=0.0),
            sum(has) / n,
            sum(late) / (len(late) or 1),
        ]
    return told


def _overlap(pair: ReadPair, claim_words: Sequence[str], order: Sequence[int]) -> list[float]:
    sentences, weights = pair.sentences, pair.weights
    found = {stem for s in sentences for stem in s.stems}
    rare = sorted(weights, key=lambda stem: (-weights[stem], stem))[:3]
    names = {stem_of(word.lower()) for word in _NAME.findall(pair.claim)[1:]} & weights.keys()
    claim_stems = stems_of(pair.claim)
    bigrams = set(pairwise(claim_stems))
    best = sentences[order[0]] if order else None
    in_best = set(pairwise(best.stems)) if best else set()
    in_whole = {two for s in sentences for two in pairwise(s.stems)} if bigrams else set()
    numbers, theirs = set(_NUMBER.findall(pair.claim)), set(_NUMBER.findall(pair.text))
    near = {number for i in order[:3] for number in _NUMBER.findall(pair.text[sentences[i].start : sentences[i].end])}
    top = [sentences[i].share for i in order[:3]]
    return [
        sum(w for stem, w in weights.items() if stem in found),
        sum(w for stem, w in weights.items() if any(stem in s.stems for s in sentences[:3])),
        top[0] if top else 0.0,
        top[1] if len(top) > 1 else 0.0,
        sum(top) / 3,
        order[0] / len(sentences) if order else 1.0,
        float(min(len(sentences), 60)),
        float(len(claim_words)),
        float(sum(stem in found for stem in rare)),
        float(bool(rare) and rare[0] in found),
        len(names & found) / len(names) if names else -1.0,
        len(bigrams & in_best) / (len(bigrams) or 1),
        len(bigrams & in_whole) / (len(bigrams) or 1),
        len(weights.keys() & set(best.stems)) / (len(weights.keys() | set(best.stems)) or 1) if best else 0.0,
        float(len(numbers & theirs)),
        float(len(near - numbers)) if numbers else -1.0,
        float(len(numbers)),
        float(_longest_run(claim_stems, best.stems if best else ())),
    ]


def _longest_run(claim: Sequence[str], sentence: Sequence[str]) -> int:
    """The longest stretch of the claim's stems that stands in the sentence as it is."""
    longest, before = 0, [0] * (len(sentence) + 1)
    for stem in claim:
        now = [0] * (len(sentence) + 1)
        for j, other in enumerate(sentence, 1):
            if stem == other:
                now[j] = before[j - 1] + 1
        longest, before = max(longest, *now), now
    return longest


def _negation(
    pair: ReadPair, claim_words: Sequence[str], masks: Sequence[int], claim_mask: int, order: Sequence[int]
) -> list[float]:
    """How much of the claim stands behind a "no": summed over the five nearest sentences, at most, and in the claim itself."""
    governed = [_governed(pair.sentences[i].words, pair.weights) for i in order[:5] if masks[i] & _NO]
    best = masks[order[0]] if order else 0
    return [
        sum(governed),
        max(governed, default=0.0),
        _governed(claim_words, pair.weights),
        float(bool(claim_mask & _NO) != bool(best & _NO)),
    ]


def _governed(words: Sequence[str], weights: dict[str, float]) -> float:
    reach, found = 0, set()
    for word in words:
        stem = stem_of(word)
        if reach and stem in weights:
            found.add(stem)
        reach = _REACH if (_TABLE.get(stem, 0) & _NO or word.endswith(("n't", "n’t"))) else max(0, reach - 1)
    return math.fsum(weights[stem] for stem in found)
