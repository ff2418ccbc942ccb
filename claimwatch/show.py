"""Answers on stdout: tables for people, JSON for programs. Talk goes to stderr."""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

# What a feed's title could do to a terminal: escape sequences, and marks that turn the line around.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_STYLES = {
    "disputes": "red", "mixed": "yellow", "supports": "green", "unclear": "dim", "ok": "green", "fail": "bold red",
    "warn": "yellow", "refused": "red", "gone": "red", "unreachable": "red", "not-a-feed": "red", "empty": "yellow",
    "stale": "yellow", "corrected": "yellow", "vanished": "red", "moved": "yellow",
}  # fmt: skip


def plain(value: object) -> str:
    """A value as one readable text, harmless to a terminal."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(n)} {plain(name)}" for name, n in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(plain(v) for v in value)
    if isinstance(value, float):
        return f"{value:.2f}"
    return _CONTROL.sub("", str(value))


def as_json(value: object) -> None:
    """One JSON document; letters of all scripts as they are."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def table(
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, str],
    *,
    empty: str,
    cut: Collection[str] = (),
    snippet: str = "",
) -> None:
    """Rows as a table: `columns` is {key: heading}. Without rows, `empty` is said on stderr.

    `cut`: each row is a line, and these columns give way to a terminal's width; the others are whole. `snippet`: key of a
    {"text", "marks"} of storage/search/snippets.py that stands below its row on a terminal, and in a pipe as the last column.
    """
    if not rows:
        talk(empty)
        return
    terminal = sys.stdout.isatty()
    if snippet and not terminal:
        columns = {**columns, snippet: snippet}
        rows = [{**row, snippet: row[snippet]["text"]} for row in rows]
    drawn = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for key, heading in columns.items():
        narrow = key in (
            "id",
            "state",
            "relation",
            "score",
            "entries",
            "claims",
            "disputes",
            "mixed",
            "supports",
            "unclear",
            "context",
        )
        drawn.add_column(heading, no_wrap=narrow or (bool(cut) and key not in cut), overflow="fold")
    for row in rows:
        drawn.add_row(*(_cell(row.get(key), cut=key in cut) for key in columns))
    _print(drawn, below=[_snippet(row[snippet]) for row in rows] if snippet and terminal else ())


def _cell(value: object, *, cut: bool) -> Text:
    """Cut it is one line whatever its width."""
    told = plain(_short(value))
    style = _STYLES.get(str(value), "")
    return Text(" ".join(told.split()), style, no_wrap=True, overflow="ellipsis") if cut else Text(told, style)


def _snippet(found: Mapping[str, Any]) -> Text:
    """What answers the query is bold."""
    told = Text(_CONTROL.sub(" ", found["text"]))
    for start, end in found["marks"]:
        told.stylize("bold", start, end)
    return told


def facets(counted: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """A line a facet: what it is made of, the most frequent first."""
    rows = [
        {"of": name, "made": ", ".join(f"{one['value']} {one['count']:,}" for one in values[:8])}
        for name, values in counted.items()
        if values
    ]
    if rows:
        say("")
        table(rows, {"of": "", "made": "among the newest answers"}, empty="")


def _short(value: object) -> object:
    """An instant to the minute."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value):
        return value[:16].replace("T", " ")
    return value


def card(row: Mapping[str, Any], skip: Sequence[str] = ()) -> None:
    """One thing, a line a field."""
    drawn = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    drawn.add_column(style="bold", no_wrap=True)
    drawn.add_column(overflow="fold")
    for key, value in row.items():
        if key not in skip and value not in (None, "", [], {}):
            drawn.add_row(Text(key.replace("_", " ")), Text(plain(_short(value)), style=_STYLES.get(str(value), "")))
    _print(drawn)


def say(text: str) -> None:
    """A line of answer."""
    sys.stdout.write(_CONTROL.sub("", text) + "\n")


def talk(text: str) -> None:
    """A line to the person at the terminal, not part of the answer."""
    sys.stderr.write(_CONTROL.sub("", text) + "\n")
    sys.stderr.flush()


@contextmanager
def working(what: str) -> Iterator[None]:
    """Meanwhile a terminal shows that we are alive, and for how long; nothing stays of it."""
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
    shown = Console(stderr=True)
    with Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal) as progress:
        progress.add_task(_CONTROL.sub("", what), total=None)
        yield


@contextmanager
def counting(what: str) -> Iterator[Callable[[int | None], Callable[[int], None]]]:
    """Meanwhile a terminal shows a bar: told how many there are, or None, it gives what is called with how many more are done."""
    columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    shown = Console(stderr=True)
    with Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal) as progress:

        def starting(total: int | None) -> Callable[[int], None]:
            task = progress.add_task(_CONTROL.sub("", what), total=total)
            return lambda n: progress.advance(task, n)

        yield starting


def prose(text: str, indent: str = "") -> None:
    """Running text, wrapped for a terminal, left whole for a pipe."""
    for line in plain(text).split("\n"):
        if sys.stdout.isatty():
            width = Console().width
            say(
                textwrap.fill(line, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
                or ""
            )
        else:
            say(indent + line)


def many(n: int, what: str) -> str:
    """ "1 claim", "2 claims"."""
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


# Lines of a snippet below its row.
_BELOW = 2


def _print(drawn: Table, *, below: Sequence[Text] = ()) -> None:
    """As wide as the terminal; into a pipe a row is a line, so that `grep` finds whole words. No trailing blanks.

    `below`: for each row, which then takes one line, what stands under it.
    """
    terminal = sys.stdout.isatty()
    console = Console(highlight=False, markup=False, width=None if terminal else 100_000)
    with console.capture() as captured:
        console.print(drawn)
    for n, line in enumerate(captured.get().splitlines()):
        sys.stdout.write(line.rstrip() + "\n")
        if below and n > 0:
            with console.capture() as under:
                for part in below[n - 1].wrap(console, console.width - 4)[:_BELOW]:
                    console.print(Text("    ").append_text(part))
            sys.stdout.write("".join(one.rstrip() + "\n" for one in under.get().splitlines()))
