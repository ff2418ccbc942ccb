"""Bringing the schema to head: Alembic, configured here, without an ini file."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.engine import Store
from storage.errors import SchemaOutdated

# Any number that nobody else takes on this database: two `migrate` at once wait for each other.
_ADVISORY_LOCK = 0x636C_6169_6D77


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def head() -> str:
    """The revision this program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(store: Store) -> str:
    """The revision the database has; empty for a new one."""
    with store.read() as tx:
        return MigrationContext.configure(tx).get_current_revision() or ""


def upgrade(store: Store) -> tuple[str, str]:
    """Bring the database to head; (before, after). Safe to run twice and at once."""
    before = current(store)
    if before == head():
        return before, before
    with store.begin(rebuilding=True) as tx:
        if tx.dialect.name == "postgresql":
            tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
        command.upgrade(_config(tx), "head")
        if tx.dialect.name == "sqlite" and tx.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise SchemaOutdated("a migration left rows without their parent; nothing was changed")
    return before, head()


def check(store: Store) -> None:
    """Raise SchemaOutdated unless the database is at head."""
    have = current(store)
    if have != head():
        what = "is empty" if not have else f"is at {have}, this program needs {head()}"
        raise SchemaOutdated(f"database {store.name} {what}: run `claimwatch migrate`")


def differences(store: Store) -> list[object]:
    """What models and migrations disagree on; empty when all is well."""
    from alembic.autogenerate import compare_metadata

    from storage.schema import Base

    with store.read() as tx:
        return list(compare_metadata(MigrationContext.configure(tx), Base.metadata))
