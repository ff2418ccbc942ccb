"""the house

One change a migration; named constraints; tried up from empty and on a filled database, on both engines.
"""

import sqlalchemy as sa
from alembic import op

import storage.schema

revision = "20261123_house"
down_revision = None


def upgrade() -> None:
    """Every table of the first version."""
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("zstd", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blobs")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", storage.schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "outlets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlets")),
        sa.UniqueConstraint("name", name=op.f("uq_outlets_name")),
    )
    op.create_table(
        "watch_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("seed", sa.JSON(), nullable=False),
        sa.Column("added_at", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("changed_at", storage.schema.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_lists")),
        sa.UniqueConstraint("slug", name=op.f("uq_watch_lists_slug")),
    )
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("outlet_id", sa.Integer(), nullable=False),
        sa.Column("published_feed", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("first_seen", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("in_baseline", sa.Boolean(), nullable=False),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("is_seed_copy", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlets.id"], name=op.f("fk_articles_outlet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("canonical_url", name=op.f("uq_articles_canonical_url")),
    )
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_articles_first_seen"), ["first_seen"], unique=False)

    op.create_table(
        "claims",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event_from", sa.Date(), nullable=True),
        sa.Column("event_to", sa.Date(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("added_at", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("changed_at", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("retired_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('reported', 'figure', 'allegation', 'opinion', 'legal')", name=op.f("ck_claims_kind")
        ),
        sa.ForeignKeyConstraint(["list_id"], ["watch_lists.id"], name=op.f("fk_claims_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claims_list_id"), ["list_id"], unique=False)

    op.create_table(
        "entities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("retired_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["list_id"], ["watch_lists.id"], name=op.f("fk_entities_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entities")),
        sa.UniqueConstraint("list_id", "slug", name=op.f("uq_entities_list_id_slug")),
    )
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("poll_url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("outlet_id", sa.Integer(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("paused_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("empty_runs", sa.Integer(), nullable=False),
        sa.Column("baseline_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("last_polled_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("last_success_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("added_at", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("called_until", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("leased_until", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("lost_leases", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('new', 'ok', 'empty', 'stale', 'refused', 'moved', 'gone', 'not-a-feed', 'unreachable')",
            name=op.f("ck_feeds_state"),
        ),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlets.id"], name=op.f("fk_feeds_outlet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("url", name=op.f("uq_feeds_url")),
    )
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feeds_next_try_at"), ["next_try_at"], unique=False)

    op.create_table(
        "recipients",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("cadence", sa.Text(), nullable=False),
        sa.Column("at_minute", sa.Integer(), nullable=False),
        sa.Column("began", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("left_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("cadence IN ('daily', 'weekdays', 'weekly')", name=op.f("ck_recipients_cadence")),
        sa.ForeignKeyConstraint(["list_id"], ["watch_lists.id"], name=op.f("fk_recipients_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipients")),
        sa.UniqueConstraint("list_id", "address", name=op.f("uq_recipients_list_id_address")),
    )
    op.create_table(
        "snapshots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("fetched_at", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name=op.f("fk_snapshots_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        sa.UniqueConstraint("sha256", "url", "fetched_at", name=op.f("uq_snapshots_sha256_url_fetched_at")),
    )
    with op.batch_alter_table("snapshots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_snapshots_url"), ["url"], unique=False)

    op.create_table(
        "topics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["list_id"], ["watch_lists.id"], name=op.f("fk_topics_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
        sa.UniqueConstraint("list_id", "slug", name=op.f("uq_topics_list_id_slug")),
    )
    op.create_table(
        "digests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message", sa.JSON(), nullable=False),
        sa.Column("composed_at", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("sent_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("server_reply", sa.Text(), nullable=True),
        sa.Column("called_until", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("leased_until", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("lost_leases", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('quiet', 'ready', 'sent', 'failed', 'unknown')", name=op.f("ck_digests_state")),
        sa.ForeignKeyConstraint(["list_id"], ["watch_lists.id"], name=op.f("fk_digests_list_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipients.id"], name=op.f("fk_digests_recipient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
        sa.UniqueConstraint("list_id", "recipient_id", "period", name=op.f("uq_digests_list_id_recipient_id_period")),
    )
    with op.batch_alter_table("digests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digests_state_next_try_at"), ["state", "next_try_at"], unique=False)

    op.create_table(
        "entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("entry_key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("url_key", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("published", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("first_seen", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("in_baseline", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=True),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("called_until", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("leased_until", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("lost_leases", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('new', 'fetched', 'read', 'parked')", name=op.f("ck_entries_state")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_entries_article_id")),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_entries_feed_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name=op.f("fk_entries_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("feed_id", "entry_key", name=op.f("uq_entries_feed_id_entry_key")),
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entries_article_id"), ["article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entries_state_next_try_at"), ["state", "next_try_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_entries_url_key"), ["url_key"], unique=False)

    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("byline", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("published_page", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("published", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("extractor", sa.Text(), nullable=False),
        sa.Column("read_at", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("judged_as", sa.Text(), nullable=False),
        sa.Column("called_until", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("leased_until", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("lost_leases", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_revisions_article_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name=op.f("fk_revisions_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("article_id", "number", name=op.f("uq_revisions_article_id_number")),
    )
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revisions_judged_as"), ["judged_as"], unique=False)
        batch_op.create_index(batch_op.f("ix_revisions_text_hash"), ["text_hash"], unique=False)

    op.create_table(
        "passages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("start_at", sa.Integer(), nullable=False),
        sa.Column("end_at", sa.Integer(), nullable=False),
        sa.CheckConstraint("start_at < end_at", name=op.f("ck_passages_order")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_passages_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passages")),
        sa.UniqueConstraint("revision_id", "position", name=op.f("uq_passages_revision_id_position")),
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Text(), nullable=False),
        sa.Column("passage_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("judge_version", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("adds", sa.JSON(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("start_at", sa.Integer(), nullable=False),
        sa.Column("end_at", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.Text(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("found_at", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("withdrawn_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "relation IN ('supports', 'disputes', 'mixed', 'context', 'unclear')", name=op.f("ck_findings_relation")
        ),
        sa.CheckConstraint("score >= 0 AND score <= 1", name=op.f("ck_findings_score")),
        sa.CheckConstraint("start_at < end_at", name=op.f("ck_findings_order")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_findings_article_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_findings_claim_id")),
        sa.ForeignKeyConstraint(["passage_id"], ["passages.id"], name=op.f("fk_findings_passage_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_findings_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
        sa.UniqueConstraint(
            "claim_id", "passage_id", "judge_version", name=op.f("uq_findings_claim_id_passage_id_judge_version")
        ),
    )
    with op.batch_alter_table("findings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_findings_article_id"), ["article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_findings_revision_id"), ["revision_id"], unique=False)

    op.create_table(
        "digest_items",
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("digest_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["digest_id"], ["digests.id"], name=op.f("fk_digest_items_digest_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_digest_items_finding_id")),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipients.id"], name=op.f("fk_digest_items_recipient_id")),
        sa.PrimaryKeyConstraint("recipient_id", "finding_id", name=op.f("pk_digest_items")),
    )
