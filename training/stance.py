"""Fit how the rules' signs and a model's probabilities are weighed together. `make train-stance`.

Fitted on tests/eval/gold.jsonl, on training/pairs/weighing.jsonl, which the models did not see, and on claims beside
passages that were written for another topic's claim. How well that does is told by folds (training/eval_judge.py).
Writes worker/models/stance.json, one table a model.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from claimwatch.judging import load_model
from claimwatch.watchlist import DEFAULT_WATCH_LIST, read_watch_list
from storage.records import Claim, ClaimKind, Passage, Relation
from training.corpora import rows_of
from worker.steps.event import ArticleEvents, EventVerdict, events_of, same_event
from worker.steps.judge import log_odds, with_title
from worker.steps.match import build_matcher
from worker.steps.pair_model import PairModel
from worker.steps.passages import sentences
from worker.steps.signs import signs_of
from worker.steps.stance import NUMBERS, RELATIONS, Weights, numbers_of

ROOT = Path(__file__).resolve().parents[1]
GOLD = ROOT / "tests" / "eval" / "gold.jsonl"
STRANGERS = 150
# How firmly the expectations are held: swept .05 to 3 by five folds of the gold set (2026-11): .3 to 1.2 do alike.
PRIOR = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row to learn from: the numbers, what is right, and how much it counts."""

    numbers: list[float]
    relation: Relation
    weight: float


def gold() -> list[dict[str, Any]]:
    """The pairs of the gold set."""
    return [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]


def cases(model: PairModel, rows: Sequence[dict[str, Any]], weight: float) -> list[Case]:
    """Rows with claim_id, title, text, date and relation; those of another event by the rules teach nothing."""
    watch_list = read_watch_list(DEFAULT_WATCH_LIST)
    matcher = build_matcher(watch_list.claims, watch_list.entities)
    found = []
    for row in rows:
        claim: Claim = matcher.claims[row["claim_id"]]
        if claim.kind is ClaimKind.OPINION:
            continue
        text, title = row["text"], row.get("title", "")
        spans = sentences(text)
        passage = Passage(position=0, start=spans[0][0], end=spans[-1][1])
        published = None if not row.get("date") else _day(row["date"])
        article = ArticleEvents(text, title=title, published=published, names=matcher.names)
        event = same_event(events_of(matcher)[claim.id], article, passage, None)
        if event.verdict is EventVerdict.OTHER:
            continue
        signs = signs_of(matcher, claim, text, near=f"{title}\n{text}")
        odds = log_odds(model, [model.read(claim.text, with_title(title, text), article=False)])[0]
        numbers = numbers_of(claim, signs, event, odds.tolist())
        found.append(Case(numbers=numbers, relation=Relation(row["relation"]), weight=weight))
    return found


def _day(told: str) -> Any:
    from datetime import date

    return date.fromisoformat(told)


