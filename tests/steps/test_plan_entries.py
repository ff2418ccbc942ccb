"""What a poll changes."""

from __future__ import annotations

from tests.builders import rss
from worker.steps.feeds.parse import parse_feed
from worker.steps.plan_entries import plan_entries

URL = "http://gazette.example/feed.xml"


def test_an_edited_title_is_a_change_of_what_is_known_and_no_new_entry() -> None:
    first = parse_feed(rss(("/a", "one"), ("/b", "two")), url=URL, content_type="")
    known = {item.key for item in first.items}
    later = parse_feed(
        rss(("/c", "three"), ("/a", "one, corrected"), ("/b", "two")), url=URL, content_type="", seen=first.marks
    )
    plan = plan_entries(later, known)
    assert [item.title for item in plan.new] == ["three"]
    assert [item.title for item in plan.changed] == ["one, corrected"]


def test_what_stands_twice_in_a_document_is_one_entry() -> None:
    twice = parse_feed(rss(("/a", "one"), ("/a", "one"), ("/a", "one again")), url=URL, content_type="")
    assert [item.title for item in plan_entries(twice, set()).new] == ["one"]
    assert [item.title for item in plan_entries(twice, {item.key for item in twice.items}).changed] == ["one"]
