"""Figures in a text, and a text's figure beside a claim's: what is counted is compared first.

The rules of the verdicts are those of docs/method.md: equal within 5 % (10 % if either is approximate) is the same;
"at least", "over", "nearly" compare by the stated value; "up to" and "fewer than" are ceilings; a point inside a
range overlaps; dozens are 24-99, scores 40-99, hundreds 200-999, thousands 2,000-9,999.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from storage.records import Bound, Figure, Verdict

# Words that stand for a range, for watch lists and texts alike. "most" and "several" are ours: more than half; 3 to 9.
WORDS: dict[str, tuple[float, float]] = {
    "several": (3, 9),
    "dozens": (24, 99),
    "scores": (40, 99),
    "hundreds": (200, 999),
    "thousands": (2_000, 9_999),
    "most": (50, 100),
}
_PHRASES = {
    "tens of thousands": (20_000, 99_999),
    "hundreds of thousands": (200_000, 999_999),
    "several hundred": WORDS["hundreds"],
    "several thousand": WORDS["thousands"],
    "a few hundred": WORDS["hundreds"],
    "a few thousand": WORDS["thousands"],
    "several dozen": WORDS["dozens"],
    "dozens": WORDS["dozens"],
    "scores of": WORDS["scores"],
    "hundreds": WORDS["hundreds"],
    "thousands": WORDS["thousands"],
    "des dizaines": (20, 99),
    "des centaines": WORDS["hundreds"],
    "des milliers": WORDS["thousands"],
    "десятки": (20, 99),
    "сотни": WORDS["hundreds"],
    "тысячи": WORDS["thousands"],
    "عشرات": (20, 99),
    "مئات": WORDS["hundreds"],
    "آلاف": WORDS["thousands"],
    "onlarca": (20, 99),
    "yüzlerce": WORDS["hundreds"],
    "binlerce": WORDS["thousands"],
}
_UNITS = {
    w: n
    for n, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {w: 10 * n for n, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_SCALES_ELSEWHERE = {
    "mille": 1_000, "bin": 1_000, "тыс": 1_000, "тысяч": 1_000, "тысячи": 1_000, "ألف": 1_000, "آلاف": 1_000,
    "milyon": 1_000_000, "millions": 1_000_000, "млн": 1_000_000, "مليون": 1_000_000,
}  # fmt: skip
_ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٬٫", "01234567890123456789,.")

_WORD_NUMBER = "|".join(sorted([*_UNITS, *_TENS], key=len, reverse=True))
_SCALE = "|".join([*_SCALES, *_SCALES_ELSEWHERE])
_ONE = rf"(?:\d{{1,3}}(?:[,.’'\u00a0\u202f ]\d{{3}})+(?!\d)|\d+(?:[.,]\d+)?|(?:(?:{_WORD_NUMBER}|a)(?:[- ](?:and )?)?)*(?:{_WORD_NUMBER}|hundred|thousand|million))(?:[ -](?:{_SCALE})\b)?"
_RANGE = re.compile(
    rf"\b(?:between |from |entre |от )?({_ONE})(?: ?[-–—] ?| and | to | et | до )({_ONE})(?![\w%])", re.IGNORECASE
)
_POINT = re.compile(rf"(?<![\w.,/:-])({_ONE})(?![\w/:]|[.,]\d)", re.IGNORECASE)
_VAGUE = re.compile(r"(?<!\w)(" + "|".join(sorted(_PHRASES, key=len, reverse=True)) + r")(?!\w)", re.IGNORECASE)

_BOUNDS: tuple[tuple[Bound, re.Pattern[str]], ...] = tuple(
    (bound, re.compile(rf"(?:{words})(?: of| than| the| an?| estimated| about| around)?\W*$", re.IGNORECASE))
    for bound, words in (
        (
            Bound.UP_TO,
            "no more than|not more than|at most|up to|as many as|a maximum of|jusqu'à|en fazla|до|ما يصل إلى",
        ),
        (
            Bound.AT_LEAST,
            "no fewer than|no less than|at least|a minimum of|au moins|en az|не менее|по меньшей мере|على الأقل|ما لا يقل عن",
        ),
        (
            Bound.MORE_THAN,
            "more than|over|above|exceeding|upwards of|in excess of|plus de|более|свыше|أكثر من|-den fazla",
        ),
        (Bound.FEWER_THAN, "fewer than|less than|under|below|moins de|менее|أقل من"),
    )
)
_AFTER_AT_LEAST = re.compile(r"^\W*(?:or more|and counting|at least|'?den fazla|على الأقل)\b", re.IGNORECASE)
_APPROX = re.compile(
    r"(?:about|around|some|roughly|approximately|nearly|almost|close to|an estimated|estimated|circa|more or less|"
    r"environ|près de|quelque|около|примерно|почти|yaklaşık|civarında|نحو|حوالي|قرابة)\W*$",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
    r"|(?:январ|феврал|март|апрел|ма[яй]|июн|июл|август|сентябр|октябр|ноябр|декабр)\w*"
    r"|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
    r"|ocak|şubat|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık"
)
_NOT_A_COUNT_AFTER = re.compile(
    rf"^(?:\s*(?:{_MONTH})\b|\s*[ap]\.?m\b|-?year|\s*years? (?:old|ago|later|earlier)|th\b|st\b|nd\b|rd\b|\s*(?:o'clock|GMT|km|kilomet|miles|metres|meters|mm\b))",
    re.IGNORECASE,
)
_NOT_A_COUNT_BEFORE = re.compile(
    r"\b(?:number|group of|one of|since|in|by|of|until|from|to|early|late|mid|year)[\s-]*$", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"\b(?:article|section|resolution|order|no\.?|nos\.?|chapter|page|phase|unit|aged?|flight|highway|route|title)\s*$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d$")


@dataclass(frozen=True, slots=True)
class Spotted:
    """A figure and where its number stands in the text, in characters."""

    start: int
    end: int
    figure: Figure


def read_figures(text: str) -> tuple[Figure, ...]:
    """The counts a text states, in its order. Dates, times, ages, money and names with numbers are left out."""
    return tuple(spotted.figure for spotted in spot_figures(text))


def spot_figures(text: str) -> tuple[Spotted, ...]:
    """`read_figures` with places."""
    plain = text.translate(_ARABIC_DIGITS)
    taken: list[tuple[int, int]] = []
    found: list[Spotted] = []
    for pattern in (_VAGUE, _RANGE, _POINT):
        for match in pattern.finditer(plain):
            start, end = match.span()
            if any(start < b and a < end for a, b in taken):
                continue
            span = _value(match, pattern)
            if span is None or _no_count(plain, match, span):
                continue
            taken.append((start, end))
            found.append(Spotted(start, end, _figure(plain, start, end, span, vague=pattern is _VAGUE)))
    return tuple(sorted(found, key=lambda s: s.start))


def _value(match: re.Match[str], pattern: re.Pattern[str]) -> tuple[float, float] | None:
    if pattern is _VAGUE:
        return _PHRASES[match[1].lower()]
    if pattern is _RANGE:
        low, high = _number(match[1]), _number(match[2])
        joined = re.search(r"\band\b|\bet\b", match[0][len(match[1]) :])
        if (
            low is None
            or high is None
            or low >= high
            or (joined and not match[0].lower().startswith(("between", "from", "entre")))
        ):
            return None
        scale = re.search(rf"(?:{_SCALE})$", match[2], re.IGNORECASE)
        if scale and high >= 1000 * low:  # "3 to 5 thousand"
            low *= _scale(scale[0])
        return low, high
    value = _number(match[1])
    return None if value is None else (value, value)


def _scale(word: str) -> float:
    return _SCALES.get(word.lower()) or _SCALES_ELSEWHERE[word.lower()]


def _number(words: str) -> float | None:
    """The number that digits or English words spell; None if they spell none."""
    head = re.match(r"[\d.,’'\u00a0\u202f ]*\d", words)
    if head:
        rest = words[head.end() :].strip(" -").lower()
        value = _digits(head[0])
        return value * _scale(rest) if rest else value
    total, group = 0.0, 0.0
    for word in re.split(r"[\s-]+", words.lower()):
        if word in ("and", "a", ""):
            continue
        if word in _UNITS or word in _TENS:
            group += _UNITS.get(word, _TENS.get(word, 0))
        elif word == "hundred":
            group = (group or 1) * 100
        elif word in _SCALES:
            total, group = total + (group or 1) * _SCALES[word], 0.0
        else:
            return None
    return total + group


def _digits(told: str) -> float:
    """3,500 and 3.500 and 3 500 are one number; 3.5 and 3,5 another."""
    grouped = re.fullmatch(r"\d{1,3}(?:[,.’'\u00a0\u202f ]\d{3})+", told)
    return float(re.sub(r"\D", "", told)) if grouped else float(told.replace(",", ".").replace(" ", ""))


def _no_count(text: str, match: re.Match[str], span: tuple[float, float]) -> bool:
    start, end = match.span()
    before, after = text[max(0, start - 24) : start], text[end : end + 24]
    if _NOT_A_COUNT_AFTER.match(after) or re.search(rf"(?:\b(?:{_MONTH})\s*|[$€£]\s*|[A-Z]-)$", before, re.IGNORECASE):
        return True
    if _YEAR.match(match[0].strip()) and not re.match(
        r"\s*(?:people|civilian|fighter|soldier|men|women|famil|militant)", after, re.IGNORECASE
    ):
        return True
    if _YEAR.match(f"{span[0]:.0f}") and _YEAR.match(f"{span[1]:.0f}") and span[0] != span[1]:
        return True
    lone = span[0] == span[1]
    if lone and _NUMBERED.search(before):
        return True
    if lone and span[0] <= 12 and not match[0][0].isdigit() and match[0].lower() in ("one", "a", "zero", "second"):
        return True
    return (
        lone
        and bool(_NOT_A_COUNT_BEFORE.search(before))
        and not _counts_something(after)
        and not match[0].strip().endswith("%")
    )


def _counts_something(after: str) -> bool:
    return bool(re.match(r"\s*(?:%|percent|per cent|[a-z]{4,})", after, re.IGNORECASE))


# Words that a phrase does not end on.
_TRAILING = re.compile(
    r"(?: (?:and|or|of|the|an?|to|in|on|at|by|for|with|from|about|than|that|who|which|were|was|had|their|its|some))+$",
    re.IGNORECASE,
)


def _figure(text: str, start: int, end: int, span: tuple[float, float], *, vague: bool) -> Figure:
    before = text[max(0, start - 30) : start]
    clause_start = max((before.rfind(c) for c in ".;!?\n"), default=-1)
    before = before[clause_start + 1 :]
    bound = next((b for b, pattern in _BOUNDS if pattern.search(before)), Bound.EXACT)
    if bound is Bound.EXACT and _AFTER_AT_LEAST.match(text[end : end + 30]):
        bound = Bound.AT_LEAST
    after = text[end : end + 90]
    percent = re.match(r"\s*(?:%|percent|per cent|pour cent|процент)", after)
    at = percent.end() if percent else 0
    words = re.match(r"[ \u00a0-]{0,2}((?:[^\W\d_][\w’'-]* ?){1,7})", after[at:])
    counts = _TRAILING.sub("", words[1].strip()) if words else ""
    if re.search(r"\ball but(?: about| some| around)?\W*$", before, re.IGNORECASE):
        counts = f"not {re.sub(r'^(?:of (?:them|those|these) |were )+', '', counts)}"
    return Figure(
        low=span[0],
        high=span[1],
        bound=bound,
        approx=vague or bool(_APPROX.search(before)),
        unit="percent" if percent else "",
        counts=counts,
        quote=_TRAILING.sub("", " ".join(text[start : end + at + (words.end() if words else 0)].split())),
    )


_FATE_WORDS = {
    "killed": "killed",
    "hurt": "wounded",
    "held": "captured",
    "stayed": "remaining",
    "dismissed": "dismissed",
}


def claimed_figures(claim: str) -> tuple[Figure, ...]:
    """The figures of a claim's text; what became of those counted is added from the clause ("killed 1,800 civilians")."""
    found = []
    for spotted in spot_figures(claim):
        figure = spotted.figure
        fate = thing_of(figure.counts, _clause(claim, spotted.start, spotted.end)).fate
        told = _FATE_WORDS.get(fate, "")
        found.append(
            figure if not told or _fate(figure.counts) else replace(figure, counts=f"{figure.counts} {told}".strip())
        )
    return tuple(found)


