"""Alembic's door to our tables. Always given a connection by storage/migrate.py."""

from alembic import context

from storage.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
    # full-text tables of a later migration are not models
    include_object=lambda _obj, name, kind, _reflected, _other: (
        not (kind == "table" and (name or "").startswith("fts_"))
    ),
)
with context.begin_transaction():
    context.run_migrations()
