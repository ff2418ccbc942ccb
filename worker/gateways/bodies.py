"""A body unpacked as it comes, with a cap on what goes in and what comes out."""

from __future__ import annotations

import zlib
from typing import Any, Protocol

import brotli
import zstandard


class BodyRefused(Exception):
    """The body is too large, broken or packed in an unknown way; the message says which."""


class _Unpacker(Protocol):
    def feed(self, data: bytes) -> bytes: ...

    def done(self) -> bool: ...


class _Plain:
    def feed(self, data: bytes) -> bytes:
        return data

    def done(self) -> bool:
        return True


class _Zlib:
    def __init__(self, cap: int, *, deflate: bool) -> None:
        self._cap, self._deflate, self._first = cap, deflate, True
        self._engine: Any = zlib.decompressobj(15 if deflate else 31)

    def feed(self, data: bytes) -> bytes:
        out = self._step(data)
        while self._engine.eof and self._engine.unused_data:  # several members, one after the other
            rest = self._engine.unused_data
            self._engine = zlib.decompressobj(15 if self._deflate else 31)
            out += self._step(rest)
        return out

    def _step(self, data: bytes) -> bytes:
        try:
            out: bytes = self._engine.decompress(data, self._cap)
        except zlib.error:
            if not (self._deflate and self._first):
                raise
            self._engine = zlib.decompressobj(-15)  # some servers send raw deflate
            out = self._engine.decompress(data, self._cap)
        self._first = False
        return out

    def done(self) -> bool:
        return bool(self._engine.eof)


class _Brotli:
    def __init__(self, cap: int) -> None:
        self._cap, self._engine = cap, brotli.Decompressor()

    def feed(self, data: bytes) -> bytes:
        out = bytes(self._engine.process(data, output_buffer_limit=self._cap))
        while not self._engine.can_accept_more_data() and len(out) <= self._cap:
            out += self._engine.process(b"", output_buffer_limit=self._cap)
        return out

    def done(self) -> bool:
        return bool(self._engine.is_finished())


class _Zstd:
    """Never asked for, but some servers send it unasked."""

    # A block of 4 bytes may stand for 128 kB: 64 bytes a step are at most 2 MB until the cap is looked at.
    STEP = 64

    def __init__(self) -> None:
        self._engine: Any = self._new()

    @staticmethod
    def _new() -> Any:
        return zstandard.ZstdDecompressor(max_window_size=2**23).decompressobj()

    def feed(self, data: bytes) -> bytes:
        if self._engine.eof:
            self._engine = self._new()
        out = bytes(self._engine.decompress(data))
        while self._engine.eof and self._engine.unused_data:
            rest = self._engine.unused_data
            self._engine = self._new()
            out += bytes(self._engine.decompress(rest))
        return out

    def done(self) -> bool:
        return bool(self._engine.eof)


class Body:
    """Takes the raw bytes, gives the whole body. `max_bytes` bounds both sides."""

    def __init__(self, encoding: str, max_bytes: int) -> None:
        self._max, self._raw, self._out = max_bytes, 0, bytearray()
        name = encoding.strip().lower()
        self._packed = name not in ("", "identity")
        match name:
            case "" | "identity":
                self._unpacker: _Unpacker = _Plain()
            case "gzip" | "x-gzip":
                self._unpacker = _Zlib(max_bytes + 1, deflate=False)
            case "deflate":
                self._unpacker = _Zlib(max_bytes + 1, deflate=True)
            case "br":
                self._unpacker = _Brotli(max_bytes + 1)
            case "zstd":
                self._unpacker = _Zstd()
            case _:
                raise BodyRefused(f"content encoding {name[:40]!r} is not understood")

    def feed(self, data: bytes) -> None:
        """Add raw bytes. Raises BodyRefused over the cap or when they cannot be unpacked."""
        self._raw += len(data)
        step = _Zstd.STEP if isinstance(self._unpacker, _Zstd) else 4096
        for at in range(0, len(data), step):
            try:
                self._out += self._unpacker.feed(data[at : at + step])
            except (zlib.error, brotli.error, zstandard.ZstdError) as error:
                raise BodyRefused(f"the body cannot be unpacked: {error}") from None
            if max(self._raw, len(self._out)) > self._max:
                raise BodyRefused(f"the body is larger than {self._max} bytes")

    def whole(self) -> bytes:
        """The body. Raises BodyRefused if the packed stream is cut off."""
        if self._packed and self._raw and not self._unpacker.done():
            raise BodyRefused("the packed body is cut off")
        return bytes(self._out)