# What is counted, in kinds: who, and what became of them. A kind not named here is compared by its own words.
_WHO: tuple[tuple[str, str], ...] = (
    ("time", r"^(?:of (?:the )?)?(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|times|occasions?)\b"),
    ("not-fighters", r"not fighters|non-?fighters|non-?combatants|were not (?:ISIS )?fighters"),
    ("all", r"fighters? and (?:their )?famil|militants? and (?:their )?famil|families and fighters|with their families|them and their families"),
    ("family", r"famil|relatives|dependants|wives|women and children|семе|عائل|aile"),
    ("fighters", r"fighter|militant|jihadi|terrorist|gunm[ae]n|extremist|insurgent|combatt?ant|djihadist|боевик|террорист|مقاتل|مسلح|إرهاب|savaşçı|terörist|militan"),
    ("civilians", r"civilian|non-?combatant|civils?\b|мирн\w+ жител|гражданск|مدني|sivil"),
    ("soldiers", r"soldier|troops?\b|servicem[ae]n|army personnel|army personel|soldat|солдат|военнослужащ|جندي|جنود|asker"),
    ("bodies", r"bod(?:y|ies)|corpses|remains|graves?"),
    ("vehicles", r"humvee|vehicle|truck|lorr|bus(?:es)?\b|tanks?\b|cars?\b"),
    ("strikes", r"air ?strikes?|strikes?\b|raids?|sorties|bomb(?:s|ing)|munitions|missiles?|artillery (?:rounds|shells)"),
    ("items", r"weapons?|items?|rifles|ammunition|arms\b|rounds"),
    ("reports", r"reports?|incidents?|allegations|events?|assessments|cases"),
    ("buildings", r"building|homes?|houses|structures"),
    ("displaced", r"displaced|refugees|residents|inhabitants|population"),
    ("people", r"people|persons?|personnes|человек|شخص|kişi|individuals|lives|deaths?|dead|killed|victims|casualt"),
)  # fmt: skip
_WHO_PATTERNS = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _WHO)
_KILLED = re.compile(
    r"kill|dead\b|deaths?|died|slain|perish|lost their lives|fatalit|casualties|morts?\b|tués?|погиб|убит|гибел|قتل|مقتل|öldü|ölü|hayatını",
    re.IGNORECASE,
)
_DISMISSED = re.compile(
    r"dismiss|fired\b|sacked|purged|out of work|unemployed|jobless|lost their (?:jobs|posts)", re.IGNORECASE
)
_STAYED = re.compile(
    r"\bremain(?:s|ed|ing)?\b|\bstill (?:in|inside|there)\b|holed up|trapped|\bstayed\b|hold(?:ing)? out", re.IGNORECASE
)
_SURRENDERED = re.compile(r"surrender\w*|captured|detain\w*|arrested|imprison\w*|prisoners", re.IGNORECASE)
# Words that begin what is said of a number without naming what is counted: then the clause tells.
_NO_NOUN = re.compile(
    r"^(?:of (?:the )?(?:them|those|these|whom)|were|was|are|have|had|who|that|in|on|to|and|or|at|by|while)\b",
    re.IGNORECASE,
)
_HURT = re.compile(r"wounded|injured|hurt\b|blessés|ранен|جرح|yaral", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Thing:
    """What a figure counts: `who` ("" if unknown) and `fate` ("killed", "hurt", "dismissed", "stayed", "held" or "")."""

    who: str
    fate: str


def thing_of(words: str, around: str = "") -> Thing:
    """What `words`, the words at the number, count; `around`, the clause, helps where they are silent."""
    who = _who(words)
    if not who and (not words or re.match(_NO_NOUN, words)):
        who = _who(around, without=("people", "reports", "strikes", "time"))
    if who in ("time", "strikes", "items", "reports", "vehicles", "buildings", "displaced"):
        return Thing(who, "")
    return Thing(who, _fate(words) or _fate(around))


def _who(words: str, without: tuple[str, ...] = ()) -> str:
    """The kind that is named first; of two that begin at one place the one that stands first in the table."""
    found = (
        (m.start(), i, kind)
        for i, (kind, p) in enumerate(_WHO_PATTERNS)
        if kind not in without and (m := p.search(words))
    )
    return min(found, default=(0, 0, ""))[2]


def _fate(words: str) -> str:
    if _HURT.search(words):
        return "hurt"
    if _KILLED.search(words):
        return "killed"
    if _DISMISSED.search(words):
        return "dismissed"
    if _STAYED.search(words):
        return "stayed"
    return "held" if _SURRENDERED.search(words) else ""


_BROAD = re.compile(
    r"since (?:august |the (?:start|beginning) of (?:the )?(?:operation|campaign) )?(?:in )?2014|(?:in|across|over) (?:both )?(?:Iraq and Syria|Syria and Iraq)|"
    r"throughout the (?:campaign|war)|Operation Inherent Resolve|whole (?:operation|campaign)|nationwide|since the (?:war|conflict) began|in Iraq\b|in Mosul\b",
    re.IGNORECASE,
)


def is_broad(around: str) -> bool:
    """The words around speak of a whole war or operation, not of one place (CJTF-OIR totals are not Raqqa's)."""
    return bool(_BROAD.search(around))


# A part of a total: one strike, one day, one month. Such a figure is no rival of the total (decisions: single
# incidents beside a total are context).
_INCIDENT = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:past|last|previous|this) (?:day|week|month|year|24 hours|\d+ days)\b|yesterday|overnight|"
    r"\b(?:an?|one|the|single) (?:\S+ ){0,3}(?:air ?strike|strike|raid|attack|bombing|explosion)\b|\b(?:past|last) (?:\w+ )?(?:days|weeks|months)\b|"
    r"\b(?:in|during) (?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
