from __future__ import annotations

import pytest

from storage.records import WatchList
from worker.steps.compare_pair import BadPair, Known, compare_pair

NOBODY = Known(claims={}, entities=())


@pytest.fixture(scope="module")
def known(watch_list: WatchList) -> Known:
    return Known(claims={c.id: c for c in watch_list.claims}, entities=watch_list.entities)


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
            "unit": "",
            "counts": "people left Raqqa in the convoy",
            "scope": "",
            "quote": "300 people left Raqqa in the convoy",
            "verdict": "lower",
        }
    ]


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


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"id": 1, "text": "t"}, "'claim'"),
        ({"id": 1, "claim": "c", "text": " "}, "'text'"),
        ({"claim": "c", "text": "t"}, "'id'"),
        ({"id": 1, "claim": "c", "text": "t", "date": "yesterday"}, "'date'"),
    ],
)
def test_a_bad_line_names_its_field(line: dict[str, object], said: str) -> None:
    with pytest.raises(BadPair, match=said):
        compare_pair(line, NOBODY)
