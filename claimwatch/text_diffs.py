"""What differs between two readings of an article, as one row for the command and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from worker.steps.text_diff import Segment, diff

Json = dict[str, Any]


def told_apart(article_id: int, older: Json, newer: Json) -> Json:
    """Of two rows of `histories.texts`: `from`, `to`, and the segments of title and text, each of a kind and its text."""
    about = ("number", "read_at", "text_hash")
    return {
        "article_id": article_id,
        "from": {name: older[name] for name in about},
        "to": {name: newer[name] for name in about},
        "title": _rows(diff(older["title"], newer["title"])),
        "text": _rows(diff(older["text"], newer["text"])),
    }


def _rows(segments: Sequence[Segment]) -> list[Json]:
    return [asdict(s) | {"kind": s.kind.value} for s in segments]
