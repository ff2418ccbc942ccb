"""Who says it, and what a denial or a "no" governs."""

from __future__ import annotations

from typing import Any

import pytest

from storage.records import Act, Certainty, Role
from worker.steps.denials import denials, negated_spans
from worker.steps.match import Matcher
from worker.steps.voices import voice


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The ministry said the deal was made.", {"speaker": "The ministry", "role": Role.OFFICIAL, "act": Act.STATES}),
        ("“We saw the buses go,” said Abu Ali, a driver.", {"speaker": "Abu Ali", "role": Role.WITNESS, "firsthand": True}),
        ("A resident told Reuters that the fighters left.", {"role": Role.WITNESS, "relayed_from": "Reuters"}),
        ("They had verified 641 of these deaths, and held strong reports of others.", {"speaker": ""}),
        ("Reuters reported that 4,000 people left.", {"role": Role.OUTLET, "relayed_from": "Reuters"}),
        ("The fighters left at night, according to AFP.", {"role": Role.OUTLET, "relayed_from": "AFP"}),
        ("The fighters left, the BBC said.", {"role": Role.OUTLET, "relayed_from": "BBC"}),
        ("He told the New York Times that it was so.", {"relayed_from": "New York Times", "speaker": ""}),
        ("A source who asked not to be named said so.", {"role": Role.UNNAMED}),
        ("The SDF said 275 fighters gave up.", {"role": Role.ARMED_GROUP, "entity": "sdf"}),
        ("Amnesty International accused the coalition of killing them.", {"role": Role.MONITOR, "entity": "amnesty", "act": Act.ACCUSES}),
        ("Colonel Ryan Dillon, a spokesman, said it was no secret.", {"entity": "dillon", "role": Role.OFFICIAL}),
        ("Talal Silo, a defector, said thousands left.", {"entity": "silo", "role": Role.WITNESS}),
        ("An official confirmed that the deal was made.", {"act": Act.CONFIRMS}),
        ("The official would neither confirm nor deny the deal.", {"act": Act.STATES}),
        ("Correction: an earlier version gave another number.", {"act": Act.CORRECTS}),
        ("Did the coalition make a deal?", {"certainty": Certainty.QUESTION}),
        ("Fighters allegedly left, residents said.", {"certainty": Certainty.HEDGED}),
        ("The claim was denied by the ministry.", {"speaker": "the ministry", "act": Act.DENIES}),
        ("Le porte-parole a démenti que l'accord existe.", {"speaker": "Le porte-parole", "act": Act.DENIES, "role": Role.OFFICIAL}),
        ("Der Sprecher bestritt, dass es ein Abkommen gab.", {"speaker": "Der Sprecher", "act": Act.DENIES}),
        ("El ministerio negó que hubiera un acuerdo.", {"speaker": "El ministerio", "act": Act.DENIES}),
        ("Представитель коалиции опроверг, что была сделка.", {"speaker": "Представитель коалиции", "act": Act.DENIES}),
        ("نفى التحالف الدولي أن يكون هناك اتفاق.", {"speaker": "التحالف الدولي", "act": Act.DENIES, "entity": "coalition"}),
        ("Sözcü anlaşma iddialarını yalanladı.", {"act": Act.DENIES}),
    ],
)  # fmt: skip
def test_who_says_it_and_how(matcher: Matcher, text: str, told: dict[str, Any]) -> None:
    got = voice(text, matcher.names)
    assert {field: getattr(got, field) for field in told} == told


def test_he_is_the_one_who_spoke_before(matcher: Matcher) -> None:
    text = "Talal Silo said the deal was made in secret. He said that nobody was searched."
    got = voice(text, matcher.names, at=(45, len(text)))
    assert (got.speaker, got.entity) == ("Talal Silo", "silo")


