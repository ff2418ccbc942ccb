"""The agency that a text is credited to as a whole: by its by-line, its dateline, or the words under it.

An agency that is quoted in a passage ("Reuters reported"), took the picture, or contributed, is none: what a passage
takes from whom stands in its voice (worker/steps/voices.py). One that stands beside a person of the outlet ("Jane Doe and
Reuters", which pages also write as "Jane Doe; Reuters") helped; one behind a comma ("Jane Doe, Associated Press") is whom
that person writes for.
"""

from __future__ import annotations

import re

from worker.steps.outlets import CREDITED, NAMED, agency

_A = rf"(?<![\w/])(?P<agency>{CREDITED})(?![\w/])"
_DASH = r"[-–—―−:.]"
_PLACE = r"[^\W\d_][^()\n]{0,60}?"  # BEIRUT, Oct 14; دمشق
# The head of a line: "RAQQA (Reuters) -", "BEIRUT, Oct 14 (AP) --", "Madrid, 3 dic (EFE).-", "(ANSA) - ROMA, 12 DIC -"
_DATELINES = (
    re.compile(rf"(?:{_PLACE}[\s,.]*)?\(\s*{_A}\s*\)\s*{_DASH}"),
    re.compile(rf"{_PLACE}[\s,.]*/\s*(?P<agency>{CREDITED})\s*/"),  # MOSCOW, October 22. /TASS/.
    re.compile(rf"【[^】]{{0,12}}?{_A}】"),
    # Damascus, SANA-; МОСКВА, 22 окт — РИА Новости.; دمشق-سانا; no more than a place and a day before it
    re.compile(rf"[^\W\d_][\w .'’]{{1,25}}(?:,\s*[\w. ]{{2,20}})?\s*(?:,|{_DASH})\s*{_A}\s*{_DASH}"),
)
# A whole by-line: "Reuters", "By Jane Doe, Reuters", "AFP in Beirut", "Le Monde avec AFP", "dpa/AFP" (two: none),
# "Jane Doe and Reuters" (hers).
_BY = re.compile(rf"(?<!\w)(?P<agency>{CREDITED})(?!\w)(?!\s+Institute)")
_BESIDE = re.compile(r"\s*;\s*|,?\s+(?:and|&|with|und|mit|avec|et|y|con|ve|и)\s+", re.IGNORECASE)
_NO_PERSON = re.compile(
    rf"(?<!\w)(?:{NAMED}|staff|desk|newsroom|agenc\w+|redac\w+|rédac\w+|redaktion)(?!\w)", re.IGNORECASE
)
_PARTICLES = frozenset({"al", "bin", "da", "de", "del", "den", "der", "di", "du", "el", "la", "van", "von"})
_NO_BY = re.compile(r"\b(?:photo\w*|pictures?|images?|getty|foto\w*|former|special to)\b", re.IGNORECASE)
# A line that credits and does nothing else: "(Reuters)", "© AFP", "Copyright 2017 The Associated Press. All rights ...",
# "Source: Reuters", "Quelle: dpa/hg", "المصدر: رويترز", "(avec AFP)".
_SOURCE = r"(?:Source|Sources|Quelle|Fuente|Fonte|Kaynak|Источник|المصدر|مصدر|Credit|Agency)\s*[:：]"
_RIGHTS = r"(?:©|\(c\)|copyright|tous droits réservés|todos los derechos reservados)"
_LINE = re.compile(
    rf"\W*(?:{_SOURCE}|{_RIGHTS}|(?P<helped>avec|with|mit|con))?[\s:©]*(?:\d{{4}}(?:\s*[-–]\s*\d{{2,4}})?)?[\s,]*(?:by\s+)?{_A}"
    rf"(?:\s*\(?\d{{4}}\)?)?(?:\W*|[.,]?\s*(?:all rights reserved|tous droits|todos los derechos|alle rechte|all rights)\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_COPYRIGHT = re.compile(
    rf"{_RIGHTS}[\s:,]*(?:copyright)?\s*(?:\d{{4}})?[\s,]*(?P<agency>{CREDITED})(?!\w)", re.IGNORECASE
)
_AT_THE_END = re.compile(rf"[.!?\"”»؟]\s*[(\[–—-]\s*(?P<helped>avec |with |mit |con )?{_A}\s*[)\]]?\s*$")
# The form of one agency's desks: "(Reporting by A and B; Writing by C; Editing by D)", and what stands under its pages.
_DESK = re.compile(
    r"\bReporting by\b[^\n]{3,300}?;\s*(?:\w+ )*editing by\b|\bThomson Reuters Trust Principles", re.IGNORECASE
)
_HEAD_LINES, _FOOT_LINES = 4, 4


def wire(text: str, byline: str = "") -> str:
    """The agency's one name (worker/steps/outlets.py), or "". One that is named under or over the text is enough."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    foot = lines[-_FOOT_LINES:]
    return _of_byline(byline) or _of_head(lines[:_HEAD_LINES]) or _of_foot(foot, signed=_are_persons(_plain(byline)))


def _of_byline(byline: str) -> str:
    if _NO_BY.search(byline):
        return ""
    named = {agency(found["agency"]) for found in _BY.finditer(byline)}
    parts = _BESIDE.split(_plain(byline))
    helped = any(map(_BY.match, parts)) and any(map(_are_persons, parts))
    return named.pop() if len(named) == 1 and not helped else ""


def _plain(byline: str) -> str:
    return re.sub(r"^\s*by\s+", "", byline, flags=re.IGNORECASE).strip()


def _are_persons(told: str) -> bool:
    """ "Jane Doe, John Roe": of two to four words each, none of them an agency's or outlet's name."""
    if _BY.search(told) or _NO_PERSON.search(told):
        return False
    return all(
        2 <= len(words) <= 4 and all(word[0].isupper() or word.lower() in _PARTICLES for word in words)
        for words in map(str.split, re.split(r",|\band\b", told))
    )


def _whose(found: re.Match[str]) -> str:
    return agency(found["agency"]) or agency(found["agency"].upper())


def _of_head(lines: list[str]) -> str:
    for line in lines:
        for dateline in _DATELINES:
            if found := dateline.match(line):
                return agency(found["agency"])
    return ""


def _of_foot(lines: list[str], *, signed: bool) -> str:
    """`signed` by persons: then "with AFP" says who helped them."""
    for line in reversed(lines):
        if _DESK.search(line):
            return "Reuters"
        if len(line) < 120 and (found := _LINE.fullmatch(line)):
            return "" if signed and found["helped"] else _whose(found)
        if not _NO_BY.search(line) and (found := _COPYRIGHT.search(line)):
            return _whose(found)
    if lines and (found := _AT_THE_END.search(lines[-1])):
        return "" if signed and found["helped"] else agency(found["agency"])
    return ""