# A count of deaths under a third of a claimed total is nearly always a part of it, not a rival (read on the
# newsroom's stories: 18 killed by one strike beside 1,800 by the campaign).
_PART_OF_TOTAL = 1 / 3
_PARTIES = (
    re.compile(r"coalition|US-led|American|\bU\.?S\.?\b|Pentagon", re.IGNORECASE),
    re.compile(r"Russia|Moscow", re.IGNORECASE),
    re.compile(r"regime|Assad|government (?:forces|strikes|troops|air)|Syrian army", re.IGNORECASE),
    re.compile(r"ISIS|ISIL|Islamic State|Daesh|\bIS\b|militants", re.IGNORECASE),
)


def compare_figure(of_text: Figure, of_claim: Figure, around: str = "") -> Verdict:
    """The text's figure beside the claim's. `around`: the text's sentence, which says what is counted and where."""
    theirs, ours = thing_of(of_text.counts, around), thing_of(of_claim.counts)
    if (of_text.unit == "percent") != (of_claim.unit == "percent"):
        return Verdict.DIFFERENT_THING
    if not _same_thing(theirs, ours) and not _same_word(theirs, ours, of_text.counts, of_claim.counts):
        return Verdict.DIFFERENT_THING
    if of_claim.scope and (is_broad(around) or _other_scope(of_text, of_claim)):
        return Verdict.DIFFERENT_THING
    verdict = compare_values(of_text, of_claim)
    if verdict is Verdict.LOWER and ours.fate == "killed" and _is_part(of_text, of_claim, around):
        return Verdict.DIFFERENT_THING
    if _other_party(around, of_claim.counts):
        return Verdict.DIFFERENT_THING
    return verdict


