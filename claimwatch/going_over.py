"""Going over many rows in the foreground, beside workers: what they have in hand is come back to, Ctrl-C ends it softly."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from typing import Protocol

import typer

from claimwatch import show
from storage.errors import StoreError
from storage.records import RevisionId


def go_over(
    ids: Iterable[RevisionId],
    do: Callable[[RevisionId, bool], bool],
    advance: Callable[[int], None],
    stopping: Callable[[], bool],
) -> int | None:
    """Do each, and at the end those again that were left: how many are left still, or None if it was stopped before.

    `do` is told whether all before it are done, and says whether this one is. `stopping` is asked before each.
    """
    left: list[RevisionId] = []
    for revision_id in ids:
        if stopping():
            return None
        if do(revision_id, not left):
            advance(1)
        else:
            left.append(revision_id)
    still_left = 0
    for revision_id in left:
        if stopping():
            return None
        still_left += not do(revision_id, False)
        advance(1)
    return still_left


class Run(Protocol):
    """What is told of a run."""

    @property
    def finished(self) -> bool:
        """It came to its end."""

    @property
    def dry_run(self) -> bool:
        """It writes nothing."""


def to_the_end(doing: str, done: str, report: Run, go: Callable[..., None], tell: Callable[[], None]) -> None:
    """Run `go`, given a bar and whether to stop, and tell what came of it, however it ended. Exit code 130 if it was stopped.

    `doing`, `done`: "judging", "judged".
    """
    stopping = stop_asked()
    try:
        with show.counting(doing) as starting:
            go(starting, stopping)
    except KeyboardInterrupt:  # the second Ctrl-C
        pass
    except StoreError:
        tell()
        raise
    tell()
    if not report.finished:
        kept = "" if report.dry_run else f"; what was {done} stays so, the next run goes on from there"
        show.talk(f"claimwatch: stopped{kept}")
        raise typer.Exit(130)


def stop_asked() -> Callable[[], bool]:
    """Whether to stop after the row in hand: Ctrl-C and SIGTERM ask for that. A second one stops at once."""
    asked: list[int] = []

    def ask(number: int, _frame: object) -> None:
        asked.append(number)
        signal.signal(number, signal.default_int_handler)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return lambda: bool(asked)
