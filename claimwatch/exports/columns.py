"""The columns of each kind of row in a CSV file, in their order. New ones are added at the end: files are pasted together."""

from __future__ import annotations

ABOUT = ("query", "exported_at", "zone", "exported_by", "relation_is")

# one row an article and claim that it speaks of; an article that speaks of none has one row, its claim empty
PAIRS = (
    "article_id", "published", "first_seen", "outlet", "country", "lang", "title", "url", "canonical_url", "state", "story",
    "copies", "claim_id", "relation", "score", "dissent", "says", "passage", "reason", "adds", "findings", "finding_ids",
)  # fmt: skip
FINDINGS = (
    "id", "claim_id", "article_id", "relation", "score", "adds", "passage", "reason", "outlet", "title", "url", "revision",
    "start", "end", "text_hash", "figures", "voice", "judge_version", "model", "found_at", "by", "ruling",
)  # fmt: skip
EVENTS = (
    "id", "at", "kind", "article_id", "revision", "finding_id", "claim_id", "detail", "outlet", "title", "url",
)  # fmt: skip
# the last three only in what a query finds
CLAIMS = (
    "id", "list", "topic", "kind", "text", "event_from", "event_to", "retired_at", "findings", "heard", "articles",
    "independent", "since", "first_found", "last_found",
)  # fmt: skip
COVERAGE = (
    "id", "list", "topic", "text", "verdict", "says", "since", "until", "watched_since", "last_found", "days_silent",
    "articles", "articles_read", "sources", "answered", "empty", "failing", "silent", "new", "paused", "polls_missed",
    "pages_unread", "pages_given_up", "walls",
)  # fmt: skip
SEEDS = ("slug", "title", "claims", "retired", "findings", "added_at", "changed_at", "seed")
FEEDS = (
    "id", "url", "poll_url", "outlet", "country", "lang", "kind", "title", "state", "state_since", "paused_at", "next_poll",
    "last_polled_at", "last_success_at", "failures", "last_error", "entries", "parked",
)  # fmt: skip
SEARCHES = ("slug", "title", "query", "saved_at")
RULINGS = (
    "id", "at", "who", "what", "claim_id", "article_id", "finding_id", "relation", "adds", "why", "machine", "passage",
    "passage_stands", "counts", "claim_edited", "outlet", "title", "url",
)  # fmt: skip
DIGESTS = ("id", "list", "list_title", "subject", "period", "composed_at", "recipients")
TOMBSTONES = ("article_id", "outlet", "removed_at", "reason", "addresses")
