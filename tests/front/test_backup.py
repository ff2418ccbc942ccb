"""`claimwatch backup` and `claimwatch restore` as real processes, with PostgreSQL's own tools, on both engines."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import MetaData, text

from storage import feeds, leases, migrate
from storage.engine import Store, make_store
from storage.records import FeedSpec
from storage.schema import FeedRow
from tests.conftest import new_database
from tests.fakes import LATER, NOON
from tests.filling import with_one_article
from tests.front.conftest import Command

ROOT = Path(__file__).parents[2]
Rows = dict[str, list[str]]
PASSWORD = "hunter2-of-the-house"


@pytest.fixture
def url(empty_url: str, environ: dict[str, str], request: pytest.FixtureRequest) -> str:
    """The database of the command; with PostgreSQL's own tools on its PATH, and a password in its address."""
    if empty_url.startswith("postgresql"):
        with psycopg.connect(request.getfixturevalue("postgres")) as connection:
            (folder,) = connection.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone() or ("",)
        environ["PATH"] = f"{folder}:{os.environ['PATH']}"  # noqa: TID251
        empty_url = empty_url.replace("postgres:@", f"postgres:{PASSWORD}@")
    environ["CLAIMWATCH_DATABASE_URL"] = empty_url
    return empty_url


@pytest.fixture
def filled(url: str) -> Iterator[Store]:
    """The sample list and one article, read and judged. No connection is left open behind it."""
    store = make_store(url)
    migrate.upgrade(store)
    with_one_article(store)
    with store.begin() as tx:
        leases.forget_turns(tx)  # as after a restore: all else must be the same
    store.close()
    yield store
    store.close()


def rows_of(store: Store) -> Rows:
    """Every row of every table."""
    known = MetaData()
    with store.read() as tx:
        known.reflect(tx)
        found = {t.name: sorted(_short(row) for row in tx.execute(t.select())) for t in known.sorted_tables}
    store.close()
    return found


def _short(row: Sequence[Any]) -> str:
    return repr([sha256(value).hexdigest() if isinstance(value, bytes) else value for value in row])


def empty(store: Store) -> None:
    """The database as it is on the first day: gone."""
    if store.engine.dialect.name == "sqlite":
        for file in Path(str(store.engine.url.database)).parent.glob("claimwatch.db*"):
            file.unlink()
        return
    with store.begin() as tx:
        tx.execute(text("DROP SCHEMA public CASCADE"))
        tx.execute(text("CREATE SCHEMA public"))
    store.close()


def add_feeds(store: Store, *names: str) -> None:
    with store.begin() as tx:
        for name in names:
            feeds.add(tx, FeedSpec(url=f"http://{name}.example/feed"), now=NOON)
    store.close()


def test_what_was_backed_up_comes_back_row_by_row(
    filled: Store, claimwatch: Command, environ: dict[str, str], tmp_path: Path
) -> None:
    before = rows_of(filled)
    assert len(before["articles"]) == 1
    made = claimwatch("backup", "kept.backup")
    assert (made.code, made.err) == (0, "")
    assert f"schema {migrate.HEAD}, 1 article, " in made.out
    file = tmp_path / "kept.backup"
    assert file.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.part*"))
    empty(filled)
    done = claimwatch("restore", "kept.backup")
    assert (done.code, done.err) == (0, "")
    assert f"schema {migrate.HEAD}, 1 article, " in done.out
    assert rows_of(filled) == before
    assert migrate.differences(filled) == []
    add_feeds(filled, "new")  # numbers go on where they were
    assert PASSWORD not in made.out + made.err + done.out + done.err
    assert not list(Path(environ["CLAIMWATCH_DATA_DIR"]).glob("copy-*"))


