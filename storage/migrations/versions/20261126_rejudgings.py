"""rejudgings

How far a `claimwatch rejudge` that did not come to its end has come.
"""

import sqlalchemy as sa
from alembic import op

import storage.schema

revision = "20261126_rejudgings"
down_revision = "20261125_model_and_voice"


def upgrade() -> None:
    """One small table."""
    op.create_table(
        "rejudgings",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("last_revision_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", storage.schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_rejudgings")),
    )
