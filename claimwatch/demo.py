"""`claimwatch demo`: the whole line on the sample pieces, in laptop mode, offline; then what was found."""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from claimwatch import show
from claimwatch.children import ChildFailed
from claimwatch.logs import set_up_logging
from claimwatch.mailing import send_now
from claimwatch.samples.newsroom import Samples, read_samples, serving
from claimwatch.settings import PREFIX, child_environ, read_settings
from claimwatch.show import say, talk
from claimwatch.up import AlreadyUp, House, Stop, alone, free_port, running
from claimwatch.watchlist import DEFAULT_WATCH_LIST, read_watch_list
from claimwatch.wiring import make_tools
from storage import queries, recipients, seeds
from worker.gateways.clock import SystemClock

DONE, NO, BROKEN = 0, 1, 3
_PATIENCE_S = 100.0
# The pieces are of 2016 to 2026: to this reader all of them are news.
_SINCE = datetime(2016, 1, 1, tzinfo=UTC)
_MARK = ".claimwatch-demo"


def run_demo(folder: Path) -> int:
    """Poll, extract, store, compare, mail; print a table. The folder is made anew. The exit code."""
    started = time.monotonic()
    folder = folder.resolve()
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        talk(f"claimwatch: {folder} is not empty and not of a demo; choose another with --folder")
        return NO
    if (folder / _MARK).exists():
        try:
            with alone(folder):  # another demo may be running there
                pass
        except AlreadyUp as error:
            talk(f"claimwatch: {error}")
            return BROKEN
        talk(f"the data of an earlier demo in {folder} is made anew")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARK).write_text("made by `claimwatch demo`; made anew by the next\n")
    samples = read_samples()
    talk(
        f"{samples.pieces} sample pieces of {len(samples.feeds)} sample outlets at .example hosts; nothing leaves this machine"
    )
    try:
        with serving(samples) as proxy:
            return _run(folder, samples, proxy, started)
    except (ChildFailed, AlreadyUp) as error:
        talk(f"claimwatch: {error}")
        return BROKEN
    except Stop:
        talk("stopped")
        return NO


def _run(folder: Path, samples: Samples, proxy: str, started: float) -> int:
    ours = {
        "DATA_DIR": str(folder), "FETCH_PROXY_URL": proxy, "FETCH_SPACING_S": "0.05", "TICK_S": "1",
        "WEB_BIND": f"127.0.0.1:{free_port()}", "DATABASE_URL": "", "BROKER_URL": "", "SMTP_URL": "", "PUBLIC_URL": "",
        "MAIL_FROM": "", "LOG_LEVEL": "INFO",
    }  # fmt: skip
    extra = {PREFIX + name: value for name, value in ours.items()}
    settings = read_settings(child_environ(extra))
    set_up_logging(settings, quiet=True)
    tools = make_tools(settings)
    watch_list = replace(read_watch_list(DEFAULT_WATCH_LIST), feeds=samples.feeds)
    with tools.store.begin() as tx:
        seeds.take_over(tx, watch_list, now=SystemClock().now())
    talk(f"watch list {watch_list.slug!r}: {len(watch_list.claims)} claims in {len(watch_list.topics)} topics")
    with running(settings, extra) as house:
        _wait_for_work(house, samples)
        talk("all read and compared; writing the digest")
        with tools.store.read() as tx:
            person = recipients.everybody(tx)[0]
        outcome = send_now(tools, person, _SINCE)
        talk("ending the processes ...")
    with tools.store.read() as tx:
        claims, findings, n = queries.claims(tx), queries.findings(tx), queries.counts(tx)
    tools.store.close()
    _tell(claims, findings)
    took = time.monotonic() - started
    say(
        f"\n{n['articles']} articles, {n['findings']} findings on {len({f['claim_id'] for f in findings})} claims, in {took:.0f} s"
    )
    say(f"Digest: {outcome.line.removeprefix(f'sent to {person.address}: ')}")
    command = Path(sys.executable).parent / "claimwatch"
    say(f"Try:    CLAIMWATCH_DATA_DIR={folder} {command} finding list --claim raqqa-silo-4000")
    return DONE if outcome.sent and n["articles"] == samples.pieces else NO


def _wait_for_work(house: House, samples: Samples) -> None:
    """Until every piece is an article and compared, with a line whenever something moved."""
    told = ""
    until = time.monotonic() + _PATIENCE_S

    def done() -> bool:
        nonlocal told
        with house.store.read() as tx:
            n = queries.counts(tx)
        line = f"  {n['entries']} entries, {n['articles']} articles, {n['articles'] - n['unjudged']} compared, {n['findings']} findings"
        if line != told:
            talk(line)
            told = line
        return n["articles"] == samples.pieces and not n["unjudged"]

    house.stay(lambda: done() or time.monotonic() > until)


def _tell(claims: list[dict[str, Any]], findings: list[dict[str, Any]]) -> None:
    """A row a relation and text, under the claim it is about; one text in two outlets is one row."""
    rows: list[dict[str, Any]] = []
    for claim in claims:
        outlets: dict[tuple[str, str], list[str]] = {}
        for f in sorted((f for f in findings if f["claim_id"] == claim["id"]), key=lambda f: -f["score"]):
            into = outlets.setdefault((f["relation"], f["title"]), [])
            outlet = str(f["outlet"]).removesuffix(" (sample)")
            into += [outlet] if outlet not in into else []
        for i, ((relation, title), told) in enumerate(outlets.items()):
            rows.append({"claim": "" if i else claim["id"], "relation": relation, "in": f"{', '.join(told)}: {title}"})
    say("")
    show.table(rows, {"claim": "claim", "relation": "relation", "in": "in (all samples)"}, empty="nothing was found")
