from __future__ import annotations

import pytest

from tests.builders import SILO
from worker.steps.likeness import is_another_page

STORY = ("Thousands left Raqqa", "\n".join(SILO))


@pytest.mark.parametrize(
    "text",
    [
        "Sorry, the page you were looking for could not be found. Try searching or return to the homepage.",
        "Before you continue, choose which cookies and similar techniques we may store for measuring audiences.",
        "Please verify that you are human. Enable JavaScript in your browser to continue.",
        "Growers lifted their sugar beet late because of the wet ground in the east, farmers reported.",
    ],
)
def test_an_error_page_a_wall_and_another_article_are_another_page(text: str) -> None:
    assert is_another_page(*STORY, "", text)


@pytest.mark.parametrize(
    "text",
    [
        SILO[1],
        SILO[0].replace("4,000", "3,000"),
        "The former spokesman took back what he had told Reuters about a secret deal with the coalition in Raqqa.",
        "Nothing of it stands.\n"
        + "Entirely different sentences about growers and beetroot were written instead. " * 9,
        "أعلن المتحدث",
    ],
)
def test_an_edit_however_thorough_is_not(text: str) -> None:
    assert not is_another_page(*STORY, "", text)
