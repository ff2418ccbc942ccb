from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwatch.judging import load_method
from claimwatch.watchlist import DEFAULT_WATCH_LIST, read_watch_list
from worker.steps.compare_pair import BadPair, Known, compare_pairs, read_line

NOBODY = Known(claims={}, entities=())


def compare_pair(line: Mapping[str, Any], known: Known) -> dict[str, Any]:
    method = load_method("built-in")
    (answer,) = compare_pairs([read_line(line, known, method)], method)
    return answer


def _watched() -> Known:
    listed = read_watch_list(DEFAULT_WATCH_LIST)
    return Known(claims={c.id: c for c in listed.claims}, entities=listed.entities)


WATCHED = _watched()


@pytest.fixture
def known() -> Known:
    return WATCHED


def test_the_answer_has_the_fields_that_other_programs_count_on(known: Known) -> None:
    line = {
        "id": "x1",
        "claim": "About 4,000 people left Raqqa.",
        "claim_event": "2017-10-12/2017-10-15",
        "title": "Fewer left Raqqa than said",
        "text": "Only 300 people left Raqqa in the convoy, the council said in October 2017.",
        "date": "2017-11-01",
    }
    got = compare_pair(line, known)
    assert list(got) == ["id", "relation", "adds", "score", "passage", "figures", "reason"]
    assert (got["id"], got["relation"], got["passage"]) == ("x1", "disputes", line["text"])
    assert got["figures"] == [
        {
            "low": 300.0,
            "high": 300.0,
            "bound": "exact",
            "approx": False,
            "unit": "people",
            "counts": "people",
            "scope": "Raqqa",
            "quote": "300 people",
            "verdict": "lower",
        }
    ]


def test_a_text_that_is_blank_is_unrelated_and_stops_no_file() -> None:
    got = compare_pair({"id": 1, "claim": "The mayor took bribes.", "title": "Mayor", "text": " \n"}, NOBODY)
    assert (got["relation"], got["passage"], got["reason"]) == ("unrelated", "", "there is no text")


def test_a_pair_alone_is_told_the_same_as_among_others() -> None:
    method = load_method("strong")
    texts = [
        "The mayor took no bribes.",
        "The mayor of Springfield took bribes in 2019, a court found. " * 3,
        "Bread is dear.",
    ]
    pairs = [
        read_line({"id": i, "claim": "The mayor took bribes.", "title": "", "text": t}, NOBODY, method)
        for i, t in enumerate(texts)
    ]
    assert compare_pairs(pairs, method) == [compare_pairs([pair], method)[0] for pair in pairs]


def test_a_claim_of_any_length_is_read() -> None:
    method = load_method("strong")
    line = {
        "id": 1,
        "claim": "The mayor took bribes and sold the bridge. " * 60,
        "title": "",
        "text": "The mayor took bribes.",
    }
    (answer,) = compare_pairs([read_line(line, NOBODY, method)], method)
    assert 0 <= answer["score"] <= 1


def test_a_number_without_end_is_no_figure() -> None:
    got = compare_pair(
        {"id": 1, "claim": "About 4,000 people left.", "title": "", "text": f"{'9' * 400} people left."}, NOBODY
    )
    assert got["figures"] == []


def test_the_event_may_be_a_month(known: Known) -> None:
    (claim,) = known.matcher_of("", "Convoys left.", "2017-10").claims.values()
    assert (str(claim.event_from), str(claim.event_to)) == ("2017-10-01", "2017-10-31")


# What rules stumble over: words that they look for, at the ends of a text, with nothing before or behind.
_PIECES = [
    *(
        "denied",
        "denied it",
        "which the ministry denied",
        "did not",
        "no",
        "false",
        "nicht",
        "n'a pas",
        "نفى",
        "опроверг",
        "it",
    ),
    *("4,000", "40", "40 percent", "per cent", "%", "$", "1.5", "million", "some two dozen", "up to", "between", "and"),
    *("Raqqa", "fighters", "left", "were killed", "in October 2017", "last", "September 2016", "the SDF", "he said"),
    *(
        ".",
        ",",
        ";",
        ":",
        "—",
        "-",
        "“",
        "”",
        '"',
        "'",
        "(",
        ")",
        "\n",
        "\n\n",
        "…",
        "🙂",
        "²",
        "①",
        "\u200f",
        "x" * 300,
    ),
]


