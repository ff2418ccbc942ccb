"""What a job is handed: the collaborators and the times, chosen in claimwatch/wiring.py alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from schedules.cadence import CadencePolicy
from storage.engine import Store
from worker.gateways.chat import Chats
from worker.gateways.clock import Clock
from worker.gateways.mail import Mailer

if TYPE_CHECKING:  # aiohttp takes a quarter of a second and numpy a tenth, and most commands neither fetch nor judge
    from worker.gateways.web import Web
    from worker.steps.judge import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """The times that must keep an order: soft < hard limit < lease < the broker's visibility timeout.

    A test holds the order (150, 180, 240 and 600 s: docs/settings.md).
    """

    soft_limit: timedelta = timedelta(seconds=150)
    hard_limit: timedelta = timedelta(seconds=180)
    lease: timedelta = timedelta(seconds=240)
    visibility: timedelta = timedelta(seconds=600)
    called: timedelta = timedelta(minutes=5)
    tick: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Sizes and manners of the jobs. `per_host` pages of one host a tick; `batch` rows of a kind a tick, but for feeds.

    `keep_polls`: how long the history of polls is kept.

    `callbacks`: where hubs call us, without a slash at its end; None: the world does not reach us, and no hub is asked.

    `heartbeat_url`: asked at every tick, so that an outsider notices when there is none.
    `keep`, `keep_found`, `keep_ruled`: how long articles are kept on which no finding hangs, or one, or a person's ruling;
    None is for ever. `keep_pages`, `keep_found_pages`: the same for the bytes they were read from, None as long as they.
    Pruning deletes `prune_batch` of them a transaction, `prune_batches` times a call.
    `visits`: articles that carry findings are visited again.
    `contact`: who is written to by who wants to leave; `silence`: for how long sources are not heard before readers are told.
    """

    times: Times = field(default_factory=Times)
    cadence: CadencePolicy = field(default_factory=CadencePolicy)
    feed_max_bytes: int = 5_000_000
    page_max_bytes: int = 10_000_000
    per_host: int = 20
    batch: int = 500
    feeds_a_tick: int = 10_000
    feeds_a_call: int = 50
    pages_a_call: int = 16
    keep_polls: timedelta = timedelta(days=30)
    keep: timedelta | None = timedelta(days=90)
    keep_found: timedelta | None = None
    keep_ruled: timedelta | None = None
    keep_pages: timedelta | None = None
    keep_found_pages: timedelta | None = None
    prune_batch: int = 200
    prune_batches: int = 20
    visits: bool = True
    public_url: str | None = None
    callbacks: str | None = None
    heartbeat_url: str | None = None
    mail_domain: str = "claimwatch.example"
    contact: str = "claimwatch@claimwatch.example"
    silence: timedelta = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """One process's tools. Made lazily after fork; `method` loads the judge when it is first called."""

    store: Store
    web: Web
    mailer: Mailer
    clock: Clock
    method: Callable[[], Method]
    options: Options
    chats: Chats = field(default_factory=lambda: Chats({}))
