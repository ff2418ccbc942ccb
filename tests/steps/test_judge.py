"""The judge on the claims that come with claimwatch. T01 to T07: the traps of docs/method.md."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

import pytest

from claimwatch.judging import load_method
from storage.records import Adds, ClaimKind, Finding, Relation, Verdict, WatchList
from tests.builders import RAQQA, a_claim
from worker.steps.judge import judge
from worker.steps.match import Matcher, build_matcher
from worker.steps.passages import cut

IN_2017 = date(2017, 12, 8)


def found(matcher: Matcher, text: str, *, title: str = "", published: date | None = IN_2017) -> Sequence[Finding]:
    return judge(load_method("built-in"), matcher, text, cut(text), title=title, published=published)


def on(claim_id: str, findings: Sequence[Finding]) -> list[Finding]:
    return [f for f in findings if f.claim_id == claim_id]


def relations(claim_id: str, findings: Sequence[Finding]) -> set[Relation]:
    return {f.relation for f in on(claim_id, findings)}


def test_t01_convoys_of_another_year_are_at_most_context(matcher: Matcher) -> None:
    text = (
        "Convoys of the Syrian Democratic Forces left Raqqa under a deal that gave them safe passage, with families and "
        "weapons, after an agreement with the coalition over a prison that holds ISIS fighters."
    )
    assert found(matcher, text, title="SDF convoys leave Raqqa under secret deal", published=date(2026, 1, 23)) == ()
    later = text + "\nIn 2017 Islamic State fighters had left the city in much the same way."
    got = found(matcher, later, title="SDF convoys leave Raqqa under secret deal", published=date(2026, 1, 23))
    assert {f.relation for f in got} <= {Relation.CONTEXT}


def test_t02_equal_totals_of_opposite_make_up_are_a_conflict(matcher: Matcher) -> None:
    text = "The BBC said that about 250 fighters and about 3,500 members of their families left Raqqa in the convoy."
    got = found(matcher, text, published=date(2017, 11, 14))
    assert relations("raqqa-silo-4000", got) == {Relation.DISPUTES}
    (against_the_defector,) = on("raqqa-silo-4000", got)
    verdicts = {(f.low, f.verdict) for f in against_the_defector.figures}
    assert verdicts == {(250, Verdict.LOWER), (3500, Verdict.DIFFERENT_THING)}
    assert relations("raqqa-convoy-composition", got) == {Relation.SUPPORTS}


def test_t07_a_total_of_the_whole_operation_is_never_the_figure_of_raqqa(matcher: Matcher) -> None:
    text = (
        "The coalition said that at least 1,417 civilians were killed by its strikes in Iraq and Syria since 2014, and that "
        "the battle of Raqqa in 2017 was among the hardest."
    )
    got = found(matcher, text, title="Coalition report on civilians killed in Raqqa", published=date(2021, 5, 1))
    assert relations("raqqa-civilians-1800", got) <= {Relation.CONTEXT}
    assert all(
        figure.verdict is Verdict.DIFFERENT_THING for f in on("raqqa-civilians-1800", got) for figure in f.figures
    )


def test_the_defectors_account_supports_with_his_figures(matcher: Matcher) -> None:
    text = (
        "Talal Silo told Reuters that about 4,000 people left Raqqa under the deal, all but about 500 of them fighters."
    )
    (finding,) = on("raqqa-silo-4000", found(matcher, text))
    assert finding.relation is Relation.SUPPORTS
    assert Adds.REPEATS in finding.adds
    assert {f.verdict for f in finding.figures} == {Verdict.SAME}


@pytest.mark.parametrize(
    "text",
    [
        "قال طلال سلو لوكالة رويترز إن نحو 4000 شخص من المقاتلين وعائلاتهم غادروا الرقة بموجب اتفاق.",
        "Талал Сило рассказал агентству, что около 4000 человек покинули Ракку по договорённости.",
        "Talal Silo, yaklaşık 4.000 kişi Rakka'dan ayrıldı dedi; anlaşma gizliydi.",
    ],
)
def test_names_and_figures_are_known_in_other_languages(matcher: Matcher, text: str) -> None:
    assert relations("raqqa-silo-4000", found(matcher, text)) == {Relation.SUPPORTS}


def test_a_denial_of_the_defectors_account_disputes_his_claim_and_no_other_of_him(matcher: Matcher) -> None:
    text = "The coalition rejected the account of Talal Silo on Raqqa as false and contrived."
    got = found(matcher, text)
    assert relations("raqqa-silo-4000", got) == {Relation.DISPUTES}
    assert relations("raqqa-turkish-official", got) <= {Relation.CONTEXT, Relation.UNCLEAR}


def test_a_denial_in_the_claims_own_words_disputes(matcher: Matcher) -> None:
    text = (
        "The US-led coalition denied that it was a party to a secret agreement under which ISIS fighters and their families "
        "left Raqqa."
    )
    (finding,) = on("raqqa-deal-us-party", found(matcher, text))
    assert (finding.relation, Adds.DENIAL in finding.adds) == (Relation.DISPUTES, True)
    assert "denied" in finding.reason


def test_a_denial_of_something_else_disputes_nothing(matcher: Matcher) -> None:
    text = "Syria and Russia denied that Damascus had used chemical weapons near Raqqa; the coalition watched ISIS fighters."
    assert Relation.DISPUTES not in {f.relation for f in found(matcher, text)}


@pytest.mark.parametrize(
    "text",
    [
        "The US did not make a secret agreement under which ISIS fighters and their families left Raqqa in October 2017.",
        "There was never any secret agreement of the US and the coalition under which ISIS fighters and their families left Raqqa.",
        "The US made no secret agreement under which ISIS fighters and their families left Raqqa, watched by the coalition.",
    ],
)
def test_a_plain_no_in_the_claims_own_words_disputes(matcher: Matcher, text: str) -> None:
    assert relations("raqqa-deal-us-party", found(matcher, text)) == {Relation.DISPUTES}


def test_no_civilians_killed_disputes_a_count_of_them(matcher: Matcher) -> None:
    text = "The US air campaign killed no civilians in Raqqa in 2017, the ministry said."
    assert relations("raqqa-civilians-1800", found(matcher, text)) == {Relation.DISPUTES}


def test_two_negations_are_not_agreement_for_sure(matcher: Matcher) -> None:
    text = "Nobody was held to account for the strike near Deir ez-Zor in September 2016, and CENTCOM was not asked."
    assert relations("deir-ez-zor-2016-unaccountable", found(matcher, text)) <= {
        Relation.UNCLEAR,
        Relation.SUPPORTS,
        Relation.CONTEXT,
    }


def test_not_denied_is_no_denial(matcher: Matcher) -> None:
    text = "The coalition did not deny the secret agreement under which ISIS fighters and their families left Raqqa."
    assert Relation.DISPUTES not in relations("raqqa-deal-us-party", found(matcher, text))


def test_a_denial_or_a_no_of_another_clause_disputes_nothing(matcher: Matcher) -> None:
    for aside in ("but denied that it had shelled a school", "while the council denied a rise in prices"):
        text = (
            f"The US-led coalition made a secret agreement under which ISIS fighters and families left Raqqa, {aside}."
        )
        got = relations("raqqa-deal-us-party", found(matcher, text))
        assert got
        assert Relation.DISPUTES not in got
    text = "ISIS fighters and their families left Raqqa under a secret agreement of the US, but nobody was searched."
    assert Relation.DISPUTES not in relations("raqqa-deal-us-party", found(matcher, text))


def test_a_count_of_the_whole_war_is_context_with_the_reason(matcher: Matcher) -> None:
    text = "The air campaign of the coalition killed 1,900 civilians in Iraq and Syria, among them some in Raqqa."
    got = on("raqqa-civilians-1800", found(matcher, text, published=date(2018, 1, 30)))
    assert {f.relation for f in got} <= {Relation.CONTEXT}


def test_a_lower_count_of_the_same_thing_disputes_with_the_figure(matcher: Matcher) -> None:
    text = "More than 1,600 civilians were killed in Raqqa by the US-led coalition in 2017, Amnesty International said."
    (finding,) = on("raqqa-civilians-1800", found(matcher, text, published=date(2019, 4, 25)))
    assert (finding.relation, finding.adds) == (Relation.DISPUTES, (Adds.FIGURE,))


def test_a_single_strike_is_no_rival_of_the_total(matcher: Matcher) -> None:
    text = "A US-led coalition air strike killed at least 18 civilians in Raqqa on Tuesday, a monitor said."
    assert relations("raqqa-civilians-1800", found(matcher, text, published=date(2017, 10, 4))) <= {Relation.CONTEXT}


def test_an_opinion_gets_only_context(matcher: Matcher, watch_list: WatchList) -> None:
    opinions = {c.id for c in watch_list.claims if c.kind is ClaimKind.OPINION}
    assert opinions
    text = (
        "A court rejected as false the lawsuit that someone should be held to account and that a court action against the US "
        "government should be brought for supporting terrorism."
    )
    got = [f for f in found(matcher, text, published=date(2018, 1, 5)) if f.claim_id in opinions]
    assert {f.relation for f in got} == {Relation.CONTEXT}


def test_an_article_of_before_the_event_says_nothing_of_it(matcher: Matcher) -> None:
    text = "About 4,000 people, fighters and families together, left Raqqa under a secret deal with the coalition."
    assert on("raqqa-silo-4000", found(matcher, text, published=date(2016, 1, 1))) == []


def test_an_acronym_counts_in_capitals_only() -> None:
    from storage.records import Entity

    names = build_matcher([], [Entity(slug="car", names={"en": ("CAR",)}), RAQQA]).names
    assert names.within("The CAR report on Raqqa") == {"car", "raqqa"}
    assert names.within("a car bomb in a carpet shop") == frozenset()
    assert names.within("وبالرقة") == {"raqqa"}


def test_every_quotation_stands_in_the_text_inside_its_passage(matcher: Matcher) -> None:
    text = (
        "BBC sources said hundreds of fighters left Raqqa.\nAbout 4,000 people left, Talal Silo said. It was denied.\n"
        "The convoy went to Deir ez-Zor. Nobody was held to account."
    )
    passages = {p.position: p for p in cut(text)}
    got = found(matcher, text)
    assert got
    for f in got:
        assert f.quote == text[f.start : f.end]
        assert passages[f.position].start <= f.start < f.end <= passages[f.position].end
        assert 0 < f.score <= 1
        assert f.reason
        assert f.judge_version == load_method("built-in").version


def test_the_order_of_claims_changes_nothing(watch_list: WatchList) -> None:
    text = "Talal Silo said about 4,000 people left Raqqa; the coalition denied a secret agreement with ISIS fighters there."
    claims = list(watch_list.claims)
    first = found(build_matcher(claims, watch_list.entities), text)
    random.Random(7).shuffle(claims)
    assert found(build_matcher(claims, watch_list.entities), text) == first


def test_at_most_three_passages_a_claim(matcher: Matcher) -> None:
    line = "Talal Silo said about 4,000 people, fighters and family members together, left Raqqa under a deal."
    got = found(matcher, "\n".join(f"{line} Day {n}." for n in range(9)))
    assert len(on("raqqa-silo-4000", got)) == 3


def test_an_article_about_something_else_gets_nothing(matcher: Matcher) -> None:
    assert (
        found(
            matcher, "Growers lifted their sugar beet three weeks late because 4,000 fields were too wet to be worked."
        )
        == ()
    )


def test_one_claim_alone_is_matched_too() -> None:
    matcher = build_matcher([a_claim()], [RAQQA])
    assert (
        found(matcher, "About 4,000 people left Raqqa under a secret deal, he said.")[0].relation is Relation.SUPPORTS
    )


def test_three_who_support_do_not_hide_the_one_who_disputes(matcher: Matcher) -> None:
    text = (
        "Talal Silo said about 4,000 people left Raqqa, fighters and families together.\n"
        "According to Talal Silo some 4,000 people, families and fighters, left Raqqa under the deal.\n"
        "Around 4,000 people left Raqqa, said Talal Silo, most of them fighters.\n"
        "Talal Silo's account that about 4,000 people left Raqqa under a deal is false: only 300 people left Raqqa, an officer said."
    )
    assert {Relation.SUPPORTS, Relation.DISPUTES} <= relations("raqqa-silo-4000", found(matcher, text))
