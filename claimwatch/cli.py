"""The command: nouns, then verbs. Answers on stdout, talk on stderr.

Exit codes: 0 done, 1 no (not there, nothing to do, a check failed), 2 wrong usage or input, 3 broken surroundings.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from claimwatch import __version__, show
from claimwatch.asking import needles
from claimwatch.errors import BadInput
from claimwatch.settings import BadSetting, Settings, masked, read_settings
from claimwatch.show import as_json, card, say, talk
from claimwatch.wiring import make_tools, set_up_logging, store_of
from storage import digests, entries, feeds, migrate, queries, seeds
from storage.engine import Store
from storage.errors import Refused, StoreError
from storage.records import FeedId, FeedSpec, FeedState, Recipient
from worker.gateways.clock import FixedClock, SystemClock
from worker.tools import Tools

DONE, NO, USAGE, BROKEN = 0, 1, 2, 3

app = typer.Typer(
    help="Watches the news for follow-up coverage of the claims of a seed article.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)


def _group(name: str, what: str) -> typer.Typer:
    group = typer.Typer(help=what, no_args_is_help=True, rich_markup_mode=None)
    app.add_typer(group, name=name)
    return group


seed_app = _group("seed", "Watch lists: a seed article, its claims, feeds and recipients.")
claim_app = _group("claim", "The claims that are watched.")
feed_app = _group("feed", "The feeds that are polled.")
article_app = _group("article", "The articles that are kept.")
finding_app = _group("finding", "What passages say about claims.")
digest_app = _group("digest", "The mails to recipients.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@cache
def _settings() -> Settings:
    settings = read_settings()
    set_up_logging(settings, quiet=True)
    return settings


def _store() -> Store:
    return store_of(_settings())


def _tools(at: datetime | None = None) -> Tools:
    return make_tools(_settings(), FixedClock(at) if at else None)


def _now() -> datetime:
    return SystemClock().now()


def _no(message: str) -> NoReturn:
    talk(f"claimwatch: {message}")
    raise typer.Exit(NO)


def _usage(message: str) -> NoReturn:
    talk(f"claimwatch: {message}")
    raise typer.Exit(USAGE)


def _instant(told: str, name: str) -> datetime:
    try:
        instant = datetime.fromisoformat(told)
    except ValueError:
        _usage(f"{name}: expected an instant such as 2026-11-23T07:00:00Z, got {told!r}")
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


# seed


@seed_app.command("add")
def seed_add(
    file: Annotated[
        Path | None, typer.Argument(help="The watch list; without it the one that comes with claimwatch.")
    ] = None,
) -> None:
    """Take a watch list over from its file, as often as you like: edits count, what is gone from it is retired."""
    from claimwatch.watchlist import DEFAULT_WATCH_LIST, read_watch_list

    watch_list = read_watch_list(file or DEFAULT_WATCH_LIST)
    with _store().begin() as tx:
        taken = seeds.take_over(tx, watch_list, now=_now())
    say(
        f"{watch_list.slug}: {show.many(len(watch_list.claims), 'claim')} ({len(taken.new)} new, {len(taken.changed)} changed, "
        f"{len(taken.retired)} retired), {show.many(len(watch_list.feeds), 'feed')} ({taken.new_feeds} new), "
        f"{show.many(len(watch_list.recipients), 'recipient')} ({taken.new_recipients} new)"
    )
    if taken.retired:
        talk(f"retired, kept with their findings: {', '.join(taken.retired)}")


@seed_app.command("list")
def seed_list(as_json_: Json = False) -> None:
    """All watch lists."""
    with _store().read() as tx:
        rows = queries.seeds(tx)
    if as_json_:
        as_json(rows)
    else:
        columns = {
            "slug": "list",
            "title": "title",
            "claims": "claims",
            "retired": "retired",
            "findings": "findings",
            "changed_at": "changed",
        }
        show.table(rows, columns, empty="No watch list yet: claimwatch seed add")


@seed_app.command("show")
def seed_show(slug: str, as_json_: Json = False) -> None:
    """One watch list: its seed, topics, claims and recipients."""
    with _store().read() as tx:
        row = queries.seed(tx, slug)
        known = queries.list_slugs(tx)
    if row is None:
        _no(f"no watch list {slug!r}; there are: {', '.join(known) or 'none'}")
    if as_json_:
        as_json(row)
        return
    card(
        {
            "list": row["slug"],
            "title": row["title"],
            **{f"seed {name}": value for name, value in row["seed"].items()},
            "topics": [topic["slug"] for topic in row["topics"]],
            "claims": row["claims"],
            "retired": row["retired"],
            "findings": row["findings"],
        }
    )
    say("")
    show.table(
        _by_relation(row["claims_listed"]),
        {"id": "claim", "topic": "topic", "kind": "kind", **_RELATIONS},
        empty="no claims",
    )
    if row["recipients"]:
        say("")
        show.table(
            row["recipients"],
            {"address": "recipient", "cadence": "cadence", "zone": "zone", "began": "since"},
            empty="",
        )


# claim


@claim_app.command("list")
def claim_list(
    seed: Annotated[str | None, typer.Option("--seed", help="Only of this watch list.")] = None,
    retired: Annotated[bool, typer.Option("--retired", help="Retired ones too.")] = False,
    as_json_: Json = False,
) -> None:
    """Claims with the number of findings by relation."""
    with _store().read() as tx:
        rows = queries.claims(tx, list_slug=seed, with_retired=retired)
    if as_json_:
        as_json(rows)
    else:
        columns = {"id": "claim", "text": "says", **_RELATIONS}
        show.table(_by_relation(rows), columns, empty="No claims: claimwatch seed add")


_RELATIONS = {"disputes": "dis", "mixed": "mix", "supports": "sup", "unclear": "unc", "context": "con"}


def _by_relation(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A column for each relation."""
    return [claim | {name: claim["findings"].get(name, "") for name in _RELATIONS} for claim in claims]


