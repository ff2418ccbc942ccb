"""Which of two dates an article goes by."""

from __future__ import annotations

from datetime import datetime, timedelta


def published_at(page: datetime | None, feed: datetime | None) -> datetime | None:
    """The earlier of what page and feed tell: archives re-date old pieces, and pages show when they were touched.

    Within a day of each other the feed speaks: it tells the hour, the page often only the day. UTC.
    """
    if page is None or feed is None:
        return page or feed
    return feed if feed < page + timedelta(days=1) else page
