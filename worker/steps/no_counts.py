"""Numbers that count nothing: dates, years, times, ages, lengths of time and way, calibres, names, numbered things."""

from __future__ import annotations

import re

from worker.steps.number_words import plain

_MONTHS = (
    "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec "
    "januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août septembre octobre novembre décembre "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre gennaio febbraio aprile maggio giugno luglio settembre "
    "ottobre dicembre ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık "
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря январь февраль март апрель май июнь июль август сентябрь "
    "октябрь ноябрь декабрь январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре "
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر كانون شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين"
)
MONTHS = frozenset(plain(month) for month in _MONTHS.split())
# Two months are everyday words as well; they are months when they are written so.
_CAPITAL_MONTHS = frozenset(("may", "march"))
_IN = frozenset(plain(w) for w in "in during since im en nel à dans в с في منذ".split())
# Before a four-digit number these make a year of it.
_YEAR_BEFORE = frozenset(
    plain(w)
    for w in (
        "in since by of until till from to early late mid during before after through year autumn summer winter spring end and between "
        "jahr im seit bis année en depuis fin desde año nel dal dall'anno nell'anno del yılı в с до к عام سنة منذ fiscal"
    ).split()
)
# The thing is numbered, not counted: Resolution 2254, Order 2, Highway 4.
_NUMBERED = frozenset(
    plain(w)
    for w in (
        "article articles section sections resolution resolutions order orders no nos nr chapter chapters page pages phase unit aged age flight highway route road "
        "annex appendix table exhibit interstate title version windows boeing airbus room level day channel camp kilometre kilometer paragraph rule act amendment "
        "area sector checkpoint gate line apartment part volume season episode law decree file number tower bus block code track group "
        "artikel absatz resolución artículo orden página ley résolution alinéa loi décret articolo legge risoluzione madde karar sayılı "
        "статья статьи статье резолюция резолюции резолюцию указ закон параграф № المادة القرار قرار رقم الطريق "
        "base post station district zone brigade division battalion "
        "numéro número numero nummer verse psalm grade mark type model mach formula apollo"
    ).split()
)
_SHORT_NUMBERED = frozenset("p pp fig no nos nr art sec vol ch para стр ст abs".split())
_AFTER = re.compile(
    r"\s*(?:"
    # times
    r"[ap]\.?\s?m\b\.?|o'clock|gmt|utc|est\b|uhr\b|heures?\b|"
    # lengths of time, ages
    r"(?:(?:more|full|long|straight|consecutive|whole|short|last|past|further|additional)\s+)?"
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|nights?(?!-vision)|weeks?|weekends?|months?|years?|decades?|century|centuries|generations?)\b|"
    r"(?:jahr|tag(?:en?)?\b|woche|monat|stunde|minute|sekunde)\w{0,5}\b|(?:ans?|années?|jours?|semaines?|mois)\b|"
    r"(?:años?|dias?|días?|semanas?|meses|mes|horas?|minutos?|anos?)\b|(?:ann[io]|giorn[io]|settiman[ae]|mes[ei]|or[ae]|minut[io])\b|"
    r"(?:yıl|gün|hafta|saat|dakika|yaş)\w{0,8}\b|ay(?:da|dır|lık)?\b|(?:лет|год[ауео]?м?|дн[яейи]+|ден[ья]|сут\w+|недел\w+|месяц\w*|час(?:а|ов|ы)?|минут\w*|г)\b|"
    r"(?:سنه|سنوات|عام|عاما|اعوام|يوم|ايام|يوما|اسبوع|اسابيع|اسبوعا|شهر|اشهر|شهرا|شهور|ساعه|ساعات|دقيقه|دقائق)\b|"
    # ways, sizes, calibres
    r"(?:km|kms|kilomet\w+|miles?|metres?|meters?|mètres?|metros?|metri|feet|foot|ft|yards?|inch(?:es)?|mm|cm|degrees?|knots|mph|kmh|kph|км|мм|миль|метр\w*|كيلومتر\w*|كم|متر\w*)\b|°|"
    # streets
    r"\w+\s(?:street|road|avenue|lane|boulevard)\b)"
)
_ATTACHED = re.compile(
    # 9th, 155mm, 1990s, 9-й; 35-year-old, 12-nation, 500-pound: a quality, unless the quality is the count
    r"(?:[a-zа-я]|-(?!(?:strong|odd|plus|member|man|men|ish)\b)[^\W\d]|:\d|/|\.\d|,\d|-\d)"
)
_SUFFIX = re.compile(r"(?:k|m|bn|mn|tn)\b")
_LOST = re.compile(r"(?:[a-zа-я]-?|[/#№+:._]|\d[,'-]|\bno\.?\s|§\s?)$")


def is_month(word: str, written: str) -> bool:
    """`word` is a month's name; `written` as the text has it."""
    return word in MONTHS and (word not in _CAPITAL_MONTHS or written[:1].isupper())


def is_name_or_measure(text: str, start: int, end: int, *, money: bool) -> bool:
    """The digits at [start, end) of a plain text hang on letters or signs: AK-47, 9th, 155mm, 20:45, 12/10, +44."""
    before = text[max(0, start - 4) : start]
    if _LOST.search(before) and not (before.endswith(":") and not before[:-1][-1:].isdigit()):
        return True
    if money and _SUFFIX.match(text, end):
        return False
    return _ATTACHED.match(text, end) is not None and not _SUFFIX.match(text, end)


def is_measure(text: str, end: int) -> bool:
    """What follows the number at `end` is a time, an age, a length, a calibre, a street."""
    at = end + 1 if text[end : end + 1] == "-" else end
    return _AFTER.match(text, at) is not None


def is_day(value: float, before_month: str, *, month_before: bool, month_after: bool) -> bool:
    """A day beside its month ("12 October", "October 12"); "In October 12 men died" counts men."""
    if not value.is_integer() or value > 31:
        return False
    return month_after or (month_before and before_month not in _IN)


def is_year(value: float, before: str, after: str, *, counts_people: bool) -> bool:
    """A bare number of 1900 to 2099: a year, unless people are counted by it."""
    if after in ("bc", "ad"):
        return True
    return 1900 <= value <= 2099 and (not counts_people or before in _YEAR_BEFORE or before in MONTHS)


def is_numbered(before: str, gap: str) -> bool:
    """The word before the number, `gap` between them, makes it a name: Resolution 2254, p. 14."""
    return (before in _NUMBERED and gap.strip(" \"'“«(") == "") or (gap == ". " and before in _SHORT_NUMBERED)
