"""Read a kept page into an article: extract, cut, keep."""

from __future__ import annotations

from schedules.calls import Call, JobName
from storage import articles, entries, feeds, gone, removal, snapshots
from storage.articles import Reading
from storage.records import EntryId, EntryState
from worker.errors import Unreadable
from worker.steps.addresses import canonical_url, identity
from worker.steps.corrections import notice
from worker.steps.dates import believable, published_at
from worker.steps.extract import extract
from worker.steps.passages import cut
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
    with tools.store.read() as tx:
        snapshot = snapshots.load(tx, entry.snapshot_id)
    if snapshot is None:  # removed since the lease, and the entry with it
        return []
    try:
        page = extract(
            snapshot.body,
            url=snapshot.final_url,
            content_type=snapshot.headers.get("content-type", ""),
            today=now.date(),
            fallback_title=entry.title,
            fallback_lang=entry.lang,
        )
    except Unreadable as reason:
        with tools.store.begin() as tx:
            if not entries.holds(tx, entry):
                return []
            entries.failed(tx, entry, retry_at=None, error=f"{entry.url}: {reason.detail}")
        return []
    passages = cut(page.text)
    address = identity(snapshot.final_url, page.canonical_url)
    with tools.store.begin() as tx:
        gone.hold_off(tx)
        if not entries.holds(tx, entry):
            return []
        ended = gone.state_of(tx, [entry.url_key, canonical_url(snapshot.final_url), address])
        if ended is not None:
            entries.end(tx, entry_id, ended)
            removal.drop_snapshots(tx, [snapshot.id])
            return []
        reading = Reading(
            canonical_url=address,
            url=entry.url,
            outlet_id=feeds.outlet(tx, entry.outlet),
            published_feed=entry.published,
            first_seen=entry.first_seen,
            in_baseline=entry.in_baseline,
            snapshot_id=snapshot.id,
            title=page.title,
            byline=page.byline,
            lang=page.lang,
            published_page=page.published,
            published=published_at(believable(page.published, now), believable(entry.published, now)),
            text=page.text,
            extractor=page.extractor,
            passages=passages,
            notice=notice(page.title, page.text),
        )
        article_id, revision_id = articles.save(
            tx,
            reading,
            now=now,
            called_until=now + tools.options.times.called,
            tell=lambda stood_title, stood_text: tell_edit(stood_title, stood_text, page.title, page.text),
        )
        entries.mark(tx, entry_id, state=EntryState.READ, next_try_at=None, article_id=article_id)
    return [Call(JobName.JUDGE_ARTICLE, (revision_id,))] if revision_id is not None else []
