"""What the judge gets right, on what it did not see: `make eval-judge`. Prints, and writes the tables of docs/method.md.

FNC-1's figures are those of training/mixes.py (worker/models/measured.json); here the gold set by folds, with all of the judge
as `claimwatch compare` runs it, FEVER-Symmetric's held-out claims, WiCE's passages and ClaimDiff.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from claimwatch.judging import load_model
from claimwatch.watchlist import DEFAULT_WATCH_LIST, read_watch_list
from storage.records import Relation
from training.built_in import MODELS
from training.corpora import Pair, facts, fever_symmetric, held_out, jsonl
from training.stance import ROOT, fitted, gold
from worker.steps.compare_pair import Known, compare_pairs, read_line
from worker.steps.evidence import Rarity, stems_of, weigh
from worker.steps.judge import Method
from worker.steps.pair_model import BuiltIn, PairModel

FOLDS = 5
SIDES = ("supports", "disputes", "mixed")
RELATIONS = [r.value for r in Relation]


def by_folds(model: PairModel) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(gold row, answer of `compare`), each answered with weights that were fitted without the gold pairs of its claim."""
    watch_list = read_watch_list(DEFAULT_WATCH_LIST)
    known = Known(claims={c.id: c for c in watch_list.claims}, entities=watch_list.entities)
    rows = gold()
    claims = sorted({row["claim_id"] for row in rows})
    fold_of = {claim: i % FOLDS for i, claim in enumerate(claims)}
    told = []
    for fold in range(FOLDS):
        weights, _n = fitted(model, [row for row in rows if fold_of[row["claim_id"]] != fold])
        method = Method(model=model, weights=weights)
        some = [row for row in rows if fold_of[row["claim_id"]] == fold]
        told += list(zip(some, answers(some, known, method), strict=True))
    return told


def answers(rows: Sequence[dict[str, Any]], known: Known, method: Method) -> list[dict[str, Any]]:
    """What `compare` says of rows of the gold set."""
    lines = [{**row, "claim": known.claims[row["claim_id"]].text} for row in rows]
    return compare_pairs([read_line(line, known, method) for line in lines], method)


