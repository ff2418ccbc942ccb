"""The command in processes of their own that begin with its modules loaded: to load them takes longer than most of its work.

All else is as in a start from nothing: environment, folder, standard streams and exit code are the process's own. That it
starts from nothing as well is seen wherever `python -m claimwatch` is run (test_backup.py, tests/live).
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

_LOADED = [
    "claimwatch.cli_house",
    "claimwatch.cli_nouns",
    "worker.run",
    "trafilatura",
    "sqlalchemy.dialects.sqlite",
    "psycopg",
    __name__,
]
_servers = multiprocessing.get_context("forkserver")
_servers.set_forkserver_preload(_LOADED)


def run(
    arguments: Sequence[str], *, env: Mapping[str, str], folder: Path, stdin: Path, out: Path, err: Path, timeout: float
) -> int:
    """The exit code of `claimwatch ARGUMENTS`, its streams these files. Raises TimeoutError after `timeout` seconds."""
    process = _servers.Process(target=_become, args=(list(arguments), dict(env), folder, stdin, out, err))
    process.start()
    process.join(timeout)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"claimwatch {' '.join(arguments)} did not end within {timeout:g} s")
    return process.exitcode


def _become(arguments: list[str], env: dict[str, str], folder: Path, stdin: Path, out: Path, err: Path) -> None:
    for number, file, how in ((0, stdin, os.O_RDONLY), (1, out, os.O_WRONLY), (2, err, os.O_WRONLY)):
        opened = os.open(file, how)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
    os.environ.clear()  # noqa: TID251
    os.environ.update(env)  # noqa: TID251
    time.tzset()
    os.chdir(folder)
    warnings.simplefilter("error", UserWarning)
    from claimwatch.cli import main

    sys.argv = ["claimwatch", *arguments]
    main()