def test_through_a_pipe(filled: Store, environ: dict[str, str], tmp_path: Path) -> None:
    before = rows_of(filled)

    def run(command: str) -> subprocess.CompletedProcess[str]:
        line = command.replace("claimwatch", f"{sys.executable} -m claimwatch")
        env = {**os.environ, **environ}  # noqa: TID251
        return subprocess.run(line, shell=True, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)

    made = run("claimwatch backup - > kept.backup")
    assert (made.returncode, made.stdout) == (0, ""), made.stderr
    assert "1 article" in made.stderr
    add_feeds(filled, "lost")
    done = run("claimwatch restore - --replace < kept.backup")
    assert done.returncode == 0, done.stderr
    assert rows_of(filled) == before
    torn = run("head -c 9000 kept.backup | claimwatch restore - --replace")
    assert (torn.returncode, "stdin cannot be restored, nothing was changed" in torn.stderr) == (2, True), torn.stderr
    assert rows_of(filled) == before


def test_a_terminal_is_no_place_for_a_backup(claimwatch: Command, environ: dict[str, str], tmp_path: Path) -> None:
    import pty

    for act in ("backup", "restore"):
        outer, inner = pty.openpty()
        done = subprocess.run(
            [sys.executable, "-m", "claimwatch", act, "-"], stdin=inner, stdout=inner, stderr=subprocess.PIPE,
            env={**os.environ, **environ}, cwd=tmp_path, text=True, check=False,  # noqa: TID251
        )  # fmt: skip
        os.close(inner)
        os.close(outer)
        assert done.returncode == 2
        assert "is a terminal: name a FILE" in done.stderr


def test_a_copy_made_while_others_write_is_of_one_moment(filled: Store, claimwatch: Command, tmp_path: Path) -> None:
    """Each transaction adds a pair of feeds: no backup may hold the half of one."""
    stop = threading.Event()

    def write() -> None:
        writer = make_store(filled.engine.url.render_as_string(hide_password=False))
        n = 0
        while not stop.is_set():
            with writer.begin() as tx:
                for half in "ab":
                    feeds.add(tx, FeedSpec(url=f"http://pair.example/{half}/{n}/{'x' * 1500}"), now=NOON)
            n += 1
        writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        time.sleep(1)
        made = [claimwatch("backup", f"{n}.backup") for n in range(2)]
    finally:
        stop.set()
        thread.join()
    assert [m.code for m in made] == [0, 0], made
    for n in range(2):
        assert claimwatch("restore", f"{n}.backup", "--replace").code == 0
        with filled.read() as tx:
            halves = [
                tx.scalars(text(f"SELECT count(*) FROM feeds WHERE url LIKE 'http://pair.example/{half}/%'")).one()
                for half in "ab"
            ]
        filled.close()
        assert halves[0] == halves[1] > 0


def test_nothing_is_overwritten_without_a_word(filled: Store, claimwatch: Command, tmp_path: Path) -> None:
    assert claimwatch("backup", "kept.backup").code == 0
    first = (tmp_path / "kept.backup").read_bytes()
    again = claimwatch("backup", "kept.backup")
    assert (again.code, "kept.backup is there already" in again.err) == (1, True)
    assert (tmp_path / "kept.backup").read_bytes() == first
    add_feeds(filled, "later")
    assert claimwatch("backup", "kept.backup", "--replace").code == 0
    before = rows_of(filled)
    refused = claimwatch("restore", "kept.backup")
    assert (refused.code, "is not empty: --replace" in refused.err) == (1, True)
    assert rows_of(filled) == before


def test_an_empty_database_is_no_backup(url: str, claimwatch: Command, tmp_path: Path) -> None:
    ran = claimwatch("backup", "kept.backup")
    assert (ran.code, "is empty: there is nothing to back up" in ran.err) == (1, True)
    assert not list(tmp_path.glob("kept*"))


def test_a_file_that_is_cut_off_anywhere_is_refused(filled: Store, claimwatch: Command, tmp_path: Path) -> None:
    assert claimwatch("backup", "whole.backup").code == 0
    before, whole = rows_of(filled), (tmp_path / "whole.backup").read_bytes()
    for share in (0.02, 0.5, 0.97):
        (tmp_path / "torn.backup").write_bytes(whole[: int(len(whole) * share)])
        ran = claimwatch("restore", "torn.backup", "--replace")
        assert (ran.code, "nothing was changed" in ran.err) == (2, True), ran
    for content in (b"", b"PGD", b"hello"):
        (tmp_path / "torn.backup").write_bytes(content)
        ran = claimwatch("restore", "torn.backup", "--replace")
        assert (ran.code, "is no backup of claimwatch" in ran.err) == (2, True), ran
    missing = claimwatch("restore", "missing.backup")
    assert (missing.code, "missing.backup: cannot be read" in missing.err) == (2, True)
    assert rows_of(filled) == before


