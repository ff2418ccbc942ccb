"""Settings from the environment: the only file that reads it. A bad value stops the start and names the variable."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

PREFIX = "CLAIMWATCH_"


class BadSetting(Exception):
    """A variable holds what cannot be used; the message names it and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One variable: its default as written, and what it is for (in .env.example word for word)."""

    name: str
    default: str
    what: str
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="DATA_DIR",
        default="~/.local/share/claimwatch",
        what="folder of the database, broker, logs and mails of a laptop",
    ),
    Setting(
        name="DATABASE_URL",
        default="",
        what="sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME; empty: claimwatch.db in the data folder",
        secret=True,
    ),
    Setting(
        name="BROKER_URL",
        default="",
        what="redis://:PASSWORD@HOST:PORT/0 of Redis or Valkey; empty: `claimwatch up` starts a private one",
        secret=True,
    ),
    Setting(
        name="SMTP_URL",
        default="",
        what="smtp://, smtp+starttls:// or smtps://USER:PASSWORD@HOST:PORT; empty: mails become files in the data folder",
        secret=True,
    ),
    Setting(name="SMTP_TIMEOUT_S", default="30", what="seconds that the mail relay may take for an answer"),
    Setting(
        name="CHATS",
        default="",
        what="NAME=ADDRESS of apprise, parted by blanks; recipient chat:NAME is written to there",
        secret=True,
    ),
    Setting(
        name="SILENCE_DAYS",
        default="3",
        what="days that no source of a claim, or none at all, is heard before its readers are told",
    ),
    Setting(name="MAIL_FROM", default="claimwatch@claimwatch.example", what="sender address of the digests"),
    Setting(
        name="PUBLIC_URL",
        default="",
        what="address of the web page, for links in mails and hubs that push feeds; https if readers shall leave by one click; empty: commands instead",
    ),
    Setting(
        name="OPERATOR", default="", what="mail address that is told when the house has fallen silent; empty: nobody is"
    ),
    Setting(
        name="ALARM_HOURS", default="6", what="hours without a tick, or without any feed answering, that are trouble"
    ),
    Setting(
        name="HEARTBEAT_URL",
        default="",
        what="address asked at every tick, of a service that tells you when it is not asked any more",
        secret=True,
    ),
    Setting(name="FETCH_PROXY_URL", default="", what="http://HOST:PORT of a proxy for all fetching", secret=True),
    Setting(
        name="FETCH_ALLOW_PRIVATE",
        default="false",
        what="true: also fetch from private addresses (a newsroom of your own)",
    ),
    Setting(name="FETCH_PORTS", default="80 443", what="ports of sites that may be asked, parted by blanks"),
    Setting(
        name="FETCH_CONTACT",
        default="https://claimwatch.example/about",
        what="address of a page or a mailbox, sent to publishers with every request",
    ),
    Setting(name="FETCH_TIMEOUT_S", default="30", what="seconds for one whole exchange"),
    Setting(name="FETCH_SPACING_S", default="1", what="seconds between two requests to one host"),
    Setting(name="FETCH_THREADS", default="8", what="threads of the fetch worker"),
    Setting(name="THINK_PROCESSES", default="2", what="processes of the think worker"),
    Setting(name="SOFT_LIMIT_S", default="150", what="seconds after which a think job is asked to stop"),
    Setting(name="HARD_LIMIT_S", default="180", what="seconds after which a think job is killed"),
    Setting(name="LEASE_S", default="240", what="seconds after which another worker may take a row over"),
    Setting(name="VISIBILITY_S", default="600", what="seconds after which the broker hands a message out again"),
    Setting(
        name="CALLED_S",
        default="300",
        what="seconds after which a row that was called and not taken is called again, and its message expires",
    ),
    Setting(name="TICK_S", default="60", what="seconds between two looks for what is due"),
    Setting(
        name="KEEP_DAYS",
        default="90",
        what="days that articles are kept on which no finding hangs; 0: for ever",
    ),
    Setting(
        name="KEEP_FOUND_DAYS",
        default="0",
        what="days that articles are kept on which a finding hangs, live or withdrawn; 0: for ever",
    ),
    Setting(
        name="KEEP_RULED_DAYS",
        default="0",
        what="days that articles are kept on which a person's ruling hangs; 0: for ever",
    ),
    Setting(
        name="KEEP_PAGES_DAYS",
        default="0",
        what="days that pages as fetched are kept of articles on which no finding hangs; 0: as long as the article",
    ),
    Setting(
        name="KEEP_FOUND_PAGES_DAYS",
        default="0",
        what="days that pages as fetched are kept of articles on which a finding hangs; 0: as long as the article",
    ),
    Setting(
        name="VISITS",
        default="true",
        what="false: articles that carry findings are not visited again for edits, corrections and deletions",
    ),
    Setting(
        name="WEB_BIND",
        default="127.0.0.1:8470",
        what="HOST:PORT of the web process; keep it on 127.0.0.1 or behind a proxy",
    ),
    Setting(
        name="WEB_TOKENS",
        default="auto",
        what="what needs a token: writes, all, or auto, which is writes on 127.0.0.1 and all on any other address",
    ),
    Setting(name="LOG_LEVEL", default="INFO", what="DEBUG, INFO, WARNING or ERROR"),
    Setting(
        name="JUDGE",
        default="auto",
        what="auto, strong, built-in, or a folder with an ONNX pair classifier; auto is strong where its weights are there",
    ),
    Setting(
        name="PERSON",
        default="",
        what="your name, shown beside what you confirm or correct; empty: each time --who asks",
    ),
    Setting(name="EVAL_DATA", default="", what="folder with evaluation data for the judge; only for its developers"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is in force. Paths are absolute, times are timedeltas; `keep` None is for ever."""

    data_dir: Path
    database_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    smtp_url: str = field(repr=False)
    smtp_timeout: timedelta
    chats: dict[str, str] = field(repr=False)
    silence: timedelta
    mail_from: str
    public_url: str
    operator: str
    alarm: timedelta
    heartbeat_url: str = field(repr=False)
    fetch_proxy_url: str = field(repr=False)
    fetch_allow_private: bool
    fetch_ports: frozenset[int]
    fetch_contact: str
    fetch_timeout: timedelta
    fetch_spacing: timedelta
    fetch_threads: int
    think_processes: int
    soft_limit: timedelta
    hard_limit: timedelta
    lease: timedelta
    visibility: timedelta
    called: timedelta
    tick: timedelta
    keep: timedelta | None
    keep_found: timedelta | None
    keep_ruled: timedelta | None
    keep_pages: timedelta | None
    keep_found_pages: timedelta | None
    visits: bool
    web_host: str
    web_port: int
    web_tokens: str
    log_level: str
    judge: str
    person: str


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in force. `environ` is for tests; else the process's own. Raises BadSetting."""
    source = os.environ if environ is None else environ  # noqa: TID251 - this is the one place
    known = {PREFIX + s.name for s in SETTINGS} | {f"{PREFIX}{s.name}_FILE" for s in SETTINGS if s.secret}
    for name in source:
        if name.startswith(PREFIX) and name not in known and not name.startswith(f"{PREFIX}NEWSROOM"):
            raise BadSetting(f"{name} is no setting of claimwatch; `claimwatch config` lists them")
    values = {s.name: _value(s, source) for s in SETTINGS}
    data_dir = Path(values["DATA_DIR"]).expanduser().resolve()
    host, port = _bind(values["WEB_BIND"])
    _database_password(values["DATABASE_URL"])
    settings = Settings(
        data_dir=data_dir,
        database_url=values["DATABASE_URL"] or f"sqlite:///{data_dir / 'claimwatch.db'}",
        broker_url=_url("BROKER_URL", values, ("redis", "rediss")),
        smtp_url=_url("SMTP_URL", values, ("smtp", "smtp+starttls", "smtps")),
        smtp_timeout=_seconds("SMTP_TIMEOUT_S", values),
        chats=_chats(values["CHATS"]),
        silence=_seconds("SILENCE_DAYS", values, unit_s=86_400),
        mail_from=_address("MAIL_FROM", values),
        public_url=_url("PUBLIC_URL", values, ("https", "http")).rstrip("/"),
        operator=_address("OPERATOR", values) if values["OPERATOR"] else "",
        alarm=_seconds("ALARM_HOURS", values, unit_s=3600),
        heartbeat_url=_url("HEARTBEAT_URL", values, ("https", "http")),
        fetch_proxy_url=_url("FETCH_PROXY_URL", values, ("http",)),
        fetch_allow_private=_flag("FETCH_ALLOW_PRIVATE", values),
        fetch_ports=_ports(values["FETCH_PORTS"]),
        fetch_contact=values["FETCH_CONTACT"],
        fetch_timeout=_seconds("FETCH_TIMEOUT_S", values),
        fetch_spacing=_seconds("FETCH_SPACING_S", values, least=0),
        fetch_threads=_count("FETCH_THREADS", values),
        think_processes=_count("THINK_PROCESSES", values),
        soft_limit=_seconds("SOFT_LIMIT_S", values),
        hard_limit=_seconds("HARD_LIMIT_S", values),
        lease=_seconds("LEASE_S", values),
        visibility=_seconds("VISIBILITY_S", values),
        called=_seconds("CALLED_S", values),
        tick=_seconds("TICK_S", values),
        keep=_days("KEEP_DAYS", values),
        keep_found=_days("KEEP_FOUND_DAYS", values),
        keep_ruled=_days("KEEP_RULED_DAYS", values),
        keep_pages=_days("KEEP_PAGES_DAYS", values),
        keep_found_pages=_days("KEEP_FOUND_PAGES_DAYS", values),
        visits=_flag("VISITS", values),
        web_host=host,
        web_port=port,
        web_tokens=_tokens(values["WEB_TOKENS"], host),
        log_level=_log_level(values["LOG_LEVEL"]),
        judge=_judge(values["JUDGE"]),
        person=values["PERSON"],
    )
    ordered = (settings.soft_limit, settings.hard_limit, settings.lease, settings.visibility)
    if list(ordered) != sorted(set(ordered)):
        raise BadSetting(
            f"{PREFIX}SOFT_LIMIT_S < {PREFIX}HARD_LIMIT_S < {PREFIX}LEASE_S < {PREFIX}VISIBILITY_S must hold, got "
            + " ".join(str(t.total_seconds()) for t in ordered)
        )
    if settings.fetch_timeout * 2 > settings.lease:
        raise BadSetting(f"{PREFIX}LEASE_S must be at least twice {PREFIX}FETCH_TIMEOUT_S")
    if settings.smtp_timeout * 5 >= settings.lease:  # as many answers a mail is given: worker/gateways/mail.py
        raise BadSetting(f"{PREFIX}LEASE_S must be more than five times {PREFIX}SMTP_TIMEOUT_S")
    return settings


