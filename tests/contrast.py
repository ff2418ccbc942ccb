"""How well a colour can be read on another, as WCAG 2 reckons it."""

from __future__ import annotations

Colour = tuple[int, int, int]


def contrast(one: Colour, other: Colour) -> float:
    """From 1 (the same) to 21 (black on white); 4.5 is enough for text."""
    bright, dark = sorted((_light(one), _light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def of_hex(told: str) -> Colour:
    """ "#1d2125", "#abc"."""
    digits = told[1:] if len(told) == 7 else "".join(2 * c for c in told[1:])
    red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
    return red, green, blue


def _light(colour: Colour) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
