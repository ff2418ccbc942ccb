from __future__ import annotations

import pytest

from storage.records import ArticleEvent
from tests.builders import SILO
from worker.steps.tell_edit import tell_edit

TEXT = "\n".join((*SILO, "The ministry said that it would look into the report."))
LIST = "\nFive things to know about the river\nWhy a bridge was sold\nBeet is late this year"


def told(text: str, *, was: str = TEXT, title: str = "T") -> str:
    """What was done, "" for nothing."""
    edit = tell_edit("T", was, title, text)
    return edit.detail if edit else ""


@pytest.mark.parametrize(
    "line",
    """
Updated 3 minutes ago
Last updated at 10:32 GMT on 3 October 2017.
This story was updated at 10:32.
Published: Tue 3 Oct 2017 09.14 BST
5 comments
12 min read
Read more: How the river was crossed
Publié le 3 octobre 2017 à 10h32 - Mis à jour le 4 octobre 2017 à 09h12
il y a 5 heures · temps de lecture 3 min
Son güncelleme: 3 Ekim 2017 10:32
5 dakika önce
Обновлено 3 октября 2017 в 10:32
3 часа назад · 15 комментариев
آخر تحديث: 3 أكتوبر 2017 الساعة 10:32
منذ 5 دقائق
Aktualisiert am 3. Oktober 2017 um 10:32 Uhr
Vor 5 Minuten · 3 Kommentare
Actualizado el 3 de octubre de 2017 a las 10:32
hace 5 minutos
""".strip().splitlines(),
)
def test_clocks_and_counters_are_no_edit(line: str) -> None:
    assert told(f"{TEXT}\n{line}") == ""
    assert told(f"{line.replace('3', '9').replace('5', '8')}\n{TEXT}", was=f"{line}\n{TEXT}") == ""


def test_a_clock_at_the_end_of_a_byline_is_none_either() -> None:
    assert (
        told(f"By our staff, published 5 hours ago\n{TEXT}", was=f"By our staff, published 3 hours ago\n{TEXT}") == ""
    )
    assert (
        told(f"By our guest, published 3 hours ago\n{TEXT}", was=f"By our staff, published 3 hours ago\n{TEXT}") != ""
    )


@pytest.mark.parametrize(
    "line",
    [
        "Updated: 4 more people were found dead, officials said.",
        "3 days ago the ministry had said that nobody was there.",
        "The strike was at 10:32.",
        "5 killed",
        "May 2018",
        "He read 12 pages of it to the court.",
        "قتل 5 أشخاص في الساعة 10:32 قرب المدينة.",
    ],
)
def test_sentences_with_clocks_in_them_are(line: str) -> None:
    assert told(f"{SILO[0]}\n{line}\n{SILO[1]}").startswith("1 paragraph changed")


def test_another_list_of_headlines_at_the_end_is_no_edit_but_another_last_paragraph_is() -> None:
    assert told(TEXT + LIST) == ""
    assert told(TEXT + LIST.replace("river", "hill"), was=TEXT + LIST) == ""
    assert told(f"{TEXT}\nThe army denied it.") == "1 paragraph changed, 4 words added, 0 removed"


def test_a_text_without_full_stops_is_not_one_long_list() -> None:
    poem = "\n".join(f"line {n} of a text that has no full stop" for n in "abcdef")
    assert told(poem.replace("line c", "line x"), was=poem) == "1 paragraph changed, 1 word added, 1 removed"


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("«Nobody» left the city - so he said.", "“Nobody” left the city — so he said!"),
        ("They fled at dawn. They came back.", "They fled at dawn.\nThey came back."),
        ("Some 1,500 people left.", "Some 1500 people left."),
        ("Some 1 500 people left.", "Some 1.500 people left."),
        ("A cease-fire was signed.", "A ceasefire was signed."),
        ("أعلنت الوزارة عن الإتفاق.", "اعلنت الوزاره عن الاتفاق"),
    ],
)
def test_another_dress_is_no_edit(was: str, now: str) -> None:
    assert told(f"{TEXT}\n{now}", was=f"{TEXT}\n{was}") == ""


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("Some 1.5 million fled.", "Some 15 million fled."),
        ("It rose by 3-5 points.", "It rose by 35 points."),
        ("It cost £5.", "It cost $5."),
        ("He did not say so.", "He did say so."),
        ("It grew by 5%.", "It grew by 5."),
    ],
)
def test_what_changes_the_sense_is_one_however_small(was: str, now: str) -> None:
    assert told(f"{TEXT}\n{now}", was=f"{TEXT}\n{was}").startswith("1 paragraph changed")


def test_a_headline_and_the_order_of_paragraphs_count() -> None:
    assert told(TEXT, title="Another") == "new headline"
    assert told("\n".join(reversed(TEXT.split("\n")))) == "paragraphs in another order"
    assert told(f"Another\n{TEXT}", was=f"T\n{TEXT}", title="Another") == "new headline"


def test_an_edit_that_brings_a_notice_is_a_correction_and_one_that_keeps_it_is_not() -> None:
    note = "This article was amended on 5 October 2017 to remove a name."
    edit = tell_edit("T", TEXT, "T", f"{TEXT}\n{note}")
    assert edit is not None
    assert (edit.kind, edit.detail) == (ArticleEvent.CORRECTED, note)
    later = tell_edit("T", f"{TEXT}\n{note}", "T", f"{TEXT}\nThe mayor did not answer.\n{note}")
    assert later is not None
    assert later.kind is ArticleEvent.EDITED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Civilians killed: 1,600\nCivilians hurt: 400", "Civilians killed: 1,400\nCivilians hurt: 400"),
        ("Killed by the coalition: 1,600\nBy others: 20", "Killed by the coalition: 180\nBy others: 20"),
        ("Growth of -5 %", "Growth of 5 %"),
        ("Killed: >1,600", "Killed: <1,600"),
    ],
)
def test_a_figure_in_the_last_lines_is_no_list_of_headlines(old: str, new: str) -> None:
    body = "The coalition said on Tuesday that it had looked into the reports of civilian deaths in the city.\n" * 3
    edit = tell_edit("Toll", body + old, "Toll", body + new)
    assert edit is not None
    assert edit.kind is ArticleEvent.EDITED


def test_a_correction_among_the_last_lines_is_one() -> None:
    body = "The coalition said on Tuesday that it had looked into the reports of civilian deaths in the city.\n" * 3
    told = "Correction: the toll is 1,400 and not 1,600"
    edit = tell_edit("Toll", f"{body}Our staff\nThe desk", "Toll", f"{body}{told}\nOur staff\nThe desk")
    assert edit is not None
    assert edit.kind is ArticleEvent.CORRECTED
