"""Bringing the schema to head: Alembic, configured here, without an ini file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from storage import word_index
from storage.dialect import take_turns
from storage.engine import Store
from storage.errors import SchemaOutdated

if TYPE_CHECKING:  # Alembic takes half a second, and every command only asks which revision there is
    from alembic.config import Config

# The revision this program needs: the newest in migrations/versions (a test compares).
HEAD = "20261130_polling"
# Any number that nobody else takes on this database: two `migrate` at once wait for each other.
_TURN = 0x636C_6169_6D77


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The newest revision in migrations/versions."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def knows(revision: str) -> bool:
    """Whether this program can bring a database from that revision to head."""
    from alembic.script import ScriptDirectory

    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def current(store: Store) -> str:
    """The revision the database has; empty for a new one."""
    with store.read() as tx:
        if not inspect(tx).has_table("alembic_version"):
            return ""
        return str(tx.scalars(text("SELECT version_num FROM alembic_version")).first() or "")


def upgrade(store: Store) -> tuple[str, str]:
    """Bring the database to head; (before, after). Safe to run twice and at once."""
    from alembic import command

    before = current(store)
    if before == HEAD:
        return before, before
    with store.begin(rebuilding=True) as tx:
        take_turns(tx, _TURN)
        command.upgrade(_config(tx), "head")
        if tx.dialect.name == "sqlite" and tx.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise SchemaOutdated("a migration left rows without their parent; nothing was changed")
    return before, HEAD


def check(store: Store) -> None:
    """Raise SchemaOutdated unless the database is at head."""
    have = current(store)
    if have != HEAD:
        what = "is empty" if not have else f"is at {have}, this program needs {HEAD}"
        raise SchemaOutdated(f"database {store.name} {what}: run `claimwatch migrate`")


def is_a_model(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """Full-text tables are none: storage/word_index.py makes them, for each engine its own."""
    return not (kind == "table" and (name or "").startswith((word_index.TABLE, word_index.LANGUAGES)))


def differences(store: Store) -> list[object]:
    """What models and migrations disagree on; empty when all is well."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from storage.schema import Base

    with store.read() as tx:
        context = MigrationContext.configure(tx, opts={"include_object": is_a_model})
        return list(compare_metadata(context, Base.metadata))
