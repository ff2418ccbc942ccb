"""Independent voices behind the articles on a claim, as rows: beside every count that is shown, and over all claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from claimwatch.show import many
from storage import queries
from storage.engine import Store
from storage.records import Heard
from worker.steps.claim_state import SIDES
from worker.steps.independence import Group, Voices, voices

Json = dict[str, Any]


def with_voices(claims: Sequence[Json], heard: Mapping[str, Sequence[Heard]]) -> list[Json]:
    """Rows of `queries.claims` with `articles`, `independent`, both in words, and `copies`, of `queries.heard`."""
    told = [(claim, voices(heard.get(claim["id"], ()))) for claim in claims]
    return [claim | counted(found) for claim, found in told]


def counted(found: Voices) -> Json:
    """How many articles, and of how many voices: "14 articles, 3 independent"."""
    return {"articles": found.articles, "independent": found.independent, "copies": found.copies, "heard": str(found)}


def grouped(found: Voices) -> list[Json]:
    """One row a voice, the largest first: its articles, and why they are one."""
    return [{"articles": list(group.articles), "why": [str(join) for join in group.joins]} for group in found.groups]


def voices_of_all(store: Store) -> Json:
    """Our own figure, of all claims that are watched now."""
    with store.read() as tx:
        ids = [row["id"] for row in queries.claims(tx)]
        return our_own_figure(queries.heard(tx, ids, relations=SIDES))


def our_own_figure(heard: Mapping[str, Sequence[Heard]]) -> Json:
    """Of the claims that two or more articles take a side on: how many rest on one voice, and what that voice is.

    `heard`: of each claim, the articles that take a side. An article counts once for each of its claims.
    """
    told = {claim_id: found for claim_id, some in heard.items() if (found := voices(some)).articles >= 2}
    alone = [claim_id for claim_id, found in told.items() if found.independent == 1]
    articles, copies = (
        (sum(n) for n in zip(*((v.articles, v.copies) for v in told.values()), strict=True)) if told else (0, 0)
    )
    row: Json = {
        "claims": len(told),
        "one_voice": len(alone),
        "one_voice_share": _share(len(alone), len(told)),
        "articles": articles,
        "independent": sum(found.independent for found in told.values()),
        "copies": copies,
        "copies_share": _share(copies, articles),
        "largest": _largest(told),
        "claims_listed": [{"id": claim_id} | counted(found) for claim_id, found in told.items()],
    }
    return row | {"says": _in_words(row)}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0


def _largest(told: Mapping[str, Voices]) -> Json | None:
    """The voice behind which the most articles stand."""
    largest: tuple[str, Group] | None = None
    for claim_id, found in told.items():
        if largest is None or len(found.groups[0].articles) > len(largest[1].articles):
            largest = claim_id, found.groups[0]
    if largest is None or len(largest[1].articles) < 2:
        return None
    claim_id, group = largest
    return {"claim": claim_id, "articles": len(group.articles), "why": [str(join) for join in group.joins]}


def _in_words(row: Json) -> str:
    if not row["claims"]:
        return "no claim has two articles yet that take a side on it"
    return (
        f"of {many(row['claims'], 'claim')} that two or more articles take a side on, {row['one_voice']} "
        f"({row['one_voice_share']:.0%}) rest on one voice"
    )
