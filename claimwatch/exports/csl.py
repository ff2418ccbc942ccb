"""Citations as CSL-JSON, which Zotero, Pandoc and word processors read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from claimwatch.exports.about import About
from claimwatch.exports.cited import Cited


def csl_json(citations: Iterable[Cited], about: About) -> Iterator[str]:
    """One JSON list, an item at a time. `custom` is the place that the format leaves to programs."""
    before = "[\n"
    for one in citations:
        yield before + json.dumps(item(one) | {"custom": about.as_dict()}, ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def item(one: Cited) -> dict[str, Any]:
    """One citation. Without a known day of publication there is none: the day we saw it is `accessed`."""
    told = {
        "id": one.key,
        "type": "article-newspaper",
        "title": one.title,
        "author": [{"literal": one.author}] if one.author else None,
        "container-title": one.outlet,
        "issued": _day(one.published) if one.published else None,
        "accessed": _day(one.accessed),
        "URL": one.url,
        "language": one.lang,
        "archive": "claimwatch",
        "archive_location": one.kept_as,
    }
    return {name: value for name, value in told.items() if value}


def _day(day: date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}