def _is_part(of_text: Figure, of_claim: Figure, around: str) -> bool:
    vague = of_text.low < of_text.high and of_text.approx
    return vague or of_text.high < of_claim.low * _PART_OF_TOTAL or bool(_INCIDENT.search(around))


def _other_party(around: str, counts: str) -> bool:
    """The claim says who killed, and the text names only somebody else."""
    theirs, ours = ({i for i, party in enumerate(_PARTIES) if party.search(words)} for words in (around, counts))
    return bool(ours) and bool(theirs - ours) and not theirs & ours


def _same_thing(a: Thing, b: Thing) -> bool:
    if not a.who or not b.who or a.fate != b.fate or a.who == "time":
        return False
    # "4,000 people": fighters and families together; a bare "people killed" may be civilians, may be not
    alike = {frozenset(("all", "people"))}
    return a.who == b.who or frozenset((a.who, b.who)) in alike


def _same_word(a: Thing, b: Thing, counts: str, claimed: str) -> bool:
    """Of kinds that the table does not know, the first word tells: dollars are dollars."""
    first, second = (words.casefold().split(" ")[0].rstrip("s") for words in (counts, claimed))
    return not a.who and not b.who and a.fate == b.fate and len(first) > 2 and first == second


def _other_scope(of_text: Figure, of_claim: Figure) -> bool:
    return bool(of_text.scope) and of_text.scope.casefold() != of_claim.scope.casefold()


