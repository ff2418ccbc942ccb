"""What a passage says about a claim. Rules on the sentence, each with its reason; `unclear` when they disagree.

Precision of "disputes" comes first: a denial counts only in a sentence that also speaks the claim's own words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from storage.records import Adds, Bound, Claim, ClaimKind, Figure, Finding, Passage, Relation, Verdict
from worker.handovers import Candidate
from worker.steps.figures import beside, read_figures, spot_figures
from worker.steps.match import FLOOR, Matcher, candidates, language_of, stems
from worker.steps.passages import sentences

JUDGE_VERSION = "rules-1"

# A claim a text: what a reader takes in; one of mere context is enough.
MOST_FINDINGS, MOST_CONTEXT = 3, 1
# Follow-up that comes later than this names the year it speaks of; coverage of another event in the same place does
# not (convoys left Raqqa in 2017, and others in 2026).
FRESH = timedelta(days=400)
SHORT_EVENT, STILL_NEWS = timedelta(days=45), timedelta(days=60)

_DENIES = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|denials?|reject(?:s|ed|ing)?|refut\w+|false(?:ly|hoods?)?|untrue|fabricat\w+|baseless|unfounded|"
    r"contrived|debunk\w*|hoax|no (?:evidence|truth|proof|basis)|not true|disput(?:e|es|ed|ing)|contradict\w*|"
    r"never (?:happened|took place|made|had|gave|struck|reached)|no (?:such )?(?:secret )?(?:deal|agreement)|"
    r"not a (?:party|secret)|n(?:o|ot an?) (?:active|direct) (?:part|role)|(?:was|were) not (?:part of|involved|a party|involved in)|"
    r"dismiss(?:es|ed)(?: as|(?: the| these| those| such| any| all)? (?:claims?|reports?|allegations?|accusations?|account|idea|suggestions?))|exonerat\w*|overstated|exaggerat\w*|mislead\w*|"
    r"dément\w*|nie(?:nt)?|rejett\w*|faux|mensong\w*|yalanla\w*|reddet\w*)\b"
    r"|опроверг\w*|отверг\w*|отрица\w*|ложь\w*|недостоверн\w*|نفى|نفت|ينفي|تنفي|كاذب|لا صحة|لا أساس",
    re.IGNORECASE,
)
_NOT_DENIED = re.compile(
    r"\b(?:not|n't|never|cannot|without|undeniabl\w*)\s+(?:be\s+)?(?:den(?:y|ied|ying)|disput\w+|reject\w*)",
    re.IGNORECASE,
)
# A plain no. "Not only", "no doubt", "not yet known" deny nothing.
_NEGATES = re.compile(
    r"\b(?:did|does|do|had|has|have|was|were|is|are|could|would|will|ca)(?: not|n['’]?t)\b(?! (?:only|just|merely|yet known|rule out))|\bnever\b|"
    r"\bno (?!doubt|longer|sooner|later|matter|less|fewer|more)\w+|\bnone\b|\bnobody\b|\bneither\b|\bnot (?:a single|one|any)\b|"
    r"\bcleared of\b|\bacquitted of\b|\bne \w+ (?:pas|jamais)\b|\bn['’]\w+ (?:pas|jamais)\b|\bdeğil\w*|\bне\b|\bникогда\b|(?<!\w)(?:لم|ليس|لن)(?!\w)",
    re.IGNORECASE,
)
_CONFIRMS = re.compile(
    r"(?<!not )(?<!n't )(?<!neither )\b(?:confirm(?:s|ed|ing)?|admit(?:s|ted|ting)?|acknowledg\w*|conced\w*|corroborat\w*|reveal(?:s|ed|ing)?|verified|substantiat\w*|"
    r"(?:found|shows?|showed|concluded|established) that|confirm[eé]\w*|reconn(?:aî|u)\w*|doğrula\w*)\b|подтверд\w*|признал\w*|أكد\w*|اعترف\w*|كشف\w*",
    re.IGNORECASE,
)
_HEDGES = re.compile(
    r"\b(?:alleg(?:e|es|ed|edly|ation|ations)|rumou?r\w*|unconfirmed|could not be (?:independently )?(?:verified|confirmed)|whether|if true|"
    r"it (?:is|was) (?:unclear|not clear|not known)|claims? that|speculat\w*)\b|\?",
    re.IGNORECASE,
)
_ADDS: tuple[tuple[Adds, re.Pattern[str]], ...] = (
    (
        Adds.CORRECTION,
        re.compile(
            r"\b(?:correction:|corrected (?:on|to|the)|an earlier version|clarification:|retract\w*)", re.IGNORECASE
        ),
    ),
    (
        Adds.RULING,
        re.compile(
            r"\b(?:court|judge|tribunal|verdict|convict\w+|sentenced|pleaded guilty|ruling|ruled that|acquitt\w+)\b",
            re.IGNORECASE,
        ),
    ),
    (
        Adds.DOCUMENT,
        re.compile(
            r"\b(?:documents?|memo|declassified|leaked|inquiry|investigation found|report (?:by|from|said|says|found)|study)\b",
            re.IGNORECASE,
        ),
    ),
    (
        Adds.NEW_WITNESS,
        re.compile(
            r"\b(?:defector|eyewitness\w*|witness(?:es)?|survivors?|whistleblower|in an interview|lorry drivers?|drivers? (?:said|told))\b",
            re.IGNORECASE,
        ),
    ),
)
_YEAR = re.compile(r"(?<![\d,.])(?:19|20)\d\d(?![\d,]\d|\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a passage says about a claim, before it is put in order with the others."""

    relation: Relation
    adds: tuple[Adds, ...]
    score: float
    reason: str
    figures: tuple[Figure, ...]


