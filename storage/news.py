"""What may be news to the readers of a watch list, and what letters told them before. Who is told what: worker/steps/digest/news.py."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, func, select

from storage import rulings
from storage.dialect import among, parts
from storage.records import (
    Adds,
    ArticleEvent,
    ArticleId,
    Cause,
    Change,
    ClaimId,
    DigestItem,
    FindingId,
    Happened,
    LetterId,
    ListId,
    RecipientId,
    Relation,
    RevisionId,
    Told,
    Verdict,
)
from storage.schema import (
    ArticleEventRow,
    ArticleRow,
    ClaimRow,
    DigestRow,
    FeedRow,
    FindingFigureRow,
    FindingRow,
    LetterItemRow,
    LetterNoticeRow,
    LetterRow,
    OutletRow,
    RevisionRow,
)
from storage.shapes import figure_from_json, voice_from_json
from storage.stories import STORY

Figures = frozenset[tuple[float, float]]


def changes(tx: Connection, list_id: ListId, *, since: datetime, known: Collection[LetterId] = ()) -> list[Change]:
    """Findings of the list's claims that count, in articles that were first seen or edited since then; without their figures.

    Left out are those that letters of `known` told with the relation that they have now, and no letter with another: they
    are news to nobody who got those.
    """
    told_so = LetterItemRow.relation == rulings.effective_relation()
    mine = LetterItemRow.finding_id == FindingRow.id
    told = select(LetterItemRow.finding_id).where(mine, told_so, among(tx, LetterItemRow.letter_id, known)).exists()
    otherwise = select(LetterItemRow.finding_id).where(mine, ~told_so).exists()
    query = (
        rulings.joined(
            select(
                FindingRow.id,
                FindingRow.claim_id,
                FindingRow.article_id,
                FindingRow.revision_id,
                rulings.effective_relation().label("relation"),
                ArticleRow.first_seen,
                ArticleRow.in_baseline,
                STORY.label("story"),
                RevisionRow.published,
                RevisionRow.cause,
                RevisionRow.read_at,
            )
        )
        .join(ClaimRow, ClaimRow.id == FindingRow.claim_id)
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(RevisionRow, RevisionRow.id == FindingRow.revision_id)
        .where(ClaimRow.list_id == list_id, ClaimRow.retired_at.is_(None), rulings.counts())
        .where((ArticleRow.first_seen >= since) | ((RevisionRow.cause == Cause.EDIT) & (RevisionRow.read_at >= since)))
    )
    if known:
        query = query.where(~told | otherwise)
    return [
        Change(
            finding_id=FindingId(r.id),
            claim_id=ClaimId(r.claim_id),
            article_id=ArticleId(r.article_id),
            revision_id=RevisionId(r.revision_id),
            relation=Relation(r.relation),
            first_seen=r.first_seen,
            published=r.published,
            in_baseline=r.in_baseline,
            story=ArticleId(r.story),
            edited_at=r.read_at if r.cause == Cause.EDIT else None,
        )
        for r in tx.execute(query)
    ]


def figures(tx: Connection, ids: Collection[int]) -> dict[FindingId, Figures]:
    """(low, high) of the figures of these findings that count what their claim counts."""
    found: dict[FindingId, set[tuple[float, float]]] = {}
    other = ("", Verdict.DIFFERENT_THING.value)
    for some in parts(ids):
        query = select(FindingFigureRow).where(
            among(tx, FindingFigureRow.finding_id, some), FindingFigureRow.verdict.not_in(other)
        )
        for row in tx.execute(query):
            found.setdefault(FindingId(row.finding_id), set()).add((row.low, row.high))
    return {finding_id: frozenset(told) for finding_id, told in found.items()}


def told(tx: Connection, list_id: ListId, stories: Collection[ArticleId]) -> list[Told]:
    """What letters of the list told of articles of these stories, in the order in which they did."""
    query = (
        select(
            LetterItemRow.letter_id,
            LetterItemRow.finding_id,
            LetterItemRow.relation,
            LetterItemRow.figures,
            LetterRow.composed_at,
            FindingRow.claim_id,
            FindingRow.article_id,
            FindingRow.revision_id,
            STORY.label("story"),
        )
        .join(LetterRow, LetterRow.id == LetterItemRow.letter_id)
        .join(FindingRow, FindingRow.id == LetterItemRow.finding_id)
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .where(LetterRow.list_id == list_id)
    )
    found = [row for some in parts(stories) for row in tx.execute(query.where(STORY.in_(some)))]
    return [
        Told(
            letter_id=LetterId(r.letter_id),
            composed_at=r.composed_at,
            finding_id=FindingId(r.finding_id),
            claim_id=ClaimId(r.claim_id),
            article_id=ArticleId(r.article_id),
            revision_id=RevisionId(r.revision_id),
            story=ArticleId(r.story),
            relation=Relation(r.relation),
            figures=frozenset((low, high) for low, high in r.figures),
        )
        for r in sorted(found, key=lambda row: (row.letter_id, row.finding_id))
    ]


def earlier(tx: Connection, changes: Sequence[Change]) -> list[Told]:
    """What former revisions of these articles said of the same claims, as if it had been told: an edit of them is no more."""
    query = select(
        FindingRow.id, FindingRow.claim_id, FindingRow.article_id, FindingRow.revision_id, FindingRow.relation
    ).where(FindingRow.withdrawn_at.is_not(None))
    asked = {(one.claim_id, one.article_id): one for one in changes}
    articles = {one.article_id for one in changes}
    rows = [r for some in parts(articles) for r in tx.execute(query.where(among(tx, FindingRow.article_id, some)))]
    mine = [
        (one, r) for r in rows if (one := asked.get((r.claim_id, r.article_id))) and r.revision_id < one.revision_id
    ]
    known = figures(tx, {r.id for _one, r in mine})
    return [
        Told(
            letter_id=LetterId(0),
            composed_at=one.first_seen,
            finding_id=FindingId(r.id),
            claim_id=one.claim_id,
            article_id=one.article_id,
            revision_id=RevisionId(r.revision_id),
            story=one.story,
            relation=Relation(r.relation),
            figures=known.get(FindingId(r.id), frozenset()),
        )
        for one, r in mine
    ]


# What was refused, by the relay or by a bounce, was not told: it comes with the next.
_ARRIVES = DigestRow.refused_at.is_(None)


def letters_of(tx: Connection, ids: Collection[RecipientId]) -> dict[RecipientId, frozenset[LetterId]]:
    """The letters that each of these recipients got or will get, without those with which they were refused."""
    found: dict[RecipientId, set[LetterId]] = {one: set() for one in ids}
    query = select(DigestRow.recipient_id, DigestRow.letter_id)
    for some in parts(ids):
        mine = query.where(DigestRow.recipient_id.in_(some), DigestRow.letter_id.is_not(None), _ARRIVES)
        for row in tx.execute(mine):
            found[RecipientId(row.recipient_id)].add(LetterId(row.letter_id))
    return {one: frozenset(letters) for one, letters in found.items()}


def noticed(tx: Connection, list_id: ListId) -> dict[LetterId, set[str]]:
    """What else letters of the list told, by their names."""
    found: dict[LetterId, set[str]] = {}
    query = select(LetterNoticeRow.letter_id, LetterNoticeRow.notice).join(LetterRow)
    for row in tx.execute(query.where(LetterRow.list_id == list_id)):
        found.setdefault(LetterId(row.letter_id), set()).add(row.notice)
    return found


# What an outlet did to an article that a reader was told of. A move alone changes nothing that stands there.
_TELLING = (
    ArticleEvent.EDITED,
    ArticleEvent.CORRECTED,
    ArticleEvent.GONE,
    ArticleEvent.BACK,
    ArticleEvent.VANISHED,
)


def happened(tx: Connection, *, since: datetime, known: Collection[LetterId] = ()) -> list[Happened]:
    """What became of articles since then, in order, whoever was told of them; without what all letters of `known` told."""
    newest = (RevisionRow.article_id == ArticleRow.id) & (RevisionRow.number == ArticleRow.latest)
    query = (
        select(
            ArticleEventRow.id,
            ArticleEventRow.kind,
            ArticleEventRow.at,
            ArticleEventRow.detail,
            ArticleEventRow.article_id,
            RevisionRow.title,
            RevisionRow.lang,
            ArticleRow.url,
            STORY.label("story"),
            OutletRow.name.label("outlet"),
            FindingRow.claim_id,
        )
        .join(ArticleRow, ArticleRow.id == ArticleEventRow.article_id)
        .join(RevisionRow, newest)
        .join(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .outerjoin(FindingRow, FindingRow.id == ArticleEventRow.finding_id)
        .where(ArticleEventRow.at >= since, ArticleEventRow.kind.in_(_TELLING))
    )
    if known:
        told = LetterNoticeRow.event_id == ArticleEventRow.id
        query = query.where(~select(told).where(told, among(tx, LetterNoticeRow.letter_id, known)).exists())
    return [
        Happened(
            event_id=r.id,
            kind=ArticleEvent(r.kind),
            at=r.at,
            detail=r.detail,
            article_id=ArticleId(r.article_id),
            title=r.title,
            url=r.url,
            outlet=r.outlet,
            lang=r.lang,
            story=ArticleId(r.story),
            claims=(ClaimId(r.claim_id),) if r.claim_id else (),
        )
        for r in tx.execute(query.order_by(ArticleEventRow.id))
    ]


def items(tx: Connection, ids: Collection[FindingId]) -> list[DigestItem]:
    """These findings with the articles around them: by claim in the order of the list, the surest first."""
    query = (
        rulings.joined(
            select(
                FindingRow.id,
                FindingRow.claim_id,
                ClaimRow.text.label("claim_text"),
                ClaimRow.position.label("claim_position"),
                ClaimRow.topic,
                rulings.effective_relation().label("relation"),
                rulings.effective_adds().label("adds"),
                rulings.effective_score().label("score"),
                rulings.effective_reason().label("reason"),
                FindingRow.relation.label("machine"),
                FindingRow.ruling_id,
                FindingRow.figures,
                FindingRow.voice,
                FindingRow.found_at,
                # cut out there: the texts are a hundred times as long
                func.substr(RevisionRow.text, FindingRow.start_at + 1, FindingRow.end_at - FindingRow.start_at).label(
                    "quote"
                ),
                ArticleRow.id.label("article_id"),
                ArticleRow.url,
                ArticleRow.first_seen,
                RevisionRow.title,
                RevisionRow.lang,
                RevisionRow.published,
                OutletRow.name,
                OutletRow.country,
                OutletRow.kind,
                STORY.label("story"),
            )
        )
        .join(ClaimRow, ClaimRow.id == FindingRow.claim_id)
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(RevisionRow, RevisionRow.id == FindingRow.revision_id)
        .join(OutletRow, OutletRow.id == ArticleRow.outlet_id)
    )
    found = [row for some in parts(ids) for row in tx.execute(query.where(FindingRow.id.in_(some)))]
    return [_item(row) for row in sorted(found, key=lambda row: (row.claim_position, -row.score, row.id))]


def _item(r: Row[tuple[object, ...]]) -> DigestItem:
    return DigestItem(
        finding_id=FindingId(r.id),
        claim_id=ClaimId(r.claim_id),
        claim_text=r.claim_text,
        topic=r.topic,
        relation=Relation(r.relation),
        adds=tuple(Adds(a) for a in r.adds),
        score=r.score,
        reason=r.reason,
        quote=r.quote,
        figures=tuple(figure_from_json(f) for f in r.figures),
        article_id=ArticleId(r.article_id),
        article_title=r.title,
        article_url=r.url,
        outlet=r.name,
        country=r.country,
        outlet_kind=r.kind,
        lang=r.lang,
        published=r.published,
        first_seen=r.first_seen,
        found_at=r.found_at,
        story=ArticleId(r.story),
        voice=voice_from_json(r.voice),
        machine=Relation(r.machine) if r.ruling_id is not None else None,
    )


def outlets_that_speak(tx: Connection, list_id: ListId) -> dict[ClaimId, set[str]]:
    """The outlets that have a feed and whose articles carry findings that count, by the claims of the list."""
    query = (
        rulings.joined(select(FindingRow.claim_id, OutletRow.name).distinct())
        .join(ClaimRow, ClaimRow.id == FindingRow.claim_id)
        .join(ArticleRow, ArticleRow.id == FindingRow.article_id)
        .join(OutletRow, OutletRow.id == ArticleRow.outlet_id)
        .where(ClaimRow.list_id == list_id, ClaimRow.retired_at.is_(None), rulings.counts())
        .where(select(FeedRow.id).where(FeedRow.outlet_id == OutletRow.id).exists())
    )
    found: dict[ClaimId, set[str]] = {}
    for row in tx.execute(query):
        found.setdefault(ClaimId(row.claim_id), set()).add(row.name)
    return found


def claim_texts(tx: Connection, list_id: ListId) -> dict[ClaimId, str]:
    """The claims of the list that are watched, in its order."""
    live = select(ClaimRow.id, ClaimRow.text).where(ClaimRow.list_id == list_id, ClaimRow.retired_at.is_(None))
    return {ClaimId(row.id): row.text for row in tx.execute(live.order_by(ClaimRow.position))}
