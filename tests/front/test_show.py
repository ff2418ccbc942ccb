"""Tables, on a terminal of eighty columns and in a pipe."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest

from claimwatch import show

LONG = "A senior defector said the number allowed out was in the thousands, about 4,000 people with families."
ROWS: list[dict[str, Any]] = [
    {"id": "raqqa-silo-4000", "text": LONG, "n": 3},
    {"id": "short", "text": "Two\nlines.", "n": ""},
]
COLUMNS = {"id": "claim", "text": "says", "n": "sup"}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """What `draw` writes, on a terminal or not, as lines."""

    def lines(draw: Callable[[], None], *, terminal: bool) -> list[str]:
        out = io.StringIO()
        out.isatty = lambda: terminal  # type: ignore[method-assign]
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setattr(sys, "stdout", out)
        draw()
        return out.getvalue().splitlines()

    return lines


def bare(line: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", line)


def test_one_line_a_row_and_the_long_column_gives_way(drawn: Callable[..., list[str]]) -> None:
    def draw() -> None:
        show.table(ROWS, COLUMNS, empty="", cut=("text",))

    head, one, two = map(bare, drawn(draw, terminal=True))
    assert head.startswith("claim            says")
    assert one.startswith("raqqa-silo-4000  A senior defector")
    assert (one.endswith("…  3"), len(one) <= 80) == (True, True)
    assert two == "short            Two lines."
    assert drawn(draw, terminal=False)[1] == f"raqqa-silo-4000  {LONG}  3"


def test_a_snippet_stands_below_its_row_with_its_marks_bold_and_in_a_pipe_as_a_column(
    drawn: Callable[..., list[str]],
) -> None:
    at = LONG.index("thousands")
    rows = [{"id": 7, "title": LONG, "snippet": {"text": f"{LONG} {LONG} \x1b[31m", "marks": [[at, at + 9]]}}] * 2

    def draw() -> None:
        show.table(rows, {"id": "id", "title": "title"}, empty="", cut=("title",), snippet="snippet")

    shown = drawn(draw, terminal=True)
    assert [bare(line)[:4].strip() for line in shown] == ["id", "7", "", "", "7", "", ""]
    assert all(len(bare(line)) <= 80 for line in shown)
    assert "\x1b[1mthousands\x1b[0m" in "".join(shown[2:4])
    piped = drawn(draw, terminal=False)
    assert len(piped) == 3
    assert piped[1].endswith(f"{LONG}  {LONG} {LONG} [31m")
    assert "\x1b" not in "".join(piped)
