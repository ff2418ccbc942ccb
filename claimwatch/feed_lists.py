"""Lists of feeds into the store and out of it, as other readers hand them on (OPML)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from claimwatch.feed_addresses import trimmed, why_never
from storage import feed_histories, feeds, queries
from storage.engine import Store
from storage.records import FeedSpec
from worker.steps.addresses import keys_of
from worker.steps.opml import FeedList, Subscription

_OF_THIS_FILE = -1  # in place of the id of a feed that is there already
# In front of a site's name: its feeds lie there.
_FRONT = re.compile(r"^(?:www\d?|feeds?\d?|rss)\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of a list: rows {"id", "url", "outlet", "folder"} of the feeds that are new (without `id` in a dry run) and
    known, {"what", "why"} of the refused; `several`: {site: the outlets that its new feeds are now}.
    """

    added: list[dict[str, Any]]
    known: list[dict[str, Any]]
    refused: list[dict[str, str]]
    several: dict[str, list[str]]


def take_in(
    store: Store,
    told: FeedList,
    *,
    now: datetime,
    folders_are_outlets: bool = False,
    dry_run: bool = False,
    allow_private: bool = False,
) -> Taken:
    """Add the feeds that are not there yet, all in one transaction. Known ones stay as they are.

    A feed is known under the address it was added with and the one it moved to, by http or https; of a file that we wrote, under
    that very address: a house may ask both.
    """
    refused = list(told.refused)
    added: list[dict[str, Any]] = []
    known: list[dict[str, Any]] = []
    fresh: list[Subscription] = []
    with store.read() if dry_run else store.begin() as tx:
        there = _Known(tx)
        for one in told.feeds:
            if folders_are_outlets and one.folder:
                one = replace(one, spec=replace(one.spec, outlet=one.folder))
            one = replace(one, spec=replace(one.spec, url=trimmed(one.spec.url)))
            row: dict[str, Any] = {"url": one.spec.url, "outlet": one.spec.outlet, "folder": one.folder}
            if why := why_never(one.spec.url, allow_private=allow_private):
                refused.append({"what": one.spec.url, "why": why})
                continue
            feed = there.feed(one.spec.url, exactly=told.ours)
            if feed == _OF_THIS_FILE:
                refused.append(
                    {"what": one.spec.url, "why": "stands in the file twice, in two spellings or by http and https"}
                )
                continue
            if feed is not None:
                known.append({"id": feed, **row})
                continue
            there.add(_OF_THIS_FILE, one.spec.url)
            fresh.append(one)
            if not dry_run:
                feed_id, _new = feeds.add(tx, one.spec, now=now)
                row = {"id": feed_id, **row}
                if one.paused:
                    feeds.pause(tx, feed_id, now=now)
            added.append(row)
    return Taken(added=added, known=known, refused=refused, several=_several(fresh))


class _Known:
    """Which feed has an address: the one that was added with it, else that moved to it, else that has it in another form."""

    def __init__(self, tx: Any) -> None:
        self._added: dict[str, int] = {}
        self._moved: dict[str, int] = {}
        self._alike: dict[str, int] = {}
        for feed_id, url, poll_url in feed_histories.addresses(tx):
            self.add(feed_id, url)
            self._moved.setdefault(poll_url, feed_id)
            for key in _keys(poll_url):
                self._alike.setdefault(key, feed_id)

    def add(self, feed_id: int, url: str) -> None:
        self._added.setdefault(url, feed_id)
        for key in _keys(url):
            self._alike.setdefault(key, feed_id)

    def feed(self, url: str, *, exactly: bool = False) -> int | None:
        if exactly:
            return self._added.get(url)
        alike = next((self._alike[key] for key in _keys(url) if key in self._alike), None)
        return self._added.get(url, self._moved.get(url, alike))


def known_as(tx: Any, url: str) -> tuple[int, str] | None:
    """The feed that has that address, be it by the other of http and https: (its id, the address it was added with)."""
    feed_id = _Known(tx).feed(url)
    if feed_id is None:
        return None
    return next((one, added) for one, added, _asked in feed_histories.addresses(tx) if one == feed_id)


def laid_out(store: Store) -> list[Subscription]:
    """All feeds, paused ones too, by outlet, as they go into a list."""
    with store.read() as tx:
        rows = queries.feeds(tx)
        sites = feed_histories.sites(tx)
    rows.sort(key=lambda row: (row["outlet"].casefold(), row["id"]))
    return [
        Subscription(
            spec=FeedSpec(
                **{name: row[name] for name in ("url", "outlet", "country", "lang", "kind", "owner", "title")}
            ),
            site=sites.get(row["id"], ""),
            paused=row["paused_at"] is not None,
        )
        for row in rows
    ]


def _several(fresh: Iterable[Subscription]) -> dict[str, list[str]]:
    """Sites of which several feeds came under several names: they would count as several voices."""
    names: dict[str, dict[str, None]] = {}
    for one in fresh:
        if not one.spec.owner:
            names.setdefault(_FRONT.sub("", urlsplit(one.spec.url).hostname or ""), {})[one.spec.outlet] = None
    return {site: list(outlets) for site, outlets in names.items() if len(outlets) > 1}


def _keys(url: str) -> tuple[str, ...]:
    try:
        return keys_of(url)
    except ValueError:
        return (url,)
