"""The judge's weights, read from disk: the only file that knows where they lie and how they are packed."""

from __future__ import annotations

import gzip
import hashlib
import importlib.resources
import importlib.util
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worker.errors import NoModel

# Longer pairs are cut: the encoder was trained on so many word pieces (training/README.md).
MOST_PIECES = 128


def shipped() -> Traversable:
    """The folder of the weights that come with claimwatch."""
    return importlib.resources.files("worker") / "models"


def read_built_in() -> tuple[dict[str, Any], dict[str, dict[str, NDArray[Any]]]]:
    """What is told of the built-in model (name, rarity, rarest, mixes), and the arrays of its trees by kind of text."""
    told = json.loads(gzip.decompress((shipped() / "built-in.json.gz").read_bytes()))
    trees = {}
    for kind in ("article", "passage"):
        with (shipped() / f"{kind}.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            trees[kind] = dict(arrays)
    return told, trees


def fingerprint(folder: Traversable | None) -> str:
    """A short hash of all weights but the encoder's own, of which its card stands: another judge has another."""
    names = ("article.npz", "passage.npz", "built-in.json.gz", "stance.json")
    told = [(shipped() / name).read_bytes() for name in names]
    if folder is not None:
        told.append((folder / "model.json").read_bytes())
    return hashlib.sha256(b"".join(told)).hexdigest()[:8]


def read_stance() -> dict[str, Any]:
    """The tables of worker/models/stance.json."""
    told: dict[str, Any] = json.loads((shipped() / "stance.json").read_text(encoding="utf-8"))
    return told


def lacks(folder: Traversable) -> str:
    """What a folder or this machine lacks to run an encoder from it, in words; "" if nothing."""
    for name in ("model.onnx", "tokenizer.json", "model.json"):
        if not (folder / name).is_file():
            return f"{folder}: no file {name}"
    for module in ("onnxruntime", "tokenizers"):
        if importlib.util.find_spec(module) is None:
            return f"the package {module} is not installed"
    return ""


def read_card(folder: Traversable) -> dict[str, Any]:
    """model.json of an encoder: `name`, `labels`, and if known `pieces` and `mixes`. Raises NoModel."""
    try:
        told = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        return {"name": str(told["name"]), "labels": [str(label) for label in told["labels"]], **told}
    except (ValueError, KeyError, TypeError) as error:
        raise NoModel(f"{folder / 'model.json'}: expected an object with name and labels: {error!r}") from None


@dataclass(slots=True)
class OnnxEncoder:
    """A pair classifier in ONNX with its tokenizer. The session is made at the first question: after the fork, one thread.

    `columns[i]` is the output that the model's label i stands for, of `outputs` in all.
    """

    name: str
    folder: Traversable
    columns: Sequence[int]
    outputs: int
    pieces: int = MOST_PIECES
    _session: Any = field(default=None, init=False, repr=False)
    _tokenizer: Any = field(default=None, init=False, repr=False)

    def log_odds(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """(pairs, outputs). An output that no label stands for is as unlikely as the least likely label. Raises NoModel."""
        if self._session is None:
            self._load()
        # one by one: 8-bit weights scale a whole run by its largest number, so a pair's answer would hang on its neighbours;
        # on one thread a batch wins no time
        told = np.concatenate([self._run(self._tokenizer.encode(*pair)) for pair in pairs])
        odds = np.repeat(told.min(axis=1, keepdims=True), self.outputs, axis=1)
        for label, output in enumerate(self.columns):
            odds[:, output] = np.maximum(odds[:, output], told[:, label])
        return odds

    def _run(self, encoded: Any) -> NDArray[np.float32]:
        inputs = {
            "input_ids": encoded.ids,
            "token_type_ids": encoded.type_ids,
            "attention_mask": encoded.attention_mask,
        }
        known = {i.name for i in self._session.get_inputs()}
        told = {name: np.array([ids], dtype=np.int64) for name, ids in inputs.items() if name in known}
        odds: NDArray[np.float32] = self._session.run(None, told)[0]
        if odds.shape != (1, len(self.columns)):
            raise NoModel(
                f"{self.folder}: the model gives {odds.shape[1:]} numbers a pair, model.json names {len(self.columns)} labels"
            )
        return odds

    def _load(self) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            self._tokenizer = Tokenizer.from_str((self.folder / "tokenizer.json").read_text(encoding="utf-8"))
            model = (self.folder / "model.onnx").read_bytes()
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001 - both libraries raise their own, and a bare Exception
            raise NoModel(f"{self.folder}: the model cannot be loaded: {error}") from None
        self._tokenizer.no_padding()
        # of a pair too long the longer part is cut: a claim may be long too
        self._tokenizer.enable_truncation(self.pieces, strategy="longest_first")
