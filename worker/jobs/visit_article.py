"""Ask for a stored article's page again. What came with other bytes is kept, to be read by read_visit."""

from __future__ import annotations

from datetime import datetime

from schedules import visit_ends
from schedules.calls import Call, JobName
from storage import gone, snapshots, visits
from storage.records import ArticleId
from storage.visit_records import Ending, Visit
from worker.errors import FetchFailed
from worker.handovers import Fetched, NotModified, Request
from worker.jobs import robots
from worker.jobs.fetch_pages import ACCEPT, keep_snapshot
from worker.steps.addresses import canonical_url
from worker.steps.whereabouts import MOVED, Where, whereabouts
from worker.tools import Tools


def visit_article(tools: Tools, article_id: ArticleId) -> list[Call]:
    """Visit the article, if it is due. Returns the reading of what it brought; nothing if the bytes are those we have.

    An answer that its server gave to our validators (304) means that all is as it was.
    """
    now = tools.clock.now()
    with tools.store.begin() as tx:
        visit = visits.lease_to_ask(tx, article_id, now=now, until=now + tools.options.times.lease)
    if visit is None:
        return []
    request = Request(
        url=visit.address,
        etag=visit.etag,
        last_modified=visit.last_modified,
        accept=ACCEPT,
        max_body_bytes=tools.options.page_max_bytes,
    )
    try:
        refused = robots.asked(tools, [visit.address])
        if refused:
            raise refused[visit.address]
        answer = tools.web.get(request)
        refused = robots.asked(tools, robots.led_to([answer]))
        if refused:
            raise next(iter(refused.values()))
    except FetchFailed as failure:
        _end(tools, visit, _without_a_page(visit, failure, now=tools.clock.now()))
        return []
    if isinstance(answer, NotModified):
        _end(tools, visit, visit_ends.there(visit, now=tools.clock.now()))
        return []
    return _keep(tools, visit, answer)


def _end(tools: Tools, visit: Visit, ending: Ending) -> None:
    with tools.store.begin() as tx:
        if visits.holds(tx, visit):
            visits.end(tx, visit, ending, now=tools.clock.now())


def _without_a_page(visit: Visit, failure: FetchFailed, *, now: datetime) -> Ending:
    """That a law forbids it (451) or a wall stands before it (401, 403) says nothing of the page."""
    if failure.busy:
        return visit_ends.busy(visit, now=now)
    if failure.status == 410:
        return visit_ends.gone_for_good(visit, failure.detail, now=now)
    if failure.status == 404:
        return visit_ends.missing(visit, failure.detail, now=now)
    return visit_ends.refused(visit, failure.detail, now=now, asked=failure.retry_at)


def _keep(tools: Tools, visit: Visit, answer: Fetched) -> list[Call]:
    where = whereabouts(answer.final_url, answer.permanent_url, visit.addresses)
    packed, address = snapshots.pack(answer.body), canonical_url(answer.final_url)
    now = tools.clock.now()
    with tools.store.begin() as tx:
        gone.hold_off(tx)
        if not visits.holds(tx, visit):
            return []
        removed = gone.state_of(tx, [address]) is not None
        merged = where in MOVED and visits.is_stored(tx, address)
        ending = _without_reading(
            visit, answer, where, removed=removed, merged=merged, same=packed[0] == visit.stood.sha256, now=now
        )
        if ending is not None:
            visits.end(tx, visit, ending, now=now)
            return []
        snapshot_id = keep_snapshot(tx, packed, answer)
        visits.brought(tx, visit, snapshot_id, now=now, called_until=now + tools.options.times.called)
    return [Call(JobName.READ_VISIT, (visit.article_id,))]


def _without_reading(
    visit: Visit, answer: Fetched, where: Where, *, removed: bool, merged: bool, same: bool, now: datetime
) -> Ending | None:
    """The visit's end, where there is nothing to read; else None."""
    at, to = visit.address, answer.final_url
    if removed:
        return visit_ends.no_more(f"{at}: leads to a page that was removed here")
    if where is Where.FRONT:
        return visit_ends.at_front(visit, to, now=now)
    if where is Where.ELSEWHERE:
        return visit_ends.refused(visit, f"{at}: leads elsewhere, to {to}", now=now)
    if merged:
        return visit_ends.moved_into_another(visit, to, now=now)
    if same:
        moved_to = to if where in MOVED else None
        return visit_ends.there(visit, now=now, moved_to=moved_to, final_url=to, headers=answer.headers)
    return None
