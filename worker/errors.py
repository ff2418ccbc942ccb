"""Errors that rooms of the worker raise; a job writes them on the row they belong to.

WorkError
|- FetchFailed    the web said no, or nothing
|- Unreadable     bytes came, but no feed or no text is in them
|- MailFailed     the relay said no, or nothing
"""

from __future__ import annotations

from datetime import datetime


class WorkError(Exception):
    """Expected trouble. `detail` is one line for a person."""

    def __init__(self, detail: str) -> None:
        # what a server says may hold bytes that no database takes
        self.detail = detail.encode("utf-8", "replace").decode().replace("\0", "")
        super().__init__(self.detail)


class FetchFailed(WorkError):
    """No usable answer. `status` is the HTTP status or None; `retry_at` is what Retry-After asked (UTC).

    `busy`: not asked at all, other requests of ours kept the host busy too long. No failure of the publisher's.
    """

    def __init__(
        self,
        url: str,
        detail: str,
        *,
        permanent: bool = False,
        status: int | None = None,
        retry_at: datetime | None = None,
        busy: bool = False,
    ) -> None:
        super().__init__(f"{url}: {detail}")
        self.url = url
        self.permanent = permanent
        self.status = status
        self.retry_at = retry_at
        self.busy = busy


class Unreadable(WorkError):
    """The bytes are not what was hoped for: no feed, no text."""


class WebPage(Unreadable):
    """No feed, but a whole web page, as sites put in its place: consent, maintenance, an error."""


class MailFailed(WorkError):
    """The mail was not taken. `permanent`: 5xx, and `refused`: of the recipient. `unknown`: it may have arrived."""

    def __init__(self, detail: str, *, permanent: bool = False, refused: bool = False, unknown: bool = False) -> None:
        super().__init__(detail)
        self.permanent = permanent
        self.refused = refused
        self.unknown = unknown


class NoModel(Exception):
    """The judge that the settings ask for cannot be had; the message says why."""
