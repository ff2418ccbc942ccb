"""The robots.txt of hosts, kept for a day. A host's turns stand on the same rows: storage/hosts.py."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from storage.dialect import upsert
from storage.schema import HostRow


def known(tx: Connection, hosts: Collection[str], *, now: datetime) -> dict[str, str | None]:
    """The rules of those hosts whose rules are known and not too old: their text, or None, where they could not be had."""
    rows = tx.execute(
        select(HostRow.host, HostRow.robots).where(HostRow.host.in_(sorted(hosts)), HostRow.robots_until > now)
    )
    return {row.host: row.robots for row in rows}


def keep(tx: Connection, host: str, robots: str | None, *, until: datetime, crawl_delay_s: int | None) -> None:
    """Write down what a host's rules are, good until then. `robots` None: they could not be had, and are asked for again then."""
    row = {"host": host, "robots": robots, "robots_until": until, "crawl_delay_s": crawl_delay_s}
    upsert(tx, HostRow, row, key=["host"], update=["robots", "robots_until", "crawl_delay_s"])
