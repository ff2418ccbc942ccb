"""Get the pages of entries and keep their bytes; nothing is read here."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from schedules.calls import Call, JobName
from storage import entries, gone, snapshots
from storage.errors import StoreError
from storage.records import Entry, EntryId, EntryState, SnapshotId
from worker.errors import FetchFailed
from worker.handovers import Fetched, NotModified, Request
from worker.jobs import robots
from worker.jobs.retries import page_retry_at
from worker.steps.addresses import canonical_url
from worker.tools import Tools

log = logging.getLogger("claimwatch.fetch")

ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"


def fetch_pages(tools: Tools, entry_ids: Sequence[EntryId]) -> list[Call]:
    """Keep a snapshot of each entry's page. Returns their readings; nothing for what is not ours, is gone, or failed."""
    mine, following = _lease(tools, entry_ids)
    refused = robots.asked(tools, [entry.url for entry in mine], within=tools.options.times.lease / 3)
    wanted = [entry for entry in mine if entry.url not in refused]
    requests = [
        Request(url=entry.url, accept=ACCEPT, max_body_bytes=tools.options.page_max_bytes, user_agent=entry.user_agent)
        for entry in wanted
    ]
    answers = tools.web.get_many(requests, within=tools.options.times.lease / 2) if requests else []
    for entry in mine:
        if entry.url in refused:
            _failed(tools, entry, refused[entry.url])
    elsewhere = robots.asked(tools, robots.led_to(answers))
    for entry, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, Fetched) and answer.final_url in elsewhere:
            answer = elsewhere[answer.final_url]
        if isinstance(answer, NotModified):
            answer = FetchFailed(entry.url, "304 to a request without validators", status=304)
        try:
            if isinstance(answer, FetchFailed):
                _failed(tools, entry, answer)
            else:
                following += _keep(tools, entry, answer)
        except StoreError:
            raise
        except Exception:
            # one of the broad `except` of the house: what nobody thought of in one page must not take its batch along
            log.exception("%s cannot be kept; its lease runs out and it is tried again", entry.url)
    return following


def _lease(tools: Tools, entry_ids: Sequence[EntryId]) -> tuple[list[Entry], list[Call]]:
    """The entries that are ours, each address once, and the readings of those whose page was fetched for another."""
    now = tools.clock.now()
    mine: dict[str, Entry] = {}
    following = []
    with tools.store.begin() as tx:
        gone.hold_off(tx)
        for entry_id in entry_ids:
            entry = entries.lease(tx, entry_id, EntryState.NEW, now=now, until=now + tools.options.times.lease)
            if entry is None:
                continue
            ended = gone.state_of(tx, [entry.url_key])
            known = entries.sibling_snapshot(tx, entry)
            if ended is not None:
                entries.end(tx, entry_id, ended)
            elif known is not None:
                called = now + tools.options.times.called
                entries.mark(
                    tx, entry_id, state=EntryState.FETCHED, next_try_at=now, called_until=called, snapshot_id=known
                )
                following.append(Call(JobName.READ_SNAPSHOT, (entry_id,)))
            elif entry.url_key in mine:  # it takes what the other brings, at the next look
                entries.give_back(tx, entry, next_try_at=now)
            else:
                mine[entry.url_key] = entry
    return list(mine.values()), following


def _failed(tools: Tools, entry: Entry, failure: FetchFailed) -> None:
    now = tools.clock.now()
    with tools.store.begin() as tx:
        if not entries.holds(tx, entry):
            return
        if failure.busy:
            entries.give_back(tx, entry, next_try_at=failure.retry_at or now)
        else:
            retry_at = page_retry_at(failure, entry.failures, now=now)
            entries.failed(tx, entry, retry_at=retry_at, error=failure.detail)


def _keep(tools: Tools, entry: Entry, answer: Fetched) -> list[Call]:
    packed = snapshots.pack(answer.body)
    with tools.store.begin() as tx:
        gone.hold_off(tx)
        if not entries.holds(tx, entry):
            return []
        ended = gone.state_of(tx, [entry.url_key, canonical_url(answer.final_url)])
        if ended is not None:  # it is known only now where the redirects lead
            entries.end(tx, entry.id, ended)
            return []
        snapshot_id = keep_snapshot(tx, packed, answer)
        now = tools.clock.now()
        called = now + tools.options.times.called
        entries.mark(
            tx, entry.id, state=EntryState.FETCHED, next_try_at=now, called_until=called, snapshot_id=snapshot_id
        )
    return [Call(JobName.READ_SNAPSHOT, (entry.id,))]


def keep_snapshot(tx: Any, packed: tuple[str, bytes], answer: Fetched) -> SnapshotId:
    """Keep the bytes of an answer, packed before (storage/snapshots.py), under the address that was asked."""
    return snapshots.save(
        tx,
        packed,
        size_bytes=len(answer.body),
        url=answer.url,
        final_url=answer.final_url,
        fetched_at=answer.fetched_at,
        status=answer.status,
        headers=answer.headers,
    )