def judge(
    matcher: Matcher,
    text: str,
    passages: Sequence[Passage],
    *,
    title: str = "",
    published: date | None = None,
    lang: str = "",
) -> tuple[Finding, ...]:
    """What the text says of every claim: at most three passages a claim, the most telling first."""
    spans = {p.position: p for p in passages}
    order = [p.position for p in passages]
    by_claim: dict[str, list[tuple[Candidate, Said]]] = {}
    for candidate in candidates(matcher, text, passages, title=title, lang=lang):
        claim = matcher.claims[candidate.claim_id]
        span = spans[candidate.position]
        at = order.index(candidate.position)
        before = spans[order[at - 1]] if at else None
        timing = _timing(claim, text, text[before.start if before else span.start : span.end], title, published)
        if timing == "other":
            continue
        said = compare(
            matcher, claim, text[span.start : span.end], nearness=candidate.score, why=candidate.why, lang=lang
        )
        if said.relation is Relation.CONTEXT and candidate.score < FLOOR:
            continue  # it was looked at for a figure, and holds none of the claim's
        if timing == "named elsewhere" and said.relation is not Relation.CONTEXT:
            said = Said(
                relation=Relation.CONTEXT,
                adds=said.adds,
                score=0.4,
                reason=f"speaks of a later time; the claim's event ({_when(claim)}) is named elsewhere in the article",
                figures=said.figures,
            )
        by_claim.setdefault(claim.id, []).append((candidate, said))
    found = []
    for claim_id in sorted(by_claim):
        kept = _most_telling(by_claim[claim_id])
        found += [_finding(text, spans[c.position], c, said) for c, said in kept]
    return tuple(found)


