from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from claimwatch.watchlist import WatchListError, read_watch_list
from storage.records import Bound, Cadence, ClaimKind, WatchList

GOOD = """\
list: sample
title: A sample
seed:
  title: The seed
topics:
  raqqa: Raqqa
entities:
  raqqa: {en: [Raqqa]}
claims:
  - id: raqqa-1
    topic: raqqa
    claim: Hundreds left.
    kind: figure
    event: 2017-10/2017-11
    places: [raqqa]
    figures:
      - {value: hundreds, unit: people, counts: fighters}
      - {low: 250, high: 300, bound: at least, counts: fighters, said_by: BBC}
feeds:
  - {url: "https://gazette.example/feed", outlet: Gazette, country: GB, lang: en}
recipients:
  - {address: desk@claimwatch.example, zone: Europe/London, cadence: weekly, at: 07:30, since: 2017-01-01T00:00:00+01:00}
"""


def read(tmp_path: Path, text: str) -> WatchList:
    path = tmp_path / "list.yaml"
    path.write_text(text, encoding="utf-8")
    return read_watch_list(path)


def test_a_file_becomes_a_watch_list(tmp_path: Path) -> None:
    got = read(tmp_path, GOOD)
    (claim,), (reader,) = got.claims, got.recipients
    assert (claim.event_from, claim.event_to, claim.kind) == (date(2017, 10, 1), date(2017, 11, 30), ClaimKind.FIGURE)
    assert [(f.low, f.high, f.bound, f.approx) for f in claim.figures] == [
        (200, 999, Bound.EXACT, True),
        (250, 300, Bound.AT_LEAST, False),
    ]
    assert (reader.cadence, reader.at, reader.since) == (
        Cadence.WEEKLY,
        time(7, 30),
        datetime(2016, 12, 31, 23, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("kind: figure", "kind: numbers", 13, "claims[0].kind: expected 'reported', 'figure'"),
        ("    kind: figure\n", "", 10, "claims[0].kind: expected, and missing"),
        ("topic: raqqa", "topic: raqa", 11, "claims[0].topic: no topic 'raqa' in this file; did you mean 'raqqa'?"),
        ("places: [raqqa]", "places: [mosul]", 15, "claims[0].places[0]: no entity 'mosul'"),
        ("claim: Hundreds", "claims: Hundreds", 12, "claims[0].claims: no such field; did you mean 'claim'?"),
        ("event: 2017-10/2017-11", "event: last autumn", 14, "claims[0].event: expected a day as YYYY"),
        ("event: 2017-10/2017-11", "event: 2017-12/2017-11", 14, "end is not before its beginning"),
        ("value: hundreds", "value: lots", 17, "claims[0].figures[0]: expected a number or one of several"),
        ("counts: fighters}", "count: fighters}", 17, "did you mean 'counts'?"),
        ("id: raqqa-1", "id: Raqqa 1", 10, "claims[0].id: expected small letters"),
        ("https://gazette", "gazette", 20, "feeds[0].url: expected an address with http"),
        ("country: GB", "country: England", 20, "feeds[0].country: expected two capital letters, such as GB"),
        ("at: 07:30", "at: 7", 22, "recipients[0].at: expected a time of day"),
        ("desk@claimwatch.example", "jörg@claimwatch.example", 22, "recipients[0].address: expected one mail address"),
        ("at: 07:30", "at: half past", 22, "recipients[0].at: expected a time of day"),
        ("Europe/London", "Europe/Londn", 22, "recipients[0].zone: expected a time zone"),
        ("desk@claimwatch.example", "desk", 22, "recipients[0].address: expected one mail address"),
        ("cadence: weekly", "cadence: hourly", 22, "recipients[0].cadence: expected 'daily', 'weekdays' or 'weekly'"),
        ("title: A sample\n", "title: A sample\ntitle: Another\n", 3, "title: given twice"),
        ("list: sample\n", "", 1, "list: expected, and missing"),
        ("  raqqa: Raqqa\n", "\traqqa: Raqqa\n", 6, "expected YAML"),
    ],
)
def test_a_mistake_names_file_line_field_and_what_was_expected(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert old in GOOD
    with pytest.raises(WatchListError) as raised:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert f"list.yaml:{line}: " in str(raised.value)
    assert said in str(raised.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(WatchListError) as raised:
        read(tmp_path, GOOD.replace("kind: figure", "kind: x").replace("country: GB", "country: x"))
    assert len(str(raised.value).splitlines()) == 2


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"- a list", b"{{{", b"a: &a [*a]"])
def test_what_is_no_watch_list_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.yaml"
    path.write_bytes(content)
    with pytest.raises(WatchListError, match=r"list\.yaml"):
        read_watch_list(path)


def test_the_list_that_comes_with_claimwatch_is_whole(watch_list: WatchList) -> None:
    assert (len(watch_list.topics), len(watch_list.claims), len(watch_list.feeds)) == (9, 36, 50)
    per_topic = {t.slug: sum(c.topic == t.slug for c in watch_list.claims) for t in watch_list.topics}
    assert list(per_topic.values()) == [8, 3, 5, 2, 6, 3, 3, 4, 2]
    assert all(c.event_from and c.event_to and c.queries for c in watch_list.claims)
    assert all(f.counts for c in watch_list.claims for f in c.figures)
    assert all(f.outlet and f.lang and f.kind for f in watch_list.feeds)
    assert {"en", "ar", "tr", "ru", "fr"} <= {lang for e in watch_list.entities for lang in e.names}
    assert all(r.address.endswith(".example") for r in watch_list.recipients)
