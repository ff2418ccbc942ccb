from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import SILO
from worker.steps.text_diff import GAP, Kind, Segment, diff, shortened

texts = st.text(alphabet="ab 12.,\n\u0627\u0440", max_size=80)


def joined(segments: tuple[Segment, ...], *kinds: Kind) -> str:
    return "".join(s.text for s in segments if s.kind in kinds)


@given(texts, texts)
def test_both_texts_can_be_had_back(old: str, new: str) -> None:
    segments = diff(old, new)
    assert joined(segments, Kind.SAME, Kind.REMOVED) == old
    assert joined(segments, Kind.SAME, Kind.ADDED) == new
    assert all(a.kind != b.kind for a, b in pairwise(segments))


def test_a_changed_figure_is_shown_as_one_word_with_a_little_around_it() -> None:
    old = "\n".join((*SILO, *SILO))
    segments = shortened(diff(old, old.replace("4,000", "3,000", 1)))
    assert [(s.kind, s.text) for s in segments[1:3]] == [(Kind.REMOVED, "4,000"), (Kind.ADDED, "3,000")]
    assert segments[-1].text.endswith(GAP.strip())
    assert len(segments[-1].text) < 140


def test_paragraphs_with_little_in_common_are_shown_whole() -> None:
    segments = diff("The mayor sold a bridge to the west.", "Growers lifted their beet late in the wet east.")
    assert [s.kind for s in segments] == [Kind.REMOVED, Kind.ADDED]


def test_a_text_of_a_hundred_thousand_words_that_all_changed_is_shown_whole() -> None:
    old, new = ("".join(f"{word}{n} " for n in range(100_000)) for word in ("a", "b"))
    assert [s.kind for s in diff(old, new)] == [Kind.REMOVED, Kind.ADDED]


def test_the_same_text_is_one_stretch() -> None:
    assert diff("a\nb", "a\nb") == (Segment(kind=Kind.SAME, text="a\nb"),)
    assert diff("", "") == ()


def test_what_would_take_too_long_to_compare_is_shown_whole_between_its_equal_ends() -> None:
    head, tail = "This line stayed.\n", "So did this.\n"
    old = head + "yes.\nno.\n" * 2_000 + tail
    new = head + "no.\nno.\nyes.\n" * 2_000 + tail
    segments = diff(old, new)
    assert segments[0].kind is Kind.SAME
    assert len(segments) == 4
    assert "".join(s.text for s in segments if s.kind is not Kind.ADDED) == old
    assert "".join(s.text for s in segments if s.kind is not Kind.REMOVED) == new
