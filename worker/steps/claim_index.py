"""The index over a set of claims: who and what is asked for, so that a text meets only the claims it may speak about."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache

from storage.records import Claim, ClaimId
from worker.steps.compare_figures import kinds_of
from worker.steps.names import Names
from worker.steps.words import script_in, script_of, stems

# A passage speaks about a claim from this share of the claim's weightiest words on; without any name to go by,
# twice as much is asked. Chosen on the newsroom's stories of 2017-2019 by reading what came; the judge's own issue
# sweeps them on labelled pairs.
FLOOR, FLOOR_WITHOUT_NAMES = 0.14, 0.3
# A passage that may hold a figure of the claim's is looked at with few of its words (then only the figures count).
FLOOR_FOR_FIGURES = 0.08
_TOP = 7  # a claim's full weight: more than this a passage rarely repeats
# A few claims tell nothing about which words are rare: up to 8 every word weighs the same and every name tells one claim
# from another. The floors above were chosen with 36 claims: from there on rarity counts in full.
_FEW, _MANY = 8, 36
# What the title says of a claim counts too, a quarter.
OF_TITLE = 0.25


def _least_with_title(claim: Claim) -> float:
    """The share that passage and title together must hold for the claim to be meant."""
    if not (claim.places or claim.actors):
        return FLOOR_WITHOUT_NAMES / (1 + OF_TITLE)
    return FLOOR_FOR_FIGURES if claim.figures else FLOOR / (1 + OF_TITLE)


@dataclass(frozen=True, slots=True)
class Words:
    """A claim's words in one language with their weights; `full` is the weight of the heaviest few together."""

    weight: dict[str, float]
    full: float

    def share(self, found: AbstractSet[str]) -> float:
        """How much of the claim's matter the found stems hold, in [0, 1]."""
        if not self.full:
            return 0.0
        return min(1.0, sum(self.weight[stem] for stem in sorted(self.weight.keys() & found)) / self.full)

    def telling(self, least: float) -> list[str]:
        """Stems of which a text must hold one to reach a share of `least`: all the others together fall short of it."""
        lightest_first = sorted(self.weight, key=lambda stem: (self.weight[stem], stem))
        short, n = 0.0, 0
        for stem in lightest_first:
            short += self.weight[stem]
            if short >= least * self.full * (1 - 1e-9):
                break
            n += 1
        return lightest_first[n:]


@dataclass(frozen=True, slots=True)
class _InLanguage:
    """`telling` and `asking` by a claim's place in `ClaimIndex.ordered`; `asking` holds the claims without names."""

    words: dict[ClaimId, Words]
    telling: tuple[frozenset[str], ...]
    asking: dict[str, array[int]]


@dataclass(frozen=True, slots=True)
class _Named:
    """Places of claims in `ClaimIndex.ordered` by the entities that ask for them: any of its places, or its actors."""

    by_slug: dict[str, array[int]] = field(default_factory=dict)
    by_telling_actor: dict[str, array[int]] = field(default_factory=dict)
    without: array[int] = field(default_factory=lambda: array("I"))


