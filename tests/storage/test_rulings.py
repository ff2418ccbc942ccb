"""People overrule the judge: their word outlives judges and revisions, and the machine's stays beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from claimwatch import ruling
from claimwatch.errors import BadInput
from claimwatch.relations import with_articles
from storage import articles, findings, queries, removal, seeds
from storage.articles import Reading, ToRead
from storage.engine import Store
from storage.errors import Refused
from storage.records import Adds, ArticleId, ClaimId, ClaimKind, Finding, Relation, SnapshotId
from storage.ruling_history import disagreement, history
from storage.schema import ArticleRow, FindingRow, RulingRow
from tests.builders import a_claim, a_watch_list
from tests.fakes import NOON
from worker.steps.passages import cut

CLAIM = ClaimId("raqqa-4000")
FIRST, SECOND = "About 4,000 people left Raqqa, he said in December.", "The convoy was on the road for some days."
MACHINE = {"relation": "disputes", "adds": ["figure"], "score": 0.6, "reason": "as judged", "judge_version": "j1", "model": "rules"}  # fmt: skip


def revised(store: Store, *passages: str) -> ToRead:
    """The article's next revision, of these paragraphs, as a judge takes it."""
    text = "\n\n".join(passages)
    with store.begin() as tx:
        row = tx.execute(select(ArticleRow)).one()
        reading = Reading(
            canonical_url=row.canonical_url, url=row.url, outlet_id=row.outlet_id, published_feed=None, first_seen=NOON,
            in_baseline=False, snapshot_id=SnapshotId(1), title="Thousands left Raqqa", byline="", lang="en",
            published_page=None, published=NOON, text=text, extractor="test", passages=cut(text),
        )  # fmt: skip
        _article, revision = articles.save(tx, reading, now=NOON, called_until=NOON)
        assert revision is not None
        read = articles.read_newest(tx, revision)
    assert read is not None
    return read


def says(read: ToRead, words: str = FIRST, relation: str = "disputes", judge: str = "j1", **told: Any) -> Finding:
    """What that judge says of the passage with these words."""
    start = read.text.index(words)
    position = next(p.position for p in read.passages if p.start <= start < p.end)
    plain: dict[str, Any] = {
        "claim_id": CLAIM, "position": position, "relation": Relation(relation), "adds": (Adds.FIGURE,), "score": 0.6,
        "reason": "as judged", "start": start, "end": start + len(words), "quote": words, "figures": (), "judge_version": judge,
    }  # fmt: skip
    return Finding(**plain | told)


def judged(store: Store, read: ToRead, *found: Finding, claim_id: ClaimId | None = None) -> None:
    with store.begin() as tx:
        expected = findings.would_stand(tx, read, found, claim_id)
        findings.replace(tx, read, found, now=NOON, claim_id=claim_id)
        stands = findings.live(tx, read.article_id, claim_id)
    assert sorted(stands, key=str) == sorted(expected, key=str)  # a dry run tells what comes


@pytest.fixture
def read(filled: Store) -> ToRead:
    """A revision of two passages, in the first of which judge j1 disputes the claim."""
    made = revised(filled, FIRST, SECOND)
    judged(filled, made, says(made))
    return made


def rows(store: Store) -> list[dict[str, Any]]:
    with store.read() as tx:
        return queries.findings(tx)


def the_row(store: Store) -> dict[str, Any]:
    (row,) = rows(store)
    return row


def told(store: Store) -> list[dict[str, Any]]:
    with store.read() as tx:
        return history(tx)


def correct(
    store: Store, relation: str = "supports", adds: Sequence[str] | None = None, who: str = "Desk"
) -> dict[str, Any]:
    return ruling.correct(store, the_row(store)["id"], relation, adds, who, "read it twice", NOON)


def withdrawn(store: Store) -> list[int]:
    with store.read() as tx:
        return list(
            tx.scalars(select(FindingRow.id).where(FindingRow.withdrawn_at.is_not(None)).order_by(FindingRow.id))
        )


