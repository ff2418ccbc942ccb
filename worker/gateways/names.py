"""Names of hosts to addresses, by the system's resolver, in threads of our own.

asyncio's own threads would do, but for a resolver that hangs: `asyncio.run` waits for them at its end, past every
deadline, and so does the interpreter. These are few, daemons, and nobody waits for them.
"""

from __future__ import annotations

import asyncio
import queue
import socket
import threading
from collections.abc import Callable
from typing import Any

# What getaddrinfo gives: family, kind, protocol, canonical name, (address, port, ...).
Found = tuple[Any, Any, int, str, tuple[Any, ...]]
LookUp = Callable[[str, int, int], list[Found]]

_IDLE_S = 10.0


def by_the_system(host: str, port: int, family: int) -> list[Found]:
    """The system's addresses of a name, as its own settings order them. Raises OSError."""
    return socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)


class Names:
    """Looks names up, at most `most` at a time; those beyond wait, each as long as its own deadline lets it."""

    def __init__(self, look_up: LookUp = by_the_system, *, most: int = 32) -> None:
        self._look_up, self._most = look_up, most
        self._wanted: queue.SimpleQueue[_Wish] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self.threads, self._idle = 0, 0

    async def addresses(self, host: str, port: int, family: int) -> list[Found]:
        """The addresses of a name. Raises OSError."""
        wish = _Wish(host, port, family)
        with self._lock:
            more = self._idle <= self._wanted.qsize() and self.threads < self._most
            self.threads += more
        self._wanted.put(wish)
        if more:
            threading.Thread(target=self._work, name="names", daemon=True).start()
        return await wish.answer

    def _work(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            try:
                wish = self._wanted.get(timeout=_IDLE_S)
            except queue.Empty:
                with self._lock:
                    if self._wanted.empty():
                        self._idle -= 1
                        self.threads -= 1
                        return
                    self._idle -= 1
                continue
            with self._lock:
                self._idle -= 1
            wish.grant(self._look_up)


class _Wish:
    """A name to look up, and the loop that waits for it."""

    def __init__(self, host: str, port: int, family: int) -> None:
        self._told = (host, port, family)
        self._loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[list[Found]] = self._loop.create_future()

    def grant(self, look_up: LookUp) -> None:
        if self.answer.done():  # nobody waits for it any more
            return
        found: list[Found] | Exception
        try:
            found = look_up(*self._told)
        except OSError as error:
            found = error
        except UnicodeError as error:
            found = OSError(f"no name of a host: {error}")
        try:
            self._loop.call_soon_threadsafe(self._tell, found)
        except RuntimeError:  # its loop is over
            return

    def _tell(self, found: list[Found] | Exception) -> None:
        if self.answer.done():
            return
        if isinstance(found, Exception):
            self.answer.set_exception(found)
        else:
            self.answer.set_result(found)
