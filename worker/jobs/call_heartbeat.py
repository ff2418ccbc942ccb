"""Tell an outsider that the house is alive: whoever waits for this call notices when beat, broker or worker is dead."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from schedules.calls import Call
from worker.errors import FetchFailed
from worker.handovers import Request
from worker.tools import Tools

log = logging.getLogger("claimwatch.heartbeat")


def call_heartbeat(tools: Tools) -> list[Call]:
    """Ask the operator's heartbeat address once; a failure is the outsider's to notice, here it is a line in the log."""
    url = tools.options.heartbeat_url
    if url is None:
        return []
    try:
        tools.web.get(Request(url=url, max_body_bytes=100_000, own=True))
    except FetchFailed as failure:
        # no more of it: the path is often the only secret of such an address
        log.warning("heartbeat to %s: %s", urlsplit(url).hostname, failure.status or "no answer")
    return []
