"""The words of a letter as they are read here: as they went, but for the reader's own address to leave by."""

from __future__ import annotations

import re
from typing import Any

from storage import digest_rows
from storage.digest_rows import Words
from worker.steps.digest.write import personal

_BODY = re.compile("(<body[^>]*>)(.*)(?=</body>)", re.DOTALL)


def read(tx: Any, letter_id: int) -> Words | None:
    """Its words; None if there is none of that id, or what it quoted was removed."""
    words = digest_rows.words(tx, letter_id)
    if words is None:
        return None
    return Words(subject=words.subject, text=personal(words.text, ""), html=personal(words.html, ""))


def inside(html: str) -> str:
    """What its document shows, without the document: for a place in another."""
    found = _BODY.search(html)
    return found[2].strip() if found else html


def below(first: str, html: str) -> str:
    """The document with `first`, markup of ours, above all that it shows."""
    return _BODY.sub(lambda found: f"{found[1]}\n{first}{found[2]}", html, count=1)