def of_gold(told: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    """The measures on the gold set."""
    right, said = [row["relation"] for row, _ in told], [answer["relation"] for _, answer in told]
    disputes = [
        (answer["score"], row["relation"] == "disputes") for row, answer in told if answer["relation"] == "disputes"
    ]
    apart = [answer["relation"] not in SIDES for row, answer in told if row["lookalike"]]
    sides = [
        row["relation"] in SIDES and answer["relation"] in SIDES for row, answer in told if row["relation"] in SIDES
    ]
    each = f1_score(right, said, average=None, labels=RELATIONS, zero_division=0)
    sure = [(answer["score"], row["relation"] == answer["relation"]) for row, answer in told]
    return {
        "pairs": len(told),
        "accuracy": _share([a == b for a, b in zip(right, said, strict=True)]),
        "macro_f1": round(float(each.mean()), 3),
        "f1": dict(zip(RELATIONS, np.round(each, 3).tolist(), strict=True)),
        "disputes_precision": _share([ok for _, ok in disputes]),
        "disputes_recall": round(sum(ok for _, ok in disputes) / right.count("disputes"), 3),
        "lookalikes_kept_out": _share(apart),
        "a_side_taken_where_there_is_one": _share(sides),
        "score_against_share_right": _gaps(sure),
        **of_figures(told),
    }


def of_figures(told: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, Any]:
    """Figures found with value and bound, and verdicts; verdicts on the part of the set that the first rules were not tuned on."""
    read, verdicts = [], []
    for row, answer in told:
        for figure in row["figures"]:
            if figure["low"] is None and figure["high"] is None:
                continue
            low = figure["low"] if figure["low"] is not None else figure["high"]
            high = figure["high"] if figure["high"] is not None else figure["low"]
            near = [f for f in answer["figures"] if _alike(f["low"], low) and _alike(f["high"], high)]
            same = [f for f in near if f["bound"] == figure["bound"]]
            if row["part"] == "kept":
                read.append(bool(same))
                if figure["verdict"]:
                    verdicts.append(any(f["verdict"] == figure["verdict"] for f in same or near))
    return {
        "figures": len(read),
        "value_and_bound": _share(read),
        "verdicts": len(verdicts),
        "verdict": _share(verdicts),
    }


def _alike(a: float, b: float) -> bool:
    return abs(a - b) <= 0.001 * abs(b) + 1e-6


def _share(hits: Sequence[bool]) -> float:
    return round(sum(hits) / len(hits), 3) if hits else 0.0


def _gaps(sure: Sequence[tuple[float, bool]]) -> dict[str, list[float]]:
    """By score: how many, mean score, share right."""
    found = {}
    for low, high in ((0.0, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01)):
        some = [(score, ok) for score, ok in sure if low <= score < high]
        if some:
            found[f"{low}-{min(high, 1.0)}"] = [
                len(some),
                round(float(np.mean([s for s, _ in some])), 2),
                _share([ok for _, ok in some]),
            ]
    return found


def of_two_sides(model: PairModel, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Supports against disputes, each pair alone."""
    p = model.probabilities([model.read(pair.claim, pair.text, article=False) for pair in pairs])
    return {
        "pairs": len(pairs),
        "accuracy": _share([int(row[1] > row[0]) == pair.label for row, pair in zip(p, pairs, strict=True)]),
    }


def of_wice(rarity: Rarity) -> dict[str, Any]:
    """Whether the five sentences that are found first hold a set that supports the claim: mean share of the nearest set."""
    found = []
    for row in jsonl("wice_claim_dev.jsonl.gz"):
        sets = [set(s) for s in row["supporting_sentences"] if s]
        weights = weigh(stems_of(row["claim"]), rarity)
        shares = [sum(weights.get(s, 0.0) for s in set(stems_of(sentence))) for sentence in row["evidence"]]
        top = set(sorted(range(len(shares)), key=lambda i: (-shares[i], i))[:5])
        if sets:
            found.append(max(len(top & s) / len(s) for s in sets))
    return {"claims": len(found), "recall_at_5": round(float(np.mean(found)), 3)}


def of_claimdiff(model: PairModel) -> dict[str, Any]:
    """ClaimDiff: how well the odds order sentences that strengthen, or weaken, another outlet's (area under the curve)."""
    told = {}
    for kind, column in (("strength", 0), ("weak", 1)):
        rows = list(jsonl(f"claimdiff_{kind}_train.jsonl.gz"))
        p = model.probabilities([model.read(row["claim_a"], row["claim_b"], article=False) for row in rows])
        told[kind] = round(float(roc_auc_score([row["relation"] for row in rows], p[:, column])), 3)
    return {"pairs": len(rows), **told}


def main() -> None:
    """Measure both models, print, and write docs/method.md."""
    measured = json.loads((MODELS / "measured.json").read_text(encoding="utf-8"))
    for wanted in ("built-in", "strong"):
        model = load_model(wanted)
        told = by_folds(model)
        measured[f"{wanted}, gold set by folds"] = of_gold(told)
        confused = Counter((row["relation"], answer["relation"]) for row, answer in told)
        print(wanted, json.dumps(measured[f"{wanted}, gold set by folds"], indent=1))
        for a in RELATIONS:
            print(f"  {a:>10}", *(f"{confused[a, b]:>5}" for b in RELATIONS))
        held = [pair for pair in fever_symmetric() if held_out(pair)]
        measured[f"{wanted}, FEVER-Symmetric dev, held-out claims"] = of_two_sides(model, held)
        measured[f"{wanted}, facts that exclude each other"] = of_two_sides(model, facts())
        measured[f"{wanted}, ClaimDiff train"] = of_claimdiff(model)
        if isinstance(model, BuiltIn):
            measured["finding, WiCE dev"] = of_wice(model.rarity)
    (MODELS / "measured.json").write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    page = ROOT / "docs" / "method.md"
    text = page.read_text(encoding="utf-8")
    table = "\n".join(f"| {name} | {_plain(of)} |" for name, of in measured.items())
    block = f"<!-- measured: make eval-judge -->\n| on what | measured |\n| --- | --- |\n{table}\n<!-- end -->"
    page.write_text(re.sub(r"<!-- measured.*?<!-- end -->", lambda _m: block, text, flags=re.DOTALL), encoding="utf-8")
    print(table)


def _plain(of: dict[str, Any]) -> str:
    return "; ".join(f"{name.replace('_', ' ')} {_value(value)}" for name, value in of.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{k} {_value(v)}" for k, v in value.items()) + ")"
    return "/".join(map(str, value)) if isinstance(value, list) else str(value)


if __name__ == "__main__":
    main()
