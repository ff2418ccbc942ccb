"""tombstones

Articles can be pruned and removed: what is remembered of them, the entry state `removed`, and an index for every foreign
key that a deletion has to check.
"""

import sqlalchemy as sa
from alembic import op

import storage.schema

revision = "20261124_tombstones"
down_revision = "20261123_house"

_STATES = "state IN ('new', 'fetched', 'read', 'parked', 'removed')"
_INDEXES = (
    ("entries", "snapshot_id"),
    ("revisions", "snapshot_id"),
    ("findings", "passage_id"),
    ("digest_items", "finding_id"),
    ("digest_items", "digest_id"),
)
# SQLite gives the id of a deleted last row out again unless the table says AUTOINCREMENT; PostgreSQL never does.
_IDS_HELD_OUTSIDE = ("articles", "findings", "digests")


def upgrade() -> None:
    """Tombstones and gone addresses; entries may be `removed`; ids are not given out twice; indexes."""
    op.create_table(
        "tombstones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("removed_at", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstones")),
        sa.UniqueConstraint("article_id", name=op.f("uq_tombstones_article_id")),
    )
    op.create_table(
        "gone_addresses",
        sa.Column("url_key", sa.Text(), nullable=False),
        sa.Column("tombstone_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["tombstone_id"], ["tombstones.id"], name=op.f("fk_gone_addresses_tombstone_id")),
        sa.PrimaryKeyConstraint("url_key", name=op.f("pk_gone_addresses")),
    )
    op.create_index(op.f("ix_gone_addresses_tombstone_id"), "gone_addresses", ["tombstone_id"])
    with op.batch_alter_table("entries") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_entries_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_entries_state"), _STATES)
    if op.get_bind().dialect.name == "sqlite":
        for table in _IDS_HELD_OUTSIDE:
            with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
                pass
    for table, column in _INDEXES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
