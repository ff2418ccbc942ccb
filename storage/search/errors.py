"""Stand-in: the branch of the query language brings its own."""

from __future__ import annotations

from storage.errors import Refused


class BadQuery(Refused):
    """The query cannot be understood; the message says where."""
