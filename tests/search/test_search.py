"""Answers, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from storage import word_index
from storage.engine import Store
from storage.records import ArticleId, Figure, Relation
from storage.schema import ArticleRow, FindingRow, RevisionRow, RulingRow
from storage.search.errors import BadQuery
from storage.search.parse import parse
from storage.search.plan import make
from storage.search.run import Page, every_article, search_articles, search_findings
from tests.fakes import NOON
from tests.search.conftest import Ask, Put, day

DISPUTES: dict[str, Any] = {"relation": Relation.DISPUTES}


def ids(page: Page) -> list[ArticleId]:
    return [row["id"] for row in page.rows]


def test_words_phrases_and_what_is_left_out(put: Put, ask: Ask) -> None:
    one = put("A convoy leaves Raqqa", "It had safe passage through the desert.")
    two = put("Raqqa convoys", "Nobody spoke of a passage that was safe.")
    put("Weather", "Rain.")
    assert set(ids(ask("raqqa convoy"))) == {one, two}
    assert ids(ask('"safe passage"')) == [one]
    assert ids(ask('raqqa -"safe passage"')) == [two]
    assert set(ids(ask("rain OR desert"))) == {3, one}
    assert set(ids(ask("-desert"))) == {two, 3}
    assert ids(ask("-(convoy OR passage)")) == [3]


def test_a_phrase_does_not_reach_from_the_title_into_the_text(put: Put, ask: Ask) -> None:
    put("A deal on safe", "passage of fighters")
    assert ids(ask('"safe passage"')) == []


def test_a_word_is_found_in_each_language_by_its_stem(put: Put, ask: Ask) -> None:
    en = put("Civilians were killed", lang="en")
    fr = put("Des civils tués", "Les frappes ont tué des civils.", lang="fr")
    ru = put("Погибшие жители Ракки", lang="ru")
    adjective = put("Военный", "Соглашение.", lang="ru")
    assert ids(ask("военного")) == [adjective]
    ar = put("المدنيون في الرقّة", lang="ar")
    assert ids(ask("civilian")) == [en]
    assert ids(ask("frappe")) == [fr]
    assert ids(ask("житель")) == [ru]
    assert ids(ask("الرقه")) == [ar]  # another ending of the same letters, and a mark less


def test_an_entity_is_found_by_all_its_names_in_all_scripts(put: Put, ask: Ask) -> None:
    found = {put("In Ar-Raqqah"), put("الرقة"), put("Rakka'da", lang="tr")}
    put("Mosul")
    assert set(ids(ask("entity:raqqa"))) == found
    with pytest.raises(BadQuery, match="no entity 'raqa'; did you mean raqqa"):
        ask("entity:raqa")


def test_letters_of_scripts_without_spaces_are_found_inside_of_words(put: Put, ask: Ask) -> None:
    put("拉卡协议", "联军说它不是协议的一方。", lang="zh")
    assert len(ids(ask("联军"))) == 1
    assert ids(ask("军联")) == []


def test_numbers_are_found_however_their_thousands_are_written(put: Put, ask: Ask) -> None:
    put("1,800 killed")
    put("1.800 tote", lang="de")
    assert len(ids(ask("1800"))) == len(ids(ask("1,800"))) == 2


def test_fields_of_findings_side_by_side_speak_of_one_finding(put: Put, ask: Ask) -> None:
    both = put("A", says=({**DISPUTES, "score": 0.9},))
    mild = put("B", says=({**DISPUTES, "score": 0.2},))
    context = put("C", says=({"relation": Relation.CONTEXT, "score": 0.9},))
    put("D")
    assert ids(ask("claim:raqqa-4000 relation:disputes score:>0.8")) == [both]
    assert set(ids(ask("claim:raqqa-* -relation:disputes"))) == {context}
    assert set(ids(ask("relation:disputes,context score:>=0.9"))) == {both, context}
    assert set(ids(ask("topic:raqqa claim-kind:reported event:2017-10"))) == {both, mild, context}
    assert ids(ask("-claim:raqqa-4000")) == [4]
    assert ids(ask("event:2018")) == []


def test_what_disputes_since_a_day(put: Put, ask: Ask) -> None:
    put("A", seen=day("2026-01-01"), says=(DISPUTES,))
    late = put("B", says=(DISPUTES,))
    assert ids(ask("relation:disputes found:7d")) == [late]


def test_figures_by_range_and_by_what_they_count(put: Put, ask: Ask) -> None:
    killed = Figure(low=1600, high=1700, counts="civilians killed")
    one = put("A", says=({"figures": (killed, Figure(low=12, high=12, counts="strikes"))},))
    assert ids(ask("figure:>1000 counts:civilians")) == [one]
    assert ids(ask("figure:1650")) == [one]  # a point in the range
    assert ids(ask("figure:1700..2000 counts:civilians")) == [one]
    assert ids(ask("figure:<100 counts:civilians")) == []  # of one figure, not of two
    assert ids(ask("figure:>1700")) == []
    assert ids(ask("has:figure")) == [one]


def test_fields_of_articles(put: Put, ask: Ask) -> None:
    one = put("A", url="http://news.bbc.example/a", outlet="BBC News", country="GB", kind="UK public broadcaster")
    two = put("B", url="http://bbc.example/b", outlet="Wire", country="TR", kind="Turkish ngo", lang="tr")
    three = put("C", url="http://notbbc.example/c", outlet="BBC Arabic", published=day("2017-11-30"))
    assert set(ids(ask("source:bbc"))) == {one, three}
    assert ids(ask('source:"bbc arabic"')) == [three]
    assert set(ids(ask("source:arabic,wire"))) == {two, three}
    assert set(ids(ask("domain:bbc.example"))) == {one, two}
    assert ids(ask("country:tr")) == ids(ask("lang:tr")) == ids(ask("kind:NGO")) == [two]
    assert ids(ask("published:2017-11")) == ids(ask("until:2018-01-01")) == [three]
    assert set(ids(ask("since:30d"))) == {one, two}
    assert ids(ask("http://bbc.example/b")) == [two]


def test_an_article_without_a_date_goes_by_the_day_it_was_first_seen(put: Put, ask: Ask) -> None:
    one = put("A", published=None, seen=day("2026-01-02"))
    assert ids(ask("published:2026-01-02")) == ids(ask("seen:2026-01-02")) == [one]


def test_copies_are_hidden_unless_asked_for_and_an_empty_query_has_all(put: Put, ask: Ask, store: Store) -> None:
    one, two, seed = put("Deal A"), put("Deal B"), put("Deal C")
    with store.begin() as tx:
        tx.execute(update(ArticleRow).where(ArticleRow.id == two).values(copy_of=one))
        tx.execute(update(ArticleRow).where(ArticleRow.id == seed).values(is_seed_copy=True))
    assert (ids(ask("deal")), ask("deal").notes) == ([one], ("and 1 copy (is:copy)",))
    assert (ids(ask("deal is:copy")), ask("deal is:copy").notes) == ([two], ())
    assert ids(ask("is:seed")) == [seed]
    assert set(ids(ask(""))) == {one, two, seed}


def test_a_persons_word_counts_before_the_machines(put: Put, ask: Ask, store: Store) -> None:
    one, two = put("A", says=(DISPUTES,)), put("B", says=(DISPUTES,))
    for number, article, relation in ((1, one, "supports"), (2, two, "unrelated")):
        with store.begin() as tx:
            told = tx.execute(FindingRow.__table__.select().where(FindingRow.article_id == article)).one()
            row = {"id": number, "claim_id": told.claim_id, "article_id": article, "passage_hash": told.passage_hash,
                   "relation": relation, "adds": ["ruling"], "who": "a person", "why": "", "at": NOON + timedelta(days=1), "machine": {}}  # fmt: skip
            tx.execute(RulingRow.__table__.insert().values(**row))  # type: ignore[attr-defined]
            tx.execute(update(FindingRow).where(FindingRow.article_id == article).values(ruling_id=number))
    assert ids(ask("relation:disputes")) == []
    assert ids(ask("relation:supports by:person adds:ruling")) == [one]
    assert ids(ask("claim:raqqa-4000")) == [one]
    assert set(ids(ask("relation:disputes as-of:2026-11-23"))) == {one, two}  # nobody had ruled yet
    assert ids(ask("relation:supports as-of:2026-11-25")) == [one]


def test_as_of_a_day_the_store_answers_as_it_would_have_then(put: Put, ask: Ask, store: Store) -> None:
    url = "http://gazette.example/edited"
    put(
        "The toll is 1,800",
        "Nothing more was known.",
        url=url,
        published=day("2026-01-01"),
        seen=day("2026-01-01"),
        says=(DISPUTES,),
    )
    put("The toll is 1,335", "It was corrected since.", url=url, published=day("2026-01-01"), seen=day("2026-02-01"))
    assert [row["title"] for row in ask("toll").rows] == ["The toll is 1,335"]
    assert ids(ask("1800")) == []
    then = ask("1800 claim:raqqa-4000 as-of:2026-01-15")
    assert [(row["title"], row["revision"]) for row in then.rows] == [("The toll is 1,800", 1)]
    assert ids(ask("toll as-of:2025-12-31")) == []


class TestPages:
    @pytest.fixture
    def many(self, put: Put) -> list[ArticleId]:
        """Ids, the newest published first; seen the other way round; three of one instant."""
        when = [NOON - timedelta(hours=min(n, 7)) for n in range(10)]
        return [put(f"Deal {n}", published=when[n], seen=NOON + timedelta(hours=n)) for n in range(10)]

    @pytest.mark.parametrize(
        "query", ["deal", "", "sort:seen", "sort:oldest deal", "deal sort:relevance", "source:gazette"]
    )
    def test_page_by_page_every_article_comes_once(self, many: list[ArticleId], ask: Ask, query: str) -> None:
        found, after = [], None
        while True:
            page = ask(query, limit=3, after=after)
            found += ids(page)
            assert page.total == 10
            if (after := page.next) is None:
                break
        assert sorted(found) == sorted(many)
        assert found == ids(ask(query, limit=1000))

    def test_the_newest_published_come_first(self, many: list[ArticleId], ask: Ask) -> None:
        assert ids(ask("deal"))[:7] == many[:7]
        assert ids(ask("deal sort:oldest"))[-7:] == many[:7][::-1]
        assert ids(ask("sort:seen")) == many[::-1]

    def test_what_comes_in_meanwhile_moves_no_page(self, many: list[ArticleId], ask: Ask, put: Put) -> None:
        first = ask("deal", limit=3)
        put("Deal, just in", published=NOON + timedelta(hours=1))
        assert ids(ask("deal", limit=3, after=first.next)) == many[3:6]

    @pytest.mark.parametrize("after", ["", "x", "p", "s1.2", "p99999999999999999999", "p1;drop"])
    def test_an_end_that_no_page_has_is_refused(self, many: list[ArticleId], ask: Ask, after: str) -> None:
        if after:
            with pytest.raises(BadQuery, match="no page of this query ends there"):
                ask("deal", after=after)

    def test_limit_in_the_query_ends_it(self, many: list[ArticleId], ask: Ask, store: Store) -> None:
        assert len(ids(page := ask("deal limit:4"))) == 4
        assert page.next is None
        with store.read() as tx:
            assert len(list(every_article(tx, parse("deal limit:4", now=NOON)))) == 4
            assert len(list(every_article(tx, parse("deal", now=NOON), most=7))) == 7


def test_the_best_match_comes_first_by_relevance(put: Put, ask: Ask) -> None:
    put("Weather", "A convoy was seen in the rain, and much else of no matter to it was told that day and the next.")
    best = put("The convoy", "A convoy of lorries: the convoy was long.", published=NOON - timedelta(days=9))
    assert ids(ask("convoy sort:relevance"))[0] == best
    with pytest.raises(BadQuery, match="no word that must be found"):
        ask("claim:raqqa-4000 sort:relevance")


def test_a_snippet_shows_the_words_where_they_stand(put: Put, ask: Ask) -> None:
    put("Title", "Word. " * 100 + "At last the convoys left ar-Raqqa. " + "More. " * 100)
    ((snippet,),) = [[row["snippet"] for row in ask("convoy raqqa").rows]]
    assert [snippet["text"][a:b] for a, b in snippet["marks"]] == ["convoys", "Raqqa"]
    assert snippet["text"].startswith("… ")
    assert len(snippet["text"]) < 300


def test_facets_say_what_the_answers_are_made_of(put: Put, ask: Ask) -> None:
    put("Deal A", outlet="Gazette", says=(DISPUTES,))
    put("Deal B", outlet="Gazette", published=day("2017-10-14"))
    put("Deal C", outlet="Wire", lang="fr", says=({"relation": Relation.SUPPORTS},))
    facets = ask("deal", facets=True).facets
    assert facets["source"] == [{"value": "Gazette", "count": 2}, {"value": "Wire", "count": 1}]
    assert {row["value"]: row["count"] for row in facets["year"]} == {"2026": 2, "2017": 1}
    assert {row["value"]: row["count"] for row in facets["relation"]} == {"disputes": 1, "supports": 1}
    assert facets["claim"] == [{"value": "raqqa-4000", "count": 2}]


def test_the_year_of_an_article_without_a_date_is_that_of_its_first_sight(put: Put, ask: Ask) -> None:
    put("A", published=None, seen=day("2019-05-01"))
    (year,) = ask("", facets=True).facets["year"]
    assert (year, len(ask("published:2019").rows)) == ({"value": "2019", "count": 1}, 1)


def test_the_mark_of_two_words_finds_and_does_not_rank(put: Put, store: Store) -> None:
    put("A deal")
    with store.read() as tx:
        plan = make(tx, parse('"a deal"', now=NOON))
    marked = store.engine.dialect.name == "postgresql"
    assert any(letter.isupper() for letter in plan.words) is marked
    assert plan.ranked_by.lower() == plan.ranked_by


def test_findings_are_searched_by_the_same_language(put: Put, store: Store) -> None:
    put("A convoy", says=(DISPUTES,))
    put("A deal", says=({"relation": Relation.SUPPORTS},))
    put("A convoy, again", says=({"relation": Relation.CONTEXT, "score": 0.9},))

    def found(query: str, **how: Any) -> list[str]:
        with store.read() as tx:
            return [row["relation"] for row in search_findings(tx, parse(query, now=NOON), **how).rows]

    assert found("claim:raqqa-4000") == ["context", "supports", "disputes"]
    assert found("convoy") == ["context", "disputes"]
    assert found("claim:raqqa-* -relation:disputes") == ["context", "supports"]
    assert found("score:>0.8 source:gazette") == ["context"]
    with store.read() as tx:
        first = search_findings(tx, parse("", now=NOON), limit=2)
        rest = search_findings(tx, parse("", now=NOON), limit=2, after=first.next)
    assert ([row["id"] for row in first.rows + rest.rows], rest.next, first.total) == ([3, 2, 1], None, 3)


def test_a_very_long_page_is_indexed_whole(put: Put, ask: Ask) -> None:
    put("Long", "word " * 20_000 + "needle " * 300 + "x" * 5_000)
    assert len(ids(ask("needle"))) == 1
    assert len(ids(ask("x" * 900))) == 1


def test_quotes_and_backslashes_in_a_page_do_no_harm(put: Put, ask: Ask) -> None:
    put("It's \\ a 'quote' \" and : 1A,2B", "O'Neill's \\' text")
    assert len(ids(ask("O'Neill"))) == 1
    assert len(ids(ask('"1A,2B"'))) == 1


def test_a_removed_revision_is_in_the_index_no_more(put: Put, ask: Ask, store: Store) -> None:
    put("Deal")
    with store.begin() as tx:
        word_index.drop(tx, list(tx.scalars(RevisionRow.__table__.select().with_only_columns(RevisionRow.order_key))))
    assert ids(ask("deal")) == []
    assert len(ids(ask(""))) == 1


def test_more_than_a_thousand_are_not_counted_to_the_end(put: Put, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(4):
        put(f"Deal {n}")
    monkeypatch.setattr("storage.search.run.MOST_COUNTED", 2)
    assert ask("deal", limit=1).count == "2+"
    assert ask("deal", limit=50).count == "2+"


# Constants of both engines' ways, set so that a small store is gone about as a large one is.
WAYS: list[dict[str, float]] = [
    {},
    {"sqlite_way.FEW": 0, "sqlite_way.LED": 0},
    {"sqlite_way._KEYS_A_TEXT": 0},
    {"postgres_way.FEW": 1, "postgres_way.LED": 1, "postgres_way.FEW_TEXTS": 1},  # the newest, then the rest
    {"postgres_way.FEW": 0, "postgres_way.FEW_TEXTS": 3, "postgres_way._KEYS_A_TEXT": 0},
    {"postgres_way.FEW": 1, "postgres_way.LED": 1, "postgres_way.FEW_TEXTS": 1, "postgres_way._MOST_HOLD_IT": -1},
    {"postgres_way.FEW": 1, "postgres_way.LED": 1, "postgres_way.FEW_TEXTS": 1, "postgres_way._MOST_HOLD_IT": 9},
    {"postgres_way._FEW_FIGURES": 0},
]


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_by_whichever_way_the_store_goes_the_answer_is_the_same(
    put: Put, ask: Ask, store: Store, monkeypatch: pytest.MonkeyPatch, way: dict[str, float]
) -> None:
    for name, value in way.items():
        monkeypatch.setattr(f"storage.search.{name}", value)
    says = {"relation": Relation.DISPUTES, "figures": (Figure(low=1600, high=1600, counts="civilians killed"),)}
    days = [
        {"published": day(told), "seen": day(told)} for told in ("2017-11-14", "2017-11-15", "2017-11-16", "2017-11-17")
    ]
    a = put("Deal A", says=(says,), **days[0])
    b = put("Deal B", outlet="Wire", says=({"relation": Relation.SUPPORTS},), **days[1])
    c = put("Weather", says=(says,), **days[2])
    d = put("A deal is a deal", "They left Raqqa.", outlet="Wire", says=(says,), **days[3])
    with store.begin() as tx:
        if tx.dialect.name == "postgresql":
            tx.exec_driver_sql("ANALYZE")
    asked = {
        "deal": [d, b, a],
        "deal sort:oldest": [a, b, d],
        "deal -wire": [d, b, a],
        '"a deal"': [d],
        '"a deal" OR weather': [d, c],
        'deal -"a deal"': [b, a],
        'deal -"a deal" OR weather': [c, b, a],
        '"a deal" claim:raqqa-4000': [d],
        '"deal a" claim:raqqa-4000 relation:disputes': [a],
        '("they left" OR weather) figure:1600': [d, c],
        "deal OR weather": [d, c, b, a],
        "deal claim:raqqa-4000 relation:disputes": [d, a],
        "claim:raqqa-4000": [d, c, b, a],
        "figure:1500..1700 counts:civilians": [d, c, a],
        "figure:1500..1700 deal relation:disputes": [d, a],
        "source:wire deal": [d, b],
        "source:wire deal relation:supports": [b],
        "deal published:2017-11-15..2017-11-16": [b],
        "deal lang:de": [],
        "deal as-of:2017-11-16": [b, a],
        '"a deal" OR weather as-of:2017-11-16': [c],
    }
    for query, found in asked.items():
        page = ask(query, facets=True)
        assert (ids(page), page.total, page.next) == (found, len(found), None), query
        assert sum(row["count"] for row in page.facets["lang"]) == len(found), query
        for after in ("",) if "sort:" in query else ("", " sort:seen"):
            paged, page = [], ask(query + after, limit=1, facets=True)
            while True:
                assert (page.total, sum(row["count"] for row in page.facets["lang"])) == (len(found),) * 2, query
                paged += ids(page)
                if page.next is None:
                    break
                page = ask(query + after, limit=1, after=page.next, facets=True)
            assert paged == (sorted(found, reverse=True) if after else found), query + after
    assert set(ids(ask("deal sort:relevance"))) == {a, b, d}


def test_the_same_words_give_the_same_answer_after_the_index_is_made_anew(put: Put, ask: Ask, store: Store) -> None:
    put("Deal")
    with store.begin() as tx:
        rows = tx.execute(RevisionRow.__table__.select()).all()
        word_index.put(
            tx, [word_index.Words(order_key=r.order_key, lang=r.lang, title=r.title, text=r.text) for r in rows]
        )
    assert len(ids(ask("deal"))) == 1


def test_search_is_asked_by_hand_as_well(store: Store) -> None:
    with store.read() as tx:
        assert search_articles(tx, parse("", now=NOON)).rows == []


def test_a_word_of_which_a_stemmer_leaves_nothing_is_found_as_it_is(put: Put, ask: Ask) -> None:
    one = put("Η συμφωνία", "όταν έφυγαν από τη Ράκα", lang="el")
    assert ids(ask("όταν")) == ids(ask('"όταν έφυγαν"')) == [one]


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("deal -(alpha OR -beta)", lambda words: words == {"beta"}),
        ("deal -(-alpha -beta)", lambda words: bool(words & {"alpha", "beta"})),
        ("deal (alpha OR -beta)", lambda words: "alpha" in words or "beta" not in words),
        ("-(alpha OR -beta)", lambda words: words == {"beta"}),
        ("-(-alpha -beta)", lambda words: bool(words & {"alpha", "beta"})),
        ("deal -(alpha (beta OR -gamma))", lambda words: "alpha" not in words),
    ],
)
def test_minuses_inside_of_minuses_are_answered_as_logic_has_it(
    put: Put, ask: Ask, query: str, holds: Callable[[set[str]], bool]
) -> None:
    told = {put(f"Deal {words}"): set(words.split()) for words in ("alpha", "beta", "alpha beta", "gamma")}
    assert set(ids(ask(query))) == {article for article, words in told.items() if holds(words)}


@pytest.mark.parametrize(
    "query", ["until:9999-01-01", "since:1000", "published:2600", "as-of:9999-12-29", "until:9998-12-31 sort:oldest"]
)
def test_days_beyond_all_articles_are_days(put: Put, ask: Ask, query: str) -> None:
    put("Deal")
    assert len(ask(f"deal {query}").rows) == (0 if query == "published:2600" else 1)


def test_as_of_so_long_ago_is_then_and_not_now(put: Put, ask: Ask) -> None:
    put("Deal", published=NOON - timedelta(days=10), seen=NOON - timedelta(days=10))
    assert len(ask("deal as-of:5d").rows) == 1
    assert ask("deal as-of:30d").rows == []
    with pytest.raises(BadQuery, match="expected one day"):
        ask("as-of:2017..2018")


def test_to_leave_copies_out_brings_none_in(put: Put, ask: Ask, store: Store) -> None:
    one, two = put("Deal A"), put("Deal B")
    with store.begin() as tx:
        tx.execute(update(ArticleRow).where(ArticleRow.id == two).values(copy_of=one))
    assert ids(ask("deal -is:seed")) == ids(ask("deal -is:copy")) == [one]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("claim:raqqa-400", "claim:raqqa-400: there is none; did you mean raqqa-4000"),
        ("topic:raca", "did you mean raqqa"),
        ("source:gazete", "did you mean gazette"),
        ("country:fr", "there are: gb"),
    ],
)
def test_a_name_that_nothing_bears_is_an_error_and_not_silence(put: Put, ask: Ask, query: str, said: str) -> None:
    put("Deal")
    with pytest.raises(BadQuery) as raised:
        ask(query)
    assert said in str(raised.value)


def test_each_finding_answers_for_itself_behind_an_or_too(put: Put, store: Store) -> None:
    put("A", says=(DISPUTES, {"relation": Relation.SUPPORTS, "position": 0, "judge_version": "another"}))
    with store.read() as tx:
        rows = search_findings(tx, parse("relation:disputes OR zzz", now=NOON)).rows
    assert [row["relation"] for row in rows] == ["disputes"]


def test_a_page_of_very_many_words_is_kept_and_found_by_the_first(put: Put, ask: Ask) -> None:
    put("List", " ".join(f"w{n:x}q" for n in range(120_000)))
    assert len(ids(ask("w1q"))) == 1


def test_a_first_page_knows_the_number_however_it_was_led(put: Put, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """From few findings all are found at once; else a page, and then their number."""
    monkeypatch.setattr("storage.search.run.MOST_COUNTED", 2)
    for n in range(4):
        put(f"Deal {n}", says=(DISPUTES,))
    for few in (0, 2_000):
        monkeypatch.setattr("storage.search.sqlite_way.FEW", few)
        monkeypatch.setattr("storage.search.postgres_way.FEW", few)
        page = ask("claim:raqqa-4000", limit=3)
        assert (len(page.rows), page.total, page.count, bool(page.next)) == (3, 2, "2+", True)
        rest = ask("claim:raqqa-4000", limit=3, after=page.next)
        assert (len(rest.rows), rest.count, rest.next) == (1, "2+", None)


def test_without_a_word_the_passage_that_answers_is_shown(put: Put, ask: Ask) -> None:
    put("A", "First of all. " * 40 + "They left in lorries.", says=(DISPUTES,))
    (row,) = ask("relation:disputes").rows
    ((start, end),) = row["snippet"]["marks"]
    assert row["snippet"]["text"][start:end]
    (other,) = ask("lorries relation:disputes").rows
    assert [other["snippet"]["text"][a:b] for a, b in other["snippet"]["marks"]] == ["lorries"]


@pytest.mark.parametrize(
    ("lang", "text", "asked", "marked"),
    [
        ("ru", "Это был большой район города.", "район", ["район"]),
        ("zh", "报道说1800名平民被杀", "平民", ["报道说1800名平民被杀"]),
        ("en", "They said so in _raqqa_ itself.", "raqqa", ["raqqa_", "raqqa"]),
        ("de", "Der Koenig kam.", "könig", ["Koenig"]),
    ],
)
def test_words_of_other_scripts_and_dress_are_marked(
    put: Put, ask: Ask, lang: str, text: str, asked: str, marked: list[str]
) -> None:
    put("Filler. " * 60, text, lang=lang)
    (row,) = ask(asked).rows
    shown = row["snippet"]
    assert {shown["text"][a:b] for a, b in shown["marks"]} & set(marked)


@pytest.mark.parametrize("query", ["figure:>=" + "9" * 320, "sort:seen&after"])
def test_numbers_beyond_all_numbers_are_named(ask: Ask, query: str) -> None:
    with pytest.raises(BadQuery):
        ask(query) if "after" not in query else ask("sort:seen", after="s-144115188075855871.1")
