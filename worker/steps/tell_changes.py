"""What changed in what an article says of the claims, when another judge has read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from storage.records import ClaimId, Finding
from worker.steps.article_relation import ArticleRelation, of_findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One claim and the article. `was`, `now`: its relation as a whole, None where nothing is found.

    `turned`: passages that said something before and say another thing now, (before, now); `new` and `gone`: passages
    that said nothing before, or say nothing now.
    """

    claim_id: ClaimId
    was: ArticleRelation[Finding] | None
    now: ArticleRelation[Finding] | None
    turned: tuple[tuple[Finding, Finding], ...]
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]


def tell_changes(before: Sequence[Finding], now: Sequence[Finding]) -> tuple[Change, ...]:
    """The claims on which a relation changed, a passage came or one went; not those with another score or reason only.

    A passage is known by its words: those of an older revision stand elsewhere in the text.
    """
    told = [_of_claim(claim_id, before, now) for claim_id in sorted({f.claim_id for f in (*before, *now)})]
    return tuple(c for c in told if c.turned or c.new or c.gone or _relation(c.was) != _relation(c.now))


def _of_claim(claim_id: ClaimId, before: Sequence[Finding], now: Sequence[Finding]) -> Change:
    olds, news = _by_words(claim_id, before), _by_words(claim_id, now)
    both = [(olds[words], news[words]) for words in olds if words in news]
    return Change(
        claim_id=claim_id,
        was=of_findings(list(olds.values())) if olds else None,
        now=of_findings(list(news.values())) if news else None,
        turned=tuple((old, new) for old, new in both if old.relation is not new.relation),
        new=tuple(f for words, f in news.items() if words not in olds),
        gone=tuple(f for words, f in olds.items() if words not in news),
    )


def _by_words(claim_id: ClaimId, found: Sequence[Finding]) -> dict[tuple[str, int], Finding]:
    """Findings by their quotation; one that stands in the text twice is numbered."""
    seen: Counter[str] = Counter()
    by_words = {}
    for f in sorted((f for f in found if f.claim_id == claim_id), key=lambda f: f.start):
        by_words[f.quote, seen[f.quote]] = f
        seen[f.quote] += 1
    return by_words


def _relation(whole: ArticleRelation[Finding] | None) -> str:
    return "" if whole is None else whole.relation
