"""The robots.txt of hosts, kept for a day. A host's turns stand on the same rows: storage/hosts.py."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A robots.txt and the validators it came with."""

    text: str
    etag: str | None
    last_modified: str | None


def of_before(tx: Connection, hosts: Collection[str]) -> dict[str, Rules]:
    """The rules of those hosts as they were last had, however old: to be asked for again by their validators."""
    r = HostRow
    rows = tx.execute(
        select(r.host, r.robots, r.robots_etag, r.robots_last_modified).where(
            r.host.in_(sorted(hosts)), r.robots.is_not(None)
        )
    )
    return {
        row.host: Rules(text=row.robots, etag=row.robots_etag, last_modified=row.robots_last_modified) for row in rows
    }


def keep(tx: Connection, host: str, rules: Rules | None, *, until: datetime, crawl_delay_s: int | None) -> None:
    """Write down what a host's rules are, good until then. `rules` None: they could not be had, and are asked for again then."""
    row = {
        "host": host,
        "robots": rules.text if rules else None,
        "robots_until": until,
        "robots_etag": rules.etag if rules else None,
        "robots_last_modified": rules.last_modified if rules else None,
        "crawl_delay_s": crawl_delay_s,
    }
    upsert(tx, HostRow, row, key=["host"], update=[name for name in row if name != "host"])
