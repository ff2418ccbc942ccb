"""The words of a text as numbers: digits of any grouping, number words of nine languages, ranges and shares."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from worker.steps import number_words as nw
from worker.steps.no_counts import is_measure, is_month
from worker.steps.number_words import plain
from worker.steps.things import fate_of


@dataclass(frozen=True, slots=True)
class Value:
    """What stands at some words: values, the word after, whether a scale came with it, whether it is about."""

    low: float
    high: float
    stop: int
    scale: float = 1.0
    approx: bool = False
    share: bool = False
    bare: bool = False  # digits alone, ungrouped: may be a year, a day, a name
    void: bool = False  # no count at all: 3-1, 2011-2014


TOKEN = re.compile(r"\d+(?:[.,']\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")
_GROUPED = re.compile(r"[1-9]\d{0,2}([.,'])\d{3}(?:\1\d{3})*")
_MIXED = re.compile(r"([1-9]\d{0,2}(?:([.,'])\d{3})+)(?!\2)[.,](\d{1,2})")
_OF = frozenset(
    "of de des du d' del della delle dei degli dello der die von vom do dos da das los las la el il the its their".split()
)
_GONE_FROM = re.compile(
    r"\b(?:rose|risen|rise|grew|grown|increased?|jumped|fell|fallen|dropped|down|up|cut|reduced|shrank|declined|went|climbed|swelled) from$"
)
# "Nearly half are women": a share without an "of".
_BEFORE_HALF = frozenset("nearly almost about around roughly some than over only just fully at".split())
_OUT_OF = tuple(
    tuple(link.split()) for link in ("out of every", "of every", "in every", "out of", "in", "sur", "su", "de cada")
)
# Arabic writes "and", "by", "for" on to the next word.
_ARABIC_BEFORE = "وفبلك"
_ONE_OF_WHAT = frozenset(
    "civilian soldier fighter militant man woman child boy girl person journalist policeman officer serviceman worker".split()
)


class Words:
    """The words of one text with their places, and what numbers they make."""

    def __init__(self, text: str) -> None:
        self.text, self.plain = text, plain(text)
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.words: list[str] = []
        for token in TOKEN.finditer(self.plain):
            word, start = token[0], token.start()
            if word[0] in _ARABIC_BEFORE and len(word) > 2 and not _is_known(word) and _is_known(word[1:]):
                word, start = word[1:], start + 1
            self.starts.append(start)
            self.ends.append(token.end())
            self.words.append(word)
        self._langs: frozenset[str] | None = None

    def may_begin(self, i: int) -> bool:
        """A number may begin at word i: the quick look that most words fail."""
        word = self.words[i]
        if word[0].isdecimal():
            return True
        if i and self.gap(i) == "'" and self.words[i - 1].isdecimal():
            return False  # Turkish: "2014'ten" is no ten
        if word in ALONE:
            return True
        if word in _PAIRS:
            return i + 1 < len(self.words) and self.words[i + 1] in _PAIRS[word]
        return len(word) > 6 and bool(nw.values_of(word))

    def is_month(self, i: int) -> bool:
        """Word i names a month."""
        return is_month(self.words[i], self.text[self.starts[i] : self.ends[i]])

    # -- values

    def _langs_of(self) -> frozenset[str]:
        """The languages that the text's small words speak for; with no such word, none."""
        if self._langs is None:
            votes: dict[str, int] = {}
            for word in self.words[:400]:
                for lang in nw.HINTS.get(word, ()):
                    votes[lang] = votes.get(lang, 0) + 1
            if re.search(r"[ışğ]", self.plain):
                votes["tr"] = votes.get("tr", 0) + 2
            if re.search(r"[а-я]", self.plain):
                votes["ru"] = votes.get("ru", 0) + 9
            if re.search(r"[\u0600-\u06ff]", self.plain):
                votes["ar"] = votes.get("ar", 0) + 9
            most = max(votes.values(), default=0)
            self._langs = frozenset(lang for lang, n in votes.items() if n == most)
        return self._langs

    def _reads(self, word: str) -> bool:
        """The word is a number's in this text's language ("once" is eleven in Spanish only)."""
        only = nw.ONLY_IN.get(word)
        return only is None or only in self._langs_of()

    def gap(self, i: int) -> str:
        """What stands between word i - 1 and word i."""
        return self.plain[self.ends[i - 1] : self.starts[i]] if 0 < i < len(self.words) else "\n"

    def joined(self, i: int) -> bool:
        """Only a space or a hyphen, or nothing, stands before word i."""
        return self.gap(i) in (" ", "-", "")

    def _phrase(self, i: int, table: dict[str, tuple[float, float]], firsts: frozenset[str]) -> tuple[str, int] | None:
        """The longest phrase of a table that begins at word i, and the word after it."""
        if self.words[i] not in firsts:
            return None
        found, phrase = None, self.words[i]
        for stop in range(i + 1, min(i + 6, len(self.words) + 1)):
            if phrase in table and self._reads(phrase):
                found = phrase, stop
            if not self.joined(stop):
                break
            phrase = f"{phrase} {self.words[stop]}"
        return found

    def value_at(self, i: int) -> Value | None:
        """The number, range word or share that begins at word i."""
        share, span = self._phrase(i, nw.SHARES, _SHARE_FIRSTS), self._phrase(i, nw.RANGES, _RANGE_FIRSTS)
        if share and (not span or share[1] > span[1]) and self._is_of_something(i, *share):
            low, high = nw.SHARES[share[0]]
            return Value(low, high, share[1], approx=low < high, share=True)
        if span and span[0] == "scores" and not (i and fate_of(self.words[i - 1])):
            return None  # "killed scores" are persons, a test's scores are not
        if span:
            phrase, stop = span
            low, high = nw.RANGES[phrase]
            if low == 2:  # "a couple of": hundred, or of people
                scale, stop = self._scale(stop)
                return Value(low * scale, high * scale, stop, scale=scale, approx=True)
            return Value(low, high, stop, scale=low if low < high else 1.0, approx=low < high)
        if self.words[i][0].isdecimal():
            return self._digits(i)
        return self._in_words(i)

    def _is_of_something(self, i: int, phrase: str, stop: int) -> bool:
        """A share's words are followed by what it is a share of: "a third of", not "a third raid"; "nearly half" is one too."""
        if phrase == "half":
            return bool(i) and self.words[i - 1] in _BEFORE_HALF and self.words[stop : stop + 1] not in (["a"], ["an"])
        if phrase.rsplit(" ", maxsplit=1)[-1] in _OF or not phrase.isascii():
            return True
        following = self.words[stop] if stop < len(self.words) else ""
        return following in _OF or following.startswith(("d'", "dell'", "l'"))

    def _digits(self, i: int) -> Value | None:
        told, stop = self.words[i], i + 1
        spaced = told
        while (
            stop < len(self.words)
            and self.gap(stop) == " "
            and re.fullmatch(r"\d{3}", self.words[stop])
            and re.fullmatch(r"[1-9]\d{0,2}(?: \d{3})*", spaced)
            and not (i and self.is_month(i - 1))
        ):
            spaced, stop = f"{spaced} {self.words[stop]}", stop + 1
        scale, after = self._scale(stop)
        if stop > i + 1:
            return Value(
                float(spaced.replace(" ", "")) * scale, float(spaced.replace(" ", "")) * scale, after, scale=scale
            )
        value = _number(told, decimal=scale > 1 or self._is_percent(after))
        if value is None:
            return None
        if stop < len(self.words) and self.gap(stop) == "" and after == stop:  # $3.5bn, 400k
            short = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12}.get(self.words[stop])
            if short:
                return Value(value * short, value * short, stop + 1, scale=short)
        if scale >= 1_000 and after < len(self.words) and self.gap(after) == " " and self._is_rest(after, scale):
            whole = value * scale + float(self.words[after])
            return Value(whole, whole, after + 1)
        bare = told.isdecimal() and scale == 1
        return Value(value * scale, value * scale, after, scale=scale, bare=bare)

    def _is_rest(self, at: int, scale: float) -> bool:
        """The digits at a word go on a number of thousands: "3 bin 500", "3 mil 500"."""
        return scale == 1_000 and re.fullmatch(r"[1-9]\d{2}", self.words[at]) is not None

    def _scale(self, stop: int) -> tuple[float, int]:
        """The scale words from word `stop` on, multiplied, and the word after them."""
        scale = 1.0
        while stop < len(self.words) and self.gap(stop) in (" ", "-", ". ", ""):
            word = self.words[stop]
            if word in nw.SCALES:
                scale *= nw.VALUES[word]
            elif word in nw.DOZENS:
                scale *= nw.DOZENS[word]
            else:
                break
            stop += 1
        return scale, stop

    def _is_percent(self, stop: int) -> bool:
        end = self.ends[stop - 1]
        return self.plain[end : end + 2].lstrip(" ").startswith("%") or (
            stop < len(self.words) and self.words[stop] in nw.PERCENT
        )

    def _in_words(self, i: int) -> Value | None:
        """A number spelled out from word i on: "a hundred", "une centaine", "two and a half dozen"."""
        words, one = self.words, self.words[i] == "one"
        if words[i] in nw.ONES:
            if i + 1 < len(words) and self.joined(i + 1) and words[i + 1] in _SCALED:
                i += 1
            elif not one:
                return None
        elif words[i] in ("hundred", "million", "billion") and not (i and words[i - 1] in ("some", "about", "nearly")):
            return None  # English says "a hundred", or "some hundred"
        value, scale, stop = self._spelled(i)
        approx = False
        if stop < len(words) and (stop == i or self.joined(stop)):
            times = nw.DOZENS.get(words[stop]) or nw.ROUND_SUMS.get(words[stop])
            if times and (stop == i or words[stop] not in nw.VALUES):
                approx = words[stop] in nw.ROUND_SUMS
                value, scale, stop = (value if stop > i else 1) * times, times, stop + 1
        if stop == i or (one and value == 1 and not self._one_counts(stop)):
            return None
        return Value(value, value, stop, scale=scale, approx=approx)

    def _spelled(self, i: int) -> tuple[float, float, int]:
        """(value, the scale it ends on, the word after it) of the number words from word i on; it ends at i if none is."""
        words, stop = self.words, i
        total, group, last = 0.0, 0.0, 0.0
        if words[i] in nw.ROUND_SUMS:
            return 0.0, 1.0, i
        while stop < len(words) and (stop == i or self.joined(stop) or self.gap(stop) == " و"):
            word = words[stop]
            if word in nw.JOINTS and stop > i and self._joint_holds(stop, last, total + group):
                stop += 1
                continue
            if half := self._half(stop) if stop > i else 0:
                group, stop = group + 0.5, half
                continue
            values = nw.values_of(word) if self._reads(word) else ()
            if not values or (stop > i and not _follows(last, values[0], word)):
                break
            for value in values:
                total, group, last = _add(total, group, value, last, word)
            stop += 1
        return total + group, last if last in (100, 1e3, 1e6, 1e9) else 1.0, stop

    def _joint_holds(self, at: int, last: float, so_far: float) -> bool:
        """The "and" at a word joins parts of one number."""
        if at + 1 >= len(self.words) or not self.joined(at + 1):
            return False
        following = nw.values_of(self.words[at + 1])
        if not following or not self._reads(self.words[at + 1]) or self.words[at + 1] in nw.SCALES:
            return False
        if last >= 100 and self._scale_ahead(at + 1) == last:
            return False  # "three thousand and four thousand" are two
        if self.words[at] in ("and", "ve"):
            return last >= 100 and following[0] < 100
        return last >= 20 and following[0] < last and so_far > 0

    def _scale_ahead(self, at: int) -> float:
        """The first scale among the number words from word `at` on."""
        for word in self.words[at : at + 4]:
            values = nw.values_of(word)
            if not values:
                break
            if values[-1] in (100, 1e3, 1e6, 1e9):
                return values[-1]
        return 0.0

    def _half(self, at: int) -> int:
        """Where "and a half" ends that begins at a word; 0 if none does."""
        for phrase in (("and", "a", "half"), ("с", "половиной"), ("y", "medio")):
            if tuple(self.words[at : at + len(phrase)]) == phrase:
                return at + len(phrase)
        return 0

    def _one_counts(self, stop: int) -> bool:
        at = self._out_of(stop)
        if at and (self.words[at][0].isdecimal() or nw.values_of(self.words[at])):
            return True
        return stop < len(self.words) and self.gap(stop) == " " and self.words[stop] in _ONE_OF_WHAT

    def _out_of(self, stop: int) -> int:
        """The word where the second number stands of "one in five", "nine out of ten"; 0 without such a link."""
        for link in _OUT_OF:
            at = stop + len(link)
            if tuple(self.words[stop:at]) == link and at < len(self.words):
                return at
        return 0

    # -- ranges

    def ranged(self, i: int, first: Value) -> tuple[Value, int]:
        """The range that the number at word i begins, or the number itself; and the word its qualifiers stand before."""
        if first.share or first.stop >= len(self.words):
            return first, i
        if part := self._share_of(i, first):
            return part, i
        link, at = self._link(first.stop)
        if not link:
            return first, i
        second = (
            self.value_at(at)
            if self.words[at][0].isdecimal() or self.words[at] in _FIRST or nw.values_of(self.words[at])
            else None
        )
        if second is None or second.share or second.low != second.high:
            return first, i
        word_before = self.words[i - 1] if i and self.gap(i) == " " else ""
        between = word_before.rpartition("'")[2] in nw.BETWEEN  # "qu'entre"
        if link == "and" and not between and not self._after_says_between(second.stop):
            return first, i
        low, high = first.low, second.high
        if second.scale > 1 and first.scale == 1 and low < second.high / second.scale:
            low *= second.scale  # "three to four thousand"
        if link == "or" and not (low < high <= 2 * low):
            return first, i
        if low >= high or (low != first.low and first.low >= second.high / second.scale):
            if link == "-" and first.bare and second.bare:  # 3-1: a score, a number of a telephone
                return replace(second, void=True), i
            return first, i
        if (
            link == "to"
            and word_before in ("from", "von", "de", "da", "от", "с")
            and _GONE_FROM.search(self.plain[max(0, self.starts[i] - 20) : self.starts[i] - 1])
        ):
            return first, i
        years = first.bare and second.bare and 1900 <= low <= 2099 and 1900 <= high <= 2099
        if years:
            return replace(second, void=True), i
        inside = between or (link == "to" and word_before in nw.FROM)
        return replace(second, low=low, high=high, approx=first.approx or second.approx), i - 1 if inside else i

    def _share_of(self, i: int, first: Value) -> Value | None:
        at = self._out_of(first.stop)
        if not at or self.gap(first.stop) != " ":
            return None
        whole = self.value_at(at) if self.words[at][0].isdecimal() or self.words[at] in _FIRST else None
        if whole is None or not 0 < first.low < whole.low <= 1000 or whole.low != whole.high:
            return None
        spelled = not (self.words[i][0].isdecimal() and self.words[at][0].isdecimal())
        if not spelled and whole.low not in (4, 5, 10, 20, 100, 1000):
            return None
        if is_measure(self.plain, self.ends[whole.stop - 1]) or self.is_month(at):
            return None
        if fate_of(self.plain[max(0, self.starts[i] - 24) : self.starts[i]]):
            return None  # "killed two in four attacks"
        share = 100 * first.low / whole.low
        return Value(share, share, whole.stop, share=True)

    def _link(self, stop: int) -> tuple[str, int]:
        """What links word stop - 1 to a further number: ("-" | "to" | "and" | "or", the word where it begins), or ("", 0)."""
        gap = self.gap(stop)
        percent = re.match(r"\s?%\s?", gap)
        bare_gap = gap[percent.end() :] if percent else gap
        if bare_gap.strip() in ("-", "–", "—", "−") and "\n" not in gap:
            return "-", stop
        word = self.words[stop]
        if stop + 1 < len(self.words) and (gap == " " or percent) and self.gap(stop + 1) in (" ", " $", " €", " £", ""):
            for link, among in (("to", nw.TO), ("and", nw.AND), ("or", nw.OR)):
                if word in among:
                    return link, stop + 1
        if gap == " و":  # cut off the word of the number that follows
            return "and", stop
        return "", 0

    def _after_says_between(self, stop: int) -> bool:
        """Turkish says "between" after: "744 ile 1.600 arasında"."""
        return any(word.startswith("aras") for word in self.words[stop : stop + 2])