def compare(matcher: Matcher, claim: Claim, passage: str, *, nearness: float, why: str = "", lang: str = "") -> Said:
    """What `passage` says of `claim`, given that it speaks of the same matter; `nearness` in [0, 1]."""
    spans = sentences(passage)
    parts = [passage[a:b] for a, b in spans] or [passage]
    language = language_of(passage, lang)
    words = matcher.words(language)[claim.id]
    shares = [words.share(stems(part, language).keys()) for part in parts]
    best = max(range(len(parts)), key=lambda i: (shares[i], -i))
    pairs = [
        (i, *pair)
        for i, part in enumerate(parts)
        for s in spot_figures(part)
        if (pair := beside(part, s, claim.figures))
    ]
    figures = tuple(theirs for _i, theirs, _ours in pairs)
    telling = [(t, o) for _i, t, o in pairs if t.verdict is not Verdict.DIFFERENT_THING]
    if telling:
        best = next(i for i, t, _o in pairs if t.verdict is not Verdict.DIFFERENT_THING)
    adds = [kind for kind, pattern in _ADDS if pattern.search(passage)]
    if any(t.verdict is not Verdict.SAME for t, _o in telling):
        adds.insert(0, Adds.FIGURE)
    if any(t.verdict is Verdict.SAME for t, _o in telling):
        adds.append(Adds.REPEATS)
    if claim.kind is ClaimKind.OPINION:
        return Said(
            relation=Relation.CONTEXT,
            adds=tuple(adds),
            score=0.6,
            reason=f"an opinion gets context only; same matter: {why}",
            figures=figures,
        )
    denial, beside_it = _denial(parts, shares, best)
    if denial:
        adds.insert(0, Adds.DENIAL)
    if telling:
        relation, score, reason = _by_figures(telling)
        if denial and relation is Relation.SUPPORTS:
            relation, score = (Relation.MIXED, 0.55) if beside_it else (Relation.DISPUTES, 0.55)
            reason = f"{reason}; and denied ({denial!r})"
    else:
        told_by = matcher.names.within(claim.attributed_to) & matcher.telling_names
        accounts = bool(matcher.names.within(parts[best]) & told_by) and bool(_THE_ACCOUNT.search(parts[best]))
        relation, score, reason = _by_words(
            claim,
            parts[best],
            shares[best],
            nearness,
            denial,
            why,
            beside_it=beside_it,
            accounts=accounts,
            other_figure=bool(pairs),
        )
    return Said(
        relation=relation,
        adds=tuple(dict.fromkeys(adds)),
        score=round(min(score, 0.95), 2),
        reason=reason,
        figures=figures,
    )


_THE_ACCOUNT = re.compile(
    r"\b(?:account|claims?|reports?|story|allegations?|accusations?|charges?|it|this|that|them)\b", re.IGNORECASE
)


def _denial(parts: Sequence[str], shares: Sequence[float], best: int) -> tuple[str, bool]:
    """The word of denial in the sentence nearest to the claim, or in the next one, which speaks of "the account".

    With it: whether it stood beside that sentence and not in it. ("", False) if there is none.
    """
    for i in range(best, min(best + 2, len(parts))):
        found = _DENIES.search(parts[i])
        if (
            found
            and not _NOT_DENIED.search(parts[i])
            and (i == best or shares[i] > 0.1 or _THE_ACCOUNT.search(parts[i]))
        ):
            return found[0].lower(), i != best
    return "", False