def test_a_file_of_the_other_engine_is_refused(filled: Store, claimwatch: Command, tmp_path: Path) -> None:
    before, lite = rows_of(filled), filled.engine.dialect.name == "sqlite"
    (tmp_path / "other.backup").write_bytes(b"PGDMP\x01\x10\x00" if lite else b"SQLite format 3\0" + bytes(4080))
    ran = claimwatch("restore", "other.backup", "--replace")
    names = ("PostgreSQL", "SQLite") if lite else ("SQLite", "PostgreSQL")
    assert ran.code == 2
    assert f"is a backup of {names[0]}, and this database is {names[1]}" in ran.err
    assert rows_of(filled) == before


def test_a_database_of_somebody_else_is_refused(
    filled: Store, claimwatch: Command, environ: dict[str, str], tmp_path: Path
) -> None:
    before = rows_of(filled)
    if filled.engine.dialect.name == "sqlite":
        lite = sqlite3.connect(tmp_path / "theirs.backup")
        lite.execute("CREATE TABLE bookmarks (id INTEGER)")
        lite.close()
    else:
        theirs = new_database(filled.engine.url.render_as_string(hide_password=False).replace("+psycopg", ""))
        with psycopg.connect(theirs, autocommit=True) as connection:
            connection.execute("CREATE TABLE bookmarks (id INTEGER)")
        dump = ["pg_dump", "--format=custom", f"--file={tmp_path / 'theirs.backup'}", theirs]
        subprocess.run(dump, check=True, env={**os.environ, **environ})  # noqa: TID251
    ran = claimwatch("restore", "theirs.backup", "--replace")
    assert (ran.code, "it has no schema revision" in ran.err) == (2, True), ran
    assert rows_of(filled) == before


def test_restore_waits_for_nobody_who_is_at_work(filled: Store, claimwatch: Command) -> None:
    assert claimwatch("backup", "kept.backup").code == 0
    with filled.read() as tx:
        tx.execute(text("SELECT 1 FROM feeds")).all()
        ran = claimwatch("restore", "kept.backup", "--replace")
    if filled.engine.dialect.name == "sqlite":
        assert (ran.code, "another process has it open" in ran.err) == (3, True), ran
    else:
        assert (ran.code, "1 other connection: stop the workers, beat and web first" in ran.err) == (1, True), ran
    filled.close()
    assert claimwatch("restore", "kept.backup", "--replace").code == 0


def test_restore_is_refused_while_up_runs(filled: Store, claimwatch: Command, environ: dict[str, str]) -> None:
    from claimwatch.up import alone

    assert claimwatch("backup", "kept.backup").code == 0
    folder = Path(environ["CLAIMWATCH_DATA_DIR"])
    folder.mkdir(exist_ok=True)
    with alone(folder):
        ran = claimwatch("restore", "kept.backup", "--replace")
    assert (ran.code, "another `claimwatch up` runs" in ran.err) == (1, True), ran


def test_who_held_a_row_holds_it_no_more(filled: Store, claimwatch: Command) -> None:
    with filled.begin() as tx:
        leases.stamp(tx, FeedRow, [1], until=LATER)
        tx.execute(FeedRow.__table__.update().values(leased_until=LATER))  # type: ignore[attr-defined]
    filled.close()
    assert claimwatch("backup", "kept.backup").code == 0
    assert claimwatch("restore", "kept.backup", "--replace").code == 0
    with filled.read() as tx:
        assert tx.execute(FeedRow.__table__.select()).mappings().one()["leased_until"] is None
        assert tx.execute(FeedRow.__table__.select()).mappings().one()["called_until"] is None
    filled.close()


