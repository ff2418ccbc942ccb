"""An article as a citation needs it: from its row and what the store says of its writing. Both formats are made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from storage.citing import Citable


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """Days are those of UTC. `author` is the byline as printed: who is a first name and who a paper is not ours to guess."""

    key: str
    title: str
    author: str
    outlet: str
    published: date | None
    accessed: date
    url: str
    lang: str
    kept_as: str


def cited(row: dict[str, Any], known: Citable) -> Cited:
    """The citation of one article row."""
    published = row.get("published")
    return Cited(
        key=key_of(row),
        title=one_line(row["title"]),
        author=re.sub(r"^by\s+", "", one_line(known.byline), flags=re.IGNORECASE),
        outlet=one_line(row["outlet"]),
        published=date.fromisoformat(published[:10]) if published else None,
        accessed=known.accessed.date(),
        url=row["url"],
        lang=row.get("lang") or "",
        kept_as=f"article {row['id']}, revision {row['revision']}",
    )


def key_of(row: dict[str, Any]) -> str:
    """The host of the article's canonical address and its id: neither ever changes, and no id is given out twice."""
    host = (urlsplit(row["canonical_url"]).hostname or "").removeprefix("www.")
    return f"{re.sub(r'[^a-z0-9.-]', '', host.lower()) or 'article'}-{row['id']}"


def one_line(text: str) -> str:
    """Without line ends and control characters, blanks folded."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())
