"""`claimwatch article remove` and `removed`, as a person and as a script run them."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from storage.engine import Store
from tests.filling import with_a_digest
from tests.front.conftest import Command

WORDS = "article 1 (Gazette) was removed on "


@pytest.fixture
def filled(commands_store: Store) -> Store:
    """The command's own database, with one article and a digest that was sent."""
    return with_a_digest(commands_store)


def test_it_is_removed_and_said_to_be(claimwatch: Command, filled: Store) -> None:
    done = claimwatch("article", "remove", "1", "--reason", " court order 7/26 ", "--yes")
    assert done.code == 0, done
    went, known = done.out.splitlines()
    assert went.startswith("article 1 is removed: 1 revision, 1 finding, 1 snapshot (")
    assert went.endswith("bytes), words of 1 feed item; 1 digest blanked, 0 digests withdrawn")
    assert known == "it does not come back from: http://gazette.example/a, https://gazette.example/a"
    assert "out of reach from here: mails that have arrived" in done.err

    shown = claimwatch("article", "show", "1")
    assert (shown.code, shown.out) == (1, "")
    assert WORDS in shown.err
    assert shown.err.endswith(": court order 7/26\n")
    assert claimwatch("article", "search", "", "--json").json() == []
    (row,) = claimwatch("article", "removed", "--json").json()
    assert {name: row[name] for name in ("article_id", "outlet", "reason")} == {
        "article_id": 1,
        "outlet": "Gazette",
        "reason": "court order 7/26",
    }
    assert row["addresses"] == ["http://gazette.example/a", "https://gazette.example/a"]
    assert "court order 7/26" in claimwatch("article", "removed").out

    again = claimwatch("article", "remove", "1", "--reason", "again", "--yes")
    assert (again.code, again.out) == (1, "")
    assert f"removed already: {WORDS}" in again.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["99", "--reason", "r", "--yes"], 1, "no article 99; see: claimwatch article search"),
        (["1", "--reason", "r"], 2, "without a terminal to ask at, say --yes"),
        (["1", "--yes"], 2, "Missing option '--reason'"),
        (["1", "--reason", " ", "--yes"], 2, "--reason: say why"),
    ],
)
def test_what_is_not_removed_is_said(
    claimwatch: Command, filled: Store, arguments: list[str], code: int, said: str
) -> None:
    ran = claimwatch("article", "remove", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert said in " ".join(ran.err.replace("│", " ").split())
    assert claimwatch("article", "removed", "--json").json() == []
    assert claimwatch("article", "show", "1").code == 0


@pytest.mark.parametrize(("answer", "code", "left"), [(b"y\n", 0, 0), (b"n\n", 1, 1), (b"\n", 1, 1)])
def test_at_a_terminal_it_asks(
    claimwatch: Command, filled: Store, environ: dict[str, str], answer: bytes, code: int, left: int
) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "claimwatch", "article", "remove", "1", "--reason", "court order"]
    os.write(ours, answer)
    env = {**os.environ, **environ}  # noqa: TID251
    done = subprocess.run(command, env=env, stdin=theirs, capture_output=True, text=True, timeout=60, check=False)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == code, done
    assert "Thousands left Raqqa" in done.stderr
    assert "Remove article 1 for good?" in done.stderr
    assert ("nothing was removed" in done.stderr) == bool(left)
    assert len(claimwatch("article", "search", "", "--json").json()) == left
