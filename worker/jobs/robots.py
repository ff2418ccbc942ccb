"""Whether a host's robots.txt lets us have its pages. Feeds are not asked about: they are published to be polled."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from storage import robots as kept
from worker.errors import FetchFailed
from worker.gateways.guard import host_in_line
from worker.handovers import Fetched, NotModified, Request
from worker.steps import robots
from worker.tools import Tools

Answer = Fetched | NotModified | FetchFailed

# RFC 9309, 2.4: not used for more than a day; and asked for again soon where they could not be had.
_GOOD_FOR = timedelta(hours=24)
_AGAIN_AFTER = timedelta(hours=1)


def asked(tools: Tools, urls: Collection[str], *, within: timedelta | None = None) -> dict[str, FetchFailed]:
    """Those of the pages that may not be fetched now, and why: their hosts forbid it, or did not say what they allow.

    Asks hosts whose rules are not known, one request a host and day, by the validators of the day before. What kept us from
    asking (a name that is not found, our own line) is told of the page, and not remembered of the host. `within`: as get_many.
    """
    now = tools.clock.now()
    page_of = {host_in_line(url): url for url in urls}
    with tools.store.read() as tx:
        rules = kept.known(tx, page_of, now=now)
        missing = [host for host in page_of if host not in rules]
        before = kept.of_before(tx, missing) if missing else {}
    unasked: dict[str, FetchFailed] = {}
    requests = [_request(robots.robots_url(page_of[host]), before.get(host)) for host in missing]
    for host, answer in zip(missing, tools.web.get_many(requests, within=within) if requests else [], strict=True):
        if isinstance(answer, FetchFailed) and (answer.busy or answer.status is None):
            unasked[host] = answer
            continue
        found = _rules(answer, before.get(host))
        rules[host] = found.text if found else None
        delay_s = robots.crawl_delay_s(found.text) if found else None
        until = now + (_GOOD_FOR if found else _AGAIN_AFTER)
        with tools.store.begin() as tx:
            kept.keep(tx, host, found, until=until, crawl_delay_s=delay_s)
    no: dict[str, FetchFailed] = {}
    for url in urls:
        host = host_in_line(url)
        if (failure := unasked.get(host)) is not None:
            no[url] = FetchFailed(url, failure.detail, busy=failure.busy, retry_at=failure.retry_at)
        elif (text := rules[host]) is None:
            no[url] = FetchFailed(url, f"what {host} allows is not known: its robots.txt is not to be had for now")
        elif not robots.may_fetch(text, url):
            no[url] = FetchFailed(url, f"the robots.txt of {host} asks us not to fetch it", permanent=True)
    return no


def led_to(answers: Collection[Answer]) -> list[str]:
    """Where redirects led to another page than was asked for: its host's rules hold as well.

    They are asked for when it is too late by this one request; it is not kept then, and the host's Crawl-delay is known.
    """
    found = (answer for answer in answers if isinstance(answer, Fetched))
    return [answer.final_url for answer in found if answer.final_url != answer.url]


def _request(url: str, before: kept.Rules | None) -> Request:
    return Request(
        url=url,
        etag=before.etag if before else None,
        last_modified=before.last_modified if before else None,
        accept="text/plain, */*;q=0.1",
        max_body_bytes=robots.MAX_BYTES,
        cut=True,
    )


def _rules(answer: Answer, before: kept.Rules | None) -> kept.Rules | None:
    """RFC 9309, 2.3.1: rules that are not there allow everything, rules that cannot be had nothing.

    429 says "not now", of the rules as of a page; RFC 9309 would count it among what is not there.
    """
    if isinstance(answer, NotModified):
        return before
    if isinstance(answer, Fetched):
        text = answer.body.decode("utf-8", "replace").replace("\0", "").removeprefix("\ufeff")
        theirs = answer.final_url == answer.url  # validators stay with the address that gave them
        etag, last_modified = (answer.headers.get(name) if theirs else None for name in ("etag", "last-modified"))
        return kept.Rules(text=text, etag=etag, last_modified=last_modified)
    if answer.status and 400 <= answer.status < 500 and answer.status != 429:
        return kept.Rules(text="", etag=None, last_modified=None)
    return None
