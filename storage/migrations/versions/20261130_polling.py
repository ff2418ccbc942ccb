"""polling

What polling learns of a feed and a host, each poll for some weeks, and the hubs that push feeds to us.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import storage.schema

revision = "20261130_polling"
down_revision = "20261129_letters"


def _instant(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, storage.schema.Instant(timezone=True), nullable=nullable)


def _work() -> list[sa.Column[Any]]:
    return [
        _instant("called_until"),
        _instant("leased_until"),
        sa.Column("lost_leases", sa.Integer(), server_default="0", nullable=False),
        _instant("next_try_at"),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
    ]


def upgrade() -> None:
    """New columns and tables; every feed begins to learn with its next poll."""
    _feeds()
    _polls_and_hosts()
    _hubs()


def _feeds() -> None:
    with op.batch_alter_table("feeds") as batch_op:
        for name in ("failing_since", "newest", "whole_at", "suspected_at"):
            batch_op.add_column(_instant(name))
        batch_op.add_column(sa.Column("hints", sa.JSON(), nullable=False, server_default="{}"))
        for name in ("gap_s", "every_s"):
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name in ("body_hash", "user_agent", "validators_url"):
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        empty = sa.text("X''" if op.get_bind().dialect.name == "sqlite" else "''")
        batch_op.add_column(sa.Column("item_marks", sa.LargeBinary(), nullable=False, server_default=empty))
        for name in ("distrusted", "page_instead"):
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("feeds") as batch_op:
        for name in ("hints", "body_hash", "user_agent", "validators_url", "item_marks", "distrusted", "page_instead"):
            batch_op.alter_column(name, server_default=None)


def _polls_and_hosts() -> None:
    op.create_table(
        "polls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        _instant("at", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("new", sa.Integer(), nullable=True),
        sa.Column("items", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_polls_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_polls")),
    )
    op.create_index(op.f("ix_polls_feed_id_at"), "polls", ["feed_id", "at"])
    op.create_index(op.f("ix_polls_at"), "polls", ["at"])
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text(), nullable=False),
        _instant("busy_until"),
        _instant("free_at"),
        _instant("bound_until"),
        sa.Column("crawl_delay_s", sa.Integer(), nullable=True),
        sa.Column("robots", sa.Text(), nullable=True),
        _instant("robots_until"),
        sa.Column("robots_etag", sa.Text(), nullable=True),
        sa.Column("robots_last_modified", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_index(op.f("ix_hosts_free_at"), "hosts", ["free_at"])


def _hubs() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        _instant("state_since", nullable=False),
        _instant("lease_until"),
        _instant("pushed_at"),
        sa.Column("missed", sa.Integer(), nullable=False),
        *_work(),
        sa.CheckConstraint("state IN ('asked', 'live', 'denied', 'ended')", name=op.f("ck_subscriptions_state")),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_subscriptions_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("token", name=op.f("uq_subscriptions_token")),
    )
    op.create_index(op.f("ix_subscriptions_feed_id"), "subscriptions", ["feed_id"])
    op.create_index(op.f("ix_subscriptions_next_try_at"), "subscriptions", ["next_try_at"])
    op.create_table(
        "pushes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        _instant("received_at", nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("zstd", sa.LargeBinary(), nullable=False),
        *_work(),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name=op.f("fk_pushes_subscription_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pushes")),
        sa.UniqueConstraint("subscription_id", "sha256", name=op.f("uq_pushes_subscription_id_sha256")),
    )
    op.create_index(op.f("ix_pushes_next_try_at"), "pushes", ["next_try_at"])
