"""The public sets the judge is trained and measured on, by path, with pinned digests. Nothing is copied from them."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from worker.steps.evidence import is_english
from worker.steps.judge import with_title

# sha256 of each file as it was when the weights were made; another file is refused, since figures would not compare
DIGESTS = json.loads(Path(__file__).with_name("digests.json").read_text())
LABELS = ("supports", "disputes", "context", "unrelated")
_FNC = {"agree": "supports", "disagree": "disputes", "discuss": "context", "unrelated": "unrelated"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A claim and a text. `soft`: how far each of LABELS is right; `group`: what must not be split over folds."""

    corpus: str
    group: str
    claim: str
    text: str
    soft: tuple[float, float, float, float]
    weight: float = 1.0

    @property
    def label(self) -> int:
        """The position in LABELS of what is most right."""
        return max(range(4), key=lambda i: self.soft[i])


class Missing(Exception):
    """The evaluation data are not here, or not those that are pinned; the message says which file."""


def folder() -> Path:
    """`CLAIMWATCH_EVAL_DATA`, or ../shared/judge-data beside the checkout."""
    told = os.environ.get("CLAIMWATCH_EVAL_DATA")
    return Path(told) if told else Path(__file__).resolve().parents[2] / "shared" / "judge-data"


def read_bytes(name: str) -> bytes:
    """A file of the folder, unpacked. Raises Missing."""
    path = folder() / name
    if not path.is_file():
        raise Missing(f"{path}: not there; set CLAIMWATCH_EVAL_DATA to the folder with the evaluation data")
    packed = path.read_bytes()
    if hashlib.sha256(packed).hexdigest() != DIGESTS.get(name):
        raise Missing(f"{path}: not the file whose sha256 is pinned in training/digests.json")
    return gzip.decompress(packed)


def jsonl(name: str) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    for line in read_bytes(name).decode().splitlines():
        yield json.loads(line)


def table(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    csv.field_size_limit(10**9)
    return list(csv.DictReader(io.StringIO(read_bytes(name).decode())))


def hard(label: str) -> tuple[float, float, float, float]:
    """All on one label; mixed and unclear are shared out, as a reader would waver."""
    shared = {"mixed": (0.4, 0.4, 0.2, 0.0), "unclear": (0.12, 0.12, 0.76, 0.0)}
    one = tuple(float(name == label) for name in LABELS)
    return shared.get(label, one)  # type: ignore[return-value]


def fnc() -> list[Pair]:
    """FNC-1 train: headline against body. Grouped by topic: bodies that share a related headline, and headlines that share a body."""
    bodies = {row["Body ID"]: row["articleBody"] for row in table("train_bodies.csv.gz")}
    rows = table("train_stances.csv.gz")
    topic = _topics((f"h:{r['Headline']}", f"b:{r['Body ID']}") for r in rows if r["Stance"] != "unrelated")
    return [
        Pair(
            corpus="fnc",
            group=topic.get(f"b:{r['Body ID']}", f"b:{r['Body ID']}"),
            claim=r["Headline"],
            text=bodies[r["Body ID"]],
            soft=hard(_FNC[r["Stance"]]),
        )
        for r in rows
    ]


def _topics(edges: Iterator[tuple[str, str]]) -> dict[str, str]:
    """Connected parts of a graph: node -> name of its part."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for a, b in edges:
        parent[root(a)] = root(b)
    return {node: root(node) for node in parent}


def fever_symmetric() -> list[Pair]:
    """FEVER-Symmetric dev: grouped by the id that the four pairs of a claim share."""
    names = {"SUPPORTS": "supports", "REFUTES": "disputes"}
    return [
        Pair(
            corpus="fever",
            group=re.sub(r"0{6}\d$", "", str(r["id"])),
            claim=r["claim"],
            text=r["evidence"],
            soft=hard(names[r["gold_label"]]),
        )
        for r in jsonl("fever_symmetric_dev.jsonl.gz")
    ]


def healthver() -> list[Pair]:
    """HealthVer dev: claim against a sentence of a paper, grouped by question."""
    names = {"Supports": "supports", "Refutes": "disputes", "Neutral": "context"}
    return [
        Pair(
            corpus="healthver", group=r["question"], claim=r["claim"], text=r["evidence"], soft=hard(names[r["label"]])
        )
        for r in jsonl("healthver_dev.jsonl.gz")
    ]


def wice() -> list[Pair]:
    """WiCE dev with its chunks of evidence: wholly, partly or not supported."""
    told = {
        "supported": hard("supports"),
        "partially_supported": (0.5, 0.05, 0.45, 0.0),
        "not_supported": hard("context"),
    }
    return [
        Pair(
            corpus="wice",
            group=r["claim"],
            claim=r["claim"],
            text="\n".join(r["evidence"]),
            soft=told[r["label"]],
            weight=0.5,
        )
        for r in jsonl("wice_oracle_claim_dev.jsonl.gz")
    ]


PAIRS = Path(__file__).parent / "pairs"


def rows_of(name: str) -> list[dict[str, Any]]:
    """The objects of a file of training/pairs."""
    return [json.loads(line) for line in (PAIRS / name).read_text(encoding="utf-8").splitlines() if line]


def own(name: str) -> list[Pair]:
    """Pairs written for the project (training/pairs/*.jsonl), in English, grouped by claim or story."""
    pairs = [
        Pair(
            corpus=name.removesuffix(".jsonl"),
            group=r["group"],
            claim=r["claim"],
            text=with_title(r.get("title", ""), r["text"]),
            soft=hard(r["label"]),
        )
        for r in rows_of(name)
    ]
    return [pair for pair in pairs if is_english(pair.text)]


# What an article says that holds the item for true, holds it for untrue, or only passes it on; beside the headline's word.
_HEADLINE = {
    "says": {"says": "supports", "denies": "disputes", "reports": "context"},
    "denies": {"says": "disputes", "denies": "supports", "reports": "context"},
}


def rumours() -> list[Pair]:
    """Each headline of a story beside each of its articles, and beside one of another story."""
    stories = rows_of("rumours.jsonl")
    found = []
    for n, story in enumerate(stories):
        stranger = stories[(n * 7 + 3) % len(stories)]["articles"][0]["text"]
        for way, headlines in story["headlines"].items():
            for headline in headlines:
                beside = [(_HEADLINE[way][article["stance"]], article["text"]) for article in story["articles"]]
                found += [
                    Pair(corpus="rumours", group=story["group"], claim=headline, text=text, soft=hard(label))
                    for label, text in [*beside, ("unrelated", stranger)]
                ]
    return found


def facts() -> list[Pair]:
    """Two claims that exclude each other beside the two texts that show one or the other: no short cut by claim or text."""
    return [
        Pair(
            corpus="facts",
            group=row["group"],
            claim=claim,
            text=text,
            soft=hard("supports" if c == t else "disputes"),
        )
        for row in rows_of("facts.jsonl")
        for c, claim in enumerate(row["claims"])
        for t, text in enumerate(row["texts"])
    ]


# The names by which pairs were split when the weights were made; files were named later.
_SPLIT = {"events": "A", "stories": "B"}


def held_out(pair: Pair) -> bool:
    """Whether the pair is of the 15 % of groups that the encoder is not trained on: what mixes and scores are fitted and told on.

    None of the seed's own claims is: those are what the judge is for, and weighing.jsonl holds passages kept apart.
    """
    if pair.corpus == "seed":
        return False
    key = f"{_SPLIT.get(pair.corpus, pair.corpus)}/{pair.group}"
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % 100 < 15
