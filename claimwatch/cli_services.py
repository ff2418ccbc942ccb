"""`claimwatch service`: what a container or a unit file starts, and how it asks whether that is well."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from claimwatch.services import Service, command_of, forget_beat, is_well, pinging
from claimwatch.show import say, talk
from claimwatch.surroundings import BROKEN, DONE, NO, end_usage, noun, the_settings, the_time, the_tools
from storage.errors import StoreUnavailable
from worker.gateways.clock import SystemClock

group = noun("For containers and unit files: one process each, its health, passwords.")


@group.command("run")
def service_run(service: Service) -> None:
    """Become one of the long-running processes: worker-fetch, worker-think, beat or web."""
    from claimwatch.wiring import store_of

    settings = the_settings()
    try:
        store_of(settings).close()
    except StoreUnavailable as error:
        talk(f"claimwatch: {error}; waiting for it at work")  # the watchman of a worker must be there to tell
    if not settings.broker_url and service is not Service.WEB:
        talk("claimwatch: no broker: set CLAIMWATCH_BROKER_URL, or run `claimwatch up`, which has one of its own")
        raise typer.Exit(BROKEN)
    if service is Service.BEAT:
        forget_beat(settings)
    command = command_of(service, settings)
    os.execv(command[0], command)  # noqa: S606 - the command is our own; signals reach the process itself


@group.command("healthy")
def service_healthy(service: Service) -> None:
    """Whether that process of this machine does its work: exit code 0 or 1. For health checks of containers."""
    settings = the_settings()

    def ping(node: str) -> bool:
        from worker.broker import reach  # beat and web are asked without

        return pinging(reach(settings.broker_url, settings.visibility))(node)

    try:
        well, why = is_well(service, settings, ping), "no answer"
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is no
        well, why = False, f"{type(error).__name__}: {error}"
    say(f"{service}: {'well' if well else why}")
    raise typer.Exit(DONE if well else NO)


@group.command("alarm")
def service_alarm(
    mail: Annotated[
        bool, typer.Option("--mail", help="Tell CLAIMWATCH_OPERATOR, once a day for each trouble.")
    ] = False,
    database_away: Annotated[
        float | None, typer.Option(help="Seconds for which the database has not answered; it is not asked then.")
    ] = None,
) -> None:
    """Whether the house has fallen silent for CLAIMWATCH_ALARM_HOURS: exit code 1 if so. Workers ask this by themselves."""
    from claimwatch.wiring import mailer_of
    from schedules.silence import Silence
    from worker.errors import MailFailed
    from worker.jobs import alarm

    settings = the_settings()
    if mail and not settings.operator:
        end_usage("nobody to tell: set CLAIMWATCH_OPERATOR")
    tools = the_tools() if database_away is None else None
    if tools is not None:
        found = alarm.look(tools, settings.alarm)
    else:
        since = the_time() - timedelta(seconds=database_away or 0)
        found = [Silence(name="database", since=since, what="the database does not answer")]
    for silence in found:
        say(f"since {silence.since:%Y-%m-%dT%H:%M:%SZ}: {silence.what}")
    if mail and found:
        try:
            if tools is not None:
                told = alarm.tell(tools, settings.operator, found)
            else:
                domain = settings.mail_from.rpartition("@")[2]
                letter = alarm.letter(settings.operator, found, now=the_time(), mail_domain=domain)
                told = bool(mailer_of(settings, SystemClock()).send(letter))
        except MailFailed as failure:
            talk(f"claimwatch: the operator cannot be told: {failure.detail}")
            raise typer.Exit(BROKEN) from None
        talk(f"told {settings.operator}" if told else f"{settings.operator} was told within a day")
    raise typer.Exit(NO if found else DONE)


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
