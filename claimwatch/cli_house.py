"""Commands about the whole house: run it, poll once, look whether it is well."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from claimwatch import __version__, show
from claimwatch.feed_words import entries, span
from claimwatch.settings import masked, read_settings
from claimwatch.show import as_json, counting, many, say, talk
from claimwatch.surroundings import BROKEN, DONE, Json, read_instant, the_settings, the_time, the_tools
from claimwatch.wiring import method_of, store_of
from storage import migrate, queries


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


def poll(
    force: Annotated[
        bool, typer.Option("--force", help="Ignore due times and Retry-After, once; not of gone feeds.")
    ] = False,
    at: Annotated[str | None, typer.Option(help="Pretend that it is this instant (the injected clock).")] = None,
) -> None:
    """Poll feeds, fetch, read and compare, in the foreground, until nothing is due."""
    from claimwatch.polling import Done, held_back, polled_since
    from claimwatch.polling import poll as poll_now

    if force:
        talk(
            "--force: due times and Retry-After are ignored, this once. Publishers asked\n"
            "for them: do not make it a habit. Feeds that are gone are not asked, nor are\n"
            "paused ones: claimwatch feed pause ID --resume"
        )
    tools = the_tools(read_instant(at, "--at") if at else None)
    shown = 0.0

    def progress(done: Done) -> None:
        nonlocal shown
        if time.monotonic() - shown > (0.5 if sys.stderr.isatty() else 10):
            shown = time.monotonic()
            sys.stderr.write(f"\r{done.line()[:79]:79}" if sys.stderr.isatty() else done.line() + "\n")
            sys.stderr.flush()

    def stopping(most: timedelta) -> None:
        talk(f"{chr(10) if sys.stderr.isatty() else ''}stopping; what is under way ends first, within {span(most)}")

    started = tools.clock.now().replace(microsecond=0)
    with tools.store.read() as tx:
        before = queries.counts(tx)
    done = poll_now(tools, threads=the_settings().fetch_threads, force=force, progress=progress, stopping=stopping)
    with tools.store.read() as tx:
        after, (held, until) = queries.counts(tx), held_back(tx, tools.clock.now())
        asked = polled_since(tx, done, started)
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{'':79}\r")
    new = {name: after[name] - before[name] for name in ("entries", "articles", "findings")}
    grown = f"{entries(new['entries'])}, {many(new['articles'], 'article')}, {many(new['findings'], 'finding')}"
    say(f"{many(asked, 'feed')} asked; new: {grown}")
    left = f"{entries(after['waiting'])} {'waits' if after['waiting'] == 1 else 'wait'}" if after["waiting"] else ""
    lost = f"{entries(after['parked'])} given up: claimwatch feed list --trouble" if after["parked"] else ""
    if left or lost:
        say(", ".join(filter(None, (left, lost))))
    if held and until:
        whose, most = ("its host", "") if held == 1 else ("their hosts", ", the last of them")
        talk(f"{many(held, 'feed')} not asked: {whose} asked to be left alone until {until:%Y-%m-%d %H:%M}{most}")
    if not after["feeds"]:
        talk("no feeds are watched yet: claimwatch seed add, or: claimwatch feed add URL")
    elif after["failing_feeds"]:
        talk(f"{after['failing_feeds']} of {many(after['feeds'], 'feed')} in trouble: claimwatch feed list --trouble")


def up() -> None:
    """Run everything on this machine: broker, workers, beat and web as children of this process. Ctrl-C ends all."""
    from claimwatch.up import run_up

    raise typer.Exit(run_up(the_settings()))


def demo(
    folder: Annotated[Path, typer.Option(help="Where to keep the demo's data.")] = Path("demo-data"),
) -> None:
    """The whole line on sample pieces, offline: poll, extract, compare, digest; then what was found."""
    from claimwatch.demo import run_demo

    raise typer.Exit(run_demo(folder))


def migrate_() -> None:
    """Bring the database to this version's schema. Safe to run twice, and by two at once."""
    store = store_of(the_settings(), checked=False)
    before, after = migrate.upgrade(store)
    say(f"{store.name}: " + (f"at {after} already" if before == after else f"{before or 'empty'} to {after}"))


def config(as_json_: Json = False) -> None:
    """The settings in force, secrets masked."""
    rows = [{"name": name, "value": value, "source": source} for name, value, source in masked()]
    if as_json_:
        as_json(rows)
    else:
        show.table(rows, {"name": "variable", "value": "value", "source": "from"}, empty="")
    read_settings()


def doctor(as_json_: Json = False) -> None:
    """Look at database, broker, mail, disk and feeds, and say what to mend."""
    from claimwatch.doctor import examine

    checks = [{"what": c.what, "state": c.state, "detail": c.detail} for c in examine(the_settings(), the_time())]
    if as_json_:
        as_json(checks)
    else:
        show.table(checks, {"state": "state", "what": "what", "detail": "detail"}, empty="")
    raise typer.Exit(BROKEN if any(c["state"] == "fail" for c in checks) else DONE)


def version() -> None:
    """The version."""
    say(__version__)
