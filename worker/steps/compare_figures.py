"""A text's figure beside a claim's: what is counted is compared first, then by whom, where and when; then the numbers.

The rules of the verdicts are those of docs/method.md: equal within 5 % (10 % if either is approximate) is the same;
"at least", "over", "nearly" compare by the stated value; "up to" and "fewer than" are ceilings; a point inside a
range overlaps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from storage.records import Bound, Claim, Figure, Verdict
from worker.steps.number_words import plain
from worker.steps.passages import sentences
from worker.steps.places import country_of
from worker.steps.read_figures import Spotted, clause_at, read_figures, spot_figures
from worker.steps.scopes import (
    area_of,
    doers_of,
    is_admitted,
    is_broad,
    is_elsewhere,
    is_incident,
    is_other_area,
    is_other_side,
    is_other_time,
    is_verified_part,
    nations_of,
    parties_of,
    places_of,
)
from worker.steps.things import FATE_WORDS, PERSONS, Thing, fate_of, thing_of, who_of

__all__ = [
    "Thing", "Told", "about", "beside", "claimed_figures", "compare_figure", "compare_values", "derived", "figures_beside", "is_broad", "thing_of",
]  # fmt: skip


def kinds_of(figures: Iterable[Figure]) -> frozenset[str]:
    """The kinds of things that a claim's figures count; "" if one of them is of no kind that is known here."""
    kinds = {thing_of(figure.counts).who for figure in figures}
    return frozenset(kinds | ({"all", "people"} if kinds & {"all", "people"} else set()))


def may_count(text: str, kinds: frozenset[str]) -> bool:
    """Whether the text holds a figure that may be of one of these kinds."""
    figures = (spotted.figure for start, end in sentences(text) for spotted in spot_figures(text[start:end]))
    # persons told of as persons only may be any of them
    return any("" in kinds or thing_of(figure.counts).who in kinds | {"", "people", "all"} for figure in figures)