@claim_app.command("show")
def claim_show(claim_id: str, as_json_: Json = False) -> None:
    """One claim: its figures, dates, searches and findings."""
    with _store().read() as tx:
        row = queries.claim(tx, claim_id)
    if row is None:
        _no(f"no claim {claim_id!r}; see: claimwatch claim list")
    if as_json_:
        as_json(row)
        return
    figures = [f"{_span(f)} {f['counts']}" + (f" ({f['said_by']})" if f["said_by"] else "") for f in row["figures"]]
    card(row | {"figures": "; ".join(figures)}, skip=("findings_listed",))
    say("")
    _findings(row["findings_listed"])


def _span(figure: dict[str, Any]) -> str:
    low, high = (f"{figure[end]:,.0f}" for end in ("low", "high"))
    return low if low == high else f"{low}-{high}"


# feed


@feed_app.command("add")
def feed_add(
    url: str,
    outlet: Annotated[str, typer.Option(help="Who publishes it.")] = "",
    country: Annotated[str, typer.Option(help="Two letters, such as GB.")] = "",
    lang: Annotated[str, typer.Option(help="Language code, such as en.")] = "",
    kind: Annotated[str, typer.Option(help="Three words on the outlet.")] = "",
    as_json_: Json = False,
) -> None:
    """Add a feed. Again: takes over what you say of it now."""
    spec = FeedSpec(url=url.strip(), outlet=outlet, country=country, lang=lang, kind=kind)
    try:
        with _store().begin() as tx:
            feed_id, new = feeds.add(tx, spec, now=_now())
    except Refused as refused:
        _usage(str(refused))
    if as_json_:
        as_json({"id": feed_id, "url": spec.url, "new": new})
    else:
        say(f"feed {feed_id} {'added' if new else 'known'}: {spec.url}")


