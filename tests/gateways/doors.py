"""Doors as tests want them: turns kept in a real store, names looked up by the test's own resolver."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from storage.engine import Store
from worker.gateways.clock import Clock, SystemClock
from worker.gateways.names import LookUp, by_the_system
from worker.gateways.turns import KeptTurns
from worker.gateways.web import FetchLimits, Web

AGENT = "claimwatch/0 (+https://claimwatch.example/about)"
Door = Callable[..., Web]


def door_of(
    store: Store,
    look_up: LookUp = by_the_system,
    *,
    clock: Clock | None = None,
    spacing_s: float = 0.0,
    lease_s: float = 40.0,
    **told: Any,
) -> Web:
    """A door to the loopback on any port, unless it is told otherwise."""
    limits: dict[str, Any] = {"user_agent": AGENT, "allow_private": True, "total_timeout_s": 5.0, "ports": None}
    clock = clock or SystemClock()
    turns = KeptTurns(store, clock, spacing_s=spacing_s, lease_s=lease_s)
    return Web(FetchLimits(**limits | told), clock, turns, look_up)


def at(*addresses: str) -> LookUp:
    """A resolver to which every name is at these addresses."""

    def look_up(_host: str, port: int, _family: int) -> list[Any]:
        return [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses
        ]

    return look_up
