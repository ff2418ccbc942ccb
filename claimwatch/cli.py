"""The command: nouns, then verbs. Answers on stdout, talk on stderr.

Exit codes: 0 done, 1 no (not there, nothing to do, a check failed), 2 wrong usage or input, 3 broken surroundings.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from claimwatch import (
    __version__,
    cli_backup,
    cli_claims,
    cli_digests,
    cli_evidence,
    cli_export,
    cli_feeds,
    cli_histories,
    cli_rejudge,
    cli_reread,
    cli_rulings,
    cli_searches,
    cli_services,
    cli_tokens,
    show,
)
from claimwatch.cli_articles import articles_group, findings_group
from claimwatch.cli_seeds import claims_group, seeds_group
from claimwatch.errors import BadInput
from claimwatch.settings import BadSetting, masked, read_settings
from claimwatch.show import as_json, counting, many, say, talk
from claimwatch.surroundings import (
    BROKEN,
    DONE,
    USAGE,
    Json,
    read_instant,
    the_settings,
    the_time,
    the_tools,
)
from claimwatch.wiring import method_of, store_of
from storage import migrate, queries
from storage.errors import Refused, StoreError
from storage.search.errors import BadQuery

app = typer.Typer(
    help="Watches the news for follow-up coverage of the claims of a seed article.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
app.add_typer(seeds_group, name="seed")
app.add_typer(claims_group, name="claim")
cli_claims.add_to(claims_group)
app.add_typer(cli_feeds.group, name="feed")
articles_group.command("history")(cli_histories.article_history)
articles_group.command("diff")(cli_histories.article_diff)
articles_group.command("events")(cli_histories.article_events)
app.add_typer(articles_group, name="article")
app.add_typer(findings_group, name="finding")
cli_rulings.add_to(findings_group)
app.add_typer(cli_digests.group, name="digest")
app.add_typer(cli_export.group, name="export")
app.add_typer(cli_services.group, name="service")
app.add_typer(cli_searches.group, name="search")
app.add_typer(cli_tokens.group, name="token")


@app.command()
def compare(
    source: Annotated[Path, typer.Option("--in", help="JSON lines with id, claim, title, text; - is stdin.")],
    target: Annotated[
        Path, typer.Option("--out", help="JSON lines with id, relation, score, passage, ...; - is stdout.")
    ],
    watch_list: Annotated[
        Path | None, typer.Option(help="Names and claims to know; else those of our own list.")
    ] = None,
    judge: Annotated[
        str | None, typer.Option(help="auto, strong, built-in or a model's folder; else as CLAIMWATCH_JUDGE says.")
    ] = None,
) -> None:
    """Compare claims with texts, a pair a line, without the store."""
    from claimwatch.comparing import compare_files, pairs_in
    from claimwatch.watchlist import DEFAULT_WATCH_LIST, read_watch_list

    started = time.monotonic()
    known = read_watch_list(watch_list or DEFAULT_WATCH_LIST)
    method = method_of(judge or the_settings().judge)
    with counting("pairs") as starting:
        n = compare_files(source, target, known, method, starting(pairs_in(source)))
    talk(f"{n} pairs in {time.monotonic() - started:.1f} s")


@app.command()
def poll(
    force: Annotated[bool, typer.Option("--force", help="Ignore due times and Retry-After, once.")] = False,
    at: Annotated[str | None, typer.Option(help="Pretend that it is this instant (the injected clock).")] = None,
) -> None:
    """Poll feeds, fetch, read and compare, in the foreground, until nothing is due."""
    from claimwatch.polling import Done
    from claimwatch.polling import poll as poll_now

    if force:
        talk(
            "--force: due times and Retry-After are ignored this once; publishers asked for them, do not make it a habit"
        )
    tools = the_tools(read_instant(at, "--at") if at else None)
    shown = 0.0

    def progress(done: Done) -> None:
        nonlocal shown
        if time.monotonic() - shown > (0.5 if sys.stderr.isatty() else 10):
            shown = time.monotonic()
            sys.stderr.write(f"\r{done.line()}  " if sys.stderr.isatty() else done.line() + "\n")
            sys.stderr.flush()

    with tools.store.read() as tx:
        before = queries.counts(tx)
    done = poll_now(tools, threads=the_settings().fetch_threads, force=force, progress=progress)
    with tools.store.read() as tx:
        after = queries.counts(tx)
    if sys.stderr.isatty():
        sys.stderr.write("\r")
    grown = ", ".join(f"{after[name] - before[name]} new {name}" for name in ("entries", "articles", "findings"))
    say(f"{done.line()}; {grown}; {after['waiting']} entries wait for another try, {after['parked']} are given up")
    if not after["feeds"]:
        talk("no feeds are watched yet: claimwatch seed add, or: claimwatch feed add URL")
    elif after["failing_feeds"]:
        talk(f"{after['failing_feeds']} of {many(after['feeds'], 'feed')} in trouble: claimwatch feed list")


app.command()(cli_rejudge.rejudge)
app.command()(cli_reread.reread)


@app.command()
def up() -> None:
    """Run everything on this machine: broker, workers, beat and web as children of this process. Ctrl-C ends all."""
    from claimwatch.up import run_up

    raise typer.Exit(run_up(the_settings()))


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where to keep the demo's data.")] = Path("demo-data"),
) -> None:
    """The whole line on sample pieces, offline: poll, extract, compare, digest; then what was found."""
    from claimwatch.demo import run_demo

    raise typer.Exit(run_demo(folder))


@app.command("migrate")
def migrate_() -> None:
    """Bring the database to this version's schema. Safe to run twice, and by two at once."""
    store = store_of(the_settings(), checked=False)
    before, after = migrate.upgrade(store)
    say(f"{store.name}: " + (f"at {after} already" if before == after else f"{before or 'empty'} to {after}"))


app.command()(cli_evidence.verify)
app.command()(cli_evidence.prune)
app.command()(cli_backup.backup)
app.command()(cli_backup.restore)


@app.command()
def config(as_json_: Json = False) -> None:
    """The settings in force, secrets masked."""
    rows = [{"name": name, "value": value, "source": source} for name, value, source in masked()]
    if as_json_:
        as_json(rows)
    else:
        show.table(rows, {"name": "variable", "value": "value", "source": "from"}, empty="")
    read_settings()


@app.command()
def doctor(as_json_: Json = False) -> None:
    """Look at database, broker, mail, disk and feeds, and say what to mend."""
    from claimwatch.doctor import examine

    checks = [{"what": c.what, "state": c.state, "detail": c.detail} for c in examine(the_settings(), the_time())]
    if as_json_:
        as_json(checks)
    else:
        show.table(checks, {"state": "state", "what": "what", "detail": "detail"}, empty="")
    raise typer.Exit(BROKEN if any(c["state"] == "fail" for c in checks) else DONE)


@app.command()
def version() -> None:
    """The version."""
    say(__version__)


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