def strangers(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Claims beside passages that were written for a claim of another topic."""
    topic = {claim.id: claim.topic for claim in read_watch_list(DEFAULT_WATCH_LIST).claims}
    dice = random.Random(5)
    told = []
    while len(told) < STRANGERS:
        a, b = dice.choice(rows), dice.choice(rows)
        if topic[a["claim_id"]] != topic[b["claim_id"]]:
            told.append({**b, "claim_id": a["claim_id"], "relation": "unrelated"})
    return told


def siblings(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Claims beside passages that were written for another claim of the same topic: the matter is the same, the claim is not."""
    topic = {claim.id: claim.topic for claim in read_watch_list(DEFAULT_WATCH_LIST).claims}
    dice = random.Random(6)
    told = []
    while len(told) < STRANGERS:
        a, b = dice.choice(rows), dice.choice(rows)
        if a["claim_id"] != b["claim_id"] and topic[a["claim_id"]] == topic[b["claim_id"]]:
            relation = "unrelated" if b["relation"] == "unrelated" else "context"
            told.append({**b, "claim_id": a["claim_id"], "relation": relation})
    return told


def unseen_pairs() -> list[dict[str, Any]]:
    """Pairs that the models were not trained on, of claims that they were."""
    return [{**row, "relation": row["label"]} for row in rows_of("weighing.jsonl")]


# What a careful reader would expect of each sign before any data: log-odds for a relation. The data move it from there.
EXPECTED: dict[str, dict[str, float]] = {
    "supports": {"supports": 0.7, "share": 1.0, "denial": -1.0, "denial_beside": 0.5, "negated": -0.7, "confirms": 0.5, "hedges": -0.5,
                 "same_figure": 2.0, "overlapping_figure": 0.5, "lower_figure": -1.0, "wants_figure": -0.8},
    "disputes": {"disputes": 0.7, "denial": 3.0, "denial_beside": -1.2, "negated": 1.8, "negated_both": -1.8, "denied_account": 2.0,
                 "lower_figure": 2.5, "same_figure": -0.5, "wants_figure": -0.5},
    "mixed": {"supports": 0.3, "disputes": 0.3, "denial_beside": 1.2, "higher_figure": 1.5, "overlapping_figure": 0.6},
    "context": {"context": 0.7, "wider_event": 1.0, "wants_figure": 0.5, "other_figure": 0.3},
    "unclear": {"context": 0.3, "hedges": 1.0},
    "unrelated": {"unrelated": 0.7, "share": -2.0, "place": -0.7, "actor": -0.7, "undated_event": 1.0, "same_figure": -1.5,
                  "lower_figure": -1.0, "higher_figure": -1.0, "denial": -0.5},
}  # fmt: skip


def expected() -> NDArray[np.float64]:
    """EXPECTED as (relations, 1 + numbers); intercepts are not expected to be anything."""
    table = np.zeros((len(RELATIONS), 1 + len(NUMBERS)))
    for row, relation in enumerate(RELATIONS):
        for name, value in EXPECTED[relation.value].items():
            table[row, 1 + NUMBERS.index(name)] = value
    return table


def fit(found: Sequence[Case]) -> dict[str, list[float]]:
    """Relation -> intercept and coefficients: the most likely ones under a normal prior around `expected`."""
    x = np.array([[1.0, *c.numbers] for c in found])
    y = np.array([[float(r is c.relation) for r in RELATIONS] for c in found])
    weight = np.array([c.weight for c in found])
    prior = expected()
    held = np.full(prior.shape, PRIOR)
    held[:, 0] = PRIOR / 10
    # log-probabilities reach from -6 to 0, the other numbers from 0 to 1
    held[:, 1:5] = PRIOR * 8

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        table = flat.reshape(prior.shape)
        odds = x @ table.T
        odds -= odds.max(axis=1, keepdims=True)
        p = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
        apart = table - prior
        value = -(weight * np.log((p * y).sum(axis=1) + 1e-12)).sum() + (held * apart**2).sum()
        slope = (weight[:, None] * (p - y)).T @ x + 2 * held * apart
        return float(value), slope.ravel()

    best = minimize(loss, prior.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 2000})
    table = best.x.reshape(prior.shape)
    return {r.value: [round(float(v), 4) for v in table[row]] for row, r in enumerate(RELATIONS)}


def fitted(model: PairModel, rows: Sequence[dict[str, Any]]) -> tuple[Weights, int]:
    """The weights that these rows of the gold set and the unseen pairs lead to, and from how many cases."""
    found = [
        *cases(model, rows, 1.0),
        *cases(model, unseen_pairs(), 1.0),
        *cases(model, strangers(rows), 0.5),
        *cases(model, siblings(rows), 0.3),
    ]
    random.Random(3).shuffle(found)
    return Weights(table=fit(found)), len(found)


def main() -> None:
    """Fit both models on the whole gold set and write; training/eval_judge.py tells by folds how well that does."""
    tables = {}
    for wanted in ("built-in", "strong"):
        weights, n = fitted(load_model(wanted), gold())
        tables[wanted] = {"table": weights.table}
        print(f"{wanted}: {n} cases")
    told = {"numbers": list(NUMBERS), "models": tables}
    (ROOT / "worker" / "models" / "stance.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
