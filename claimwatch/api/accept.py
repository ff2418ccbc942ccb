"""What a request would rather have, by its `Accept`. Pure."""

from __future__ import annotations


def liked(accept: str) -> dict[str, float]:
    """The media types of the header with their weights, in its order: {"text/html": 1.0, "*/*": 0.8}."""
    told: dict[str, float] = {}
    for one in accept.split(","):
        kind, *more = (part.strip().lower() for part in one.split(";"))
        if kind:
            told[kind] = _number(next((part[2:] for part in more if part.startswith("q=")), "1"))
    return told


def likes_pages(accept: str) -> bool:
    """Whether it is a browser that asks for something to read: HTML before JSON, and by name."""
    told = liked(accept)
    any_other = told.get("application/*", told.get("*/*", 0.0))
    return told.get("text/html", 0.0) > told.get("application/json", any_other)


def _number(told: str) -> float:
    try:
        return float(told)
    except ValueError:
        return 0.0