_FIRST = (
    frozenset(
        phrase.split(" ")[0]
        for table in (nw.VALUES, nw.RANGES, nw.SHARES, nw.DOZENS, nw.ROUND_SUMS)
        for phrase in table
    )
    | nw.ONES
)
ALONE = frozenset(
    phrase
    for table in (nw.VALUES, nw.RANGES, nw.SHARES, nw.DOZENS, nw.ROUND_SUMS)
    for phrase in table
    if " " not in phrase
)
_PAIRS: dict[str, set[str]] = {}
for _phrase in (
    *nw.RANGES,
    *nw.SHARES,
    *(f"{one} {scale}" for one in nw.ONES for scale in (*nw.SCALES, *nw.DOZENS, *nw.ROUND_SUMS)),
):
    if " " in _phrase:
        _PAIRS.setdefault(_phrase.split(" ")[0], set()).add(_phrase.split(" ")[1])
_RANGE_FIRSTS = frozenset(phrase.split(" ")[0] for phrase in nw.RANGES)
_SHARE_FIRSTS = frozenset(phrase.split(" ")[0] for phrase in nw.SHARES)
_SCALED = nw.SCALES | nw.DOZENS.keys() | nw.ROUND_SUMS.keys()


@lru_cache(maxsize=8192)
def _is_known(word: str) -> bool:
    """An Arabic word that begins a number, a range, or a qualifier."""
    return word in _FIRST or word.isdecimal() or word in _QUALIFIER_FIRSTS


