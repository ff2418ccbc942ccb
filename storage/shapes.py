"""Claims, findings and figures as the JSON that columns hold, and back. One place, so that both ways agree."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from storage.records import (
    Act,
    Adds,
    ArticleId,
    Bound,
    Certainty,
    Claim,
    ClaimId,
    ClaimKind,
    Figure,
    Finding,
    MachineWord,
    Relation,
    Role,
    Ruling,
    RulingId,
    Seed,
    Verdict,
    Voice,
)
from storage.schema import ClaimRow


def figure_to_json(figure: Figure) -> dict[str, Any]:
    """Plain values; the keys of `Figure`."""
    return asdict(figure)


def figure_from_json(body: dict[str, Any]) -> Figure:
    """The figure `figure_to_json` wrote."""
    verdict = body.get("verdict")
    return Figure(**{**body, "bound": Bound(body["bound"]), "verdict": Verdict(verdict) if verdict else None})


def voice_to_json(voice: Voice | None) -> dict[str, Any] | None:
    """A plain object of plain values; None if it was not asked who says it."""
    if voice is None:
        return None
    return asdict(voice) | {"role": voice.role.value, "certainty": voice.certainty.value, "act": voice.act.value}


def voice_from_json(body: dict[str, Any] | None) -> Voice | None:
    """The reverse of `voice_to_json`."""
    if body is None:
        return None
    denied = body["denied"]
    told = {"role": Role(body["role"]), "certainty": Certainty(body["certainty"]), "act": Act(body["act"])}
    return Voice(**body | told | {"denied": tuple(denied) if denied else None})


def finding_from_row(row: Any, quote: str) -> Finding:
    """The finding that `findings.replace` kept. `row` has the columns of FindingRow and its passage's `position`."""
    return Finding(
        claim_id=ClaimId(row.claim_id),
        position=row.position,
        relation=Relation(row.relation),
        adds=tuple(Adds(a) for a in row.adds),
        score=row.score,
        reason=row.reason,
        start=row.start_at,
        end=row.end_at,
        quote=quote,
        figures=tuple(figure_from_json(figure) for figure in row.figures),
        judge_version=row.judge_version,
        model=row.model,
        voice=voice_from_json(row.voice),
    )


def machine_to_json(word: MachineWord) -> dict[str, Any]:
    """A plain object of plain values."""
    return asdict(word) | {"relation": word.relation.value, "adds": [a.value for a in word.adds]}


def ruling_from_row(row: Any) -> Ruling:
    """The ruling that `rulings.rule` kept. `row` has the columns of RulingRow."""
    machine = dict(row.machine)
    told = {"relation": Relation(machine["relation"]), "adds": tuple(Adds(a) for a in machine["adds"])}
    return Ruling(
        id=RulingId(row.id),
        claim_id=ClaimId(row.claim_id),
        article_id=ArticleId(row.article_id),
        passage_hash=row.passage_hash,
        relation=Relation(row.relation) if row.relation is not None else None,
        adds=tuple(Adds(a) for a in row.adds),
        who=row.who,
        why=row.why,
        at=row.at,
        machine=MachineWord(**machine | told),
    )


_IN_COLUMNS = {"id", "topic", "text", "kind", "event_from", "event_to"}


def claim_to_columns(claim: Claim) -> dict[str, Any]:
    """Column values of a ClaimRow, without list, position and times."""
    body = {name: value for name, value in asdict(claim).items() if name not in _IN_COLUMNS}
    columns = {name: getattr(claim, name) for name in _IN_COLUMNS}
    return columns | {"kind": claim.kind.value, "body": body}


def claim_from_row(row: Any) -> Claim:
    """The claim `claim_to_columns` wrote. `row` is a result row of ClaimRow."""
    body = dict(row.body)
    figures = tuple(figure_from_json(figure) for figure in body.pop("figures"))
    lists: dict[str, Any] = {name: tuple(body.pop(name)) for name in ("places", "actors", "sub_claims", "queries")}
    return Claim(
        id=ClaimId(row.id),
        topic=row.topic,
        text=row.text,
        kind=ClaimKind(row.kind),
        event_from=row.event_from,
        event_to=row.event_to,
        figures=figures,
        **lists,
        **body,
    )


def seed_from_json(body: dict[str, Any]) -> Seed:
    """The seed as stored with its watch list."""
    return Seed(**{**body, "copies": tuple(body.get("copies", ()))})


CLAIM_COLUMNS = (
    ClaimRow.id,
    ClaimRow.topic,
    ClaimRow.text,
    ClaimRow.kind,
    ClaimRow.event_from,
    ClaimRow.event_to,
    ClaimRow.body,
)