def _ports(value: str) -> frozenset[int]:
    told = value.split()
    if not told or not all(re.fullmatch("[0-9]{1,5}", port) and 0 < int(port) < 65_536 for port in told):
        raise BadSetting(f"{PREFIX}FETCH_PORTS: expected numbers of ports parted by blanks, like 80 443, got {value!r}")
    return frozenset(map(int, told))


def masked(settings_environ: Mapping[str, str] | None = None) -> list[tuple[str, str, str]]:
    """(variable, value in force with secrets masked, "set" or "default") for `claimwatch config`."""
    source = os.environ if settings_environ is None else settings_environ  # noqa: TID251 - this is the one place
    rows = []
    for s in SETTINGS:
        name, value = PREFIX + s.name, _value(s, source)
        rows.append((name, _mask(value) if s.secret else value, "set" if value != s.default else "default"))
    return rows


def _mask(value: str) -> str:
    """An address without user and password; hidden whole if it has an odd form or secrets in its query."""
    if not value:
        return value
    found = re.fullmatch(r"([a-z0-9+]+://)(?:[^/?#@]*@)?([^/?#@:]+(?::[0-9]+)?)?(/[^?#@]*)?", value)
    if not found:
        return "***"
    hidden = "***@" if "@" in value else ""
    return f"{found[1]}{hidden}{found[2] or ''}{found[3] or ''}"


