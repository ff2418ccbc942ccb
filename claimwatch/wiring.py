"""Settings to Tools: the only place that chooses implementations."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from claimwatch import __version__
from claimwatch.settings import BadSetting, Settings, is_loopback
from storage import migrate
from storage.engine import Store, make_store
from worker.errors import NoModel
from worker.gateways.chat import Chats
from worker.gateways.clock import Clock, SystemClock
from worker.gateways.mail import FileMailer, Mailer, SmtpMailer
from worker.tools import Options, Times, Tools

if TYPE_CHECKING:
    from claimwatch.api.house import House
    from worker.gateways.web import Web
    from worker.steps.judge import Method


def times_of(settings: Settings) -> Times:
    """The times whose order the settings have checked."""
    return Times(
        soft_limit=settings.soft_limit,
        hard_limit=settings.hard_limit,
        lease=settings.lease,
        visibility=settings.visibility,
        called=settings.called,
        tick=settings.tick,
    )


def store_of(settings: Settings, *, checked: bool = True) -> Store:
    """The store; refuses an old schema unless `checked` is False (`migrate` itself)."""
    store = make_store(settings.database_url)
    if checked:
        # a laptop's first command finds no file: it is made at once; every other old schema waits for `migrate`
        if settings.database_url.startswith("sqlite") and not migrate.current(store):
            migrate.upgrade(store)
            logging.getLogger("claimwatch").warning("made a new database: %s", store.name)
        migrate.check(store)
    return store


def user_agent(settings: Settings) -> str:
    """Who we are, truthfully, and where to complain."""
    return f"claimwatch/{__version__} (+{settings.fetch_contact})"


# A turn before a host outlives the exchange it is for: what is under way when a worker is killed holds it no longer.
_TURN_BEYOND_S = 10.0


def web_of(settings: Settings, clock: Clock, store: Store) -> Web:
    """The one door to the network, and the turns before it, which all processes take from the one store."""
    from worker.gateways.turns import KeptTurns
    from worker.gateways.web import FetchLimits, Web

    limits = FetchLimits(
        total_timeout_s=settings.fetch_timeout.total_seconds(),
        connect_timeout_s=min(10.0, settings.fetch_timeout.total_seconds()),
        allow_private=settings.fetch_allow_private,
        proxy_url=settings.fetch_proxy_url or None,
        user_agent=user_agent(settings),
        ports=settings.fetch_ports,
    )
    spacing_s, lease_s = settings.fetch_spacing.total_seconds(), limits.total_timeout_s + _TURN_BEYOND_S
    return Web(limits, clock, KeptTurns(store, clock, spacing_s=spacing_s, lease_s=lease_s))


def callbacks_of(settings: Settings) -> str | None:
    """Where hubs call us: our public address, if it is one. None: no hub is asked, it could not reach us."""
    if not settings.public_url:
        return None
    from worker.gateways.guard import AddressRefused, Rules, admit

    try:
        admit(settings.public_url, Rules(allow_private=settings.fetch_allow_private, ports=None))
    except AddressRefused:
        return None
    return settings.public_url


def mailer_of(settings: Settings, clock: Clock) -> Mailer:
    """The relay, or files in the data folder where none is set."""
    if settings.smtp_url:
        timeout_s = settings.smtp_timeout.total_seconds()
        return SmtpMailer(settings.smtp_url, settings.mail_from, clock, timeout_s=timeout_s)
    return FileMailer(settings.data_dir / "mails", settings.mail_from, clock)


def method_of(wanted: str) -> Method:
    """The judge that `wanted` names, loaded when first asked for: after the fork, once a process. Raises BadSetting."""
    from claimwatch.judging import load_method

    try:
        return load_method(wanted)
    except NoModel as error:
        raise BadSetting(str(error)) from None


def make_tools(settings: Settings, clock: Clock | None = None) -> Tools:
    """All tools of one process. `clock`: a fixed one for `poll --at`."""
    told, store = clock or SystemClock(), store_of(settings)
    return Tools(
        store=store,
        web=web_of(settings, told, store),
        mailer=mailer_of(settings, told),
        clock=told,
        method=lambda: method_of(settings.judge),
        options=Options(
            times=times_of(settings),
            keep=settings.keep,
            keep_found=settings.keep_found,
            keep_ruled=settings.keep_ruled,
            keep_pages=settings.keep_pages,
            keep_found_pages=settings.keep_found_pages,
            visits=settings.visits,
            public_url=settings.public_url or None,
            callbacks=callbacks_of(settings),
            heartbeat_url=settings.heartbeat_url or None,
            mail_domain=settings.mail_from.rpartition("@")[2],
            contact=settings.mail_from,
            silence=settings.silence,
        ),
        chats=Chats(settings.chats),
    )


def house_of(settings: Settings) -> House:
    """What the web process works with. Where only tokens open it, it does not ask under which name it was found."""
    from claimwatch.api.house import House

    told = settings.web_host if is_loopback(settings.web_host) else "127.0.0.1"
    here = f"http://{f'[{told}]' if ':' in told else told}:{settings.web_port}"
    public = urlsplit(settings.public_url).hostname
    return House(
        store=store_of(settings, checked=False),
        public_url=settings.public_url or here,
        open_reads=settings.web_tokens == "writes",
        hosts=frozenset({public} if public else ()),
    )
