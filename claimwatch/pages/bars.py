"""The figures of one series as bars on one scale, which begins at nought. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from storage.records import Bound

Json = dict[str, Any]

# How far a bar goes on, faint, of a figure that says "at least"; in hundredths of the scale.
_OPEN = 8.0


def with_bars(lines: Sequence[Json]) -> list[Json]:
    """The lines of a row of `figure_series`, each with its `bar`, or None if there is nothing to compare.

    `sure`: up to where the figure says so much at least; `to`: how far it may reach, both in hundredths of the scale.
    """
    most = max((line["figure"]["high"] for line in lines), default=0)
    if len(lines) < 2 or most <= 0:
        return [line | {"bar": None} for line in lines]
    scale = (100 - _OPEN) / most
    return [line | {"bar": _bar(line["figure"], scale)} for line in lines]


def _bar(figure: Json, scale: float) -> Json:
    low, high = max(0.0, figure["low"] * scale), max(0.0, figure["high"] * scale)
    match Bound(figure["bound"]):
        case Bound.AT_LEAST | Bound.MORE_THAN:
            high += _OPEN
        case Bound.UP_TO | Bound.FEWER_THAN:
            low = 0.0
        case Bound.EXACT:
            pass
    return {"sure": round(low, 1), "to": round(high, 1)}
