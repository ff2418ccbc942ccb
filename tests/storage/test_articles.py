from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, StatementError

from storage import articles, findings, queries, snapshots
from storage.articles import text_hash
from storage.engine import Store
from storage.errors import Refused
from storage.records import Finding, Relation, RevisionId
from storage.schema import BlobRow, FeedRow, FindingRow
from tests.builders import SILO
from tests.fakes import NOON


def test_an_article_with_its_dates_text_and_findings(filled: Store) -> None:
    with filled.read() as tx:
        (row,) = queries.articles(tx, ["raqqa", "secret deal"])
        whole = queries.article(tx, row["id"])
        (finding,) = queries.findings(tx, claim_id="raqqa-4000")
    assert (row["url"], row["title"], row["outlet"]) == ("http://gazette.example/a", "Thousands left Raqqa", "Gazette")
    assert (row["published"], row["first_seen"]) == ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z")
    assert whole is not None
    assert SILO[0] in whole["text"]
    assert finding["passage"] == whole["text"][finding["start"] : finding["end"]]
    assert finding["text_hash"] == text_hash(whole["text"])


def test_a_needle_that_stands_nowhere_finds_nothing(filled: Store) -> None:
    with filled.read() as tx:
        assert queries.articles(tx, ["mosul"]) == []
        assert queries.articles(tx, ["%"]) == []  # no wildcard
        assert len(queries.articles(tx, [])) == 1


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
    assert [(v.judge_version, v.withdrawn_at is None) for v in versions] == [("rules-1", False), ("test", True)]


@pytest.mark.parametrize(
    "told", [{"quote": "never said"}, {"end": 9_999_999}, {"position": 99}, {"start": 5, "end": 5}]
)
def test_a_quotation_that_does_not_stand_in_the_text_is_refused(filled: Store, told: dict[str, object]) -> None:
    read = to_read(filled)
    with pytest.raises(Refused, match="does not stand in the text"), filled.begin() as tx:
        findings.replace(tx, read, [replace(a_finding(quote=read.text[:5]), **told)], now=NOON)  # type: ignore[arg-type]


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
