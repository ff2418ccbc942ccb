"""PostgreSQL's own tools as child processes: pg_dump, pg_restore and psql. Passwords go by the environment only."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO

from claimwatch.settings import child_environ
from storage.errors import StoreError
from storage.postgres_copy import AFTER_RESTORE, BEFORE_RESTORE


class ToolFailed(StoreError):
    """A tool is not there, too old, or says no; the message names it and passes its own words on."""


_KNOWS_TRANSACTION_TIMEOUT = 17


def require(names: tuple[str, ...], *, server: int) -> None:
    """Raise ToolFailed unless all of them are installed and at least of the server's version."""
    for name in names:
        # from 17 on pg_restore says `SET transaction_timeout`, which an older server does not know
        newer = "" if name == "pg_restore" and server < _KNOWS_TRANSACTION_TIMEOUT else " or newer"
        install = f"install the client tools of PostgreSQL {server}{newer} (Debian: postgresql-client-{server})"
        path = shutil.which(name)
        if path is None:
            raise ToolFailed(f"{name} is not on the PATH: {install}")
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        found = re.search(r"\(PostgreSQL\) (\d+)", told)
        if not found or int(found[1]) < server or (not newer and int(found[1]) >= _KNOWS_TRANSACTION_TIMEOUT):
            raise ToolFailed(
                f"{path} is {told.strip() or 'broken'}, and the server is PostgreSQL {server}: {install}, first on the PATH"
            )


def dump(target: Path | BinaryIO, lock: int | None, snapshot: str, variables: Mapping[str, str]) -> None:
    """The database as `snapshot` sees it, in pg_dump's custom format, into a file or a stream. Raises ToolFailed, OSError.

    `lock`: a locked file that stays locked while pg_dump lives, even without us.
    """
    command = ["pg_dump", "--format=custom", "--no-owner", "--no-acl", "--no-password", f"--snapshot={snapshot}"]
    to_file = [f"--file={target}"] if isinstance(target, Path) else []
    with TemporaryFile() as words:
        # never our own stdout: where that is a file, pg_dump appends its table of contents a second time
        with _Child([*command, *to_file], variables, words, stdout=subprocess.PIPE, keep=lock) as child:
            if child.stdout and not isinstance(target, Path):
                shutil.copyfileobj(child.stdout, target, 1 << 20)
                target.flush()
            code = child.wait()
        if code:
            raise ToolFailed(_last("pg_dump", words, code))


def check_dump(file: Path) -> str:
    """The schema revision in a dump that can be read to its end; empty if it has none. Raises ToolFailed.

    All of it is read: `--list` alone is content with a file that is cut off behind its table of contents.
    """
    _read_dump(file, "--file=/dev/null")
    told = _read_dump(file, "--data-only", "--schema=public", "--table=alembic_version", "--file=-")
    found = re.search(r"^COPY public\.alembic_version \(version_num\) FROM stdin;\n(\S+)\n\\\.", told, re.MULTILINE)
    return found[1] if found else ""


def _read_dump(file: Path, *options: str) -> str:
    with TemporaryFile() as words, TemporaryFile() as out:
        with _Child(["pg_restore", *options, "--", str(file)], {}, words, stdout=out.fileno()) as child:
            code = child.wait()
        if code:
            raise ToolFailed(_last("pg_restore", words, code))
        out.seek(0)
        return out.read().decode(errors="replace")


def restore(file: Path, variables: Mapping[str, str]) -> None:
    """All of the database replaced by what is in the dump, in one transaction, or nothing. Raises ToolFailed.

    pg_restore turns the dump into a script and psql runs it. Only when pg_restore has ended well, the COMMIT follows:
    whichever of the three processes dies before, psql finds the end of its input without it, and nothing has changed.
    """
    script = ["pg_restore", "--no-owner", "--no-acl", "--exit-on-error", "--file=-", "--", str(file)]
    run = ["psql", "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--file=-"]
    reading, writing = os.pipe()
    with TemporaryFile() as words, TemporaryFile() as psql_words:
        with _Child(run, variables, psql_words, stdin=reading, stdout=subprocess.DEVNULL) as psql:
            os.close(reading)
            try:
                with os.fdopen(writing, "w") as pipe:
                    pipe.write(BEFORE_RESTORE)
                    pipe.flush()
                    with _Child(script, {}, words, stdout=pipe.fileno()) as reader:
                        code = reader.wait()
                    if not code:
                        pipe.write(AFTER_RESTORE)
                ended = psql.wait()
            except BrokenPipeError:
                code, ended = 0, psql.wait() or 1
        # psql stops at the first error, and pg_restore then finds nobody listening: psql's words come first
        if ended:
            raise ToolFailed("nothing was changed; " + _last("psql", psql_words, ended))
        if code:
            raise ToolFailed("nothing was changed; " + _last("pg_restore", words, code))


class _Child(subprocess.Popen[bytes]):
    """A child that does not outlive its `with`, whatever ends that (Ctrl-C, a full disk)."""

    def __init__(
        self,
        command: list[str],
        variables: Mapping[str, str],
        words: IO[bytes],
        *,
        stdout: int,
        stdin: int | None = None,
        keep: int | None = None,
    ) -> None:
        super().__init__(
            command,
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=stdout,
            stderr=words,
            pass_fds=() if keep is None else (keep,),
            env=child_environ({**variables, "LC_ALL": "C.UTF-8"}),
        )

    def __exit__(self, *error: object) -> None:
        if self.poll() is None:
            self.kill()
        self.wait()
        super().__exit__(*error)  # type: ignore[arg-type]


def _last(name: str, words: IO[bytes], code: int) -> str:
    """What a tool said, in one line, its first error first."""
    words.seek(0)
    lines = [line.strip() for line in words.read().decode(errors="replace").splitlines() if line.strip()]
    said = next((n for n, line in enumerate(lines) if re.search(r"error|ERROR|FATAL", line)), 0)
    told = "; ".join(lines[said : said + 2])[:500] or f"ended with code {code}"
    return f"{name}: {told.removeprefix(f'{name}: ')}"
