"""model and voice

A finding says which model gave its stance and who says it. The model is part of its key: what another model said of the
same passage is withdrawn and kept, not written over.
"""

import sqlalchemy as sa

from storage.migrations.rebuilding import rebuilding

revision = "20261125_model_and_voice"
down_revision = "20261124_tombstones"


def upgrade() -> None:
    """Two columns; a wider key. What is there was said by the first rules."""
    with rebuilding("findings") as batch_op:
        batch_op.add_column(sa.Column("model", sa.Text(), nullable=False, server_default="rules-1"))
        batch_op.add_column(sa.Column("voice", sa.JSON(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_findings_claim_id_passage_id_judge_version"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_findings_claim_id_passage_id_judge_version_model"),
            ["claim_id", "passage_id", "judge_version", "model"],
        )
    # the default was for the rows that are there: whoever keeps a finding now says by which model
    with rebuilding("findings") as batch_op:
        batch_op.alter_column("model", server_default=None)
