"""What every export states of itself, in the words of its format."""

from __future__ import annotations

from dataclasses import dataclass

from claimwatch import __version__

RELATION_IS = "a machine's suggestion unless confirmed by a person"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Where rows come from: what was asked, when (an instant, 2026-11-23T07:00:00Z), and in which zone days are counted."""

    query: str
    at: str
    zone: str = "UTC"
    by: str = f"claimwatch {__version__}"
    relation_is: str = RELATION_IS

    def as_dict(self) -> dict[str, str]:
        """The names under which rows carry it."""
        return {
            "query": self.query,
            "exported_at": self.at,
            "zone": self.zone,
            "exported_by": self.by,
            "relation_is": self.relation_is,
        }