@feed_app.command("list")
def feed_list(as_json_: Json = False) -> None:
    """All feeds with their state."""
    with _store().read() as tx:
        rows = queries.feeds(tx)
    if as_json_:
        as_json(rows)
        return
    rows = [row | {"state": f"{row['state']}{' (paused)' if row['paused_at'] else ''}"} for row in rows]
    columns = {"id": "id", "state": "state", "entries": "entries", "outlet": "outlet", "url": "address"}
    show.table(rows, columns, empty="No feeds: claimwatch feed add URL")


@feed_app.command("show")
def feed_show(feed_id: int, as_json_: Json = False) -> None:
    """One feed: state, last error, entries given up."""
    with _store().read() as tx:
        rows, parked = queries.feeds(tx, feed_id), queries.parked_entries(tx, feed_id)
    if not rows:
        _no(f"no feed {feed_id}; see: claimwatch feed list")
    if as_json_:
        as_json(rows[0] | {"parked_entries": parked})
        return
    card(rows[0])
    if parked:
        say("")
        show.table(parked, {"id": "entry", "url": "given up", "last_error": "why"}, empty="")


@feed_app.command("pause")
def feed_pause(feed_id: int, resume: Annotated[bool, typer.Option("--resume", help="Poll it again.")] = False) -> None:
    """Stop polling a feed, until --resume (which also asks a feed again that is gone)."""
    with _store().begin() as tx:
        found = (feeds.resume if resume else feeds.pause)(tx, FeedId(feed_id), now=_now())
    if not found:
        _no(f"no feed {feed_id}; see: claimwatch feed list")
    say(f"feed {feed_id} {'is polled again' if resume else 'is paused'}")


@feed_app.command("retry")
def feed_retry(feed_id: int) -> None:
    """Take the entries of a feed that were given up on again."""
    with _store().begin() as tx:
        if not queries.feeds(tx, feed_id):
            _no(f"no feed {feed_id}; see: claimwatch feed list")
        taken = entries.retry_parked(tx, FeedId(feed_id), now=_now())
    say(f"feed {feed_id}: {taken} taken on again; they come with the next tick, or: claimwatch poll")


@feed_app.command("check")
def feed_check(
    feed_ids: Annotated[list[int] | None, typer.Argument(help="Feeds to ask; without it, all.")] = None,
    as_json_: Json = False,
) -> None:
    """Ask feeds what they answer on your line, now. Nothing is stored, nothing changes."""
    from claimwatch.probing import probe

    tools = _tools()
    with tools.store.read() as tx:
        rows = [row for row in queries.feeds(tx) if not feed_ids or row["id"] in feed_ids]
    if not rows:
        _no("no such feed; see: claimwatch feed list")
    talk(f"asking {show.many(len(rows), 'feed')}, some at a time ...")
    answers = probe(tools, rows)
    bad = [row for row in answers if row["state"] != FeedState.OK]
    if as_json_:
        as_json(answers)
    else:
        show.table(
            answers,
            {"id": "id", "state": "state", "entries": "entries", "outlet": "outlet", "detail": "detail"},
            empty="",
        )
        talk(f"{len(answers) - len(bad)} of {len(answers)} answer with entries")
    raise typer.Exit(NO if bad else DONE)


# article


@article_app.command("search")
def article_search(
    query: Annotated[
        str, typer.Argument(help='Words and "phrases" that must all stand in the article; empty: all.')
    ] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many; 50 in a table, all as JSON.")] = None,
    as_json_: Json = False,
) -> None:
    """Search titles and texts, the latest kept first."""
    with _store().read() as tx:
        rows = queries.articles(tx, needles(query), limit=limit or (2**31 if as_json_ else 50))
    if as_json_:
        as_json(rows)
        return
    columns = {"id": "id", "published": "published", "outlet": "outlet", "title": "title", "findings": "findings"}
    show.table(rows, columns, empty="Nothing found.")
    if limit is None and len(rows) == 50:
        talk("the newest 50; more with --limit N")


