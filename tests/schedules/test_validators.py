from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schedules.validators import Brought, caught, may_be_doubted, suspicious, to_send
from tests.builders import a_feed
from tests.fakes import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STORED: dict[str, Any] = {"etag": '"a"', "last_modified": "x", "body_hash": "one", "whole_at": NOON - DAY}


def brought(**told: Any) -> Brought:
    plain: dict[str, Any] = {"etag": '"b"', "last_modified": "y", "body_hash": "two", "new": 2}
    return Brought(**plain | told)


@pytest.mark.parametrize(
    ("stored", "now", "lied"),
    [
        ({}, {}, False),
        ({}, {"etag": '"a"'}, True),
        ({}, {"etag": '"a"', "new": 0}, False),  # other bytes, no other entries: a clock in the document
        ({}, {"etag": '"a"', "body_hash": "one"}, False),
        ({}, {"last_modified": "x"}, False),  # the ETag tells the change
        ({"body_hash": ""}, {"etag": '"a"'}, False),  # there was no document before
        ({"etag": None}, {"etag": None, "last_modified": "x"}, True),
        ({"etag": None}, {"etag": None}, False),
        ({"etag": None}, {"last_modified": "x"}, False),
        ({"etag": None, "last_modified": None}, {"etag": None, "last_modified": None}, False),
        # changed twice within the second that Last-Modified tells
        ({"etag": None}, {"etag": None, "last_modified": "x", "last_modified_at": NOON - DAY}, False),
        ({"etag": None}, {"etag": None, "last_modified": "x", "last_modified_at": NOON - 2 * DAY}, True),
        # asked for because the site showed more: what we were told was not modified
        ({"last_polled_at": NOON - HOUR}, {"doubted": True, "oldest": NOON - 2 * DAY}, True),
        ({"last_polled_at": NOON - HOUR}, {"doubted": True, "oldest": NOON - DAY}, False),  # a day's date says midnight
        ({"last_polled_at": NOON - HOUR}, {"doubted": True}, False),  # without a date it may be of this hour
        ({"last_polled_at": NOON - HOUR}, {"doubted": True, "oldest": NOON - HOUR / 2}, False),
        ({"last_polled_at": NOON - HOUR}, {"doubted": True, "new": 0}, False),
        ({"last_polled_at": NOON - HOUR}, {"oldest": NOON - DAY}, False),  # nobody had a doubt: dated back
    ],
)
def test_new_entries_under_the_old_validators_are_a_lie(stored: Any, now: Any, lied: bool) -> None:
    assert caught(a_feed(**STORED | stored), brought(**now)) is lied


SILENT: dict[str, Any] = {"etag": '"a"', "gap": 2 * HOUR, "newest": NOON - 20 * DAY, "whole_at": NOON - 20 * DAY}


@pytest.mark.parametrize(
    ("feed", "elsewhere", "doubt"),
    [
        ({}, NOON - DAY, True),
        ({}, None, False),
        ({}, NOON - 21 * DAY, False),  # the site has nothing newer
        ({}, NOON - HOUR, False),  # it may come with the next poll
        ({"whole_at": NOON - 2 * DAY}, NOON - DAY, False),
        ({"suspected_at": NOON - 6 * DAY}, NOON - DAY, False),
        ({"suspected_at": NOON - 8 * DAY}, NOON - DAY, True),
        ({"gap": 30 * DAY}, NOON - DAY, False),  # it is no oftener
        ({"gap": None}, NOON - DAY, True),
        ({"distrusted": True}, NOON - DAY, False),
        ({"etag": None}, NOON - DAY, False),
        ({"failures": 1}, NOON - DAY, False),
        ({"newest": None}, NOON - DAY, False),
        ({"interval": 10 * DAY}, NOON - DAY, False),
    ],
)
def test_a_doubt_is_a_silence_beyond_its_habit_while_the_site_goes_on(feed: Any, elsewhere: Any, doubt: bool) -> None:
    assert suspicious(a_feed(**SILENT | feed), elsewhere, now=NOON) is doubt


def test_a_feed_that_speaks_as_often_as_it_is_used_to_is_not_looked_into() -> None:
    assert may_be_doubted(a_feed(**SILENT), now=NOON)
    assert not may_be_doubted(a_feed(**SILENT | {"newest": NOON - 5 * HOUR}), now=NOON)


def test_validators_go_out_as_they_came_unless_there_is_a_doubt_or_a_lie() -> None:
    feed = a_feed(etag='W/"x-gzip', last_modified="yesterday or so")
    assert to_send(feed) == ('W/"x-gzip', "yesterday or so")
    assert to_send(feed, doubted=True) == (None, None)
    assert to_send(a_feed(etag='"a"', distrusted=True)) == (None, None)


def test_the_validators_of_a_page_in_the_feeds_place_are_left_away_now_and_then() -> None:
    sent = [to_send(a_feed(**STORED, page_instead=True, failures=n))[0] for n in range(1, 30)]
    assert [n for n, etag in enumerate(sent, start=1) if etag is None] == [14, 28]
