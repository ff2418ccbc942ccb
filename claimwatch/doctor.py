"""`claimwatch doctor`: is everything around us as it must be? Each answer names the thing and what to do."""

from __future__ import annotations

import importlib
import importlib.metadata
import shutil
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import redis

from claimwatch.settings import Settings
from claimwatch.wiring import store_of
from storage import migrate, queries
from storage.engine import Store
from storage.errors import StoreError
from worker.gateways.mail import SmtpMailer

_WINGS = ("claimwatch", "worker", "schedules", "storage")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `state`: ok, warn or fail."""

    what: str
    state: str
    detail: str


def examine(settings: Settings, now: datetime) -> list[Check]:
    """All checks, in the order in which a person would mend things."""
    return list(_checks(settings, now))


def _checks(settings: Settings, now: datetime) -> Iterator[Check]:
    yield _names()
    yield _space(settings)
    store, database = _database(settings)
    yield database
    yield _guard("broker", lambda: _broker(settings))
    yield _guard("mail", lambda: _mail(settings))
    yield _door(settings)
    if store is not None and database.state == "ok":
        yield from _life(store, settings, now)


def _guard(what: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except (OSError, redis.RedisError, smtplib.SMTPException) as error:
        return Check(what, "fail", f"{type(error).__name__}: {str(error)[:160]}; is it running, is the address right?")


def _names() -> Check:
    """The four folders are import names that others could take too (docs/decisions/0001-flat-wings.md)."""
    owners = importlib.metadata.packages_distributions()
    home = Path(__file__).resolve().parent.parent
    for wing in _WINGS:
        module = importlib.import_module(wing)
        where = Path(str(module.__file__)).resolve().parent.parent
        if where != home or owners.get(wing, ["claimwatch"]) != ["claimwatch"]:
            return Check("names", "fail", f"{wing!r} comes from {where}: give claimwatch an environment of its own")
    return Check("names", "ok", f"claimwatch {importlib.metadata.version('claimwatch')} in {home}")


def _space(settings: Settings) -> Check:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    detail = f"{free / 1e9:.1f} GB free at {folder}"
    return Check("disk", "ok" if free > 500e6 else "warn", detail if free > 500e6 else f"{detail}: make room")


def _database(settings: Settings) -> tuple[Store | None, Check]:
    try:
        store = store_of(settings, checked=False)
        have, need = migrate.current(store), migrate.HEAD
    except StoreError as error:
        return None, Check("database", "fail", str(error))
    if have != need:
        return store, Check(
            "database", "fail", f"{store.name}: schema {have or 'empty'}, needs {need}: `claimwatch migrate`"
        )
    return store, Check("database", "ok", f"{store.name} at {have}")


def _broker(settings: Settings) -> Check:
    if not settings.broker_url:
        server = next(filter(None, map(shutil.which, ("valkey-server", "redis-server"))), None)
        return Check(
            "broker", "ok", f"none set: `claimwatch up` starts a private one ({server or 'from the laptop extra'})"
        )
    client = redis.Redis.from_url(settings.broker_url, socket_timeout=5, socket_connect_timeout=5)
    with client:
        info = client.info()
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    name = f"{info.get('server_name', 'redis')} {info.get('valkey_version') or info.get('redis_version')}"
    if policy != "noeviction" and info.get("maxmemory"):
        return Check("broker", "warn", f"{name} drops messages when full ({policy}): set maxmemory-policy noeviction")
    return Check("broker", "ok", name)


def _mail(settings: Settings) -> Check:
    if not settings.smtp_url:
        return Check("mail", "ok", f"no relay set: digests become files in {settings.data_dir / 'mails'}")
    mailer = SmtpMailer.of_url(settings.smtp_url)
    return Check("mail", "ok", mailer.probe())


def _door(settings: Settings) -> Check:
    if settings.fetch_proxy_url:
        return Check("door", "warn", "all fetching goes through a proxy: what lies behind it cannot be checked here")
    if settings.fetch_allow_private:
        return Check("door", "warn", "private addresses may be fetched (CLAIMWATCH_FETCH_ALLOW_PRIVATE)")
    return Check("door", "ok", "public addresses only")


def _life(store: Store, settings: Settings, now: datetime) -> Iterator[Check]:
    with store.read() as tx:
        counts, beats = queries.counts(tx), queries.heartbeats(tx)
    tick = beats.get("tick")
    late = tick is None or now - tick > max(3 * settings.tick, timedelta(seconds=30))
    told = "never" if tick is None else f"{(now - tick).total_seconds():.0f} s ago"
    yield Check(
        "tick", "warn" if late else "ok", f"last {told}" + (": is `claimwatch up` or beat running?" if late else "")
    )
    feeds = f"{counts['feeds']} feeds, {counts['failing_feeds']} in trouble"
    if not counts["feeds"]:
        feeds += ": claimwatch seed add"
    elif counts["failing_feeds"]:
        feeds += ": claimwatch feed list"
    yield Check("feeds", "warn" if counts["failing_feeds"] or not counts["feeds"] else "ok", feeds)
    work = f"{counts['articles']} articles, {counts['waiting']} entries wait, {counts['parked']} given up"
    yield Check("work", "ok", work)
