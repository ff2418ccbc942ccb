"""One claim against one text, outside of the store: what `claimwatch compare` answers, a line in, a line out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

from storage.records import Claim, ClaimId, ClaimKind, Entity, Figure, Finding, Relation
from worker.steps.compare import figures_beside, judge
from worker.steps.figures import claimed_figures
from worker.steps.folding import fold
from worker.steps.match import Matcher, build_matcher, language_of, stems
from worker.steps.passages import cut

# Below this share of the claim's words in title and text together, the text is about something else.
_RELATED = 0.45


@dataclass(frozen=True, kw_only=True)
class Known:
    """Claims by id and the entities whose names are known, to compare with; both may be empty."""

    claims: Mapping[str, Claim]
    entities: Sequence[Entity]

    @cached_property
    def by_text(self) -> dict[str, Claim]:
        """The claims by their folded text: a claim of the list is known by its words too."""
        return {fold(claim.text): claim for claim in self.claims.values()}


class BadPair(Exception):
    """A line lacks what is needed; the message says what."""


def compare_pair(line: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """The answer to one line.

    In: `id`, `claim`, `title`, `text`; may have `claim_id`, `claim_date`, `claim_event`, `source`, `date` (YYYY-MM-DD).
    Out: `id`, `relation`, `adds`, `score`, `passage`, `figures`, `reason`. Raises BadPair.
    """
    for field in ("id", "claim", "text"):
        if not isinstance(line.get(field), str | int) or (field != "id" and not str(line[field]).strip()):
            raise BadPair(f"field {field!r}: expected text")
    title, text = str(line.get("title") or ""), str(line["text"])
    claim = _claim(line, known)
    matcher = build_matcher([claim], known.entities)
    published = _day(line.get("date"), "date")
    found = judge(matcher, text, cut(text), title=title, published=published)
    figures = [_shape(figure) for figure in figures_beside(text, claim.figures)]
    if not found:
        return _without(line, matcher, claim, title, text, figures)
    best = max(found, key=lambda f: (f.relation is not Relation.CONTEXT, f.score))
    relation = _of_all(found, best)
    reason = best.reason if relation is best.relation else f"passages take both sides; the strongest: {best.reason}"
    return {
        "id": line["id"],
        "relation": relation.value,
        "adds": [a.value for a in dict.fromkeys(a for f in found for a in f.adds)],
        "score": best.score,
        "passage": best.quote,
        "figures": figures,
        "reason": reason,
    }


def _of_all(found: Sequence[Finding], best: Finding) -> Relation:
    """Mixed, if passages of about the same weight take both sides."""
    sides = {f.relation for f in found if f.score >= best.score - 0.15}
    both = {Relation.SUPPORTS, Relation.DISPUTES}
    return Relation.MIXED if both <= sides else best.relation


def _without(
    line: Mapping[str, Any], matcher: Matcher, claim: Claim, title: str, text: str, figures: list[dict[str, Any]]
) -> dict[str, Any]:
    lang = language_of(text)
    share = matcher.words(lang)[claim.id].share(stems(f"{title}\n{text}", lang).keys())
    named = matcher.names.within(f"{title}\n{text}") & {*claim.places, *claim.actors}
    related = share >= _RELATED and (bool(named) or not (claim.places or claim.actors))
    relation = Relation.CONTEXT if related else Relation.UNRELATED
    reason = (
        "the same matter as a whole, no passage speaks to the claim"
        if related
        else "another matter: too few of the claim's names and words"
    )
    score = round(0.4 + 0.3 * share if related else 0.9 - 0.6 * share, 2)
    return {
        "id": line["id"],
        "relation": relation.value,
        "adds": [],
        "score": score,
        "passage": "",
        "figures": figures,
        "reason": reason,
    }


def _claim(line: Mapping[str, Any], known: Known) -> Claim:
    text = str(line["claim"])
    given = known.claims.get(str(line.get("claim_id") or "")) or known.by_text.get(fold(text))
    if given is not None:
        return given
    begin, end = _event(line, text)
    names = build_matcher([], known.entities).names.within(text)
    return Claim(
        id=ClaimId(str(line.get("claim_id") or "given")),
        topic="",
        text=text,
        kind=ClaimKind.REPORTED,
        event_from=begin,
        event_to=end,
        actors=tuple(sorted(names)),
        figures=claimed_figures(text),
    )


def _event(line: Mapping[str, Any], text: str) -> tuple[date | None, date | None]:
    told = str(line.get("claim_event") or "")
    days = re.findall(r"\d{4}-\d\d-\d\d", told)
    if days:
        return _day(days[0], "claim_event"), _day(days[-1], "claim_event")
    years = [int(y) for y in re.findall(r"\b(?:19|20)\d\d\b", told or text)]
    return (date(min(years), 1, 1), date(max(years), 12, 31)) if years else (None, None)


def _day(told: object, field: str) -> date | None:
    if not told:
        return None
    try:
        return date.fromisoformat(str(told)[:10])
    except ValueError:
        raise BadPair(f"field {field!r}: expected YYYY-MM-DD, got {told!r}") from None


def _shape(figure: Figure) -> dict[str, Any]:
    body = asdict(figure)
    del body["said_by"]
    return body | {"bound": figure.bound.value, "verdict": figure.verdict.value if figure.verdict else None}
