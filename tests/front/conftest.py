"""The command as users run it: a process of its own, with a data folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


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
    return {"CLAIMWATCH_DATA_DIR": str(tmp_path / "data"), "COLUMNS": "80", "PYTHONWARNINGS": "error::UserWarning"}


@pytest.fixture
def claimwatch(environ: dict[str, str], tmp_path: Path) -> Command:
    """Run `claimwatch ARGUMENTS`; what it said and its exit code."""

    def run(*arguments: str, stdin: str = "", timeout: float = 120) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "claimwatch", *arguments],
            env={**os.environ, **environ},  # noqa: TID251
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    return run
