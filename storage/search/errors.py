"""Stand-in: the branch of the query language brings its own."""

from __future__ import annotations


class BadQuery(Exception):
    """The query cannot be understood; the message says where."""
