"""Findings: keep what a judge found in a revision, withdraw what no longer holds, and hold what a person ruled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, select, update

from storage import rulings, vanished
from storage.articles import ToRead, text_hash
from storage.dialect import upsert
from storage.errors import Refused
from storage.folding import fold
from storage.records import ArticleId, ClaimId, Finding, Passage, Relation, Ruling
from storage.schema import ClaimRow, FindingFigureRow, FindingRow, PassageRow, RevisionRow
from storage.shapes import figure_to_json, finding_from_row, voice_to_json

# Statements of every article are made once: storage/articles.py.
_PLACED = select(PassageRow.position, PassageRow.id).where(PassageRow.revision_id == bindparam("of_revision"))
_JUDGED_TEXT = select(RevisionRow.text, RevisionRow.text_hash).where(RevisionRow.id == bindparam("of_revision"))
_WATCHED = (
    select(ClaimRow.id, ClaimRow.retired_at)
    .where(ClaimRow.id.in_(bindparam("ids", expanding=True)))
    .order_by(ClaimRow.id)
    .with_for_update(read=True)
)
_STANDING = (
    select(FindingRow.id)
    .where(FindingRow.article_id == bindparam("of_article"), FindingRow.withdrawn_at.is_(None))
    .limit(1)
)
_KEPT = (FindingRow.__table__.c.id, FindingRow.__table__.c.figures)
_NO_FIGURES = delete(FindingFigureRow).where(FindingFigureRow.finding_id.in_(bindparam("ids", expanding=True)))


def replace(
    tx: Connection, read: ToRead, found: Sequence[Finding], *, now: datetime, claim_id: ClaimId | None = None
) -> None:
    """Keep `found` as all that is to say of the article now; whatever stood before and is not in it is withdrawn.

    With `claim_id`, as all that is to say on that claim: what stands on others is left alone. What a person ruled goes on
    to the findings on the same passage; where the judge finds nothing there any more, the person's word is held.
    A passage that vanished under a finding leaves an event.

    Raises Refused, and keeps nothing, when the stored text is not the one that was judged, for a quotation that does not
    stand in it, inside its passage, at its offsets, and for a claim that is not watched.
    """
    text = _text_judged(tx, read)
    _refuse_unwatched(tx, sorted({f.claim_id for f in found}))
    ids = {row.position: row.id for row in tx.execute(_PLACED, {"of_revision": read.id})}
    spans = {p.position: p for p in read.passages}
    for f in found:
        span = spans.get(f.position)
        if not f.quote.strip():
            raise Refused(f"finding on {f.claim_id}: its quotation is empty")
        if span is None or not span.start <= f.start < f.end <= span.end or text[f.start : f.end] != f.quote:
            raise Refused(f"finding on {f.claim_id}: its quotation does not stand in the text at {f.start}-{f.end}")
        if claim_id not in (None, f.claim_id):
            raise Refused(f"finding on {f.claim_id}: only those on {claim_id} are to be replaced")
    places = Counter((f.claim_id, f.position, f.judge_version, f.model) for f in found)
    for (claim, position, *_judge), times in places.items():
        if times > 1:
            raise Refused(f"finding on {claim}: {times} of one judge in passage {position}")
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
            "passage_hash": s.passage_hash,
            "ruling_id": s.ruling.id if s.ruling else None,
            "held": s.held,
            "found_at": now,
            "withdrawn_at": None,
        }
        for s in _standing(tx, read, found, claim_id)
        for f in [s.finding]
    ]
    if tx.execute(_STANDING, {"of_article": read.article_id}).first():
        vanished.tell(tx, read.id, _live(read.article_id, claim_id), now=now)
        tx.execute(update(FindingRow).where(_live(read.article_id, claim_id)).values(withdrawn_at=now))
    said_anew = ["relation", "adds", "score", "reason", "start_at", "end_at", "figures", "voice", "withdrawn_at"]
    said_anew += ["ruling_id", "held"]
    key = ["claim_id", "passage_id", "judge_version", "model"]
    _keep_figures(tx, upsert(tx, FindingRow, rows, key=key, update=said_anew, returning=_KEPT))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """A finding with the judge's own words, and the person's word on its passage. `held`: the judge finds it no more."""

    finding: Finding
    passage_hash: str
    ruling: Ruling | None = None
    held: bool = False


def would_stand(
    tx: Connection, read: ToRead, found: Sequence[Finding], claim_id: ClaimId | None = None
) -> tuple[Finding, ...]:
    """What `live` would give after `replace` with the same. Writes nothing."""
    standing = _standing(tx, read, found, claim_id)
    return _counting([rulings.overruled(s.finding, s.ruling) for s in standing])


def _standing(tx: Connection, read: ToRead, found: Sequence[Finding], claim_id: ClaimId | None) -> list[_Standing]:
    """What the judge found, and what only a person's word holds, in that order."""
    by_hash: dict[str, Passage] = {}
    hashes = {}
    for span in read.passages:
        hashes[span.position] = told = text_hash(read.text[span.start : span.end])
        by_hash.setdefault(told, span)
    ruled = rulings.in_force(tx, read.article_id)
    standing = [
        _Standing(finding=f, passage_hash=hashes[f.position], ruling=ruled.get((f.claim_id, hashes[f.position])))
        for f in found
    ]
    said = {(s.finding.claim_id, s.passage_hash) for s in standing}
    unsaid = {
        (claim, told): ruling
        for (claim, told), ruling in ruled.items()
        if (claim, told) not in said and told in by_hash and claim_id in (None, claim)
    }
    for (claim, told), finding in _last_said(tx, read.article_id, unsaid).items():
        span = by_hash[told]
        begin, end = span.start + finding.start, span.start + finding.end
        held = changed(finding, position=span.position, start=begin, end=end, quote=read.text[begin:end])
        standing.append(_Standing(finding=held, passage_hash=told, ruling=unsaid[claim, told], held=True))
    return standing


