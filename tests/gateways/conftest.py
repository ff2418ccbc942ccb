"""Doors, and servers behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from storage.engine import Store
from tests.gateways.doors import Door, door_of
from tests.gateways.raw_server import Deed, RawServer

Serve = Callable[..., RawServer]


@pytest.fixture
def door(sqlite_store: Store) -> Door:
    """Makes doors whose turns are kept in one database."""
    return partial(door_of, sqlite_store)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers that do what they are told, and ends them."""
    started: list[RawServer] = []

    def start(deed: Deed, address: str = "127.0.0.1") -> RawServer:
        started.append(RawServer(deed, address))
        return started[-1]

    yield start
    for server in started:
        server.close()
