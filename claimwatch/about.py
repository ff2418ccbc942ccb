"""What an export of evidence states of itself."""

from __future__ import annotations

from datetime import datetime

from claimwatch import __version__
from storage.evidence import Wanted

RELATIONS = "a machine's suggestion unless a person's ruling is named beside it"


def about(wanted: Wanted, now: datetime) -> dict[str, str]:
    """Query, instant, zone, product version, and what its relations are. In this order, all plain words."""
    asked = {
        "claim": wanted.claim_id,
        "article": wanted.article_id,
        "since": wanted.since.isoformat().replace("+00:00", "Z") if wanted.since else None,
    }
    return {
        "query": " ".join(f"{name}:{value}" for name, value in asked.items() if value is not None) or "everything kept",
        "exported_at": now.isoformat().replace("+00:00", "Z"),
        "zone": "UTC",
        "exported_by": f"claimwatch {__version__}",
        "relation_is": RELATIONS,
    }
