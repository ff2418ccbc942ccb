"""The command: nouns, then verbs. Answers on stdout, talk on stderr.

Exit codes: 0 done, 1 no (not there, nothing to do, a check failed), 2 wrong usage or input, 3 broken surroundings.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from claimwatch import __version__
from claimwatch.errors import BadInput
from claimwatch.settings import BadSetting
from claimwatch.show import say, talk
from claimwatch.surroundings import BROKEN, DONE, USAGE
from storage.errors import Refused, StoreError
from storage.search.errors import BadQuery

# Each command and where it is, in the order of the help: a group of verbs, or a function that is one.
ROOMS = {
    "compare": "cli_house:compare",
    "poll": "cli_house:poll",
    "rejudge": "cli_rejudge:rejudge",
    "reread": "cli_reread:reread",
    "up": "cli_house:up",
    "demo": "cli_house:demo",
    "migrate": "cli_house:migrate_",
    "verify": "cli_evidence:verify",
    "prune": "cli_evidence:prune",
    "backup": "cli_backup:backup",
    "restore": "cli_backup:restore",
    "config": "cli_house:config",
    "doctor": "cli_house:doctor",
    "version": "cli_house:version",
    "seed": "cli_seeds:seeds_group",
    "claim": "cli_nouns:claims_group",
    "feed": "cli_feeds:group",
    "article": "cli_nouns:articles_group",
    "finding": "cli_nouns:findings_group",
    "digest": "cli_digests:group",
    "recipient": "cli_recipients:group",
    "mail": "cli_mail:group",
    "export": "cli_export:group",
    "service": "cli_services:group",
    "search": "cli_searches:group",
    "token": "cli_tokens:group",
}


class Rooms(TyperGroup):
    """Commands that are loaded when they are asked for: all of them take longer to load than most take to work."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is click's
        """Their names."""
        return list(ROOMS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the signature is click's
        """The command of that name."""
        if cmd_name not in ROOMS:
            return None
        module, _, name = ROOMS[cmd_name].partition(":")
        found = getattr(import_module(f"claimwatch.{module}"), name)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
            alone.command(cmd_name)(found)
            found = alone
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Rooms, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None, add_completion=False
)


def _version(asked: bool) -> None:
    if asked:
        say(__version__)
        raise typer.Exit(DONE)


@app.callback()
def options(
    version_: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="The version.")] = False,
) -> None:
    """Watches the news for follow-up coverage of the claims of a seed article."""


def main() -> None:
    """The entry point: every expected trouble is one clear line and an exit code, never a trace."""
    try:
        app()
    except (BadInput, BadQuery, Refused) as error:
        talk("\n".join(f"claimwatch: {line}" for line in str(error).splitlines()))
        sys.exit(USAGE)
    except (StoreError, BadSetting) as error:
        talk(f"claimwatch: {error}")
        sys.exit(BROKEN)
    except KeyboardInterrupt:
        talk("claimwatch: stopped; what was begun is taken up again later")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(DONE)
