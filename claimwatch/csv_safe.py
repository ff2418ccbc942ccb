"""A cell of a CSV file that no spreadsheet takes for a formula."""

from __future__ import annotations

# What begins a formula in Excel, LibreOffice or Google Sheets; the wide forms count in East Asian Excel (OWASP's list).
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: object) -> str | int | float:
    """The value as a cell. A text that would be a formula gets a ' in front, which a spreadsheet shows and never runs.

    Also behind leading blanks: LibreOffice offers to trim them at the import. A number stays one, with its minus.
    """
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
