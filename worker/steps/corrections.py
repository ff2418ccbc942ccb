"""The sentences in which an outlet says of its own article that it was wrong: corrected, clarified, withdrawn.

Three forms, as outlets practise them (AP, Reuters, the Guardian and others, in seven languages): a label at the head of a
sentence ("Correction:", "CORRECTED-", "Rectificatif :"), a sentence of which the article itself is the subject ("This
article was amended on ..."), and one on its earlier version. A correction of the market, a correctional facility or a
corrected bill is none of them: a label needs its colon or dash, and the other two must name the article.
"""

from __future__ import annotations

import re

from worker.steps.passages import sentences

# Between a label and its colon: "(5 October)", ", Oct. 5, 2017", " du 5 octobre".
_DATE = r"(?:\s*\([^()\n]{1,40}\)|[,\s]\s*(?:(?:on|of|du|vom|от|del)\s+)?(?:[^\W\d_]{3,10}\.?\s+\d{1,2}(?:,?\s+\d{4})?|\d{1,2}\.?\s+[^\W\d_]{3,10}\.?(?:\s+\d{4})?|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}))?"
_OPENING = r"^[\s*(\[\"'“«—–-]*"

# A label in running case ends with a colon, or a dash that stands by itself.
_LABEL = re.compile(
    _OPENING
    + r"(?:(?:editor['’]s note|note de la rédaction|nota del editor|anmerkung der redaktion|от редакции)\s*[:—–(-]\s*)?"
    + r"(?:corrections?(?: (?:and|&) clarifications?)?|corrected|clarifications?|errat(?:um|a)|retraction|correction notice"
    + r"|rectificatifs?|rectifications?|mise au point"
    + r"|düzeltme(?: ve özür)?|tekzip|tashih"
    + r"|исправлени[ея]|исправлено|поправк[аи]|уточнение"
    + r"|(?:اعتذار و|تنويه و)?تصحيح|تصويب|استدراك"
    + r"|berichtigung|korrektur(?:hinweis)?|richtigstellung|klarstellung"
    + r"|fe de (?:erratas|errores)|correcci[oó]n|rectificaci[oó]n|aclaraci[oó]n)"
    + _DATE
    + r"(?:\s*[:：]|\s+[—–-]\s)",
    re.IGNORECASE,
)
# What wires put before a headline or a first paragraph, in capitals.
_WIRE = re.compile(
    _OPENING
    + r"(?:(?:UPDATE|RPT|REFILE|BC)\s*\d*\s*[-–—]\s*)*"
    + r"(?:(?:CORRECTED|CORRECTION|REFILE|WITHDRAWN|RETRACTED|CLARIFICATION)(?:\s*\([^()\n]{1,40}\))?\s*[-–—:)\]]"
    + r"|KILL(?:\s*:|\s+(?:ADVISORY|NOTICE)\b|\s+[-–—]\s)|(?:STORY|ARTICLE) (?:KILLED|WITHDRAWN)\b)"
)
_HERE = r"(?:article|story|post|piece|item|column|page|headline|caption|video|graphic|dispatch|obituary|op-ed|blog)"
_WHEN = r"(?:[\w.]+ \d{1,2},? (?:\d{4} )?)?"
_MENDED = r"(?:corrected|amended|clarified|retracted|withdrawn|refiled|(?:updated|changed|edited|revised) to (?:correct|clarify|fix|remove))"
_WRONGLY = r"incorrectly|wrongly|erroneously|mistakenly|inaccurately|misstated|misidentified|misspelled|misquoted|gave the wrong"
_ABOUT_ITSELF = [
    # en. A report, a version or a bill may be the news itself: of those only what is told below
    rf"\b(?:this|the) {_WHEN}(?:{_HERE}|headline (?:on|of|for) this {_HERE}|report) (?:has been|was|had been) (?:since )?{_MENDED}\b",
    r"\bthis (?:[\w.]+ \d{1,2} )?story (?:corrects|clarifies|refiles)\b",
    rf"\b(?:previous|earlier|original|first) versions? of (?:this|the|our) {_WHEN}(?:news )?{_HERE}\b",
    rf"\b(?:previous|earlier|original) versions? of this report (?:{_WRONGLY})",
    r"^\W*\((?:corrects|clarifies|refiles|fixes|removes|amends|deletes)\b",
    r"\b(?:we|the \w+|\w+) (?:regrets?|apologi[sz]es? for) (?:the|this|these|our) (?:errors?|mistakes?|inaccurac(?:y|ies))\b",
    # fr
    r"\b(?:première|précédente|ancienne) version de (?:cet|cette|ce|notre) (?:article|texte|papier|dépêche|page|reportage)",
    r"\bversion (?:précédente|antérieure|initiale) de (?:cet|cette|ce|notre) (?:article|texte|papier|dépêche|page|reportage)",
    r"\b(?:cet article|ce texte|cette dépêche|cette page) a été (?:corrigée?|rectifiée?|amendée?|retirée?|dépubliée?|modifiée? (?:le|pour corriger|afin de corriger))",
    # tr
    r"\b(?:bu )?haber(?:in|imizin) (?:önceki|ilk|eski) (?:sürüm|versiyon|hal)",
    r"\bbu haber(?:de|deki|in)?\b.{0,60}\b(?:düzeltil(?:di|miştir)|yayından kaldırıl(?:dı|mıştır))",
    # ru
    r"\b(?:первоначальн|предыдущ|прежн|ранн|перв)\w+ верси\w+ (?:этой |этого |данной |данного |нашей |нашего )?(?:стать|новост|публикаци|материал|текст|заметк|сообщени)",
    r"\bв (?:эту |этот |данную |данный )?(?:стать\w|новость|публикаци\w|материал|текст|заметк\w)\b.{0,40}\bвнесен[аоы]? (?:исправлени|поправк|уточнени)",
    r"\b(?:эта |этот |данная |данный )(?:стать\w|новость|публикация|материал|текст|заметка) (?:был[аои]? )?(?:исправлен|скорректирован|отозван|удален|удалён)",
    # ar
    r"تم (?:تصحيح|تعديل|سحب|حذف) (?:هذا|هذه) (?:ال)?(?:خبر|مقال|تقرير|مادة|قصة|نص)",
    r"(?:نسخة|صيغة) (?:سابقة|أولى|قديمة) من (?:هذا|هذه) (?:ال)?(?:خبر|مقال|تقرير|مادة|قصة|نص)",
    r"(?:النسخة|الصيغة) (?:السابقة|الأولى) من (?:هذا|هذه) (?:ال)?(?:خبر|مقال|تقرير|مادة|قصة|نص)",
    r"^\W*(?:تنويه|توضيح)\s*[:：].*(?:تصحيح|خطأ|ورد|نسخة|الصحيح|تعديل)",
    # de
    r"\b(?:früheren|vorherigen|ersten|ursprünglichen) (?:version|fassung) (?:dieses|des|unseres|dieser|der) (?:artikels|textes|beitrags|berichts|meldung)",
    r"\b(?:dieser|der) (?:artikel|text|beitrag)\b.{0,40}\bwurde\b.{0,60}\b(?:korrigiert|berichtigt|richtiggestellt|zurückgezogen)",
    # es
    r"\bversi[oó]n (?:anterior|previa|inicial) de (?:est[ea]|la|el) (?:artículo|nota|noticia|información|texto|pieza)",
    r"\best[ea] (?:artículo|nota|noticia|información|texto|pieza) (?:ha sido|fue) (?:corregid|rectificad|enmendad|retirad)[oa]",
]
_SAYS_SO = re.compile("|".join(f"(?:{one})" for one in _ABOUT_ITSELF), re.IGNORECASE)
# How to tell the outlet of an error: it stands under every article.
_STANDING = re.compile(
    r"@|\b(?:contact us|write to|e-?mail|let us know|send (?:us|your)|polic(?:y|ies)|report an? (?:error|correction|mistake)"
    r"|(?:see|spot|find|notice|spotted) an? (?:error|mistake|typo)|more information on corrections)\b",
    re.IGNORECASE,
)
# Somebody else's words on somebody else's text.
_OTHERS = re.compile(r"\b(?:bill|treaty|constitution|statute|convention|penal code|legislation)\b", re.IGNORECASE)


def notices(title: str, text: str) -> tuple[str, ...]:
    """The sentences on corrections of the article itself, in order, without repeats; the title may be one."""
    found = [title] if _WIRE.search(title) or (_LABEL.search(title) and not _STANDING.search(title)) else []
    for start, end in sentences(text):
        sentence = text[start:end]
        if _says_so(sentence):
            found.append(sentence)
    return tuple(dict.fromkeys(found))


def notice(title: str, text: str) -> str:
    """All of it in one line; "" if the article says nothing of the kind."""
    return " ".join(notices(title, text))


def _says_so(sentence: str) -> bool:
    if _WIRE.search(sentence):
        return True
    if _STANDING.search(sentence):
        return False
    return bool(_LABEL.search(sentence)) or bool(_SAYS_SO.search(sentence) and not _OTHERS.search(sentence))
