"""Read a kept page into an article: extract, cut, keep, tell whose copy it is."""

from __future__ import annotations

from schedules.calls import Call, JobName
from storage import articles, entries, feeds, gone, removal, snapshots, stories
from storage.articles import Where
from storage.errors import Dropped, Refused
from storage.records import Entry, EntryId, EntryState
from worker.errors import Unreadable
from worker.jobs.reading import page_of, reading_of
from worker.steps.addresses import canonical_url, identity
from worker.steps.same_text import same_text
from worker.steps.sketch import bands
from worker.steps.tell_edit import tell_edit
from worker.tools import Tools


def read_snapshot(tools: Tools, entry_id: EntryId) -> list[Call]:
    """Make the entry's snapshot an article. Returns its judging if the text is new; parks a page without text.

    A page that was pruned or removed under another address is not kept, nor is its snapshot.
    """
    now = tools.clock.now()
    with tools.store.begin() as tx:
        entry = entries.lease(tx, entry_id, EntryState.FETCHED, now=now, until=now + tools.options.times.lease)
    if entry is None:
        return []
    if entry.snapshot_id is None:
        raise AssertionError(f"entry {entry_id} is fetched but has no snapshot")
    try:
        with tools.store.read() as tx:
            snapshot = snapshots.load(tx, entry.snapshot_id)
    except (Dropped, Refused) as reason:
        return _give_up(tools, entry, f"{entry.url}: {reason}")
    if snapshot is None:  # removed since the lease, and the entry with it
        return []
    try:
        page = page_of(snapshot, today=now.date(), title=entry.title, lang=entry.lang, summary=entry.summary)
    except Unreadable as reason:
        return _give_up(tools, entry, f"{entry.url}: {reason.detail}")
    sketched = bands(page.text)
    address = identity(snapshot.final_url, page.canonical_url)
    with tools.store.begin() as tx:
        gone.hold_off(tx)
        alone = stories.wait_turn(tx, address, sketched)
        if not entries.holds(tx, entry):
            return []
        ended = gone.state_of(tx, [entry.url_key, canonical_url(snapshot.final_url), address])
        if ended is not None:
            entries.end(tx, entry_id, ended)
            removal.drop_snapshots(tx, [snapshot.id])
            return []
        known = articles.known_later(tx, address, snapshot)
        if known is not None:
            # another feed links a page that was visited since: what it says now is known already
            entries.mark(tx, entry_id, state=EntryState.READ, next_try_at=None, article_id=known)
            return []
        where = Where(
            canonical_url=address,
            url=entry.url,
            outlet_id=feeds.outlet(tx, entry.outlet),
            published_feed=entry.published,
            first_seen=entry.first_seen,
            in_baseline=entry.in_baseline,
        )
        reading = reading_of(page, where, snapshot.id, now=now)
        article_id, revision_id = articles.save(
            tx,
            reading,
            now=now,
            called_until=now + tools.options.times.called,
            tell=lambda stood_title, stood_text: tell_edit(stood_title, stood_text, page.title, page.text),
        )
        if revision_id is not None:
            stories.join(tx, article_id, sketched, alone=alone, same=same_text)
        entries.mark(tx, entry_id, state=EntryState.READ, next_try_at=None, article_id=article_id)
    return [Call(JobName.JUDGE_ARTICLE, (revision_id,))] if revision_id is not None else []


def _give_up(tools: Tools, entry: Entry, why: str) -> list[Call]:
    with tools.store.begin() as tx:
        if entries.holds(tx, entry):
            entries.failed(tx, entry, retry_at=None, error=why)
    return []
