"""Independent voices and fingerprints, as a person asks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage import feeds
from storage.engine import Store, make_store
from tests.filling import with_one_article
from tests.front.conftest import Command
from tests.reprints import prose, words


@pytest.fixture
def filled(commands_store: Store) -> None:
    """The command's own database with one article."""
    with_one_article(commands_store)


@pytest.mark.usefixtures("filled")
def test_every_count_of_articles_says_how_many_voices_they_are(claimwatch: Command) -> None:
    (row,) = claimwatch("claim", "list", "--json").json()
    assert {name: row[name] for name in ("articles", "independent", "copies", "heard")} == {
        "articles": 1, "independent": 1, "copies": 0, "heard": "1 article",
    }  # fmt: skip
    for table in (claimwatch("claim", "list").out.splitlines(), claimwatch("seed", "show", "sample").out.splitlines()):
        head = next(n for n, line in enumerate(table) if line.startswith("claim ") and "sup" in line)
        assert [line.split()[-3:] for line in table[head : head + 2]] == [["sup", "art", "ind"], ["1", "1", "1"]]
    one = claimwatch("claim", "show", "raqqa-4000", "--json").json()
    assert one["voices"] == [{"articles": [1], "why": []}]
    (article,) = claimwatch("article", "search", "", "--json").json()
    assert (article["story"], article["copies"], article["wire"]) == (1, 0, "")
    assert claimwatch("claim", "list", "--limit", "1", "--json").json() == [row]


@pytest.mark.usefixtures("filled")
def test_our_own_figure_without_two_articles_on_a_claim(claimwatch: Command) -> None:
    assert claimwatch("claim", "voices").out == "no claim has two articles yet that take a side on it\n"
    told = claimwatch("claim", "voices", "--json").json()
    assert (told["claims"], told["one_voice_share"], told["largest"]) == (0, 0.0, None)


def test_a_fingerprint_goes_into_a_watch_list_and_a_wrong_one_is_told_with_its_line(
    claimwatch: Command, tmp_path: Path
) -> None:
    text = tmp_path / "seed.txt"
    text.write_text(prose(words(300, seed=1)), encoding="utf-8")
    line = claimwatch("seed", "fingerprint", str(text)).out
    assert line == claimwatch("seed", "fingerprint", "-", stdin=prose(words(300, seed=1))).out
    listed = (
        "list: sample\ntitle: T\nseed:\n  title: The seed\n  {}\ntopics: {{a: A}}\n"
        "claims: [{{id: one, topic: a, claim: Hundreds left., kind: figure}}]\n"
    )
    file = tmp_path / "list.yaml"
    file.write_text(listed.format(line.strip()), encoding="utf-8")
    assert claimwatch("seed", "add", str(file)).code == 0
    assert claimwatch("seed", "list", "--json").json()[0]["seed"]["fingerprint"] in line
    assert "1:" not in claimwatch("seed", "show", "sample").out
    file.write_text(listed.format("fingerprint: words"), encoding="utf-8")
    wrong = claimwatch("seed", "add", str(file))
    assert wrong.code == 2
    assert f"{file}:5: seed.fingerprint: expected what `claimwatch seed fingerprint FILE` prints" in wrong.err


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"too few words", "too short"), (b"\xff\xfe words", "expected UTF-8 text"), (None, "cannot be read")],
)
def test_what_has_no_fingerprint_is_one_clear_line(
    claimwatch: Command, tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "seed.txt"
    if content is not None:
        file.write_bytes(content)
    ran = claimwatch("seed", "fingerprint", str(file))
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_feed_says_whose_voice_it_is(claimwatch: Command, environ: dict[str, str]) -> None:
    claimwatch("feed", "add", "http://a.example/f", "--outlet", "A", "--owner", "Chain")
    claimwatch("feed", "add", "http://a.example/f", "--lang", "en")
    (row,) = claimwatch("feed", "list", "--json").json()
    assert (row["outlet"], row["owner"], row["lang"]) == ("A", "Chain", "en")
    store = make_store(f"sqlite:///{environ['CLAIMWATCH_DATA_DIR']}/claimwatch.db")
    with store.begin() as tx:
        feeds.outlet(tx, "A")  # as an article of it is read
    store.close()
    assert claimwatch("feed", "list", "--json").json()[0]["owner"] == "Chain"
