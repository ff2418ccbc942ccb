"""A text to its figures: what number, how bounded, of what unit, counting what, said by whom, and where they stand."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from storage.records import Figure
from worker.steps import number_words as nw
from worker.steps.number_words import WORDS, plain
from worker.steps.scopes import sayer_of, scope_of
from worker.steps.spot_numbers import Number, numbers_in
from worker.steps.things import FATE_WORDS, PERSONS, fate_nearest, fate_of, who_of

__all__ = ["WORDS", "Spotted", "clause_at", "read_figures", "spot_figures"]


@dataclass(frozen=True, slots=True)
class Spotted:
    """A figure and where its number stands in the text, in characters."""

    start: int
    end: int
    figure: Figure


def read_figures(text: str) -> tuple[Figure, ...]:
    """The counts, sums and shares a text states, in its order; dates, times, ages and names with numbers are none."""
    return tuple(spotted.figure for spotted in spot_figures(text))


# a sentence is read for each claim that it may speak about, and again for each pair of a file
@lru_cache(maxsize=16_384)
def spot_figures(text: str) -> tuple[Spotted, ...]:
    """`read_figures` with places."""
    # a string of hundreds of digits is no count
    numbers = [number for number in numbers_in(text) if math.isfinite(number.high)]
    found = []
    for k, number in enumerate(numbers):
        left = numbers[k - 1].end if k else 0
        right = numbers[k + 1].start if k + 1 < len(numbers) else len(text)
        found.append(Spotted(number.start, number.end, _figure(text, number, left, right)))
    return tuple(_named_by_neighbours(text, found))


def _named_by_neighbours(text: str, found: list[Spotted]) -> list[Spotted]:
    """Figures without a noun of their own get that of the next one, or of the one before in their sentence."""
    for k in range(len(found) - 2, -1, -1):
        figure, following = found[k].figure, found[k + 1].figure
        unnamed = figure.unit in ("", "people") and not figure.counts.startswith("not") and not who_of(figure.counts)
        if unnamed and _OF_THE_NEXT.match(text[found[k].end : found[k + 1].start]):
            noun = _FATE_WORD.sub("", following.counts).strip()
            counts = f"{noun} {figure.counts}".strip() if fate_of(figure.counts) else following.counts
            found[k] = replace(found[k], figure=replace(figure, counts=counts, unit=following.unit))
    for k in range(1, len(found)):
        figure, before = found[k].figure, found[k - 1]
        same_sentence = not _SENTENCE_END.search(text, before.end, found[k].start)
        named = before.figure.unit == "people" or (not before.figure.unit and who_of(before.figure.counts))
        unnamed = not figure.counts or (
            not who_of(figure.counts) and bool(_BUT.match(text[before.end : found[k].start]))
        )
        if unnamed and not figure.unit and named and same_sentence:
            # "3,500 militants left; the BBC said 250"
            found[k] = replace(found[k], figure=replace(figure, counts=before.figure.counts, unit=before.figure.unit))
    return found


# "not 40,000 but 25,000": both count one thing.
_BUT = re.compile(r"\W{0,3}(?:değil|but|sondern|sino|mais|ma|а|بل)(?!\w)", re.IGNORECASE)
# "6,000 of the 9,000 houses", "hundreds, perhaps thousands, of fighters", "killed 28 and wounded 30 militants": the next
# number names what both count.
_OF_THE_NEXT = re.compile(
    r"\s*(?:of (?:the|its|their|all|some|these|those)\b|,? ?(?:perhaps|maybe|possibly|even|if not|or even|or)\b|and (?:wounded|injured|killed|captured)\b)"
    r"[\w\s]{0,20}$"
)
_FATE_WORD = re.compile(rf"\b(?:{'|'.join(FATE_WORDS.values())})\b")


_STOPS = frozenset(
    (
        "were was are is be been have has had who whom whose which that in on at by for with from to into out about than as while when where after before "
        "during since until but or if so because may might could would will can did do does said says told left went fled lived died came got took "
        "lost remained remain remains stayed stay boarded escaped walked waited slipped joined surrendered crossed stood lay lie described spoke "
        "asked hit struck took gave made need needs live inside near around across against including according reportedly rather south north east west he she it they we you many monday tuesday wednesday thursday friday saturday sunday per each there then also still not "
        "más plus più mehr über более اكثر ont auraient aurait quitté a été sont avait est dans sur par pour avec qui que seraient étaient sortis partis périrent péri "
        "wurden wurde waren war sind ist haben hatte im in an auf mit aus bei nach verließen kamen starben saßen flohen zogen verloren fuhren standen "
        "fueron son han eran eram morreram morreu en por con que al murieron salieron huyeron perdieron escaparon subieron quedó quedaron viajaron permanecen se "
        "sono è stati hanno nel nella per con che uccisi dai sarebbero furono veniva "
        "и в на из с по под были было погибли убиты вышли покинули сели ушли уехали остались выехали "
        "ve ile için birlikte ve "
        "في من على الى عن مع بعد قبل و غادروا قتلوا بقوا صعدوا خرجوا"
    ).split()
)
_WORD = re.compile(r"[ \u00a0-]{0,2}(?:\(\w+\) )?([^\W\d_][\w'’-]*)")
_OF_THEM = re.compile(
    r"\s*(?:of (?:them|those|these|whom|which)(?: who \w+)?|were|are|was|is)\b\s*(?:(?:were|are|was)\b\s*)?(not\s+)?(?:ISIS\s+|IS\s+)?|"
    r"\s*(?:of \w+ )?(не были|n'étaient pas|no eran|waren keine|non erano)\s+",
    re.IGNORECASE,
)
_OF_THE = re.compile(
    r"\s*of (?:the |its |their |his |all |these |those |some )*(?=\w)|\s*(?:der|des|du|di|de la|de los|de las|de l'|della|delle|dei|degli|d'|de|من)\s+",
    re.IGNORECASE,
)
_NUMBER_OF = re.compile(
    r"\b(?:(?:number|total|count) of ([\w' -]{3,40}?)|((?:[\w'-]+ ){0,2}(?:deaths?|dead|toll|fighters|victims|casualties|officers|soldiers|civilians|members)))"
    r"(?:,? [\w ]{0,30}?)? (?:was|were|is|are|at|to|stood|numbered|numbers|exceeded|topped|surpassed|reached|rose|hit|number|exceeds)\b[\w ]*$",
    re.IGNORECASE,
)
# "the number of X ... " in other languages, with at most a few words between X and the number.
_NUMBER_OF_ELSEWHERE = re.compile(
    r"(?:\b(?:zahl der|nombre des?|nombre d['’]|número de|numero d(?:i|ei|egli)|число|количество|عدد)\s?([^\W\d_]{3,}(?: [^\W\d_]{3,})?)|([^\W\d_]{3,}(?: [^\W\d_]{3,}){0,2}) sayısı\w*|"
    r"\b((?:v[ií]ctimas|victimes|vittime|muertos|morts|opfer|жертвы)(?: [^\W\d_]+){0,8}?) (?:fueron|son|eran|étaient|sont|furono|sono|waren|sind|составили))"
    r"(?: \w+){0,3} ?\w{0,2}$",
    re.IGNORECASE,
)
_MAY_BE_NUMBER_OF = re.compile(
    r"zahl der|nombre d|n[úu]mero d|число|количество|عدد|sayısı|v[ií]ctimas|victimes|vittime|muertos|morts|opfer|жертвы",
    re.IGNORECASE,
)
_BODY_OF = re.compile(r"\b(army|force|garrison|militia|population|crowd) of (?:\w+ ){0,2}$", re.IGNORECASE)
_NEW_CLAUSE = re.compile(r"[;:.!?]|,(?!\d)|\bwhile\b|\bwhereas\b")


@lru_cache(maxsize=512)
def clause_at(sentence: str, start: int, end: int) -> str:
    """The part of the sentence around the number, between commas and semicolons that no number holds."""
    left = max(
        (m.end() for m in re.finditer(r"[;:]|,(?!\d)|\bwhile\b|\band\b(?= \d)|[.!?](?=\s)", sentence[:start])),
        default=0,
    )
    right = re.search(r"[;:]|,(?!\d)|\bwhile\b|\band (?=\d|about|some|around)|[.!?](?=\s)", sentence[end:])
    return sentence[left : end + right.start() if right else len(sentence)]


def _sentence_at(text: str, start: int, end: int) -> tuple[str, int]:
    """The sentence around a number, at most 240 characters to either side, and where it begins."""
    left, right = max(0, start - 240), min(len(text), end + 240)
    begins = [m.end() for m in _SENTENCE_END.finditer(text, left, start)]
    ends = _SENTENCE_END.search(text, end, right)
    left = begins[-1] if begins else left
    return text[left : ends.start() if ends else right], left


_SENTENCE_END = re.compile(r"[.!?؟](?=\s)|\n")


def _figure(text: str, number: Number, left: int, right: int) -> Figure:
    """The figure of a number; `left` and `right` are where the neighbours end and begin."""
    counts, stop = _counted(text, number.after, right)
    before = _NEW_CLAUSE.split(text[max(left, number.start - 80) : number.start])[-1]
    after = _to_the_next(text[number.after : min(right, number.after + 70)], cut=right < len(text))
    if not who_of(counts) and (
        told_before := _NUMBER_OF.search(before)
        or (_MAY_BE_NUMBER_OF.search(before) and _NUMBER_OF_ELSEWHERE.search(before))
        or (not counts and _BODY_OF.search(before))
    ):
        counts = next(filter(None, told_before.groups())).strip()
    if number.all_but and not counts.startswith("not "):
        counts = counts or _said_of_the_rest(text[number.after : number.after + 90])
        counts = f"not {counts}".strip()
    who = who_of(counts)
    if not number.unit and (who in PERSONS or not who):
        counts = _with_fate(counts, who, fate_nearest(before, after, far=bool(who) or not counts))
    sentence, at = _sentence_at(text, number.start, number.end)
    around = clause_at(sentence, number.start - at, number.end - at)
    return Figure(
        low=number.low,
        high=number.high,
        bound=number.bound,
        approx=number.approx,
        unit=number.unit or ("people" if who in PERSONS or (not who and fate_of(counts) in ("killed", "hurt")) else ""),
        counts=counts,
        scope=scope_of(around),
        said_by=sayer_of(around, sentence),
        quote=" ".join(text[number.begin : max(stop, number.after)].split()),
    )


def _said_of_the_rest(after: str) -> str:
    """ "All but 500 of them, he said, carried arms": the others are what the sentence says all but these are."""
    told = _SENTENCE_END.split(after)[0]
    return "fighters" if who_of(told) == "fighters" else ""


def _with_fate(counts: str, who: str, fate: str) -> str:
    if not fate or fate_of(counts):
        return counts
    if (fate == "fled" and who == "fighters") or (fate == "dismissed" and who in ("fighters", "civilians", "all")):
        return counts  # fighters who are let go, or flee, have left
    return f"{counts} {FATE_WORDS.get(fate, fate)}".strip()


def _to_the_next(after: str, *, cut: bool) -> str:
    """The words after a number up to the end of its clause; `cut`: another number comes, whose verb is not this one's."""
    after = _NEW_CLAUSE.split(after)[0]
    return re.split(r"\s(?:and|et|und|y|e|и|ve)\s", after)[0] if cut else after


