"""A file that appears when it is whole: written as FILE.part beside it, on the disk, then named."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from claimwatch.errors import Declined


@contextmanager
def whole_or_nothing(file: Path, *, replace: bool, private: bool = True) -> Iterator[tuple[Path, int]]:
    """FILE.part and a handle to it, ours alone; it becomes FILE at the end, or is gone after an error.

    `private`: for our eyes only; else as the umask has it.
    Raises Declined, OSError.
    """
    if file.exists() and not replace:
        raise Declined(f"{file} is there already: choose another name, or --replace it")
    with _part_of(file, private=private) as (part, out):
        yield part, out
        os.fsync(out)
        part.replace(file)
    _sync_folder(file.parent)


@contextmanager
def _part_of(file: Path, *, private: bool) -> Iterator[tuple[Path, int]]:
    """FILE.part, ours alone, open for writing; gone at the end unless it was renamed. Raises Declined."""
    part = file.with_name(f"{file.name}.part")
    out = os.open(part, os.O_RDWR | os.O_CREAT, 0o600 if private else 0o666)
    try:
        _lock(out, part)
        if private:
            os.fchmod(out, 0o600)
        os.ftruncate(out, 0)
        try:
            yield part, out
        finally:
            if part.exists() and part.stat().st_ino == os.fstat(out).st_ino:  # not another's, once ours is renamed
                part.unlink(missing_ok=True)
    finally:
        os.close(out)


def _lock(out: int, part: Path) -> None:
    try:
        fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mine = part.exists() and part.stat().st_ino == os.fstat(out).st_ino
    except BlockingIOError:
        mine = False
    if not mine:  # the one who had it may have renamed it while we came
        raise Declined(f"{part}: another process writes it just now")


def _sync_folder(folder: Path) -> None:
    """The new name is on the disk as well."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
