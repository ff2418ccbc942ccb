"""letters

Digests are parted into letters, rendered once for all to whom the same is news, and what goes to whom. Recipients may want
news at once, may leave by themselves, and are paused when they are refused again and again.
"""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

import storage.schema
from storage.migrations.rebuilding import rebuilding

revision = "20261129_letters"
down_revision = "20261128_memory"

_BATCH = 200


def _instant(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, storage.schema.Instant(timezone=True), nullable=nullable)


def upgrade() -> None:
    """New columns and tables, and the rows that are there in their new places."""
    _recipients()
    _tables()
    _digests()


def _recipients() -> None:
    with op.batch_alter_table("recipients") as batch_op:
        for name in ("at_once", "still_watching"):
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("origin", sa.Text(), nullable=False, server_default="file"))
        batch_op.add_column(sa.Column("leave_token", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("left_by", sa.Text(), nullable=True))
        batch_op.add_column(_instant("paused_at"))
        batch_op.add_column(sa.Column("paused_why", sa.Text(), nullable=True))
        batch_op.add_column(_instant("resumed_at"))
    bind = op.get_bind()
    bind.execute(sa.text("UPDATE recipients SET left_by = 'file' WHERE left_at IS NOT NULL"))
    for recipient_id in bind.scalars(sa.text("SELECT id FROM recipients")).all():
        token = {"token": secrets.token_urlsafe(24), "id": recipient_id}
        bind.execute(sa.text("UPDATE recipients SET leave_token = :token WHERE id = :id"), token)
    with op.batch_alter_table("recipients") as batch_op:
        for name in ("at_once", "still_watching", "origin", "leave_token"):
            batch_op.alter_column(name, server_default=None)
        who = "('file', 'command', 'reader')"
        batch_op.create_check_constraint(batch_op.f("ck_recipients_origin"), f"origin IN {who}")
        batch_op.create_check_constraint(batch_op.f("ck_recipients_left_by"), f"left_by IN {who}")
        batch_op.create_unique_constraint(batch_op.f("uq_recipients_leave_token"), ["leave_token"])


def _tables() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        _instant("composed_at", nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["watch_lists.id"], name=op.f("fk_letters_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_letters_list_id"), "letters", ["list_id"])
    op.create_table(
        "letter_items",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_letter_items_letter_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_letter_items_finding_id")),
        sa.PrimaryKeyConstraint("letter_id", "finding_id", name=op.f("pk_letter_items")),
    )
    op.create_index(op.f("ix_letter_items_finding_id"), "letter_items", ["finding_id"])
    op.create_table(
        "letter_notices",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_letter_notices_letter_id")),
        sa.ForeignKeyConstraint(["event_id"], ["article_events.id"], name=op.f("fk_letter_notices_event_id")),
        sa.PrimaryKeyConstraint("letter_id", "notice", name=op.f("pk_letter_notices")),
    )
    op.create_index(op.f("ix_letter_notices_event_id"), "letter_notices", ["event_id"])


def _digests() -> None:
    with rebuilding("digests") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_digests_state"), type_="check")
        batch_op.add_column(sa.Column("letter_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("rev", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("message_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("headers", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("handed", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(_instant("refused_at"))
        batch_op.create_foreign_key(batch_op.f("fk_digests_letter_id"), "letters", ["letter_id"], ["id"])
    bind = op.get_bind()
    bind.execute(sa.text("UPDATE digests SET state = 'drafted' WHERE state = 'ready'"))
    _letters_of_digests()
    states = "('quiet', 'drafted', 'sending', 'sent', 'unknown', 'failed')"
    with rebuilding("digests") as batch_op:
        batch_op.drop_column("message")
        batch_op.alter_column("headers", server_default=None)
        batch_op.create_check_constraint(batch_op.f("ck_digests_state"), f"state IN {states}")
    for column in ("recipient_id", "letter_id", "message_id"):
        op.create_index(op.f(f"ix_digests_{column}"), "digests", [column])
    op.drop_table("digest_items")


def _letters_of_digests() -> None:
    """A letter for each digest that was a mail, blank if its words were taken out, with what it told."""
    bind = op.get_bind()
    instant = storage.schema.Instant(timezone=True)
    digests = sa.table(
        "digests",
        *(sa.column(n) for n in ("id", "list_id", "state", "letter_id", "message_id")),
        sa.column("message", sa.JSON()),
        sa.column("headers", sa.JSON()),
        sa.column("composed_at", instant),
    )
    names = ("id", "list_id", "subject", "text", "html")
    letters = sa.table("letters", *(sa.column(n) for n in names), sa.column("composed_at", instant))
    told = sa.table("digest_items", *(sa.column(n) for n in ("digest_id", "finding_id", "relation")))
    items = sa.table("letter_items", *(sa.column(n) for n in ("letter_id", "finding_id", "relation")),
                     sa.column("figures", sa.JSON()))  # fmt: skip
    figures = sa.table("finding_figures", *(sa.column(n) for n in ("finding_id", "low", "high", "verdict")))
    last = 0
    while some := bind.execute(
        sa.select(digests).where(digests.c.id > last, digests.c.state != "quiet").order_by(digests.c.id).limit(_BATCH)
    ).all():
        last = some[-1].id
        for row in some:
            message = row.message or {}
            letter = {name: message.get(name, "") for name in ("subject", "text", "html")}
            letter |= {"list_id": row.list_id, "composed_at": row.composed_at}
            letter_id = bind.scalar(sa.insert(letters).values(**letter).returning(letters.c.id))
            theirs = {"letter_id": letter_id, "message_id": message.get("message_id")}
            theirs["headers"] = message.get("headers", {})
            bind.execute(sa.update(digests).where(digests.c.id == row.id).values(**theirs))
            mine = bind.execute(sa.select(told).where(told.c.digest_id == row.id)).all()
            ids = [item.finding_id for item in mine]
            seen: dict[int, list[list[float]]] = {}
            for f in bind.execute(
                sa.select(figures).where(
                    figures.c.finding_id.in_(ids), figures.c.verdict.not_in(("", "different-thing"))
                )
            ):
                seen.setdefault(f.finding_id, []).append([f.low, f.high])
            rows = [
                {"letter_id": letter_id, "finding_id": i.finding_id, "relation": i.relation,
                 "figures": seen.get(i.finding_id, [])}
                for i in mine
            ]  # fmt: skip
            if rows:
                bind.execute(sa.insert(items), rows)
