"""Get an entry's page and keep its bytes; nothing is read here."""

from __future__ import annotations

from datetime import timedelta

from schedules.calls import Call, JobName
from storage import entries, gone, snapshots
from storage.records import EntryId, EntryState
from worker.errors import FetchFailed
from worker.handovers import NotModified, Request
from worker.jobs.retries import page_retry_at
from worker.steps.addresses import canonical_url
from worker.tools import Tools

ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"


def fetch_page(tools: Tools, entry_id: EntryId) -> list[Call]:
    """Keep a snapshot of the entry's page. Returns its reading; nothing if the entry is not ours, its page gone, or it failed."""
    now = tools.clock.now()
    with tools.store.begin() as tx:
        gone.hold_off(tx)
        entry = entries.lease(tx, entry_id, EntryState.NEW, now=now, until=now + tools.options.times.lease)
        if entry is None:
            return []
        ended = gone.state_of(tx, [entry.url_key])
        if ended is not None:
            entries.end(tx, entry_id, ended)
            return []
        known = entries.sibling_snapshot(tx, entry)
        if known is not None:
            called = now + tools.options.times.called
            entries.mark(
                tx, entry_id, state=EntryState.FETCHED, next_try_at=now, called_until=called, snapshot_id=known
            )
    read = [Call(JobName.READ_SNAPSHOT, (entry_id,))]
    if known is not None:
        return read
    request = Request(url=entry.url, accept=ACCEPT, max_body_bytes=tools.options.page_max_bytes)
    try:
        answer = tools.web.get(request)
        if isinstance(answer, NotModified):
            raise FetchFailed(entry.url, "304 to a request without validators", status=304)
    except FetchFailed as failure:
        now = tools.clock.now()
        with tools.store.begin() as tx:
            if not entries.holds(tx, entry):
                return []
            if failure.busy:
                entries.give_back(tx, entry, next_try_at=now + timedelta(minutes=1))
            else:
                retry_at = page_retry_at(failure, entry.failures, now=now)
                entries.failed(tx, entry, retry_at=retry_at, error=failure.detail)
        return []
    packed = snapshots.pack(answer.body)
    with tools.store.begin() as tx:
        gone.hold_off(tx)
        if not entries.holds(tx, entry):
            return []
        ended = gone.state_of(tx, [entry.url_key, canonical_url(answer.final_url)])
        if ended is not None:  # it is known only now where the redirects lead
            entries.end(tx, entry_id, ended)
            return []
        snapshot_id = snapshots.save(
            tx,
            packed,
            size_bytes=len(answer.body),
            url=entry.url,
            final_url=answer.final_url,
            fetched_at=answer.fetched_at,
            status=answer.status,
            headers=answer.headers,
        )
        now = tools.clock.now()
        called = now + tools.options.times.called
        entries.mark(
            tx, entry_id, state=EntryState.FETCHED, next_try_at=now, called_until=called, snapshot_id=snapshot_id
        )
    return read
