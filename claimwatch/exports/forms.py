"""The forms in which rows are given, by the ends of their addresses."""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """JSON is a page of rows with what is known of them all; the others are whole files."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    BIB = "bib"
    CSL = "csl.json"


CONTENT_TYPES = {
    Form.JSON: "application/json",
    Form.JSONL: "application/x-ndjson",
    Form.CSV: "text/csv",
    Form.BIB: "application/x-bibtex",
    Form.CSL: "application/vnd.citationstyles.csl+json",
}
# what one thing is given in
THING = (Form.JSON,)
# what every list is given in; lists of articles also as citations
ROWS = (Form.JSON, Form.JSONL, Form.CSV)
CITATIONS = (Form.BIB, Form.CSL)
