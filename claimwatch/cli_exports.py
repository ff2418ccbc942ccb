"""`--format` and `--out`: rows as a file, for the commands that list them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from claimwatch.errors import BadInput
from claimwatch.exports.about import About
from claimwatch.exports.forms import Form
from claimwatch.exports.write import Kind, write
from claimwatch.listing import Asked, every
from claimwatch.part_file import whole_or_nothing
from claimwatch.show import talk
from claimwatch.surroundings import the_time
from storage.instants import written


class Format(StrEnum):
    """What `--format` takes. A table is for people; the rest are files for other programs."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    BIBTEX = "bibtex"
    CSL_JSON = "csl-json"


FORMS = {Format.JSONL: Form.JSONL, Format.CSV: Form.CSV, Format.BIBTEX: Form.BIB, Format.CSL_JSON: Form.CSL}

Formatted = Annotated[
    Format, typer.Option("--format", help="table, json, jsonl, csv (safe in a spreadsheet), bibtex or csl-json.")
]
Out = Annotated[Path | None, typer.Option("--out", help="Write into this file; else to stdout.")]


def about_now(query: str) -> About:
    """What an export of now states of itself."""
    return About(query=query, at=written(the_time(), timespec="seconds"))


def export(form: Form, asked: Asked, kind: Kind, query: str, *, limit: int | None, out: Path | None) -> None:
    """Write all rows, or the first `limit`. A CSV file begins with a byte order mark, which Excel needs; a pipe's does not.

    Raises BadInput if the file cannot be written. A file that was there is replaced when the new one is whole.
    """
    pieces = write(form, every(asked, limit=limit), kind, about_now(query), bom=out is not None)
    if out is None:
        _into(sys.stdout, pieces)
        return
    try:
        with (
            whole_or_nothing(out, replace=True, private=False) as (part, _lock),
            part.open("w", encoding="utf-8", newline="") as file,
        ):
            _into(file, pieces)
    except OSError as error:
        raise BadInput(f"--out: cannot write {out}: {error.strerror}") from None
    talk(f"written: {out}")


def _into(file: TextIO, pieces: Iterator[str]) -> None:
    file.writelines(pieces)
