from __future__ import annotations

from worker.steps.own_lines import key, own_lines

FIRST = "About 4,000 people were allowed to leave Raqqa under a secret deal, a former spokesman said on Thursday."
SECOND = "He said that the convoy of lorries and buses had been on the road for some days before the end of the battle."
THIRD = "The coalition denied for months that it had any part in it, and its officers would not be named."


def own(
    *lines: str, headlines: tuple[str, ...] = (), linked: frozenset[str] = frozenset(), told_body: str = ""
) -> list[str]:
    return own_lines("\n".join(lines), headlines=headlines, linked=linked, told_body=told_body).split("\n")


def test_the_headline_and_what_stands_over_it_go() -> None:
    told = ("Middle East", "Thousands left Raqqa under secret deal", FIRST, SECOND)
    assert own(*told, headlines=("Thousands left Raqqa under a secret deal",)) == [FIRST, SECOND]


def test_a_sentence_over_the_headline_stays() -> None:
    assert own(FIRST, "Thousands left Raqqa", SECOND, headlines=("Thousands left Raqqa",)) == [FIRST, SECOND]


def test_a_line_far_below_that_says_what_the_headline_says_stays() -> None:
    told = (FIRST, SECOND, THIRD, "Nobody else would say so.", "Thousands left Raqqa", "It was over.")
    assert own(*told, headlines=("Thousands left Raqqa",)) == list(told)


def test_links_to_other_pieces_go_and_a_sentence_that_is_a_link_stays() -> None:
    other = "Ten pictures of the day when the lorries left"
    told = (FIRST, "Read more: The men who drove", "» LESEN SIE AUCH", other, SECOND, THIRD)
    assert own(*told, linked=frozenset({key(other), key(THIRD)})) == [FIRST, SECOND, THIRD]


def test_a_subheading_that_begins_like_one_stays() -> None:
    told = (FIRST, "Related deaths in the camps", SECOND)
    assert own(*told) == list(told)


def test_a_pull_quote_goes_and_the_sentence_it_is_out_of_stays() -> None:
    quote = "The convoy of lorries and buses had been on the road for some days before the end of the battle."
    assert own(FIRST, quote, SECOND) == [FIRST, SECOND]


def test_a_notice_that_is_told_three_times_goes_and_a_table_stays() -> None:
    notice = "This content cannot be shown before you have agreed to the cookies of others"
    assert own(FIRST, notice, SECOND, notice, THIRD, notice) == [FIRST, SECOND, THIRD]
    rows = [f"Village number {n} of the province of Raqqa: no figure known" for n in range(4)] * 3
    assert own(FIRST, *rows) == [FIRST, *rows]


def test_what_stands_below_goes() -> None:
    below = (
        "Follow us on Twitter",
        "Sign up for our newsletter to get it in your inbox.",
        "© Gazette 2017. All rights reserved",
    )
    assert own(FIRST, SECOND, *below) == [FIRST, SECOND]
    assert own(FIRST, SECOND, THIRD, "You may also like", "What became of the lorries") == [FIRST, SECOND, THIRD]


def test_whom_it_is_credited_to_and_what_was_corrected_stays_wherever_it_stands() -> None:
    credit = "Copyright 2017 The Associated Press. All rights reserved."
    correction = "Correction: An earlier version of this article said that 400 people had left."
    assert own(FIRST, SECOND, THIRD, "Newsletter", credit, correction) == [FIRST, SECOND, THIRD, credit, correction]
    assert own(FIRST, SECOND, credit, correction, told_body=f"{FIRST} {SECOND}") == [FIRST, SECOND, credit, correction]


def test_captions_go() -> None:
    assert own(FIRST, "Foto: Jane Doe, Gazette", SECOND) == [FIRST, SECOND]


def test_the_better_part_of_a_text_is_never_what_stands_below() -> None:
    told = ("Short.", "Newsletter", FIRST, SECOND, THIRD)
    assert own(*told) == list(told)


def test_what_the_pages_data_call_the_text_bounds_it() -> None:
    told = (
        "10:30",
        "A lead of its own that is told in no data.",
        FIRST,
        SECOND,
        "Who we are: the Gazette is read in 40 countries.",
    )
    assert own(*told, told_body=f"{FIRST} {SECOND}") == [told[1], FIRST, SECOND]
    assert own(*told, told_body=FIRST) == list(told)  # data that tell the beginning alone
