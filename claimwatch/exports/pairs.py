"""Rows of articles and of their findings to rows of article and claim: what a reporter puts into a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from claimwatch.relations import with_claims

Json = dict[str, Any]


def pairs(articles: Sequence[Json], findings: Sequence[Json]) -> Iterator[Json]:
    """A row an article and claim, as `columns.PAIRS` names them. `findings` are those of the articles, in any order.

    `passage` and `reason` are those of the surest finding of the relation that leads.
    """
    of: dict[int, list[Json]] = {}
    for finding in findings:
        of.setdefault(finding["article_id"], []).append(finding)
    for article in articles:
        mine = of.get(article["id"], [])
        about = article | {"article_id": article["id"], "findings": 0, "finding_ids": []}
        if not mine:
            yield about
        known = {finding["id"]: finding for finding in mine}
        for claim in with_claims({"findings_listed": mine})["claims_listed"]:
            ids = [n for part in claim["parts"] for n in part["findings"]]
            surest = known[ids[0]]
            told = {name: surest[name] for name in ("passage", "reason", "adds")}
            yield about | claim | told | {"findings": len(ids), "finding_ids": ids}
