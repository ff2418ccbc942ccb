"""Which judge: from the setting `CLAIMWATCH_JUDGE` to a model and its weights."""

from __future__ import annotations

from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from claimwatch.settings import names_a_judge
from worker.errors import NoModel
from worker.gateways.models import OnnxEncoder, fingerprint, lacks, read_built_in, read_card, read_stance, shipped
from worker.steps.evidence import Rarity
from worker.steps.forest import Forest
from worker.steps.judge import Method
from worker.steps.pair_model import OUTPUTS, BuiltIn, Mix, PairModel, Strong
from worker.steps.stance import NUMBERS, Weights

# What the labels of other people's pair classifiers mean here, in lower case: positions in OUTPUTS.
_LABELS = {
    "supports": 0, "support": 0, "supported": 0, "entailment": 0, "agree": 0,
    "disputes": 1, "refutes": 1, "refute": 1, "contradiction": 1, "disagree": 1,
    "context": 2, "neutral": 2, "discuss": 2, "not enough info": 2, "nei": 2,
    "unrelated": 3,
}  # fmt: skip


@cache
def load_method(wanted: str = "auto") -> Method:
    """The judge that `wanted` names: auto (strong if it can be had), built-in, strong, or a folder. Raises NoModel."""
    model = load_model(wanted)
    folder = model.encoder.folder if isinstance(model, Strong) and isinstance(model.encoder, OnnxEncoder) else None
    told = read_stance()
    if tuple(told["numbers"]) != NUMBERS:
        raise NoModel("worker/models/stance.json was fitted for other numbers; run `make train-stance`")
    weights = Weights(**told["models"]["built-in" if isinstance(model, BuiltIn) else "strong"])
    return Method(model=model, weights=weights, fingerprint=fingerprint(folder))


def load_model(wanted: str = "auto") -> PairModel:
    """The model alone; the weights of an encoder are read when it is first asked. Raises NoModel."""
    if wanted == "built-in":
        return _built_in()
    if not names_a_judge(wanted):
        raise NoModel(f"CLAIMWATCH_JUDGE={wanted}: neither auto, strong, built-in, nor a folder")
    folder = shipped() / "strong" if wanted in ("auto", "strong") else Path(wanted)
    missing = lacks(folder)
    if missing and wanted == "auto":
        return _built_in()
    if missing:
        raise NoModel(f"CLAIMWATCH_JUDGE={wanted}: {missing}")
    return _strong(folder)


def _built_in() -> BuiltIn:
    told, trees = read_built_in()
    return BuiltIn(
        name=told["name"],
        rarity=Rarity(told["rarity"], told["rarest"]),
        forests={kind: Forest.of(arrays, classes=len(OUTPUTS)) for kind, arrays in trees.items()},
        mixes=_mixes(told["mixes"]),
    )


def _strong(folder: Traversable) -> Strong:
    card = read_card(folder)
    strange = [label for label in card["labels"] if label.lower() not in _LABELS]
    if strange:
        raise NoModel(f"{folder / 'model.json'}: label {strange[0]!r} is none of {', '.join(_LABELS)}")
    columns = [_LABELS[label.lower()] for label in card["labels"]]
    if not {0, 1} <= {*columns}:
        raise NoModel(f"{folder / 'model.json'}: labels must name what supports and what disputes")
    more = {"pieces": int(card["pieces"])} if "pieces" in card else {}
    encoder = OnnxEncoder(name=card["name"], folder=folder, columns=columns, outputs=len(OUTPUTS), **more)
    mixes = _mixes(card["mixes"]) if "mixes" in card else _unmeasured()
    return Strong(name=card["name"], built_in=_built_in(), encoder=encoder, mixes=mixes)


def _mixes(told: dict[str, Any]) -> dict[str, Mix]:
    return {kind: Mix(**(mix | {"bias": tuple(mix["bias"])})) for kind, mix in told.items()}


def _unmeasured() -> dict[str, Mix]:
    """For a classifier of which nothing was measured here: half its word, half the trees'."""
    return {kind: Mix(encoder=0.5, bias=(0.0, 0.0, 0.0, 0.0)) for kind in ("article", "passage")}
