"""The command as users run it: a process of its own, with a data folder of its own."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from storage.engine import Store, make_store
from tests.front import forked


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Ran]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Settings of the command; tests add to them."""
    return settings_in(tmp_path)


def settings_in(folder: Path) -> dict[str, str]:
    """A data folder of its own, a terminal of 80 columns."""
    return {"CLAIMWATCH_DATA_DIR": str(folder / "data"), "COLUMNS": "80", "PYTHONWARNINGS": "error::UserWarning"}


@pytest.fixture
def commands_store(environ: dict[str, str], migrated_file: Path) -> Iterator[Store]:
    """The command's own database, at head and empty."""
    file = Path(environ["CLAIMWATCH_DATA_DIR"]) / "claimwatch.db"
    file.parent.mkdir()
    shutil.copyfile(migrated_file, file)
    store = make_store(f"sqlite:///{file}")
    yield store
    store.close()


@pytest.fixture
def claimwatch(environ: dict[str, str], tmp_path: Path) -> Command:
    """Run `claimwatch ARGUMENTS`; what it said and its exit code."""
    return command(environ, tmp_path)


def command(environ: dict[str, str], folder: Path) -> Command:
    """The command with these settings, as they are when it is run, in this folder."""

    def run(*arguments: str, stdin: str = "", timeout: float = 120) -> Ran:
        streams = [folder / f".std{name}" for name in ("in", "out", "err")]
        for stream, told in zip(streams, (stdin, "", ""), strict=True):
            stream.write_text(told, encoding="utf-8")
        code = forked.run(
            arguments,
            env={**os.environ, **environ},  # noqa: TID251
            folder=folder,
            stdin=streams[0],
            out=streams[1],
            err=streams[2],
            timeout=timeout,
        )
        ran = Ran(code, *(stream.read_text(encoding="utf-8") for stream in streams[1:]))
        assert "Traceback" not in ran.err, ran.err
        return ran

    return run
