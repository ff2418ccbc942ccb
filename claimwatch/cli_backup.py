"""`claimwatch backup` and `claimwatch restore`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.filesize import decimal

from claimwatch.errors import Declined
from claimwatch.show import many, say, talk, working
from claimwatch.surroundings import BROKEN, end_no, end_usage, the_settings

if TYPE_CHECKING:
    from claimwatch.backup import Outcome


def backup(
    file: Annotated[Path, typer.Argument(help="Where to; - is stdout.")],
    replace: Annotated[bool, typer.Option("--replace", help="FILE may be there: the new one takes its place.")] = False,
) -> None:
    """Copy the whole database into FILE, checked, while everything runs."""
    from claimwatch.backup import back_up, back_up_to

    to_stdout = str(file) == "-"
    if to_stdout and sys.stdout.isatty():
        end_usage("stdout is a terminal: name a FILE, or send it somewhere: claimwatch backup - > claimwatch.backup")
    with _told(file, "write"), working(f"backing up into {'stdout' if to_stdout else file}"):
        done = (
            back_up_to(the_settings(), sys.stdout.buffer)
            if to_stdout
            else back_up(the_settings(), file, replace=replace)
        )
    (talk if to_stdout else say)(f"{'stdout' if to_stdout else file}: {_line(done)}")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `claimwatch backup` made; - is stdin.")],
    replace: Annotated[bool, typer.Option("--replace", help="Give up what is in the database now.")] = False,
) -> None:
    """Put a backup in the place of the database, all of it or nothing. Stop everything else first."""
    from claimwatch.backup import restore as put_back

    from_stdin = str(file) == "-"
    if from_stdin and sys.stdin.isatty():
        end_usage("stdin is a terminal: name a FILE, or say: claimwatch restore - < claimwatch.backup")
    with _told(file, "read"), working(f"restoring {'stdin' if from_stdin else file}"):
        done = put_back(the_settings(), None if from_stdin else file, replace=replace)
    say(f"{done.name} restored: {_line(done)}")


@contextmanager
def _told(file: Path, act: str) -> Iterator[None]:
    """Troubles as a line and an exit code. SIGTERM ends like Ctrl-C: children and half-made files go."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        talk("claimwatch: stopped")
        raise typer.Exit(130) from None
    except Declined as declined:
        end_no(str(declined))
    except BrokenPipeError:
        talk("claimwatch: who should take the backup is gone; what arrived is not whole")
        raise typer.Exit(BROKEN) from None
    except OSError as error:
        talk(f"claimwatch: cannot {act} {error.filename or file}: {error.strerror}")
        raise typer.Exit(BROKEN) from None


def _line(done: Outcome) -> str:
    size = f"{decimal(done.size_bytes)}, " if done.size_bytes else ""
    now = f" (now {done.holds.revision})" if done.was != done.holds.revision else ""
    held = f"{many(done.holds.articles, 'article')}, {many(done.holds.findings, 'finding')}"
    return f"{size}schema {done.was}{now}, {held}"