def compare_values(of_text: Figure, of_claim: Figure) -> Verdict:
    """The verdict on two figures of one thing, by value alone."""
    slack = 0.10 if of_text.approx or of_claim.approx else 0.05
    a_point, b_point = of_text.low == of_text.high, of_claim.low == of_claim.high
    if a_point != b_point:
        point, span = (of_text, of_claim) if a_point else (of_claim, of_text)
        if span.low <= point.low <= span.high:
            return Verdict.OVERLAPS
    elif not a_point and of_text.low <= of_claim.high and of_claim.low <= of_text.high:
        same = _near(of_text.low, of_claim.low, slack) and _near(of_text.high, of_claim.high, slack)
        return Verdict.SAME if same else Verdict.OVERLAPS
    if a_point and b_point and _near(of_text.low, of_claim.low, slack):
        return Verdict.SAME
    # a floor that lies under the other's value does not contradict it, nor a ceiling above it
    if of_text.bound in (Bound.UP_TO, Bound.FEWER_THAN) and of_text.high > of_claim.high:
        return Verdict.OVERLAPS
    return Verdict.HIGHER if of_text.low > of_claim.high else Verdict.LOWER


def _near(a: float, b: float, slack: float) -> bool:
    return abs(a - b) <= slack * max(abs(a), abs(b))


