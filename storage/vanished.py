"""Findings whose passage no longer stands in their article: that is an event, whatever the judge says of the new text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, select
from sqlalchemy.orm import aliased

from storage import article_events, rulings
from storage.articles import text_hash
from storage.folding import fold
from storage.records import ArticleEvent, ArticleId, Cause, FindingId, RevisionId
from storage.schema import FindingRow, PassageRow, RevisionRow


def tell(tx: Connection, revision_id: RevisionId, which: ColumnElement[bool], *, now: datetime) -> None:
    """An event for each of the findings that stand on an earlier revision and whose passage is not in this one.

    Called before they are withdrawn: a replay finds none. `which`: the article's live findings. A passage is there if its
    hash is, or if its quotation stands in the text in another dress. Where only our reading differs, nothing vanished; nor
    does what a person called unrelated.
    """
    mine = RevisionRow.id == revision_id
    new = tx.execute(select(RevisionRow.article_id, RevisionRow.number).where(mine)).one()
    if new.number == 1:
        return  # nothing stands on an earlier one
    edit = aliased(RevisionRow)
    edited = exists().where(
        edit.article_id == new.article_id,
        edit.number > RevisionRow.number,
        edit.number <= new.number,
        edit.cause == Cause.EDIT,
    )
    stood = select(
        FindingRow.id, FindingRow.passage_hash, RevisionRow.text, FindingRow.start_at, FindingRow.end_at
    ).join(RevisionRow, RevisionRow.id == FindingRow.revision_id)
    counted = rulings.joined(stood).where(rulings.counts(), which, FindingRow.revision_id != revision_id, edited)
    rows = tx.execute(counted.order_by(FindingRow.id)).all()
    if not rows:
        return
    cut = select(PassageRow.start_at, PassageRow.end_at).where(PassageRow.revision_id == revision_id)
    text = tx.scalars(select(RevisionRow.text).where(mine)).one()
    hashes = {text_hash(text[p.start_at : p.end_at]) for p in tx.execute(cut)}
    whole = fold(text)
    for row in rows:
        quote = row.text[row.start_at : row.end_at]
        if row.passage_hash not in hashes and fold(quote) not in whole:
            told = {"revision_id": revision_id, "finding_id": FindingId(row.id), "detail": quote}
            article_events.add(tx, ArticleId(new.article_id), ArticleEvent.VANISHED, at=now, **told)
