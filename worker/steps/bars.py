"""The figures of one series as bars on one scale, which begins at nought. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from storage.records import Bound, Figure

# How far a bar goes on, faint, of a figure that says "at least"; in hundredths of the scale.
_OPEN = 8.0


@dataclass(frozen=True, slots=True)
class Bar:
    """`sure`: up to where the figure says so much at least; `to`: how far it may reach, both in hundredths of the scale."""

    sure: float
    to: float


def bars(figures: Sequence[Figure]) -> list[Bar | None]:
    """A bar for each figure; None for all of them if there is nothing to compare."""
    most = max((figure.high for figure in figures), default=0)
    if len(figures) < 2 or most <= 0:
        return [None] * len(figures)
    scale = (100 - _OPEN) / most
    return [_bar(figure, scale) for figure in figures]


def _bar(figure: Figure, scale: float) -> Bar:
    low, high = max(0.0, figure.low * scale), max(0.0, figure.high * scale)
    match figure.bound:
        case Bound.AT_LEAST | Bound.MORE_THAN:
            high += _OPEN
        case Bound.UP_TO | Bound.FEWER_THAN:
            low = 0.0
        case Bound.EXACT:
            pass
    return Bar(sure=round(low, 1), to=round(high, 1))