def test_a_correction_counts_everywhere_and_the_machines_word_stays_beside_it(filled: Store, read: ToRead) -> None:
    assert (the_row(filled)["by"], the_row(filled)["ruling"]) == ("rules", None)
    done = correct(filled, "supports", ["denial", "denial"])
    row = the_row(filled)
    assert (done["new"], done["finding"]) == (True, row)
    assert (row["relation"], row["adds"], row["score"], row["reason"], row["by"]) == (
        "supports", ["denial"], 1.0, "read it twice", "person",
    )  # fmt: skip
    assert row["ruling"] == {
        "who": "Desk", "at": "2026-11-23T12:00:00Z", "why": "read it twice", "relation": "supports", "adds": ["denial"],
    }  # fmt: skip
    assert row["machine"] == MACHINE | {"stands": True}
    with filled.read() as tx:
        (claim,) = queries.claims(tx)
        whole = queries.claim(tx, CLAIM)
        (live,) = findings.live(tx, read.article_id)
    assert claim["findings"] == {"supports": 1}
    assert whole is not None
    (article,) = with_articles(whole)["articles_listed"]
    assert (article["relation"], article["says"]) == ("supports", "supports (a person's word)")
    assert (live.relation, live.by_person) == (Relation.SUPPORTS, True)
    (kept,) = told(filled)
    assert (kept["what"], kept["counts"], kept["machine"], kept["passage"]) == ("corrected", True, MACHINE, FIRST)


def test_confirmed_twice_is_confirmed_once(filled: Store, read: ToRead) -> None:
    first = ruling.confirm(filled, the_row(filled)["id"], "Desk", "", NOON)
    again = ruling.confirm(filled, the_row(filled)["id"], "Night desk", "seen too", NOON + timedelta(hours=1))
    assert (first["new"], again["new"], again["ruling"]["who"]) == (True, False, "Desk")
    row = the_row(filled)
    assert (row["relation"], row["adds"], row["score"], row["reason"]) == ("disputes", ["figure"], 1.0, "as judged")
    assert [(t["what"], t["who"]) for t in told(filled)] == [("confirmed", "Desk")]


def test_the_newest_word_counts_and_the_older_ones_stay_in_the_history(filled: Store, read: ToRead) -> None:
    correct(filled, "supports", who="First")
    correct(filled, "mixed", who="Second")
    correct(filled, "mixed", who="Third")  # said already
    assert (the_row(filled)["relation"], the_row(filled)["ruling"]["who"]) == ("mixed", "Second")
    assert [(t["who"], t["relation"], t["counts"]) for t in told(filled)] == [
        ("First", "supports", False), ("Second", "mixed", True),
    ]  # fmt: skip
    assert {t["machine"]["relation"] for t in told(filled)} == {"disputes"}


def test_what_a_person_calls_unrelated_counts_nowhere_and_can_be_called_back(filled: Store, read: ToRead) -> None:
    finding_id = the_row(filled)["id"]
    correct(filled, "unrelated")
    with filled.read() as tx:
        (claim,), whole = queries.claims(tx), queries.article(tx, read.article_id)
        assert (queries.findings(tx), claim["findings"], queries.counts(tx)["findings"]) == ([], {}, 0)
        assert queries.seeds(tx)[0]["findings"] == 0
        assert findings.live(tx, read.article_id) == ()
        (flagged,) = queries.findings(tx, unrelated=True)
    assert whole is not None
    assert (whole["findings"], whole["findings_listed"]) == (0, [])
    assert (flagged["id"], flagged["relation"], flagged["adds"], flagged["withdrawn_at"]) == (
        finding_id, "unrelated", [], None,
    )  # fmt: skip
    judged(filled, read, says(read, judge="j2"))  # nor does another judge bring it back
    assert rows(filled) == []
    with filled.read() as tx:
        (flagged,) = queries.findings(tx, unrelated=True)
    ruling.correct(filled, flagged["id"], "context", None, "Desk", "it does speak of it", NOON)
    assert the_row(filled)["relation"] == "context"


@pytest.mark.parametrize("claim_id", [None, CLAIM])
def test_a_new_judge_leaves_the_persons_word_and_its_own_is_shown_beside_it(
    filled: Store, read: ToRead, claim_id: ClaimId | None
) -> None:
    correct(filled, "supports")
    old = the_row(filled)["id"]
    judged(filled, read, says(read, relation="context", judge="j2"), claim_id=claim_id)
    row = the_row(filled)
    assert (row["relation"], row["ruling"]["who"], row["machine"]["relation"], row["machine"]["judge_version"]) == (
        "supports", "Desk", "context", "j2",
    )  # fmt: skip
    assert row["id"] != old
    assert told(filled)[0]["machine"] == MACHINE  # what it overruled then
    assert told(filled)[0]["finding_id"] == row["id"]


