"""`claimwatch feed discover`: what feeds a site has, by asking it, seldom. Stores nothing but its robots.txt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from claimwatch.feed_words import reason
from storage import robots as kept_robots
from storage.instants import written
from worker.errors import FetchFailed, Unreadable
from worker.gateways.guard import host_in_line
from worker.handovers import Fetched, NotModified, Request
from worker.jobs import robots as rules
from worker.jobs.poll_feeds import ACCEPT
from worker.steps import robots
from worker.steps.dates import believable
from worker.steps.discover import (
    Offer,
    Why,
    kind_of,
    looks_like_feed,
    news_sitemaps,
    offered,
    twins,
    usual_places,
)
from worker.steps.feeds.parse import parse_fetched
from worker.tools import Tools

# All requests of one call, robots.txt included. A person looks at a page or two to find a feed; we ask for as much.
MOST_REQUESTS = 10
# Of those the feeds that a page names, the first of them; the rest is told of, not asked.
MOST_NAMED = 6
_PAGE_FIRST = f"text/html, application/xhtml+xml, {ACCEPT}"
# After any other failure nothing else of the site is asked: it is away, or wants to be left alone.
_NOT_THERE = (404, 410)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An address that gave a feed. `twin_of`: another one that brings the same articles in another form."""

    url: str
    title: str
    kind: str
    language: str
    entries: int
    newest: datetime | None
    why: Why
    comments: bool
    twin_of: str = ""
    links: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """For people and programs."""
        return {
            "url": self.url,
            "title": self.title,
            "kind": self.kind,
            "language": self.language,
            "entries": self.entries,
            "newest": written(self.newest) if self.newest else None,
            "why": str(self.why),
            "comments": self.comments,
            "twin_of": self.twin_of or None,
        }


@dataclass(slots=True)
class Discovery:
    """What was found, comments last, and what was tried in vain: {address: why not}. `asked`: the address that was given."""

    asked: str
    found: list[Found] = field(default_factory=list)
    tried: dict[str, str] = field(default_factory=dict)

    @property
    def choices(self) -> list[Found]:
        """Those of the feeds among which a person has to choose: no comments, and none of them twice."""
        return [one for one in self.found if not one.comments and not one.twin_of]


def discover(tools: Tools, url: str) -> Discovery:
    """The feeds of the site at `url`, or the one that it is itself. Raises StoreError.

    The page is asked first, then what it names; where that gives no feed, a page that it links to as one, news sitemaps of
    robots.txt, and the usual places until one answers. robots.txt binds us but for feeds that are named: they are published to be polled.
    """
    told = Discovery(asked=url)
    _Search(tools, told).look(url)
    told.found.sort(key=lambda one: one.comments)
    return told


