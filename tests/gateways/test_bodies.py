from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard

from worker.gateways.bodies import Body, BodyRefused

TEXT = b"About 4,000 people left. " * 400
PACKED = {
    "gzip": gzip.compress(TEXT),
    "deflate": zlib.compress(TEXT),
    "raw deflate": zlib.compress(TEXT)[2:-4],
    "br": brotli.compress(TEXT),
    "zstd": zstandard.compress(TEXT),
    "": TEXT,
}


def unpack(encoding: str, data: bytes, max_bytes: int = 1_000_000, chunk: int = 700) -> bytes:
    body = Body(encoding.removeprefix("raw "), max_bytes)
    for at in range(0, len(data), chunk):
        body.feed(data[at : at + chunk])
    return body.whole()


@pytest.mark.parametrize("encoding", PACKED)
def test_a_packed_body_comes_out_whole(encoding: str) -> None:
    assert unpack(encoding, PACKED[encoding]) == TEXT


@pytest.mark.parametrize("encoding", [e for e in PACKED if e not in ("", "raw deflate")])
def test_a_packed_body_that_is_cut_off_is_refused(encoding: str) -> None:
    with pytest.raises(BodyRefused, match="cut off"):
        unpack(encoding, PACKED[encoding][:-12])


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_junk_is_refused(encoding: str) -> None:
    with pytest.raises(BodyRefused, match="cannot be unpacked|cut off"):
        unpack(encoding, b"\xff\xfejunk" * 50)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_stops_at_the_cap(encoding: str) -> None:
    zeros = bytes(200_000_000)
    pack = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": lambda b: brotli.compress(b, quality=1),
        "zstd": zstandard.compress,
    }
    with pytest.raises(BodyRefused, match="larger than 100000 bytes"):
        unpack(encoding, pack[encoding](zeros), max_bytes=100_000)


def test_an_unknown_packing_is_named() -> None:
    with pytest.raises(BodyRefused, match="'compress'"):
        Body("compress", 10)


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
def test_several_members_are_one_body(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    assert unpack(encoding, pack(b"first ") + pack(b"second"), chunk=5) == b"first second"
