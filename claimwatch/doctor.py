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
from urllib.parse import urlsplit

import redis

from claimwatch.feed_words import entries
from claimwatch.settings import BadSetting, Settings
from claimwatch.show import many
from claimwatch.wiring import make_tools, method_of, store_of, times_of
from storage import digest_rows, feed_histories, heartbeats, measures, migrate, queries, recipients
from storage.engine import Store
from storage.errors import StoreError
from storage.queries import FEED_TROUBLE
from storage.records import DigestState
from worker.errors import NoModel
from worker.gateways.clock import SystemClock
from worker.gateways.mail import SmtpMailer

_WINGS = ("claimwatch", "worker", "schedules", "storage")
_WEEK = timedelta(days=7)
_CLOCKS_APART_S = 5.0


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
    store, database = _database(settings)
    yield database
    broker = _guard("broker", lambda: _broker(settings))
    yield broker
    if broker.state != "fail":
        yield _workers(settings)
    yield _guard("mail", lambda: _mail(settings))
    yield _door(settings)
    yield _guard("judge", lambda: _judge(settings))
    yield _alarm(settings)
    grown = 0.0
    if store is not None and database.state == "ok":
        with store.read() as tx:
            counts, tick, states = queries.counts(tx), heartbeats.last(tx, "tick"), queries.feed_states(tx)
            states_of_digests, paused = digest_rows.counts(tx), recipients.paused(tx)
            failed = feed_histories.waiting_failed(tx)
            size, week, theirs = measures.size_bytes(tx), measures.growth(tx, now - _WEEK), measures.clock(tx)
        yield _tick(tick, settings, now)
        yield _guard("clock", lambda: _clock(settings, theirs))
        yield _feeds(states)
        yield _work(counts, failed)
        yield _digests(states_of_digests, paused)
        days = max((now - week.first) / timedelta(days=1), 1.0) if week.first else 1.0
        grown = week.snapshot_bytes / days
        growth = f"{size / 1e6:,.0f} MB; {week.articles / days:,.0f} articles and {grown / 1e6:,.1f} MB of pages a day"
        yield Check("growth", "ok", growth)
    yield _space(settings, grown)


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


_TEN_YEARS = 3_650


def _space(settings: Settings, grown: float) -> Check:
    """`grown`: bytes of pages a day. Text, passages and findings come on top of them, about as much again."""
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    detail = f"{free / 1e9:.1f} GB free at {folder}"
    if grown and settings.database_url.startswith("sqlite"):  # another database's disk cannot be seen from here
        days = free / (2 * grown)
        detail += f", enough for {days:,.0f} days" if days < _TEN_YEARS else ", enough for ten years and more"
    if free > max(500e6, 14 * grown):
        return Check("disk", "ok", detail)
    return Check("disk", "warn", f"{detail}: make room, or lower CLAIMWATCH_KEEP_DAYS")


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
    used, most = int(info.get("used_memory", 0)), int(info.get("maxmemory", 0))
    if most and used > 0.8 * most:
        return Check("broker", "warn", f"{name} is {used / most:.0%} full: does a worker take its messages?")
    if policy != "noeviction" and info.get("maxmemory"):
        return Check("broker", "warn", f"{name} drops messages when full ({policy}): set maxmemory-policy noeviction")
    return Check("broker", "ok", name)


def _mail(settings: Settings) -> Check:
    if not settings.smtp_url:
        return Check("mail", "ok", f"no relay set: digests become files in {settings.data_dir / 'mails'}")
    mailer = SmtpMailer.of_url(settings.smtp_url)
    return Check("mail", "ok", mailer.probe())


def _judge(settings: Settings) -> Check:
    """Loads the judge and asks it once: a broken model is told here and not by every article."""
    try:
        method = method_of(settings.judge)
        method.model.probabilities([method.model.read("a claim", "a text", article=False)])
    except (NoModel, BadSetting) as error:
        return Check("judge", "fail", str(error))
    return Check("judge", "ok", method.version)


def _door(settings: Settings) -> Check:
    if settings.fetch_proxy_url:
        return Check("door", "warn", "all fetching goes through a proxy: what lies behind it cannot be checked here")
    if settings.fetch_allow_private:
        return Check("door", "warn", "private addresses may be fetched (CLAIMWATCH_FETCH_ALLOW_PRIVATE)")
    return Check("door", "ok", "public addresses only")


