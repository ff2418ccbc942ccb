"""What stands beside the pages in an export of one claim: the findings as JSON, as a table, as linked data, as a page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from claimwatch.csv_safe import safe_cell
from storage.instants import written

Row = Mapping[str, Any]

# The lists and objects of a finding stand in findings.json alone.
_COLUMNS = (
    "claim_id", "relation", "relation_is", "machine_relation", "score", "adds", "passage", "reason", "outlet", "country",
    "lang", "title", "url", "published", "first_seen", "found_at", "ruled_at", "ruled_why", "article_id", "revision",
    "start", "end", "text_sha256", "page_url", "page_fetched_at", "page_sha256", "page_kept", "judge_version", "model",
)  # fmt: skip


def _plain(value: object) -> object:
    """An instant as ISO 8601 with Z."""
    if isinstance(value, datetime):
        return written(value)
    raise TypeError(type(value).__name__)


def as_json(about: Mapping[str, str], claim: Row, findings: Sequence[Row]) -> bytes:
    """One document: what the export is, the claim as its watch list tells it, the findings."""
    told = {"schema": "claimwatch-evidence-1", "about": about, "claim": claim, "findings": findings}
    return json.dumps(told, ensure_ascii=False, indent=1, default=_plain).encode()


def as_csv(about: Mapping[str, str], findings: Sequence[Row]) -> bytes:
    """RFC 4180 in UTF-8 with a mark that Excel asks for; what the export is stands in the last columns of each row."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*_COLUMNS, "query", "exported_at", "zone", "exported_by"])
    whole = [about[name] for name in ("query", "exported_at", "zone", "exported_by")]
    for row in findings:
        writer.writerow([safe_cell(value) for value in (*(row[name] for name in _COLUMNS), *whole)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_jsonld(about: Mapping[str, str], claim: Row, seed: Row, findings: Sequence[Row]) -> bytes:
    """schema.org's Claim with the articles it appears in. No ClaimReview: we give no ratings.

    What a passage does to the claim is a comment on the quotation, in words, and says whose word it is.
    """
    articles: dict[int, list[Row]] = {}
    for row in findings:
        articles.setdefault(row["article_id"], []).append(row)
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Claim",
        "identifier": claim["id"],
        "text": claim["text"],
        "temporalCoverage": "/".join(sorted({str(d) for d in (claim["event_from"], claim["event_to"]) if d})),
        "firstAppearance": _some(
            {"@type": "Article", "headline": seed["title"], "author": _named(seed["author"]), "url": seed["url"],
             "publisher": _named(seed["outlet"]), "datePublished": seed["published"]}
        ),
        "appearance": [_article(rows) for rows in articles.values()],
        "sdPublisher": {"@type": "SoftwareApplication", "name": about["exported_by"]},
        "sdDatePublished": about["exported_at"],
        "description": f"query {about['query']}, zone {about['zone']}; every relation is {about['relation_is']}",
    }  # fmt: skip
    return json.dumps(_some(told), ensure_ascii=False, indent=1, default=_plain).encode()


def _article(rows: Sequence[Row]) -> dict[str, Any]:
    first = rows[0]
    return _some(
        {
            "@type": "NewsArticle",
            "url": first["url"],
            "headline": first["title"],
            "publisher": _named(first["outlet"]),
            "datePublished": first["published"],
            "inLanguage": first["lang"],
            "hasPart": [
                {
                    "@type": "Quotation",
                    "text": row["passage"],
                    "comment": {
                        "@type": "Comment",
                        "text": f"{row['relation']} ({row['relation_is']}; score {row['score']:.2f}): {row['reason']}",
                    },
                }
                for row in rows
            ],
        }
    )


def _named(name: str) -> dict[str, str] | None:
    return {"@type": "Organization", "name": name} if name else None


def _some(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def as_page(about: Mapping[str, str], claim: Row, seed: Row, findings: Sequence[Row]) -> bytes:
    """A page for a browser: no script, nothing from outside, every text escaped."""
    rooms = Environment(loader=PackageLoader("claimwatch"), autoescape=select_autoescape(default=True))
    by_relation: dict[str, list[Row]] = {}
    for row in findings:
        by_relation.setdefault(row["relation"], []).append(row)
    page = rooms.get_template("evidence.html.j2")
    return page.render(about=about, claim=claim, seed=seed, findings=findings, by_relation=by_relation).encode()
