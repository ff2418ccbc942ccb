"""A figure as people write it: "at least 1,400", "1,600-1,700", "about 4,000", "90 %", "USD 5,000,000"."""

from __future__ import annotations

from storage.records import Bound, Figure


def in_words(figure: Figure) -> str:
    """The amount with its bound and unit; what is counted stands in `counts`."""
    low, high = (f"{n:,.0f}" if n == int(n) else f"{n:,}" for n in (figure.low, figure.high))
    amount = low if low == high else f"{low}-{high}"
    if figure.unit == "percent":
        amount += " %"
    elif figure.unit.isupper():
        amount = f"{figure.unit} {amount}"
    elif figure.unit in ("tonnes", "km"):
        amount += f" {figure.unit}"
    bound = "" if figure.bound is Bound.EXACT else f"{figure.bound} "
    return f"{bound}{'about ' if figure.approx else ''}{amount}"