def _counted(text: str, after: int, right: int) -> tuple[str, int]:
    """(the words that say what is counted, where they end): the noun and what belongs to it."""
    at = after
    if suffix := _SUFFIX.match(text, at, right):
        at = suffix.end()
    denied = ""
    if lead := _OF_THEM.match(text, at, right):
        at, denied = lead.end(), "not " if lead[1] or lead[2] else ""
    elif lead := _OF_THE.match(text, at, right):
        at = lead.end()
    words: list[tuple[str, int]] = []
    stop = at
    while len(words) < 7 and (word := _WORD.match(text, stop, right)):
        low = plain(word[1])
        if low in _STOPS or (
            words and ((low in nw.BEFORE and low not in _ARTICLES) or (low.startswith("و") and not who_of(low)))
        ):
            break
        if low in _AND and not _AND_WHOM.match(text, word.end(), right):
            break
        words.append((word[1], word.end()))
        stop = word.end()
    if words and (armed := _IN_ARMS.match(text, stop, right)):
        words.append((armed[0].strip(), armed.end()))
    while words and plain(words[-1][0]) in _TRAILING:
        words.pop()
    return f"{denied}{' '.join(word for word, _ in words)}".strip(), words[-1][1] if words else after


_IN_ARMS = re.compile(r"\s(?:in|under|with|en|unter|con) (?:arms|armes|armas|waffen)\b", re.IGNORECASE)
# What is written on to a number or bounds it from behind stands before what is counted.
_SUFFIX = re.compile(
    r"(?:['’][^\W\d_]{1,4}\b|\+|-(?:strong|odd|plus)\b)?(?:\s(?:or so|or more|or fewer|or less|o más|ou plus|oder mehr|o più|или более|"
    r"(?:daha )?fazla|kadar|civarında|aşkın|üzerinde)\b)?",
    re.IGNORECASE,
)
_ARTICLES = ("the", "les", "los", "las", "el", "l")
_AND = ("and", "et", "und", "y", "ve")
# After "and" another noun may follow ("fighters and their families"), or a verb ("civilians and wounding others").
_AND_WHOM = re.compile(r"\s(?!\w+(?:ing|ed)\b|(?:the\s)?[A-Z])[^\W\d_]")
_TRAILING = frozenset(
    "and or of the a an et ou de des du la le les der die und von y o los las el di e il i gli и و their its his some only others other".split()
) - {"others", "other"}
