from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard

from worker.gateways.bodies import MOST_MEMBERS, Body, BodyRefused, Room

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
        for _ in body.steps(data[at : at + chunk]):
            pass
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


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_no_step_of_a_bomb_takes_much_more_than_its_cap(encoding: str) -> None:
    zeros, cap = bytes(300_000_000), 3_000_000
    pack = {
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "br": lambda b: brotli.compress(b, quality=1),
        "zstd": zstandard.compress,
    }
    body = Body(encoding, cap)
    with pytest.raises(BodyRefused, match="larger than"):
        list(body.steps(pack[encoding](zeros)))
    # a step of zstd is looked at when it is done: 2 MB at most
    assert body.size <= cap + 2_100_000


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
@pytest.mark.parametrize("chunk", [7, 65_536])
def test_a_body_of_nothing_but_beginnings_ends_soon(encoding: str, chunk: int) -> None:
    empty = {"gzip": gzip.compress(b""), "zstd": zstandard.compress(b"")}[encoding]
    with pytest.raises(BodyRefused, match=f"more than {MOST_MEMBERS} parts"):
        unpack(encoding, empty * (MOST_MEMBERS + 1), chunk=chunk)
    assert unpack(encoding, empty * (MOST_MEMBERS - 1), chunk=chunk) == b""


@pytest.mark.parametrize("chunk", [1, 7, 65_536])
@pytest.mark.parametrize("behind", [b"\0" * 300, b"\r\n", b"<!-- served by 3 -->"])
def test_what_servers_append_to_a_packed_body_is_let_be(behind: bytes, chunk: int) -> None:
    assert unpack("gzip", gzip.compress(TEXT) + behind, chunk=chunk) == TEXT
    assert unpack("deflate", zlib.compress(TEXT) + behind, chunk=chunk) == TEXT


def test_a_zstd_frame_that_asks_for_a_large_window_is_refused() -> None:
    wide = zstandard.ZstdCompressor(
        compression_params=zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    )
    packer = wide.compressobj()
    data = packer.compress(TEXT) + packer.flush()
    with pytest.raises(BodyRefused, match="cannot be unpacked"):
        unpack("zstd", data)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", ""])
def test_no_body_is_no_body_cut_off(encoding: str) -> None:
    assert unpack(encoding, b"") == b""


def test_bodies_share_the_room_and_one_alone_always_finds_some() -> None:
    room = Room(100)
    assert room.take(80)
    assert not room.take(30)
    room.give_back(80)
    assert room.take(130)


def test_of_those_that_wait_for_room_the_largest_gives_way() -> None:
    room, small, large = Room(100), object(), object()
    assert not room.wait(large, 70)  # alone
    assert not room.wait(small, 20)
    assert room.wait(large, 70)
    room.wait_no_more(large)
    assert not room.wait(small, 20)