def test_where_a_new_judge_finds_nothing_the_persons_word_holds_until_it_is_taken_back(
    filled: Store, read: ToRead
) -> None:
    correct(filled, "supports")
    judged(filled, read, says(read, SECOND, judge="j2"))
    held, other = rows(filled)
    assert (held["passage"], held["relation"], held["machine"]) == (FIRST, "supports", MACHINE | {"stands": False})
    assert (other["passage"], other["by"]) == (SECOND, "rules")
    judged(filled, read)  # and a third finds nothing at all
    assert [row["id"] for row in rows(filled)] == [held["id"]]
    judged(filled, read, says(read, judge="j1"))  # the first comes back: it says it again
    assert (the_row(filled)["id"], the_row(filled)["machine"]["stands"]) == (held["id"], True)
    judged(filled, read)
    done = ruling.retract(filled, held["id"], "Desk", "I was wrong", NOON)
    assert (done["ruling"]["what"], done["finding"]["withdrawn_at"]) == ("retracted", "2026-11-23T12:00:00Z")
    assert rows(filled) == []
    judged(filled, read)
    assert rows(filled) == []


def test_taken_back_the_machines_word_counts_again(filled: Store, read: ToRead) -> None:
    correct(filled, "supports")
    ruling.retract(filled, the_row(filled)["id"], "Desk", "", NOON)
    row = the_row(filled)
    assert (row["relation"], row["score"], row["by"], row["ruling"]) == ("disputes", 0.6, "rules", None)
    judged(filled, read, says(read, relation="context", judge="j2"))
    assert the_row(filled)["relation"] == "context"
    assert [(t["what"], t["counts"]) for t in told(filled)] == [("corrected", False), ("retracted", False)]
    with pytest.raises(Refused, match="nobody has ruled on it"):
        ruling.retract(filled, the_row(filled)["id"], "Desk", "", NOON)


@pytest.mark.parametrize("finds", [True, False])
def test_in_a_new_revision_the_word_follows_its_passage_to_where_it_stands_now(
    filled: Store, read: ToRead, finds: bool
) -> None:
    correct(filled, "supports")
    old = the_row(filled)
    moved = revised(filled, "An editor's note stands before it now, and pushes all down.", SECOND, FIRST)
    judged(filled, moved, *([says(moved, relation="context", judge="j2")] if finds else []))
    row = the_row(filled)
    assert (row["relation"], row["by"], row["revision"], row["passage"]) == ("supports", "person", 3, FIRST)
    assert row["start"] == moved.text.index(FIRST) != old["start"]
    assert (row["text_hash"], row["machine"]["stands"], row["machine"]["relation"]) == (
        moved.text_hash, finds, "context" if finds else "disputes",
    )  # fmt: skip
    assert withdrawn(filled) == [1, old["id"]]


def test_a_part_of_a_passage_that_is_quoted_is_found_again_in_the_part(filled: Store) -> None:
    first = revised(filled, FIRST, SECOND)
    judged(filled, first, says(first, "4,000 people"))
    correct(filled, "context")
    moved = revised(filled, SECOND, FIRST)
    judged(filled, moved)
    assert (the_row(filled)["passage"], the_row(filled)["start"]) == ("4,000 people", moved.text.index("4,000 people"))


def test_when_the_passage_went_the_finding_goes_and_the_ruling_stays_and_comes_back_with_it(
    filled: Store, read: ToRead
) -> None:
    correct(filled, "supports")
    old = the_row(filled)["id"]
    without = revised(filled, "Now it says that three people left, and names no source for it.", SECOND)
    judged(filled, without)
    assert rows(filled) == []
    (row,) = told(filled)
    assert (row["finding_id"], row["passage_stands"], row["counts"], row["passage"]) == (None, False, True, FIRST)
    with pytest.raises(Refused, match=f"finding {old} .* was withdrawn on 2026-11-23; nothing in article 1 speaks of"):
        ruling.confirm(filled, old, "Desk", "", NOON)
    judged(filled, revised(filled, FIRST, SECOND, "And a line more than it had before."))
    assert (the_row(filled)["relation"], the_row(filled)["by"]) == ("supports", "person")
    assert told(filled)[0]["passage_stands"] is True


def test_to_rule_on_a_withdrawn_finding_is_refused_and_what_stands_is_named(filled: Store, read: ToRead) -> None:
    old = the_row(filled)["id"]
    judged(filled, read, says(read, relation="mixed", judge="j2"))
    now = the_row(filled)["id"]
    with pytest.raises(Refused, match=rf"now stands on the same passage: finding {now} \(mixed\)"):
        ruling.correct(filled, old, "supports", None, "Desk", "w", NOON)
    judged(filled, read, says(read, SECOND, judge="j3"))
    with pytest.raises(Refused, match=rf"now stands elsewhere in the article: finding {now + 1} \(disputes\)"):
        ruling.confirm(filled, old, "Desk", "", NOON)
    assert told(filled) == []


