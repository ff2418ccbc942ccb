"""What all commands share: exit codes, and how they come by settings, store, tools and instants.

The store is loaded when it is asked for: `claimwatch service healthy` is run every few seconds while containers start.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from claimwatch.logs import set_up_logging
from claimwatch.settings import Settings, read_settings
from claimwatch.show import talk
from storage.search.values import span
from worker.gateways.clock import FixedClock, SystemClock

if TYPE_CHECKING:
    from storage.engine import Store
    from worker.tools import Tools

DONE, NO, USAGE, BROKEN = 0, 1, 2, 3

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def noun(what: str) -> typer.Typer:
    """A group of commands about one thing."""
    return typer.Typer(help=what, no_args_is_help=True, rich_markup_mode=None)


@cache
def the_settings() -> Settings:
    """The settings in force. Raises BadSetting."""
    settings = read_settings()
    set_up_logging(settings, quiet=True)
    return settings


def the_store() -> Store:
    """The store at the right schema. Raises StoreError."""
    from claimwatch.wiring import store_of

    return store_of(the_settings())


def the_tools(at: datetime | None = None) -> Tools:
    """Tools for a command; `at`: with a clock that stands then."""
    from claimwatch.wiring import make_tools

    return make_tools(the_settings(), FixedClock(at) if at else None)


def the_time() -> datetime:
    """Now, UTC."""
    return SystemClock().now()


def end_no(message: str) -> NoReturn:
    """End with code 1: not there, nothing to do."""
    talk(f"claimwatch: {message}")
    raise typer.Exit(NO)


def end_usage(message: str) -> NoReturn:
    """End with code 2: asked in a wrong way."""
    talk(f"claimwatch: {message}")
    raise typer.Exit(USAGE)


def known_list(tx: Any, slug: str | None) -> None:
    """End with code 1 if there is no watch list of that name; None is all of them."""
    from storage import queries

    known = queries.list_slugs(tx)
    if slug is not None and slug not in known:
        end_no(f"no watch list {slug!r}; there are: {', '.join(known) or 'none'}")


def read_instant(told: str, name: str) -> datetime:
    """The instant that option `name` tells, UTC where it has no zone."""
    try:
        instant = datetime.fromisoformat(told)
    except ValueError:
        end_usage(f"{name}: expected an instant such as 2026-11-23T07:00:00Z, got {told!r}")
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def read_since(told: str | None, name: str = "--since") -> datetime | None:
    """The first instant, UTC, of what option `name` tells as a query would: 7d, yesterday, 2026-11, a day, an instant."""
    if not told:
        return None
    start = span(told, name, the_time()).start
    return start if start is not None else end_usage(f"{name}: say where it begins, not only where it ends: {told}")
