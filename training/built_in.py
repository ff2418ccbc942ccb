"""Train the built-in model: trees over the numbers of worker/steps/pair_features.py. `make train-built-in`.

Writes worker/models/article.npz and passage.npz (the trees for either kind of text: trained on both, FNC-1's rare "disagree"
came out a third worse) and built-in.json.gz (how rare words are, and the mixes).
"""

from __future__ import annotations

import gzip
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from training.corpora import LABELS, Pair, fnc, hard, healthver, own, rumours
from worker.steps.evidence import Rarity, stems_of
from worker.steps.pair_features import features, read_pair

MODELS = Path(__file__).resolve().parents[1] / "worker" / "models"
SEED = 7
# Swept by hand on topic-grouped folds of FNC-1 (2026-11): 7 to 31 leaves, 150 to 250 rounds and weights by topic made
# no difference beyond .005 of macro-F1.
PARAMETERS: dict[str, Any] = {
    "objective": "multiclass", "num_class": len(LABELS), "learning_rate": 0.05, "num_leaves": 15, "min_child_samples": 60,
    "feature_fraction": 0.35, "bagging_fraction": 0.6, "bagging_freq": 1, "lambda_l2": 5.0, "verbose": -1,
    "num_threads": 1, "seed": SEED, "deterministic": True,
}  # fmt: skip
ROUNDS = 180
# Denials are few; for passages a pair of our own kind counts as many of FNC-1's.
DISPUTES, OWN, LESS = 2.0, 4.0, 0.2
RAREST_SEEN = 3  # a word of fewer bodies is as rare as any


def rarity_table() -> tuple[dict[str, float], float]:
    """Stems of FNC-1's bodies by rarity (log of one in how many bodies), and the rarity of a stem not among them."""
    bodies = {pair.text for pair in fnc()}
    seen = Counter(stem for body in sorted(bodies) for stem in set(stems_of(body)))
    n = len(bodies) + 1
    return {s: round(math.log(n / (d + 0.5)), 2) for s, d in sorted(seen.items()) if d >= RAREST_SEEN}, math.log(
        n / 1.5
    )


def strangers(pairs: Sequence[Pair], n: int) -> list[Pair]:
    """Claims beside passages that were written for another claim: unrelated, in the same style."""
    rng = random.Random(SEED)
    found = []
    while len(found) < n:
        a, b = rng.choice(pairs), rng.choice(pairs)
        if a.group != b.group:
            found.append(replace(a, text=b.text, soft=hard("unrelated"), weight=1.0))
    return found


def passage_pairs() -> list[Pair]:
    """What the trees for passages learn from; FNC-1's articles, related ones only, for the words of saying yes and no."""
    events = own("events.jsonl")
    ours = [replace(pair, weight=OWN) for pair in (*events, *own("seed.jsonl"), *own("stories.jsonl"))]
    related = [replace(pair, weight=LESS) for pair in fnc() if LABELS[pair.label] != "unrelated"]
    return [*related, *healthver(), *rumours(), *strangers(events, 400), *ours]


def matrix(pairs: Sequence[Pair], rarity: Rarity) -> NDArray[np.float32]:
    """(pairs, features)."""
    told = [features(read_pair(p.claim, p.text, rarity, article=True)) for p in _counted(pairs)]
    return np.array(told, dtype=np.float32)


def _counted(pairs: Sequence[Pair]) -> Any:
    for n, pair in enumerate(pairs):
        if n % 1000 == 0:
            sys.stderr.write(f"\rreading pairs: {n} of {len(pairs)} ")
        yield pair
    sys.stderr.write("\n")


def fit(x: NDArray[np.float32], pairs: Sequence[Pair]) -> lightgbm.Booster:
    """Trees for these pairs; a pair between labels counts for each of them by its share."""
    rows, labels, weights = [], [], []
    for i, pair in enumerate(pairs):
        for label, share in enumerate(pair.soft):
            if share > 0:
                rows.append(i)
                labels.append(label)
                weights.append(share * pair.weight * (DISPUTES if label == 1 else 1.0))
    data = lightgbm.Dataset(x[rows], labels, weight=weights, params={"verbose": -1})
    return lightgbm.train(PARAMETERS, data, ROUNDS)


def forest_arrays(booster: lightgbm.Booster) -> dict[str, NDArray[Any]]:
    """The booster's trees as the arrays of worker/steps/forest.py."""
    roots, feature, threshold, left, right, leaf = [], [], [], [], [], []

    def place(node: dict[str, Any]) -> int:
        if "leaf_value" in node:
            leaf.append(node["leaf_value"])
            return ~(len(leaf) - 1)
        at = len(feature)
        feature.append(node["split_feature"])
        threshold.append(node["threshold"])
        left.append(0)
        right.append(0)
        left[at], right[at] = place(node["left_child"]), place(node["right_child"])
        return at

    for tree in booster.dump_model()["tree_info"]:
        roots.append(place(tree["tree_structure"]))
    return {
        "roots": np.array(roots, np.int32), "feature": np.array(feature, np.int16),
        "threshold": np.array(threshold, np.float32), "left": np.array(left, np.int32),
        "right": np.array(right, np.int32), "leaf": np.array(leaf, np.float32),
    }  # fmt: skip


def save(forests: dict[str, lightgbm.Booster], table: dict[str, float], rarest: float, name: str) -> None:
    """Write the files; the mixes start neutral, training/mixes.py fits them."""
    MODELS.mkdir(exist_ok=True)
    for kind, booster in forests.items():
        np.savez_compressed(MODELS / f"{kind}.npz", **forest_arrays(booster))
    neutral = {kind: {"encoder": 0.0, "bias": [0.0] * 4, "temperature": 1.0} for kind in forests}
    told = {"name": name, "rarest": rarest, "mixes": neutral, "rarity": table}
    (MODELS / "built-in.json.gz").write_bytes(gzip.compress(json.dumps(told).encode(), mtime=0))


def main() -> None:
    """Train on everything and write."""
    table, rarest = rarity_table()
    rarity = Rarity(table, rarest)
    kinds = {"article": fnc(), "passage": passage_pairs()}
    forests = {kind: fit(matrix(pairs, rarity), pairs) for kind, pairs in kinds.items()}
    save(forests, table, rarest, "built-in 2026-11")


if __name__ == "__main__":
    main()
