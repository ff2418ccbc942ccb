"""How long to wait after failures."""

from __future__ import annotations

from datetime import timedelta


def delay_after(failures: int, *, base: timedelta, cap: timedelta) -> timedelta:
    """`base` after the first failure, doubled with each further one, never over `cap`. `failures` counts from 1."""
    doublings = min(max(failures, 1) - 1, 20)  # over a million times the base: every cap is below it
    return min(cap, base * float(1 << doublings))
