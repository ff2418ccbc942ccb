"""Which dates are believed, and which of two an article goes by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# Before there were pages there are no dates of pages: year 1 and 1970 are a program's empty date.
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=2)  # a clock set wrong, or a zone left out


def believable(told: datetime | None, now: datetime) -> datetime | None:
    """The instant, or None if nothing can have been published then."""
    return told if told is not None and _EARLIEST <= told <= now + _AHEAD else None


def published_at(page: datetime | None, feed: datetime | None) -> datetime | None:
    """The earlier of what page and feed tell: archives re-date old pieces, and pages show when they were touched.

    Within a day of each other the feed speaks: it tells the hour, the page often only the day. UTC.
    """
    if page is None or feed is None:
        return page or feed
    return feed if feed < page + timedelta(days=1) else page
