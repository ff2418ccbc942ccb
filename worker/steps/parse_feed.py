"""Where the jobs look for what worker/steps/feeds/parse.py gives."""

from __future__ import annotations

from worker.steps.feeds.items import MAX_ITEMS, MAX_LINK
from worker.steps.feeds.parse import parse_feed, parse_fetched

__all__ = ["MAX_ITEMS", "MAX_LINK", "parse_feed", "parse_fetched"]
