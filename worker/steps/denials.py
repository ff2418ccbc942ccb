"""What a denial and what a plain "no" govern: spans of a sentence, never reaching into another clause."""

from __future__ import annotations

import re
from dataclasses import dataclass

from worker.steps import cues


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """A denial in a sentence: its word at [start, end), and the span it governs, or None if that is not in the sentence.

    `by`: where the one who denies may stand: "before" the word, "after" it ("denied by X"), or "" if nobody is named.
    """

    start: int
    end: int
    governs: tuple[int, int] | None
    by: str


# What stands for something said before: then the denial governs the clause before it, or the sentence before.
_POINTS_BACK = re.compile(
    r"^\s*(?:it|this|that(?! \w)|them|so|as much|any of (?:it|this)|(?:the|this|that|these|those|his|her|its|their|such|all|any)(?: \w+)? (?:account|claims?|reports?|story|"
    r"allegations?|accusations?|charges?|version|assertions?|suggestions?|statements?|figures?)|l['’]accusation|les accusations|ces (?:accusations|affirmations)|die (?:vorwürfe|darstellung)|"
    r"las acusaciones|esa versión|эти? (?:обвинения|сообщения|утверждения)|هذه (?:الاتهامات|المزاعم|الأنباء)|الاتهامات|ذلك)\b(?!\s+(?:that|of|about|que|dass|что|de\b|by\b|which\b|made\b))",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being|has been|have been|had been|got|est|sont|a été|ont été|wurden?|worden|fue|fueron|был[аио]?)\s+(?:\w+ly\s+|\w+\s+)?$",
    re.IGNORECASE,
)
_BY = re.compile(r"^\s+(?:as \w+(?: and \w+)? )?(?:by|par|von|por)\b", re.IGNORECASE)
_AS = re.compile(r"\s+(?:as|comme|als|como)\s+", re.IGNORECASE)
_THAT = re.compile(r"^[\s,]*(?:that|que|qu['’]|dass|что|أنّ?|بأن)(?!\w)\s*", re.IGNORECASE)
_RELATIVE = re.compile(r",\s*(?:who|which|that|qui|que|die|der|которы\w+)\s+(?:\w+\s+){0,4}$", re.IGNORECASE)
_OBJECT_BEFORE = re.compile(
    r",?\s*(?:(?:a|an|the) )?(?:claims?|charges?|allegations?|accusations?|accounts?|reports?|assertions?|something|which|that|what|version)?\s*(?:that |which )?(?:[\w'’.-]+\s+){1,7}$",
    re.IGNORECASE,
)
_VERB_LAST = re.compile(r"yalanla|reddet|inkar|inkâr|bestritten|dementiert|zurückgewiesen|geleugnet", re.IGNORECASE)
_COPULA = re.compile(
    r"\b(?:is|are|was|were|be|been|being|as|est|sont|était|étaient|ist|sind|war|waren|es|son|era|eran|seien|sei)\s+(?:\w+ly\s+|an?\s+|pure\s+|simply\s+|completely\s+|all\s+|une?\s+|eine?\s+){0,2}$",
    re.IGNORECASE,
)
_CALLING = re.compile(
    r"\b(?:call(?:s|ed|ing)?|describ(?:es|ed|ing)|brand(?:s|ed)|label(?:s|led|ed)|reject(?:s|ed|ing)?|dismiss(?:es|ed|ing)?|denounc(?:es|ed)|qualifi\w+|bezeichnet\w*|nannte|calific\w+|tach[óa]\w*|назвал\w*|وصف\w*|وصفت)\b",
    re.IGNORECASE,
)


def denials(sentence: str) -> tuple[Denial, ...]:
    """The denials of a sentence in their order; one that is undone ("did not deny") is none."""
    undone = [m.span() for m in cues.NOT_DENIED.finditer(sentence)]
    found: list[Denial] = []
    for word in cues.DENIES.finditer(sentence):
        if any(a <= word.start() < b for a, b in undone) or any(_holds(d, word) for d in found):
            continue
        found.append(_denial(sentence, word))
    return tuple(found)


