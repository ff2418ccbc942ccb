"""Where a text holds numbers that count something, and what they are: value, bound, unit, and where their words go on.

One pass over the words finds where a number may begin; the careful rules look only there. Nine languages are read by
their words, others by digits (`number_words.py`); what is no count is left out (`no_counts.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from storage.records import Bound
from worker.steps import number_words as nw
from worker.steps.no_counts import is_day, is_measure, is_name_or_measure, is_numbered, is_year
from worker.steps.number_values import ALONE, TOKEN, Value, Words
from worker.steps.things import PERSONS, who_of


def numbers_in(text: str) -> list[Number]:
    """The numbers of a text that count something, in its order."""
    return _Reader(text).numbers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number as it stands: `start` to `end` are its own characters, its qualifiers begin at `begin`, and what it counts
    at `after`.
    """

    begin: int
    start: int
    end: int
    after: int
    low: float
    high: float
    bound: Bound
    approx: bool
    unit: str
    all_but: bool


class _Reader(Words):
    """The numbers of one text with what is said around them."""

    def numbers(self) -> list[Number]:
        """All numbers that count something, in the text's order."""
        found: list[Number] = []
        i, n = 0, len(self.words)
        while i < n:
            if self.words[i] in nw.TONNES and (tonnes := self._tonnes(i)):
                found.append(tonnes)
            value = self.value_at(i) if self.may_begin(i) else None
            if value is None:
                i += 1
                continue
            value, first = self.ranged(i, value)
            number = self._number(i, first, value)
            if number:
                found.append(number)
            i = max(value.stop, i + 1)
            while number and i < n and self.starts[i] < number.after:  # "por ciento" is no hundred
                i += 1
        return found

    def _tonnes(self, i: int) -> Number | None:
        """ "Tonnes of weapons", no number before them: two at least."""
        told = _TONNES_OF.match(self.plain, self.starts[i])
        if told is None or (
            i and (self.words[i - 1][0].isdecimal() or nw.values_of(self.words[i - 1]) or self.words[i - 1] in ALONE)
        ):
            return None
        begin, end = told.span(1)
        return Number(
            begin=begin,
            start=begin,
            end=end,
            after=end,
            low=2,
            high=2,
            bound=Bound.AT_LEAST,
            approx=True,
            unit="tonnes",
            all_but=False,
        )

    # -- the number as a whole

    def _number(self, i: int, first: int, value: Value) -> Number | None:
        """The number with what is said before and after it; None if it counts nothing."""
        if value.void:
            return None
        start, end = self.starts[i], self.ends[value.stop - 1]
        if self.words[value.stop - 1] in ("тыс", "mio", "mrd") and self.plain[end : end + 1] == ".":
            end += 1
        unit, after, sign = self._unit(i, value, end)
        if not unit and not value.share and self._counts_nothing(i, value, start, end):
            return None
        if first and self.words[first - 1] in nw.PERCENT_BEFORE:
            first -= 1  # "en az yüzde 74"
        begin, bound, approx, all_but, denied = self._before(first, sign=sign)
        if denied:
            return None
        late_bound, late_approx = _said_after(self.plain, after)
        return Number(
            begin=min(start, self.starts[begin]),
            start=start,
            end=end,
            after=after,
            low=round(value.low, 1) if value.share else value.low,
            high=round(value.high, 1) if value.share else value.high,
            bound=late_bound if bound is Bound.EXACT and late_bound else bound,
            approx=approx or value.approx or late_approx,
            unit=unit,
            all_but=all_but,
        )

    def _unit(self, i: int, value: Value, end: int) -> tuple[str, int, bool]:
        """(unit, where the words go on, whether a currency's sign stands before)."""
        if value.share:
            return "percent", end, False
        before = self.plain[max(0, self.starts[i] - 3) : self.starts[i]]
        sign = next((nw.SIGNS[c] for c in before.rstrip()[-1:] if c in nw.SIGNS), "")
        if sign:
            return sign, end, True
        if before.rstrip().endswith("%") or (i and self.words[i - 1] in nw.PERCENT_BEFORE):
            return "percent", end, True
        if percent := re.match(r"\s?%", self.plain[end : end + 2]):
            return "percent", end + percent.end(), False
        if close := re.match(
            r"\s?([$€£₽₺¥])(?!\s?\d)", self.plain[end : end + 4]
        ):  # in "40 $500 rifles" it is the next sum's
            return nw.SIGNS[close[1]], end + close.end(), False
        return *self._unit_word(value.stop, end), False

    def _unit_word(self, stop: int, end: int) -> tuple[str, int]:
        words = self.words
        two = " ".join(words[stop : stop + 2])
        if stop + 1 < len(words) and self.gap(stop) in (" ", "") and two in nw.PERCENT:
            return "percent", self.ends[stop + 1]
        for k in range(stop, min(stop + 3, len(words))):  # "12 million US dollars", "millions d'euros"
            if k > stop and not self.joined(k):
                break
            if k == stop and self.gap(k) not in (" ", "", ". ", "-"):
                break
            word = words[k].removeprefix("d'")
            if word in nw.MONEY and (k == stop or words[k - 1] in ("us", "of", "de", "american", "сша")):
                return nw.MONEY[word], self.ends[k]
            if word in nw.PERCENT and k == stop:
                return "percent", self.ends[k]
            if word in nw.TONNES and (k == stop or words[k - 1] == "metric"):
                return "tonnes", self.ends[k]
            if (
                word in nw.KILOMETRES
                and k == stop
                and words[k + 1 : k + 2] == ["of"]
                and words[k + 2 : k + 3] != ["the"]
            ):
                return "km", self.ends[k]
        return "", end

    def _counts_nothing(self, i: int, value: Value, start: int, end: int) -> bool:
        """The number at word i is a date, a time, a name, a measure: see `no_counts.py`."""
        before = self.words[i - 1] if i and self.gap(i).strip(" \"'“«(") == "" else ""
        after = self.words[value.stop] if value.stop < len(self.words) and self.gap(value.stop) == " " else ""
        if self._times_struck(value.stop):
            return False
        if is_measure(self.plain, end) or after in ("times", "time"):
            return True
        two_before = self.words[i - 2] if i > 1 else ""
        if before in ("under", "over", "of") and two_before in _OF_AGE and value.high <= 25:
            return True
        if not self.words[i][0].isdecimal():
            return _HYPHENED.match(self.plain, end) is not None or self.plain[start - 1 : start] == "-"
        if is_name_or_measure(self.plain, start, end, money=False):
            return True
        return value.bare and (
            (i > 0 and is_numbered(self.words[i - 1], self.gap(i)))
            or self._is_dated(i, value)
            or is_year(value.low, before, after, counts_people=bool(after) and who_of(after) in PERSONS)
            or (len(self.words[i]) > 1 and self.words[i][0] == "0")
            or (self.gap(i) == " " and self.words[i - 1].isdecimal())  # in a row: a telephone's
        )

    def _is_dated(self, i: int, value: Value) -> bool:
        """A day of a month stands here: before its month ("12 October", "12. Oktober", "12 de octubre") or after it."""
        k = value.stop
        if k < len(self.words) and self.words[k] in ("de", "of"):
            k += 1
        month_after = k < len(self.words) and self.gap(value.stop) in (" ", ". ") and self.is_month(k)
        month_before = i > 0 and self.gap(i) in (" ", ". ") and self.is_month(i - 1)
        before_month = self.words[i - 2] if i > 1 else ""
        return is_day(value.low, before_month, month_before=month_before, month_after=month_after)

    def _times_struck(self, stop: int) -> bool:
        """ "Struck them four times": the times are strikes."""
        times = stop < len(self.words) and self.words[stop] in ("times", "occasions")
        return times and _STRUCK.search(self.plain[max(0, self.starts[stop] - 90) : self.starts[stop]]) is not None

    def _before(self, first: int, *, sign: bool) -> tuple[int, Bound, bool, bool, bool]:
        """What is said before word `first`: (the word where that begins, bound, approximate, "all but", denied)."""
        bound, approx, all_but = Bound.EXACT, False, False
        gaps = (" $", " €", " £", " us$", " %", " ") if sign else (" ",)
        number = first
        for _ in range(5):
            told = self._qualifier(first, gaps)
            small = not (self.words[number][0].isdecimal() and len(self.words[number]) > 2)
            if told is None or (small and self.words[first] in _ARTICLES and self.words[first - 1] in _PREPOSITIONS):
                break
            effect, first = told
            gaps = (" ",)
            if effect == nw.NOT:
                return first, bound, approx, all_but, True
            if isinstance(effect, Bound):
                bound = effect if bound is Bound.EXACT else bound
            approx = approx or effect == nw.APPROX
            all_but = all_but or effect == nw.ALL_BUT
        return first, bound, approx, all_but, False

    def _qualifier(self, first: int, gaps: tuple[str, ...]) -> tuple[Bound | str, int] | None:
        """The longest qualifier that ends right before word `first`, and the word where it begins."""
        if first < 1 or self.gap(first).replace("“", "").replace('"', "") not in gaps:
            return None
        for size in (4, 3, 2, 1):
            begin = first - size
            if begin >= 0 and all(self.joined(k) for k in range(begin + 1, first)):
                effect = nw.BEFORE.get(" ".join(self.words[begin:first]))
                if effect is not None:
                    return effect, begin
        return None


