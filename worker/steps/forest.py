"""Gradient-boosted trees in plain numpy: what LightGBM learned, without LightGBM at run time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Forest:
    """`roots[t]` is the first node of tree t; trees of the classes follow each other (t % classes).

    A node asks whether `x[feature] <= threshold`; a child below zero is the leaf ~child. Leaf values are log-odds.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    leaf: NDArray[np.float32]
    classes: int

    @classmethod
    def of(cls, arrays: Mapping[str, Any], classes: int) -> Forest:
        """From the arrays of a file of weights; the names are the fields'."""
        names = ("roots", "feature", "threshold", "left", "right", "leaf")
        return cls(**{name: arrays[name] for name in names}, classes=classes)

    def log_odds(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """(rows, classes) from (rows, features)."""
        rows = np.arange(len(x))[:, None]
        node = np.broadcast_to(self.roots, (len(x), len(self.roots))).astype(np.int32)
        inside = node >= 0
        while inside.any():
            at = np.where(inside, node, 0)
            goes_left = x[rows, self.feature[at]] <= self.threshold[at]
            node = np.where(inside, np.where(goes_left, self.left[at], self.right[at]), node)
            inside = node >= 0
        values = self.leaf[~node]
        odds: NDArray[np.float64] = values.reshape(len(x), -1, self.classes).sum(axis=1, dtype=np.float64)
        return odds
