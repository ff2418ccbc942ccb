"""Whether a feed that only says "not modified" is to be believed: what its site shows meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from schedules.validators import may_be_doubted, overdue, suspicious
from storage import entries
from storage.records import Feed, FeedId
from worker.handovers import Fetched, Request
from worker.jobs import robots
from worker.jobs.fetch_pages import ACCEPT
from worker.steps.addresses import host_of
from worker.steps.newest_on_page import newest_on_page
from worker.tools import Tools


def doubted(tools: Tools, feeds: Sequence[Feed], *, now: datetime, within: timedelta) -> tuple[list[Feed], set[FeedId]]:
    """(the feeds, those that were looked into marked so, ids of those to be asked without validators, this once).

    Costs nothing for a feed that speaks as often as it is used to. For one that does not, the entries of its site in other
    feeds are looked at, and where there are none the site's page is asked, once a week.
    """
    silent = [feed for feed in feeds if may_be_doubted(feed, now=now)]
    if not silent:
        return list(feeds), set()
    with tools.store.read() as tx:
        newest = {
            feed.id: entries.newest_beside(tx, feed.id, _hosts(feed), before=overdue(feed, now=now)) for feed in silent
        }
    unknown = [feed for feed in silent if newest[feed.id] is None and feed.hints.site]
    site_of = {feed.hints.site: feed for feed in unknown}  # many feeds of a site: its page is asked once
    refused = robots.asked(tools, site_of, within=within)
    pages = [
        Request(url=url, accept=ACCEPT, max_body_bytes=tools.options.page_max_bytes, user_agent=feed.user_agent)
        for url, feed in site_of.items()
        if url not in refused
    ]
    answers = tools.web.get_many(pages, within=within) if pages else []
    shown = {answer.url: answer for answer in answers if isinstance(answer, Fetched)}
    for feed in unknown:
        page = shown.get(feed.hints.site)
        if page is not None:
            newest[feed.id] = newest_on_page(page.body, url=page.final_url, before=overdue(feed, now=now))
    looked = {feed.id for feed in silent if newest[feed.id] is not None or feed.hints.site in shown}
    return (
        [replace(feed, suspected_at=now) if feed.id in looked else feed for feed in feeds],
        {feed.id for feed in silent if suspicious(feed, newest[feed.id], now=now)},
    )


def _hosts(feed: Feed) -> set[str]:
    """Where its entries stand: the site it belongs to, which may be another host than the feed's own."""
    return {host_of(url) for url in (feed.poll_url, feed.hints.site) if url}
