"""The times a text names: days, months, years, and words like "last week", resolved against the day of publication."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from storage.folding import fold

_MONTHS_TOLD = (
    "january jan janvier januar enero ocak январь января январе يناير كانون-الثاني",
    "february feb fevrier februar febrero subat февраль февраля феврале فبراير شباط",
    "march mar mars maerz marz marzo mart март марта марте مارس اذار",
    "april apr avril abril nisan апрель апреля апреле ابريل نيسان",
    "may mai mayo mayis май мая мае مايو ايار",
    "june jun juin juni junio haziran июнь июня июне يونيو حزيران",
    "july jul juillet juli julio temmuz июль июля июле يوليو تموز",
    "august aug aout agosto agustos август августа августе اغسطس اب",
    "september sept sep septembre septiembre eylul сентябрь сентября сентябре سبتمبر ايلول",
    "october oct octobre oktober octubre ekim октябрь октября октябре اكتوبر تشرين-الاول",
    "november nov novembre noviembre kasim ноябрь ноября ноябре نوفمبر تشرين-الثاني",
    "december dec decembre dezember diciembre aralik декабрь декабря декабре ديسمبر كانون-الاول",
)
_MONTHS = {fold(w): n for n, line in enumerate(_MONTHS_TOLD, 1) for w in line.split()}
# Month names that are words of another sense too: they count beside a number or after "in", "last", "since" and so on.
_DOUBTFUL = frozenset("may mar march mars mai jan jun jul dec sep sept august mart اب مارس".split())
_WEEKDAYS_TOLD = (
    "monday lundi montag lunes pazartesi понедельник الاثنين",
    "tuesday mardi dienstag martes sali вторник الثلاثاء",
    "wednesday mercredi mittwoch miercoles carsamba среду الاربعاء",
    "thursday jeudi donnerstag jueves persembe четверг الخميس",
    "friday vendredi freitag viernes пятницу الجمعه",
    "saturday samedi samstag sabado cumartesi субботу السبت",
    "sunday dimanche sonntag domingo pazar воскресенье الاحد",
)
_WEEKDAYS = {fold(w): n for n, line in enumerate(_WEEKDAYS_TOLD) for w in line.split()}
_NUMBERS = {
    w: n
    for n, line in enumerate(
        (
            "a an one first un une ein einem uno bir год عام",
            "two second deux zwei dos iki два عامين سنتين",
            "three third trois drei tres uc три ثلاث",
            "four fourth quatre vier cuatro dort четыре اربع",
            "five fifth cinq funf cinco bes пять خمس",
            "six sixth sechs seis alti шесть ست",
            "seven seventh sept sieben siete yedi семь سبع",
            "eight eighth huit acht ocho sekiz восемь ثماني",
            "nine ninth neuf neun nueve dokuz девять تسع",
            "ten tenth dix zehn diez on десять عشر",
        ),
        1,
    )
    for w in line.split()
}
_NUMBER = rf"\d{{1,2}}(?:st|nd|rd|th)?|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))}"

_DECADES = {"sixties": 1960, "seventies": 1970, "eighties": 1980, "nineties": 1990}
_DECADE_WORDS = re.compile(rf"\bthe (?:\w+ )?({'|'.join(_DECADES)})\b")
_TRIGGERS = frozenset({*_MONTHS, *_WEEKDAYS, "تشرين", "كانون"})
_BEGIN_OTHERWISE = frozenset("0123456789وبلف")  # digits; a name with an Arabic particle before it
_BEFORE_MONTH = (
    r"(?:\b(?:in|during|since|last|this|by|until|till|of|early|mid|late|between|and|to|from|next|the|en|au|im|seit|"
    r"de|depuis|el|fin|debut|в|с|до|по)|(?<!\w)(?:في|منذ|شهر|خلال)) (?:early |mid |late )?$"
)
_WORD = r"[^\W\d_]+"
# Where a time may stand: a number, or a word of the tables. One pass over the words, then a look around each find.
_TOKEN = re.compile(r"\d{1,4}(?!\d)(?:st|nd|rd|th|er)?|[^\W\d_]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_AGO = re.compile(
    rf"\b(?P<n>{_NUMBER})[ -]years? (?:ago|after|on|later|since|earlier|anniversary|and)\b|"
    rf"\b(?P<n2>{_NUMBER}) anniversary\b|\b(?P<dec>a|one|two) decades? (?:ago|after|on|later|since)\b|"
    rf"\bil y a (?P<n3>{_NUMBER}) ans?\b|\b(?P<n4>{_NUMBER}) ans? (?:apres|plus tard)|\bvor (?P<n5>{_NUMBER}) jahren\b|"
    rf"\b(?P<n6>{_NUMBER}) jahre? (?:nach|spater)|\bhace (?P<n7>{_NUMBER}) anos?\b|\b(?P<n8>{_NUMBER}) anos? despues|"
    rf"\b(?P<n9>{_NUMBER}) yil (?:once|sonra)|\b(?P<n10>{_NUMBER}) (?:лет|года|год) (?:назад|спустя)|"
    rf"(?:قبل|بعد) (?P<n11>{_NUMBER})(?: (?:سنوات|اعوام|سنه|عام))?(?!\w)|\bdecennial\b"
)
_YEARS = re.compile(r"year|decade|anniv|\bans?\b|jahr|\banos?\b|\byil\b|лет|год|(?<!\w)(?:قبل|بعد)(?!\w)")
_YEAR_WORDS = ("year", "decade", "anniv", " an", "jahr", "yil", "лет", "год", "قبل", "بعد")
_RELATIVE: tuple[tuple[tuple[str, ...], Callable[[date], tuple[date, date]]], ...] = tuple(
    (tuple(fold(phrase) for phrase in phrases.split(", ")), span)
    for phrases, span in (
        ("yesterday, last night, overnight, hier, gestern, ayer, dün, вчера, أمس", lambda d: (d - timedelta(2), d)),
        ("today, tonight, this morning, this evening, this afternoon, aujourd'hui, heute, hoy, bugün, сегодня, اليوم", lambda d: (d, d)),
        ("this week, the past week, over the weekend, this weekend, at the weekend, in recent days, cette semaine, diese woche, esta semana, bu hafta, на этой неделе, هذا الأسبوع", lambda d: (d - timedelta(8), d)),
        ("last week, previous week, la semaine dernière, letzte woche, la semana pasada, geçen hafta, на прошлой неделе, الأسبوع الماضي", lambda d: (d - timedelta(14), d)),
        ("this month, ce mois, diesen monat, este mes, bu ay, в этом месяце, هذا الشهر", lambda d: (d.replace(day=1), d)),
        ("last month, le mois dernier, letzten monat, el mes pasado, geçen ay, в прошлом месяце, الشهر الماضي", lambda d: _month_before(d)),  # noqa: PLW0108 - it stands below
        ("this year, cette année, dieses jahr, este año, bu yıl, в этом году, هذا العام", lambda d: (d.replace(month=1, day=1), d)),
        ("last year, l'an dernier, l'année dernière, letztes jahr, el año pasado, geçen yıl, в прошлом году, العام الماضي", lambda d: (date(d.year - 1, 1, 1), date(d.year - 1, 12, 31))),
    )
)  # fmt: skip
_SINCE = frozenset("since seit depuis desde с منذ".split())
_AFTER_SINCE = frozenset("early mid late the start beginning of in le la".split())
_MONTHS_BEFORE_YEAR = re.compile(r"^(?:,? (?:of |de |del )?)((?:19|20)\d\d)(?!\d)")
_YEAR_OF_PAIR = re.compile(r"^(?: [^\W\d_]{1,7})? [^\W\d_]{3,10} (?:de |of )?((?:19|20)\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Time:
    """A time that `text[start:end]` (of the folded text) names: the days `first` to `last`, inclusive.

    `since`: the text says "since" it, so that it only begins there. `back`: counted back in years, to look back.
    """

    start: int
    end: int
    first: date
    last: date
    since: bool = False
    back: bool = False


def spot_times(text: str, published: date | None) -> tuple[Time, ...]:
    """The times that a folded text names, in its order. Without `published` only those that say their year."""
    found: list[Time] = []
    taken = 0
    for token in _TOKEN.finditer(text):
        word = token[0]
        if token.start() < taken or not (word in _TRIGGERS or word[0] in _BEGIN_OTHERWISE):
            continue
        time = _at(text, token, published)
        if time is not None:
            found.append(time)
            taken = time.end
    for decade in _DECADE_WORDS.finditer(text):
        first = _DECADES[decade[1]]
        found.append(_time(text, decade.start(1), decade.end(1), date(first, 1, 1), date(first + 9, 12, 31)))
    if published is not None:
        found += _relative(text, published)
    return tuple(sorted(found, key=lambda t: (t.start, t.end)))


def _at(text: str, token: re.Match[str], published: date | None) -> Time | None:
    word = token[0]
    if word[0].isdigit():
        return _from_number(text, token, published)
    month = _MONTHS.get(word) or (word[0] in "وبلف" and _MONTHS.get(word[1:])) or None
    if month is None and word in ("تشرين", "كانون"):
        second = re.match(r" (?:الاول|الثاني)", text[token.end() :])
        month = _MONTHS.get(fold(f"{word}-{second[0].strip()}")) if second else None
        end = token.end() + (second.end() if second else 0)
    else:
        end = token.end()
    if month is not None:
        return _from_month(text, token.start(), end, month, word, published)
    weekday = _WEEKDAYS.get(word)
    if weekday is None or published is None:
        return None
    day = published - timedelta((published.weekday() - weekday) % 7)
    if re.search(r"\blast $", text[: token.start()]):
        day -= timedelta(7) if day == published else timedelta(0)
    # a zone's difference, or an article written on the eve: the day may be one week off when it is today's
    return _time(text, token.start(), token.end(), day - timedelta(7) if day == published else day, day)


def _from_number(text: str, token: re.Match[str], published: date | None) -> Time | None:
    start, end = token.span()
    digits = token[0].rstrip("strndhe")
    n = int(digits)
    iso = re.match(r"((?:19|20)\d\d)[ ](\d\d)[ ](\d\d)(?!\w)", text[start : start + 10])
    if iso and (day := _day(int(iso[1]), int(iso[2]), int(iso[3]))):
        return _time(text, start, start + iso.end(), day, day)
    decade = re.match(r"((?:19|20)\d0) ?'?s\b", text[start : start + 7])
    if decade:
        return _time(text, start, start + decade.end(), date(int(decade[1]), 1, 1), date(int(decade[1]) + 9, 12, 31))
    if len(digits) == 4:
        if not _YEAR.fullmatch(token[0]) or re.match(r"[.,]\d", text[end : end + 2]):
            return None
        if re.search(r"\d[.,]$", text[max(0, start - 2) : start]):
            return None
        return _time(text, start, end, date(n, 1, 1), date(n, 12, 31))
    if not 1 <= n <= 31:
        return None
    dotted = re.match(r"(\d\d?)\.(\d\d?)\.((?:19|20)\d\d)", text[start : start + 10])
    if dotted and (day := _day(int(dotted[3]), int(dotted[2]), int(dotted[1]))):
        return _time(text, start, start + dotted.end(), day, day)
    after = re.match(rf"\.?(?: (?:of|de))? ({_WORD})\.?", text[end : end + 24])
    month = _MONTHS.get(after[1]) if after else None
    if after is None or month is None:
        return None
    year_at = _MONTHS_BEFORE_YEAR.match(text[end + after.end() : end + after.end() + 12])
    stop = end + after.end() + (year_at.end() if year_at else 0)
    year = int(year_at[1]) if year_at else _year_of(month, n, published)
    made = _day(year, month, n) if year else None
    return _time(text, start, stop, made, made) if made else None


def _from_month(text: str, start: int, end: int, month: int, word: str, published: date | None) -> Time | None:
    rest = text[end : end + 36]
    dotted = re.match(r"\.?", rest)
    skip = dotted.end() if dotted else 0
    day_at = re.match(r" (\d{1,2})(?:st|nd|rd|th)?(?!\d|[.,]\d)", rest[skip:])
    year_at = _MONTHS_BEFORE_YEAR.match(rest[skip:])
    if year_at:
        year = int(year_at[1])
        return _time(text, start, end + skip + year_at.end(), *_month(year, month))
    if day_at:
        stop = skip + day_at.end()
        year_at = _MONTHS_BEFORE_YEAR.match(text[end + stop : end + stop + 12])
        told = int(year_at[1]) if year_at else _year_of(month, int(day_at[1]), published)
        day = _day(told, month, int(day_at[1])) if told else None
        return _time(text, start, end + stop + (year_at.end() if year_at else 0), day, day) if day else None
    before = text[max(0, start - 16) : start]
    if word in _DOUBTFUL and not re.search(_BEFORE_MONTH, before):
        return None
    if word in ("may", "march", "august") and before.endswith(("the ", "to ", "and ")):
        return None
    of_pair = _YEAR_OF_PAIR.match(rest[skip:])  # "June to October 2017"
    guessed = int(of_pair[1]) if of_pair else _year_of(month, 1, published)
    if guessed is None:
        return None
    if re.match(r" last year|(?: of)? the (?:year before|previous year)", rest[skip:]) and published is not None:
        guessed = published.year - 1
    return _time(text, start, end, *_month(guessed, month))


def _relative(text: str, published: date) -> list[Time]:
    found = []
    for ago in _counted_back(text):
        told = next((v for k, v in ago.groupdict().items() if v and k != "dec"), "")
        n = (int(re.match(r"\d+", told)[0]) if told[0].isdigit() else _NUMBERS[told]) if told else 0  # type: ignore[index]
        n = n or {"a": 10, "one": 10, "two": 20}.get(ago["dec"] or "", 10)
        # "five years after" is said from some months before the day to some months after it
        first, last = _years_before(published, n + 1), _years_before(published, n)
        found.append(Time(ago.start(), ago.end(), first + timedelta(120), last + timedelta(120), back=True))
    for phrases, span in _RELATIVE:
        for phrase in phrases:
            at = text.find(phrase)
            if (
                at >= 0
                and not text[at - 1 : at].isalnum()
                and not text[at + len(phrase) : at + len(phrase) + 1].isalnum()
            ):
                found.append(_time(text, at, at + len(phrase), *span(published)))
    return found


def _counted_back(text: str) -> list[re.Match[str]]:
    """ "Five years after" and the like, tried only around the words for years."""
    found: dict[int, re.Match[str]] = {}
    if not any(word in text for word in _YEAR_WORDS):
        return []
    for unit in _YEARS.finditer(text):
        for ago in _AGO.finditer(text, max(0, unit.start() - 14), min(len(text), unit.end() + 24)):
            found.setdefault(ago.start(), ago)
    return list(found.values())


def _time(text: str, start: int, end: int, first: date, last: date) -> Time:
    words = text[max(0, start - 40) : start].split()
    while words and words[-1] in _AFTER_SINCE:
        words.pop()
    return Time(start, end, first, last, since=bool(words) and words[-1] in _SINCE)


def _year_of(month: int, day: int, published: date | None) -> int | None:
    """The year of the last such day up to the article's; a day a month ahead is still meant to come."""
    if published is None:
        return None
    made = _day(published.year, month, day)
    return published.year if made and made <= published + timedelta(7) else published.year - 1


def _day(year: int, month: int, day: int) -> date | None:
    return date(year, month, day) if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] else None


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _month_before(day: date) -> tuple[date, date]:
    last = day.replace(day=1) - timedelta(1)
    return last.replace(day=1), last


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))
