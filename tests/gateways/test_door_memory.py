"""What bombs and floods take of memory, in a process of its own: under 100 MB above idle, however many come at once."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zlib
from pathlib import Path

import brotli
import pytest
import zstandard

from storage.engine import Store
from tests.gateways.conftest import Serve
from tests.gateways.raw_server import Deed, for_ever, says

OK = b"HTTP/1.1 200 OK\r\n"
MOST_MB = 100

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="counts memory as Linux does")

# Asks one address first, which is well, then all others at once: prints what it took at most above what it has then, and how
# each ended. The most is that of the whole process, its imports included: rather too much than too little.
CHILD = """
import json, sys
from pathlib import Path
from storage.engine import make_store
from tests.gateways.doors import door_of
from worker.handovers import Request

def memory_mb(name):  # not getrusage's: it counts what the process had before it became this program
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name)]
    return int(line.split()[1]) / 1024

database, well, urls, deadline_s = json.loads(sys.argv[1])
web = door_of(make_store(database), total_timeout_s=deadline_s)
web.get(Request(url=well))
idle_mb = memory_mb("VmRSS")
answers = web.get_many([Request(url=url) for url in urls])
print(json.dumps([memory_mb("VmHWM") - idle_mb, [getattr(answer, "detail", len(getattr(answer, "body", b""))) for answer in answers]]))
"""


def bomb(encoding: str) -> bytes:
    """60 MB of nothing, six times the cap, packed: gzip 60 kB, zstd and br less than 6 kB."""
    size, block = 60_000_000, bytes(1_000_000)
    if encoding == "br":
        packer = brotli.Compressor(quality=1)
        return b"".join(packer.process(block) for _ in range(size // len(block))) + bytes(packer.finish())
    if encoding == "zstd":
        stream = zstandard.ZstdCompressor().compressobj()
        return b"".join(stream.compress(block) for _ in range(size // len(block))) + stream.flush()
    deflate = zlib.compressobj(9, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
    return b"".join(deflate.compress(block) for _ in range(size // len(block))) + deflate.flush()


def took(store: Store, serve: Serve, deeds: list[Deed], *, deadline_s: float = 20.0) -> tuple[float, list[str | int]]:
    """(MB above idle, how each ended) of asking them all at once."""
    well = serve(says(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"well")), "127.0.6.1").url
    urls = [serve(deed, f"127.0.5.{n}").url + "/" for n, deed in enumerate(deeds, 1)]
    told = json.dumps([f"sqlite:///{store.engine.url.database}", well, urls, deadline_s])
    done = subprocess.run(
        [sys.executable, "-c", CHILD, told],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    above_mb, ends = json.loads(done.stdout)
    return above_mb, ends


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_bombs(encoding: str, sqlite_store: Store, serve: Serve) -> None:
    head = OK + b"Content-Encoding: %s\r\n\r\n" % encoding.encode()
    above_mb, ends = took(sqlite_store, serve, [says(head + bomb(encoding))] * 20, deadline_s=60.0)
    assert above_mb < MOST_MB
    assert all("larger than 10000000 bytes" in str(end) or "too many large bodies" in str(end) for end in ends), ends
    assert any("larger than 10000000 bytes" in str(end) for end in ends)


def test_bodies_without_end(sqlite_store: Store, serve: Serve) -> None:
    above_mb, ends = took(sqlite_store, serve, [for_ever(b"x" * 262_144, first=OK + b"\r\n")] * 8, deadline_s=60.0)
    assert above_mb < MOST_MB
    assert all("larger than 10000000 bytes" in str(end) or "too many large bodies" in str(end) for end in ends), ends


def test_floods_of_headers(sqlite_store: Store, serve: Serve) -> None:
    floods = [
        for_ever(b"a" * 65_536, first=OK + b"X-A: "),
        for_ever(b"".join(b"X-%d: b\r\n" % n for n in range(5_000)), first=OK),
        for_ever(b"a" * 65_536),
        for_ever(b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000),
        for_ever(b"HTTP/1.1 103 Early Hints\r\n" + b"Link: </%s>\r\n" % (b"a" * 500) * 100 + b"\r\n"),
        for_ever(b"0" * 65_536, first=OK + b"Transfer-Encoding: chunked\r\n\r\n"),
        for_ever(b"1;" + b"x" * 65_000 + b"\r\na\r\n", first=OK + b"Transfer-Encoding: chunked\r\n\r\n"),
        for_ever(b"X-A: b\r\n" * 5_000, first=OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"),
    ]
    above_mb, ends = took(sqlite_store, serve, floods * 2, deadline_s=5.0)
    assert above_mb < MOST_MB
    assert all(isinstance(end, str) for end in ends), ends


def test_large_bodies_that_are_well_come_as_far_as_there_is_room(sqlite_store: Store, serve: Serve) -> None:
    body = b"x" * 9_000_000
    deed = says(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    above_mb, ends = took(sqlite_store, serve, [deed] * 9, deadline_s=60.0)
    assert above_mb < MOST_MB
    whole = [end for end in ends if end == len(body)]
    assert 3 <= len(whole) <= 5
    # the others are no fault of their publishers, and asked again
    assert all("too many large bodies at once" in str(end) for end in ends if end != len(body)), ends
