"""model and voice

A finding says which model gave its stance and who says it. The model is part of its key: what another model said of the
same passage is withdrawn and kept, not written over.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_model_and_voice"
down_revision = "20261124_tombstones"


def upgrade() -> None:
    """Two columns; a wider key. What is there was said by the first rules."""
    bind = op.get_bind()
    on_sqlite = bind.dialect.name == "sqlite"
    last_id = on_sqlite and bind.scalar(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'findings'"))
    with op.batch_alter_table("findings", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("model", sa.Text(), nullable=False, server_default="rules-1"))
        batch_op.add_column(sa.Column("voice", sa.JSON(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_findings_claim_id_passage_id_judge_version"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_findings_claim_id_passage_id_judge_version_model"),
            ["claim_id", "passage_id", "judge_version", "model"],
        )
    # the default was for the rows that are there: whoever keeps a finding now says by which model
    with op.batch_alter_table("findings", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.alter_column("model", server_default=None)
    if last_id:  # SQLite counts anew in a table that was made anew, and would give ids of deleted last rows out again
        bind.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'findings'"))
        bind.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('findings', :seq)"), {"seq": last_id})
