"""A body unpacked as it comes, with a cap on what goes in and what comes out, and on what all bodies take together."""

from __future__ import annotations

import io
import threading
import zlib
from collections.abc import Iterator
from typing import Any, Protocol

import brotli
import zstandard

# gzip and zstd may be joined of several members. Tools that pack in parallel write some a megabyte; empty ones cost as
# much to begin as full ones, so a body of nothing else would keep us at work for its whole deadline.
MOST_MEMBERS = 1_000


class BodyRefused(Exception):
    """The body is too large, broken or packed in an unknown way; the message says which."""


class BodyTooLarge(BodyRefused):
    """It is larger than it may be; what came so far stands in `Body.so_far`."""


class Room:
    """Bytes that the bodies of one process may take together, whichever thread unpacks them.

    Were all of them to wait for the others, none would come whole: so of those that wait the largest gives way, which
    are the bombs first.
    """

    def __init__(self, most: int) -> None:
        self.most, self.taken = most, 0
        self._waiting: dict[int, int] = {}
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """So many more are ours, if there is room. A body alone always finds some."""
        with self._lock:
            if self.taken and self.taken + size > self.most:
                return False
            self.taken += size
            return True

    def give_back(self, size: int) -> None:
        """So many are free again."""
        with self._lock:
            self.taken -= size

    def wait(self, who: object, has: int) -> bool:
        """Say that a body, which has taken so many, waits for more. True if it is the one to give way."""
        with self._lock:
            self._waiting[id(who)] = has
            largest = max(self._waiting, key=lambda one: (self._waiting[one], one))
            return len(self._waiting) > 1 and largest == id(who)

    def wait_no_more(self, who: object) -> None:
        """It found room, or gave way."""
        with self._lock:
            self._waiting.pop(id(who), None)


class _Unpacker(Protocol):
    step: int

    def feed(self, data: bytes, room: int) -> bytes:
        """What comes out, at most about `room` + 1 bytes: more is refused anyway."""
        ...

    def done(self) -> bool: ...


class _Plain:
    step = 65_536

    def feed(self, data: bytes, room: int) -> bytes:  # noqa: ARG002
        return data

    def done(self) -> bool:
        return True


class _Zlib:
    # 4 kB may stand for 4 MB: so much comes out of a step at most
    step = 4096

    def __init__(self, *, deflate: bool) -> None:
        self._deflate, self._first, self._members = deflate, True, 1
        self._engine: Any = zlib.decompressobj(15 if deflate else 31)

    def feed(self, data: bytes, room: int) -> bytes:
        out, rest = b"", data
        while rest and len(out) <= room:
            if self._engine.eof:
                if self._deflate or rest[:1] != b"\x1f":
                    break  # what some servers append to a body; no client minds it
                self._next()
            out += self._step(rest, room - len(out))
            rest = self._engine.unused_data
        return out

    def _next(self) -> None:
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise BodyRefused(f"the body is packed in more than {MOST_MEMBERS} parts")
        self._engine = zlib.decompressobj(31)

    def _step(self, data: bytes, room: int) -> bytes:
        try:
            out: bytes = self._engine.decompress(data, room + 1)
        except zlib.error:
            if not (self._deflate and self._first):
                raise
            self._engine = zlib.decompressobj(-15)  # some servers send raw deflate
            out = self._engine.decompress(data, room + 1)
        self._first = False
        return out

    def done(self) -> bool:
        return bool(self._engine.eof)


class _Brotli:
    step = 4096

    def __init__(self) -> None:
        self._engine = brotli.Decompressor()

    def feed(self, data: bytes, room: int) -> bytes:
        out = bytes(self._engine.process(data, output_buffer_limit=room + 1))
        while not self._engine.can_accept_more_data() and len(out) <= room:
            out += self._engine.process(b"", output_buffer_limit=room + 1 - len(out))
        return out

    def done(self) -> bool:
        return bool(self._engine.is_finished())


class _Zstd:
    """Never asked for, but some servers send it unasked."""

    # A block of 4 bytes may stand for 128 kB: 64 bytes a step are at most 2 MB until the cap is looked at.
    step = 64

    def __init__(self) -> None:
        self._engine: Any = self._new()
        self._members = 1

    @staticmethod
    def _new() -> Any:
        # RFC 9659: no more than 8 MB of window may be asked of who reads it on the web
        return zstandard.ZstdDecompressor(max_window_size=2**23).decompressobj()

    def feed(self, data: bytes, room: int) -> bytes:
        if self._engine.eof:
            self._next()
        out = bytes(self._engine.decompress(data))
        while self._engine.eof and self._engine.unused_data and len(out) <= room:
            rest = self._engine.unused_data
            self._next()
            out += bytes(self._engine.decompress(rest))
        return out

    def _next(self) -> None:
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise BodyRefused(f"the body is packed in more than {MOST_MEMBERS} parts")
        self._engine = self._new()

    def done(self) -> bool:
        return bool(self._engine.eof)


class Body:
    """Takes the raw bytes, gives the whole body. `max_bytes` bounds both sides; `size`: bytes that came out so far."""

    def __init__(self, encoding: str, max_bytes: int) -> None:
        self._max, self._raw, self.size = max_bytes, 0, 0
        self._out = io.BytesIO()  # gives its bytes without copying them
        name = encoding.strip().lower()
        self._packed = name not in ("", "identity")
        self._unpacker: _Unpacker
        match name:
            case "" | "identity":
                self._unpacker = _Plain()
            case "gzip" | "x-gzip":
                self._unpacker = _Zlib(deflate=False)
            case "deflate":
                self._unpacker = _Zlib(deflate=True)
            case "br":
                self._unpacker = _Brotli()
            case "zstd":
                self._unpacker = _Zstd()
            case _:
                raise BodyRefused(f"content encoding {name[:40]!r} is not understood")

    def steps(self, data: bytes) -> Iterator[int]:
        """Add raw bytes, step by step: how many came out of each, for who keeps the time and the room.

        Raises BodyRefused over the cap or when they cannot be unpacked.
        """
        step = self._unpacker.step
        for at in range(0, len(data), step):
            piece = data[at : at + step]
            self._raw += len(piece)
            try:
                out = self._unpacker.feed(piece, self._max - self.size)
            except (zlib.error, brotli.error, zstandard.ZstdError) as error:
                raise BodyRefused(f"the body cannot be unpacked: {error}") from None
            self.size += len(out)
            if max(self._raw, self.size) > self._max:
                raise BodyTooLarge(f"the body is larger than {self._max} bytes")
            self._out.write(out)
            yield len(out)

    def so_far(self) -> bytes:
        """What was unpacked up to now, within the cap."""
        return self._out.getvalue()

    def whole(self) -> bytes:
        """The body. Raises BodyRefused if the packed stream is cut off."""
        if self._packed and self._raw and not self._unpacker.done():
            raise BodyRefused("the packed body is cut off")
        return self._out.getvalue()
