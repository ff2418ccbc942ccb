"""What an outlet did to an article between two readings: nothing of substance, an edit, or a correction."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from storage.folding import fold
from storage.records import ArticleEvent, Edit
from worker.steps.corrections import notices
from worker.steps.furniture import without_furniture

# Letters and figures; a sign that changes what a figure says is a word of its own.
_WORD = re.compile(r"[<>≤≥](?=\s?\d)|\d+(?:[.,:]\d+)*|[^\W\d_]+|[%‰$€£¥₺₽₪]")
_MINUS = re.compile(r"(?<![\w.,])[-−](?=\d)")
_GROUPED = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")
_SPACED = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")


def tell_edit(old_title: str, old_text: str, title: str, text: str) -> Edit | None:
    """What was done to the old to make it the new; None: it differs in dress only.

    Dress is all but the letters and figures of title and text: marks, white space, where paragraphs end; and what changes on
    a page by itself (worker/steps/furniture.py). A correction is an edit that brought a notice of it. Takes time in
    proportion to the texts: it is asked inside of a transaction.
    """
    olds, news = _own_lines(old_title, old_text), _own_lines(title, text)
    new_title = _bare(title) != _bare(old_title)
    known = {_bare(told) for told in notices(old_title, old_text)}
    brought = [told for told in notices(title, text) if _bare(told) not in known]
    if not brought and not new_title and _bare("\n".join(olds)) == _bare("\n".join(news)):
        return None
    if brought:
        return Edit(kind=ArticleEvent.CORRECTED, detail=" ".join(brought))
    return Edit(kind=ArticleEvent.EDITED, detail=_summary(olds, news, new_title=new_title))


def _own_lines(title: str, text: str) -> list[str]:
    """The text's lines without furniture, nor the title that many pages begin their text with."""
    return [line for line in without_furniture(_MINUS.sub(" minus ", text)) if _bare(line) != _bare(title)]


def _bare(text: str) -> str:
    """Words run together, so that a hyphen or a blank between them is dress; figures apart, so that 3 5 is not 35."""
    signed = _MINUS.sub(" minus ", text)  # folding takes it for a hyphen
    folded = _SPACED.sub("", _GROUPED.sub("", fold(signed)))
    return "".join(f" {word} " if word[0].isdigit() else word for word in _WORD.findall(folded))


def _summary(olds: Sequence[str], news: Sequence[str], *, new_title: bool) -> str:
    """ "new headline; 2 paragraphs changed, 31 words added, 12 removed"."""
    was, now = Counter(olds) - Counter(news), Counter(news) - Counter(olds)
    paragraphs = max(was.total(), now.total())
    old_words, new_words = _counted(was), _counted(now)
    added, removed = (new_words - old_words).total(), (old_words - new_words).total()
    told = ["new headline"] if new_title else []
    if paragraphs:
        many = "1 paragraph" if paragraphs == 1 else f"{paragraphs} paragraphs"
        told.append(f"{many} changed, {added} {'word' if added == 1 else 'words'} added, {removed} removed")
    elif not new_title:
        told.append("paragraphs in another order")
    return "; ".join(told)


def _counted(lines: Counter[str]) -> Counter[str]:
    words: Counter[str] = Counter()
    for line, times in lines.items():
        for word in _WORD.findall(line):
            words[word] += times
    return words
