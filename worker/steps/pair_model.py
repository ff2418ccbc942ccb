"""What a claim and a text have to do with each other, as probabilities: one small protocol, two sizes behind it.

*Built-in*: trees over the numbers of pair_features.py. *Strong*: the same, mixed with a cross-encoder that reads claim and
excerpt. Both are trained by training/ and described in the model cards of docs/models.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from storage.records import Relation
from worker.steps.evidence import Rarity, excerpt, telling
from worker.steps.forest import Forest
from worker.steps.pair_features import ReadPair, features, read_pair

# The order of a model's outputs. Mixed and unclear are no outputs: they are what a wavering model amounts to.
OUTPUTS = (Relation.SUPPORTS, Relation.DISPUTES, Relation.CONTEXT, Relation.UNRELATED)


class PairModel(Protocol):
    """A model of pairs. `name` with its version goes on every finding."""

    @property
    def name(self) -> str:
        """Name and version."""

    def read(self, claim: str, text: str, *, article: bool) -> ReadPair:
        """Prepare a pair, once. `article`: the text is a whole one, not a passage."""

    def probabilities(self, pairs: Sequence[ReadPair]) -> NDArray[np.float64]:
        """(pairs, 4) in the order of OUTPUTS; each row adds up to 1."""


class Encoder(Protocol):
    """A cross-encoder: reads claim and excerpt together."""

    @property
    def name(self) -> str:
        """Name and version."""

    def log_odds(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """(pairs, 4) in the order of OUTPUTS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How much the encoder counts (0 to 1), and what is added to the log-probabilities of a kind of text."""

    encoder: float
    bias: tuple[float, float, float, float]
    temperature: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIn:
    """The trees. `forests` and `mixes` hold "article" and "passage": what tells in the one tells little in the other."""

    name: str
    rarity: Rarity
    forests: Mapping[str, Forest]
    mixes: Mapping[str, Mix]

    def read(self, claim: str, text: str, *, article: bool) -> ReadPair:
        """See PairModel."""
        return read_pair(claim, text, self.rarity, article=article)

    def log_odds(self, pairs: Sequence[ReadPair]) -> NDArray[np.float64]:
        """(pairs, 4), before the mix."""
        x = np.array([features(pair) for pair in pairs], dtype=np.float32)
        odds = np.zeros((len(pairs), len(OUTPUTS)))
        for kind, forest in self.forests.items():
            some = [i for i, pair in enumerate(pairs) if kind_of(pair) == kind]
            if some:
                odds[some] = forest.log_odds(x[some])
        return odds

    def probabilities(self, pairs: Sequence[ReadPair]) -> NDArray[np.float64]:
        """See PairModel."""
        return _mixed(pairs, log_softmax(self.log_odds(pairs)), None, self.mixes)


# Where the trees are this sure that a pair is unrelated, the encoder is not asked: it costs a hundred times as much.
SURELY_UNRELATED = 0.985


@dataclass(frozen=True, slots=True, kw_only=True)
class Strong:
    """The trees and the cross-encoder."""

    name: str
    built_in: BuiltIn
    encoder: Encoder
    mixes: Mapping[str, Mix]

    def read(self, claim: str, text: str, *, article: bool) -> ReadPair:
        """See PairModel."""
        return self.built_in.read(claim, text, article=article)

    def probabilities(self, pairs: Sequence[ReadPair]) -> NDArray[np.float64]:
        """See PairModel."""
        trees = log_softmax(self.built_in.log_odds(pairs))
        asked = [i for i, row in enumerate(trees) if not pairs[i].article or np.exp(row[3]) < SURELY_UNRELATED]
        told = trees.copy()
        if asked:
            told[asked] = log_softmax(self.encoder.log_odds([(pairs[i].claim, excerpt_of(pairs[i])) for i in asked]))
        return _mixed(pairs, trees, told, self.mixes)


def excerpt_of(pair: ReadPair) -> str:
    """What the encoder reads of the text."""
    return excerpt(pair.text, pair.sentences, telling(pair.text, pair.sentences))


def kind_of(pair: ReadPair) -> str:
    """The key of forests and mixes."""
    return "article" if pair.article else "passage"


def log_softmax(odds: NDArray[np.floating]) -> NDArray[np.float64]:
    """Log-odds of any scale as logarithms of probabilities, row by row."""
    shifted = odds.astype(np.float64) - odds.max(axis=1, keepdims=True)
    told: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return told


def _mixed(
    pairs: Sequence[ReadPair],
    trees: NDArray[np.float64],
    encoder: NDArray[np.float64] | None,
    mixes: Mapping[str, Mix],
) -> NDArray[np.float64]:
    mix = [mixes[kind_of(pair)] for pair in pairs]
    share = np.array([[m.encoder] for m in mix]) if encoder is not None else 0.0
    other = encoder if encoder is not None else trees
    odds = (trees * (1 - share) + other * share + np.array([m.bias for m in mix])) / np.array(
        [[m.temperature] for m in mix]
    )
    return np.exp(log_softmax(odds))
