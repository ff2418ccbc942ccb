from __future__ import annotations

import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from claimwatch.passwords import make_passwords
from claimwatch.settings import read_settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("db", "broker"):
        (tmp_path / name).mkdir()
    return tmp_path


def test_passwords_are_made_once_and_fit_the_settings(folder: Path) -> None:
    assert make_passwords(folder) == ["db", "broker"]
    kept = {path: path.read_text() for path in folder.rglob("*") if path.is_file()}
    settings = read_settings(
        {
            "CLAIMWATCH_DATABASE_URL_FILE": str(folder / "db/url"),
            "CLAIMWATCH_BROKER_URL_FILE": str(folder / "broker/url"),
        }
    )
    assert urlsplit(settings.database_url).password == (folder / "db/password").read_text()
    assert f"requirepass {urlsplit(settings.broker_url).password}\n" == (folder / "broker/redis.conf").read_text()
    assert len({(folder / name / "password").read_text() for name in ("db", "broker")}) == 2
    assert all(len((folder / name / "password").read_text()) >= 40 for name in ("db", "broker"))

    assert make_passwords(folder) == []
    assert kept == {path: path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_nobody_else_reads_them(folder: Path) -> None:
    make_passwords(folder)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert modes == {0o440}


def test_a_run_that_was_cut_off_is_finished_by_the_next(folder: Path) -> None:
    (folder / "db/password.part").write_text("half")
    (folder / "broker/password").write_text("kept-from-before")
    assert make_passwords(folder) == ["db"]
    assert (folder / "broker/url").read_text() == "redis://:kept-from-before@redis:6379/0"
    assert not list(folder.rglob("*.part"))
