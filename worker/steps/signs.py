"""What there is to see in a passage beside a claim: its words, figures, denials, confirmations and reservations.

No verdict is made here: stance.py weighs the signs together with a model's probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from storage.records import Adds, Claim, Figure, Verdict
from worker.steps import cues
from worker.steps.compare_figures import about, beside
from worker.steps.denials import clause_around, denials, negated_spans
from worker.steps.match import Matcher, language_of, stems
from worker.steps.passages import sentences
from worker.steps.read_figures import spot_figures

# At least this part of the claim's words in a sentence must stand in what its denial or its "no" governs.
_GOVERNED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What a person could point at. Words are as they stand in the passage, in lower case; "" for none.

    `share`: how much of the claim's weight the nearest sentence holds, in [0, 1]; `sentence` is that sentence.
    `figures`: all figures with their verdicts; `telling`: (theirs, the claim's) of the same thing counted.
    `denial_beside`: the denial stands beside the nearest sentence, not in it. `accounts`: the sentence speaks of the account of
    the one who made the claim; `others_account`: what is denied is the account of another.
    """

    sentence: str
    share: float
    figures: tuple[Figure, ...]
    telling: tuple[tuple[Figure, Figure], ...]
    adds: tuple[Adds, ...]
    denial: str
    denial_beside: bool
    negated: str
    confirms: str
    hedges: str
    accounts: bool
    others_account: bool
    place: bool
    actor: bool


def signs_of(matcher: Matcher, claim: Claim, passage: str, *, near: str = "", lang: str = "") -> Signs:
    """Read the passage for this claim. `near`: title and lead, where names may stand that the passage does not repeat."""
    parts = [passage[a:b] for a, b in sentences(passage)] or [passage]
    language = language_of(passage, lang)
    words = matcher.words(language)[claim.id]

    def share_of(text: str) -> float:
        return words.share(stems(text, language).keys())

    shares = [share_of(part) for part in parts]
    best = max(range(len(parts)), key=lambda i: (shares[i], -i))
    beside_claim = [
        (i, *pair)
        for i, part in enumerate(parts)
        for spotted in spot_figures(part)
        if (pair := beside(part, spotted, claim.figures, text=f"{near}\n{passage}", about=about(claim)))
    ]
    telling = tuple((t, o) for _i, t, o in beside_claim if t.verdict is not Verdict.DIFFERENT_THING)
    if telling:
        best = next(i for i, t, _o in beside_claim if t.verdict is not Verdict.DIFFERENT_THING)
    sentence = parts[best]
    denial, denial_beside, denied = _denial(parts, shares, best, share_of)
    names = matcher.names.within(f"{near}\n{passage}")
    confirms = None if cues.NOT_CONFIRMED.search(sentence) else cues.CONFIRMS.search(sentence)
    hedges = cues.HEDGES.search(sentence)
    told_by = matcher.names.within(claim.attributed_to) & matcher.telling_names
    return Signs(
        sentence=sentence,
        share=shares[best],
        figures=tuple(theirs for _i, theirs, _ours in beside_claim),
        telling=telling,
        adds=_adds(passage, telling, denial),
        denial=denial,
        denial_beside=denial_beside,
        negated=_negated(sentence, shares[best], share_of),
        confirms=confirms[0].lower() if confirms else "",
        hedges=hedges[0].lower() if hedges else "",
        accounts=bool(told_by & matcher.names.within(sentence)) and bool(cues.THE_ACCOUNT.search(sentence)),
        others_account=bool((matcher.names.within(denied) & matcher.telling_names) - told_by),
        place=bool(names & {*claim.places}),
        actor=bool(names & {*claim.actors}),
    )


def _adds(passage: str, telling: Sequence[tuple[Figure, Figure]], denial: str) -> tuple[Adds, ...]:
    adds = [Adds.DENIAL] if denial else []
    if any(theirs.verdict is not Verdict.SAME for theirs, _ours in telling):
        adds.append(Adds.FIGURE)
    adds += [kind for kind, pattern in cues.ADDS if pattern.search(passage)]
    if any(theirs.verdict is Verdict.SAME for theirs, _ours in telling):
        adds.append(Adds.REPEATS)
    return tuple(dict.fromkeys(adds))


def _denial(
    parts: Sequence[str], shares: Sequence[float], best: int, share_of: Callable[[str], float]
) -> tuple[str, bool, str]:
    """The word of denial in the sentence nearest to the claim, or in the next one, which speaks of "the account".

    With it: whether it stood beside that sentence and not in it, and what is denied, if it is an account named as such.
    ("", False, "") if none governs the claim's own words.
    """
    for i in range(best, min(best + 2, len(parts))):
        for found in denials(parts[i]):
            account = ""
            if found.governs is None:
                # "denied it": the sentence before is meant, or the account this sentence speaks of
                governs = i != best or bool(cues.THE_ACCOUNT.search(parts[i]))
            else:
                denied = parts[i][slice(*found.governs)]
                account = denied if cues.BARE_ACCOUNT.search(denied) else ""
                governs = share_of(denied) >= max(_GOVERNED * shares[i], 0.1) or bool(account)
            if governs:
                return parts[i][found.start : found.end].lower(), i != best, account
    return "", False, ""


def _negated(sentence: str, share: float, share_of: Callable[[str], float]) -> str:
    """The plain "no" in whose clause most of the claim's words stand, "" if there is none."""
    for start, end in negated_spans(sentence):
        clause = sentence[slice(*clause_around(sentence, start, end))]
        if share_of(sentence[start:end]) > 0 and share_of(clause) >= _GOVERNED * share:
            return " ".join(sentence[start:end].split()[:2]).lower()
    return ""
