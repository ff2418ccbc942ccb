"""When a page that failed is tried again, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta

from schedules.backoff import delay_after
from worker.errors import FetchFailed

# A page that is not there is asked a second time after a while (a CMS publishes its feed first), then parked.
_MISSING = {404, 401, 403, 451}
_MISSING_TRIES = 3
_TRIES = 8  # with the delays below: about two days
_BASE, _CAP = timedelta(minutes=5), timedelta(hours=12)


def page_retry_at(failure: FetchFailed, failures: int, *, now: datetime) -> datetime | None:
    """The instant of the next try, or None: park it. `failures`: those before this one."""
    tries = _MISSING_TRIES if failure.status in _MISSING else _TRIES
    if failure.permanent or failures + 1 >= tries:
        return None
    later = now + delay_after(failures + 1, base=_BASE, cap=_CAP)
    return max(later, failure.retry_at) if failure.retry_at else later
