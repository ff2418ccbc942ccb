"""What is read out of real pages, on every third page of the newsroom's: floors that only rise (tests/eval/floors.json).

The same 152 pages each time, in a quarter of a minute; `make eval-extract` measures all 455 beside trafilatura alone.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.extract import Found, Sample, Told, claimwatch, measure, overlap, same_day, same_headline, samples

FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text(encoding="utf-8"))["extract"]


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    pages = samples()[::3]
    if not pages:
        pytest.skip("the developers' newsroom is not here (CLAIMWATCH_NEWSROOM)")
    logging.disable(logging.CRITICAL)
    yield measure(pages, [claimwatch(page.bytes(), page.url) for page in pages])
    logging.disable(logging.NOTSET)


@pytest.mark.newsroom
def test_the_floors_hold(told: Told) -> None:
    got = {
        "body_f1": told.bodies["all"].f1,
        "body_precision": told.bodies["all"].precision,
        "body_recall": told.bodies["all"].recall,
        "body_f1_aeb": told.bodies["article-extraction-benchmark"].f1,
        "snippets_f1": told.snippets.f1,
        "headline": told.headline,
        "day": told.day,
    }
    print("extract", {name: round(value, 4) for name, value in got.items()})  # noqa: T201 - what a run tells
    for name, floor in FLOORS.items():
        assert got[name] >= floor, (name, got[name])


@pytest.mark.newsroom
def test_no_news_page_is_called_a_wall_but_those_that_are(told: Told) -> None:
    """Looked at by a person: both hold the first lines of a piece that is for subscribers."""
    assert {line.partition(":")[0] for line in told.walls} <= KNOWN_WALLS
    assert told.no_text == []


# of all 455 pages; each breaks off and says that it is not free, or that it is for members
KNOWN_WALLS = {
    "aeb/042bb7b5fedab6ea",
    "aeb/7ab16ade32386ece",
    "fundus/jp-ChunichiShimbun",
    "trafilatura/0a12df42d1764095989ab078ee0f940b",
}


def sample(**truth: object) -> Sample:
    return Sample(id="aeb/made", url="http://gazette.example/x", news=True, half=0, truth=dict(truth), file=Path())


def test_the_measures_are_those_that_they_are_called() -> None:
    assert overlap("one two three four five", "one two three four", 4) == (1.0, 0.5)
    assert overlap("one two three four", "zero one two three four", 4) == (0.5, 1.0)
    assert overlap("one two", "", 4) == (None, 0.0)
    assert overlap("Z\u00fcrich", "Zu\u0308\u00adrich", 4) == (1.0, 1.0)
    assert same_headline("The “deal”, explained", "The deal: Explained")
    assert not same_headline("The deal", "The deal | Gazette")
    found = Found(text="a b c d", title="T", day=None)
    pages = [
        sample(body="a b c d e", title="t", date="2017-12-07T23:30:00-05:00"),
        sample(**{"with": ["b  c"], "without": ["x"]}),
    ]
    pages += [sample(body="a b c d", title="T")]
    got = measure(
        [*pages, Sample(id="fundus/x", url="", news=True, half=1, truth={"body": "a"}, file=Path())], [found] * 4
    )
    assert got.headline == 1.0
    assert got.day == 0.0
    assert got.snippets.f1 == 1.0
    assert got.bodies["article-extraction-benchmark"].recall == 0.75


def test_a_day_is_right_as_told_or_in_utc() -> None:
    from datetime import date

    for day in (date(2017, 12, 7), date(2017, 12, 8)):
        assert same_day("2017-12-07T23:30:00-05:00", day)
    assert not same_day("2017-12-07T23:30:00-05:00", None)
