from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.builders import SILO, page
from worker.errors import Unreadable
from worker.handovers import Extract
from worker.steps.extract import extract

URL = "http://gazette.example/2017/12/raqqa"
TODAY = date(2026, 11, 23)


def read(body: bytes, content_type: str = "text/html; charset=utf-8", **told: str) -> Extract:
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
