"""Alembic's door to our tables. Always given a connection by storage/migrate.py."""

from alembic import context

from storage.migrate import is_a_model
from storage.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
    include_object=is_a_model,
)
with context.begin_transaction():
    context.run_migrations()
