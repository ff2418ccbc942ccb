from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import (
    JSON,
    CheckConstraint,
    Connection,
    Text,
    UniqueConstraint,
    column,
    delete,
    insert,
    inspect,
    table,
    text,
    update,
)

from storage import migrate
from storage.engine import Store, make_store
from storage.errors import SchemaOutdated, StoreError
from storage.records import EntryState
from storage.schema import Base, EntryRow, FeedRow, FindingRow
from tests.filling import everything, with_a_digest


def test_up_from_empty_and_models_agree_with_migrations(empty_url: str) -> None:
    store = make_store(empty_url)
    assert migrate.upgrade(store) == ("", migrate.HEAD)
    assert migrate.differences(store) == []
    assert migrate.upgrade(store) == (migrate.HEAD, migrate.HEAD)
    migrate.check(store)
    store.close()


def test_the_revision_this_program_needs_is_the_newest() -> None:
    assert migrate.newest() == migrate.HEAD


def test_an_empty_database_is_refused_with_the_command_that_mends_it(empty_url: str) -> None:
    store = make_store(empty_url)
    with pytest.raises(SchemaOutdated, match="is empty: run `claimwatch migrate`"):
        migrate.check(store)
    store.close()


def test_two_at_once_wait_for_each_other(empty_url: str) -> None:
    stores = [make_store(empty_url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(migrate.upgrade, stores))
    assert [migrate.current(store) for store in stores] == [migrate.HEAD] * 3
    for store in stores:
        store.close()


def test_the_password_is_in_no_message() -> None:
    store = make_store("postgresql://watch:hunter2@127.0.0.1:1/none")
    with pytest.raises(StoreError) as raised:
        migrate.current(store)
    assert "hunter2" not in str(raised.value)
    assert "127.0.0.1" in str(raised.value)
    assert "is it running" in str(raised.value)


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "not a url"])
def test_an_address_that_cannot_be_used_names_the_variable(url: str) -> None:
    with pytest.raises(StoreError, match="CLAIMWATCH_DATABASE_URL"):
        make_store(url)


LEARNED = ("failing_since", "hints", "gap_s", "newest", "whole_at", "body_hash", "item_marks", "distrusted", "suspected_at",
           "validators_url", "page_instead",
           "user_agent", "every_s")  # fmt: skip
# Columns that later migrations took away, and something to stand in them.
NO_MORE: dict[str, dict[str, Any]] = {"revisions": {"search_text": "folded"}, "digests": {"message": {}}}


def at_an_older_revision(url: str, revision: str, rows: dict[str, list[dict[str, Any]]]) -> Store:
    """A store as that revision has it, with the rows, as far as it has columns for them."""
    store = make_store(url)
    with store.begin() as tx:
        command.upgrade(migrate._config(tx), revision)
        for model in Base.metadata.sorted_tables:
            if not rows[model.name] or not inspect(tx).has_table(model.name):
                continue
            there = {column["name"] for column in inspect(tx).get_columns(model.name)}
            # without the defaults of the models: those are the newest schema's
            more = {name: value for name, value in NO_MORE.get(model.name, {}).items() if name in there}
            kept = [column(c.name, c.type) for c in model.columns if c.name in there]
            old = table(
                model.name, *kept, *(column(name, JSON if value == {} else Text) for name, value in more.items())
            )
            tx.execute(insert(old), [{k: v for k, v in row.items() if k in there} | more for row in rows[model.name]])
        if inspect(tx).has_table("digest_items"):
            _put_letters_into_digests(tx, rows)
    return store