def _by_words(
    claim: Claim,
    sentence: str,
    share: float,
    nearness: float,
    denial: str,
    why: str,
    *,
    beside_it: bool,
    accounts: bool,
    other_figure: bool,
) -> tuple[Relation, float, str]:
    """`share`: how much of the claim the sentence says. `accounts`: it speaks of the account of the one who made the claim.

    `other_figure`: claim and passage have figures, of different things.
    """
    confirms, hedges = _CONFIRMS.search(sentence), _HEDGES.search(sentence)
    if denial and beside_it and share >= 0.3:
        return Relation.MIXED, 0.4 + 0.3 * nearness, f"tells it and then denies it ({denial!r}): {why}"
    if denial and confirms and share >= 0.3:
        return (
            Relation.MIXED,
            0.4 + 0.2 * nearness,
            f"denies ({denial!r}) and confirms ({confirms[0].lower()!r}) on the same matter: {why}",
        )
    if denial and share >= 0.3:
        return Relation.DISPUTES, 0.4 + 0.5 * nearness, f"{denial!r} beside the claim's own words: {why}"
    if denial and accounts and not beside_it:
        return Relation.DISPUTES, 0.5, f"{denial!r} said of the account of the one who made the claim: {why}"
    if denial and share >= 0.2:
        return Relation.UNCLEAR, 0.4, f"{denial!r} is near, but what is denied is not plain: {why}"
    negated = None if _NOT_DENIED.search(sentence) else _NEGATES.search(sentence)
    if negated and not denial and share >= 0.4:
        if _NEGATES.search(claim.text):
            return (
                Relation.UNCLEAR,
                0.4,
                f"claim and passage both say no, perhaps of different things ({negated[0].lower()!r}): {why}",
            )
        return (
            Relation.DISPUTES,
            0.3 + 0.4 * share,
            f"says the contrary ({negated[0].lower()!r}) in the claim's own words: {why}",
        )
    # motives and causes are seldom confirmed in so many words: more of the claim must be said
    enough = 0.75 if claim.kind in (ClaimKind.ALLEGATION, ClaimKind.LEGAL) else 0.5
    if claim.kind is ClaimKind.FIGURE:
        return Relation.CONTEXT, 0.4 + 0.3 * nearness, f"same matter, without a figure of what the claim counts: {why}"
    if other_figure and share >= enough - 0.15:
        return Relation.UNCLEAR, 0.4, f"says much of the claim, but with a figure of something else: {why}"
    if share >= enough or (confirms and share >= enough - 0.15):
        if hedges:
            return Relation.UNCLEAR, 0.45, f"says much of the claim, with a reservation ({hedges[0].lower()!r}): {why}"
        told = f"confirms ({confirms[0].lower()!r})" if confirms else "says the same without reservation"
        return Relation.SUPPORTS, 0.35 + 0.45 * share, f"{told}: {why}"
    return Relation.CONTEXT, 0.4 + 0.3 * nearness, f"same matter, no side taken: {why}"


def _by_figures(telling: Sequence[tuple[Figure, Figure]]) -> tuple[Relation, float, str]:
    by_verdict = {t.verdict: (t, o) for t, o in reversed(telling)}
    said = "; ".join(f"{t.quote!r} against {_amount(o)} {o.counts}: {t.verdict}" for t, o in telling[:3])
    if len(by_verdict.keys() & {Verdict.SAME, Verdict.OVERLAPS}) and by_verdict.keys() & {
        Verdict.LOWER,
        Verdict.HIGHER,
    }:
        return Relation.MIXED, 0.6, said
    if Verdict.SAME in by_verdict:
        return Relation.SUPPORTS, 0.75, said
    if Verdict.OVERLAPS in by_verdict:
        theirs, ours = by_verdict[Verdict.OVERLAPS]
        # 250 said of "hundreds", or "several thousand" of 4,000: the one fits within the other
        inside = (ours.low < ours.high and theirs.low == theirs.high) or (theirs.low < theirs.high and theirs.approx)
        return (Relation.SUPPORTS if inside else Relation.MIXED), 0.55, said
    if Verdict.LOWER in by_verdict and Verdict.HIGHER not in by_verdict:
        floor = all(t.bound in (Bound.AT_LEAST, Bound.MORE_THAN) for t, _o in telling)
        return Relation.DISPUTES, 0.55 if floor else 0.7, said
    return Relation.MIXED, 0.6, said


def _amount(figure: Figure) -> str:
    shown = f"{figure.low:,.0f}" if figure.low == figure.high else f"{figure.low:,.0f}-{figure.high:,.0f}"
    bound = "" if figure.bound is Bound.EXACT else f"{figure.bound.value} "
    return f"{bound}{'about ' if figure.approx else ''}{shown}"


