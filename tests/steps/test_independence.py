from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from storage.records import ArticleId, Heard
from worker.steps.independence import voices


def heard(number: int, outlet: str, **told: object) -> Heard:
    plain: dict[str, object] = {"article_id": ArticleId(number), "story": ArticleId(number), "outlet": outlet}
    return Heard(**plain | told)  # type: ignore[arg-type]


def reasons(*articles: Heard) -> list[tuple[tuple[int, ...], list[str]]]:
    return [(group.articles, [str(join) for join in group.joins]) for group in voices(articles).groups]


def test_articles_without_a_tie_are_voices_of_their_own() -> None:
    told = voices([heard(1, "Gazette"), heard(2, "Herald"), heard(3, "Monitor")])
    assert (str(told), told.copies) == ("3 articles, 3 independent", 0)
    assert all(group.joins == () for group in told.groups)


def test_a_person_can_read_why_articles_are_one_voice() -> None:
    assert reasons(
        heard(1, "Gazette"),
        heard(2, "Herald", story=ArticleId(1)),
        heard(3, "BBC News", owner="BBC"),
        heard(4, "BBC Arabic", owner="BBC"),
        heard(5, "Monitor", wire="Reuters"),
        heard(6, "Times", wire="Reuters"),
        heard(7, "Star"),
    ) == [
        ((1, 2), ["same text: story 1"]),
        ((3, 4), ["same owner: BBC"]),
        ((5, 6), ["same wire text: Reuters"]),
        ((7,), []),
    ]


def test_what_an_outlet_took_from_another_is_no_voice_beside_it() -> None:
    report = heard(1, "BBC News", owner="BBC")
    relay = heard(2, "Gazette", relayed=frozenset({"BBC"}))
    again = heard(3, "Herald", relayed=frozenset({"the BBC", "Би-би-си"}))
    assert reasons(report, relay, again) == [((1, 2, 3), ["taken from: BBC"])]


def test_an_agency_its_reprint_and_a_piece_that_quotes_it_are_one() -> None:
    told = reasons(
        heard(1, "Reuters"), heard(2, "Gazette", wire="Reuters"), heard(3, "H", relayed=frozenset({"Рейтер"}))
    )
    assert [articles for articles, _why in told] == [(1, 2, 3)]


def test_one_that_quotes_an_agency_and_speaks_for_itself_too_is_a_voice() -> None:
    own = heard(2, "Gazette", relayed=frozenset({"Reuters", ""}))
    both = heard(3, "Herald", relayed=frozenset({"Reuters", "AFP"}))
    nobody = heard(4, "Star", relayed=frozenset({"state media"})), heard(5, "Sun", relayed=frozenset({"state media"}))
    assert voices([heard(1, "Reuters"), own, both, *nobody]).independent == 5


def test_ties_reach_through_one_another() -> None:
    told = voices([
        heard(1, "A", wire="AP"), heard(2, "B", wire="AP", owner="Chain"), heard(3, "C", owner="Chain"),
        heard(4, "D", story=ArticleId(3)),
    ])  # fmt: skip
    assert (told.articles, told.independent, told.copies) == (4, 1, 1)
    assert len(told.groups[0].joins) == 3


def test_the_same_article_twice_is_one() -> None:
    assert str(voices([heard(1, "A"), heard(1, "A")])) == "1 article"
    assert str(voices([])) == "0 articles"


OUTLETS = st.sampled_from(["BBC News", "Gazette", "Herald", "Reuters", "Anadolu"])
HEARD = st.builds(
    Heard,
    article_id=st.integers(1, 12).map(ArticleId),
    story=st.integers(1, 12).map(ArticleId),
    outlet=OUTLETS,
    owner=st.sampled_from(["", "BBC", "Chain"]),
    wire=st.sampled_from(["", "", "Reuters", "AP"]),
    relayed=st.frozensets(st.sampled_from(["", "BBC", "AFP", "state media"]), max_size=2),
)


@given(st.lists(HEARD, max_size=12, unique_by=lambda one: one.article_id), st.randoms())
def test_there_are_never_more_voices_than_articles_and_order_is_nothing(articles: list[Heard], dice: object) -> None:
    told = voices(articles)
    assert 0 <= told.independent <= told.articles == len(articles)
    assert told.independent <= told.articles - told.copies
    assert sorted(a for group in told.groups for a in group.articles) == sorted(one.article_id for one in articles)
    shuffled = list(articles)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert voices(shuffled) == told
    for fewer in range(len(articles)):
        assert voices(articles[:fewer]).articles == fewer
