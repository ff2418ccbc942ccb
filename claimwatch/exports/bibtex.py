"""Citations as BibTeX, in UTF-8: letters of all scripts stay letters, what TeX would take for a command is escaped.

By hand: the libraries that write it turn letters into commands, or leave `%` and `_` alone. The tests read it back
with one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from claimwatch.exports.about import About
from claimwatch.exports.cited import Cited, one_line

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# BibTeX counts braces, escaped ones too: those of a text are said by commands, so that ours stay in pairs
_ESCAPED = str.maketrans(
    {
        "\\": r"{\textbackslash}",
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
        **{c: "\\" + c for c in "$&%#_"},
    }
)
# In an address they would end the field or begin a command; percent-encoded they mean the same.
_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"})


def bibtex(citations: Iterable[Cited], about: About) -> Iterator[str]:
    """The file, an entry at a time. What stands between entries is no entry to BibTeX: there it says where it comes from."""
    for name, value in about.as_dict().items():
        yield f"% {name}: {one_line(value).replace('@', '(at)')}\n"
    for one in citations:
        yield "\n" + _entry(one)


def _entry(one: Cited) -> str:
    """`date` is read by biblatex, `year` and `month` by BibTeX; `month` is a word that the style knows, without braces."""
    day = one.published
    fields = {
        "title": f"{{{_text(one.title)}}}",  # twice in braces: a style leaves its capitals alone
        "author": f"{{{_text(one.author)}}}" if one.author else "",
        "journal": _text(one.outlet),
        "date": day.isoformat() if day else "",
        "year": f"{day.year:04}" if day else "",
        "month": _MONTHS[day.month - 1] if day else "",
        "url": one.url.translate(_IN_ADDRESS),
        "urldate": one.accessed.isoformat(),
        "language": _text(one.lang),
        "note": f"Kept by claimwatch as {one.kept_as}",
    }
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}" for name, value in fields.items() if value]
    return f"@article{{{one.key},\n" + ",\n".join(lines) + "\n}\n"


def _text(value: str) -> str:
    return value.translate(_ESCAPED)
