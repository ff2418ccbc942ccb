"""`verify`: one bit that is another is found, and the row it stands on is named."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from storage import snapshots, soundness, word_index
from storage.engine import Store
from storage.schema import BlobRow, FindingRow, PassageRow, RevisionRow, SnapshotRow
from storage.word_index import Words
from tests.builders import SILO, page
from tests.fakes import NOON
from tests.filling import with_one_article


def told(store: Store) -> list[str]:
    found = []
    for check in soundness.CHECKS:
        after = check.begin
        while True:
            with store.read() as tx:
                looked = check.look(tx, after)
            found += [problem.told for problem in looked.problems]
            if looked.last is None:
                break
            after = looked.last
    return found


def flipped(kept: bytes, bit: int) -> bytes:
    changed = bytearray(kept)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize("body", [b"", b"x", page(*SILO), b"word " * 400])
def test_no_bit_of_a_blob_can_be_another_without_being_found(body: bytes) -> None:
    sha256, zstd = snapshots.pack(body)
    assert snapshots.unpack(zstd, sha256=sha256, size_bytes=len(body)) == body
    for bit in range(len(zstd) * 8):
        assert snapshots.unpack(flipped(zstd, bit), sha256=sha256, size_bytes=len(body)) is None, bit
    for end in range(len(zstd)):
        cut = snapshots.unpack(zstd[:end], sha256=sha256, size_bytes=len(body))
        assert cut is None or (cut == body and end == len(zstd) - 12), (
            end
        )  # without its seal, as blobs were kept before


def test_a_sound_store_has_no_problem(store: Store) -> None:
    assert told(with_one_article(store)) == []


def test_a_flipped_bit_in_a_blob_is_found_and_its_snapshot_named(store: Store) -> None:
    with_one_article(store)
    with store.begin() as tx:
        kept = tx.scalars(select(BlobRow.zstd)).one()
        tx.execute(update(BlobRow).values(zstd=flipped(kept, 1001)))
    assert told(store) == [
        "snapshot 1 (http://gazette.example/a, fetched 2026-11-23T12:00:00Z): its bytes do not match their hash; "
        "restore from a backup"
    ]


def test_bytes_that_were_pruned_are_no_problem_but_bytes_that_are_lost_are(store: Store) -> None:
    with_one_article(store)
    with store.begin() as tx:
        tx.execute(update(BlobRow).values(zstd=b""))
        tx.execute(update(SnapshotRow).values(dropped_at=NOON))
    assert told(store) == []
    with store.begin() as tx:
        tx.execute(update(SnapshotRow).values(dropped_at=None))
    assert ["disagree on whether they were pruned" in line for line in told(store)] == [True]


def test_a_changed_letter_of_a_text_is_found_at_the_text_and_at_what_was_found_there(store: Store) -> None:
    with_one_article(store)
    with store.begin() as tx:
        tx.execute(update(RevisionRow).values(text=text("replace(text, '4,000', '4,001')")))
    assert [line.partition(" (")[0] for line in told(store)] == ["revision 1", "finding 1 on raqqa-4000"]


@pytest.mark.parametrize("bit", range(10))
@pytest.mark.parametrize("column", [FindingRow.start_at, FindingRow.end_at])
def test_a_flipped_bit_in_where_a_finding_stands_is_found(sqlite_store: Store, column: object, bit: int) -> None:
    with_one_article(sqlite_store)
    with sqlite_store.begin() as tx:
        tx.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        stands = tx.scalars(select(column)).one()  # type: ignore[call-overload]
        tx.execute(update(FindingRow).values({column: stands ^ 1 << bit}))
    found = told(sqlite_store)
    assert any(line.startswith("finding 1 on raqqa-4000 (article 1): its quotation does not stand") for line in found)


def test_a_finding_moved_within_its_passage_or_given_another_text_is_found(store: Store) -> None:
    with_one_article(store)
    with store.begin() as tx:
        tx.execute(update(FindingRow).values(start_at=FindingRow.start_at + 1))
    assert ["its quotation does not stand in the text" in line for line in told(store)] == [True]
    with store.begin() as tx:
        tx.execute(update(FindingRow).values(start_at=FindingRow.start_at - 1, text_hash="0" * 64))
    assert ["it was found in another text" in line for line in told(store)] == [True]


def test_a_passage_outside_of_its_text_is_found(store: Store) -> None:
    with_one_article(store)
    with store.begin() as tx:
        tx.execute(update(PassageRow).values(end_at=PassageRow.end_at + 100_000))
    assert any(line.startswith("passage 1 of revision 1: it does not lie in the text") for line in told(store))


def test_a_revision_that_no_search_finds_and_words_of_no_revision_are_found(store: Store) -> None:
    with_one_article(store)
    with store.begin() as tx:
        word_index.drop(tx, [tx.scalars(select(RevisionRow.order_key)).one() or 0])
        word_index.put(tx, [Words(order_key=77, lang="en", title="A", text="word")])
    first, second = told(store)
    assert first.startswith(
        "revision 1 (article 1, number 1, http://gazette.example/a): its words are not in the index"
    )
    assert second == "row 77 of the word index belongs to no revision; restore from a backup"


def test_a_row_without_its_parent_is_found(sqlite_store: Store) -> None:
    with_one_article(sqlite_store)
    name = str(sqlite_store.engine.url.database)
    with closing(sqlite3.connect(name)) as raw:  # without foreign keys
        raw.execute("UPDATE entries SET article_id = 9")
        raw.commit()
    assert told(sqlite_store) == ["entries 1: its article_id is 9, which is not there; restore from a backup"]


def test_bytes_that_come_again_are_there_for_all_who_fetched_them(store: Store) -> None:
    packed = snapshots.pack(b"a page")
    fetch = {"size_bytes": 6, "url": "http://x.example/", "final_url": "http://x.example/", "status": 200}
    with store.begin() as tx:
        first = snapshots.save(tx, packed, fetched_at=NOON, headers={}, **fetch)  # type: ignore[arg-type]
        tx.execute(update(BlobRow).values(zstd=b""))
        tx.execute(update(SnapshotRow).values(dropped_at=NOON))
    with store.begin() as tx:
        snapshots.save(tx, packed, fetched_at=NOON + timedelta(days=1), headers={}, **fetch)  # type: ignore[arg-type]
        again = snapshots.load(tx, first)
    assert again is not None
    assert again.body == b"a page"
    assert told(store) == []
