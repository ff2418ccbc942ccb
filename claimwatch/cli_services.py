"""`claimwatch service`: what a container or a unit file starts, and how it asks whether that is well."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from claimwatch.services import Service, command_of, is_well
from claimwatch.show import say, talk
from claimwatch.surroundings import BROKEN, DONE, NO, noun, the_settings
from claimwatch.wiring import make_tools, store_of, times_of

group = noun("For containers and unit files: one process each, its health, passwords.")


@group.command("run")
def service_run(service: Service) -> None:
    """Become one of the long-running processes: worker-fetch, worker-think, beat or web."""
    settings = the_settings()
    store_of(settings).close()
    if not settings.broker_url and service is not Service.WEB:
        talk("claimwatch: no broker: set CLAIMWATCH_BROKER_URL, or run `claimwatch up`, which has one of its own")
        raise typer.Exit(BROKEN)
    command = command_of(service, settings)
    os.execv(command[0], command)  # noqa: S606 - the command is our own; signals reach the process itself


@group.command("healthy")
def service_healthy(service: Service) -> None:
    """Whether that process of this machine does its work: exit code 0 or 1. For health checks of containers."""
    from worker.app import create_app

    settings = the_settings()
    app = create_app(settings.broker_url or "memory://", times_of(settings), lambda: make_tools(settings))
    try:
        well, why = is_well(service, settings, app), "no answer"
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is no
        well, why = False, f"{type(error).__name__}: {error}"
    say(f"{service}: {'well' if well else why}")
    raise typer.Exit(DONE if well else NO)


@group.command("passwords")
def service_passwords(
    folder: Annotated[Path, typer.Argument(help="Has the folders `db` and `broker`.")] = Path("/run/claimwatch"),
) -> None:
    """Make the passwords of database and broker, once: into FOLDER/db and FOLDER/broker."""
    from claimwatch.passwords import make_passwords

    try:
        made = make_passwords(folder)
    except OSError as error:
        talk(f"claimwatch: cannot write {error.filename}: {error.strerror}")
        raise typer.Exit(BROKEN) from None
    say(f"passwords made: {', '.join(made)}" if made else "passwords are there already")
