"""Rows of findings to rows of articles or claims: what an article as a whole does to a claim. For command and API."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from claimwatch.figures import with_figures
from storage.records import Relation
from worker.steps.article_relation import ArticleRelation, Said, in_words, of_findings

Json = dict[str, Any]
S = TypeVar("S", bound=Said)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A row of `queries.findings` as the step takes it."""

    id: int
    relation: Relation
    score: float
    by_person: bool


def with_articles(claim: Json) -> Json:
    """A row of `queries.claim`, with its articles and the relation of each, and the series of its figures."""
    about = ("article_id", "outlet", "title", "url")
    return with_figures(claim) | {"articles_listed": _listed(claim["findings_listed"], "article_id", about)}


def with_claims(article: Json) -> Json:
    """A row of `queries.article`, with the claims that it speaks about and its relation to each."""
    return article | {"claims_listed": _listed(article["findings_listed"], "claim_id", ("claim_id",))}


def _listed(findings: list[Json], key: str, about: tuple[str, ...]) -> list[Json]:
    """A row a value of `key`, in its order."""
    rows = []
    for _value, same in groupby(sorted(findings, key=lambda row: row[key]), key=lambda row: row[key]):
        found = list(same)
        said = [
            _Said(id=row["id"], relation=Relation(row["relation"]), score=row["score"], by_person=row["by"] == "person")
            for row in found
        ]
        whole = of_findings(said)
        parts = [
            {"relation": part.relation.value, "score": part.score, "findings": [one.id for one in part.said]}
            for part in whole.parts
        ]
        rows.append({name: found[-1][name] for name in about} | relation_row(whole) | {"parts": parts})
    return rows


def relation_row(whole: ArticleRelation[S]) -> Json:
    """Relation, score, whether some passage takes another side, and all of it in words."""
    return {
        "relation": whole.relation.value,
        "score": whole.score,
        "dissent": whole.dissent,
        "says": in_words(whole),
    }
