"""Which language a text is in: what it is said to be, unless its letters or its commonest words plainly say otherwise.

No guess among all languages: a template in English around a page in Turkish is common, and is all that is caught here.
"""

from __future__ import annotations

import re
from collections import Counter

# Letters that only these languages are written in; the first is meant where none was named.
_SCRIPTS = (
    (re.compile(r"[\u3040-\u30ff]"), ("ja",)),
    (re.compile(r"[\uac00-\ud7af]"), ("ko",)),
    (re.compile(r"[\u4e00-\u9fff]"), ("zh", "ja", "yu")),
    (re.compile(r"[\u0600-\u06ff]"), ("ar", "fa", "ur", "ps", "ku", "ug", "sd")),
    (re.compile(r"[\u0400-\u04ff]"), ("ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn", "tg", "tt", "uz")),
    (re.compile(r"[\u0590-\u05ff]"), ("he", "iw", "yi")),
    (re.compile(r"[\u0370-\u03ff]"), ("el",)),
    (re.compile(r"[\u0900-\u097f]"), ("hi", "mr", "ne", "sa")),
    (re.compile(r"[\u0e00-\u0e7f]"), ("th",)),
)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_MOST = 0.5  # of the letters
_SAMPLE = 4_000  # letters
# Function words that few other languages have. A text of a language holds one of its own in every ten words or so.
_COMMON = {
    "en": "the and of to that with was for his this were which",
    "de": "der die und das nicht ist mit von dem auch sich eine",
    "fr": "les des est dans une pour qui pas sur avec ont été",
    "es": "los las del que por una con para está como más fue",
    "it": "che della di il gli per non sono nel dei più alla",
    "pt": "não uma dos para com os das pelo são mais foi ao",
    "nl": "het een van niet zijn voor dat met ook werd naar bij",
    "tr": "bir ve bu için ile olarak daha olan çok gibi kadar sonra",
    "pl": "się nie na że jest przez jak oraz został tym które już",
    "sv": "och att det som är inte för till har av den på",
    "id": "yang dan di dengan untuk dari pada ini dalam tidak akan itu",
    "cs": "že na se je které jako podle jsou byl pro ale také",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _code, _told in _COMMON.items():
    for _word in _told.split():
        _LANGUAGES_OF.setdefault(_word, []).append(_code)
_FEWEST_WORDS = 15  # of one language, before the page's word is doubted
_TIMES_MORE = 4


def language(text: str, named: list[str]) -> str:
    """Two letters, "" if unknown. `named`: what page and feed say, the nearest first."""
    sample = text[:_SAMPLE]
    letters = sum(map(str.isalpha, sample)) or 1
    latin = len(_LATIN.findall(sample)) > _MOST * letters
    for script, languages in () if latin else _SCRIPTS:
        if len(script.findall(sample)) > _MOST * letters * (0.3 if languages == ("ja",) else 1):
            return next((code for code in named if code in languages), languages[0])
    said = named[0] if named else ""
    if not latin:
        return said
    counts = Counter(code for word in sample.lower().split() for code in _LANGUAGES_OF.get(word, ()))
    if not counts:
        return said
    best, most = counts.most_common(1)[0]
    plain = most >= _FEWEST_WORDS and all(most > n for code, n in counts.items() if code != best)
    if not said:
        return best if plain else ""
    # only between languages whose words are known here: Catalan looks like Spanish to who knows no Catalan
    written_otherwise = any(said in languages for _script, languages in _SCRIPTS)
    if plain and (said in _COMMON or written_otherwise) and most > _TIMES_MORE * counts[said]:
        return best
    return said