def _last_said(tx: Connection, article_id: ArticleId, keys: Collection[rulings.Key]) -> dict[rulings.Key, Finding]:
    """The newest finding, live or withdrawn, on each claim and passage; `start`, `end` count from the passage's start.

    None on a claim that is no longer watched.
    """
    if not keys:
        return {}
    rows = tx.execute(
        select(FindingRow, PassageRow.position, PassageRow.start_at.label("passage_at"))
        .join(PassageRow, PassageRow.id == FindingRow.passage_id)
        .join(ClaimRow, ClaimRow.id == FindingRow.claim_id)
        .where(FindingRow.article_id == article_id, ClaimRow.retired_at.is_(None))
        .where(FindingRow.passage_hash.in_([told for _claim, told in keys]))
        .order_by(FindingRow.id)
    )
    newest = {(ClaimId(row.claim_id), row.passage_hash): row for row in rows}
    last = {}
    for key, row in newest.items():
        if key in keys:
            finding = finding_from_row(row, "")
            last[key] = changed(finding, start=finding.start - row.passage_at, end=finding.end - row.passage_at)
    return last


def _counting(found: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(f for f in found if f.relation is not Relation.UNRELATED)


def _keep_figures(tx: Connection, found: Sequence[Row[Any]]) -> None:
    """The figures of those findings as rows, in the place of what stood there."""
    if not found:
        return
    tx.execute(_NO_FIGURES, {"ids": [row.id for row in found]})
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
    stored = tx.execute(_JUDGED_TEXT, {"of_revision": read.id}).first()
    if stored is None or not text_hash(stored.text) == stored.text_hash == read.text_hash:
        what = "is gone" if stored is None else "is another than the one that was judged: its hash differs"
        raise Refused(f"article {read.article_id}: the stored text of revision {read.id} {what}")
    return str(stored.text)


def _refuse_unwatched(tx: Connection, claim_ids: Sequence[ClaimId]) -> None:
    """Every claim is there and live; no one retires it before this transaction ends."""
    known = {row.id: row.retired_at for row in tx.execute(_WATCHED, {"ids": list(claim_ids)})}
    for claim_id in claim_ids:
        if claim_id not in known:
            raise Refused(f"finding on {claim_id}: there is no such claim")
        if known[claim_id] is not None:
            raise Refused(f"finding on {claim_id}: the claim was retired on {known[claim_id]:%Y-%m-%d}")


def _live(article_id: ArticleId, claim_id: ClaimId | None) -> ColumnElement[bool]:
    mine = (FindingRow.article_id == article_id) & FindingRow.withdrawn_at.is_(None)
    return mine if claim_id is None else mine & (FindingRow.claim_id == claim_id)


def live(tx: Connection, article_id: ArticleId, claim_id: ClaimId | None = None) -> tuple[Finding, ...]:
    """What stands on the article now, whoever said it of whatever revision, or only on that claim.

    Where a person ruled it is their word; what they called unrelated is left out.
    """
    query = (
        select(FindingRow, PassageRow.position, RevisionRow.text)
        .join(PassageRow, PassageRow.id == FindingRow.passage_id)
        .join(RevisionRow, RevisionRow.id == FindingRow.revision_id)
    )
    ruled = rulings.in_force(tx, article_id)
    rows = tx.execute(query.where(_live(article_id, claim_id)).order_by(FindingRow.id))
    return _counting(
        [
            rulings.overruled(
                finding_from_row(row, row.text[row.start_at : row.end_at]), ruled.get((row.claim_id, row.passage_hash))
            )
            for row in rows
        ]
    )
