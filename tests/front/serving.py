"""A web process of the test's own: in this process, or behind a port of this machine."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi.testclient import TestClient

from claimwatch.api.house import House
from claimwatch.api.site import create_site
from claimwatch.tokens import hash_of, new_token
from storage import tokens
from storage.engine import Store
from tests.fakes import NOON
from worker.gateways.clock import FixedClock

HERE = "http://127.0.0.1:8470"


def a_house(store: Store, **told: Any) -> House:
    plain: dict[str, Any] = {"store": store, "clock": FixedClock(NOON), "delay_s": 0.0}
    return House(**plain | told)


def a_site(store: Store, **told: Any) -> TestClient:
    """A client of the site, without a token."""
    return TestClient(create_site(a_house(store, **told)), base_url=HERE, raise_server_exceptions=False)


def a_token(store: Store, person: str = "A. Reader", *, may_write: bool = False) -> str:
    token = new_token()
    with store.begin() as tx:
        tokens.add(tx, hash_=hash_of(token), person=person, may_write=may_write, now=NOON)
    return token


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@contextmanager
def listening(house: House) -> Iterator[str]:
    """The address of a real server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_site(house), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
