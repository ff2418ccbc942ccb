"""Fit how trees and encoder are mixed on articles, and how much each relation is favoured. `make train-mixes`.

Macro-F1 counts a rare "disputes" as much as a common "context", so the rare ones are favoured: by how much is fitted on
FNC-1's topics that a model did not see. The built-in's by four folds of topics; the strong one's on the held-out topics,
with trees that did not see them either. Prints what was measured; writes the mixes of both models.
"""

from __future__ import annotations

import gzip
import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, precision_recall_curve

from claimwatch.judging import load_model
from training.built_in import MODELS, fit, matrix, rarity_table
from training.corpora import LABELS, Pair, fnc, held_out
from worker.steps.evidence import Rarity
from worker.steps.pair_features import read_pair
from worker.steps.pair_model import SURELY_UNRELATED, Strong, excerpt_of, log_softmax

FOLDS = 4
FAVOURED = np.exp(np.linspace(-0.6, 1.8, 13))


def topic_folds(pairs: Sequence[Pair], folds: int = FOLDS) -> NDArray[np.int64]:
    """A fold a pair: no topic in two, disputes spread evenly."""
    topics: dict[str, Counter[int]] = defaultdict(Counter)
    for pair in pairs:
        topics[pair.group][pair.label] += 1
    load: list[Counter[int]] = [Counter() for _ in range(folds)]
    fold: dict[str, int] = {}
    for topic, counts in sorted(topics.items(), key=lambda kv: (-kv[1][1], -sum(kv[1].values()), kv[0])):
        fold[topic] = min(
            range(folds), key=lambda i: (load[i][1] * 6 + load[i][0] + load[i][2] * 0.4 + load[i][3] * 0.1, i)
        )
        load[fold[topic]].update(counts)
    return np.array([fold[pair.group] for pair in pairs])


def best_bias(odds: NDArray[np.float64], right: NDArray[np.int64]) -> tuple[list[float], float]:
    """What is added to the log-odds of each relation for the best macro-F1, and that F1."""
    best, bias = -1.0, [0.0] * 4
    for supports, disputes in itertools.product(np.log(FAVOURED), np.log(FAVOURED)):
        tried = [float(supports), float(disputes), 0.0, 0.0]
        score = f1_score(right, (odds + tried).argmax(1), average="macro")
        if score > best:
            best, bias = score, tried
    return bias, best


def told(name: str, odds: NDArray[np.float64], right: NDArray[np.int64], bias: Sequence[float]) -> dict[str, Any]:
    """The measures, printed and given back."""
    said = (odds + np.array(bias)).argmax(1)
    each = f1_score(right, said, average=None, labels=range(4))
    precision, recall, _ = precision_recall_curve(right == 1, odds[:, 1])
    found = {
        "pairs": len(right),
        "macro_f1": round(float(each.mean()), 3),
        **{f"f1_{label}": round(float(f), 3) for label, f in zip(LABELS, each, strict=True)},
        "precision_of_disputes_at_recall_.3": round(float(precision[recall >= 0.3].max()), 3),
        "calibration_error": round(calibration_error(odds + np.array(bias), right), 3),
    }
    print(name, found)
    return found


def calibration_error(odds: NDArray[np.float64], right: NDArray[np.int64], bins: int = 10) -> float:
    """Expected calibration error of the surest relation: mean gap of confidence and share right, by ten bins."""
    p = np.exp(odds - odds.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    sure, hit = p.max(1), p.argmax(1) == right
    at = np.minimum((sure * bins).astype(int), bins - 1)
    return float(
        sum(abs(sure[at == b].mean() - hit[at == b].mean()) * (at == b).mean() for b in range(bins) if (at == b).any())
    )


def log_odds(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms of probabilities."""
    told: NDArray[np.float64] = np.log(p + 1e-9)
    return told


def main() -> None:
    """Measure, fit, write."""
    table, rarest = rarity_table()
    rarity = Rarity(table, rarest)
    pairs = fnc()
    x = matrix(pairs, rarity)
    right = np.array([pair.label for pair in pairs])
    fold = topic_folds(pairs)
    odds = np.zeros((len(pairs), 4))
    for k in range(FOLDS):
        booster = fit(x[fold != k], [pair for pair, f in zip(pairs, fold, strict=True) if f != k])
        odds[fold == k] = log_odds(booster.predict(x[fold == k]))
    bias, _ = best_bias(odds, right)
    measured = {"built-in, FNC-1 train, four folds of topics": told("built-in", odds, right, bias)}
    _write_built_in(bias)

    held = np.array([held_out(pair) for pair in pairs])
    booster = fit(x[~held], [pair for pair, h in zip(pairs, held, strict=True) if not h])
    apart = np.flatnonzero(held)
    trees = log_odds(booster.predict(x[apart]))
    model = load_model("strong")
    if not isinstance(model, Strong):
        raise TypeError("the strong model is wanted")
    asked = np.flatnonzero(np.exp(trees[:, 3]) < SURELY_UNRELATED)
    encoder = trees.copy()
    texts = [
        (pairs[i].claim, excerpt_of(read_pair(pairs[i].claim, pairs[i].text, rarity, article=True)))
        for i in apart[asked]
    ]
    encoder[asked] = log_softmax(model.encoder.log_odds(texts))
    best: tuple[float, float, list[float]] = (-1.0, 0.0, [])
    for share in np.arange(0, 1.01, 0.1):
        mixed = trees * (1 - share) + encoder * share
        bias, score = best_bias(mixed, right[apart])
        print(f"encoder {share:.1f}: macro-F1 {score:.3f}, bias {np.round(bias, 2)}")
        if score > best[0]:
            best = (score, float(share), bias)
    _score, share, bias = best
    mixed = trees * (1 - share) + encoder * share
    name = "FNC-1 train, topics held out"
    measured[f"built-in, {name}"] = told("built-in", trees, right[apart], best_bias(trees, right[apart])[0])
    measured[f"strong, {name}"] = told("strong", mixed, right[apart], bias)
    _write_strong(round(share, 2), bias)
    (MODELS / "measured.json").write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")


def _write_built_in(bias: list[float]) -> None:
    path = MODELS / "built-in.json.gz"
    card = json.loads(gzip.decompress(path.read_bytes()))
    card["mixes"]["article"]["bias"] = [round(b, 3) for b in bias]
    path.write_bytes(gzip.compress(json.dumps(card).encode(), mtime=0))


def _write_strong(share: float, bias: list[float]) -> None:
    path = MODELS / "strong" / "model.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    card["mixes"]["article"] |= {"encoder": share, "bias": [round(b, 3) for b in bias]}
    path.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
