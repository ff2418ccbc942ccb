"""Findings: keep what a judge found in a revision, withdraw what no longer holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from storage import vanished
from storage.articles import ToRead, text_hash
from storage.dialect import upsert
from storage.errors import Refused
from storage.folding import fold
from storage.records import ArticleId, ClaimId, Finding
from storage.schema import ClaimRow, FindingFigureRow, FindingRow, PassageRow, RevisionRow
from storage.shapes import figure_to_json, finding_from_row, voice_to_json


def replace(
    tx: Connection, read: ToRead, found: Sequence[Finding], *, now: datetime, claim_id: ClaimId | None = None
) -> None:
    """Keep `found` as all that is to say of the article now; whatever stood before and is not in it is withdrawn.

    A passage that vanished under a finding leaves an event.
    With `claim_id`, as all that is to say on that claim: what stands on others is left alone.

    Raises Refused, and keeps nothing, when the stored text is not the one that was judged, for a quotation that does not
    stand in it, inside its passage, at its offsets, and for a claim that is not watched.
    """
    text = _text_judged(tx, read)
    _refuse_unwatched(tx, sorted({f.claim_id for f in found}))
    placed = select(PassageRow.position, PassageRow.id).where(PassageRow.revision_id == read.id)
    ids = {row.position: row.id for row in tx.execute(placed)}
    spans = {p.position: p for p in read.passages}
    for f in found:
        span = spans.get(f.position)
        if not f.quote.strip():
            raise Refused(f"finding on {f.claim_id}: its quotation is empty")
        if span is None or not span.start <= f.start < f.end <= span.end or text[f.start : f.end] != f.quote:
            raise Refused(f"finding on {f.claim_id}: its quotation does not stand in the text at {f.start}-{f.end}")
        if claim_id not in (None, f.claim_id):
            raise Refused(f"finding on {f.claim_id}: only those on {claim_id} are to be replaced")
    rows = [
        {
            "claim_id": f.claim_id,
            "passage_id": ids[f.position],
            "article_id": read.article_id,
            "revision_id": read.id,
            "judge_version": f.judge_version,
            "model": f.model,
            "relation": f.relation.value,
            "adds": [a.value for a in f.adds],
            "score": f.score,
            "reason": f.reason,
            "start_at": f.start,
            "end_at": f.end,
            "text_hash": read.text_hash,
            "figures": [figure_to_json(figure) for figure in f.figures],
            "voice": voice_to_json(f.voice),
            "passage_hash": text_hash(text[spans[f.position].start : spans[f.position].end]),
            "found_at": now,
            "withdrawn_at": None,
        }
        for f in found
    ]
    vanished.tell(tx, read.id, _live(read.article_id, claim_id), now=now)
    tx.execute(update(FindingRow).where(_live(read.article_id, claim_id)).values(withdrawn_at=now))
    said_anew = ["relation", "adds", "score", "reason", "start_at", "end_at", "figures", "voice", "withdrawn_at"]
    upsert(tx, FindingRow, rows, key=["claim_id", "passage_id", "judge_version", "model"], update=said_anew)
    _keep_figures(tx, _live(read.article_id, claim_id))


def _keep_figures(tx: Connection, which: ColumnElement[bool]) -> None:
    """The figures of those findings as rows, in the place of what stood there."""
    found = tx.execute(select(FindingRow.id, FindingRow.figures).where(which)).all()
    tx.execute(delete(FindingFigureRow).where(FindingFigureRow.finding_id.in_([row.id for row in found])))
    rows = [
        {
            "finding_id": row.id,
            "position": position,
            "low": figure["low"],
            "high": figure["high"],
            "counts": fold(figure["counts"]),
            "verdict": figure.get("verdict") or "",
        }
        for row in found
        for position, figure in enumerate(row.figures)
    ]
    upsert(tx, FindingFigureRow, rows, key=["finding_id", "position"])


def _text_judged(tx: Connection, read: ToRead) -> str:
    """The revision's text, if it is still the one whose hash the judge was given."""
    stored = tx.execute(select(RevisionRow.text, RevisionRow.text_hash).where(RevisionRow.id == read.id)).first()
    if stored is None or not text_hash(stored.text) == stored.text_hash == read.text_hash:
        what = "is gone" if stored is None else "is another than the one that was judged: its hash differs"
        raise Refused(f"article {read.article_id}: the stored text of revision {read.id} {what}")
    return str(stored.text)


def _refuse_unwatched(tx: Connection, claim_ids: Sequence[ClaimId]) -> None:
    """Every claim is there and live; no one retires it before this transaction ends."""
    asked = select(ClaimRow.id, ClaimRow.retired_at).where(ClaimRow.id.in_(claim_ids)).order_by(ClaimRow.id)
    known = {row.id: row.retired_at for row in tx.execute(asked.with_for_update(read=True))}
    for claim_id in claim_ids:
        if claim_id not in known:
            raise Refused(f"finding on {claim_id}: there is no such claim")
        if known[claim_id] is not None:
            raise Refused(f"finding on {claim_id}: the claim was retired on {known[claim_id]:%Y-%m-%d}")


def _live(article_id: ArticleId, claim_id: ClaimId | None) -> ColumnElement[bool]:
    mine = (FindingRow.article_id == article_id) & FindingRow.withdrawn_at.is_(None)
    return mine if claim_id is None else mine & (FindingRow.claim_id == claim_id)


def live(tx: Connection, article_id: ArticleId, claim_id: ClaimId | None = None) -> tuple[Finding, ...]:
    """What stands on the article now, whatever judge and revision said it, or only on that claim."""
    rows = tx.execute(
        select(FindingRow, PassageRow.position, RevisionRow.text)
        .join(PassageRow, PassageRow.id == FindingRow.passage_id)
        .join(RevisionRow, RevisionRow.id == FindingRow.revision_id)
        .where(_live(article_id, claim_id))
        .order_by(FindingRow.id)
    )
    return tuple(finding_from_row(row, row.text[row.start_at : row.end_at]) for row in rows)