@settings(max_examples=300, deadline=None)
@given(text=st.lists(st.sampled_from(_PIECES), min_size=1, max_size=14).map(" ".join), listed=st.booleans())
def test_no_text_stops_it_and_each_passage_stands_in_the_text(text: str, *, listed: bool) -> None:
    line = {"id": 1, "claim": "Some 4,000 fighters left Raqqa.", "title": text[:40], "text": text, "date": "2018-01-01"}
    if listed:
        line["claim_id"] = "raqqa-silo-4000"
    got = compare_pair(line, WATCHED)
    assert got["passage"] in text
    assert got["relation"] == "unrelated" or got["passage"]
    assert 0 <= got["score"] <= 1


@pytest.mark.parametrize("text", ["...", "\n\n a", "🙂", "A. B. C. D. E. F. G. H. I.", "1", "—"])
@pytest.mark.parametrize("claim", ["the of and", "A", "🙂", "4,000"])
def test_what_says_nothing_is_no_side(claim: str, text: str) -> None:
    assert relation(claim, text) in ("unrelated", "context")


def test_in_a_language_that_the_model_does_not_read_the_rules_decide() -> None:
    claim = "التحالف الدولي وقع اتفاق الرقة"
    assert relation(claim, "نفى التحالف الدولي أنه وقع اتفاق الرقة.") == "disputes"
    assert relation(claim, "زار التحالف الدولي مدينة الرقة.") in ("unrelated", "context")


def test_another_matter_is_unrelated() -> None:
    line = {
        "id": 1,
        "claim": "The mayor sold the bridge to a bank.",
        "title": "",
        "text": "It rained on the fields all week long.",
    }
    assert compare_pair(line, NOBODY)["relation"] == "unrelated"


def test_a_claim_of_the_list_is_known_by_its_id(known: Known) -> None:
    line = {
        "id": 1,
        "claim": "as in the list",
        "claim_id": "raqqa-civilians-1800",
        "title": "Amnesty on Raqqa",
        "text": "More than 1,600 civilians were killed in Raqqa by the coalition in 2017.",
        "date": "2019-04-25",
    }
    assert compare_pair(line, known)["relation"] == "disputes"


def relation(claim: str, text: str, known: Known = NOBODY) -> str:
    return str(compare_pair({"id": 1, "claim": claim, "title": "", "text": text}, known)["relation"])


@pytest.mark.parametrize(
    "text",
    [
        "The mayor of Springfield did not take bribes in 2019, the court ruled.",
        "The mayor of Springfield took no bribes in 2019, an inquiry found.",
        "The mayor of Springfield was cleared of taking bribes in 2019.",
    ],
)
def test_the_contrary_is_not_support(text: str) -> None:
    assert relation("The mayor took bribes in Springfield in 2019.", text) == "disputes"


def test_another_figure_of_the_same_word_is_not_support() -> None:
    assert (
        relation("The mayor took 40,000 dollars in Springfield.", "The mayor of Springfield took 90,000 dollars.")
        == "mixed"
    )


def test_a_claim_of_the_list_is_known_by_its_words_too(known: Known) -> None:
    text = "More than 1,600 civilians were killed in Raqqa by the US-led coalition between June and October 2017."
    claim = known.claims["raqqa-civilians-1800"].text
    assert (
        relation(claim, text, known)
        == relation("The air campaign killed over 1,800 civilians in Raqqa in 2017.", text, known)
        == "disputes"
    )


def test_a_claim_that_comes_again_is_not_indexed_again(known: Known) -> None:
    first = known.matcher_of("", "The mayor took bribes.", "2019")
    assert known.matcher_of("", "The mayor took bribes.", "2019") is first
    other = known.matcher_of("", "The mayor took bribes.", "2020")
    assert [c.event_from.year for m in (first, other) for c in m.claims.values() if c.event_from] == [2019, 2020]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"id": 1, "text": "t"}, "'claim'"),
        ({"id": 1, "claim": "c"}, "'text'"),
        ({"claim": "c", "text": "t"}, "'id'"),
        ({"id": 1, "claim": "c", "text": "t", "date": "yesterday"}, "'date'"),
    ],
)
def test_a_bad_line_names_its_field(line: dict[str, object], said: str) -> None:
    with pytest.raises(BadPair, match=said):
        compare_pair(line, NOBODY)
