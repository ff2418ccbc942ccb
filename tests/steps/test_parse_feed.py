from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import rss
from tests.fakes import NOON
from worker.errors import Unreadable
from worker.steps.feeds.parse import parse_feed

URL = "http://gazette.example/feed.xml"


def parse(body: bytes, content_type: str = "application/rss+xml") -> object:
    return parse_feed(body, url=URL, content_type=content_type)


def test_items_with_address_title_and_date() -> None:
    parsed = parse_feed(rss(("/a", "One & two")), url=URL, content_type="application/rss+xml")
    (item,) = parsed.items
    assert (item.url, item.title, item.published) == ("http://gazette.example/a", "One & two", NOON)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"<!doctype html><html><body>Sign in</body></html>", "a web page"),
        (b'{"version": "1"}', "JSON, but not a JSON Feed"),
        (b"\x89PNG\r\n\x1a\n", "something else"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        parse(body)


def test_a_body_that_is_the_path_of_a_file_opens_no_file(tmp_path: Path) -> None:
    real = tmp_path / "feed.xml"
    real.write_bytes(rss(("/a", "secret")))
    with pytest.raises(Unreadable):
        parse(str(real).encode())


def test_a_feed_that_is_cut_off_is_no_feed_so_that_nothing_is_taken_for_gone() -> None:
    whole = rss(("/a", "one"), ("/b", "two"))
    with pytest.raises(Unreadable, match="cut off"):
        parse(whole[: len(whole) - 30])


def test_entries_without_a_usable_link_are_refused_and_counted() -> None:
    body = rss(("/a", "one")).replace(
        b"</channel>",
        b"<item><title>no link</title></item><item><title>js</title><link>javascript:alert(1)</link></item></channel>",
    )
    parsed = parse_feed(body, url=URL, content_type="application/rss+xml")
    assert len(parsed.items) == 1
    assert parsed.refused == {"no link": 1, "scheme javascript": 1}


def test_one_guid_on_two_links_makes_two_entries() -> None:
    body = (
        rss(("/a", "one"), ("/b", "two"))
        .replace(b"<guid>/a</guid>", b"<guid>x</guid>")
        .replace(b"<guid>/b</guid>", b"<guid>x</guid>")
    )
    keys = {item.key for item in parse_feed(body, url=URL, content_type="").items}
    assert len(keys) == 2


def test_without_guid_the_address_without_tracking_is_the_key() -> None:
    def key(link: str) -> str:
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><item><title>t</title><link>{link}</link></item></channel></rss>'
        return parse_feed(body.encode(), url=URL, content_type="").items[0].key

    assert key("http://gazette.example/a?utm_source=rss") == key("http://gazette.example/a")


def test_a_flood_stops_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.steps.feeds.split.MAX_ITEMS", 20)
    many = rss(*((f"/{i}", f"item {i}") for i in range(25)))
    parsed = parse_feed(many, url=URL, content_type="")
    assert (len(parsed.items), len(parsed.marks), parsed.total) == (20, 160, 25)
    assert parsed.refused == {"beyond the first 20": 5}


def test_ttl_asks_for_a_longer_interval() -> None:
    parsed = parse_feed(rss(("/a", "one"), extra="<ttl>120</ttl>"), url=URL, content_type="")
    assert parsed.hints.min_interval == timedelta(minutes=120)


def test_markup_and_control_characters_leave_the_title() -> None:
    parsed = parse_feed(rss(("/a", "<b>One</b>\u0007 &amp; two")), url=URL, content_type="")
    assert parsed.items[0].title == "One & two"


def test_a_date_with_an_odd_form_is_read() -> None:
    body = rss(("/a", "one")).replace(b"Mon, 23 Nov 2026 12:00:00 +0000", b"2024-10-18T23:05:21 +0100")
    assert parse_feed(body, url=URL, content_type="").items[0].published == datetime(
        2024, 10, 18, 22, 5, 21, tzinfo=UTC
    )


@pytest.mark.parametrize("ttl", ["9" * 5000, "²", "-5", "soon"])
def test_a_ttl_that_is_no_number_is_no_hint(ttl: str) -> None:
    parsed = parse_feed(rss(("/a", "one"), extra=f"<ttl>{ttl}</ttl>"), url=URL, content_type="")
    assert parsed.hints.min_interval in (None, timedelta(hours=24))


def test_a_link_longer_than_any_index_takes_is_refused() -> None:
    parsed = parse_feed(rss((f"/{'x' * 3000}", "one"), ("/b", "two")), url=URL, content_type="")
    assert (len(parsed.items), parsed.refused) == (1, {"link too long": 1})


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://www.bing.com/news/apiclick.aspx?url=https%3A%2F%2Fgazette.example%2Fa", ["https://gazette.example/a"]),
        ("https://www.bing.com/news/apiclick.aspx?url=http%3A%2F%2Fx%3A99999%2F", []),
        ("https://evilbing.com/news/apiclick.aspx?url=https%3A%2F%2Fx.example%2F", ["https://evilbing.com/news/apiclick.aspx?url=https%3A%2F%2Fx.example%2F"]),
    ],
)  # fmt: skip
def test_a_wrapped_link_is_unwrapped_and_checked(link: str, expected: list[str]) -> None:
    assert [i.url for i in parse_feed(rss((link, "one")), url=URL, content_type="").items] == expected


@pytest.mark.parametrize("before", [b"<!>", b"<!-- a -->", b"<?a?>", b"<!-- <!x> --> "])
def test_a_page_that_begins_with_hundreds_of_declarations_is_read_once(before: bytes) -> None:
    with pytest.raises(Unreadable, match="not a feed"):
        parse_feed(before * 300 + b"<html><p>no", url=URL, content_type="text/html")
    with pytest.raises(Unreadable, match="the sitemap is cut off"):
        parse_feed(before * 3 + b"<urlset><url>", url=URL, content_type="application/xml")
