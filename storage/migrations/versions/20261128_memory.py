"""memory

The store remembers: what happened to articles, whose copies they are, what people ruled; figures as rows; a full-text
index in the place of folded texts; saved searches and tokens.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import storage.schema
from storage import word_index
from storage.articles import host_key, order_key, substance, text_hash
from storage.folding import fold
from storage.migrations.rebuilding import rebuilding
from storage.word_index import Words

revision = "20261128_memory"
down_revision = "20261126_rejudgings"

_BATCH = 500


def _instant(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, storage.schema.Instant(timezone=True), nullable=nullable)


def _text(name: str, default: str = "") -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


def upgrade() -> None:
    """Tables, columns, and what the new columns say of the rows that are there."""
    _tables()
    _outlets_and_articles()
    _revisions()
    _findings()
    _digest_items()
    word_index.create(op.get_bind())
    _index_words()


def _tables() -> None:
    op.create_table(
        "rulings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("passage_hash", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=True),
        sa.Column("adds", sa.JSON(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        _instant("at", nullable=False),
        sa.Column("machine", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "relation IN ('supports', 'disputes', 'mixed', 'context', 'unclear', 'unrelated')",
            name=op.f("ck_rulings_relation"),
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_rulings_claim_id")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_rulings_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulings")),
    )
    op.create_index(
        op.f("ix_rulings_article_id_claim_id_passage_hash"), "rulings", ["article_id", "claim_id", "passage_hash"]
    )
    op.create_table(
        "finding_figures",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_finding_figures_finding_id")),
        sa.PrimaryKeyConstraint("finding_id", "position", name=op.f("pk_finding_figures")),
    )
    op.create_index(op.f("ix_finding_figures_low"), "finding_figures", ["low"])
    ranges = sa.text("low < high")
    op.create_index(
        op.f("ix_finding_figures_ranges"),
        "finding_figures",
        ["low", "high"],
        sqlite_where=ranges,
        postgresql_where=ranges,
    )
    op.create_index(op.f("ix_finding_figures_counts_low"), "finding_figures", ["counts", "low"])
    op.create_table(
        "article_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        _instant("at", nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('edited', 'corrected', 'gone', 'back', 'moved', 'vanished')", name=op.f("ck_article_events_kind")
        ),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_article_events_article_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_article_events_revision_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_article_events_finding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_events")),
        sqlite_autoincrement=True,
    )
    for column in ("article_id", "revision_id", "finding_id"):
        op.create_index(op.f(f"ix_article_events_{column}"), "article_events", [column])
    op.create_table(
        "story_bands",
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_story_bands_article_id")),
        sa.PrimaryKeyConstraint("band", "article_id", name=op.f("pk_story_bands")),
    )
    op.create_index(op.f("ix_story_bands_article_id"), "story_bands", ["article_id"])
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        _instant("saved_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint("slug", name=op.f("uq_saved_searches_slug")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("may_write", sa.Boolean(), nullable=False),
        _instant("made_at", nullable=False),
        _instant("used_at"),
        _instant("revoked_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash")),
    )


def _outlets_and_articles() -> None:
    op.add_column("outlets", _text("owner"))
    op.add_column("snapshots", _instant("dropped_at"))
    with rebuilding("articles") as batch_op:
        for name in ("called_until", "leased_until", "next_try_at", "state_since", "visited_at", "missing_since"):
            batch_op.add_column(_instant(name))
        for name in ("lost_leases", "failures", "visits"):
            batch_op.add_column(_number(name))
        for name in ("last_error", "moved_to", "etag", "last_modified"):
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=True))
        for name in ("host_key", "wire"):
            batch_op.add_column(_text(name))
        batch_op.add_column(_text("state", "live"))
        for name in ("copy_of", "snapshot_id"):
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_articles_copy_of"), "articles", ["copy_of"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_articles_snapshot_id"), "snapshots", ["snapshot_id"], ["id"])
        batch_op.create_check_constraint(batch_op.f("ck_articles_state"), "state IN ('live', 'gone', 'moved')")
    bind = op.get_bind()
    told = bind.execute(sa.text("SELECT id, canonical_url FROM articles")).all()
    rows = [{"id": row.id, "key": host_key(row.canonical_url)} for row in told]
    if rows:
        bind.execute(sa.text("UPDATE articles SET host_key = :key WHERE id = :id"), rows)
    with rebuilding("articles") as batch_op:
        batch_op.alter_column("host_key", server_default=None)
    # whoever carries a finding is visited once, to begin with
    found = "SELECT 1 FROM findings WHERE findings.article_id = articles.id AND findings.withdrawn_at IS NULL"
    bind.execute(sa.text(f"UPDATE articles SET next_try_at = first_seen WHERE EXISTS ({found})"))  # noqa: S608
    for column in ("next_try_at", "copy_of", "host_key", "outlet_id", "snapshot_id", "url"):
        op.create_index(op.f(f"ix_articles_{column}"), "articles", [column])


# SQLite reads through a long text to come to the columns behind it. PostgreSQL keeps long texts apart, if it is told that
# these are long: so does a row of 200 bytes lie beside others, and not in a page with three.
_TEXT_LAST = (
    *(
        "called_until",
        "leased_until",
        "lost_leases",
        "next_try_at",
        "failures",
        "last_error",
        "id",
        "article_id",
        "number",
    ),
    *(
        "snapshot_id",
        "title",
        "byline",
        "lang",
        "published_page",
        "published",
        "text_hash",
        "substance",
        "notice",
        "extractor",
    ),
    *("cause", "read_at", "superseded_at", "order_key", "judged_as", "text"),
)


def _revisions() -> None:
    with op.batch_alter_table("revisions", partial_reordering=[_TEXT_LAST]) as batch_op:
        batch_op.drop_column("search_text")
        batch_op.add_column(_text("substance"))
        batch_op.add_column(_text("notice"))
        batch_op.add_column(_text("cause", "first"))
        batch_op.add_column(_instant("superseded_at"))
        batch_op.add_column(sa.Column("order_key", sa.BigInteger(), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_revisions_cause"), "cause IN ('first', 'edit', 'reread')")
        batch_op.create_unique_constraint(batch_op.f("uq_revisions_order_key"), ["order_key"])
    bind = op.get_bind()
    bind.execute(sa.text("UPDATE revisions SET cause = 'edit' WHERE number > 1"))
    bind.execute(
        sa.text(
            "UPDATE revisions SET superseded_at = (SELECT later.read_at FROM revisions AS later "
            "WHERE later.article_id = revisions.article_id AND later.number = revisions.number + 1)"
        )
    )
    with op.batch_alter_table("revisions") as batch_op:
        for name in ("substance", "cause"):
            batch_op.alter_column(name, server_default=None)
    op.drop_index(op.f("ix_revisions_judged_as"), "revisions")
    op.create_index(op.f("ix_revisions_superseded_at_judged_as"), "revisions", ["superseded_at", "judged_as"])
    op.create_index(op.f("ix_revisions_in_order"), "revisions", ["order_key", "superseded_at", "article_id"])
    op.create_index(op.f("ix_revisions_of_article"), "revisions", ["article_id", "superseded_at", "order_key"])
    if bind.dialect.name == "postgresql":
        op.execute("ALTER TABLE revisions SET (toast_tuple_target = 256)")


def _findings() -> None:
    with rebuilding("findings") as batch_op:
        batch_op.add_column(_text("passage_hash"))
        batch_op.add_column(sa.Column("ruling_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key(batch_op.f("fk_findings_ruling_id"), "rulings", ["ruling_id"], ["id"])
    bind = op.get_bind()
    findings = sa.table(
        "findings",
        *(sa.column(name) for name in ("id", "passage_id", "revision_id", "passage_hash")),
        sa.column("figures", sa.JSON()),
    )
    passages = sa.table("passages", *(sa.column(name) for name in ("id", "start_at", "end_at")))
    revisions = sa.table("revisions", sa.column("id"), sa.column("text"))
    figures = sa.table(
        "finding_figures",
        *(sa.column(n) for n in ("finding_id", "position", "low", "high", "counts", "verdict")),
    )
    asked = (
        sa.select(findings.c.id, findings.c.figures, passages.c.start_at, passages.c.end_at, revisions.c.text)
        .join(passages, passages.c.id == findings.c.passage_id)
        .join(revisions, revisions.c.id == findings.c.revision_id)
        .order_by(findings.c.id)
    )
    last = 0
    while some := bind.execute(asked.where(findings.c.id > last).limit(_BATCH)).all():
        last = some[-1].id
        for row in some:
            told = text_hash(row.text[row.start_at : row.end_at])
            bind.execute(sa.update(findings).where(findings.c.id == row.id).values(passage_hash=told))
        rows = [
            {
                "finding_id": row.id,
                "position": position,
                "low": figure["low"],
                "high": figure["high"],
                "counts": fold(figure["counts"]),
                "verdict": figure.get("verdict") or "",
            }
            for row in some
            for position, figure in enumerate(row.figures)
        ]
        if rows:
            bind.execute(sa.insert(figures), rows)
    with rebuilding("findings") as batch_op:
        batch_op.alter_column("passage_hash", server_default=None)
    op.create_index(op.f("ix_findings_ruling_id"), "findings", ["ruling_id"])
    op.drop_index(op.f("ix_findings_article_id"), "findings")
    of_article = ["article_id", "withdrawn_at", "claim_id", "relation", "ruling_id", "score"]
    of_claim = ["claim_id", "withdrawn_at", "relation", "article_id", "ruling_id"]
    op.create_index(op.f("ix_findings_of_article"), "findings", of_article)
    op.create_index(op.f("ix_findings_of_claim"), "findings", of_claim)


def _digest_items() -> None:
    """What was told goes with the relation that was told: so far that of the finding, which no person could change."""
    with op.batch_alter_table("digest_items") as batch_op:
        batch_op.add_column(_text("relation"))
        batch_op.drop_constraint(batch_op.f("pk_digest_items"), type_="primary")
        batch_op.create_primary_key(batch_op.f("pk_digest_items"), ["recipient_id", "finding_id", "digest_id"])
    told = "SELECT findings.relation FROM findings WHERE findings.id = digest_items.finding_id"
    op.get_bind().execute(sa.text(f"UPDATE digest_items SET relation = ({told})"))  # noqa: S608 - no word of others in it
    with op.batch_alter_table("digest_items") as batch_op:
        batch_op.alter_column("relation", server_default=None)


def _index_words() -> None:
    """Every revision's place in the order, its substance, and its words into the index."""
    bind = op.get_bind()
    revisions = sa.table(
        "revisions",
        *(sa.column(name) for name in ("id", "article_id", "lang", "title", "text", "substance", "order_key")),
        sa.column("published", storage.schema.Instant(timezone=True)),
    )
    articles = sa.table("articles", sa.column("id"), sa.column("first_seen", storage.schema.Instant(timezone=True)))
    asked = (
        sa.select(revisions, articles.c.first_seen)
        .join(articles, articles.c.id == revisions.c.article_id)
        .order_by(revisions.c.id)
    )
    last = 0
    while some := bind.execute(asked.where(revisions.c.id > last).limit(_BATCH)).all():
        last = some[-1].id
        keys = {row.id: order_key(row.published or row.first_seen, row.id) for row in some}
        for row in some:
            bind.execute(
                sa.update(revisions)
                .where(revisions.c.id == row.id)
                .values(order_key=keys[row.id], substance=substance(row.text))
            )
        word_index.put(
            bind, [Words(order_key=keys[row.id], lang=row.lang, title=row.title, text=row.text) for row in some]
        )