@article_app.command("show")
def article_show(article_id: int, as_json_: Json = False) -> None:
    """One article: where, when, its text and what was found in it."""
    with _store().read() as tx:
        row = queries.article(tx, article_id)
    if row is None:
        _no(f"no article {article_id}; see: claimwatch article search")
    if as_json_:
        as_json(row)
        return
    card(row, skip=("text", "revisions", "findings_listed", "findings", "is_seed_copy"))
    say("")
    show.prose(row["text"])
    say("")
    _findings(row["findings_listed"])


# finding


@finding_app.command("list")
def finding_list(
    claim: Annotated[str | None, typer.Option("--claim", help="Only of this claim.")] = None,
    article: Annotated[int | None, typer.Option("--article", help="Only in this article.")] = None,
    as_json_: Json = False,
) -> None:
    """What passages say about claims, oldest finding first."""
    with _store().read() as tx:
        if claim is not None and queries.claim(tx, claim) is None:
            _no(f"no claim {claim!r}; see: claimwatch claim list")
        rows = queries.findings(tx, claim_id=claim, article_id=article, limit=2**31)
    if as_json_:
        as_json(rows)
    else:
        _findings(rows)


def _findings(rows: list[dict[str, Any]]) -> None:
    """A block a finding: a passage does not fit into a column."""
    if not rows:
        talk("No findings.")
    for row in rows:
        adds = f", adds {', '.join(row['adds'])}" if row["adds"] else ""
        say(f"{row['claim_id']}: {row['relation'].upper()} (score {row['score']:.2f}{adds})")
        show.prose(f"{row['outlet']}: {row['title']}  [article {row['article_id']}]", "  ")
        show.prose(" ".join(row["passage"].split()), "  > ")
        show.prose(f"why: {row['reason']}", "  ")
        say("")


# digest


@digest_app.command("preview")
def digest_preview(
    seed: Annotated[str | None, typer.Option("--list", help="Watch list.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Recipient; without it the first.")] = None,
    since: Annotated[str | None, typer.Option(help="As if the recipient had begun at this instant.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Also what stood in earlier digests.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the HTML part into this file.")] = None,
) -> None:
    """Show the digest that would go now. Nothing is stored or sent."""
    from claimwatch.mailing import preview

    person = _recipients(seed, to)[0]
    message = preview(_tools(), person, _instant(since, "--since") if since else None, again=again)
    if message is None:
        _no(
            f"nothing is new for {person.address} ({person.list_slug}); what was sent before: --again; older news: --since INSTANT"
        )
    say(f"To: {message.to}\nSubject: {message.subject}\n\n{message.text}")
    if html:
        html.write_text(message.html, encoding="utf-8")
        talk(f"HTML part in {html}")


@digest_app.command("send")
def digest_send(
    seed: Annotated[str | None, typer.Option("--list", help="Only of this watch list.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Only to this recipient.")] = None,
    since: Annotated[str | None, typer.Option(help="As if the recipient had begun at this instant.")] = None,
) -> None:
    """Compose and send a digest now, with all that stood in none before. Nothing new: no mail, exit code 1."""
    from claimwatch.mailing import send_now

    tools, started = _tools(), _instant(since, "--since") if since else None
    outcomes = [send_now(tools, person, started) for person in _recipients(seed, to)]
    for outcome in outcomes:
        (say if outcome.sent else talk)(outcome.line)
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(BROKEN)
    raise typer.Exit(DONE if any(outcome.sent for outcome in outcomes) else NO)


@digest_app.command("retry")
def digest_retry() -> None:
    """Send those again that were given up, or of which nobody knows whether they arrived."""
    with _store().begin() as tx:
        taken = digests.retry(tx, now=_now())
    say(f"{show.many(len(taken), 'digest')} ready again; sent with the next tick, or: claimwatch poll")