class ClaimIndex:
    """Built once for a set of claims and the names of entities; by language when a text in it comes. Does not change.

    `telling_names` tell one claim from another: a defector does, "the coalition" does not. `counted`: the kinds of things
    that the figures of a claim with figures count.
    """

    def __init__(self, claims: Sequence[Claim], names: Names) -> None:
        self.ordered = tuple(sorted(claims, key=lambda c: c.id))
        self.claims = {claim.id: claim for claim in self.ordered}
        self.names = names
        self.counted = {claim.id: kinds_of(claim.figures) for claim in self.ordered if claim.figures}
        in_claims = Counter(slug for claim in claims for slug in {*claim.actors, *claim.places})
        self.telling_names = frozenset(slug for slug, n in in_claims.items() if n <= 3 or len(claims) <= _FEW)
        self._named = _by_name(self.ordered, self.telling_names)
        self._languages: dict[str, _InLanguage] = {}

    def words(self, lang: str) -> dict[ClaimId, Words]:
        """Every claim's words as an article of that language would write them."""
        return self._in(lang).words

    def asked_by(self, found: AbstractSet[str], slugs: AbstractSet[str], lang: str) -> list[Claim]:
        """The claims that a text with these stems and entities, title included, may speak about, by id.

        What is left out has no telling word of its own there, or none of its places (of its actors, if it has no place).
        """
        here, named = self._in(lang), self._named
        by_name = set[int]().union(*(named.by_slug[slug] for slug in slugs & named.by_slug.keys()))
        asked = {i for i in by_name if not here.telling[i].isdisjoint(found)}
        asked.update(*(here.asking[stem] for stem in found & here.asking.keys()))
        for actor in slugs & named.by_telling_actor.keys():
            asked |= by_name.intersection(named.by_telling_actor[actor])
        return [self.ordered[i] for i in sorted(asked)]

    def _in(self, lang: str) -> _InLanguage:
        if lang not in self._languages:
            words = self._weigh(lang)
            telling = tuple(frozenset(words[claim.id].telling(_least_with_title(claim))) for claim in self.ordered)
            asking: dict[str, array[int]] = {}
            for i in self._named.without:
                for stem in telling[i]:
                    asking.setdefault(stem, array("I")).append(i)
            self._languages[lang] = _InLanguage(words, telling, asking)
        return self._languages[lang]

    def _weigh(self, lang: str) -> dict[ClaimId, Words]:
        told = [self._own_words(claim, lang) for claim in self.ordered]
        in_claims = Counter(stem for own in told for stem in own)
        power = 2 * min(1.0, max(0.0, (len(told) - _FEW) / (_MANY - _FEW)))
        weighed = {}
        for claim, own, of in zip(self.ordered, told, _kin(self.ordered), strict=True):
            weight = {stem: factor * _rarity(in_claims[stem], of) ** power for stem, factor in own.items()}
            weighed[claim.id] = Words(weight, sum(sorted(weight.values(), reverse=True)[:_TOP]))
        return weighed

    def _own_words(self, claim: Claim, lang: str) -> dict[str, float]:
        """The claim's own words count full, its parts and the searches a person wrote for it somewhat less."""
        sources = [(claim.text, 1.0), *((part, 0.8) for part in claim.sub_claims), *((q, 0.7) for q in claim.queries)]
        of_names = self.names.words_of((*claim.places, *claim.actors), lang)
        script = script_in(lang)
        own: dict[str, float] = {}
        for text, factor in sources:
            if script_of(text) == script:
                for stem in stems(text, lang):
                    if stem not in of_names and not stem.isdigit():
                        own[stem] = max(own.get(stem, 0.0), factor)
        return own


@lru_cache(maxsize=50_000)
def _rarity(n: int, of: int) -> float:
    """1 for a word of one claim, the less the more claims share it: it says little of any. `of`: among how many."""
    return math.log1p(of / n) / math.log1p(of)


def _kin(claims: Sequence[Claim]) -> list[int]:
    """For each claim how many there are of its matter, itself included, but at least `_MANY`.

    Of one matter are claims that a chain of shared names links, and those that name nothing. So claims of another matter
    change no weight, unless they share the word.
    """
    above: dict[str, str] = {}

    def head(slug: str) -> str:
        while (higher := above.setdefault(slug, slug)) != slug:
            above[slug] = slug = above[higher]
        return slug

    named = [(*claim.places, *claim.actors) or ("",) for claim in claims]
    for first, *others in named:
        for slug in others:
            above[head(slug)] = head(first)
    sizes = Counter(head(first) for first, *_ in named)
    return [max(_MANY, sizes[head(first)]) for first, *_ in named]


def _by_name(claims: Sequence[Claim], telling: frozenset[str]) -> _Named:
    named = _Named()
    for i, claim in enumerate(claims):
        asked = claim.places or claim.actors
        for slug in asked:
            named.by_slug.setdefault(slug, array("I")).append(i)
        if not asked:
            named.without.append(i)
        for actor in telling.intersection(claim.actors) if claim.places else ():
            named.by_telling_actor.setdefault(actor, array("I")).append(i)
    return named