@pytest.mark.parametrize(
    ("sentence", "governed"),
    [
        ("The coalition denied that it had made a deal, but said it watched.", "it had made a deal"),
        ("The coalition denied the deal.", "the deal"),
        ("The SDF, which has denied striking a deal, said 275 gave up.", "striking a deal"),
        ("The account was rejected as false by the coalition.", "The account"),
        ("The ministry rejected the account of the driver as false and contrived.", "the account of the driver"),
        ("Hundreds of fighters left the city, a claim the coalition denies.", "Hundreds of fighters left the city"),
        ("It is not true that the US made a deal, the official said.", "the US made a deal"),
        ("There is no evidence of a secret agreement, investigators found.", "a secret agreement"),
        ("Reports of a deal are false, the spokesman said.", "Reports of a deal"),
        ("Moscow denied it.", None),
        ("The Pentagon denied that the U.S. had agreed to it.", "the U.S. had agreed to it"),
        ("He denied that 1.5 million people had left.", "1.5 million people had left"),
        ("It had no direct role in the talks.", "It had no direct role in the talks"),
        ("Le ministère a démenti que des combattants aient quitté la ville.", "des combattants aient quitté la ville"),
        ("Der Sprecher bestritt, dass es ein Abkommen gab.", "es ein Abkommen gab"),
        ("El portavoz negó que hubiera un acuerdo secreto.", "hubiera un acuerdo secreto"),
        ("Представитель опроверг, что была заключена сделка.", "была заключена сделка"),
        ("Bakanlık, gizli bir anlaşma yapıldığı iddiasını yalanladı.", "gizli bir anlaşma yapıldığı iddiasını"),
    ],
)
def test_what_a_denial_governs(sentence: str, governed: str | None) -> None:
    found = denials(sentence)[0].governs
    assert (sentence[slice(*found)] if found else None) == governed


@pytest.mark.parametrize(
    "sentence",
    [
        "The Pentagon did not deny that buses had left.",
        "Moscow no longer denies that its jets were there.",
        "It cannot be denied that fighters left.",
        "He would neither confirm nor deny the deal.",
        "The coalition has never denied the deal.",
        "La coalition n'a pas nié l'accord.",
        "The convoy was made up of 50 trucks.",
        "Raqqa, which lies on the Euphrates, was left by thousands.",
        "Fighters left the contested city, one of the disputed territories.",
        "It is not a secret that he took bribes.",
        "Der Sprecher hat das Abkommen nicht bestritten.",
        "El portavoz no negó el acuerdo.",
        "Bakanlık iddiayı yalanlamadı.",
        "Ведомство не опровергло это.",
        "لم ينف التحالف الاتفاق.",
    ],
)
def test_a_denial_that_is_undone_is_none(sentence: str) -> None:
    assert denials(sentence) == ()


@pytest.mark.parametrize(
    ("sentence", "governed"),
    [
        ("The fighters did not leave the city, but their families did.", ["did not leave the city"]),
        ("No deal was made while the battle went on.", ["No deal was made"]),
        ("They left without weapons, he said.", ["without weapons"]),
        ("Nobody was held to account, and the general was promoted.", ["Nobody was held to account"]),
        ("The men, who had never fought, left the city.", ["never fought, left the city"]),
        ("Not only fighters left.", []),
        ("There is no doubt that fighters left.", []),
        ("The report could not be verified.", []),
        ("They did not say who had been on the buses.", []),
        ("The mayor of Ramadi immediately left the city.", []),
        ("The fighters won't leave the city.", ["won't leave the city"]),
        ("She did not tell him where the lorries went.", []),
        ("The Pentagon did not deny that buses had left.", []),
        ("Les combattants n'ont pas quitté la ville, mais leurs familles oui.", ["n'ont pas quitté la ville"]),
        ("Es gab kein Abkommen, aber Gespräche.", ["kein Abkommen"]),
        ("Anlaşma yapılmadı.", ["Anlaşma yapılmadı"]),
        ("Сделки не было, но переговоры шли.", ["не было"]),
        ("لم يغادر المقاتلون المدينة لكن عائلاتهم غادرت.", ["لم يغادر المقاتلون المدينة"]),
    ],
)
def test_a_plain_no_reaches_to_the_end_of_its_clause(sentence: str, governed: list[str]) -> None:
    assert [sentence[a:b] for a, b in negated_spans(sentence)] == governed


def test_the_denied_clause_is_told_in_characters_of_the_passage(matcher: Matcher) -> None:
    text = "Buses came at dawn. The coalition denied that it had made a deal."
    got = voice(text, matcher.names, at=(20, len(text)))
    assert got.denied is not None
    assert text[slice(*got.denied)] == "it had made a deal"
    pointing = "About 4,000 people left the city. The coalition denied it."
    got = voice(pointing, matcher.names, at=(34, len(pointing)))
    assert got.denied is not None
    assert pointing[slice(*got.denied)] == "About 4,000 people left the city."


@pytest.mark.parametrize("sentence", ['"Moscow denied it.', "— the SDF denied it", "“The reports are false."])
def test_a_sentence_that_begins_with_a_sign_is_read(sentence: str) -> None:
    assert [d.governs for d in denials(sentence)] == [None]
