"""Files for other programs, opened by those programs' own readers."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_string

from claimwatch.csv_safe import safe_cell
from claimwatch.exports.about import RELATION_IS, About
from claimwatch.exports.atom import short
from claimwatch.exports.bibtex import bibtex
from claimwatch.exports.cited import Cited, cited
from claimwatch.exports.csl import csl_json
from claimwatch.exports.csv_rows import BOM, csv_rows
from claimwatch.exports.jsonl import jsonl
from claimwatch.exports.pairs import pairs
from storage.citing import Citable

ABOUT = About(query='raqqa "secret deal"', at="2026-11-23T12:00:00Z")
HARD = r"50% of {Raqqa} & 3_000 ~dead~ ^ \emph #1 $5 “Rakka” Ünlü الرقة"


def a_citation(**told: Any) -> Cited:
    plain: dict[str, Any] = {
        "key": "gazette.example-12",
        "title": "Thousands left Raqqa",
        "author": "A. Writer and B. Writer",
        "outlet": "Gazette",
        "published": date(2017, 11, 13),
        "accessed": date(2026, 11, 23),
        "url": "http://gazette.example/a?x=1&y=%C3%BC_z#top",
        "lang": "en",
        "kept_as": "article 12, revision 1",
    }
    return Cited(**plain | told)


@pytest.mark.parametrize(
    "told",
    [
        "=1+1",
        "+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\u00a0=1",
        "＝1",
        '=HYPERLINK("http://evil.example")',
    ],
)
def test_a_text_that_would_be_a_formula_is_none(told: str) -> None:
    assert safe_cell(told) == f"'{told}"


def test_what_is_no_formula_stays_as_it_is() -> None:
    told: list[object] = [-3, 4.5, 0, "a=b", "1-2", "", "l'eau", "الرقة"]
    assert [safe_cell(one) for one in told] == told
    assert [safe_cell(None), safe_cell(True), safe_cell(False)] == ["", "true", "false"]
    assert [safe_cell(["figure", "denial"]), safe_cell(["=1+1", "x"]), safe_cell({"k": "ü"}), safe_cell(datetime(2026, 11, 23, tzinfo=UTC))] == [
        "figure; denial", "'=1+1; x", '{"k": "ü"}', "2026-11-23T00:00:00Z",
    ]  # fmt: skip


@given(st.text())
def test_no_cell_ever_begins_as_a_formula(told: str) -> None:
    cell = str(safe_cell(told))
    assert cell.lstrip()[:1] not in set("=+-@＝＋－＠")
    assert cell.removeprefix("'") in (told, told.removeprefix("'"))


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_is_read_back_as_it_was_and_says_where_it_comes_from_in_every_row() -> None:
    rows: list[dict[str, Any]] = [
        {"title": 'a "b", c\nd', "n": -2, "list": ["x", "y"], "more": {"k": "ü"}},
        {"title": "=1+1"},
    ]
    text = "".join(csv_rows(rows, ("title", "n", "list", "more"), ABOUT))
    assert text.endswith("\r\n")
    first, second = read_csv(text)
    assert (first["title"], first["n"], first["list"], json.loads(first["more"])) == (
        'a "b", c\nd',
        "-2",
        "x; y",
        {"k": "ü"},
    )
    assert (second["title"], second["n"]) == ("'=1+1", "")
    for row in (first, second):
        assert (row["query"], row["zone"], row["relation_is"]) == (ABOUT.query, "UTC", RELATION_IS)
        assert row["exported_by"].startswith("claimwatch ")
    assert "".join(csv_rows([], ("title",), ABOUT, bom=True)).startswith(f"{BOM}title,query,")


def test_a_query_that_would_be_a_formula_is_none_either() -> None:
    (row,) = read_csv("".join(csv_rows([{"title": "a"}], ("title",), About(query="-mosul raqqa", at=ABOUT.at))))
    assert row["query"] == "'-mosul raqqa"


def test_a_large_csv_comes_in_pieces() -> None:
    pieces = list(csv_rows(({"n": n} for n in range(1000)), ("n",), ABOUT))
    assert len(pieces) > 4
    assert [row["n"] for row in read_csv("".join(pieces))] == [str(n) for n in range(1000)]


def test_a_line_of_json_stands_alone() -> None:
    lines = "".join(jsonl([{"id": 1, "title": "a\u2028b\nc"}, {"id": 2, "title": ""}], "article", ABOUT)).split("\n")
    told = [json.loads(line) for line in lines[:-1]]
    assert [(one["schema"], one["id"], one["title"]) for one in told] == [
        ("claimwatch.article/1", 1, "a\u2028b\nc"),
        ("claimwatch.article/1", 2, ""),
    ]
    assert told[0]["export"] == ABOUT.as_dict()


# what TeX would print
_PRINTED = {
    r"{\textbackslash}": "\\", r"{\textbraceleft}": "{", r"{\textbraceright}": "}", r"{\textasciitilde}": "~",
    r"{\textasciicircum}": "^", r"\$": "$", r"\&": "&", r"\%": "%", r"\#": "#", r"\_": "_",
}  # fmt: skip


def printed(field: str) -> str:
    told = field.removeprefix("{").removesuffix("}")
    for command, letter in _PRINTED.items():
        told = told.replace(command, letter)
    return told


def test_bibtex_is_read_back_as_it_was() -> None:
    told = [
        a_citation(title=HARD),
        a_citation(key="other.example-13", author="", published=None, url="http://x.example/{a}"),
    ]
    first, second = parse_string("".join(bibtex(told, ABOUT)), "bibtex").entries.values()
    assert (first.key, first.type, first.fields["journal"]) == ("gazette.example-12", "article", "Gazette")
    assert printed(first.fields["title"]) == HARD
    assert (first.fields["year"], first.fields["month"], first.fields["date"]) == ("2017", "November", "2017-11-13")
    assert first.fields["url"] == told[0].url
    assert str(first.persons["author"][0]) == "{A. Writer and B. Writer}"
    assert (second.fields["url"], "year" in second.fields, "author" in second.persons) == (
        "http://x.example/%7Ba%7D",
        False,
        False,
    )


@given(title=st.text(alphabet=st.characters(codec="utf-8", categories=("L", "P", "S", "Nd", "Zs")), min_size=1))
def test_no_title_breaks_the_file(title: str) -> None:
    row = {
        "id": 1,
        "canonical_url": "http://a.example/",
        "title": title,
        "outlet": "{",
        "url": "http://a.example/",
        "revision": 1,
    }
    known = Citable(byline="}", accessed=datetime(2026, 1, 1, tzinfo=UTC), changed=datetime(2026, 1, 1, tzinfo=UTC))
    one = cited(row, known)
    (entry,) = parse_string("".join(bibtex([one], About(query="@article{", at=""))), "bibtex").entries.values()
    assert " ".join(printed(entry.fields["title"]).split()) == " ".join(one.title.split())


def test_csl_json_is_rendered_by_a_citation_processor() -> None:
    told = json.loads(
        "".join(csl_json([a_citation(title=HARD), a_citation(key="b", author="", published=None)], ABOUT))
    )
    assert [one["custom"] for one in told] == [ABOUT.as_dict()] * 2
    assert (told[0]["type"], told[0]["issued"], "issued" in told[1]) == (
        "article-newspaper",
        {"date-parts": [[2017, 11, 13]]},
        False,
    )
    source = CiteProcJSON([{name: value for name, value in one.items() if name != "custom"} for one in told])
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    rendered = CitationStylesBibliography(style, source, formatter.plain)
    rendered.register(Citation([CitationItem("gazette.example-12")]))
    (line,) = (str(one) for one in rendered.bibliography())
    for part in ("A. Writer and B. Writer", "2017", HARD, "Gazette", told[0]["URL"], "November 23, 2026"):
        assert part in line


def test_nothing_is_a_list_of_nothing() -> None:
    assert json.loads("".join(csl_json([], ABOUT))) == []
    assert list(jsonl([], "article", ABOUT)) == []


def test_a_key_never_changes_and_is_no_other_articles() -> None:
    known = Citable(
        byline="By A. Writer", accessed=datetime(2026, 1, 1, tzinfo=UTC), changed=datetime(2026, 1, 1, tzinfo=UTC)
    )
    row = {
        "id": 7,
        "canonical_url": "https://www.gazette.example/a",
        "title": "A",
        "outlet": "G",
        "url": "u",
        "revision": 1,
    }
    later = row | {"title": "B", "published": "2026-11-23T12:00:00Z", "revision": 2, "url": "https://moved.example/"}
    assert cited(row, known).key == cited(later, known).key == "gazette.example-7"
    assert cited(row, known).author == "A. Writer"


def test_a_row_an_article_and_claim() -> None:
    article = {"id": 1, "title": "T", "outlet": "O", "url": "u"}
    base = {"article_id": 1, "title": "T", "outlet": "O", "url": "u", "adds": [], "reason": "r", "by": "model"}
    findings = [
        base | {"id": 1, "claim_id": "a", "relation": "supports", "score": 0.6, "passage": "p1"},
        base | {"id": 2, "claim_id": "a", "relation": "supports", "score": 0.9, "passage": "p2"},
        base | {"id": 3, "claim_id": "b", "relation": "disputes", "score": 0.7, "passage": "p3"},
    ]
    rows = list(pairs([article, article | {"id": 2}], findings))
    told = [
        (row["article_id"], row.get("claim_id"), row.get("relation"), row.get("passage"), row["findings"])
        for row in rows
    ]
    assert told == [(1, "a", "supports", "p2", 2), (1, "b", "disputes", "p3", 1), (2, None, None, None, 0)]


def test_a_quotation_is_short() -> None:
    assert short("Three words only.") == "“Three words only.”"
    assert short("word " * 500).count("word") == 40
    assert len(short("w" * 50 + " " + "x" * 1000)) < 60
    assert len(short("w" * 5000)) < 310
