"""Rows to a file in the wanted form, piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from claimwatch.exports.about import About
from claimwatch.exports.bibtex import bibtex
from claimwatch.exports.csl import csl_json
from claimwatch.exports.csv_rows import csv_rows
from claimwatch.exports.forms import Form
from claimwatch.exports.jsonl import jsonl


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What the rows are: a word for one, and the columns of its CSV."""

    noun: str
    columns: Sequence[str]


def write(form: Form, rows: Iterable[Any], kind: Kind, about: About, *, bom: bool = False) -> Iterator[str]:
    """`rows` are dicts; for citations they are `Cited`, and for the CSV of articles those of `pairs`."""
    if form is Form.CSV:
        return csv_rows(rows, kind.columns, about, bom=bom)
    if form is Form.BIB:
        return bibtex(rows, about)
    if form is Form.CSL:
        return csl_json(rows, about)
    return jsonl(rows, kind.noun, about)