_QUALIFIER_FIRSTS = frozenset(phrase.split(" ")[0] for phrase in nw.BEFORE if "\u0600" <= phrase[0] <= "\u06ff")


def _number(told: str, *, decimal: bool) -> float | None:
    """3,500 and 3.500 and 3'500 are one number, 3.5 and 3,5 another, 2.4.1 none. `decimal`: a scale or % follows."""
    if told.isdecimal():
        return float(told)
    if (grouped := _GROUPED.fullmatch(told)) and not (decimal and told.count(grouped[1]) == 1):
        return float(re.sub(r"\D", "", told))
    if mixed := _MIXED.fullmatch(told):
        return float(f"{re.sub(r'[^0-9]', '', mixed[1])}.{mixed[3]}")
    return float(told.replace(",", ".")) if re.fullmatch(r"\d+[.,]\d+", told) else None


def _follows(last: float, value: float, word: str) -> bool:
    """`value` may stand after `last` within one number."""
    if value in (100, 1e3, 1e6, 1e9, 1e12):
        return value != last
    if last >= 1e3:
        return value < last
    if last >= 100:
        return value < 100
    if last in (60, 80) and value < 20:  # soixante-dix
        return True
    if last == 4 and word.startswith("vingt"):
        return True
    if last >= 20:
        return value < 10
    return "\u0600" <= word[0] <= "\u06ff" and value >= 10  # five and twenty, five ten


def _add(total: float, group: float, value: float, last: float, word: str) -> tuple[float, float, float]:
    """(total, group, last) with one more value: scales multiply the group, the rest is added to it."""
    if value >= 1e3:
        return total + (group or 1) * value, 0.0, value
    if value == 100 and 0 < group < 100:
        return total, group * 100, value
    if last == 4 and word.startswith("vingt"):
        return total, group - 4 + 80, 80
    return total, group + value, value
