"""Read what a visit brought: another text is a new revision, the same one is dropped."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from schedules import visit_ends
from schedules.calls import Call, JobName
from storage import articles, gone, removal, snapshots, stories, visits
from storage.errors import Dropped, Refused
from storage.records import ArticleId, Snapshot
from storage.visit_records import Ending, Visit
from worker.errors import Unreadable
from worker.handovers import Extract
from worker.jobs.reading import page_of, reading_of
from worker.steps.addresses import canonical_url, identity
from worker.steps.corrections import notice
from worker.steps.extract import EXTRACTOR
from worker.steps.likeness import is_another_page
from worker.steps.same_text import same_text
from worker.steps.sketch import bands
from worker.steps.tell_edit import tell_edit
from worker.steps.whereabouts import MOVED, Where, whereabouts
from worker.steps.why_unread import Why, why_unread
from worker.tools import Tools


def read_visit(tools: Tools, article_id: ArticleId) -> list[Call]:
    """Make the visit's snapshot a revision of its article. Returns its judging if it differs in substance.

    The article stays the one it is, wherever its page stands now and whatever that page calls canonical.
    """
    now = tools.clock.now()
    with tools.store.begin() as tx:
        visit = visits.lease_to_read(tx, article_id, now=now, until=now + tools.options.times.lease)
    if visit is None or visit.unread is None:
        return []
    try:
        with tools.store.read() as tx:
            snapshot = snapshots.load(tx, visit.unread)
    except (Dropped, Refused) as reason:
        _end(tools, visit, visit_ends.refused(visit, f"{visit.address}: {reason}", now=now))
        return []
    with tools.store.read() as tx:
        read_otherwise = visit.stood.extractor != EXTRACTOR
        former = None
        if read_otherwise:
            with suppress(Dropped, Refused):  # without the bytes, the text as it was read then
                former = snapshots.load(tx, visit.stood.snapshot_id)
    if snapshot is None:  # removed since the lease, and the article with it
        return []
    # what leads elsewhere for a while was not kept
    where = whereabouts(snapshot.final_url, snapshot.final_url, visit.addresses)
    try:
        page = _read(snapshot, visit, now)
    except Unreadable as reason:
        if where is Where.SHORT:
            ending = visit_ends.at_front(visit, snapshot.final_url, now=now)
        elif why_unread(reason.detail) is Why.MISSING:
            ending = visit_ends.missing(visit, f"{visit.address}: {reason.detail}", now=now)
        else:
            ending = visit_ends.refused(visit, f"{visit.address}: {reason.detail}", now=now)
        _end(tools, visit, ending)
        return []
    # what stood there, as we read today: a newer extractor of ours is no edit of theirs
    title, text = _as_read_today(former, visit, now)
    # a section's front tells of the same matter in many of the same words: only the text itself is the article
    if where is Where.SHORT and page.text != text and not same_text(text, page.text):
        _end(tools, visit, visit_ends.at_front(visit, snapshot.final_url, now=now))
        return []
    if is_another_page(title, text, page.title, page.text) and not notice(page.title, page.text):
        why = f"{visit.address}: another page stands there: {page.title}"
        _end(tools, visit, visit_ends.missing(visit, why, now=now))
        return []
    sketched = bands(page.text)
    addresses = [canonical_url(snapshot.final_url), identity(snapshot.final_url, page.canonical_url)]
    with tools.store.begin() as tx:
        gone.hold_off(tx)
        alone = stories.wait_turn(tx, visit.canonical_url, sketched)
        if not visits.holds(tx, visit):
            return []
        revision_id = None
        if gone.state_of(tx, addresses) is not None:
            ending = visit_ends.no_more(f"{visit.address}: leads to a page that was removed here")
        else:
            reading = reading_of(page, _where(visit), snapshot.id, now=now)
            _article_id, revision_id = articles.save(
                tx,
                reading,
                now=now,
                called_until=now + tools.options.times.called,
                tell=lambda stood_title, stood_text: tell_edit(
                    title if read_otherwise else stood_title,
                    text if read_otherwise else stood_text,
                    page.title,
                    page.text,
                ),
            )
            if revision_id is not None:
                stories.join(tx, article_id, sketched, alone=alone, same=same_text)
            moved_to = snapshot.final_url if where in MOVED else None
            ending = visit_ends.there(
                visit,
                now=now,
                edited=revision_id is not None,
                moved_to=moved_to,
                final_url=snapshot.final_url,
                headers=snapshot.headers,
            )
        visits.end(tx, visit, ending, now=now)
        if revision_id is None:
            removal.drop_snapshots(tx, [snapshot.id])
    return [Call(JobName.JUDGE_ARTICLE, (revision_id,))] if revision_id is not None else []


def _end(tools: Tools, visit: Visit, ending: Ending) -> None:
    """Without a revision: what was brought goes."""
    with tools.store.begin() as tx:
        gone.hold_off(tx)
        if visits.holds(tx, visit) and visit.unread is not None:
            visits.end(tx, visit, ending, now=tools.clock.now())
            removal.drop_snapshots(tx, [visit.unread])


def _read(snapshot: Snapshot, visit: Visit, now: datetime) -> Extract:
    return page_of(snapshot, today=now.date(), title=visit.stood.title, lang=visit.stood.lang)


def _where(visit: Visit) -> articles.Where:
    return articles.Where(
        canonical_url=visit.canonical_url,
        url=visit.url,
        outlet_id=visit.outlet_id,
        published_feed=visit.published_feed,
        first_seen=visit.first_seen,
        in_baseline=visit.in_baseline,
    )


def _as_read_today(former: Snapshot | None, visit: Visit, now: datetime) -> tuple[str, str]:
    """Title and text of the newest revision, read again from its bytes if there are any and text is found in them."""
    if former is not None:
        with suppress(Unreadable):
            page = _read(former, visit, now)
            return page.title, page.text
    return visit.stood.title, visit.stood.text
