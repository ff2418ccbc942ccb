"""What the door alone costs: CPU of one GET that is answered by 304, turns in the database included.

    python bench/door.py [--requests 5000] [--batch 50] [--names]

A server in a process of its own answers at once. Each batch asks so many hosts (127.0.x.y), as a poll of unchanged
feeds does; `--names` has them looked up by name, in the door's threads. The database is a file in memory (/dev/shm).
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import socket
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp

from storage import migrate
from storage.engine import make_store
from worker.gateways.clock import SystemClock
from worker.gateways.turns import KeptTurns
from worker.gateways.web import FetchLimits, Web
from worker.handovers import NotModified, Request

ANSWER = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nCache-Control: max-age=900\r\nServer: bench\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\n\r\n'


class _At(asyncio.Protocol):
    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if data.endswith(b"\r\n\r\n"):
            self.transport.write(ANSWER)
            self.transport.close()


def _serve(told: Connection) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(_At, "0.0.0.0", 0, backlog=1000)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def _bare(batches: list[list[str]]) -> float:
    """Seconds of CPU for the same without a door: no turns, no check, no header of ours, one session for all."""

    async def one(session: aiohttp.ClientSession, url: str) -> None:
        async with session.get(url) as answer:
            assert answer.status == 304

    began = time.process_time()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True)) as session:
        for batch in batches:
            await asyncio.gather(*(one(session, url) for url in batch))
    return time.process_time() - began


def _by_name(host: str, port: int, family: int) -> list[Any]:
    """h12.bench.example is 127.0.12.1: by the system's resolver, as a number."""
    number = int(host.partition(".")[0][1:])
    return socket.getaddrinfo(f"127.0.{number // 250}.{number % 250 + 1}", port, family=family, type=socket.SOCK_STREAM)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--names", action="store_true")
    told = parser.parse_args()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("fork").Process(target=_serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        store = make_store(f"sqlite:///{folder}/door.db")
        migrate.upgrade(store)
        clock = SystemClock()
        limits = FetchLimits(user_agent="claimwatch/0 (+https://claimwatch.example/about)", allow_private=True)
        web = Web(limits, clock, KeptTurns(store, clock, spacing_s=0.0, lease_s=40.0), _by_name)
        numbers = [f"127.0.{n // 250}.{n % 250 + 1}" for n in range(1000)]
        hosts = [f"h{n}.bench.example" for n in range(1000)] if told.names else numbers
        urls = [f"http://{hosts[n % 1000]}:{port}/feed.xml" for n in range(told.requests)]
        batches = [urls[at : at + told.batch] for at in range(0, len(urls), told.batch)]
        plain = [f"http://{numbers[n % 1000]}:{port}/feed.xml" for n in range(told.requests)]
        plain_batches = [plain[at : at + told.batch] for at in range(0, len(plain), told.batch)]
        floor = min(asyncio.run(_bare(plain_batches)) for _ in range(2)) / len(plain)
        for warm in (True, False):
            cpu, wall = time.process_time(), time.perf_counter()
            for batch in batches[:5] if warm else batches:
                answers = web.get_many([Request(url=url, etag='"1"') for url in batch])
                assert all(isinstance(answer, NotModified) for answer in answers), answers
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{cpu / len(urls) * 1e3:.3f} ms CPU a GET, {len(urls) / wall:.0f} a second, peak {peak_mb:.0f} MB")
        print(f"{floor * 1e3:.3f} ms of it are a bare session of aiohttp's that asks the same")
        store.close()
    server.kill()


if __name__ == "__main__":
    main()