def _workers(settings: Settings) -> Check:
    """Who answers a ping through the broker: each queue must have somebody."""
    if not settings.broker_url:
        return Check("workers", "ok", "none to ask: `claimwatch up` watches over its own")
    from kombu.exceptions import KombuError

    from worker.app import create_app

    app = create_app(settings.broker_url, times_of(settings), lambda: make_tools(settings))
    try:
        names = sorted(name for reply in app.control.ping(timeout=2.0) for name in reply)
    except (redis.RedisError, OSError, KombuError) as error:
        return Check("workers", "fail", f"cannot be asked: {type(error).__name__}: {str(error)[:160]}")
    missing = [f"worker-{kind}" for kind in ("fetch", "think") if not any(n.startswith(f"{kind}@") for n in names)]
    if missing:
        return Check("workers", "fail", f"{' and '.join(missing)} missing; {', '.join(names) or 'nobody'} answers")
    return Check("workers", "ok", ", ".join(names))


def _alarm(settings: Settings) -> Check:
    told = f"{settings.operator} is told after {settings.alarm / timedelta(hours=1):g} silent hours"
    if settings.operator and not settings.smtp_url:
        return Check("alarm", "warn", f"{told}, but there is no relay: CLAIMWATCH_SMTP_URL")
    if not settings.operator:
        told = "nobody is told of a long silence (CLAIMWATCH_OPERATOR)"
    if settings.heartbeat_url:
        told += f"; heartbeat to {urlsplit(settings.heartbeat_url).hostname}"
    return Check("alarm", "ok", told)


def _tick(tick: datetime | None, settings: Settings, now: datetime) -> Check:
    late = tick is None or now - tick > max(3 * settings.tick, timedelta(seconds=30))
    told = "never" if tick is None else f"{(now - tick).total_seconds():.0f} s ago"
    hint = ": is `claimwatch up` or beat running?" if late else ""
    # with a broker of one's own it should tick by now; else it may be that nobody has said `claimwatch up` yet
    state = ("fail" if settings.broker_url else "warn") if late else "ok"
    return Check("tick", state, f"last {told}{hint}")


def _clock(settings: Settings, database: datetime | None) -> Check:
    """Leases and stamps are instants: hosts that share a database must agree on the time."""
    clock, off = SystemClock(), {}
    if database is not None:
        off["database"] = abs((clock.now() - database).total_seconds())
    if settings.broker_url:
        with redis.Redis.from_url(settings.broker_url, socket_timeout=5, socket_connect_timeout=5) as client:
            seconds, micros = client.time()
            off["broker"] = abs(clock.now().timestamp() - (seconds + micros / 1e6))
    told = f"{clock.now():%Y-%m-%d %H:%M:%S} UTC" + "".join(f", {name} {s:.1f} s off" for name, s in off.items())
    bad = max(off.values(), default=0.0) > _CLOCKS_APART_S
    return Check("clock", "warn" if bad else "ok", f"{told}: set the clocks by NTP" if bad else told)


def _digests(states: dict[str, int], paused: int) -> Check:
    told = ", ".join(f"{n} {state}" for state, n in states.items()) or "none yet"
    if paused:
        told += f"; {many(paused, 'recipient')} paused: claimwatch recipient list"
    stuck = [state for state in (DigestState.FAILED, DigestState.UNKNOWN) if states.get(state)]
    if stuck:
        told += f": claimwatch digest list {' '.join(f'--state {state}' for state in stuck)}"
    return Check("digests", "warn" if stuck or paused else "ok", told)


def _work(counts: dict[str, int], failed: int) -> Check:
    """`failed`: entries that wait because their last try failed."""
    waiting = counts["waiting"]
    told = f"{many(counts['articles'], 'article')}, {entries(waiting)} to be read, {counts['parked']:,} given up"
    if failed * 2 <= waiting:
        return Check("work", "ok", told)
    return Check("work", "warn", f"{told}; {failed:,} of those to be read failed at the last try: claimwatch feed list")


def _feeds(states: dict[str, int]) -> Check:
    told = ", ".join(f"{n} {state}" for state, n in states.items())
    if not states:
        return Check("feeds", "warn", "none is polled: claimwatch seed add")
    bad = sum(n for state, n in states.items() if state in FEED_TROUBLE)
    return Check("feeds", "warn" if bad else "ok", f"{told}: claimwatch feed list" if bad else told)
