from __future__ import annotations

import pytest

from worker.steps.why_unread import Why, why_unread


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("http://gazette.example/consent-and-paywalls: 404 Not Found", Why.MISSING),
        ("http://gazette.example/a: 403 Forbidden", Why.REFUSED),
        ("http://gazette.example/a: 429 Too Many Requests", Why.REFUSED),
        ("http://gazette.example/a: leads to http://gazette.example/subscription/consent: 500", Why.OTHER),
        ("http://gazette.example/a: leads to http://consent.gazette.example/, which is not followed", Why.CONSENT),
        ("no article text: 3 words in 2000 bytes", Why.NO_TEXT),
        ("paywall: the page says that it is not free", Why.PAYWALL),
        ("http://gazette.example/a: 402 Payment Required", Why.PAYWALL),
        ("bot-challenge", Why.CHALLENGE),
        ("http://gazette.example/a: 500 Internal Server Error", Why.OTHER),
        ("http://gazette.example/a: no whole answer within 403 s", Why.OTHER),
        ("", Why.OTHER),
    ],
)
def test_an_error_in_a_word(error: str, why: Why) -> None:
    assert why_unread(error) is why
