"""Changing a table whose ids are held outside. For migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations


@contextmanager
def rebuilding(table: str) -> Iterator[BatchOperations]:
    """A batch on a table whose ids are held outside: SQLite makes it anew and would give ids of deleted rows out again."""
    bind = op.get_bind()
    on_sqlite = bind.dialect.name == "sqlite"
    last = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name")
    last_id = on_sqlite and bind.scalar(last, {"name": table})
    with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        yield batch_op
    if last_id:
        bind.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table})
        put_back = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)")
        bind.execute(put_back, {"name": table, "seq": last_id})
