"""SQLite and PostgreSQL give the same answers, whatever is asked: they are led to them by ways of their own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, text

from bench.store_filling import COUNTED, NOW, Filler, Vocabulary, claim_id
from storage.engine import Store, make_store
from storage.schema import RevisionRow
from storage.search.errors import BadQuery
from storage.search.parse import parse
from storage.search.run import search_articles, search_findings
from tests.conftest import new_database

pytestmark = pytest.mark.postgres

ARTICLES = 300
# So that a store of a few hundred is gone about as one of a few hundred thousand.
SMALL = {
    "run.MOST_COUNTED": 40, "facets.AMONG": 40, "sqlite_way.FEW": 20, "sqlite_way.LED": 60, "postgres_way.FEW": 20,
    "postgres_way.LED": 60, "postgres_way.FEW_TEXTS": 45, "postgres_way._FEW_FIGURES": 15, "postgres_way._KEYS_A_TEXT": 3,
}  # fmt: skip
WORDS = ["".join(parts) for parts in product("bdfgkl", "aeiou", ("n", "r", "st"), ("o", "es", "ing", "al", ""))][:420]


@pytest.fixture(scope="module")
def both(postgres: str, migrated_database: str, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Store]]:  # fmt: skip
    """Two stores with the same rows."""
    file = tmp_path_factory.mktemp("both") / "claimwatch.db"
    file.write_bytes(migrated_file.read_bytes())
    stores = [make_store(f"sqlite:///{file}"), make_store(new_database(postgres, template=migrated_database))]
    words = Vocabulary(WORDS, list(accumulate(300 / (n + 3) for n in range(len(WORDS)))))
    for store in stores:
        Filler(words, ARTICLES).fill(store)
    with stores[1].engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    yield stores
    for store in stores:
        store.close()


@pytest.fixture(scope="module")
def phrases(both: list[Store]) -> list[str]:
    """Words that stand side by side somewhere, two or three of them."""
    dice = random.Random(1)
    with both[0].read() as tx:
        texts = list(tx.scalars(select(RevisionRow.text).order_by(RevisionRow.id).limit(40)))
    told = []
    for some in texts:
        words = some.split()
        at = dice.randrange(len(words) - 3)
        told.append(" ".join(words[at : at + dice.choice((2, 2, 3))]).replace(".", ""))
    return told


_DAYS = ("2013", "2014-05", "2016-02-03..2019", "2020..", "..2018-06", "2025-11")
_FIELDS = st.one_of(
    st.integers(0, 6).map(lambda n: f"claim:{claim_id(n)}"),
    st.sampled_from(["disputes", "supports", "context,mixed"]).map(lambda told: f"relation:{told}"),
    st.sampled_from(["lang:en", "lang:ar,ru", "entity:raqqa", "score:>0.8", "has:figure", "-is:copy", "topic:topic-2", "country:GB"]),
    st.integers(1, 60).map(lambda n: f'source:"outlet {n}"'),
    st.sampled_from(_DAYS).map(lambda told: f"published:{told}"),
    st.integers(1, 3000).map(lambda n: f"figure:{n}..{n * 3}"),
    st.sampled_from(COUNTED).map(lambda told: f"counts:{told.split()[0]}"),
)  # fmt: skip
_CONTROLS = st.sampled_from(
    ["", "", "", " sort:oldest", " sort:seen", " as-of:2017-03-01", " as-of:2021-12-31 sort:seen"]
)


def _queries(phrases: list[str]) -> st.SearchStrategy[str]:
    word = st.sampled_from([*WORDS[:12], *WORDS[60:80:3]])
    phrase = st.sampled_from(phrases).map(lambda told: f'"{told}"')
    leaf = st.one_of(word, word, phrase, _FIELDS)
    joined = st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " OR ".join(parts) + ")"),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " ".join(parts) + ")"),
            inner.filter(lambda told: not told.startswith("-")).map(lambda told: f"-{told}"),
        ),
        max_leaves=5,
    )
    return st.builds(
        lambda parts, control: " ".join(parts) + control, st.lists(joined, min_size=1, max_size=3), _CONTROLS
    )


def _answers(tx: Connection, told: str) -> Any:
    """Every page, and what is said of them; or the error."""
    try:
        query = parse(told, now=NOW)
        page = search_articles(tx, query, limit=9, facets=True)
        told_of_it: list[Any] = [page.count, page.facets]
        ids = [row["id"] for row in page.rows]
        while page.next and len(ids) < 100:
            page = search_articles(tx, query, limit=9, after=page.next)
            told_of_it.append(page.count)
            ids += [row["id"] for row in page.rows]
        assert len(ids) == len(set(ids))
        if "sort:" in told:
            return told_of_it, ids
        found = search_findings(tx, query, limit=20)
        return told_of_it, ids, found.count, [row["id"] for row in found.rows]
    except BadQuery as error:
        return str(error)


def test_both_engines_give_the_same_answers(
    both: list[Store], phrases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SMALL.items():
        monkeypatch.setattr(f"storage.search.{name}", value)

    @settings(max_examples=120, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @example(f'("{phrases[0]}" OR {WORDS[1]}) claim:{claim_id(0)}')
    @example(f'{WORDS[0]} -"{phrases[1]}" sort:oldest')
    @given(_queries(phrases))
    def agree(told: str) -> None:
        with both[0].read() as one, both[1].read() as other:
            assert _answers(one, told) == _answers(other, told), told

    agree()


def test_the_stores_are_the_same(both: list[Store]) -> None:
    counted = text(
        "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM findings), (SELECT max(order_key) FROM revisions)"
    )
    told = []
    for store in both:
        with store.read() as tx:
            told.append(tuple(tx.execute(counted).one()))
    assert told[0] == told[1]
    assert told[0][0] == ARTICLES
