"""ETag and Last-Modified that cannot be trusted: what proves it, what raises a doubt, and what is sent. Pure.

A feed is asked without validators once in its life. After that only if it was caught in a lie, or there is a doubt: then once,
and not again for a week if nothing came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.records import Feed

# The site has had something for so many of the feed's waits, and the feed for so many of its gaps nothing.
_WAITS = 3
_REST = timedelta(days=7)
# Before the feed's habit is known: so long without an entry is not yet odd.
_UNKNOWN_GAP = timedelta(days=1)
# Last-Modified counts seconds: a change within so much of it may bear the same one, and is no lie.
_PAGE_AGAIN = 14  # tries; who fails so often is asked once a day by then
_ROUND = timedelta(days=1)
_SAME_SECOND = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A whole document as it came (200): its validators, the sha256 (hex) of its bytes, and how many entries were new.

    `last_modified_at`: Last-Modified as an instant, None: it has none, or it is no date. `doubted`: it was asked for without
    validators, as `suspicious` said; `oldest`: when the first of the new entries came out, None: not known.
    """

    etag: str | None
    last_modified: str | None
    body_hash: str
    new: int
    last_modified_at: datetime | None = None
    doubted: bool = False
    oldest: datetime | None = None


def caught(feed: Feed, brought: Brought) -> bool:
    """The validators are those of the document before, and yet there are new entries in it: they would hide them from us.

    Whether we had sent them does not matter: who knows of the change and does not change them says 304 at the next. If
    there is an ETag it counts alone, as servers go by it (RFC 9110, 13.1.3). Other bytes without new entries prove nothing:
    a weak ETag may cover them. Nor does it matter what they are now if a doubt was right: the new entries were there already
    when we last heard "not modified".
    """
    if not feed.body_hash or brought.body_hash == feed.body_hash or not brought.new:
        return False
    # by a day and more: a date may be that of a day, and says midnight
    missed_for = feed.last_polled_at - brought.oldest if feed.last_polled_at and brought.oldest else timedelta(0)
    if brought.doubted and missed_for > max(feed.interval, _ROUND):
        return True
    if brought.etag or feed.etag:
        return brought.etag == feed.etag
    if not brought.last_modified or brought.last_modified != feed.last_modified:
        return False
    at, before = brought.last_modified_at, feed.whole_at
    return at is None or before is None or before - at > _SAME_SECOND


def may_be_doubted(feed: Feed, *, now: datetime) -> bool:
    """It says that nothing has changed for longer than its habit: worth a look at what its site shows.

    A whole document within a week has dispelled the doubt, and so has a look at the site.
    """
    if feed.distrusted or not (feed.etag or feed.last_modified) or feed.newest is None:
        return False
    rested = [now - at >= _REST for at in (feed.whole_at, feed.suspected_at) if at is not None]
    if feed.failures or not all(rested):
        return False
    return now - feed.newest > _WAITS * (feed.gap or _UNKNOWN_GAP)


def overdue(feed: Feed, *, now: datetime) -> datetime:
    """What the site shows since before then the feed should show as well; what came later may come with its next polls."""
    return now - _WAITS * feed.interval


def suspicious(feed: Feed, newer_elsewhere: datetime | None, *, now: datetime) -> bool:
    """It may be doubted, and its site does show something newer: ask once without validators.

    `newer_elsewhere`: when the newest entry of the site came out that stands on its page or in a sibling feed, is `overdue`
    and not in this one; None: none known. It must be newer than the feed's own newest by some of its waits.
    """
    if newer_elsewhere is None or feed.newest is None or not may_be_doubted(feed, now=now):
        return False
    return newer_elsewhere - feed.newest > _WAITS * feed.interval and newer_elsewhere < overdue(feed, now=now)


def to_send(feed: Feed, *, doubted: bool = False) -> tuple[str | None, str | None]:
    """(ETag, Last-Modified) to send with the next request; None: not sent. `doubted`: as `suspicious` says.

    Those of a web page that stands where the feed was are left away now and then: the feed that comes back may bear the same.
    """
    if feed.distrusted or doubted:
        return None, None
    if feed.page_instead and feed.failures % _PAGE_AGAIN == 0:
        return None, None
    return feed.etag, feed.last_modified
