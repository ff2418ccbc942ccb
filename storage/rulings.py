"""People overrule the judge: who ruled what on which passage, and how it counts in every query.

A ruling is a person's word on (claim, article, text of a passage). The newest counts; none is edited or deleted but with
its article: to change one's mind is another ruling, and so is to retract it. It holds on to no finding, so that it
outlives judges, rules and revisions: `storage/findings.py` gives it to whatever finding speaks of that passage next.

For queries over FindingRow: `joined(query)`, then `counts()` in its WHERE, and `effective_relation()` and its sisters in
the place of the columns. A finding without a ruling is the judge's word; joined in, its RulingRow is NULL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    func,
    insert,
    select,
    update,
)

from storage.errors import Refused
from storage.records import (
    Adds,
    ArticleId,
    ClaimId,
    ClaimKind,
    Finding,
    FindingId,
    MachineWord,
    Relation,
    Ruling,
)
from storage.schema import ArticleRow, ClaimRow, FindingRow, RulingRow
from storage.shapes import machine_to_json, ruling_from_row

Ts = TypeVarTuple("Ts")

# How sure a person's word is, beside the judge's scores below it.
SURE = 1.0


def joined(query: Select[*Ts], *, as_of: datetime | None = None) -> Select[*Ts]:
    """The query over FindingRow with the person's word on each, if there is one, or was one before that instant."""
    if as_of is None:
        return query.outerjoin(RulingRow, RulingRow.id == FindingRow.ruling_id)
    return query.outerjoin(RulingRow, (RulingRow.id == last_before(as_of)) & RulingRow.relation.is_not(None))


def last_before(as_of: datetime) -> ScalarSelect[int]:
    """The id of the last ruling before that instant on the passage of a row of findings; it may be a retraction."""
    same = (
        (RulingRow.article_id == FindingRow.article_id)
        & (RulingRow.claim_id == FindingRow.claim_id)
        & (RulingRow.passage_hash == FindingRow.passage_hash)
        & (RulingRow.at < as_of)
    )
    return select(func.max(RulingRow.id)).where(same).correlate(FindingRow).scalar_subquery()


def effective_relation() -> ColumnElement[str]:
    """What the passage does to the claim: a person's word, else the judge's. `unrelated` only by a person."""
    return func.coalesce(RulingRow.relation, FindingRow.relation)


def effective_adds() -> ColumnElement[list[Any]]:
    """What it adds, by the same."""
    return func.coalesce(RulingRow.adds, FindingRow.adds)


def effective_score() -> ColumnElement[float]:
    """The judge's confidence in its relation; 1 where a person has ruled."""
    return case((RulingRow.id.is_not(None), SURE), else_=FindingRow.score)


def effective_reason() -> ColumnElement[str]:
    """A person's why; the judge's reason where there is none."""
    return func.coalesce(func.nullif(RulingRow.why, ""), FindingRow.reason)


def counts() -> ColumnElement[bool]:
    """The finding holds: not withdrawn, and no person said that the passage does not speak of the claim."""
    return FindingRow.withdrawn_at.is_(None) & (effective_relation() != Relation.UNRELATED.value)


Key = tuple[ClaimId, str]  # claim, and sha256 of the passage's text


_OF_ARTICLE = select(RulingRow).where(RulingRow.article_id == bindparam("of_article")).order_by(RulingRow.id)


def in_force(tx: Connection, article_id: ArticleId) -> dict[Key, Ruling]:
    """What people ruled on passages of the article: the newest word on each, without those retracted."""
    rows = tx.execute(_OF_ARTICLE, {"of_article": article_id})
    newest = {(r.claim_id, r.passage_hash): r for r in map(ruling_from_row, rows)}
    return {key: ruling for key, ruling in newest.items() if ruling.relation is not None}


