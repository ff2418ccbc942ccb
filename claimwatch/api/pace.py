"""How often one and the same may come: so many times within so long, counted in this process."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

# Keys that are remembered; of more, the one that came first is forgotten.
_MOST_KEYS = 1_000


class Pace:
    """At most `most` within `within_s` seconds for each key."""

    def __init__(self, most: int, within_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._within_s, self._clock = most, within_s, clock
        self._came: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def admits(self, key: str) -> bool:
        """Whether it may come now; counted if so."""
        now = self._clock()
        with self._lock:
            came = self._came.setdefault(key, deque())
            while came and came[0] <= now - self._within_s:
                came.popleft()
            if len(came) >= self._most:
                return False
            came.append(now)
            if len(self._came) > _MOST_KEYS:
                self._came.popitem(last=False)
        return True
