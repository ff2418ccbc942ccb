"""`claimwatch compare`: a file of claims and texts in, a file of relations out, a JSON document a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from claimwatch.errors import BadInput
from storage.records import WatchList
from worker.steps.compare_pair import BadPair, Known, Pair, compare_pairs, read_line
from worker.steps.judge import Method

# Pairs that are asked of the model at once: more wins little time and costs memory.
_TOGETHER = 64


def compare_files(
    source: Path, target: Path, watch_list: WatchList, method: Method, advance: Callable[[int], None]
) -> int:
    """How many lines were compared; `advance` is told how many more. "-" is stdin or stdout.

    The target is written whole or not at all. Raises BadInput.
    """
    known = Known(claims={c.id: c for c in watch_list.claims}, entities=watch_list.entities)
    n = 0
    try:
        with _reading(source) as lines, _writing(target) as out:
            for pairs in _pairs(source, lines, known, method):
                for answer in compare_pairs(pairs, method):
                    out.write(json.dumps(answer, ensure_ascii=False, allow_nan=False) + "\n")
                n += len(pairs)
                advance(len(pairs))
    except UnicodeDecodeError as error:
        raise BadInput(f"{source}: expected UTF-8 text: {error.reason}") from None
    except OSError as error:
        raise BadInput(f"{error.filename or target}: {error.strerror}") from None
    return n


def _pairs(source: Path, lines: Iterable[str], known: Known, method: Method) -> Iterator[list[Pair]]:
    """The lines, read, some at a time. A stream is answered line by line: whoever writes it may wait for the answer."""
    together = 1 if str(source) == "-" else _TOGETHER
    some: list[Pair] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            if not isinstance(asked, dict):
                raise BadPair("expected an object with the fields id, claim, title, text")
            some.append(read_line(asked, known, method))
        except ValueError as error:
            raise BadInput(f"{source}:{number}: expected JSON: {error}") from None
        except BadPair as error:
            raise BadInput(f"{source}:{number}: {error}") from None
        if len(some) == together:
            yield some
            some = []
    if some:
        yield some


def pairs_in(source: Path) -> int | None:
    """How many lines a file has; None of a stream and of what cannot be read."""
    if not source.is_file():
        return None
    try:
        with source.open("rb") as file:
            return sum(1 for line in file if line.strip())
    except OSError:
        return None


@contextmanager
def _reading(source: Path) -> Iterator[TextIO]:
    if str(source) == "-":
        yield sys.stdin
        return
    with source.open(encoding="utf-8") as file:
        yield file


@contextmanager
def _writing(target: Path) -> Iterator[TextIO]:
    if str(target) == "-":
        yield sys.stdout
        return
    if not target.parent.is_dir():
        raise BadInput(f"{target.parent}: no such folder")
    if target.exists() and not target.is_file():
        # a device or a pipe (/dev/null, /dev/stdout) is written to; a draft put in its place would remove it
        with target.open("w", encoding="utf-8") as file:
            yield file
        return
    draft = target.with_name(f".{target.name}.part")
    try:
        with draft.open("w", encoding="utf-8") as file:
            yield file
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