def overruled(finding: Finding, ruling: Ruling | None) -> Finding:
    """The finding as it counts: with a person's word, if there is one, in the place of the judge's."""
    if ruling is None or ruling.relation is None:
        return finding
    reason = ruling.why or finding.reason
    return replace(finding, relation=ruling.relation, adds=ruling.adds, score=SURE, reason=reason, by_person=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """What became of it. `new` False: the same word stands already, by `ruling`, and nothing was written.

    `withdrawn`: it was retracted, and the judge finds nothing there any more.
    """

    ruling: Ruling
    new: bool = True
    withdrawn: bool = False


def rule(
    tx: Connection,
    finding_id: FindingId,
    *,
    relation: Relation | None,
    adds: Sequence[Adds] | None,
    who: str,
    why: str,
    now: datetime,
) -> Ruled | None:
    """Keep a person's word on what a live finding stands for; None if there is no such finding.

    `relation` None: it is as it stands. `adds` None: those that stand. Raises Refused for a finding that was withdrawn,
    for a claim that was retired, and for a side taken on an opinion.
    """
    row = _locked(tx, finding_id)
    if row is None:
        return None
    _refuse_withdrawn(tx, row)
    standing = _standing(tx, row)
    if relation is None:
        relation = standing.relation if standing and standing.relation else Relation(row.relation)
    if adds is None:
        adds = standing.adds if standing else [Adds(a) for a in row.adds]
    if relation is Relation.UNRELATED:
        adds = ()
    _refuse_side_on_opinion(row, relation)
    adds = tuple(dict.fromkeys(adds))
    if standing and standing.relation is relation and set(standing.adds) == set(adds):
        return Ruled(ruling=standing, new=False)
    return Ruled(ruling=_keep(tx, row, relation, adds, who=who, why=why, now=now))


def retract(tx: Connection, finding_id: FindingId, *, who: str, why: str, now: datetime) -> Ruled | None:
    """The judge's word counts again; None if there is no such finding. What was ruled stays in the history.

    Raises Refused where nobody has ruled, and as `rule`.
    """
    row = _locked(tx, finding_id)
    if row is None:
        return None
    _refuse_withdrawn(tx, row)
    if row.ruling_id is None:
        raise Refused(f"finding {finding_id}: nobody has ruled on it; what stands is the machine's word already")
    ruling = _keep(tx, row, None, (), who=who, why=why, now=now)
    tx.execute(update(FindingRow).where(_same_passage(row), FindingRow.held).values(withdrawn_at=now))
    return Ruled(ruling=ruling, withdrawn=row.held)


def _locked(tx: Connection, finding_id: FindingId) -> Any:
    """The finding's row with its claim, its article locked: no judge and no other person is at it meanwhile."""
    article = select(FindingRow.article_id).where(FindingRow.id == finding_id).scalar_subquery()
    tx.execute(select(ArticleRow.id).where(ArticleRow.id == article).with_for_update())
    query = select(FindingRow, ClaimRow.kind, ClaimRow.retired_at).join(ClaimRow, ClaimRow.id == FindingRow.claim_id)
    return tx.execute(query.where(FindingRow.id == finding_id)).first()


def _standing(tx: Connection, row: Any) -> Ruling | None:
    found = tx.execute(select(RulingRow).where(RulingRow.id == row.ruling_id)).first()
    return ruling_from_row(found) if found else None


def _same_passage(row: Any) -> ColumnElement[bool]:
    """Live findings on the same words: the same text may stand in an article twice."""
    return and_(
        FindingRow.article_id == row.article_id,
        FindingRow.claim_id == row.claim_id,
        FindingRow.passage_hash == row.passage_hash,
        FindingRow.withdrawn_at.is_(None),
    )


def _keep(
    tx: Connection, row: Any, relation: Relation | None, adds: tuple[Adds, ...], *, who: str, why: str, now: datetime
) -> Ruling:
    machine = MachineWord(
        relation=Relation(row.relation),
        adds=tuple(Adds(a) for a in row.adds),
        score=row.score,
        reason=row.reason,
        judge_version=row.judge_version,
        model=row.model,
    )
    values = {
        "claim_id": row.claim_id,
        "article_id": row.article_id,
        "passage_hash": row.passage_hash,
        "relation": relation.value if relation else None,
        "adds": [a.value for a in adds],
        "who": who,
        "why": why,
        "at": now,
        "machine": machine_to_json(machine),
    }
    kept = tx.execute(insert(RulingRow).values(**values).returning(RulingRow)).one()
    counting = kept.id if relation else None
    tx.execute(update(FindingRow).where(_same_passage(row)).values(ruling_id=counting))
    return ruling_from_row(kept)


def _refuse_withdrawn(tx: Connection, row: Any) -> None:
    if row.retired_at is not None:
        raise Refused(f"finding {row.id}: its claim {row.claim_id} was retired on {row.retired_at:%Y-%m-%d}")
    if row.withdrawn_at is None:
        return
    live = select(FindingRow.id, effective_relation().label("relation"), FindingRow.passage_hash).where(
        FindingRow.article_id == row.article_id, FindingRow.claim_id == row.claim_id, FindingRow.withdrawn_at.is_(None)
    )
    rows = tx.execute(joined(live).order_by(FindingRow.id)).all()
    same = [other for other in rows if other.passage_hash == row.passage_hash] or rows
    stands = ", ".join(f"finding {other.id} ({other.relation})" for other in same)
    where = "on the same passage" if rows and same[0].passage_hash == row.passage_hash else "elsewhere in the article"
    told = f"now stands {where}: {stands}" if same else f"nothing in article {row.article_id} speaks of the claim now"
    raise Refused(f"finding {row.id} ({row.claim_id}) was withdrawn on {row.withdrawn_at:%Y-%m-%d}; {told}")


def _refuse_side_on_opinion(row: Any, relation: Relation) -> None:
    if row.kind == ClaimKind.OPINION and relation not in (Relation.CONTEXT, Relation.UNRELATED):
        raise Refused(
            f"finding {row.id}: claim {row.claim_id} is an opinion, and an opinion takes only context (or unrelated); "
            "if it states a fact, give it another kind in the watch list"
        )
