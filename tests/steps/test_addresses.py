from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.steps.addresses import canonical_url, host_of, identity, same_site


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("HTTP://WWW.BBC.com:80/news", "http://www.bbc.com/news"),
        ("https://a.example/x?utm_source=rss&b=2&a=1#top", "https://a.example/x?a=1&b=2"),
        ("https://a.example", "https://a.example/"),
        ("https://a.example/x?at_medium=RSS&at_campaign=K", "https://a.example/x"),
        ("https://a.example/x?CMP=share&fbclid=1", "https://a.example/x"),
        ("https://a.example/x?msclkid=1&_gl=2&ns_campaign=b&wt_zmc=c&id=7", "https://a.example/x?id=7"),
        ("https://a.example/x?cid=1&source=2&eid=3", "https://a.example/x?cid=1&eid=3&source=2"),
        ("http://a.example:8080/x", "http://a.example:8080/x"),
        ("http://[2001:db8::1]:80/x", "http://[2001:db8::1]/x"),
    ],
)
def test_canonical_form(given_: str, expected: str) -> None:
    assert expected == canonical_url(given_)


@given(st.text(alphabet="abcXYZ019/?&=%#-._~ü ", max_size=40))
def test_the_canonical_form_of_a_canonical_form_is_itself(tail: str) -> None:
    once = canonical_url(f"http://News.example/{tail}")
    assert once == canonical_url(once)


def test_rel_canonical_counts_only_within_the_same_registrable_domain() -> None:
    fetched = "http://www.bbc.co.uk/news/1"
    assert identity(fetched, "http://bbc.co.uk/news/one") == "http://bbc.co.uk/news/one"
    assert identity(fetched, "http://evil.co.uk/news/1") == fetched
    assert identity(fetched, "http://www.bbc.co.uk/") == fetched  # a CMS that names its front page
    assert identity(fetched, "javascript:alert(1)") == fetched
    assert identity(fetched, "") == fetched


def test_same_site_is_by_registrable_domain_and_for_others_by_host() -> None:
    assert same_site("http://a.bbc.co.uk/", "http://bbc.co.uk/")
    assert not same_site("http://a.co.uk/", "http://b.co.uk/")
    assert not same_site("http://127.0.0.1:1/", "http://127.0.0.1:2/")


def test_host_with_its_port() -> None:
    assert host_of("http://A.example:8080/x") == "a.example:8080"
    assert host_of("http://a.example:99999/x") == ""
