from __future__ import annotations

import pytest

from worker.steps.outlets import agency, same_name
from worker.steps.wire import wire

BODY = "The convoy left the city in the night, two drivers said.\nIt was met by trucks on the road to the east."


@pytest.mark.parametrize(
    ("head", "who"),
    [
        ("RAQQA (Reuters) - ", "Reuters"),
        ("BEIRUT, Oct 14 (AP) — ", "AP"),
        ("BEIRUT (AP) -- ", "AP"),
        ("BEIRUT/ANKARA (Reuters) – ", "Reuters"),
        ("Beyrouth (AFP) - ", "AFP"),
        ("Istanbul (dpa) - ", "dpa"),
        ("Madrid, 3 dic (EFE).- ", "EFE"),
        ("(ANSA) - ROMA, 12 DIC - ", "ANSA"),
        ("MOSCOW, October 22. /TASS/. ", "TASS"),
        ("МОСКВА, 22 октября. /ТАСС/. ", "TASS"),
        ("МОСКВА, 22 окт — РИА Новости. ", "RIA Novosti"),
        ("Москва. 22 октября. INTERFAX.RU - ", "Interfax"),
        ("DAMASCUS, Nov. 13 (Xinhua) -- ", "Xinhua"),
        ("Damascus, SANA- ", "SANA"),
        ("دمشق-سانا: ", "SANA"),
        ("بيروت (رويترز) - ", "Reuters"),
        ("أنقرة (الأناضول) - ", "Anadolu"),
        ("ANKARA (AA) - ", "Anadolu"),
        ("Tokyo, Kyodo - ", "Kyodo"),
        ("WASHINGTON (UPI) -- ", "UPI"),
        ("New Delhi, Dec 7 (PTI) - ", "PTI"),
        ("New Delhi, Dec 7 (IANS) - ", "IANS"),
    ],
)
def test_a_dateline_credits_its_agency(head: str, who: str) -> None:
    assert wire(head + BODY) == who
    assert wire(f"By A. Reporter\n\n{head}{BODY}") == who


@pytest.mark.parametrize(
    ("foot", "who"),
    [
        ("(Reporting by A. Writer and B. Writer; Editing by C. Desk)", "Reuters"),
        ("Reporting by A. Writer; additional reporting by B.; writing by C.; editing by D.", "Reuters"),
        ("(Reuters)", "Reuters"),
        ("© AFP", "AFP"),
        ("© 2017 AFP", "AFP"),
        ("Copyright 2017 The Associated Press. All rights reserved.", "AP"),
        ("Source: Reuters", "Reuters"),
        ("Quelle: dpa", "dpa"),
        ("Kaynak: AA", "Anadolu"),
        ("Fuente: EFE", "EFE"),
        ("Источник: ТАСС", "TASS"),
        ("المصدر: رويترز", "Reuters"),
        ("(avec AFP)", "AFP"),
        ("-- AFP", "AFP"),
        ("PA Media", "PA Media"),
        ("© 2014 The Associated Press. All rights reserved. This material may not be published or rewritten.", "AP"),
        ("(c)AFP/A. Writer", "AFP"),
        ("Our Standards: The Thomson Reuters Trust Principles.", "Reuters"),
    ],
)
def test_words_under_the_text_credit_their_agency(foot: str, who: str) -> None:
    assert wire(f"{BODY}\n{foot}") == who
    assert wire(f"{BODY}\n{foot}\nRead more about the war") == who


def test_an_agency_in_brackets_after_the_last_sentence_is_the_source() -> None:
    assert wire(BODY + " (AFP)") == "AFP"
    assert wire(BODY + " (avec Reuters)") == "Reuters"


@pytest.mark.parametrize(
    ("byline", "who"),
    [
        ("Reuters", "Reuters"),
        ("By A. Writer, Reuters", "Reuters"),
        ("Associated Press", "AP"),
        ("AFP in Beirut", "AFP"),
        ("Le Monde avec AFP", "AFP"),
        ("Anadolu Agency", "Anadolu"),
        ("A. Writer", ""),
        ("Staff and agencies", ""),
        ("By Reuters Staff", "Reuters"),
        ("By ANNA WRITER and BERT WRITER, Associated Press", "AP"),
        ("Gazette Times and Reuters", "Reuters"),
        ("Staff and Reuters", "Reuters"),
        ("By Anna Writer and Reuters", ""),
        ("Anna Writer with Reuters", ""),
        ("Anna Writer, Bert Writer and Reuters in Beirut", ""),
        ("Anna Writer; Reuters", ""),
        ("Reuters and A. van der Writer", ""),
        ("Anna Writer avec AFP", ""),
        ("dpa/AFP", ""),
        ("Photo by AFP", ""),
        ("A. Apfel", ""),
    ],
)
def test_a_byline_names_one_agency_or_none_counts(byline: str, who: str) -> None:
    assert wire(BODY, byline) == who


def test_who_helped_a_person_of_the_outlet_is_not_credited_under_the_text_either() -> None:
    for foot in ("\n(avec AFP)", "\nWith Reuters", " (avec Reuters)"):
        assert wire(BODY + foot, "Anna Writer and Bert Writer") == ""
        assert wire(BODY + foot, "Gazette Times") != ""
    assert wire(BODY + "\n(AFP)", "Anna Writer") == "AFP"
    assert wire("BEIRUT (Reuters) - " + BODY, "Anna Writer and Reuters") == "Reuters"


@pytest.mark.parametrize(
    "text",
    [
        "Reuters reported on Thursday that thousands had left the city.\n" + BODY,
        "A defector told Reuters (in Ankara) that thousands had left.\n" + BODY,
        BODY + "\nHe spoke to AFP.",
        BODY + "\nThe Associated Press contributed to this report.",
        BODY + "\nThe news agency is owned by Reuters.",
        BODY + "\nWith inputs from agencies",
        BODY + "\nPhoto: REUTERS/A. Camera",
        BODY + "\n[A. Camera/AFP]",
        BODY + "\nPhoto © AFP",
        BODY + "\nFollow the Associated Press on our page for more news of the war in the east",
        "FILE PHOTO: Trucks on a road. REUTERS/A. Camera\n" + BODY,
        "Trucks leave the city (AFP photo)\n" + BODY,
        "The Palestinian Authority (PA) said it would not take part.\n" + BODY,
        "Imran Khan's party (PTI) rejected it.\n" + BODY,
        "In a report by the agency (AP) it was said.\n" + BODY,
        "The army, according to SANA, fired first.\n" + BODY,
        "Damascus told SANA - and everybody else - that it was over.\n" + BODY,
        "",
    ],
)
def test_who_is_quoted_pictured_or_thanked_is_not_credited(text: str) -> None:
    assert wire(text) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BBC News", "BBC"),
        ("BBC Arabic", "بي بي سي"),
        ("Al Jazeera English", "Al-Jazeera"),
        ("France 24 (fr)", "France24"),
        ("The Guardian", "Guardian"),
        ("Рейтерс", "Reuters"),
        ("Anadolu Agency", "Anadolu"),
        ("Associated Press", "AP"),
    ],
)
def test_two_names_of_one_outlet_are_the_same(one: str, other: str) -> None:
    assert same_name(one) == same_name(other) != ""


def test_state_media_is_nobody_in_particular() -> None:
    assert same_name("state media") == same_name("the newspaper") == ""
    assert same_name("Gazette") != same_name("Herald")
    assert agency("Gazette") == ""
