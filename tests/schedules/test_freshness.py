from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.freshness import max_age
from tests.fakes import NOON

HOUR = timedelta(hours=1)
AT_NOON, AT_ONE = "Sat, 28 Nov 2026 12:00:00 GMT", "Sat, 28 Nov 2026 13:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"cache-control": "max-age=600"}, timedelta(seconds=600)),
        ({"cache-control": "public, Max-Age=600 , must-revalidate", "age": "100"}, timedelta(seconds=500)),
        ({"cache-control": 'max-age="600"'}, timedelta(seconds=600)),
        ({"cache-control": "max-age=600", "age": "600"}, None),
        ({"cache-control": "max-age=600", "age": "9999"}, None),
        ({"cache-control": "max-age=600", "age": "soon"}, timedelta(seconds=600)),
        ({"cache-control": "max-age=600, max-age=5"}, timedelta(seconds=600)),
        ({"cache-control": "max-age=-5"}, None),
        ({"cache-control": "max-age"}, None),
        ({"cache-control": "max-age=99999999999999999999"}, timedelta(seconds=2**31)),
        ({"cache-control": "no-store, max-age=600"}, None),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"cache-control": 'no-cache="set-cookie, x", max-age=600'}, timedelta(seconds=600)),
        ({"cache-control": "s-maxage=600"}, None),  # for caches that many share
        ({"cache-control": "s-maxage=9, max-age=600"}, timedelta(seconds=600)),
        ({"cache-control": "max-age=0", "expires": AT_ONE}, None),  # Expires does not count beside it
        ({"expires": AT_ONE, "date": AT_NOON}, HOUR),
        ({"expires": AT_ONE, "date": AT_NOON, "age": "600"}, HOUR - timedelta(minutes=10)),
        ({"expires": AT_NOON, "date": AT_ONE}, None),
        ({"expires": "0"}, None),
        ({"expires": "-1", "cache-control": "private"}, None),
        ({"expires": "Sat, 99 Nov 2026 13:00:00 GMT"}, None),
    ],
)
def test_how_long_an_answer_is_fresh(headers: dict[str, str], expected: timedelta | None) -> None:
    assert max_age(headers, NOON) == expected


def test_expires_counts_by_the_servers_clock_and_by_ours_only_if_it_tells_none() -> None:
    wrong = {"expires": "Sat, 01 Jan 2000 13:00:00 GMT", "date": "Sat, 01 Jan 2000 12:00:00 GMT"}
    assert max_age(wrong, NOON) == HOUR
    later = (NOON + HOUR).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert max_age({"expires": later}, NOON) == HOUR
    assert max_age({"expires": later, "date": "yesterday"}, NOON) == HOUR


@given(st.dictionaries(st.sampled_from(["cache-control", "expires", "date", "age"]), st.text()))
def test_no_header_trips_it(headers: dict[str, str]) -> None:
    told = max_age(headers, NOON)
    assert told is None or told > timedelta(0)