@pytest.fixture
def tomorrow(tmp_path: Path, environ: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The command of a claimwatch with one migration more."""
    folder = tmp_path / "tomorrow"
    for wing in ("claimwatch", "worker", "schedules", "storage"):
        shutil.copytree(ROOT / wing, folder / wing, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "storage/migrations/versions/20991231_more.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = '20991231_more'\ndown_revision = '{migrate.HEAD}'\n"
        "def upgrade():\n"
        "    op.create_table('more', sa.Column('feed_id', sa.Integer, sa.ForeignKey('feeds.id'), nullable=False))\n"
        "    op.add_column('articles', sa.Column('mood', sa.Text(), nullable=False, server_default='calm'))\n"
    )
    source = folder / "storage/migrate.py"
    source.write_text(source.read_text().replace(f'HEAD = "{migrate.HEAD}"', 'HEAD = "20991231_more"'))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, **environ, "PYTHONPATH": str(folder)}  # noqa: TID251
        return subprocess.run(
            [sys.executable, "-m", "claimwatch", *arguments], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
        )  # fmt: skip

    return run


def test_an_older_backup_is_brought_to_this_version_and_a_newer_one_refused(
    filled: Store, claimwatch: Command, tomorrow: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    today = rows_of(filled)
    assert claimwatch("backup", "today.backup").code == 0
    assert tomorrow("migrate").returncode == 0
    with filled.begin() as tx:
        tx.execute(text("INSERT INTO more (feed_id) SELECT id FROM feeds"))
    filled.close()
    newer = rows_of(filled)
    made = tomorrow("backup", "tomorrow.backup")
    assert "schema 20991231_more" in made.stdout, made

    # over a newer schema an older backup ends as the old schema exactly
    assert claimwatch("restore", "today.backup", "--replace").code == 0
    assert rows_of(filled) == today
    assert migrate.differences(filled) == []

    refused = claimwatch("restore", "tomorrow.backup", "--replace")
    assert refused.code == 2
    assert f"its schema is 20991231_more, this program knows up to {migrate.HEAD}" in refused.err
    assert rows_of(filled) == today

    brought = tomorrow("restore", "today.backup", "--replace")
    assert f"schema {migrate.HEAD} (now 20991231_more), 1 article" in brought.stdout, brought
    assert rows_of(filled) == newer | {"more": []}


def _instead(folder: Path, tool: str, script: str, environ: dict[str, str]) -> None:
    """A program of that name first on the command's PATH; $REAL is the real one."""
    real = shutil.which(tool, path=environ["PATH"])
    folder.mkdir(exist_ok=True)
    (folder / tool).write_text(f'#!/bin/bash\nREAL={real}\n[ "$1" = --version ] && exec $REAL --version\n{script}\n')
    (folder / tool).chmod(0o755)
    if not environ["PATH"].startswith(str(folder)):
        environ["PATH"] = f"{folder}:{environ['PATH']}"


ON_POSTGRES = pytest.mark.parametrize(
    "empty_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
ON_SQLITE = pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)


@ON_POSTGRES
@pytest.mark.parametrize("how", ["head -c 30000; kill -9 $$", "head -c 100; kill -9 $$", "cat; kill -9 $$"])
def test_a_restore_whose_reader_dies_midway_changes_nothing(
    filled: Store, claimwatch: Command, environ: dict[str, str], tmp_path: Path, how: str
) -> None:
    assert claimwatch("backup", "kept.backup").code == 0
    add_feeds(filled, "kept")
    before = rows_of(filled)
    _instead(tmp_path / "bin", "pg_restore", f'[[ "$*" = *--exit-on-error* ]] || exec $REAL "$@"\n$REAL "$@" | {how}', environ)  # fmt: skip
    ran = claimwatch("restore", "kept.backup", "--replace")
    assert (ran.code, "nothing was changed" in ran.err) == (3, True), ran
    assert rows_of(filled) == before


@ON_POSTGRES
def test_a_restore_whose_writer_dies_midway_changes_nothing(
    filled: Store, claimwatch: Command, environ: dict[str, str], tmp_path: Path
) -> None:
    assert claimwatch("backup", "kept.backup").code == 0
    add_feeds(filled, "kept")
    before = rows_of(filled)
    _instead(tmp_path / "bin", "psql", 'head -c 30000 | $REAL "$@"; kill -9 $$', environ)
    ran = claimwatch("restore", "kept.backup", "--replace")
    assert (ran.code, "nothing was changed; psql" in ran.err) == (3, True), ran
    assert rows_of(filled) == before


@ON_POSTGRES
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_restore_that_is_killed_midway_changes_nothing(
    filled: Store, claimwatch: Command, environ: dict[str, str], tmp_path: Path, how: signal.Signals
) -> None:
    assert claimwatch("backup", "kept.backup").code == 0
    add_feeds(filled, "kept")
    before = rows_of(filled)
    slow = '[[ "$*" = *--exit-on-error* ]] || exec $REAL "$@"\n$REAL "$@" | head -c 30000; touch midway; exec sleep 6'
    _instead(tmp_path / "bin", "pg_restore", slow, environ)
    process = _start(environ, tmp_path, "restore", "kept.backup", "--replace")
    _until((tmp_path / "midway").exists)
    time.sleep(0.3)
    process.send_signal(how)
    assert process.wait(20) == (-9 if how is signal.SIGKILL else 130)
    _until(lambda: _sessions(filled) == 0)
    assert rows_of(filled) == before


def _start(environ: dict[str, str], folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, **environ}  # noqa: TID251
    command = [sys.executable, "-m", "claimwatch", *arguments]
    return subprocess.Popen(command, env=env, cwd=folder, preexec_fn=_hear_ctrl_c)  # noqa: PLW1509 - no thread of ours runs


def _hear_ctrl_c() -> None:
    """A shell that runs the tests in its background has told them all to ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _until(what: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def _sessions(store: Store) -> int:
    with store.read() as tx:
        others = "datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
        found = int(tx.execute(text(f"SELECT count(*) FROM pg_stat_activity WHERE {others}")).scalar_one())
    store.close()
    return found


@ON_SQLITE
def test_a_restore_that_is_killed_at_any_moment_leaves_the_one_or_the_other(
    filled: Store, claimwatch: Command, environ: dict[str, str], tmp_path: Path
) -> None:
    with filled.begin() as tx:
        tx.execute(text("INSERT INTO blobs VALUES ('large', randomblob(20000000), 20000000)"))
    assert claimwatch("backup", "kept.backup").code == 0
    with filled.begin() as tx:
        tx.execute(text("UPDATE blobs SET zstd = randomblob(20000000) WHERE sha256 = 'large'"))
    changed, database = rows_of(filled), Path(str(filled.engine.url.database))
    started = time.monotonic()
    assert claimwatch("restore", "kept.backup", "--replace").code == 0
    takes, kept = time.monotonic() - started, rows_of(filled)
    ended = []
    for share in (0.7, 0.8, 0.9, 0.95):
        with filled.begin() as tx:
            tx.execute(text("UPDATE blobs SET zstd = randomblob(20000000) WHERE sha256 = 'large'"))
        changed = rows_of(filled)
        process = _start(environ, tmp_path, "restore", "kept.backup", "--replace")
        time.sleep(takes * share)
        process.kill()
        process.wait()
        journal = database.with_name("claimwatch.db-journal").exists()
        now = rows_of(filled)
        assert now in (changed, kept)
        ended.append((journal, now == kept))
        with filled.read() as tx:
            assert tx.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@ON_POSTGRES
def test_a_backup_that_is_killed_leaves_no_file_that_looks_whole(
    filled: Store, claimwatch: Command, environ: dict[str, str], tmp_path: Path, how: signal.Signals
) -> None:
    kept = dict(environ)
    _instead(tmp_path / "bin", "pg_dump", '$REAL "$@"; touch midway; exec sleep 6', environ)
    process = _start(environ, tmp_path, "backup", "kept.backup")
    _until((tmp_path / "midway").exists)
    process.send_signal(how)
    process.wait(20)
    assert not (tmp_path / "kept.backup").exists()
    assert (tmp_path / "kept.backup.part").exists() is (how is signal.SIGKILL)
    environ |= kept
    _until(lambda: claimwatch("backup", "kept.backup").code == 0)  # the orphan holds the file for six seconds
    assert not list(tmp_path.glob("*.part"))


@ON_POSTGRES
def test_two_backups_into_one_file_do_not_mix(
    filled: Store, claimwatch: Command, environ: dict[str, str], tmp_path: Path
) -> None:
    _instead(tmp_path / "bin", "pg_dump", 'touch midway; sleep 3; exec $REAL "$@"', environ)
    first = _start(environ, tmp_path, "backup", "kept.backup")
    _until((tmp_path / "midway").exists)
    second = claimwatch("backup", "kept.backup")
    assert (second.code, "another process writes it just now" in second.err) == (1, True), second
    assert first.wait(30) == 0


@ON_POSTGRES
def test_the_password_is_on_no_command_line(
    filled: Store, claimwatch: Command, environ: dict[str, str], tmp_path: Path
) -> None:
    for tool in ("pg_dump", "pg_restore", "psql"):
        _instead(tmp_path / "bin", tool, f'echo "{tool} $*" >> {tmp_path}/lines; echo "{tool} $PGPASSWORD" >> {tmp_path}/told; exec $REAL "$@"', environ)  # fmt: skip
    assert claimwatch("backup", "kept.backup").code == 0
    assert claimwatch("restore", "kept.backup", "--replace").code == 0
    lines = (tmp_path / "lines").read_text()
    assert {line.split()[0] for line in lines.splitlines()} == {"pg_dump", "pg_restore", "psql"}
    assert PASSWORD not in lines
    told = set((tmp_path / "told").read_text().splitlines())
    assert {f"pg_dump {PASSWORD}", f"psql {PASSWORD}"} <= told


@ON_POSTGRES
def test_tools_that_are_missing_or_too_old_are_named(
    filled: Store, claimwatch: Command, environ: dict[str, str], tmp_path: Path
) -> None:
    kept = environ["PATH"]
    environ["PATH"] = str(tmp_path)
    ran = claimwatch("backup", "kept.backup")
    assert (ran.code, "pg_dump is not on the PATH: install the client tools" in ran.err) == (3, True)
    (tmp_path / "pg_dump").write_text('#!/bin/sh\necho "pg_dump (PostgreSQL) 9.6.1"\n')
    (tmp_path / "pg_dump").chmod(0o755)
    environ["PATH"] = f"{tmp_path}:{kept}"
    ran = claimwatch("backup", "kept.backup")
    assert (ran.code, "pg_dump (PostgreSQL) 9.6.1, and the server is PostgreSQL" in ran.err) == (3, True)
    (tmp_path / "pg_dump").unlink()
    _instead(tmp_path / "bin", "pg_dump", 'echo "pg_dump: error: no room" >&2; exit 1', environ)
    ran = claimwatch("backup", "kept.backup")
    assert (ran.code, ran.err) == (3, "claimwatch: pg_dump: error: no room\n")
    assert not list(tmp_path.glob("kept*"))


@ON_SQLITE
def test_a_damaged_database_is_named_with_what_to_do(filled: Store, claimwatch: Command) -> None:
    assert claimwatch("backup", "kept.backup").code == 0
    database = Path(str(filled.engine.url.database))
    database.write_bytes(b"no database at all" * 500)
    ran = claimwatch("restore", "kept.backup", "--replace")
    assert (ran.code, "move it away, with its -wal and -shm" in ran.err) == (3, True), ran
    database.rename(database.with_suffix(".broken"))
    assert claimwatch("restore", "kept.backup").code == 0


@ON_SQLITE
def test_a_database_in_use_is_no_backup(filled: Store, claimwatch: Command, tmp_path: Path) -> None:
    database = Path(str(filled.engine.url.database))
    with filled.read() as tx:
        tx.execute(text("SELECT 1 FROM feeds")).all()
        add_feeds(make_store(f"sqlite:///{database}"), "newest")
        shutil.copy(database, tmp_path / "copied.db")
        shutil.copy(f"{database}-wal", tmp_path / "copied.db-wal")
    ran = claimwatch("restore", "copied.db", "--replace")
    assert (ran.code, "is a database in use" in ran.err) == (2, True), ran