def _holds(denial: Denial, word: re.Match[str]) -> bool:
    """ "Rejected the account as false": the second word only strengthens the first."""
    if denial.governs is None:
        return word.start() < denial.end + 60 and cues.FALSE_WORD.match(word[0]) is not None
    return denial.governs[0] <= word.start() <= denial.governs[1] + 24 and cues.FALSE_WORD.match(word[0]) is not None


def _denial(sentence: str, word: re.Match[str]) -> Denial:
    start, end = word.span()
    if cues.DENYING.match(sentence, start):
        return _of_verb(sentence, start, end)
    if cues.FALSE_WORD.match(sentence, start):
        return Denial(start=start, end=end, governs=_of_false(sentence, start, end), by="")
    # "no evidence that", "never happened", "no deal", "not a party": what follows, with its subject if it is short
    after = _clause_after(sentence, end)
    governs = after if after and after[1] - end > 3 else _clause_before(sentence, start)
    if re.match(r"never|not a|no \w+ (?:part|role)|was|were", word[0], re.IGNORECASE):
        begin = _clause_before(sentence, start)
        governs = (begin[0] if begin else start, after[1] if after else end)
    elif re.match(r"no (?:such )?(?:secret )?(?:deal|agreement)", word[0], re.IGNORECASE):
        governs = (start, after[1] if after else end)
    return Denial(start=start, end=end, governs=governs, by="")


def _of_verb(sentence: str, start: int, end: int) -> Denial:
    rest = sentence[end:]
    if _VERB_LAST.match(sentence[start:end]):
        span = _clause_before(sentence, start)
        comma = sentence.find(",", span[0], span[0] + 50) if span else -1
        return Denial(
            start=start, end=end, governs=_trimmed(sentence, comma, start) if comma > 0 else span, by="before"
        )
    passive = _PASSIVE.search(sentence, max(0, start - 30), start)
    if passive:
        by = "after" if _BY.match(rest) else ""
        return Denial(start=start, end=end, governs=_clause_before(sentence, passive.start()), by=by)
    if _BY.match(rest):  # "a report denied by the coalition"
        return Denial(start=start, end=end, governs=_clause_before(sentence, start), by="after")
    back = _POINTS_BACK.match(rest)
    after = _clause_after(sentence, end)
    if after is None or back:
        return Denial(start=start, end=end, governs=_said_before(sentence, start), by="before")
    as_false = _AS.search(sentence, after[0], after[1])
    if as_false and not _THAT.match(rest):
        after = (after[0], as_false.start())
    if _RELATIVE.search(sentence[:start]) and (comma := sentence.find(",", after[0], after[1])) > after[0]:
        after = (after[0], comma)
    return Denial(start=start, end=end, governs=after, by="before")


def _of_false(sentence: str, start: int, end: int) -> tuple[int, int] | None:
    """ "The account is false", "called the account false", "false claims that ...", "falsely said that ..."."""
    head = sentence[:start]
    that = re.match(r"\W+(?:\w+\W+){0,4}?(?:that|que|dass|что|of|about|أن)\b\s*", sentence[end:], re.IGNORECASE)
    if that and not re.match(r"^\W*[,.;]", sentence[end:]):
        return _clause_after(sentence, end + that.end()) or (end, len(sentence))
    copula = _COPULA.search(head)
    if copula and not head[copula.start() :].startswith("as"):
        return _subject_of(sentence, copula.start())
    called = list(_CALLING.finditer(head))
    if called:
        return _trimmed(sentence, called[-1].end(), start)
    after = _clause_after(sentence, end)
    return after or _said_before(sentence, start)


def _subject_of(sentence: str, at: int) -> tuple[int, int] | None:
    """What is said to be false: the subject itself, or what "the claim", "it" points back to."""
    span = _clause_before(sentence, at)
    if span is None:
        return None
    that = list(re.finditer(r"\b(?:that|que|dass|что)\b", sentence[span[0] : span[1]]))
    if that:
        subject = _trimmed(sentence, span[0] + that[-1].end(), at)
        if subject and _POINTS_BACK.match(sentence[subject[0] : subject[1]]):
            return None
        return subject
    return _said_before(sentence, at) if _POINTS_BACK.match(sentence[span[0] : span[1]]) else span


