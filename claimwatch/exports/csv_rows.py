"""Rows as CSV (RFC 4180), safe to open in a spreadsheet.

The format knows no comments: a line with # in front is a row to a spreadsheet, and breaks what reads columns. What the
file states of itself stands in its last columns, in each row: it survives sorting, filtering and pasting files together.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from claimwatch.csv_safe import safe_cell
from claimwatch.exports import columns
from claimwatch.exports.about import About

BOM = "\ufeff"
_A_CHUNK = 200


def csv_rows(
    rows: Iterable[Mapping[str, Any]], names: Sequence[str], about: About, *, bom: bool = False
) -> Iterator[str]:
    """Text of the file, piece by piece. `bom`: Excel takes a file without one for a text in the machine's old encoding."""
    told = about.as_dict()
    text = io.StringIO()
    writer = csv.writer(text)  # its default line end is RFC 4180's
    text.write(BOM if bom else "")
    writer.writerow([*names, *columns.ABOUT])
    for n, row in enumerate(rows, 1):
        cells = [row.get(name) for name in names]
        writer.writerow([safe_cell(cell) for cell in (*cells, *(told[name] for name in columns.ABOUT))])
        if n % _A_CHUNK == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()
