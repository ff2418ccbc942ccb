"""A page's bytes to what is kept of it: one way for its first reading and for every later one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from storage.articles import Reading, Where
from storage.records import Snapshot, SnapshotId
from worker.handovers import Extract
from worker.steps.corrections import notice
from worker.steps.dates import believable, published_at
from worker.steps.extract import extract
from worker.steps.passages import cut
from worker.steps.wire import wire


def page_of(snapshot: Snapshot, *, today: date, title: str, lang: str, summary: str = "") -> Extract:
    """What stands in the page; `title` and `lang` where it does not tell its own. Raises Unreadable.

    `summary`: what the feed told of it, by which a free beginning is known.
    """
    return extract(
        snapshot.body,
        url=snapshot.final_url,
        content_type=snapshot.headers.get("content-type", ""),
        today=today,
        fallback_title=title,
        fallback_lang=lang,
        asked=snapshot.url,
        headers=snapshot.headers,
        summary=summary,
    )


def reading_of(page: Extract, where: Where, snapshot_id: SnapshotId, *, now: datetime) -> Reading:
    """What is kept of it. `now`: dates after it are not believed."""
    return Reading(
        **asdict(where),
        snapshot_id=snapshot_id,
        title=page.title,
        byline=page.byline,
        lang=page.lang,
        published_page=page.published,
        published=published_at(believable(page.published, now), believable(where.published_feed, now)),
        text=page.text,
        extractor=page.extractor,
        passages=cut(page.text),
        notice=notice(page.title, page.text),
        wire=wire(page.text, page.byline),
    )
