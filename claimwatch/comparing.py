"""`claimwatch compare`: a file of claims and texts in, a file of relations out, a JSON document a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from claimwatch.errors import BadInput
from storage.records import WatchList
from worker.steps.compare_pair import BadPair, Known, compare_pair


def compare_files(source: Path, target: Path, watch_list: WatchList, progress: Callable[[int], None]) -> int:
    """How many lines were compared. "-" is stdin or stdout. The target is written whole or not at all. Raises BadInput."""
    known = Known(claims={c.id: c for c in watch_list.claims}, entities=watch_list.entities)
    n = 0
    try:
        with _reading(source) as lines, _writing(target) as out:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    asked = json.loads(line)
                    if not isinstance(asked, dict):
                        raise BadPair("expected an object with the fields id, claim, title, text")
                    answer = compare_pair(asked, known)
                except ValueError as error:
                    raise BadInput(f"{source}:{number}: expected JSON: {error}") from None
                except BadPair as error:
                    raise BadInput(f"{source}:{number}: {error}") from None
                out.write(json.dumps(answer, ensure_ascii=False) + "\n")
                n += 1
                progress(n)
    except UnicodeDecodeError as error:
        raise BadInput(f"{source}: expected UTF-8 text: {error.reason}") from None
    except OSError as error:
        raise BadInput(f"{error.filename or target}: {error.strerror}") from None
    return n


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
    draft = target.with_name(f".{target.name}.part")
    try:
        with draft.open("w", encoding="utf-8") as file:
            yield file
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
