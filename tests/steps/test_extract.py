from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.builders import SILO, page
from worker.errors import Unreadable
from worker.handovers import Extract
from worker.steps.extract import extract

URL = "http://gazette.example/2017/12/raqqa"
TODAY = date(2026, 11, 23)


def read(body: bytes, content_type: str = "text/html; charset=utf-8", **told: Any) -> Extract:
    return extract(body, url=URL, content_type=content_type, today=TODAY, **told)


def test_title_text_and_language() -> None:
    got = read(page(*SILO))
    assert (got.title, got.lang) == ("Thousands left Raqqa", "en")
    assert all(paragraph in got.text for paragraph in SILO)
    assert "Home" not in got.text


def test_the_pages_own_instant_is_its_date() -> None:
    head = '<meta property="article:published_time" content="2017-12-07T09:30:00+01:00">'
    assert read(page(*SILO, head=head)).published == datetime(2017, 12, 7, 8, 30, tzinfo=UTC)


def test_one_agency_text_in_two_outlets_is_read_whole_both_times() -> None:
    first, second = (
        read(page(*SILO)),
        extract(page(*SILO), url="http://wire.example/x", content_type="text/html", today=TODAY),
    )
    assert first.text == second.text


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        (b"", "text/html", "empty"),
        (b"%PDF-1.7 ...", "application/pdf", "application/pdf"),
        (b"<html><body><div id=app></div><script>1</script></body></html>", "text/html", "no article text"),
        (b"\x00\x01\x02", "text/html", "no article text"),
    ],
)
def test_a_page_without_text_says_so(body: bytes, content_type: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read(body, content_type)


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "utf-16"])
def test_the_charset_of_the_header_is_obeyed(charset: str) -> None:
    text = "Около четырёх тысяч человек покинули Ракку в октябре по договорённости, сказал бывший представитель сил агентству."
    body = (
        page(text, text + " Это было в декабре.", lang="ru")
        .decode()
        .replace('<meta charset="utf-8">', "")
        .encode(charset)
    )
    assert "четырёх тысяч" in read(body, f"text/html; charset={charset}").text


def test_the_same_page_twice_gives_the_same() -> None:
    assert read(page(*SILO)) == read(page(*SILO))


def test_a_broken_canonical_address_is_no_trouble() -> None:
    assert read(page(*SILO, head='<link rel="canonical" href="http://[bad">')).canonical_url == ""


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/2017/12/raqqa-deal", "http://gazette.example/2017/12/raqqa-deal"),
        ("http://gazette.example/a?x=1&amp;amp;y=2", "http://gazette.example/a?x=1&y=2"),
        ("javascript:void(0)", ""),
        ("  ", ""),
    ],
)
def test_what_the_page_calls_its_canonical_address(href: str, expected: str) -> None:
    assert read(page(*SILO, head=f'<link rel="Canonical" href="{href}">')).canonical_url == expected


def test_og_url_is_no_canonical_address() -> None:
    assert (
        read(page(*SILO, head='<meta property="og:url" content="http://gazette.example/shared">')).canonical_url == ""
    )


def test_the_title_of_the_head_is_told_without_the_outlets_name() -> None:
    body = page(*SILO).replace(
        b"<title>Thousands left Raqqa</title>", b"<title>Thousands left Raqqa | Gazette Online</title>"
    )
    assert read(body).title == "Thousands left Raqqa"


def test_the_headline_is_no_line_of_the_text_and_the_lead_is() -> None:
    lead = (
        "A former spokesman speaks for the first time of lorries, buses and a secret agreement that nobody was told of."
    )
    head = f'<meta name="description" content="{lead}">'
    body = page(*SILO, head=head).replace(b"</h1>", f"</h1><div class=standfirst>{lead}</div>".encode())
    assert read(body).text.split("\n") == [lead, *SILO]


def test_what_leads_elsewhere_is_no_line_of_the_text() -> None:
    told = "Read also: What became of the men who drove the lorries"
    linked = "<p><a href='/b'>Ten pictures from the day when the convoy left</a></p>"
    body = page(SILO[0], told, SILO[1]).replace(b"</article>", f"{linked}</article>".encode())
    assert read(body).text.split("\n") == list(SILO)


def test_only_the_page_tells_the_pages_date() -> None:
    """What the feed told is kept beside it, by the job."""
    assert read(page(*SILO), fallback_title="Raqqa, 7 December 2017", summary="On 7 December 2017").published is None


def test_json_ld_tells_the_instant() -> None:
    head = '<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","datePublished":"2017-12-07T09:30:00+01:00"}]}</script>'
    assert read(page(*SILO, head=head)).published == datetime(2017, 12, 7, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    ["{" * 5000, "[" * 100_000, '{"@type": null, "articleBody": 7, "author": [[]], "isAccessibleForFree": {}}', "null"],
)
def test_odd_data_in_the_head_do_no_harm(body: str) -> None:
    got = read(page(*SILO, head=f'<script type="application/ld+json">{body}</script>'))
    assert got.text.split("\n") == list(SILO)
