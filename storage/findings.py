"""Findings: keep what a judge found in a revision, withdraw what no longer holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.articles import ToRead
from storage.dialect import upsert
from storage.errors import Refused
from storage.records import Finding
from storage.schema import FindingRow, PassageRow
from storage.shapes import figure_to_json


def replace(tx: Connection, read: ToRead, found: Sequence[Finding], *, now: datetime) -> None:
    """Keep `found` as all that is to say of the article now; whatever stood before and is not in it is withdrawn.

    Raises Refused for a quotation that does not stand in the stored text, inside its passage, at its offsets.
    """
    placed = select(PassageRow.position, PassageRow.id).where(PassageRow.revision_id == read.id)
    ids = {row.position: row.id for row in tx.execute(placed)}
    spans = {p.position: p for p in read.passages}
    for f in found:
        span = spans.get(f.position)
        if span is None or not span.start <= f.start < f.end <= span.end or read.text[f.start : f.end] != f.quote:
            raise Refused(f"finding on {f.claim_id}: its quotation does not stand in the text at {f.start}-{f.end}")
    rows = [
        {
            "claim_id": f.claim_id,
            "passage_id": ids[f.position],
            "article_id": read.article_id,
            "revision_id": read.id,
            "judge_version": f.judge_version,
            "relation": f.relation.value,
            "adds": [a.value for a in f.adds],
            "score": f.score,
            "reason": f.reason,
            "start_at": f.start,
            "end_at": f.end,
            "text_hash": read.text_hash,
            "figures": [figure_to_json(figure) for figure in f.figures],
            "found_at": now,
            "withdrawn_at": None,
        }
        for f in found
    ]
    live = (FindingRow.article_id == read.article_id) & FindingRow.withdrawn_at.is_(None)
    tx.execute(update(FindingRow).where(live).values(withdrawn_at=now))
    said_anew = ["relation", "adds", "score", "reason", "start_at", "end_at", "figures", "withdrawn_at"]
    upsert(tx, FindingRow, rows, key=["claim_id", "passage_id", "judge_version"], update=said_anew)
