"""How long to wait after failures, by their kind. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

_TEMPORARY = frozenset({408, 425})
_THROTTLED = frozenset({429, 503})


class Trouble(StrEnum):
    """What kind of failure it was, by what waiting can do about it.

    THROTTLED: we, or all together, ask too much (429, 503). TEMPORARY: it may be over soon: no answer, a connection cut off,
    5xx. SOFT: it does not mend itself within hours: a refusal, a page that is not there, something that is no feed, a name
    or certificate that is wrong. HARD: 410, for good.
    """

    THROTTLED = "throttled"
    TEMPORARY = "temporary"
    SOFT = "soft"
    HARD = "hard"


def trouble(status: int | None, *, permanent: bool = False, not_a_feed: bool = False) -> Trouble:
    """The kind of a failed poll. `permanent`: the door says that no answer is to be had there (name, certificate, address)."""
    if status == 410:
        return Trouble.HARD
    if status in _THROTTLED:
        return Trouble.THROTTLED
    if not_a_feed or permanent:
        return Trouble.SOFT
    if status is None or status in _TEMPORARY or status >= 500:
        return Trouble.TEMPORARY
    return Trouble.SOFT


def delay_after(failures: int, *, base: timedelta, cap: timedelta) -> timedelta:
    """`base` after the first failure, doubled with each further one, never over `cap`. `failures` counts from 1."""
    doublings = min(max(failures, 1) - 1, 20)  # over a million times the base: every cap is below it
    return min(cap, base * float(1 << doublings))


def failing_wait(
    kind: Trouble, failures: int, *, usual: timedelta, last: timedelta, soft_base: timedelta, cap: timedelta
) -> timedelta:
    """The wait after the `failures`th failure in a row (from 1), never below `usual`, the wait when all was well.

    TEMPORARY: `usual`, then doubled with each. THROTTLED: doubled from the first on, and at least twice `last`, the time that
    really passed since the poll before, so that no jitter makes less than a doubling of it. SOFT: as much, from `soft_base` or
    more. All up to `cap`.
    """
    if kind is Trouble.TEMPORARY:
        wait = delay_after(failures, base=usual, cap=cap)
    elif kind is Trouble.THROTTLED:
        wait = max(delay_after(failures + 1, base=usual, cap=cap), min(2 * last, cap))
    else:
        wait = delay_after(failures + 1, base=max(usual, soft_base), cap=cap)
    return max(wait, usual)