def _timing(claim: Claim, text: str, near: str, title: str, published: date | None) -> str:
    """ "same" time, event "named elsewhere" in the article, or an "other" time."""
    begin, end = claim.event_from, claim.event_to
    if begin is None or end is None:
        return "same"
    if published is not None and published < begin:
        return "other"
    years = range(begin.year, end.year + 1)
    if _names_year(near, years) or _names_year(title, years):
        return "same"
    if published is not None and published <= end + FRESH:
        # a short event (one strike, one convoy) is soon not the only one of its kind: then its month must be named
        short = end - begin <= SHORT_EVENT
        return (
            "same"
            if not short or published <= end + STILL_NEWS or _names_month(f"{title} {near}", begin, end)
            else "named elsewhere"
        )
    if published is None and not _YEAR.search(text):
        return "same"
    return "named elsewhere" if _names_year(text, years) else "other"


_MONTHS = (
    "jan|янв|ocak|كانون الثاني|يناير", "feb|fév|фев|şubat|شباط|فبراير", "mar|мар|آذار|مارس", "apr|avr|апр|nisan|نيسان|أبريل",
    "may|mai|мая|май|أيار|مايو", "jun|juin|июн|haziran|حزيران|يونيو", "jul|juil|июл|temmuz|تموز|يوليو",
    "aug|août|авг|ağustos|آب|أغسطس", "sep|сен|eylül|أيلول|سبتمبر", "oct|окт|ekim|تشرين الأول|أكتوبر",
    "nov|ноя|kasım|تشرين الثاني|نوفمبر", "dec|déc|дек|aralık|كانون الأول|ديسمبر",
)  # fmt: skip


def _names_month(text: str, begin: date, end: date) -> bool:
    months = {
        (begin.month - 1 + ahead) % 12 for ahead in range((end.year - begin.year) * 12 + end.month - begin.month + 1)
    }
    return any(re.search(rf"(?<!\w)(?:{_MONTHS[m]})", text, re.IGNORECASE) for m in months)


def _names_year(text: str, years: range) -> bool:
    return any(int(year[0]) in years for year in _YEAR.finditer(text))


def _when(claim: Claim) -> str:
    first, last = claim.event_from, claim.event_to
    return f"{first}" if first == last else f"{first} to {last}"


_RANK = {Relation.DISPUTES: 0, Relation.MIXED: 1, Relation.SUPPORTS: 2, Relation.UNCLEAR: 3, Relation.CONTEXT: 4}


def _most_telling(found: Sequence[tuple[Candidate, Said]]) -> list[tuple[Candidate, Said]]:
    ordered = sorted(
        found,
        key=lambda pair: (
            -pair[1].score * (0.7 if pair[1].relation in (Relation.CONTEXT, Relation.UNCLEAR) else 1),
            _RANK[pair[1].relation],
            pair[0].position,
        ),
    )
    kept: list[tuple[Candidate, Said]] = []
    context = 0
    for candidate, said in ordered:
        context += said.relation is Relation.CONTEXT
        if said.relation is Relation.CONTEXT and (context > MOST_CONTEXT or kept):
            continue
        kept.append((candidate, said))
    return kept[:MOST_FINDINGS]


def _finding(text: str, span: Passage, candidate: Candidate, said: Said) -> Finding:
    return Finding(
        claim_id=candidate.claim_id,
        position=span.position,
        relation=said.relation,
        adds=said.adds,
        score=said.score,
        reason=said.reason,
        start=span.start,
        end=span.end,
        quote=text[span.start : span.end],
        figures=said.figures,
        judge_version=JUDGE_VERSION,
    )


def figures_beside(text: str, of_claim: Sequence[Figure]) -> tuple[Figure, ...]:
    """All figures of a text, each with its verdict beside the claim's (none, if the claim has no figure)."""
    if not of_claim:
        return read_figures(text)
    found = []
    for start, end in sentences(text):
        part = text[start:end]
        found += [pair[0] for s in spot_figures(part) if (pair := beside(part, s, of_claim))]
    return tuple(found)
