"""What changes on a page by itself: clocks, counters, lists of further reading. No edit of the article.

Complaints of those who watch pages are of little else: "changed" with nothing changed.
"""

from __future__ import annotations

import re

from storage.folding import fold
from worker.steps.corrections import notices


def _words(told: str) -> frozenset[str]:
    return frozenset(fold(told).split())


# Words that make a line, or the end of one, a clock or a counter, beside a number.
_TRIGGERS = _words(
    """updated posted published modified edited ago read reads views view comments comment shares share likes min
    reactions readers retweets tweets kommentare kommentar aktualisiert veröffentlicht stand vor lesezeit aufrufe
    commentaires commentaire publié publie actualisé jour lecture vues partages comentarios comentario actualizado publicado
    hace lectura vistas lecturas güncelleme güncellendi yayınlanma giriş yorum okunma önce okuma paylaşım обновлено
    опубликовано назад комментариев комментария комментарий просмотров просмотра чтения تحديث التحديث نشر النشر منذ تعليق
    تعليقات التعليقات مشاهدة مشاهدات قراءة مشاركة"""
)
# What may stand beside them.
_BESIDE = _words(
    """last first on at the this story article page was is by a an and of in s sec secs second seconds minute minutes mins hour hours hr
    hrs day days week weeks month months year years am pm gmt utc bst est edt pst cet cest ist msk h m d local time
    monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun january february march april may june
    july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec today yesterday
    mis à il y le les un une et de des du la heure heures minutes jours semaine semaines mois an ans janvier février mars avril
    mai juin juillet août septembre octobre novembre décembre temps lundi mardi mercredi jeudi vendredi samedi dimanche
    am um uhr vom den der zuletzt minuten stunde stunden tag tagen tage woche wochen monat monaten jahr jahren januar februar märz
    juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag
    el hora horas minuto minutos día días semana semanas mes meses año años última ultima actualización vez tiempo enero febrero
    marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre las los
    son haber tarihi tarih saat dakika dk gün hafta ay yıl süresi ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim
    kasım aralık pazartesi salı çarşamba perşembe cuma cumartesi pazar tarihinde
    последнее в минут минуты минуту час часа часов день дня дней мск время января февраля марта апреля мая июня июля августа
    сентября октября ноября декабря
    آخر اخر تم في عند الساعة قبل دقيقة دقائق دقيقتين ساعة ساعات ساعتين يوم أيام يومين بتوقيت غرينتش جرينتش صباحا مساء تاريخ
    عدد وقت يناير فبراير مارس أبريل ابريل مايو يونيو يوليو أغسطس اغسطس سبتمبر أكتوبر اكتوبر نوفمبر ديسمبر
    facebook twitter whatsapp email print save tweet copy link telegram linkedin"""
)
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:am|pm|h)?|\d{1,2}h\d{2}")
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*\w{0,2}|[^\W\d_]+")
# A list of further reading in the midst of a text.
_ELSEWHERE = re.compile(
    r"(?:read more|read also|also read|see also|related|more on this|more from|recommended|watch|listen|lire aussi|à lire aussi|lire la suite"
    r"|lesen sie auch|mehr zum thema|siehe auch|lea también|lee también|le puede interesar|te puede interesar|ilgili haber(?:ler)?"
    r"|ayrıca okuyun|bunlar da ilginizi çekebilir|читайте также|по теме|смотрите также|اقرأ أيضا|اقرأ المزيد|إقرأ أيضا|شاهد أيضا|مواضيع ذات صلة)"
    r"\s*[:：>»|—–-]",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d")
_ENDS_SENTENCE = re.compile(r"[.!?…؟۔。][\"'”’»)\]]*$")
# Longer than headlines are; and the share of a page's words that a list at its end may have. A text that has no full stops
# at all is not one long list.
_HEADLINE_WORDS = 18
_LIST_SHARE = 0.4


def without_furniture(text: str) -> list[str]:
    """The lines of the text that are its own, folded; what is left of a line without its clock."""
    lines = [line for line in text.split("\n") if line.strip()]
    lines = lines[: len(lines) - _further_reading(lines)]
    kept = (_without_clock(line) for line in lines if not (_ELSEWHERE.match(line.strip()) and _is_headline(line)))
    return [line for line in kept if line]


def _is_headline(line: str) -> bool:
    return len(line.split()) <= _HEADLINE_WORDS and not _ENDS_SENTENCE.search(line.rstrip())


def _further_reading(lines: list[str]) -> int:
    """How many lines at the end are a list of headlines: two or more, and not the better part of the text.

    A line with a figure or with a word on a correction is none: "Killed: 1,600" is what the text is about.
    """
    n = 0
    while n < len(lines) and _is_headline(line := lines[-1 - n]) and not _FIGURE.search(line) and not notices("", line):
        n += 1
    size = sum(len(line) for line in lines[len(lines) - n :])
    return n if n >= 2 and size <= _LIST_SHARE * sum(map(len, lines)) else 0


def _without_clock(line: str) -> str:
    """The folded line without clocks and counters: all of it may be one, or in a line that is no sentence a part."""
    folded = fold(line)
    runs: list[tuple[bool, list[str]]] = []
    for token in _TOKEN.findall(folded):
        beside = token[0].isdigit() or token in _TRIGGERS or token in _BESIDE
        if not runs or runs[-1][0] != beside:
            runs.append((beside, []))
        runs[-1][1].append(token)
    whole = len(runs) == 1
    if not whole and not _is_headline(line):
        return folded
    ticking = [beside and _ticks(tokens) for beside, tokens in runs]
    if not any(ticking):
        return folded
    return " ".join(" ".join(tokens) for (_beside, tokens), ticks in zip(runs, ticking, strict=True) if not ticks)


def _ticks(tokens: list[str]) -> bool:
    """A number with a word that says of what; or a time of day by itself."""
    number = any(token[0].isdigit() for token in tokens)
    return number and (any(t in _TRIGGERS for t in tokens) or any(_CLOCK.fullmatch(t) for t in tokens))