# A count of deaths under a third of a claimed total is nearly always a part of it, not a rival (read on the
# newsroom's stories: 18 killed by one strike beside 1,800 by the campaign).
_PART_OF_TOTAL = 1 / 3
# The claim is itself about one event: then a single strike is no part of it.
_ONE_EVENT = re.compile(r"\b(?:strike|raid|attack|bombing|blast|explosion) (?:of|on|in|near) ", re.IGNORECASE)
# "4,000 people" are fighters and families together only where it is told that they left.
_LEFT = re.compile(
    r"\bleft\b|\bleav\w+|evacuat|depart|let (?:out|go)|allowed|convoy|safe passage|got (?:out|away)|taken out|bussed|transported|\bdeal\b|agreement|escap|"
    r"emptied|\bwent\b|escort|ferried|brought out|d[ée]parts?\b|sacaron|sacad|sorti|lorr|\bbus(?:es|sen)?\b|trucks|camion|lastwagen|грузовик|автобус|kamyon|otobüs|حافل|شاحن|вывез|exodus|pull(?:ed|ing)? out|withdr[ae]w|abgereist|abgezogen|departure|\brode\b|\bdrove\b|travell?ed|passenger|passag|insass|pasajer|yolcu|пассажир|ركاب|got out|come out|came out|hinter sich|driven out|выпустил|slipp\w+|quitt|parti|verl[ai]e|verlass|abgezog|sali[eó]|abandon|lasci(?:a|o)\w+|usciti|partiti|покинул|вышл|ушл|выехал|уехал|غادر|خرج|اجلاء|إجلاء|ayrıl|çık|tahliye",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Where a figure stands: `own`, the words between its neighbours in its `clause`; `sentence`; the whole `text`.

    `about`: the claim's own words and places.
    """

    own: str = ""
    clause: str = ""
    sentence: str = ""
    text: str = ""
    about: str = ""


_NOWHERE = Told()


def about(claim: Claim) -> str:
    """The words and places of a claim, by which another's context agrees or differs."""
    return f"{claim.text} {', '.join(slug.replace('-', ' ') for slug in claim.places)}"


def figures_beside(
    text: str, of_claim: Sequence[Figure], *, near: str = "", about: str = "", too_early: bool = False
) -> tuple[Figure, ...]:
    """All figures of a text, each with its verdict beside the claim's (none, if the claim has no figure).

    `near`: the title; `about`: the claim's words (`about`); `too_early`: the text was published before the claim's event.
    """
    if not of_claim:
        return read_figures(text)
    if too_early:
        return tuple(replace(figure, verdict=Verdict.DIFFERENT_THING) for figure in read_figures(text))
    found = []
    for start, end in sentences(text):
        part = text[start:end]
        for spotted in spot_figures(part):
            where = Told(sentence=part, text=f"{near}\n{text}", about=about)
            stated = _nearest(where, spotted, of_claim)
            told = _beside(where, spotted, of_claim, stated)
            found += [pair[0] for pair in dict.fromkeys((stated, told)) if pair]
    return tuple(found)


def claimed_figures(claim: str) -> tuple[Figure, ...]:
    """The figures of a claim's text; what became of those counted is added from the clause ("killed 1,800 civilians").

    What follows from two of them is a figure of the claim's too: 4,000, all but 500 of them fighters: 3,500 fighters.
    """
    spots = spot_figures(claim)
    found = [_told_whole(spotted.figure, clause_at(claim, spotted.start, spotted.end)) for spotted in spots]
    rest = [d.figure for spotted in spots for d in derived(claim, spotted) if d.figure.counts != _TOGETHER]
    return (*found, *rest)


def _told_whole(figure: Figure, clause: str) -> Figure:
    """A claim's figure whose `counts` says what its clause says: the fate of those counted, what the money was for."""
    if _unit(figure):
        return figure if _content(figure.counts) else replace(figure, counts=" ".join(_CONTENT.findall(clause)[:8]))
    told = FATE_WORDS.get(thing_of(figure.counts, clause).fate, "")
    if not told or fate_of(figure.counts):
        return figure
    return replace(figure, counts=f"{figure.counts} {told}".strip())


_TOGETHER = "fighters and families together"
_SUM = re.compile(
    r"^[\w\s'’-]{1,60}?(?:\band\b|\bplus\b|\bwith\b|,|\bet\b|\bund\b|\by\b|\bve\b|(?<!\w)и(?!\w)|(?<!\w)و)[\w\s'’-]{0,30}$",
    re.IGNORECASE,
)


def derived(sentence: str, spotted: Spotted) -> tuple[Spotted, ...]:
    """What follows from this figure and one before it in the sentence: the rest of a total, or a sum of two parts.

    "4,000 people, all but 500 fighters" -> 3,500 fighters; "250 fighters and 3,500 relatives" -> 3,750 together.
    """
    found = []
    figure = spotted.figure
    for other in spot_figures(sentence):
        if other.start == spotted.start or (
            "" not in (other.figure.unit, figure.unit) and other.figure.unit != figure.unit
        ):
            continue
        quote = " ".join(sentence[min(other.start, spotted.start) : max(other.end, spotted.end)].split())
        approx = figure.approx or other.figure.approx
        if figure.counts.startswith("not ") and other.figure.low > figure.high:
            rest = replace(
                other.figure,
                low=other.figure.low - figure.high,
                high=other.figure.high - figure.low,
                approx=approx,
                counts=figure.counts.removeprefix("not "),
                quote=quote,
            )
            found.append(Spotted(spotted.start, spotted.end, rest))
        kinds = {thing_of(other.figure.counts).who, thing_of(figure.counts).who}
        fates = {thing_of(other.figure.counts).fate, thing_of(figure.counts).fate}
        if (
            other.end <= spotted.start
            and kinds == {"fighters", "family"}
            and len(fates) == 1
            and _SUM.match(sentence[other.end : spotted.start])
        ):
            both = replace(
                figure,
                low=figure.low + other.figure.low,
                high=figure.high + other.figure.high,
                approx=approx,
                counts=_TOGETHER,
                quote=quote,
            )
            found.append(Spotted(spotted.start, spotted.end, both))
    return tuple(found)


def beside(
    sentence: str, spotted: Spotted, of_claims: Iterable[Figure], *, text: str = "", about: str = ""
) -> tuple[Figure, Figure] | None:
    """(the text's figure with its verdict, the claim's it was set beside): the most telling pair; None without any.

    A claim may carry several figures of one thing (an outlet's, a defector's): the one that fits speaks, else the
    nearest. Where the text's own figure meets none, what follows from it and its neighbour may.
    """
    where, claims = Told(sentence=sentence, text=text or sentence, about=about), tuple(of_claims)
    return _beside(where, spotted, claims, _nearest(where, spotted, claims))


def _beside(
    where: Told, spotted: Spotted, claims: Sequence[Figure], told: tuple[Figure, Figure] | None
) -> tuple[Figure, Figure] | None:
    """`told`, or what follows from the figure and its neighbour, where that meets a claim's figure and `told` does not."""
    if told is None or told[0].verdict is not Verdict.DIFFERENT_THING:
        return told
    for follows in derived(where.sentence, spotted):
        if follows.figure.counts == _TOGETHER and _part_is_claimed(where, spotted, claims):
            continue  # equal totals of opposite make-up are no agreement
        other = _nearest(where, follows, claims)
        if other is not None and other[0].verdict is not Verdict.DIFFERENT_THING:
            return other
    return told


def _part_is_claimed(where: Told, spotted: Spotted, claims: Sequence[Figure]) -> bool:
    """The claim has a figure for one of the parts that stand before this one, or for this one."""
    pairs = (_nearest(where, s, claims) for s in spot_figures(where.sentence) if s.start <= spotted.start)
    return any(pair and pair[0].verdict is not Verdict.DIFFERENT_THING for pair in pairs)


_ORDER = {Verdict.SAME: 0, Verdict.OVERLAPS: 0, Verdict.HIGHER: 1, Verdict.LOWER: 1, Verdict.DIFFERENT_THING: 2}


def _nearest(where: Told, spotted: Spotted, claims: Sequence[Figure]) -> tuple[Figure, Figure] | None:
    clause = clause_at(where.sentence, spotted.start, spotted.end)
    where = replace(where, clause=clause, own=_between_neighbours(where.sentence, spotted, clause))
    best: tuple[tuple[int, float], Verdict, Figure] | None = None
    for claimed in claims:
        verdict = compare_figure(spotted.figure, claimed, where)
        distance = abs(spotted.figure.low - claimed.low) / max(spotted.figure.low, claimed.low, 1)
        rank = _ORDER[verdict], distance
        if best is None or rank < best[0]:
            best = rank, verdict, claimed
    return (replace(spotted.figure, verdict=best[1]), best[2]) if best else None


@lru_cache(maxsize=512)
def _between_neighbours(sentence: str, spotted: Spotted, clause: str) -> str:
    """The clause without what belongs to the next number: "of 4,000 who left 500 were civilians"."""
    at = max(sentence.find(clause), 0)
    stop = min((s.start for s in spot_figures(sentence) if s.start >= spotted.end), default=at + len(clause))
    return sentence[at : min(stop, at + len(clause))]


def compare_figure(of_text: Figure, of_claim: Figure, where: Told = _NOWHERE) -> Verdict:
    """The text's figure beside the claim's; `where` it stands says what is counted, by whom, where and when."""
    if _unit(of_text) != _unit(of_claim):
        return Verdict.DIFFERENT_THING
    if _unit(of_claim):
        same = _same_words(of_text, of_claim, where) and not _is_stock(of_claim, where)
        return compare_values(of_text, of_claim) if same else Verdict.DIFFERENT_THING
    ours = thing_of(of_claim.counts)
    theirs = _theirs(of_text, where)
    verdict = compare_values(of_text, of_claim)
    near = verdict in (Verdict.SAME, Verdict.OVERLAPS)
    match _likeness(theirs, ours, of_text, of_claim, where):
        case Likeness.OTHER:
            return Verdict.DIFFERENT_THING
        case Likeness.NEAR_ONLY if not (
            near and ((theirs.who == "weapons" and _EXAMINED.search(where.sentence)) or _agrees(of_claim, where))
        ):
            return Verdict.DIFFERENT_THING
        case Likeness.MAY_BE if not (near or _agrees(of_claim, where)):
            return Verdict.DIFFERENT_THING
    if _other_scope(of_text, of_claim, ours, where) or _other_party(of_claim, ours, where):
        return Verdict.DIFFERENT_THING
    if verdict is Verdict.LOWER and ours.who == "items" and _SOME_OF.search(of_text.quote):
        return Verdict.DIFFERENT_THING
    if verdict is Verdict.LOWER and _is_part(of_text, of_claim, ours, where):
        return Verdict.DIFFERENT_THING
    return verdict


def _unit(figure: Figure) -> str:
    """percent, money, tonnes, kilometres; "" for all that is counted by heads or pieces."""
    return figure.unit if figure.unit in ("percent", "tonnes", "km") or figure.unit.isupper() else ""


# -- what is counted


# "4,000 of the pieces": a part of them.
_SOME_OF = re.compile(
    r"\d (?:of (?:the|these|those|its|their)|der|des|de (?:los|las|ces)|dei|delle|из|من)\b", re.IGNORECASE
)
_EXAMINED = re.compile(
    r"document|record|handl|survey|hallad|examin|inspect|trac(?:ed|king)|catalog|recover|analy|review|stud(?:y|ied)|untersuch|begutachte|dokument|esamin|revis|изуч|исслед|провер|incele|وثق|فحص|درس",
    re.IGNORECASE,
)  # fmt: skip


class Likeness(StrEnum):
    """SAME: what is counted is told and is the same. MAY_BE: nothing speaks against it, but the context must agree.

    NEAR_ONLY: as MAY_BE, and only a value that agrees tells that it is the same. OTHER: something speaks against it.
    """

    SAME = "same"
    MAY_BE = "may be"
    NEAR_ONLY = "near only"
    OTHER = "other"


# Kinds whose words may stand for a narrower one, by the claim's kind: "62 men" for soldiers.
_MAY_COUNT = {
    "all": frozenset(("people",)),
    "soldiers": frozenset(("people", "men", "own")),
    "fighters": frozenset(("men",)),
    "civilians": frozenset(("residents", "people")),
    "people": PERSONS,
}


def _theirs(of_text: Figure, where: Told) -> Thing:
    """What the text's figure counts: by its own words, else by those between its neighbours."""
    told = thing_of(of_text.counts, where.own)
    fate = fate_of(of_text.counts) if told.fate else ""  # the clause may tell of others' fate
    return Thing(told.who, fate)


def _likeness(theirs: Thing, ours: Thing, of_text: Figure, of_claim: Figure, where: Told) -> Likeness:
    if theirs.who == "time":
        return Likeness.OTHER
    if not theirs.who and not ours.who:
        same = theirs.fate == ours.fate and _content(of_text.counts) & _content(of_claim.counts)
        return Likeness.SAME if same else Likeness.OTHER
    kind = _kinds_alike(theirs, ours, of_text, of_claim, where)
    if kind is Likeness.OTHER:
        return kind
    fate = _fates_alike(theirs, ours, of_text, where)
    if fate is Likeness.OTHER or (ours.who == "items" and _is_other_goods(where)):
        return Likeness.OTHER
    if _other_people(theirs, of_text, of_claim, where):
        return Likeness.OTHER
    return max(kind, fate, key=[Likeness.SAME, Likeness.MAY_BE, Likeness.NEAR_ONLY].index)


def _kinds_alike(theirs: Thing, ours: Thing, of_text: Figure, of_claim: Figure, where: Told) -> Likeness:
    if ours.who == "strikes":
        same = theirs.who == "strikes" and _same_target(of_text, of_claim, where.clause)
        return Likeness.SAME if same else Likeness.OTHER
    if not theirs.who:
        return _unnamed_alike(ours, of_text, where)
    if ours.who == "all":
        return _crowds_alike(theirs, where)
    if theirs.who == ours.who:
        return Likeness.SAME
    if ours.who == "items":
        return Likeness.NEAR_ONLY if theirs.who == "weapons" else Likeness.OTHER  # else a part of what was documented
    if ours.who == "soldiers" and theirs.who == "fighters":  # "15 fighters of the government's side"
        return Likeness.MAY_BE if "government" in parties_of(where.clause) else Likeness.OTHER
    return Likeness.MAY_BE if theirs.who in _MAY_COUNT.get(ours.who, ()) else Likeness.OTHER


def _unnamed_alike(ours: Thing, of_text: Figure, where: Told) -> Likeness:
    """An unknown noun, or none: a claim of people who left asks that the text tells of leaving."""
    if ours.who == "not-fighters":
        return Likeness.OTHER
    bare = _is_bare(of_text)
    if bare and _goes_on(ours, where):
        return Likeness.MAY_BE
    if not ours.fate and ours.who in PERSONS:
        if _tells_of_leaving(where.sentence):
            return Likeness.MAY_BE if bare or _LEFT.match(of_text.counts) else Likeness.NEAR_ONLY
        return Likeness.NEAR_ONLY if _tells_of_leaving(where.text) else Likeness.OTHER
    if not bare:
        return Likeness.NEAR_ONLY
    return Likeness.SAME if who_of(where.sentence, only=(ours.who,)) else Likeness.MAY_BE


def _goes_on(ours: Thing, where: Told) -> bool:
    """The sentence names nobody, and the one before counts what the claim counts: "Others spoke of 150"."""
    if who_of(where.sentence, without=("people", "reports", "strikes", "employees", "time")):
        return False
    before = where.text[: where.text.find(where.sentence)]
    earlier = [s for a, b in sentences(before)[-1:] for s in spot_figures(before[a:b])]
    return bool(earlier) and thing_of(earlier[-1].figure.counts, before[-200:]).who == ours.who


def _crowds_alike(theirs: Thing, where: Told) -> Likeness:
    """Beside fighters and families together: people are the same where they leave."""
    if theirs.who == "all" or (theirs.who == "people" and _tells_of_leaving(where.sentence)):
        return Likeness.SAME
    return Likeness.NEAR_ONLY if theirs.who == "people" and _tells_of_leaving(where.text) else Likeness.OTHER


@lru_cache(maxsize=512)
def _tells_of_leaving(words: str) -> bool:
    return _LEFT.search(words) is not None


def _fates_alike(theirs: Thing, ours: Thing, of_text: Figure, where: Told) -> Likeness:
    if theirs.fate == ours.fate:
        return Likeness.SAME
    if not ours.fate:
        return Likeness.SAME if theirs.fate == "fled" and ours.who in ("fighters", "all") else Likeness.OTHER
    if theirs.fate:
        return Likeness.OTHER
    told = fate_of(where.clause) or fate_of(where.sentence)
    if told not in ("", ours.fate) or (not told and _SERVING.search(where.clause)):
        return Likeness.OTHER
    by_the_way = not fate_of(where.clause) and not _is_bare(of_text) and theirs.who != ours.who
    return Likeness.NEAR_ONLY if by_the_way or not told else Likeness.MAY_BE


# Those who serve, or are to, met with no fate.
_SERVING = re.compile(
    r"\b(?:to have|will have|recruit(?:ed|s|ing)?|enlist\w*|train(?:ed|s|ing)|serv(?:ed?|es|ing)|took part|takes? part|under arms|numbers|strong|keeps?|deploy\w*|employs?)\b|"
    r"zählt|dient|umfasst|compte\b|cuenta con|conta\b|насчитыва|служ|يضم|يخدم|görev yap",
    re.IGNORECASE,
)


def _is_bare(figure: Figure) -> bool:
    """No noun stands at the number: "killing 62", "62 were killed"."""
    first = figure.counts.split(" ", 1)[0]
    return first in ("", "those", "them", "whom") or bool(fate_of(first))


def _other_people(theirs: Thing, of_text: Figure, of_claim: Figure, where: Told) -> bool:
    """Fighters of another side, soldiers of another nation, goods of others only, a crowd made up otherwise."""
    if theirs.who in ("fighters", "family") and is_other_side(of_text.counts) != is_other_side(of_claim.counts):
        return True
    if theirs.who == "items" and "others" in parties_of(where.text) and not _agrees(of_claim, where):
        return True
    if theirs.who == "people" and "civilians" in of_claim.counts and _AMONG_THEM.search(where.clause + where.sentence):
        return True
    if theirs.who == "people" and fate_of(of_claim.counts) == "killed" and _GRAVE.search(where.text):
        return True
    if theirs.who in ("all", "people") and _OTHER_SIDE_LEFT.search(where.sentence):
        return True
    nations = nations_of(_nations_told(of_text, where)), nations_of(of_claim.counts)
    return theirs.who in ("soldiers", "people", "men", "") and all(nations) and not nations[0] & nations[1]


# A grave holds the dead of all causes.
_GRAVE = re.compile(
    r"\bgraves?\b|fosses? communes?|massengrab|fosas? (?:común|comunes)|fosse comuni|братск\w+ могил|مقبر|toplu mezar",
    re.IGNORECASE,
)
_AMONG_THEM = re.compile(
    r"(?:among|including|some of) (?:them )?(?:\w+ )?(?:fighters|militants|soldiers)", re.IGNORECASE
)
_OTHER_SIDE_LEFT = re.compile(
    r"\brebels?\b|Jaish al|Ahrar|Nusra|rebelles|rebeldes|ribelli|Rebellen|повстанц|المعارضة|muhalif", re.IGNORECASE
)
_ARMY_OF = re.compile(r"[\w-]+ (?:army|military|troops|armed forces|armée|ordusu)\b", re.IGNORECASE)


def _nations_told(of_text: Figure, where: Told) -> str:
    if nations_of(of_text.counts):
        return of_text.counts
    return " ".join(m[0] for m in _ARMY_OF.finditer(where.clause))


def _is_other_goods(where: Told) -> bool:
    """The sentence tells of goods of another kind and has no word of arms."""
    return bool(who_of(where.sentence, only=_OTHER_GOODS)) and not who_of(where.sentence, only=_ARMS)


_OTHER_GOODS, _ARMS = ("antiquities", "equipment"), ("weapons", "ammunition", "munitions")


def _is_stock(of_claim: Figure, where: Told) -> bool:
    """Arms that were dug up or seized are not those that were carried off."""
    stock = _STOCK.search(where.sentence)
    return bool(stock) and who_of(of_claim.counts) in (*_ARMS, "items") and not _STOCK.search(where.about)


_STOCK = re.compile(
    r"\b(?:cache|stockpile|depot|uncovered|unearthed|discovered|seized|confiscat\w+|found|dug up|for the (?:SDF|Kurds|Syrian Democratic))\b|"
    r"gefunden|beschlagnahmt|découvert|saisi|decomisa|incaut|sequestrat|trovat|обнаружен|изъят|عثر|ضبط|مصادر|ele geçir|bulundu",
    re.IGNORECASE,
)  # fmt: skip


_COUNTRY = {"iraqi": "iraq", "syrian": "syria", "turkish": "turkey"}


def _agrees(of_claim: Figure, where: Told) -> bool:
    """A place, a party or two weighty words of the claim's stand in the text; without the claim's words nothing is asked."""
    about = f"{where.about} {of_claim.counts} {of_claim.scope}"
    text = where.text or where.sentence
    return (
        not where.about
        or bool(area_of(about) & area_of(text))
        or bool(places_of(about) & places_of(text))
        or bool(parties_of(about) & parties_of(text))
        or bool({_COUNTRY.get(nation) for nation in nations_of(about)} & {country_of(place) for place in area_of(text)})
        or bool((nations_of(about) & nations_of(text)) - {"american", "russian", "other"})
        or len(_content(about) & _content(text)) > 1
    )


def _same_target(of_text: Figure, of_claim: Figure, around: str) -> bool:
    """Strikes are the same where those who strike and those who are struck are named by both."""
    asked = parties_of(of_claim.counts)
    return asked <= parties_of(f"{around} {of_text.counts}")


_CONTENT = re.compile(r"[^\W\d_]{4,}")
_EMPTY = frozenset(
    "that this those these with from were have been their about which who whom they them went most some than more said only just".split()
)
# One word for one thing where shares are compared.
_SYNONYMS = {
    "weapo": "arms",
    "rifle": "arms",
    "oppos": "disap",
    "recha": "disap",
    "rejet": "disap",
    "desap": "disap",
    "lehne": "disap",
    "abgel": "disap",
    "karşı": "disap",
    "проти": "disap",
    "paqui": "paki",
    "пакис": "paki",
    "باكست": "paki",
    "ataqu": "strik",
    "frapp": "strik",
    "attac": "strik",
    "angri": "strik",
    "saldı": "strik",
    "удары": "strik",
    "sent": "shipp",
    "suppl": "shipp",
    "deliv": "shipp",
}


def _same_words(of_text: Figure, of_claim: Figure, where: Told) -> bool:
    """Shares and sums of money: the clause holds enough of the claim's words, and is not of the contrary."""
    around = where.clause or where.sentence
    if of_claim.unit == "tonnes" and who_of(of_claim.counts) in (*_ARMS, "items"):
        told = who_of(of_text.counts) or who_of(where.sentence, only=(*_ARMS, *_OTHER_GOODS))
        if told in _ARMS:
            return True
    ours = _content(of_claim.counts)
    shared = _content(f"{of_text.counts} {around}") & ours
    return not ours or (len(shared) >= max(1.0, 0.4 * len(ours)) and not _opposed(of_claim.counts, around))


@lru_cache(maxsize=1024)
def _content(words: str) -> frozenset[str]:
    stems = (word[:5] for word in _CONTENT.findall(plain(words)) if word not in _EMPTY)
    return frozenset(_SYNONYMS.get(stem, stem).rstrip("s") for stem in stems)


def _opposed(claimed: str, around: str) -> bool:
    """Those for beside those against."""
    against = re.compile(r"disapprov|oppos|against|reject", re.IGNORECASE)
    in_favour = re.compile(r"(?<!dis)approv|support|favou?r|\bback(?:s|ed|ing)\b", re.IGNORECASE)
    asked = bool(against.search(claimed)), bool(in_favour.search(claimed))
    told = bool(against.search(around)), bool(in_favour.search(around))
    return (asked[0] and told[1] and not told[0]) or (asked[1] and told[0] and not told[1])


# -- by whom, where, when


def _other_scope(of_text: Figure, of_claim: Figure, ours: Thing, where: Told) -> bool:
    around, sentence = where.clause, where.sentence
    scoped = bool(of_claim.scope) or ours.who in ("fighters", "all", "not-fighters")
    if is_other_area((around, sentence, where.text), area_of(f"{where.about}, {of_claim.scope}")):
        return True
    if not scoped or is_broad(of_claim.scope) or is_broad(of_claim.counts):
        return False
    if is_broad(around) or (of_claim.scope and is_broad(sentence)):
        return True
    return is_elsewhere(around, sentence, of_claim.scope) or is_other_time(of_text.scope, of_claim.scope)


def _other_party(of_claim: Figure, ours: Thing, where: Told) -> bool:
    """The claim says who killed, and the text names only somebody else."""
    if not ours.fate:
        return False
    if asked := parties_of(of_claim.counts) - ({"government"} if ours.who == "soldiers" else set()):
        theirs = doers_of(where.clause) or doers_of(where.sentence)
    else:
        asked = doers_of(where.about, strict=True) - {"government"}
        theirs = (doers_of(where.clause, strict=True) or doers_of(where.sentence, strict=True)) - {"government"}
    return bool(asked) and bool(theirs) and not theirs & asked


def _is_part(of_text: Figure, of_claim: Figure, ours: Thing, where: Told) -> bool:
    """A lower count of the killed that says of itself that it is a part: one strike, one month, those verified or admitted."""
    if ours.fate != "killed" or _ONE_EVENT.search(f"{of_claim.scope} "):
        return False
    around = where.clause
    if is_incident(around) or is_verified_part(around) or (is_admitted(around) and not is_admitted(of_claim.counts)):
        return True
    small = of_text.high < of_claim.low * _PART_OF_TOTAL and of_text.low == of_text.high
    return small and not _TOTAL.search(around) and not _answers(of_claim, where)


# What says of itself that it is all.
_TOTAL = re.compile(
    r"\b(?:all told|in all|in total|altogether|overall|insgesamt|au total|en total|in tutto|toplam|в общей сложности|всего)\b|إجمال",
    re.IGNORECASE,
)


def _answers(of_claim: Figure, where: Told) -> bool:
    """The text gives the claim's own number too: a lower one beside it is set against it."""
    return any(
        compare_values(spotted.figure, of_claim) is Verdict.SAME
        for start, end in sentences(where.text)
        for spotted in spot_figures(where.text[start:end])
    )


# -- the numbers

_CEILINGS = (Bound.UP_TO, Bound.FEWER_THAN)


def compare_values(of_text: Figure, of_claim: Figure) -> Verdict:
    """The verdict on two figures of one thing, by value alone."""
    slack = 0.10 if of_text.approx or of_claim.approx else 0.05
    a_point, b_point = of_text.low == of_text.high, of_claim.low == of_claim.high
    if a_point and b_point:
        if _near(of_text.low, of_claim.low, slack):
            return Verdict.SAME
    elif a_point or b_point:
        point, span = (of_text, of_claim) if a_point else (of_claim, of_text)
        if (
            span.low <= point.low <= span.high
            or _near(point.low, span.low, slack)
            or _near(point.low, span.high, slack)
        ):
            return Verdict.OVERLAPS
    elif of_text.low <= of_claim.high and of_claim.low <= of_text.high:
        same = _near(of_text.low, of_claim.low, slack) and _near(of_text.high, of_claim.high, slack)
        return Verdict.SAME if same else Verdict.OVERLAPS
    # a ceiling that lies above the other's value does not contradict it
    if of_text.bound in _CEILINGS and of_text.high > of_claim.high:
        return Verdict.OVERLAPS
    if of_claim.bound in _CEILINGS and of_text.high < of_claim.high and of_text.bound not in _CEILINGS:
        return Verdict.OVERLAPS
    return Verdict.HIGHER if of_text.low > of_claim.high else Verdict.LOWER


def _near(a: float, b: float, slack: float) -> bool:
    return abs(a - b) <= slack * max(abs(a), abs(b))
