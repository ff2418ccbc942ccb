from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from storage import migrate
from storage.engine import Store, make_store
from storage.errors import SchemaOutdated, StoreError


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


def test_a_migration_on_a_filled_database_keeps_what_is_there(filled: Store) -> None:
    # the first migration has none before it to start from: what holds now is that a second run changes nothing
    from storage import queries

    with filled.read() as tx:
        before = queries.counts(tx)
    migrate.upgrade(filled)
    with filled.read() as tx:
        assert queries.counts(tx) == before
