from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from claimwatch.settings import SETTINGS, BadSetting, masked, read_settings
from claimwatch.wiring import times_of
from worker.tools import Options, Times


def read(**told: str) -> object:
    return read_settings({f"CLAIMWATCH_{name}": value for name, value in told.items()})


def test_defaults_are_what_decisions_say() -> None:
    settings = read_settings({})
    assert times_of(settings) == Times()
    assert (settings.soft_limit, settings.hard_limit, settings.lease, settings.visibility, settings.called) == tuple(
        timedelta(seconds=s) for s in (150, 180, 240, 600, 300)
    )
    assert settings.database_url == f"sqlite:///{settings.data_dir}/claimwatch.db"
    assert settings.fetch_allow_private is False
    assert (settings.keep, settings.keep_found) == (Options().keep, Options().keep_found) == (timedelta(days=90), None)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"TICK_S": "0"}, "TICK_S: expected a number of seconds"),
        ({"TICK_S": "nan"}, "TICK_S"),
        ({"FETCH_THREADS": "-1"}, "FETCH_THREADS: expected a whole number"),
        ({"FETCH_THREADS": "٣"}, "FETCH_THREADS"),
        ({"FETCH_ALLOW_PRIVATE": "maybe"}, "FETCH_ALLOW_PRIVATE: expected true or false"),
        ({"SMTP_URL": "http://x"}, "SMTP_URL: expected smtp://HOST"),
        ({"SMTP_URL": "smtp://x:port"}, "SMTP_URL"),
        ({"PUBLIC_URL": "watch.example"}, "PUBLIC_URL"),
        ({"MAIL_FROM": "nobody"}, "MAIL_FROM"),
        ({"OPERATOR": "me"}, "OPERATOR: expected an address"),
        ({"ALARM_HOURS": "a day"}, "ALARM_HOURS: expected a number of hours"),
        ({"HEARTBEAT_URL": "beats.example"}, "HEARTBEAT_URL: expected https://HOST"),
        ({"WEB_BIND": "8470"}, "WEB_BIND: expected HOST:PORT"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
        ({"LEASE_S": "170"}, "must hold"),
        ({"SMTP_TIMEOUT_S": "48"}, "LEASE_S must be more than five times CLAIMWATCH_SMTP_TIMEOUT_S"),
        ({"MAIL_FROM": "büro@newsroom.example"}, "MAIL_FROM: expected an address"),
        ({"FETCH_TIMEOUT_S": "150"}, "at least twice"),
        ({"BROKER_URL": "memory://"}, "BROKER_URL: expected redis"),
        ({"VISIBILITY_S": "240"}, "must hold"),
        ({"SMTP_URL_FILE": "/nowhere/smtp"}, "SMTP_URL_FILE: cannot read /nowhere/smtp"),
        ({"KEEP_DAYS": "-1"}, "KEEP_DAYS: expected a whole number of days"),
        ({"KEEP_FOUND_DAYS": "36501"}, "KEEP_FOUND_DAYS: expected a whole number of days up to 36500, 0 for ever"),
        ({"TICKS": "1"}, "CLAIMWATCH_TICKS is no setting"),
        ({"DATABASE_URL": "postgresql://me:changeme@db/x"}, "DATABASE_URL: its password is one that everybody knows"),
        ({"BROKER_URL": "redis://:ChangeMe@redis/0"}, "BROKER_URL: its password is one that everybody knows"),
        ({"SMTP_URL": "smtps://me:change%2Dme@mail.example"}, "SMTP_URL: its password is one that everybody knows"),
    ],
)
def test_a_bad_value_stops_the_start_and_names_the_variable(told: dict[str, str], said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        read(**told)


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "smtp").write_text("smtps://me:hunter2@mail.example\n")
    settings = read_settings({"CLAIMWATCH_SMTP_URL_FILE": str(tmp_path / "smtp")})
    assert settings.smtp_url == "smtps://me:hunter2@mail.example"
    assert "hunter2" not in repr(settings)


def test_an_empty_file_tells_nothing_and_two_places_are_one_too_many(tmp_path: Path) -> None:
    path, told = tmp_path / "smtp", {"CLAIMWATCH_SMTP_URL": "smtp://mail.example"}
    path.write_text("")
    told["CLAIMWATCH_SMTP_URL_FILE"] = str(path)
    assert read_settings(told).smtp_url == "smtp://mail.example"
    path.write_text("smtp://other.example")
    with pytest.raises(BadSetting, match="CLAIMWATCH_SMTP_URL and CLAIMWATCH_SMTP_URL_FILE are both set"):
        read_settings(told)


def test_an_empty_variable_is_an_unset_one() -> None:
    assert read_settings({"CLAIMWATCH_TICK_S": ""}).tick == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("postgresql://u:pa#ss@h/db", "***"),
        ("postgresql://u:pa/ss@h/db", "***"),
        ("postgresql://h/db?password=x", "***"),
        ("postgresql://u:p@h:5432/db", "postgresql://***@h:5432/db"),
        ("sqlite:////var/lib/x.db", "sqlite:////var/lib/x.db"),
    ],
)
def test_an_address_is_shown_without_secrets_or_not_at_all(value: str, shown: str) -> None:
    rows = {name: told for name, told, _source in masked({"CLAIMWATCH_DATABASE_URL": value})}
    assert rows["CLAIMWATCH_DATABASE_URL"] == shown


def test_no_password_is_shown() -> None:
    shown = masked(
        {"CLAIMWATCH_BROKER_URL": "redis://:hunter2@h:6379/0", "CLAIMWATCH_DATABASE_URL": "postgresql://u:hunter2@h/n"}
    )
    assert "hunter2" not in str(shown)


def test_the_example_file_holds_every_setting_with_its_default_and_meaning() -> None:
    lines = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8").splitlines()
    for setting in SETTINGS:
        at = lines.index(f"# CLAIMWATCH_{setting.name}={setting.default}")
        assert lines[at - 1] == f"# {setting.what}"
    assert sum(line.startswith("# CLAIMWATCH_") for line in lines) == len(SETTINGS)
