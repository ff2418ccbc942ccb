from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, StatementError

from claimwatch.judging import load_method
from storage import articles, findings, queries, seeds, snapshots
from storage.articles import text_hash
from storage.engine import Store
from storage.errors import Refused
from storage.records import Act, Adds, Bound, ClaimId, Figure, Finding, Relation, RevisionId, Role, Verdict, Voice
from storage.schema import BlobRow, FeedRow, FindingRow, RevisionRow
from tests.builders import SILO, a_claim, a_watch_list
from tests.fakes import NOON
from tests.filling import all_articles


def test_an_article_with_its_dates_text_and_findings(filled: Store) -> None:
    with filled.read() as tx:
        (row,) = all_articles(tx)
        whole = queries.article(tx, row["id"])
        (finding,) = queries.findings(tx, claim_id="raqqa-4000")
    assert (row["url"], row["title"], row["outlet"]) == ("http://gazette.example/a", "Thousands left Raqqa", "Gazette")
    assert (row["published"], row["first_seen"]) == ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z")
    assert whole is not None
    assert SILO[0] in whole["text"]
    assert finding["passage"] == whole["text"][finding["start"] : finding["end"]]
    assert finding["text_hash"] == text_hash(whole["text"])


def test_a_snapshot_comes_back_byte_for_byte_and_a_changed_one_is_refused(filled: Store) -> None:
    with filled.begin() as tx:
        from storage.records import SnapshotId

        body = b"<html>" + bytes(range(256)) * 40
        kept = snapshots.save(
            tx, snapshots.pack(body), size_bytes=len(body), url="http://x.example/", final_url="http://x.example/",
            fetched_at=NOON, status=200, headers={"content-type": "text/html", "set-cookie": "secret"},
        )  # fmt: skip
        again = snapshots.load(tx, SnapshotId(kept))
        assert again is not None
        assert (again.body, again.headers) == (body, {"content-type": "text/html"})
        tx.execute(update(BlobRow).values(zstd=snapshots.pack(b"other")[1]))
        with pytest.raises(Refused, match="do not match their hash"):
            snapshots.load(tx, kept)


def a_finding(**told: object) -> Finding:
    plain: dict[str, object] = {
        "claim_id": "raqqa-4000", "position": 0, "relation": Relation.CONTEXT, "adds": (), "score": 0.5, "reason": "r",
        "start": 0, "end": 5, "quote": "A for", "figures": (), "judge_version": "test",
    }  # fmt: skip
    return Finding(**plain | told)  # type: ignore[arg-type]


def to_read(store: Store) -> articles.ToRead:
    with store.begin() as tx:
        read = articles.lease_unjudged(tx, RevisionId(1), "another judge", now=NOON, until=NOON + timedelta(minutes=1))
    assert read is not None
    return read


def test_findings_of_a_new_judge_take_the_place_of_the_old_which_are_kept(filled: Store) -> None:
    read = to_read(filled)
    with filled.begin() as tx:
        findings.replace(tx, read, [a_finding(quote=read.text[:5])], now=NOON)
        (live,) = queries.findings(tx)
        assert live["judge_version"] == "test"
        versions = tx.execute(select(FindingRow.judge_version, FindingRow.withdrawn_at).order_by(FindingRow.id)).all()
    assert [(v.judge_version, v.withdrawn_at is None) for v in versions] == [
        (load_method("built-in").version, False),
        ("test", True),
    ]


def test_what_another_model_said_is_withdrawn_and_kept_though_the_rules_are_the_same(filled: Store) -> None:
    read = to_read(filled)
    for model, relation in (("rules", Relation.CONTEXT), ("strong 2026-11", Relation.DISPUTES)):
        with filled.begin() as tx:
            findings.replace(tx, read, [a_finding(quote=read.text[:5], model=model, relation=relation)], now=NOON)
    with filled.read() as tx:
        (live,) = queries.findings(tx)
        kept = tx.execute(
            select(FindingRow.model, FindingRow.relation, FindingRow.withdrawn_at).where(
                FindingRow.judge_version == "test"
            )
        )
        rows = [(row.model, row.relation, row.withdrawn_at is None) for row in kept]
    assert live["model"] == "strong 2026-11"
    assert sorted(rows) == [("rules", "context", False), ("strong 2026-11", "disputes", True)]


def test_a_finding_comes_back_as_it_was_kept(filled: Store) -> None:
    read = to_read(filled)
    figure = Figure(low=250, high=300, bound=Bound.AT_LEAST, counts="fighters", verdict=Verdict.LOWER)
    said = a_finding(
        quote=read.text[:5],
        adds=(Adds.FIGURE, Adds.DENIAL),
        figures=(figure,),
        model="built-in 2026-11",
        voice=Voice(speaker="a spokesman", role=Role.OFFICIAL, relayed_from="Gazette", act=Act.DENIES, denied=(3, 5)),
    )
    with filled.begin() as tx:
        findings.replace(tx, read, [said], now=NOON)
    with filled.read() as tx:
        assert findings.live(tx, read.article_id) == (said,)
        (row,) = queries.findings(tx)
    assert (row["voice"]["speaker"], row["model"], row["score"]) == ("a spokesman", said.model, said.score)


