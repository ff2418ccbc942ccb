"""A mail relay that does wrong what it is told to: a process of its own, so that it can be killed like any other.

    python bench/mail_server.py PORT FOLDER PATIENCE_S

FOLDER/plan.json says who is to suffer what; FOLDER/journal.jsonl is what came of it, a line an event, on the disk before
it is acted on: {"did": FAULT, "to": ADDRESS}, {"took": MESSAGE-ID, "to": ADDRESS}, {"answered": MESSAGE-ID}.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from aiosmtpd.smtp import SMTP

# Connections have no recipient yet: the plan says how many are to suffer these.
OF_CONNECTIONS = ("421 for a greeting", "451 to MAIL")
# A fault, what it comes as an answer to, and how often it befalls a digest before the relay behaves.
OF_DIGESTS = {
    "450 to RCPT": ("RCPT", 1),
    "421 to RCPT, and hung up": ("RCPT", 1),
    "550 to RCPT": ("RCPT", 1),
    "stalled at RCPT": ("RCPT", 1),
    "451 to DATA": ("DATA", 1),
    "dropped in the body": ("DATA", 1),
    "sender killed in the body": ("DATA", 1),
    "452 to the dot": ("dot", 1),
    "554 to the dot": ("dot", 1),
    "slow to answer the dot": ("dot", 1),
    "dropped after the dot, not taken": ("dot", 1),
    "dropped after the dot twice, not taken": ("dot", 2),
    "dropped after the dot, taken": ("dot", 1),
    "stalled after the dot, taken": ("dot", 1),
    "babbled after the dot, taken": ("dot", 1),
    "relay killed after the dot, not taken": ("dot", 1),
    "relay killed after the dot, taken": ("dot", 1),
    "sender killed after the dot, taken": ("dot", 1),
}
_EVERY = 7  # each so many-th connection, while some are left


class Plan:
    """Who is to suffer what, and what was done of it, by this process or by one that was killed."""

    def __init__(self, folder: Path, patience_s: float) -> None:
        told = json.loads((folder / "plan.json").read_text())
        self._digests: dict[str, str] = told["digests"]
        self._connections: list[str] = told["connections"]
        self.patience_s = patience_s
        self._journal = folder / "journal.jsonl"
        self._done: Counter[tuple[str, str]] = Counter()
        self._came = 0
        if self._journal.exists():
            events = [json.loads(line) for line in self._journal.read_text().splitlines()]
            self._done.update((e["did"], e["to"]) for e in events if "did" in e)

    def note(self, **event: str) -> None:
        """One line, on the disk."""
        with self._journal.open("a") as file:
            file.write(json.dumps(event) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def fault(self, address: str, at: str) -> str:
        """What is to be done to this recipient's mail now, and is noted as done; "": nothing."""
        kind = self._digests.get(address, "")
        when, times = OF_DIGESTS.get(kind, ("", 0))
        return self._do(kind, address) if when == at and self._done[kind, address] < times else ""

    def greeting_fault(self) -> str:
        """What is to be done to the connection that comes now."""
        self._came += 1
        done = sum(self._done[kind, ""] for kind in OF_CONNECTIONS)
        if self._came % _EVERY or done >= len(self._connections):
            return ""
        return self._do(self._connections[done], "")

    def _do(self, kind: str, address: str) -> str:
        self._done[kind, address] += 1
        self.note(did=kind, to=address)
        return kind


class Relay(SMTP):
    """The protocol, with its faults: those of a connection and of DATA here, the others in `Handler`."""

    plan: Plan
    mail_fault = ""

    async def push(self, status: Any) -> None:
        """Greets some with a no, and notes which mails were answered with a yes."""
        if status.startswith("220 "):
            self.mail_fault = self.plan.greeting_fault()
            if self.mail_fault == "421 for a greeting":
                await super().push("421 too busy")
                self._parts()[2].close()
                return
        await super().push(status)
        if taken := re.match("250 took (.+)", status):
            self.plan.note(answered=taken[1])

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd's
        """As usual, or try later."""
        if self.mail_fault:
            self.mail_fault = ""
            await self.push("451 try later")
            return
        await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's
        """As usual, or try later, or an end with the first line."""
        envelope, session, transport = self._parts()
        kind = self.plan.fault(envelope.rcpt_tos[0], "DATA")
        if not kind:
            await super().smtp_DATA(arg)
        elif kind.startswith("451"):
            await self.push("451 try later")
        else:
            await self.push("354 go on")
            await self._reader.readuntil(b"\r\n")
            if kind.startswith("sender killed"):
                kill_other_end(session.peer)
            transport.abort()

    def _parts(self) -> tuple[Any, Any, Any]:
        """What is there as long as the connection is."""
        return self.envelope, self.session, self.transport


class Handler:
    """What is answered to RCPT and to the final dot."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Takes the recipient, or not."""
        kind = self._plan.fault(address, "RCPT")
        if kind.startswith("stalled"):
            await asyncio.sleep(2 * self._plan.patience_s)
        elif kind:
            if "hung up" in kind:
                asyncio.get_running_loop().call_soon(server.transport.close)
            return f"{kind[:3]} as planned"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        """Takes the mail, or not."""
        (to,) = envelope.rcpt_tos
        kind = self._plan.fault(to, "dot")
        found = re.search(rb"(?mi)^message-id: *(\S+)", envelope.content)
        assert found is not None
        message_id = found[1].decode()
        if kind[:1] in ("4", "5"):
            return f"{kind[:3]} as planned"
        if not kind.endswith("not taken"):
            self._plan.note(took=message_id, to=to)
        if not kind or kind.startswith("slow"):
            await asyncio.sleep(1.5 * self._plan.patience_s if kind else 0)
            return f"250 took {message_id}"
        if kind.startswith("babbled"):
            return "yes indeed, thank you"
        if kind.startswith("relay killed"):
            os.kill(os.getpid(), signal.SIGKILL)
        if kind.startswith("sender killed"):
            kill_other_end(session.peer)
        if kind.startswith("stalled"):
            await asyncio.sleep(8 * self._plan.patience_s)
        server.transport.abort()
        return "never heard"


def kill_other_end(address: tuple[str, int]) -> None:
    """Kill -9 the sender at the other end of a connection: a child of our own parent, and nobody else."""
    for connection in psutil.net_connections("tcp"):
        if connection.pid and connection.laddr and tuple(connection.laddr) == tuple(address[:2]):
            with suppress(psutil.NoSuchProcess):
                sender = psutil.Process(connection.pid)
                if sender.ppid() == os.getppid():
                    sender.kill()


async def serve(port: int, folder: Path, patience_s: float) -> None:
    """Until killed."""
    plan = Plan(folder, patience_s)
    handler = Handler(plan)

    def relay() -> Relay:
        made = Relay(handler, hostname="relay.example", enable_SMTPUTF8=False)
        made.plan = plan
        return made

    server = await asyncio.get_running_loop().create_server(relay, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])))
