"""The agency that a text is credited to as a whole: by its by-line, its dateline, or the words under it.

An agency that is quoted in a passage ("Reuters reported"), took the picture, or contributed, is none: what a passage
takes from whom stands in its voice (worker/steps/voices.py).
"""

from __future__ import annotations

import re

from worker.steps.outlets import CREDITED, agency

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
# A whole by-line: "Reuters", "By Jane Doe, Reuters", "AFP in Beirut", "Le Monde avec AFP", "dpa/AFP" (two: none).
_BY = re.compile(rf"(?<!\w)(?P<agency>{CREDITED})(?!\w)")
_NO_BY = re.compile(r"\b(?:photo\w*|pictures?|images?|getty|foto\w*|former|special to)\b", re.IGNORECASE)
# A line that credits and does nothing else: "(Reuters)", "© AFP", "Copyright 2017 The Associated Press. All rights ...",
# "Source: Reuters", "Quelle: dpa/hg", "المصدر: رويترز", "(avec AFP)".
_SOURCE = r"(?:Source|Sources|Quelle|Fuente|Fonte|Kaynak|Источник|المصدر|مصدر|Credit|Agency)\s*[:：]"
_RIGHTS = r"(?:©|\(c\)|copyright|tous droits réservés|todos los derechos reservados)"
_LINE = re.compile(
    rf"\W*(?:{_SOURCE}|{_RIGHTS}|avec|with|mit|con)?[\s:©]*(?:\d{{4}}(?:\s*[-–]\s*\d{{2,4}})?)?[\s,]*(?:by\s+)?{_A}"
    rf"(?:\s*\(?\d{{4}}\)?)?(?:\W*|[.,]?\s*(?:all rights reserved|tous droits|todos los derechos|alle rechte|all rights)\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_COPYRIGHT = re.compile(
    rf"{_RIGHTS}[\s:,]*(?:copyright)?\s*(?:\d{{4}})?[\s,]*(?P<agency>{CREDITED})(?!\w)", re.IGNORECASE
)
_AT_THE_END = re.compile(rf"[.!?\"”»؟]\s*[(\[–—-]\s*(?:avec |mit |con )?{_A}\s*[)\]]?\s*$")
# The form of one agency's desks: "(Reporting by A and B; Writing by C; Editing by D)", and what stands under its pages.
_DESK = re.compile(
    r"\bReporting by\b[^\n]{3,300}?;\s*(?:\w+ )*editing by\b|\bThomson Reuters Trust Principles", re.IGNORECASE
)
_HEAD_LINES, _FOOT_LINES = 4, 4


def wire(text: str, byline: str = "") -> str:
    """The agency's one name (worker/steps/outlets.py), or "". One that is named under or over the text is enough."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return _of_byline(byline) or _of_head(lines[:_HEAD_LINES]) or _of_foot(lines[-_FOOT_LINES:])


def _of_byline(byline: str) -> str:
    if _NO_BY.search(byline):
        return ""
    named = {agency(found["agency"]) for found in _BY.finditer(byline)}
    return named.pop() if len(named) == 1 else ""


def _whose(found: re.Match[str]) -> str:
    return agency(found["agency"]) or agency(found["agency"].upper())


def _of_head(lines: list[str]) -> str:
    for line in lines:
        for dateline in _DATELINES:
            if found := dateline.match(line):
                return agency(found["agency"])
    return ""


def _of_foot(lines: list[str]) -> str:
    for line in reversed(lines):
        if _DESK.search(line):
            return "Reuters"
        if len(line) < 120 and (found := _LINE.fullmatch(line)):
            return _whose(found)
        if not _NO_BY.search(line) and (found := _COPYRIGHT.search(line)):
            return _whose(found)
    if lines and (found := _AT_THE_END.search(lines[-1])):
        return agency(found["agency"])
    return ""