_ATTRIBUTION = re.compile(rf",\s*[^,]{{2,60}}?\b(?:{cues.SAYING_VERB})\b[^,]{{0,30}}$")


def _without_attribution(sentence: str, start: int, end: int) -> int:
    """The end of what is said, without "..., the official said"."""
    told = _ATTRIBUTION.search(sentence, start, end)
    return told.start() if told else end


def _clause_after(sentence: str, at: int) -> tuple[int, int] | None:
    that = _THAT.match(sentence[at:])
    begin = at + (that.end() if that else 0)
    stop = cues.CLAUSE_END.search(sentence, begin)
    end = _without_attribution(sentence, begin, stop.start() if stop else len(sentence))
    found = _trimmed(sentence, begin, end)
    return found if found and found[1] - found[0] > 2 else None


def _clause_before(sentence: str, at: int) -> tuple[int, int] | None:
    begin = 0
    for stop in cues.CLAUSE_END.finditer(sentence, 0, at):
        begin = stop.end()
    return _trimmed(sentence, begin, at)


def _said_before(sentence: str, at: int) -> tuple[int, int] | None:
    """The clause before the one that the word stands in: what "denied it" speaks of; None if there is none."""
    stops = list(cues.CLAUSE_END.finditer(sentence, 0, at))
    if not stops or _clause_before(sentence, at) is None:
        # "A report of strikes, which the ministry denied": the comma parts them
        comma = sentence.rfind(",", 0, at)
        return _trimmed(sentence, 0, comma) if comma > 12 else None
    begin = stops[-2].end() if len(stops) > 1 else 0
    return _trimmed(sentence, begin, stops[-1].start())


def _trimmed(sentence: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and not sentence[start].isalnum():
        start += 1
    while end > start and not sentence[end - 1].isalnum():
        end -= 1
    return (start, end) if start < end else None


def clause_around(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The clause that sentence[start:end] stands in: its subject comes along."""
    before = _clause_before(sentence, start)
    return (before[0] if before else start), end


# A "no" of these says that something is not known, not that it is not so.
_NOT_KNOWN = re.compile(
    r"^\s*(?:be |been )?(?:independently |immediately |yet |even |necessarily )*(?:verif|confirm|corroborat|reach|respond|comment|known|clear|possible to|return|give details|(?:say|tell|specify|explain|know) (?:us |him |them )?(?:how|if|whether|who|whom|where|when|why|what|which)|name\b|identify|elaborate|specify|mention|give (?:a|any) (?:reason|figure|name|date)|know|rule out|deny|denied|surpris)",
    re.IGNORECASE,
)
_WHOLE_CLAUSE = re.compile(rf"(?:nicht|değil\w*|{cues.TURKISH_NOT})$", re.IGNORECASE)
_WITH_COMMA = re.compile(r"without|cleared of|acquitted of|failed to", re.IGNORECASE)


def negated_spans(sentence: str) -> tuple[tuple[int, int], ...]:
    """What each plain "no" of a sentence governs: from its word to the end of its clause.

    In German with "nicht" and in Turkish, where the verb comes last, the whole clause. "Did not deny" negates nothing.
    """
    undone = [m.span() for m in cues.NOT_DENIED.finditer(sentence)]
    spans: list[tuple[int, int]] = []
    for no in cues.NEGATES.finditer(sentence):
        if any(a <= no.end() and no.start() < b for a, b in undone) or _NOT_KNOWN.match(sentence[no.end() :]):
            continue
        stop = cues.CLAUSE_END.search(sentence, no.end())
        end = stop.start() if stop else len(sentence)
        end = _without_attribution(sentence, no.end(), end)
        if _WITH_COMMA.match(no[0]) and (comma := sentence.find(",", no.end(), end)) > 0:
            end = comma
        begin = no.start()
        if _WHOLE_CLAUSE.match(no[0]) and (before := _clause_before(sentence, no.start())):
            begin = before[0]
        span = _trimmed(sentence, begin, end)
        if span and (not spans or span[0] >= spans[-1][1]):
            spans.append(span)
    return tuple(spans)