@dataclass(slots=True)
class _Search:
    """One call: what was asked, what is left to ask."""

    tools: Tools
    told: Discovery
    left: int = MOST_REQUESTS
    asked: set[str] = field(default_factory=set)
    failures: dict[str, FetchFailed] = field(default_factory=dict)

    def look(self, url: str) -> None:
        itself = Offer(url=url, title="", why=Why.ITSELF, comments=False)
        pages = self._ask([itself]) if looks_like_feed(url) or self._allowed([itself]) else []
        if self.told.found:
            return
        for page in pages:
            named = offered(page.body, url=page.final_url, content_type=page.headers.get("content-type", ""))
            self._named(named)
        if self.told.choices or self._is_away(url):
            return
        self._guess(pages[0].final_url if pages else url)

    def _named(self, named: Sequence[Offer]) -> None:
        """Ask what a page names; of what is a page in its turn, ask what the first of those names."""
        for offer in named[MOST_NAMED:]:
            self.told.tried[offer.url] = f"not asked: {offer.why}, behind {MOST_NAMED} others"
        pages = self._ask(named[:MOST_NAMED])
        if self.told.found:
            return
        for page in pages[:1]:
            more = offered(page.body, url=page.final_url, content_type=page.headers.get("content-type", ""))
            self._ask([offer for offer in more if offer.url not in self.asked][: self.left // 2])

    def _is_away(self, url: str) -> bool:
        failure = self.failures.get(url)
        return failure is not None and failure.status not in _NOT_THERE

    def _guess(self, url: str) -> None:
        places = usual_places(url)
        allowed = self._allowed(places)
        self._ask(self._sitemaps(url)[:2])
        for place in allowed:
            if self.told.choices or self.left <= 0:
                return
            self._ask([place])

    def _allowed(self, offers: Sequence[Offer]) -> list[Offer]:
        """Those that robots.txt lets us have; the first time that costs a request."""
        before = self._rules_of(offers[0].url)
        no = rules.asked(self.tools, [offer.url for offer in offers])
        if before is None:
            self.left -= 1
        for offer in offers:
            if (why := no.get(offer.url)) is None:
                continue
            if not why.permanent:  # it is not known what is allowed, so nothing is
                self.failures[offer.url] = why
            if offer.why is Why.ITSELF or not why.permanent:
                self.told.tried[offer.url] = reason(why.detail, offer.url)
        forbidden = sum(why.permanent for why in no.values())
        if forbidden and offers[0].why is Why.USUAL:
            self.told.tried[robots.robots_url(offers[0].url)] = f"asks us not to fetch {forbidden} of the usual places"
        return [offer for offer in offers if offer.url not in no]

    def _rules_of(self, url: str) -> str | None:
        host = host_in_line(url)
        with self.tools.store.read() as tx:
            return kept_robots.known(tx, [host], now=self.tools.clock.now()).get(host)

    def _sitemaps(self, url: str) -> tuple[Offer, ...]:
        return news_sitemaps(self._rules_of(url) or "", robots.robots_url(url))

    def _ask(self, offers: Sequence[Offer]) -> list[Fetched]:
        """Ask for what was not asked yet, as long as there are requests left; the answers that are no feeds."""
        now = [offer for offer in offers if offer.url not in self.asked][: max(self.left, 0)]
        if not now:
            return []
        self.left -= len(now)
        self.asked |= {offer.url for offer in now}
        limit = self.tools.options.page_max_bytes
        wishes = [
            Request(url=one.url, accept=_PAGE_FIRST if one.why is Why.ITSELF else ACCEPT, max_body_bytes=limit)
            for one in now
        ]
        pages = []
        for offer, answer in zip(now, self.tools.web.get_many(wishes), strict=True):
            if not isinstance(answer, Fetched):
                self._failed(offer, answer)
            elif not self._taken(offer, answer):
                pages.append(answer)
        return pages

    def _failed(self, offer: Offer, answer: NotModified | FetchFailed) -> None:
        if isinstance(answer, FetchFailed):
            self.failures[offer.url] = answer
            self.told.tried[offer.url] = reason(answer.detail, offer.url)
        else:
            self.told.tried[offer.url] = "304 to a request without validators"

    def _taken(self, offer: Offer, answer: Fetched) -> bool:
        try:
            parsed = parse_fetched(answer)
        except Unreadable as reason:
            self.told.tried[offer.url] = reason.detail
            return False
        if any(answer.permanent_url == one.url for one in self.told.found):
            return True
        links = tuple(item.url for item in parsed.items)
        dates = (believable(item.published, answer.fetched_at) for item in parsed.items)
        self.told.found.append(
            Found(
                url=answer.permanent_url,
                title=parsed.title or offer.title,
                kind=kind_of(answer.body),
                language=parsed.lang,
                entries=parsed.total,
                newest=max((at for at in dates if at is not None), default=None),
                why=offer.why,
                comments=offer.comments,
                twin_of=_twin(links, self.told.found),
                links=links,
            )
        )
        return True


def _twin(links: Sequence[str], found: Iterable[Found]) -> str:
    return next((one.url for one in found if not one.twin_of and twins(links, one.links)), "")
