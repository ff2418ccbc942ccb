"""What of a page's text is the piece itself: without its headline told again, links to other pieces, calls to subscribe.

An extractor keeps or drops whole parts of a page. What stands inside the right part and is no word of the author's is
told here line by line, by what holds on any site: no rule knows a publisher.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from worker.steps.corrections import notices
from worker.steps.wire import wire

_WORD = re.compile(r"\w+")
_MARKER = re.compile(r"^[-–•|*·»>►▶\s]+")
_ENDS_SENTENCE = re.compile(r"[.!?…؟。।۔][\"'”’»)\]]*$")
# Longer than headlines are.
_HEADLINE_WORDS = 25
# Of the first lines: a kicker, a date, the headline.
_HEAD_LINES = 4
# A headline that the page tells twice is seldom told in the same words.
_SAME_HEADLINE = 0.8
# Copies of one line: twice is a pull quote, three times a notice that stands in for something that was not loaded.
_NOTICE_COPIES = 3
_FEW_NOTICES = 3
_LONG_LINE = 6
_TOLD_AGAIN = 40  # letters; below that a line may stand in another by chance

# "Read more: ...", in front of what another piece is called.
_ELSEWHERE = re.compile(
    r"(?:read (?:more|also|next)|also read|see (?:more|also)|related|more on this|more from|recommended|don'?t miss|you may also like"
    r"|watch(?: now)?|listen|lire aussi|à lire aussi|lire la suite|lesen sie (?:auch|hier)|mehr zum thema|siehe auch|auch interessant"
    r"|lea también|lee también|leer más|te puede interesar|le puede interesar|leia (?:também|mais)|leggi anche|lees ook|läs (?:också|mer)"
    r"|les også|læs også|lue myös|czytaj (?:więcej|także|też)|zobacz także|čtěte také|přečtěte si|ilgili haber(?:ler)?|ayrıca okuyun"
    r"|bunlar da ilginizi çekebilir|читайте (?:также|ещ[её])|по теме|смотрите также|читайте також|اقرأ أيضا|اقرأ المزيد|إقرأ أيضا|شاهد أيضا"
    r"|مواضيع ذات صلة|baca juga|xem thêm|関連記事|相关阅读)\b",
    re.IGNORECASE,
)
# "Photo: ...", under a picture that is not here.
_CAPTION = re.compile(
    r"(?:image|photo(?:graph)?|picture|credit|foto|fotos|bild|fotoğraf|imagen|crédit(?:o|s)?|zdjęcie|фото|صورة)\s*[:：©]",
    re.IGNORECASE,
)
# What stands below a piece: rights, letters to subscribe to, where else to follow the house.
_BELOW = re.compile(
    r"^(?:©|\(c\)|copyright\b)|all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados"
    r"|todos os direitos reservados|tutti i diritti riservati|tüm hakları saklıdır|все права защищены|جميع الحقوق محفوظة|無断転載|무단 전재"
    r"|\b(?:sign up|subscribe|signing up|subscribing)\b.{0,60}\b(?:newsletters?|inbox|updates|emails?|channel|today|now)\b"
    r"|\bfollow (?:us|him|her|them|me|@\w+|\w+ \w+|\w+) on (?:twitter|facebook|instagram|x|tiktok|youtube|telegram|whatsapp)\b"
    r"|\b(?:newsletter|whatsapp-kanal)\b.{0,60}\b(?:abonnieren|anmelden|inscri\w+|suscr\w+|iscri\w+)\b"
    r"|^follow\b.{0,80}\bon (?:twitter|facebook|instagram|x|tiktok|youtube|telegram|whatsapp)\b|^(?:click|tap) here (?:to|for)\b|^have a tip\b"
    r"|\bmay be reached at\b|^get (?:the latest|access to|the day)\b|\bdownload (?:the|our) .{0,30}\bapp\b|\bcontributed to this (?:report|story|article)\b"
    r"|\bmay (?:get|earn|receive) (?:a )?(?:share|commission)|\baffiliate links?\b|^(?:image|photo|picture) (?:credit|source)s?\b|^(?:filed under|tags?|topics?|more on|related(?: articles| stories| topics)?)\b:?",
    re.IGNORECASE,
)

# A heading over what is no longer the piece: who sends it out, letters to subscribe to, other pieces, what readers say.
_NO_LONGER = re.compile(
    r"^(?:about (?:us|the (?:author|company|writer))|über (?:uns|den autor|die autorin)"
    r"|(?:.{0,30}\s)?newsletters?|you (?:may|might) (?:also )?(?:like|be interested in)|(?:more|other|related|recommended|most[- ]read|latest|top) (?:news|stories|articles|headlines|columns|opinion columns|videos|reading)"
    r"|comments?|leave a (?:reply|comment)|join (?:our|the) (?:commenting forum|conversation)|kommentare|commentaires|comentarios|yorumlar|комментарии|التعليقات"
    r"|ähnliche artikel|weitere artikel|mehr zum thema|das könnte (?:sie|dich) auch interessieren|articles? (?:liés|similaires)|artículos relacionados|noticias relacionadas"
    r"|leia também|ilgili haberler|по теме|читайте также|اقرأ أيضا|مواضيع ذات صلة|เรื่องที่เกี่ยวข้อง|関連記事|关联阅读|相关新闻)\s*[:：]?$",
    re.IGNORECASE,
)
_LONGEST_BELOW = 0.4  # of the text's letters
_LONGEST_NOTICE = 60  # words


def key(text: str) -> str:
    """The letters and figures of it, case aside: by which two tellings of one line are one."""
    return "".join(_WORD.findall(text.casefold()))


def own_lines(text: str, *, headlines: Iterable[str], linked: AbstractSet[str], told_body: str = "") -> str:
    """The lines of `text` that are its own.

    `headlines`: what the page calls the piece. `linked`: keys of the page's paragraphs that are hardly more than a link.
    `told_body`: the text as the page's own data tell it (schema.org articleBody), "" if they do not.
    """
    pairs = [(line, key(line)) for line in text.split("\n")]
    below = lines = _without_headline([(line, of) for line, of in pairs if of], list(headlines))
    lines = _without_other_sections(lines)
    lines = [pair for pair in lines if not _leads_elsewhere(*pair, linked)]
    lines = _without_copies(lines)
    lines = _within(lines, told_body)
    kept = {id(pair) for pair in _without_what_is_below(lines)}
    return "\n".join(pair[0] for pair in below if id(pair) in kept or _speaks_of_the_piece(pair[0]))


Lines = list[tuple[str, str]]


def _speaks_of_the_piece(line: str) -> bool:
    """Whom it is credited to, or what was corrected in it: read by others, wherever it stands."""
    return bool(wire(line) or notices("", line))


def _without_headline(lines: Lines, headlines: list[str]) -> Lines:
    keys = {key(headline) for headline in headlines} - {""}
    words = [set(_WORD.findall(headline.casefold())) for headline in headlines]
    for n, (line, of) in enumerate(lines[:_HEAD_LINES]):
        if len(of) > 8 and (of in keys or _is_one_of(line, words)):
            before = lines[:n]
            return [pair for pair in before if not is_headline(pair[0])] + lines[n + 1 :]
    return lines


def _is_one_of(line: str, headlines: list[set[str]]) -> bool:
    told = set(_WORD.findall(line.casefold()))
    return any(len(told & of) >= _SAME_HEADLINE * max(len(told), len(of)) for of in headlines if len(of) > 2)


def is_headline(line: str) -> bool:
    """It may be one: short, and no sentence."""
    return len(line.split()) <= _HEADLINE_WORDS and not _ENDS_SENTENCE.search(line.rstrip())


def _leads_elsewhere(line: str, of: str, linked: AbstractSet[str]) -> bool:
    if not is_headline(line):
        return False
    bare = _MARKER.sub("", line)
    if _CAPTION.match(bare):
        return True
    told = _ELSEWHERE.match(bare)
    return of in linked or bool(told and (bare[told.end() :].lstrip()[:1] in ("", *":：>»|—–-")))


def _without_copies(lines: Lines) -> Lines:
    copies = Counter(of for line, of in lines if len(line.split()) >= _LONG_LINE)
    told_often = {of for of, times in copies.items() if times >= _NOTICE_COPIES}
    if len(told_often) > _FEW_NOTICES:  # a table, a recipe
        told_often = set()
    whole = "\n".join(of for _line, of in lines)
    quoted = {
        of for line, of in lines if len(of) >= _TOLD_AGAIN and not is_headline(line) and _stands_in_another(of, whole)
    }
    return [pair for pair in lines if pair[1] not in told_often and pair[1] not in quoted]


def _stands_in_another(of: str, whole: str) -> bool:
    """As a part of a longer line."""
    return whole.count(of) > f"\n{whole}\n".count(f"\n{of}\n")


def _within(lines: Lines, told_body: str) -> Lines:
    """Without what stands before and after what the page's own data call the text, if they tell most of it."""
    body = key(told_body)
    inside = [of in body for _line, of in lines] if body else []
    if not body or sum(len(of) for (_l, of), known in zip(lines, inside, strict=True) if known) < 0.7 * sum(
        len(of) for _l, of in lines
    ):
        return lines
    first = inside.index(True)
    last = len(inside) - inside[::-1].index(True)
    return [pair for pair in lines[:first] if not is_headline(pair[0])] + lines[first:last]


def _without_other_sections(lines: Lines) -> Lines:
    """Without what stands at the end under a heading that says it is no longer the piece."""
    whole = sum(len(of) for _line, of in lines)
    below, n = 0, len(lines)
    for at in range(len(lines) - 1, 0, -1):
        below += len(lines[at][1])
        if below > _LONGEST_BELOW * whole:
            break
        if _NO_LONGER.match(_MARKER.sub("", lines[at][0])):
            n = at
    return lines[:n]


def _without_what_is_below(lines: Lines) -> Lines:
    n = len(lines)
    while n > 1 and len(lines[n - 1][0].split()) <= _LONGEST_NOTICE and _BELOW.search(lines[n - 1][0]):
        n -= 1
    return lines[:n]
