"""Saved searches and files on the command, on the sample newsroom."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from claimwatch.exports.csv_rows import BOM
from storage.engine import Store
from tests.filling import with_one_article
from tests.front.conftest import Command


@pytest.fixture
def filled(claimwatch: Command, commands_store: Store) -> Command:
    """A store with one article in it."""
    with_one_article(commands_store)
    return claimwatch


def test_a_search_is_saved_run_and_forgotten(filled: Command) -> None:
    assert filled("search", "save", "raqqa", 'raqqa "secret deal"', "--title", "The deal").code == 0
    assert filled("search", "show", "raqqa", "--json").json()["query"] == 'raqqa "secret deal"'
    assert [row["slug"] for row in filled("search", "list", "--json").json()] == ["raqqa"]
    assert [row["id"] for row in filled("search", "run", "raqqa", "--format", "json").json()] == [1]
    assert filled("search", "save", "raqqa", "mosul").code == 0
    assert filled("search", "run", "raqqa", "--json").json() == []
    assert filled("search", "remove", "raqqa").code == 0
    assert [filled("search", verb, "raqqa").code for verb in ("show", "run", "remove")] == [1, 1, 1]


def test_what_cannot_be_understood_is_not_saved(filled: Command) -> None:
    bad = filled("search", "save", "raqqa", 'raqqa "secret')
    assert (bad.code, "quotation mark is left open" in bad.err) == (2, True)
    no_name = filled("search", "save", "Raqqa!", "raqqa")
    assert (no_name.code, "small letters, digits and single hyphens" in no_name.err) == (2, True)
    assert filled("search", "list", "--json").json() == []


def test_days_that_are_told_from_today_stay_so(filled: Command) -> None:
    assert filled("search", "save", "news", "raqqa seen:7d").code == 0
    assert filled("search", "show", "news", "--json").json()["query"] == "raqqa seen:7d"


def test_files_on_stdout_and_on_disk(filled: Command, tmp_path: Path) -> None:
    file = tmp_path / "found.csv"
    told = filled("article", "search", "raqqa", "--format", "csv", "--out", str(file))
    assert (told.code, told.out, f"written: {file}" in told.err) == (0, "", True)
    text = file.read_text(encoding="utf-8")
    assert text.startswith(BOM)
    (row,) = csv.DictReader(text.removeprefix(BOM).splitlines())
    assert (row["claim_id"], row["relation"], row["query"]) == ("raqqa-4000", "supports", "raqqa")
    assert not filled("article", "search", "raqqa", "--format", "csv").out.startswith(BOM)
    (line,) = filled("article", "search", "--format", "jsonl").out.splitlines()
    assert json.loads(line)["schema"] == "claimwatch.article/1"
    assert "@article{gazette.example-1," in filled("article", "search", "--format", "bibtex").out
    (cited,) = filled("article", "search", "--format", "csl-json").json()
    assert cited["type"] == "article-newspaper"
    (finding,) = filled("finding", "list", "--claim", "raqqa-4000", "--format", "jsonl").out.splitlines()
    assert json.loads(finding)["export"]["query"] == "claim raqqa-4000"
    (row,) = csv.DictReader(filled("finding", "list", "raqqa", "--format", "csv").out.splitlines())
    assert (row["id"], row["query"]) == ("1", "raqqa")


def test_a_file_that_cannot_be_written_is_said_and_none_is_half_there(filled: Command, tmp_path: Path) -> None:
    nowhere = filled("article", "search", "--format", "csv", "--out", str(tmp_path / "none" / "a.csv"))
    assert (nowhere.code, "cannot write" in nowhere.err) == (2, True)
    assert filled("article", "search", "--out", str(tmp_path / "a.txt")).code == 2
    assert filled("finding", "list", "--format", "bibtex").code == 2
    assert [path.name for path in tmp_path.glob("a*")] == []
