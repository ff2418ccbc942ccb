"""A cell of a CSV file: any value as one text or number, and none that a spreadsheet takes for a formula."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from storage.instants import written

# What begins a formula in Excel, LibreOffice or Google Sheets; the wide forms count in East Asian Excel (OWASP's list).
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: object) -> str | int | float:
    """The value as a cell. A text that would be a formula gets a ' in front, which a spreadsheet shows and never runs.

    Also behind leading blanks: LibreOffice offers to trim them at the import. A number stays one, with its minus. A list of
    words is "one; two", all else that is no plain value JSON, an instant ISO 8601 with Z.
    """
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, list | tuple) and all(isinstance(one, str | int) for one in value):
        return safe_cell("; ".join(map(str, value)))
    if isinstance(value, list | tuple | Mapping):
        return safe_cell(json.dumps(value, ensure_ascii=False))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = str(value)
    if text.startswith(_BEGINS_A_FORMULA) or text.lstrip().startswith(_BEGINS_A_FORMULA):
        return "'" + text
    return text