def _value(setting: Setting, source: Mapping[str, str]) -> str:
    """What is told of the setting, by itself or (secrets) in the file that NAME_FILE names; an empty file tells nothing."""
    name = PREFIX + setting.name
    plain = source.get(name, "").strip()
    path = source.get(f"{name}_FILE") if setting.secret else None
    if path:
        try:
            kept = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(f"{name}_FILE: cannot read {path}: {error}") from None
        if kept and plain:
            raise BadSetting(f"{name} and {name}_FILE are both set: take one away")
        plain = kept or plain
    return plain or setting.default


def _url(name: str, values: Mapping[str, str], schemes: tuple[str, ...]) -> str:
    value, password = values[name], None
    try:
        parts = urlsplit(value)
        bad = bool(value) and (parts.scheme not in schemes or not parts.hostname)
        _, password = parts.port, parts.password
    except ValueError:
        bad = True
    if bad:
        raise BadSetting(f"{PREFIX}{name}: expected {' or '.join(s + '://HOST' for s in schemes)}")
    _refuse_known(name, password)
    return value


def _database_password(url: str) -> None:
    """What the store says of the rest of the address is clear enough; a socket's has no host, for instance."""
    try:
        password = urlsplit(url).password
    except ValueError:
        raise BadSetting(
            f"{PREFIX}DATABASE_URL: expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        ) from None
    _refuse_known("DATABASE_URL", password)


def _refuse_known(name: str, password: str | None) -> None:
    """A password out of an example is none."""
    if password is not None and unquote(password).lower() in _KNOWN_PASSWORDS:
        raise BadSetting(
            f"{PREFIX}{name}: its password is one that everybody knows ({password!r}); choose another, "
            'for instance: python3 -c "import secrets; print(secrets.token_urlsafe(24))"'
        )


_KNOWN_PASSWORDS = frozenset(
    ("changeme", "change-me", "password", "secret", "postgres", "redis", "claimwatch", "admin")
)


def _flag(name: str, values: Mapping[str, str]) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    try:
        return words[values[name].lower()]
    except KeyError:
        raise BadSetting(f"{PREFIX}{name}: expected true or false, got {values[name]!r}") from None


def _seconds(name: str, values: Mapping[str, str], least: float = 0.001, unit_s: int = 1) -> timedelta:
    try:
        seconds = float(values[name]) * unit_s
    except ValueError:
        seconds = -1.0
    if not least <= seconds <= 86_400 * 30:
        unit = {1: "seconds", 3600: "hours", 86_400: "days"}[unit_s]
        raise BadSetting(f"{PREFIX}{name}: expected a number of {unit}, got {values[name]!r}")
    return timedelta(seconds=seconds)


def _days(name: str, values: Mapping[str, str]) -> timedelta | None:
    """A time to keep things; None is for ever. A century is as good as that, and later dates end at the year one."""
    if not values[name].isascii() or not values[name].isdigit() or int(values[name]) > 36_500:
        raise BadSetting(
            f"{PREFIX}{name}: expected a whole number of days up to 36500, 0 for ever, got {values[name]!r}"
        )
    return timedelta(days=int(values[name])) or None


def _count(name: str, values: Mapping[str, str]) -> int:
    if not values[name].isascii() or not values[name].isdigit() or not 1 <= int(values[name]) <= 256:
        raise BadSetting(f"{PREFIX}{name}: expected a whole number from 1 to 256, got {values[name]!r}")
    return int(values[name])


def _bind(value: str) -> tuple[str, int]:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise BadSetting(f"{PREFIX}WEB_BIND: expected HOST:PORT, got {value!r}")
    return host.strip("[]"), int(port)


def _tokens(value: str, host: str) -> str:
    """ "writes" or "all". A web process that others can reach lets nobody read without a token, unless it is told to."""
    if value not in ("writes", "all", "auto"):
        raise BadSetting(f"{PREFIX}WEB_TOKENS: expected writes, all or auto, got {value!r}")
    return value if value != "auto" else "writes" if is_loopback(host) else "all"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address(setting: str, values: Mapping[str, str]) -> str:
    value = values[setting]
    name, _, domain = value.rpartition("@")
    if not name or not domain or any(c.isspace() for c in value) or not value.isascii():
        raise BadSetting(f"{PREFIX}{setting}: expected an address such as claimwatch@newsroom.example, got {value!r}")
    return value


def _chats(value: str) -> dict[str, str]:
    """The addresses by their names. What is wrong is told without them: they are passwords."""
    found: dict[str, str] = {}
    for at, one in enumerate(value.split(), start=1):
        name, sign, url = one.partition("=")
        if not sign or not re.fullmatch(r"[a-z0-9-]+", name) or "://" not in url or name in found:
            raise BadSetting(
                f"{PREFIX}CHATS: part {at}: expected NAME=ADDRESS, such as desk=slack://..., each name once, "
                "of small letters, digits and hyphens"
            )
        found[name] = url
    return found


def _log_level(value: str) -> str:
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise BadSetting(f"{PREFIX}LOG_LEVEL: expected DEBUG, INFO, WARNING or ERROR, got {value!r}")
    return value.upper()


def names_a_judge(value: str) -> bool:
    """One of the judges that come with claimwatch, or a folder that is there."""
    return value in ("auto", "strong", "built-in") or Path(value).is_dir()


def _judge(value: str) -> str:
    if not names_a_judge(value):
        raise BadSetting(f"{PREFIX}JUDGE: expected auto, strong, built-in or a folder that is there, got {value!r}")
    return value


def child_environ(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment for a child process of ours: this process's own with `extra` on top."""
    return {**os.environ, **extra}  # noqa: TID251 - this is the one place