def beside(sentence: str, spotted: Spotted, of_claims: Iterable[Figure]) -> tuple[Figure, Figure] | None:
    """(the text's figure with its verdict, the claim's it was set beside): the most telling pair; None without any.

    A claim may carry several figures of one thing (an outlet's, a defector's): the nearest speaks.
    """
    around = _clause(sentence, spotted.start, spotted.end)
    whole = sentence
    best: tuple[int, float, Figure, Figure] | None = None
    for claimed in of_claims:
        verdict = compare_figure(spotted.figure, claimed, around)
        if verdict is not Verdict.DIFFERENT_THING and claimed.scope and is_broad(whole):
            verdict = Verdict.DIFFERENT_THING
        rank = 1 if verdict is Verdict.DIFFERENT_THING else 0
        distance = abs(spotted.figure.low - claimed.low) / max(spotted.figure.low, claimed.low, 1)
        if best is None or (rank, distance) < best[:2]:
            best = rank, distance, replace(spotted.figure, verdict=verdict), claimed
    return (best[2], best[3]) if best else None


def _clause(sentence: str, start: int, end: int) -> str:
    """The part of the sentence around the number, between commas and semicolons that no number holds."""
    left = max((m.end() for m in re.finditer(r"[;:]|,(?!\d)|\bwhile\b|\band\b(?= \d)", sentence[:start])), default=0)
    right = re.search(r"[;:]|,(?!\d)|\bwhile\b|\band (?=\d|about|some|around)", sentence[end:])
    return sentence[left : end + right.start() if right else len(sentence)]
