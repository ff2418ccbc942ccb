"""Rows as JSON Lines: each line stands alone, with its schema and where it comes from, so that files can be cut and joined."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from claimwatch.exports.about import About

# Raised when a field changes its meaning or goes; a new field is no new version.
VERSION = 1


def jsonl(rows: Iterable[Mapping[str, Any]], noun: str, about: About) -> Iterator[str]:
    """Lines. `noun` says what a row is: "article"."""
    stated = {"export": about.as_dict()}
    for row in rows:
        told = {"schema": f"claimwatch.{noun}/{VERSION}", **row, **stated}
        yield json.dumps(told, ensure_ascii=False) + "\n"