def _recipients(seed: str | None, to: str | None) -> list[Recipient]:
    with _store().read() as tx:
        everybody = digests.recipients(tx)
    found = [r for r in everybody if seed in (None, r.list_slug) and to in (None, r.address)]
    if not found:
        known = ", ".join(f"{r.address} ({r.list_slug})" for r in everybody) or "none"
        _no(f"no such recipient; recipients stand in the watch list's file, there are: {known}")
    return found


# the house


@app.command()
def compare(
    source: Annotated[Path, typer.Option("--in", help="JSON lines with id, claim, title, text; - is stdin.")],
    target: Annotated[
        Path, typer.Option("--out", help="JSON lines with id, relation, score, passage, ...; - is stdout.")
    ],
    watch_list: Annotated[
        Path | None, typer.Option(help="Names and claims to know; else those of our own list.")
    ] = None,
) -> None:
    """Compare claims with texts, a pair a line, without the store."""
    from claimwatch.comparing import compare_files
    from claimwatch.watchlist import DEFAULT_WATCH_LIST, read_watch_list

    shown = time.monotonic()

    def progress(n: int) -> None:
        nonlocal shown
        if sys.stderr.isatty() and time.monotonic() - shown > 0.5:
            shown = time.monotonic()
            sys.stderr.write(f"\r{n} pairs ")

    started = time.monotonic()
    n = compare_files(source, target, read_watch_list(watch_list or DEFAULT_WATCH_LIST), progress)
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
    tools = _tools(_instant(at, "--at") if at else None)
    shown = 0.0

    def progress(done: Done) -> None:
        nonlocal shown
        if time.monotonic() - shown > (0.5 if sys.stderr.isatty() else 10):
            shown = time.monotonic()
            sys.stderr.write(f"\r{done.line()}  " if sys.stderr.isatty() else done.line() + "\n")
            sys.stderr.flush()

    with tools.store.read() as tx:
        before = queries.counts(tx)
    done = poll_now(tools, threads=_settings().fetch_threads, force=force, progress=progress)
    with tools.store.read() as tx:
        after = queries.counts(tx)
    if sys.stderr.isatty():
        sys.stderr.write("\r")
    grown = ", ".join(f"{after[name] - before[name]} new {name}" for name in ("entries", "articles", "findings"))
    say(f"{done.line()}; {grown}; {after['waiting']} entries wait for another try, {after['parked']} are given up")
    if not after["feeds"]:
        talk("no feeds are watched yet: claimwatch seed add, or: claimwatch feed add URL")
    elif after["failing_feeds"]:
        talk(f"{after['failing_feeds']} of {show.many(after['feeds'], 'feed')} in trouble: claimwatch feed list")


@app.command()
def up() -> None:
    """Run everything on this machine: broker, workers, beat and web as children of this process. Ctrl-C ends all."""
    from claimwatch.up import run_up

    raise typer.Exit(run_up(_settings()))


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where to keep the demo's data.")] = Path("demo-data"),
) -> None:
    """The whole line on sample pieces, offline: poll, extract, compare, digest; then what was found."""
    from claimwatch.demo import run_demo

    raise typer.Exit(run_demo(folder))


@app.command()
def serve() -> None:
    """Run the web process alone."""
    import uvicorn

    settings = _settings()
    store_of(settings)
    uvicorn.run(
        "claimwatch.asgi:app", host=settings.web_host, port=settings.web_port, log_level="warning", server_header=False
    )


@app.command("migrate")
def migrate_() -> None:
    """Bring the database to this version's schema. Safe to run twice, and by two at once."""
    store = store_of(_settings(), checked=False)
    before, after = migrate.upgrade(store)
    say(f"{store.name}: " + (f"at {after} already" if before == after else f"{before or 'empty'} to {after}"))


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

    checks = [{"what": c.what, "state": c.state, "detail": c.detail} for c in examine(_settings(), _now())]
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
    except (BadInput, Refused) as error:
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
