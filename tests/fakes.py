"""The only fakes: a site as a dict, an outbox, and a clock that stands (worker/gateways/clock.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from worker.errors import FetchFailed, MailFailed
from worker.gateways.clock import Clock, FixedClock
from worker.gateways.web import Web
from worker.handovers import Fetched, Message, NotModified, Request

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class FakeWeb(Web):
    """Answers from `site`: address to body, or to the failure to give; fetched when the clock says it is.

    Every request is kept in `asked`.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.site: dict[str, bytes | FetchFailed | NotModified | Fetched] = {}
        self.asked: list[Request] = []
        self.clock = clock or FixedClock(NOON)

    def get_many(
        self, requests: Sequence[Request], *, within: timedelta | None = None
    ) -> list[Fetched | NotModified | FetchFailed]:
        self.asked += requests
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Fetched | NotModified | FetchFailed:
        body = self.site.get(request.url, FetchFailed(request.url, "404 Not Found", status=404))
        if not isinstance(body, bytes):
            return body
        return fetched(request.url, body, at=self.clock.now())


def fetched(url: str, body: bytes, *, at: datetime = NOON, headers: dict[str, str] | None = None) -> Fetched:
    """An answer with status 200."""
    kind = "application/rss+xml" if body.lstrip().startswith(b"<?xml") else "text/html; charset=utf-8"
    return Fetched(
        url=url,
        final_url=url,
        permanent_url=url,
        status=200,
        headers={"content-type": kind, **(headers or {})},
        body=body,
        fetched_at=at,
    )


class Outbox:
    """Takes mails, or fails as it is told to."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.failure: MailFailed | None = None

    def send(self, message: Message, handing_over: Callable[[], None] = lambda: None) -> str:
        if self.failure is None or self.failure.unknown:
            handing_over()
        if self.failure is not None:
            raise self.failure
        self.mails.append(message)
        return "250 taken"


LATER = NOON + timedelta(hours=3)