def test_findings_on_one_claim_are_replaced_and_those_on_others_left_alone(filled: Store) -> None:
    with filled.begin() as tx:
        two = a_watch_list(claims=(a_claim(), a_claim(id=ClaimId("other"))))
        seeds.take_over(tx, two, now=NOON)
    read = to_read(filled)
    other = a_finding(quote=read.text[:5], claim_id=ClaimId("other"))
    with filled.begin() as tx:
        before = findings.live(tx, read.article_id)
        findings.replace(tx, read, [other], now=NOON, claim_id=ClaimId("other"))
        assert findings.live(tx, read.article_id) == (*before, other)
        findings.replace(tx, read, [], now=NOON, claim_id=ClaimId("raqqa-4000"))
        assert findings.live(tx, read.article_id) == (other,)
    with pytest.raises(Refused, match="only those on raqqa-4000"), filled.begin() as tx:
        findings.replace(tx, read, [other], now=NOON, claim_id=ClaimId("raqqa-4000"))


def refused(store: Store, read: articles.ToRead, said: str, **told: object) -> None:
    """`replace` refuses that finding with those words, and what stood before stands."""
    with store.read() as tx:
        before = queries.findings(tx)
    with pytest.raises(Refused, match=said), store.begin() as tx:
        findings.replace(tx, read, [replace(a_finding(quote=read.text[:5]), **told)], now=NOON)  # type: ignore[arg-type]
    with store.read() as tx:
        assert queries.findings(tx) == before


@pytest.mark.parametrize(
    "told", [{"quote": "never said"}, {"end": 9_999_999}, {"position": 99}, {"start": 5, "end": 9}]
)
def test_a_quotation_that_does_not_stand_in_the_text_is_refused(filled: Store, told: dict[str, object]) -> None:
    refused(filled, to_read(filled), "does not stand in the text", **told)


@pytest.mark.parametrize("told", [{"start": 1, "end": 2, "quote": " "}, {"start": 5, "end": 5, "quote": ""}])
def test_a_quotation_of_nothing_is_refused(filled: Store, told: dict[str, object]) -> None:
    refused(filled, to_read(filled), "finding on raqqa-4000: its quotation is empty", **told)


def test_a_judge_has_one_word_on_a_passage(filled: Store) -> None:
    read = to_read(filled)
    twice = a_finding(quote=read.text[:5])
    with pytest.raises(Refused, match="finding on raqqa-4000: 2 of one judge in passage 0"), filled.begin() as tx:
        findings.replace(tx, read, [twice, replace(twice, relation=Relation.DISPUTES)], now=NOON)


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "Another text altogether."},  # corrupt: the hash is still that of the former
        {"text": "Another text altogether.", "text_hash": text_hash("Another text altogether.")},  # replaced
        {"text_hash": "0" * 64},
    ],
)
def test_findings_on_a_text_that_is_not_the_stored_one_are_refused(filled: Store, changed: dict[str, object]) -> None:
    read = to_read(filled)
    with filled.begin() as tx:
        tx.execute(update(RevisionRow).values(**changed))
    refused(filled, read, "article 1: the stored text of revision 1 is another .* its hash differs")
    with pytest.raises(Refused, match="its hash differs"), filled.begin() as tx:
        findings.replace(tx, read, [], now=NOON)  # nor does a judge of another text say that nothing is found


def test_findings_on_a_revision_that_went_are_refused(filled: Store) -> None:
    read = to_read(filled)
    with pytest.raises(Refused, match="revision 99 is gone"), filled.begin() as tx:
        findings.replace(tx, replace(read, id=RevisionId(99)), [], now=NOON)


def test_findings_on_a_claim_that_is_not_watched_are_refused(filled: Store) -> None:
    read = to_read(filled)
    refused(filled, read, "finding on no-such: there is no such claim", claim_id=ClaimId("no-such"))
    with filled.begin() as tx:
        seeds.take_over(tx, a_watch_list(claims=(a_claim(id=ClaimId("other")),)), now=NOON)
    refused(filled, read, "finding on raqqa-4000: the claim was retired on 2026-11-23")


def test_checks_hold_in_the_database(filled: Store) -> None:
    for values in ({"score": 1.5}, {"relation": "refutes"}, {"start_at": 9, "end_at": 9}):
        with pytest.raises(IntegrityError), filled.begin() as tx:
            tx.execute(update(FindingRow).values(**values))


def test_an_instant_comes_back_aware_and_utc_and_a_naive_one_is_refused(filled: Store) -> None:
    in_tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    with filled.begin() as tx:
        tx.execute(update(FeedRow).values(added_at=in_tokyo))
        got = tx.scalars(select(FeedRow.added_at)).one()
    assert (got, got.utcoffset()) == (NOON, timedelta(0))
    with pytest.raises(StatementError, match="needs a zone"), filled.begin() as tx:
        tx.execute(update(FeedRow).values(added_at=datetime(2026, 1, 1)))