# "around the two towns", "over the three years": a place or a time, not a bound, as "above the 1,800" is.
_ARTICLES = ("the", "los", "las", "les", "die", "der", "den", "gli", "le", "i")
_PREPOSITIONS = ("around", "about", "over", "under", "above", "below", "beyond", "some", "über", "unter", "cerca", "до")
_TONNES_OF = re.compile(
    r"(\w+)\s(?:of\s|d'|de\s|di\s|von\s|من\s)?(?:(?:the|heavy|light|les|las|le|ال)\s?)?"
    r"(?:weapon|arms\b|guns\b|shells\b|rockets|rifles|mortars|ammunition|munition|explosiv|waffen|armas|armes|armi\b|оруж|боеприп|الاسلح|اسلح|ذخ|الذخ|silah|mühimmat)"
)


_OF_AGE = ("children", "girls", "boys", "anyone", "those", "age", "ages")
# "two-year", "five-star": a quality, unless the quality is the count.
_HYPHENED = re.compile(r"-(?!(?:strong|odd|plus|member|man|men)\b)\w")
_STRUCK = re.compile(r"\b(?:struck|strikes?|striking|hit|hitting|bombed|bombs|attacked|raided|shelled)\b")
_AFTER_BOUNDS: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    (Bound.AT_LEAST, re.compile(
        r"\+|-plus\b|\s?(?:\w+\s){0,2}(?:or more|and counting|at least(?! \d)|at the (?:very )?least|o más|ou plus|oder mehr|o più|и более|или более|على الاقل|او اكثر)(?!\w)")),
    (Bound.UP_TO, re.compile(
        r"'?y?[ea] kadar\b|\s?(?:\w+\s){0,2}(?:or fewer|or less|at most|at the most|at the outside|tops(?! \d)|au maximum|como máximo|al massimo|höchstens)(?!\w)")),
    (Bound.MORE_THAN, re.compile(r"\s(?:daha )?fazla\b|'?[dt][ea]n (?:daha )?fazla|(?:\s\w+){0,2}\w[dt][ea]n (?:daha )?fazla|'?\w{0,3} (?:üzerinde|aşkın)\b")),
    (Bound.FEWER_THAN, re.compile(r"'?[dt][ea]n (?:daha )?az\b|(?:\s\w+){0,2}\w[dt][ea]n (?:daha )?az\b|'?\w{0,3} altında\b")),
)  # fmt: skip
_AFTER_APPROX = re.compile(
    r"-odd\b|-ish\b|,? (?:or so|give or take|more or less)\b|\s(?:\w+\s)?civarında|(?:'?y?[ea])? yakın|\s(?:\w+\s)?kadar\b|\s(?:\w+\s)?(?:environ|تقريبا|примерно)(?!\w)"
)


def _said_after(plain_text: str, after: int) -> tuple[Bound | None, bool]:
    """(bound, approximate) as the words after a number say: "or more", "-odd"."""
    said = plain_text[after : after + 60]
    bound = None
    for told, pattern in _AFTER_BOUNDS:
        if found := pattern.match(said):
            following = TOKEN.match(said, found.end() + 1)
            # "13 buses and more than ..." speaks of what comes
            if not (
                following
                and (following[0][0].isdecimal() or nw.values_of(following[0]) or following[0] in ("than", "de", "чем"))
            ):
                bound = told
            break
    return bound, _AFTER_APPROX.match(said) is not None