def test_the_same_words_twice_in_an_article_are_ruled_on_together(filled: Store) -> None:
    twice = revised(filled, FIRST, SECOND, FIRST)
    start = twice.text.rindex(FIRST)
    second = replace(says(twice), position=2, start=start, end=start + len(FIRST))
    judged(filled, twice, says(twice), second)
    ruling.correct(filled, rows(filled)[0]["id"], "context", None, "Desk", "w", NOON)
    assert [row["relation"] for row in rows(filled)] == ["context", "context"]


def test_an_opinion_takes_only_context_of_a_person_too(filled: Store, read: ToRead) -> None:
    with filled.begin() as tx:
        seeds.take_over(tx, a_watch_list(claims=(a_claim(kind=ClaimKind.OPINION, figures=()),)), now=NOON)
    judged(filled, read, says(read, relation="context"))
    with pytest.raises(Refused, match="is an opinion, and an opinion takes only context"):
        correct(filled, "supports")
    assert correct(filled, "unrelated")["new"]


def test_nobody_rules_on_a_claim_that_was_retired(filled: Store, read: ToRead) -> None:
    finding_id = the_row(filled)["id"]
    correct(filled, "supports")
    with filled.begin() as tx:
        seeds.take_over(tx, a_watch_list(claims=(a_claim(id=ClaimId("other")),)), now=NOON)
    with pytest.raises(Refused, match="its claim raqqa-4000 was retired on 2026-11-23"):
        ruling.confirm(filled, finding_id, "Desk", "", NOON)
    judged(filled, read)
    assert rows(filled) == []  # nor is a ruling held on one
    with filled.begin() as tx:
        seeds.take_over(tx, a_watch_list(), now=NOON)
    judged(filled, read)
    assert the_row(filled)["relation"] == "supports"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"relation": "refutes"}, "relation: expected one of supports, disputes, mixed, context, unclear, unrelated"),
        ({"adds": ["colour"]}, "adds: expected one of figure, .*, none; got 'colour'"),
        ({"why": " \t"}, "why: say why"),
        ({"why": "x" * 2001}, "at most 2000 characters"),
        ({"who": " \n"}, "who: expected the name"),
        ({"finding_id": 99}, "no finding 99"),
    ],
)
def test_words_that_cannot_be_used_are_told(filled: Store, read: ToRead, asked: dict[str, Any], said: str) -> None:
    plain = {
        "finding_id": the_row(filled)["id"],
        "relation": "mixed",
        "adds": None,
        "who": "Desk",
        "why": "w",
        "now": NOON,
    }
    with pytest.raises(BadInput, match=said):
        ruling.correct(filled, **plain | asked)
    assert told(filled) == []


def test_how_often_people_overrule_is_counted_by_the_machines_relation(filled: Store, read: ToRead) -> None:
    judged(filled, read, says(read), says(read, SECOND, relation="context", adds=()))
    first, second = rows(filled)
    ruling.confirm(filled, second["id"], "Desk", "", NOON)
    correct_to_mixed = ruling.correct(filled, first["id"], "mixed", ["none"], "Desk", "w", NOON)
    assert correct_to_mixed["finding"]["adds"] == []
    counted = disagreement(told(filled))
    assert counted == {
        "confirmed": 1, "corrected": 1, "by_relation": {"disputes": {"mixed": 1}, "context": {"context": 1}},
    }  # fmt: skip
    assert ruling.summary(counted) == "2 rulings count: 1 confirmed, 1 corrected (disputes to mixed 1)"


def test_a_claim_that_was_edited_after_the_ruling_is_marked(filled: Store, read: ToRead) -> None:
    correct(filled, "supports")
    with filled.begin() as tx:
        seeds.take_over(tx, a_watch_list(claims=(a_claim(note="edited"),)), now=NOON + timedelta(days=1))
    assert told(filled)[0]["claim_edited"] is True


def test_rulings_go_with_their_article(filled: Store, read: ToRead) -> None:
    correct(filled, "supports")
    with filled.begin() as tx:
        assert removal.remove(tx, ArticleId(1), reason="r", keys_of=lambda url: [url], now=NOON) is not None
        assert tx.scalars(select(func.count()).select_from(RulingRow)).one() == 0
    assert told(filled) == []


def test_the_database_refuses_a_ruling_of_another_word(filled: Store, read: ToRead) -> None:
    correct(filled, "supports")
    with pytest.raises(IntegrityError), filled.begin() as tx:
        tx.execute(update(RulingRow).values(relation="refutes"))
