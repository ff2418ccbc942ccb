"""A server of bare sockets that misbehaves as it is told: what is sent is what stands in the test."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

# Takes the connection after its request was read, and does with it what it likes.
Deed = Callable[[socket.socket], None]


class RawServer:
    """On a free port of a loopback address. Every request's head is kept in `heads`; `connections` counts all.

    `hung_up`: the other side closed a connection before the deed was done.
    """

    def __init__(self, deed: Deed, address: str = "127.0.0.1") -> None:
        self.deed, self.heads, self.connections = deed, list[str](), 0
        self.socket = socket.create_server((address, 0), backlog=100)
        self.port = int(self.socket.getsockname()[1])
        self.url = f"http://{address}:{self.port}"
        self.hung_up = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self.socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _from = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                more = connection.recv(65_536)
                if not more:
                    return
                head += more
            self.heads.append(head.decode("latin-1"))
            self.deed(connection)
            connection.shutdown(socket.SHUT_WR)
            return
        self.hung_up.set()


def says(*pieces: bytes) -> Deed:
    """Sends these bytes, then closes."""

    def deed(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return deed


def for_ever(piece: bytes, *, first: bytes = b"", every_s: float = 0.0) -> Deed:
    """Sends the piece again and again, until nobody listens."""

    def deed(connection: socket.socket) -> None:
        connection.sendall(first)
        pause = threading.Event()
        while True:
            connection.sendall(piece)
            if every_s:
                pause.wait(every_s)

    return deed


def hangs(*, first: bytes = b"") -> Deed:
    """Sends what it has, then nothing, until the other side closes."""

    def deed(connection: socket.socket) -> None:
        connection.sendall(first)
        connection.settimeout(30)
        while connection.recv(65_536):
            pass
        raise ConnectionAbortedError

    return deed