def _put_letters_into_digests(tx: Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    """As it was before there were letters: a mail in each digest, and what it told beside it."""
    there = {column["name"] for column in inspect(tx).get_columns("digest_items")}
    for digest in rows["digests"]:
        if digest["letter_id"] is None:
            continue
        letter = next(one for one in rows["letters"] if one["id"] == digest["letter_id"])
        message = {name: letter[name] for name in ("subject", "text", "html")}
        message |= {"to": "reader@claimwatch.example"} | {name: digest[name] for name in ("message_id", "headers")}
        digests = table("digests", column("id"), column("message", JSON))
        tx.execute(update(digests).where(digests.c.id == digest["id"]).values(message=message))
        for item in rows["letter_items"]:
            told = {"recipient_id": digest["recipient_id"], "digest_id": digest["id"], **item}
            columns: list[Any] = [column(name) for name in told if name in there]
            told = {name: value for name, value in told.items() if name in there}
            tx.execute(insert(table("digest_items", *columns)).values(**told))


@pytest.fixture
def full(tmp_path: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of a house that found something and told it."""
    store = make_store(f"sqlite:///{tmp_path}/full.db")
    migrate.upgrade(store)
    rows = everything(with_a_digest(store))
    store.close()
    assert all(rows[name] for name in ("entries", "articles", "findings", "digests", "letters", "letter_items"))
    return rows


def test_a_migration_on_a_filled_database_keeps_what_is_there(
    empty_url: str, full: dict[str, list[dict[str, Any]]]
) -> None:
    store = at_an_older_revision(empty_url, "20261123_house", full)
    assert migrate.upgrade(store) == ("20261123_house", migrate.HEAD)
    by_the_first_rules = [{**row, "model": "rules-1", "voice": None} for row in full["findings"]]
    visited_once = [{**row, "next_try_at": row["first_seen"]} for row in full["articles"]]
    # sketches begin with what is read from now on: a reprint comes within days
    changed = {"findings": by_the_first_rules, "articles": visited_once, "story_bands": []}
    # what is learned of a feed begins with its next poll
    blank = {name: FeedRow.__table__.c[name].default for name in LEARNED}
    unlearned = {name: None if default is None else default.arg for name, default in blank.items()}
    unlearned["hints"] = {}
    changed |= {"feeds": [{**row, **unlearned} for row in full["feeds"]], "polls": [], "hosts": []}
    now = everything(store)
    tokens = [row.pop("leave_token") for row in now["recipients"]]
    assert all(len(token) == 32 for token in tokens)
    readers = [{name: value for name, value in row.items() if name != "leave_token"} for row in full["recipients"]]
    assert now == {**full, **changed, "recipients": readers}
    with store.read() as tx:
        assert tx.scalars(text("SELECT count(*) FROM fts_revisions")).one() == len(full["revisions"])
    assert migrate.differences(store) == []
    with store.begin() as tx:
        tx.execute(update(EntryRow).values(state=EntryState.REMOVED))
    store.close()


def test_a_rebuilt_table_gives_no_id_out_again(tmp_path: Path, full: dict[str, list[dict[str, Any]]]) -> None:
    (finding,) = full["findings"]
    full["findings"].append({**finding, "id": 7, "judge_version": "another"})
    store = at_an_older_revision(f"sqlite:///{tmp_path}/old.db", "20261124_tombstones", full)
    with store.begin() as tx:
        tx.execute(delete(FindingRow).where(FindingRow.id == 7))
    migrate.upgrade(store)
    with store.begin() as tx:
        again = {k: v for k, v in finding.items() if k != "id"} | {"judge_version": "a third"}
        assert tx.scalars(insert(FindingRow).values(**again).returning(FindingRow.id)).one() == 8
    store.close()


def test_checks_and_indexes_of_the_models_are_those_of_the_database(store: Store) -> None:
    # what `differences` does not compare
    with store.read() as tx:
        there = inspect(tx)
        for model in Base.metadata.sorted_tables:
            checks = {c.name for c in model.constraints if isinstance(c, CheckConstraint)}
            assert {c["name"] for c in there.get_check_constraints(model.name)} == checks
            assert len(there.get_check_constraints(model.name)) == len(checks)


def test_every_foreign_key_has_an_index_that_begins_with_it() -> None:
    for model in Base.metadata.sorted_tables:
        led = {next(iter(index.columns)).name for index in model.indexes} | {next(iter(model.primary_key)).name}
        led |= {next(iter(c.columns)).name for c in model.constraints if isinstance(c, UniqueConstraint)}
        for key in model.foreign_keys:
            if key.column.table.name in (
                "articles",
                "blobs",
                "digests",
                "findings",
                "letters",
                "passages",
                "revisions",
                "snapshots",
            ):
                assert key.parent.name in led, f"{model.name}.{key.parent.name}"
